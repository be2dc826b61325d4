//! Where every schedule stands, by what is kept of it: the same with a daemon and without.

use crate::org::Instant;
use crate::report::{ReportStatus, ScheduleStatus, StatusDocument, WaitStatus};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::schedule::{Job, JobKind, JobState, Standing, Unserved};
use crate::store::ScheduleRun;

impl Engine {
    /// Fills in what comes next and what waits.
    pub(in crate::run) async fn schedule_status(&self, document: &mut StatusDocument) -> Result<(), Failure> {
        let mut records = self.store.schedule_runs().await?;
        let now = self.clock.now();
        let unserved = self.unserved(now).await?;
        let maintenance = document.maintenance.clone();
        for job in self.jobs() {
            let state = state(&job, records.remove(&job.id()), unserved.as_ref(), now);
            let mut schedule = told(&job, &state.standing);
            schedule.due = job.when.due(state.served, now);
            schedule.next = state.next(&job, now);
            let queues = |next: Instant| maintenance.as_ref().is_some_and(|maintenance| maintenance.holds(next));
            schedule.queued = schedule.next.is_some_and(queues);
            match job.kind {
                JobKind::Source => {
                    let sources = document.sources.iter_mut().filter(|source| source.name == job.name);
                    sources.for_each(|source| source.schedule = schedule.clone());
                }
                JobKind::Target => {
                    let targets = document.targets.iter_mut().filter(|target| target.name == job.name);
                    targets.for_each(|target| target.schedule = schedule.clone());
                }
                JobKind::Report => {
                    let last_success = state.standing.done;
                    document.reports.push(ReportStatus { name: job.name, last_success, schedule });
                }
            }
        }
        Ok(())
    }

    /// When no daemon served, up to now or until one began that cannot be asked; nothing in the process that does.
    pub(super) async fn unserved(&self, now: Instant) -> Result<Option<Unserved>, Failure> {
        if self.served.health().is_some() {
            return Ok(None);
        }
        let (from, beside) = (self.store.served_until().await?, self.served_beside());
        if beside.is_some_and(|since| from.is_some_and(|from| from > since)) {
            return Ok(None); // it served already, and left out before what it leaves out
        }
        Ok(Some(Unserved { from, until: beside.map_or(now, |since| since.min(now)) }))
    }
}

/// Where a job stands by what is kept of it. One that was never seen, or has another schedule than before, counts from
/// now.
pub(super) fn state(job: &Job, record: Option<ScheduleRun>, unserved: Option<&Unserved>, now: Instant) -> JobState {
    let mut state = JobState::new(now);
    if let Some(record) = record {
        if record.schedule == job.when.timetable.text() {
            state.served = record.served;
        }
        state.standing = record.standing;
    }
    if let Some(unserved) = unserved {
        state.leave_out(job, unserved);
    }
    state
}

fn told(job: &Job, standing: &Standing) -> ScheduleStatus {
    let waits = standing.waits.as_ref().map(|waits| WaitStatus {
        reason: waits.why.code().to_owned(),
        text: waits.why.told(job.when.zone()),
        since: waits.since,
        until: waits.why.until(),
    });
    let failed = standing.last_try().map(ToOwned::to_owned);
    ScheduleStatus { waits, failed, lacked: standing.lacked.clone(), ..ScheduleStatus::default() }
}
