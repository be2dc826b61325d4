//! What a schedule has to know of an instant beside its own jobs: orders that stand, and what came by hand.

use std::collections::BTreeMap;

use crate::org::{Instant, Maintenance};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::hand::pause::paused;
use crate::schedule::{Job, JobKind, Scene};

/// The same for all jobs of one pass.
#[derive(Debug, Clone)]
pub struct Known {
    pub now: Instant,
    maintenance: Option<Maintenance>,
    paused: BTreeMap<String, String>,
    done: BTreeMap<String, Instant>,
}

impl Known {
    /// A source or target came with success, now or before.
    pub fn came(&mut self, kind: JobKind, name: &str, at: Option<Instant>) {
        if let Some(at) = at.filter(|_| kind != JobKind::Report) {
            let last = self.done.entry(name.to_owned()).or_insert(at);
            *last = at.max(*last);
        }
    }

    pub fn scene<'a>(&'a self, blocked: Option<&'a str>) -> Scene<'a> {
        let Self { now, maintenance, paused, done } = self;
        Scene { now: *now, maintenance: maintenance.as_ref(), paused, done, blocked }
    }
}

impl Engine {
    /// What is known at `now`, but for what the jobs themselves remember.
    pub async fn known_to_schedule(
        &self,
        jobs: impl Iterator<Item = &Job> + Send,
        now: Instant,
    ) -> Result<Known, Failure> {
        let orders = self.store.orders().await?;
        let maintenance = orders.maintenance(now).cloned();
        let (mut paused_targets, mut done) = (BTreeMap::new(), BTreeMap::new());
        for job in jobs {
            if let Some(order) = orders.pause(&job.name).filter(|_| job.kind == JobKind::Target) {
                paused_targets.insert(job.name.clone(), paused(order, self.zone()));
            }
            for name in &job.when.after {
                if !done.contains_key(name)
                    && let Some(at) = self.store.last_done(name).await?
                {
                    done.insert(name.clone(), at);
                }
            }
        }
        Ok(Known { now, maintenance, paused: paused_targets, done })
    }
}
