//! `maintenance begin` and `maintenance end`: while people work on the systems, the schedule starts nothing. What comes
//! due meanwhile is queued, each job once, and runs when it is over. What is under way ends; verbs by hand go on, and an
//! order to keep somebody out is carried out at once.

use crate::org::{Instant, Maintenance, Order};
use crate::report::{Document, MaintenanceDocument};
use crate::run::command::{Answer, Exit};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::lease::Lease;
use crate::schedule::Wait;
use crate::store::Word;

impl Engine {
    pub(in crate::run) async fn begin_maintenance(
        &self,
        until: Option<Instant>,
        note: Option<&str>,
        dry_run: bool,
    ) -> Result<Answer, Failure> {
        let now = self.clock.now();
        if let Some(until) = until.filter(|until| *until <= now) {
            let message = format!("the maintenance would have ended at {}", until.local(&self.config.zone));
            return Err(Failure::new(Exit::Usage, message).hint("write an instant to come, or leave --until out"));
        }
        let orders = self.store.orders().await?;
        let before = orders.maintenance(now).filter(|before| before.until == until);
        let order = Order { by: self.actor.name.clone(), since: now, note: note.unwrap_or_default().to_owned() };
        let (again, maintenance) = (before.is_some(), before.cloned().unwrap_or(Maintenance { order, until }));
        if !again && !dry_run {
            self.store.order(Word::BeginMaintenance(until), note, &self.actor.name, now).await?;
        }
        let is_running = |name: &String| Lease::holder(&self.roster_file(), name).is_some();
        let running = self.target_names().into_iter().filter(is_running).collect();
        let (maintenance, queued) = (Some(maintenance), Vec::new());
        let document = MaintenanceDocument { begun: true, again, maintenance, running, queued, dry_run };
        Ok(Answer { exit: Exit::Done, document: Document::Maintenance(document) })
    }

    pub(in crate::run) async fn end_maintenance(&self, note: Option<&str>, dry_run: bool) -> Result<Answer, Failure> {
        let now = self.clock.now();
        let orders = self.store.orders().await?;
        let maintenance = orders.maintenance(now).cloned();
        let records = self.store.schedule_runs().await?.into_values().filter(|_| maintenance.is_some());
        let waits = |wait: &Wait| matches!(wait, Wait::Maintenance { .. });
        let queued = records.filter(|record| record.standing.waits.as_ref().is_some_and(|waiting| waits(&waiting.why)));
        let queued = queued.map(|record| record.job).collect();
        if maintenance.is_some() && !dry_run {
            self.store.order(Word::EndMaintenance, note, &self.actor.name, now).await?;
        }
        let (again, running) = (maintenance.is_none(), Vec::new());
        let document = MaintenanceDocument { begun: false, again, maintenance, running, queued, dry_run };
        Ok(Answer { exit: Exit::Done, document: Document::Maintenance(document) })
    }
}
