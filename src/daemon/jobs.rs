//! The jobs and where each stands: what is due, what waits, what comes next.

use std::sync::Arc;

use crate::org::Instant;
use crate::run::{Delivery, Engine, Failure, Job, JobKind};
use crate::store::ScheduleRun;

use super::{intake, targets};

/// Everything that has a schedule, sources first.
#[derive(Debug)]
pub(super) struct Jobs {
    pub all: Vec<JobState>,
}

/// One source or target.
#[derive(Debug)]
pub(super) struct JobState {
    pub job: Job,
    /// Everything due until then was done.
    pub served: Instant,
    /// Of a source: the hash of the bytes that it took last.
    pub file: Option<String>,
    /// What was due and could not be done: why. It stays due.
    pub waits: Option<Waits>,
    /// Of a source: its file as it lay there when it was last taken.
    pub taken: Option<Delivery>,
    /// It was tried since the last round, and is not tried again before the next.
    pub rests: bool,
}

/// Why something due is not done yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waits {
    /// What was due then; another try comes with the next due instant at the latest.
    pub due: Instant,
    pub why: String,
    /// The file that was not taken.
    pub delivery: Option<Delivery>,
    /// The hash of its bytes, when it is held for an approval.
    pub held: Option<String>,
}

impl Jobs {
    /// The jobs of a configuration with what is remembered of them. One that was never seen, or has another schedule
    /// than before, counts from `now`: its first run is at its next due instant.
    pub async fn load(engine: &Engine, now: Instant) -> Result<Self, Failure> {
        let mut records = engine.store().schedule_runs().await?;
        let mut all = Vec::new();
        for job in engine.jobs() {
            let record = records.remove(&job.id());
            let file = record.as_ref().and_then(|record| record.file.clone());
            let known = record.filter(|record| record.schedule == job.timetable.text());
            let served = known.as_ref().map_or(now, |record| crate::config::Timetable::believed(record.served, now));
            let state = JobState { job, served, file, waits: None, taken: None, rests: false };
            match known {
                Some(record) if record.served == served => state.missed(now),
                _ => state.keep(engine).await?,
            }
            all.push(state);
        }
        Ok(Self { all })
    }

    /// Whether anything is due and may be tried.
    pub fn is_due(&self, now: Instant) -> bool {
        self.all.iter().any(|state| state.due(now).is_some())
    }

    /// The next instant at which anything comes due, with its name and the clock's time.
    pub fn next(&self, now: Instant) -> Option<(Instant, String)> {
        let next = self.all.iter().filter_map(|state| Some((state.job.timetable.next_after(now)?, state)));
        let (at, state) = next.min_by_key(|(at, _)| *at)?;
        Some((at, format!("{} {}", state.job.name, state.job.timetable.local(at, now))))
    }

    /// What waits, for people.
    pub fn waiting(&self) -> Vec<String> {
        let waiting = |state: &JobState| state.waits.as_ref().map(|waits| format!("{}: {}", state.job.name, waits.why));
        self.all.iter().filter_map(waiting).collect()
    }

    /// A new round: what waits may be tried again.
    pub fn wake(&mut self) {
        for state in &mut self.all {
            state.rests = false;
        }
    }

    /// Does what is due at `now`: sources first, and targets only when no source that is due waits.
    pub async fn pass(mut self, engine: Arc<Engine>, now: Instant) -> Self {
        for state in &mut self.all {
            if state.job.kind == JobKind::Source
                && let Some(due) = state.due(now)
            {
                state.rests = true;
                intake::look(state, &engine, due).await;
                if engine.stop_requested() {
                    return self;
                }
            }
        }
        let source = self.all.iter().find(|state| state.job.kind == JobKind::Source && state.waits.is_some());
        let blocked = source.map(|source| source.job.name.clone());
        let due = self.all.iter_mut().filter(|state| state.job.kind == JobKind::Target && state.due(now).is_some());
        let due: Vec<&mut JobState> = due.collect();
        match blocked {
            Some(source) => targets::hold(due, &source, now),
            None => targets::run(due, &engine, now).await,
        }
        engine.retain().await;
        self
    }
}

impl JobState {
    /// What is due and may be tried. What waits is tried anew in each round, and at its next due instant.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let due = self.job.timetable.due(self.served, now)?;
        let tried = self.rests && self.waits.as_ref().is_some_and(|waits| waits.due == due);
        (!tried).then_some(due)
    }

    /// Everything due until `due` is done.
    pub async fn serve(&mut self, engine: &Engine, due: Instant) {
        self.waits = None;
        self.served = due;
        if let Err(failure) = self.keep(engine).await {
            tracing::error!(job = self.job.id(), "what was done could not be recorded: {failure}");
        }
    }

    /// It waits; told when it is news.
    pub fn wait(&mut self, waits: Waits) {
        if self.waits.as_ref().is_none_or(|before| before.why != waits.why) {
            tracing::warn!(job = self.job.id(), "waits: {}", waits.why);
        }
        self.waits = Some(waits);
        self.rests = true;
    }

    fn missed(&self, now: Instant) {
        if let Some(due) = self.job.timetable.due(self.served, now) {
            tracing::info!(job = self.job.id(), %due, "catching up what was missed");
        }
    }

    async fn keep(&self, engine: &Engine) -> Result<(), Failure> {
        let record = ScheduleRun {
            job: self.job.id(),
            schedule: self.job.timetable.text(),
            served: self.served,
            file: self.file.clone(),
        };
        Ok(engine.store().keep_schedule_run(&record).await?)
    }
}
