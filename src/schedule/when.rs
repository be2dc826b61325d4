//! All that is written about when one source, target or report runs.

use jiff::tz::TimeZone;

use super::spread::delay;
use super::timetable::Timetable;
use super::week::Windows;
use crate::org::{Day, Instant};

/// When a job runs, and what holds it.
#[derive(Debug, Clone)]
pub struct When {
    pub timetable: Timetable,
    /// What the delay is drawn from: the id of the job.
    pub job: String,
    /// At most so many minutes later than its time.
    pub jitter_minutes: u32,
    pub windows: Windows,
    /// Sources and targets that must have come first, by name.
    pub after: Vec<String>,
    pub fresh: Fresh,
    /// What came due while no daemon served is done once, as soon as one does.
    pub catch_up: bool,
}

/// How old the success of what comes first may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// Of the same day, in the schedule's zone.
    Today,
    Hours(u32),
}

const MINUTE: i64 = 60_000_000;

impl When {
    /// Nothing but a timetable.
    pub fn plain(job: String, timetable: Timetable) -> Self {
        Self {
            timetable,
            job,
            jitter_minutes: 0,
            windows: Windows::default(),
            after: Vec::new(),
            fresh: Fresh::Today,
            catch_up: true,
        }
    }

    /// The instant of the schedule that is due at `now` when everything until `served` was done. One missed run stands
    /// for all of them.
    pub fn due(&self, served: Instant, now: Instant) -> Option<Instant> {
        let due = self.timetable.due(served, now)?;
        if self.delayed(due) <= now {
            return Some(due);
        }
        // its own delay is not over, that of the one before is
        self.timetable.due(served, before(due))
    }

    /// When the schedule comes around next, delay included.
    pub fn next_after(&self, now: Instant) -> Option<Instant> {
        let earliest = Instant::from_micros(now.micros().saturating_sub(self.jitter()));
        let pending = (self.jitter_minutes > 0).then(|| self.timetable.due(earliest, now)).flatten();
        let pending = pending.map(|due| self.delayed(due)).filter(|at| *at > now);
        pending.or_else(|| self.timetable.next_after(now).map(|due| self.delayed(due)))
    }

    /// When it runs next as far as the schedule and its windows say.
    pub fn next_open(&self, now: Instant) -> Option<Instant> {
        self.opens_from(self.next_after(now)?)
    }

    /// When it could be done first of all that came due after `served`, delay and windows included. What is due at `served`
    /// itself does not count, however long its delay is.
    pub fn first_open(&self, served: Instant) -> Option<Instant> {
        self.opens_from(self.delayed(self.timetable.next_after(served)?))
    }

    fn opens_from(&self, at: Instant) -> Option<Instant> {
        if self.is_open(at) { Some(at) } else { self.opens_after(at) }
    }

    pub fn is_open(&self, at: Instant) -> bool {
        self.windows.is_open(at, self.zone())
    }

    pub fn opens_after(&self, at: Instant) -> Option<Instant> {
        self.windows.opens_after(at, self.zone())
    }

    /// Whether a success at `done` still counts at `now`.
    pub fn is_fresh(&self, done: Instant, now: Instant) -> bool {
        match self.fresh {
            Fresh::Today => self.day(done) >= self.day(now),
            Fresh::Hours(hours) => done.hours_later(hours.into()) > now,
        }
    }

    pub fn day(&self, at: Instant) -> Day {
        at.day(self.zone())
    }

    pub fn zone(&self) -> &TimeZone {
        self.timetable.zone()
    }

    fn jitter(&self) -> i64 {
        i64::from(self.jitter_minutes) * MINUTE
    }

    fn delayed(&self, due: Instant) -> Instant {
        if self.jitter_minutes == 0 {
            return due;
        }
        let delay = delay(&self.job, due, self.jitter(), self.timetable.next_after(due));
        Instant::from_micros(due.micros().saturating_add(delay))
    }
}

fn before(at: Instant) -> Instant {
    Instant::from_micros(at.micros().saturating_sub(1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::super::Schedule;
    use super::*;

    fn when(cron: &str, jitter_minutes: u32) -> When {
        let zone = TimeZone::get("Europe/Copenhagen").unwrap();
        let timetable = Timetable::new(Schedule::parse(cron).unwrap(), zone);
        When { jitter_minutes, ..When::plain("target ad".into(), timetable) }
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_delayed_run_comes_once_and_is_announced() {
        let when = when("0 5 * * *", 45);
        let due = at("2026-11-23T04:00:00Z");
        let runs = when.next_after(before(due)).unwrap();
        assert!(runs > due && runs <= at("2026-11-23T04:45:00Z"), "{runs}");
        assert_eq!(when.next_after(due), Some(runs), "still to come");
        let yesterday = at("2026-11-22T04:00:00Z");
        assert_eq!(when.due(yesterday, before(runs)), None);
        assert_eq!(when.due(yesterday, runs), Some(due));
        assert_eq!(when.due(due, runs), None);
        assert!(when.next_after(runs).unwrap() >= at("2026-11-24T04:00:00Z"));
    }

    #[test]
    fn while_one_is_delayed_the_one_before_is_still_due() {
        let when = when("0 * * * *", 59);
        let hour = |hour: i64| at("2026-11-23T00:00:00Z").hours_later(hour);
        let late = (1..20).find(|n| when.delayed(hour(*n)) > Instant::from_micros(hour(*n).micros() + MINUTE)).unwrap();
        assert_eq!(when.due(hour(late - 2), hour(late)), Some(hour(late - 1)));
    }

    #[test]
    fn yesterday_is_not_today_but_may_be_within_hours() {
        let (done, now) = (at("2026-11-22T22:59:00Z"), at("2026-11-22T23:01:00Z")); // midnight is at 23:00 by UTC
        assert!(!when("0 5 * * *", 0).is_fresh(done, now));
        let hours = When { fresh: Fresh::Hours(3), ..when("0 5 * * *", 0) };
        assert!(hours.is_fresh(done, now));
        assert!(!hours.is_fresh(done, done.hours_later(3)));
    }
}
