//! What a daemon needs of the engine beside commands: its jobs, who asks, and how it starts, reloads and stops.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::config::{Loaded, User};
use crate::org::{Actor, Instant, Zone};
use crate::run::command::Exit;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::lease::{Holder, Lease, LeaseError};
use crate::schedule::{Job, JobKind, When};
use crate::store::{Fence, Store};

/// Counts a run as under way until it is dropped.
pub(super) struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Engine {
    /// Everything that has a schedule, sources first.
    pub fn jobs(&self) -> Vec<Job> {
        let job =
            |kind, name: &String, when: Option<&When>| Some(Job { kind, name: name.clone(), when: when?.clone() });
        let sources = self.config.sources.iter();
        let sources = sources.filter_map(|(name, when)| job(JobKind::Source, name, when.as_ref()));
        let targets = self.config.targets.iter();
        let targets = targets.filter_map(|(name, target)| job(JobKind::Target, name, target.schedule.as_ref()));
        let reports = self.config.reports.iter().filter_map(|(name, when)| job(JobKind::Report, name, Some(when)));
        sources.chain(targets).chain(reports).collect()
    }

    /// The same engine on behalf of somebody else.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }

    /// Who may approve over the control socket, beside the daemon's own user and root.
    pub fn approvers(&self) -> &[User] {
        &self.config.config.safety.approvers
    }

    /// The hash of the configuration in force.
    pub fn generation(&self) -> &str {
        &self.config.generation
    }

    /// Where verbs reach a daemon that serves this roster.
    pub fn socket(&self) -> PathBuf {
        self.config.socket()
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether a run of this process has begun to write to a target and has not ended.
    pub fn is_writing(&self) -> bool {
        self.under_way.load(Ordering::Acquire) > 0
    }

    pub(super) fn under_way(&self) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::AcqRel);
        UnderWay(Arc::clone(&self.under_way))
    }

    /// The number of the lease of the schedule, which was just taken.
    pub async fn begin_schedule(&self) -> Result<Fence, Failure> {
        Ok(self.store.next_fence(SCHEDULE).await?)
    }

    /// Keeps that a daemon serves now: what is due by now was not missed. While something else is written for long that
    /// is kept in the next round.
    pub async fn note_serving(&self) {
        if let Err(error) = self.store.keep_served_until(self.clock.now()).await {
            tracing::debug!(%error, "that the roster is served could not be recorded");
        }
    }

    /// Refuses who does not hold the lease of the schedule any more.
    pub async fn hold_schedule(&self, fence: Fence) -> Result<(), Failure> {
        Ok(self.store.hold_fence(SCHEDULE, fence).await?)
    }

    /// Settles the interrupted runs of one target. A target without any is not connected to. Answers how many steps
    /// were looked at.
    pub async fn recover_target(&self, name: &str) -> Result<u64, Failure> {
        if self.store.unsettled_runs(name).await?.is_empty() {
            return Ok(0);
        }
        let holder = Holder::of_daemon(&self.actor, self.clock.now());
        let _lease = Lease::take(&self.roster_file(), name, &holder).map_err(|error| refused(&error, self.zone()))?;
        let port = self.connect(name)?;
        let settled = self.recover(port.as_ref()).await?;
        settled.map_err(|refusal| Failure::because(Exit::Failed, "looking for interrupted steps", &refusal))
    }

    pub(super) fn holder(&self, verb: &str) -> Holder {
        Holder::new(verb, &self.actor, self.clock.now())
    }

    /// Since when a daemon serves the roster beside this process, which could not ask it: it is of another version, say.
    pub(super) fn served_beside(&self) -> Option<Instant> {
        Lease::holder(&self.roster_file(), SCHEDULE).filter(Holder::is_daemon).map(|holder| holder.since)
    }
}

pub(super) fn refused(error: &LeaseError, zone: &Zone) -> Failure {
    match error {
        LeaseError::Busy(_) => Failure::new(Exit::Busy, error.told(zone)),
        LeaseError::File { .. } => Failure::because(Exit::Failed, "taking the lease", error),
    }
}

/// What the lease of the schedule is called: no target can have its name.
pub(super) const SCHEDULE: &str = "@schedule";

impl Lease {
    /// The lease of the schedule of a roster, as soon as nobody has it any more.
    pub async fn when_schedule_is_free(loaded: &Loaded, holder: Holder) -> Result<Self, Failure> {
        let lease = Self::when_free(loaded.roster_file(), SCHEDULE, holder).await;
        lease.map_err(|error| Failure::because(Exit::Failed, "waiting for the lease of the schedule", &error))
    }

    /// The lease of the schedule of a roster.
    pub fn of_schedule(loaded: &Loaded, holder: &Holder) -> Result<Self, Failure> {
        let roster = loaded.roster_file();
        Self::take(&roster, SCHEDULE, holder).map_err(|error| match &error {
            LeaseError::Busy(who) => {
                let who = who.as_ref().map_or_else(String::new, |who| {
                    let since = who.since.local(&loaded.zone);
                    format!(": process {}, started by {}, since {since}", who.pid, who.actor)
                });
                Failure::new(Exit::Busy, format!("another daemon serves {}{who}", roster.display()))
            }
            LeaseError::File { .. } => Failure::because(Exit::Failed, "taking the lease of the schedule", &error),
        })
    }
}
