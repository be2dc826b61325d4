//! What is remembered of a job between two looks, and how that changes.

use serde::{Deserialize, Serialize};

use super::decide::{Decision, Scene, decide};
use super::job::{Job, JobKind};
use super::wait::{Wait, Waiting};
use crate::org::{Day, Instant, Zone};

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobState {
    /// Everything due until then was done.
    pub served: Instant,
    pub standing: Standing,
    /// It was tried since the last round, and is not tried again before the next.
    pub rests: bool,
    /// What it waits for was told by this process.
    pub told: bool,
}

/// What is told of it while nobody serves, too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// When it was last done with success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Instant>,
    /// What was due and could not be done. It stays due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waiting>,
    /// Why the last try failed, whatever it waits for since; none once it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Today it could have run but for what has to come first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacks: Option<Lack>,
    /// The last day that ended so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacked: Option<Lack>,
}

/// What did not come on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lack {
    pub name: String,
    pub day: Day,
}

/// When no daemon served: what came due then was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unserved {
    /// When the last one still did; none where that is not known.
    pub from: Option<Instant>,
    /// When one began again, or now.
    pub until: Instant,
}

/// What became of a job that was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With success.
    Done,
    /// Nothing is to be done again before the next time, but what comes after it does not count it.
    Served,
    /// It could not be done yet.
    Waits(Wait),
}

/// What is told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    Waits(Wait),
    /// The day ended, and what has to come first had not come.
    NeverCame(Lack),
}

impl Standing {
    /// Why it is not done yet, for people of a zone: what it waits for, and beside that what came of the last try.
    pub fn told(&self, zone: &Zone) -> Option<String> {
        let why = &self.waits.as_ref()?.why;
        if why.is_failure() {
            return Some(why.told(zone));
        }
        let failed = self.last_try().map_or_else(String::new, |failed| format!("; the last try: {failed}"));
        Some(format!("it waits {}{failed}", why.told(zone)))
    }

    /// Why the last try failed, of what waits for something else by now.
    pub fn last_try(&self) -> Option<&str> {
        self.waits.as_ref().filter(|waits| !waits.why.is_failure())?;
        self.failed.as_deref()
    }
}

impl JobState {
    /// One that is not known: its first run is at its next time.
    pub fn new(now: Instant) -> Self {
        Self { served: now, standing: Standing::default(), rests: false, told: false }
    }

    /// Of a job that is not caught up: leaves out what came due while no daemon served. What waited already, or had come
    /// due while one still served, was not missed: it stays due. Answers what is left out.
    pub fn leave_out(&mut self, job: &Job, unserved: &Unserved) -> Option<Instant> {
        if job.when.catch_up || self.standing.waits.is_some() {
            return None;
        }
        let missed = job.when.due(self.served, unserved.until)?;
        let from = unserved.from.filter(|from| *from <= unserved.until); // else the clock was ahead
        if from.is_some_and(|from| job.when.due(self.served, from).is_some()) {
            return None; // it was under way, or behind something that was
        }
        self.served = missed;
        Some(missed)
    }

    /// Since when it should have been done, as far as its schedule and its hours say.
    pub fn late(&self, job: &Job, now: Instant) -> Option<Instant> {
        // what was done late was done for all that had come due until then, unless the clock was wrong
        let done = self.standing.done.filter(|done| *done <= now);
        let served = done.map_or(self.served, |done| done.max(self.served));
        job.when.first_open(served).filter(|first| *first <= now)
    }

    /// When something is done about it next, as far as that is known.
    pub fn next(&self, job: &Job, now: Instant) -> Option<Instant> {
        let waits = self.standing.waits.as_ref().filter(|_| job.when.due(self.served, now).is_some());
        let until = waits.and_then(|waits| waits.why.until()).filter(|until| *until > now);
        until.or_else(|| job.when.next_open(now))
    }

    /// Whether it holds what follows from it: its file is there and is not taken.
    pub fn blocks(&self, job: &Job) -> bool {
        let tried = |waits: &Waiting| matches!(waits.why, Wait::Tried { .. });
        job.kind == JobKind::Source && self.standing.waits.as_ref().is_some_and(tried)
    }

    /// What is due and may be tried, as far as the clock says. What waits is tried anew in each round, and at its next
    /// instant.
    pub fn due(&self, job: &Job, now: Instant) -> Option<Instant> {
        let due = job.when.due(self.served, now)?;
        let tried = self.rests && self.standing.waits.as_ref().is_some_and(|waits| waits.due == due);
        (!tried).then_some(due)
    }

    /// Looks at the job: what is to be done now, or else that it waits; and what is news.
    pub fn look(&mut self, job: &Job, scene: &Scene<'_>) -> (Option<Instant>, Vec<News>) {
        let mut news = Vec::new();
        let today = job.when.day(scene.now);
        if let Some(lack) = self.standing.lacks.take_if(|lack| lack.day < today) {
            news.push(News::NeverCame(lack.clone()));
            self.standing.lacked = Some(lack);
        }
        if self.due(job, scene.now).is_none() {
            return (None, news);
        }
        match decide(job, self, scene) {
            Decision::Nothing => (None, news),
            Decision::Run(due) => (Some(due), news),
            Decision::Waits(due, why) => {
                if let Wait::After { name, .. } = &why {
                    self.standing.lacks = Some(Lack { name: name.clone(), day: today });
                }
                news.extend(self.wait(due, why, scene.now));
                (None, news)
            }
        }
    }

    /// What came of it.
    pub fn settle(&mut self, due: Instant, outcome: Outcome, now: Instant) -> Option<News> {
        if let Outcome::Waits(why) = outcome {
            return self.wait(due, why, now);
        }
        self.served = due;
        self.standing.waits = None;
        self.standing.failed = None;
        self.standing.lacks = None;
        if outcome == Outcome::Done {
            self.standing.done = Some(now);
            self.standing.lacked = None;
        }
        None
    }

    fn wait(&mut self, due: Instant, why: Wait, now: Instant) -> Option<News> {
        self.rests = true;
        if let Wait::Tried { why } | Wait::Failed { why, .. } = &why {
            self.standing.failed = Some(why.clone());
        }
        let before = self.standing.waits.as_ref().filter(|before| before.why.is_like(&why));
        let since = before.map_or(now, |before| before.since);
        let news = (before.is_none() || !self.told).then(|| News::Waits(why.clone()));
        self.told = true;
        self.standing.waits = Some(Waiting { due, since, why });
        news
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use jiff::tz::TimeZone;

    use super::super::{Schedule, Timetable, WeekSpan, When, Windows};
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn report(cron: &str, change: impl FnOnce(&mut When)) -> Job {
        let timetable = Timetable::new(Schedule::parse(cron).unwrap(), TimeZone::get("Europe/Copenhagen").unwrap());
        let mut when = When::plain("report nightly".into(), timetable);
        change(&mut when);
        Job { kind: JobKind::Report, name: "nightly".into(), when }
    }

    fn only(text: &str) -> impl FnOnce(&mut When) {
        let windows = Windows::new(&[], &[WeekSpan::parse(text).unwrap()]).unwrap();
        |when| when.windows = windows
    }

    /// Friday, 2026-11-20; the zone is one hour ahead.
    #[test]
    fn what_waits_for_its_hours_is_not_late_until_they_are_there() {
        let job = report("0 5 * * *", only("Mon-Fri 06:00-20:00"));
        let friday = at("2026-11-20T05:00:00Z");
        let state = JobState { served: at("2026-11-20T04:00:00Z"), ..JobState::new(friday) };
        assert_eq!(state.late(&job, at("2026-11-21T10:00:00Z")), None, "on Saturday it is closed");
        assert_eq!(state.late(&job, at("2026-11-23T04:59:59Z")), None, "on Monday until six");
        assert_eq!(state.late(&job, at("2026-11-23T12:00:00Z")), Some(at("2026-11-23T05:00:00Z")));
        let open = report("0 5 * * *", |_| {});
        assert_eq!(
            state.late(&open, at("2026-11-23T12:00:00Z")),
            Some(at("2026-11-21T04:00:00Z")),
            "the first of them"
        );
    }

    #[test]
    fn what_was_done_late_or_delayed_is_not_late_again() {
        let hourly = report("0 * * * *", |_| {});
        let mut state = JobState::new(at("2026-11-20T04:30:00Z"));
        let (due, done) = (at("2026-11-20T11:00:00Z"), at("2026-11-20T11:40:00Z"));
        assert_eq!(state.late(&hourly, done), Some(at("2026-11-20T05:00:00Z")));
        state.settle(due, Outcome::Done, done);
        assert_eq!(state.late(&hourly, at("2026-11-20T11:59:59Z")), None);
        // what is left out is not due any more, however long its delay is
        let delayed = report("0 5 * * *", |when| (when.jitter_minutes, when.catch_up) = (600, false));
        let unserved = Unserved { from: None, until: at("2026-11-21T23:00:00Z") };
        let mut state = JobState::new(at("2026-11-20T23:00:00Z"));
        assert_eq!(state.leave_out(&delayed, &unserved), Some(at("2026-11-21T04:00:00Z")));
        assert_eq!(state.late(&delayed, at("2026-11-22T03:00:00Z")), None);
    }

    #[test]
    fn what_came_due_while_one_served_is_not_left_out() {
        let job = report("0 5 * * *", |when| when.catch_up = false);
        let (served, until) = (at("2026-11-20T04:00:00Z"), at("2026-11-23T12:00:00Z"));
        let missed = at("2026-11-23T04:00:00Z");
        for (from, left_out) in [
            (None, Some(missed)),
            (Some("2026-11-21T03:59:59Z"), Some(missed)),
            (Some("2026-11-21T04:00:00Z"), None),
            (Some("2026-11-23T11:00:00Z"), None),
            (Some("2026-11-24T11:00:00Z"), Some(missed)),
        ] {
            let mut state = JobState { served, ..JobState::new(until) };
            let unserved = Unserved { from: from.map(at), until };
            assert_eq!(state.leave_out(&job, &unserved), left_out, "{from:?}");
            assert_eq!(state.due(&job, until), left_out.map_or(Some(missed), |_| None));
        }
    }

    #[test]
    fn a_failure_is_told_beside_what_it_waits_for_since() {
        let job = report("0 5 * * *", |_| {});
        let (due, zone) = (at("2026-11-20T04:00:00Z"), TimeZone::UTC);
        let mut state = JobState::new(at("2026-11-20T00:00:00Z"));
        let failed = Wait::Failed { why: "the folder is full".into(), again: at("2026-11-20T04:10:00Z") };
        state.settle(due, Outcome::Waits(failed), due);
        let told = "the folder is full; again at 2026-11-20 04:10:00 +00:00";
        assert_eq!(state.standing.told(&zone).as_deref(), Some(told));
        state.settle(due, Outcome::Waits(Wait::Maintenance { until: None }), at("2026-11-22T04:00:00Z"));
        let both = "it waits for the end of the maintenance; the last try: the folder is full";
        assert_eq!(state.standing.told(&zone).as_deref(), Some(both));
        let later = at("2026-11-22T05:00:00Z");
        state.settle(job.when.due(state.served, later).unwrap(), Outcome::Done, later);
        assert_eq!((state.standing.told(&zone), state.standing.failed), (None, None));
    }
}
