//! The one place that decides what a job does at an instant.

use std::collections::BTreeMap;

use super::job::{Job, JobKind};
use super::state::JobState;
use super::wait::Wait;
use crate::org::{Instant, Maintenance};

/// What else is known at that instant.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    pub now: Instant,
    /// Nothing is started.
    pub maintenance: Option<&'a Maintenance>,
    /// Why nothing is to be written to a target, by target.
    pub paused: &'a BTreeMap<String, String>,
    /// When each source and target last came with success, however that was started.
    pub done: &'a BTreeMap<String, Instant>,
    /// A source whose file is there and is not taken.
    pub blocked: Option<&'a str>,
}

/// What is to be done about a job now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is not due.
    Nothing,
    /// It is due since that instant of its schedule.
    Run(Instant),
    /// It is due, and something stands in the way.
    Waits(Instant, Wait),
}

/// Whether a job runs. The reasons to wait, in their order: maintenance, its hours, a pause, what has to come first,
/// a source that blocks, a failure that is waited out.
pub fn decide(job: &Job, state: &JobState, scene: &Scene<'_>) -> Decision {
    let Some(due) = job.when.due(state.served, scene.now) else { return Decision::Nothing };
    match hindrance(job, state, scene) {
        Some(why) => Decision::Waits(due, why),
        None => Decision::Run(due),
    }
}

fn hindrance(job: &Job, state: &JobState, scene: &Scene<'_>) -> Option<Wait> {
    let now = scene.now;
    if let Some(maintenance) = scene.maintenance {
        return Some(Wait::Maintenance { until: maintenance.until });
    }
    if !job.when.is_open(now) {
        return Some(Wait::Closed { until: job.when.opens_after(now) });
    }
    let is_target = job.kind == JobKind::Target;
    if let Some(why) = scene.paused.get(&job.name).filter(|_| is_target) {
        return Some(Wait::Paused { why: why.clone() });
    }
    for name in &job.when.after {
        let last = scene.done.get(name).copied();
        if !last.is_some_and(|last| job.when.is_fresh(last, now)) {
            return Some(Wait::After { name: name.clone(), last });
        }
    }
    if let Some(name) = scene.blocked.filter(|_| is_target) {
        return Some(Wait::Source { name: name.to_owned() });
    }
    match state.standing.waits.as_ref().map(|waits| &waits.why) {
        Some(failed @ Wait::Failed { again, .. }) if *again > now => Some(failed.clone()),
        _ => None,
    }
}
