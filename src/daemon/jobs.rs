//! The jobs and where each stands: what is due, what waits, what comes next. What is decided about a job is decided in
//! [`crate::schedule`]; here it is done and remembered.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::time::{MissedTickBehavior, interval};

use crate::org::Instant;
use crate::run::{Engine, Failure, KnownToSchedule};
use crate::schedule::{Job, JobKind, JobState, News, Outcome, Timetable, Unserved, Wait};
use crate::store::ScheduleRun;

use super::intake::{self, Taken};
use super::scheduler::ROUND;
use super::{reports, targets};

/// Everything that has a schedule: sources, targets, reports.
#[derive(Debug)]
pub(super) struct Jobs {
    all: Vec<Entry>,
}

/// One source, target or report.
#[derive(Debug)]
pub(super) struct Entry {
    pub job: Job,
    pub state: JobState,
    /// Of a source: what it knows of its file.
    pub taken: Taken,
    /// What the store holds of it.
    kept: Option<ScheduleRun>,
}

impl Jobs {
    /// The jobs of a configuration with what is remembered of them. One that was never seen, or has another schedule
    /// than before, counts from `now`: its first run is at its next due instant.
    /// What came due while no daemon served was missed.
    pub async fn load(engine: &Engine, unserved: &Unserved, now: Instant) -> Result<Self, Failure> {
        let mut records = engine.store().schedule_runs().await?;
        let mut all = Vec::new();
        for job in engine.jobs() {
            let kept = records.remove(&job.id());
            let mut entry = Entry::new(job, kept, unserved, now);
            entry.keep(engine).await?;
            all.push(entry);
        }
        Ok(Self { all })
    }

    /// Whether anything is due and may be tried.
    pub fn is_due(&self, now: Instant) -> bool {
        self.all.iter().any(|entry| entry.state.due(&entry.job, now).is_some())
    }

    /// The next instant at which something is done, with its name and the clock's time.
    pub fn next(&self, now: Instant) -> Option<(Instant, String)> {
        let next = self.all.iter().filter_map(|entry| Some((entry.state.next(&entry.job, now)?, &entry.job)));
        let (at, job) = next.min_by_key(|(at, _)| *at)?;
        Some((at, format!("{} {}", job.name, job.when.timetable.local(at, now))))
    }

    /// What waits, for people.
    pub fn waiting(&self) -> Vec<String> {
        let waiting = |Entry { job, state, .. }: &Entry| {
            let waits = state.standing.waits.as_ref()?;
            Some(format!("{}: {}", job.name, waits.why.told(job.when.zone())))
        };
        self.all.iter().filter_map(waiting).collect()
    }

    /// A new round: what waits may be tried again.
    pub fn wake(&mut self) {
        for entry in &mut self.all {
            entry.state.rests = false;
        }
    }

    /// Does what is due at `now`: sources first, then targets, then reports. Meanwhile it is kept that a daemon serves, so
    /// that what is due, or comes due behind a long run, is not taken for missed however this process ends.
    pub async fn pass(self, engine: Arc<Engine>, now: Instant) -> Self {
        tokio::select! {
            jobs = self.due(&engine, now) => jobs,
            never = noted(&engine) => match never {},
        }
    }

    async fn due(mut self, engine: &Engine, now: Instant) -> Self {
        let jobs: Vec<Job> = self.all.iter().map(|entry| entry.job.clone()).collect();
        let mut known = match engine.known_to_schedule(jobs.iter(), now).await {
            Ok(known) => known,
            Err(failure) => {
                tracing::error!("what is due cannot be told: {}", engine.explained(failure).message);
                self.all.iter_mut().for_each(|entry| entry.put_off(now));
                return self;
            }
        };
        self.sources(engine, &mut known).await;
        if !engine.stop_requested() {
            self.targets(engine, &mut known).await;
        }
        if !engine.stop_requested() {
            self.reports(engine, &mut known).await;
            engine.retain().await;
        }
        if let Err(error) = engine.store().rest().await {
            tracing::warn!(%error, "the caches of the roster were not given back");
        }
        self
    }

    async fn sources(&mut self, engine: &Engine, known: &mut KnownToSchedule) {
        self.tell(known);
        for entry in self.of(JobKind::Source) {
            if let Some(due) = entry.look(engine, known, None).await {
                let outcome = intake::look(entry, engine, due, known.now).await;
                entry.settle(engine, due, outcome, known).await;
                if engine.stop_requested() {
                    return;
                }
            }
        }
    }

    /// The targets together, since names are given for all of them at once.
    async fn targets(&mut self, engine: &Engine, known: &mut KnownToSchedule) {
        let blocked = self.blocked();
        let mut due = Vec::new();
        for entry in self.of(JobKind::Target) {
            if let Some(at) = entry.look(engine, known, blocked.as_deref()).await {
                due.push((entry, at));
            }
        }
        let names: Vec<String> = due.iter().map(|(entry, _)| entry.job.name.clone()).collect();
        let Some(mut outcomes) = targets::run(&names, engine).await else { return };
        for (entry, at) in due {
            if let Some(outcome) = outcomes.remove(&entry.job.name) {
                entry.settle(engine, at, outcome, known).await;
            }
        }
    }

    async fn reports(&mut self, engine: &Engine, known: &mut KnownToSchedule) {
        for entry in self.of(JobKind::Report) {
            if let Some(due) = entry.look(engine, known, None).await {
                let outcome = reports::make(&entry.job.name, engine, due, known.now).await;
                entry.settle(engine, due, outcome, known).await;
                if engine.stop_requested() {
                    return;
                }
            }
        }
    }

    fn of(&mut self, kind: JobKind) -> impl Iterator<Item = &mut Entry> {
        self.all.iter_mut().filter(move |entry| entry.job.kind == kind)
    }

    /// What the jobs remember of their own successes.
    fn tell(&self, known: &mut KnownToSchedule) {
        for Entry { job, state, .. } in &self.all {
            known.came(job.kind, &job.name, state.standing.done);
        }
    }

    /// Nothing may follow from what is not known: a source whose file is there and not taken holds the targets.
    fn blocked(&self) -> Option<String> {
        self.all.iter().find(|entry| entry.state.blocks(&entry.job)).map(|entry| entry.job.name.clone())
    }
}

/// Keeps in each round that a daemon serves.
async fn noted(engine: &Engine) -> Infallible {
    let mut round = interval(ROUND);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        round.tick().await;
        engine.note_serving().await;
    }
}

impl Entry {
    fn new(job: Job, kept: Option<ScheduleRun>, unserved: &Unserved, now: Instant) -> Self {
        let mut state = JobState::new(now);
        if let Some(record) = &kept {
            state.standing = record.standing.clone();
            if record.schedule == job.when.timetable.text() {
                state.served = Timetable::believed(record.served, now);
                if let Some(due) = state.leave_out(&job, unserved) {
                    tracing::info!(job = job.id(), %due, "what was missed is left out");
                }
            } else {
                state.standing.waits = None;
            }
            if record.served == state.served
                && let Some(due) = job.when.due(state.served, now)
            {
                tracing::info!(job = job.id(), %due, "catching up what was missed");
            }
        }
        let taken = Taken::remembered(kept.as_ref().and_then(|record| record.file.clone()));
        Self { job, state, taken, kept }
    }

    /// What is to be done about it now. That it waits is told when it is news.
    async fn look(&mut self, engine: &Engine, known: &KnownToSchedule, blocked: Option<&str>) -> Option<Instant> {
        let (due, news) = self.state.look(&self.job, &known.scene(blocked));
        for one in news {
            self.announce(one);
        }
        self.remember(engine).await;
        due
    }

    async fn settle(&mut self, engine: &Engine, due: Instant, outcome: Outcome, known: &mut KnownToSchedule) {
        if let Some(news) = self.state.settle(due, outcome, known.now) {
            self.announce(news);
        }
        known.came(self.job.kind, &self.job.name, self.state.standing.done);
        self.remember(engine).await;
    }

    fn announce(&self, news: News) {
        let job = self.job.id();
        match news {
            News::Waits(why @ (Wait::Tried { .. } | Wait::Failed { .. } | Wait::Source { .. })) => {
                tracing::warn!(job, "waits: {}", why.told(self.job.when.zone()));
            }
            News::Waits(why) => tracing::info!(job, "waits: {}", why.told(self.job.when.zone())),
            News::NeverCame(lack) => {
                tracing::warn!(job, "not done on {}: {} never came that day", lack.day, lack.name);
            }
        }
    }

    /// Not before the next round.
    fn put_off(&mut self, now: Instant) {
        if let Some(due) = self.state.due(&self.job, now) {
            let why = "what it has to wait for cannot be told".to_owned();
            self.state.settle(due, Outcome::Waits(Wait::Tried { why }), now);
        }
    }

    async fn remember(&mut self, engine: &Engine) {
        if let Err(failure) = self.keep(engine).await {
            tracing::error!(job = self.job.id(), "where it stands could not be recorded: {failure}");
        }
    }

    async fn keep(&mut self, engine: &Engine) -> Result<(), Failure> {
        let record = ScheduleRun {
            job: self.job.id(),
            schedule: self.job.when.timetable.text(),
            served: self.state.served,
            file: self.taken.file.clone(),
            standing: self.state.standing.clone(),
        };
        if self.kept.as_ref() != Some(&record) {
            engine.store().keep_schedule_run(&record).await?;
            self.kept = Some(record);
        }
        Ok(())
    }
}
