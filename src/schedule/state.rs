//! What is remembered of a job between two looks, and how that changes.

use serde::{Deserialize, Serialize};

use super::decide::{Decision, Scene, decide};
use super::job::{Job, JobKind};
use super::wait::{Wait, Waiting};
use crate::org::{Day, Instant};

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

impl JobState {
    /// One that is not known: its first run is at its next time.
    pub fn new(now: Instant) -> Self {
        Self { served: now, standing: Standing::default(), rests: false, told: false }
    }

    /// Of a job that is not caught up: leaves out what came due before `began`, when a daemon began to serve. What waited
    /// already was not missed, and goes on waiting. Answers what is left out.
    pub fn leave_out(&mut self, job: &Job, began: Instant) -> Option<Instant> {
        let missed =
            job.when.due(self.served, began).filter(|_| !job.when.catch_up && self.standing.waits.is_none())?;
        self.served = missed;
        Some(missed)
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
        self.standing.lacks = None;
        if outcome == Outcome::Done {
            self.standing.done = Some(now);
            self.standing.lacked = None;
        }
        None
    }

    fn wait(&mut self, due: Instant, why: Wait, now: Instant) -> Option<News> {
        self.rests = true;
        let before = self.standing.waits.as_ref().filter(|before| before.why.is_like(&why));
        let since = before.map_or(now, |before| before.since);
        let news = (before.is_none() || !self.told).then(|| News::Waits(why.clone()));
        self.told = true;
        self.standing.waits = Some(Waiting { due, since, why });
        news
    }
}
