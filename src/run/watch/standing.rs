//! Where every schedule stands, by what is kept of it: the same with a daemon and without.

use crate::org::Instant;
use crate::report::{ReportStatus, ScheduleStatus, StatusDocument, WaitStatus};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::schedule::{Job, JobKind, JobState, Standing};

impl Engine {
    /// Fills in what comes next and what waits.
    pub(in crate::run) async fn schedule_status(&self, document: &mut StatusDocument) -> Result<(), Failure> {
        let mut records = self.store.schedule_runs().await?;
        let now = self.clock.now();
        let maintenance = document.maintenance.clone();
        for job in self.jobs() {
            let mut state = JobState::new(now);
            if let Some(record) = records.remove(&job.id()) {
                if record.schedule == job.when.timetable.text() {
                    state.served = record.served;
                }
                state.standing = record.standing;
            }
            if !document.daemon {
                state.leave_out(&job, now); // none serves yet
            }
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
}

fn told(job: &Job, standing: &Standing) -> ScheduleStatus {
    let waits = standing.waits.as_ref().map(|waits| WaitStatus {
        reason: waits.why.code().to_owned(),
        text: waits.why.told(job.when.zone()),
        since: waits.since,
        until: waits.why.until(),
    });
    ScheduleStatus { waits, lacked: standing.lacked.clone(), ..ScheduleStatus::default() }
}
