//! `pause` and `unpause`: the stop button. Nothing is written to a target that is paused, by whichever process, until it is
//! taken back; what is under way ends after its step. Only an order to keep somebody out is still carried out: whoever
//! pulls the brake must be able to lock the door.

use crate::org::{Order, Zone};
use crate::report::{Document, Outcome, PauseDocument, RunDocument, RunView};
use crate::run::apply::view;
use crate::run::command::{Answer, Exit};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::lease::Lease;
use crate::store::Word;

impl Engine {
    pub(in crate::run) async fn pause(
        &self,
        target: Option<&str>,
        note: &str,
        dry_run: bool,
    ) -> Result<Answer, Failure> {
        if let Some(target) = target {
            self.entry(target)?;
        }
        let orders = self.store.orders().await?;
        let before = match target {
            Some(target) => orders.pause(target),
            None => orders.all_paused.as_ref(),
        };
        let new = || Order { by: self.actor.name.clone(), since: self.clock.now(), note: note.to_owned() };
        let (again, order) = (before.is_some(), before.cloned().unwrap_or_else(new));
        if !again && !dry_run {
            self.store.order(Word::Pause(target), Some(note), &order.by, order.since).await?;
        }
        let meant = |name: &String| target.is_none_or(|target| target == name);
        let under_way = |name: &String| Lease::holder(&self.roster_file(), name).is_some();
        let running = self.target_names().into_iter().filter(|name| meant(name) && under_way(name)).collect();
        let document =
            PauseDocument { target: target.map(str::to_owned), paused: true, again, order: Some(order), running };
        Ok(Answer { exit: Exit::Done, document: Document::Pause(document) })
    }

    pub(in crate::run) async fn unpause(
        &self,
        target: Option<&str>,
        note: Option<&str>,
        dry_run: bool,
    ) -> Result<Answer, Failure> {
        if let Some(target) = target {
            self.entry(target)?;
        }
        let orders = self.store.orders().await?;
        if let (Some(target), Some(order)) = (target, &orders.all_paused) {
            let failure = Failure::new(
                Exit::Held,
                format!("every target is paused {}, {target} among them", order.told(self.zone())),
            );
            return Err(failure.hint("`rosterd unpause` takes that back, for all of them"));
        }
        let is_paused = match target {
            Some(target) => orders.paused.contains_key(target),
            None => orders.all_paused.is_some() || !orders.paused.is_empty(),
        };
        if is_paused && !dry_run {
            self.store.order(Word::Unpause(target), note, &self.actor.name, self.clock.now()).await?;
        }
        let (target, order, running) = (target.map(str::to_owned), None, Vec::new());
        let document = PauseDocument { target, paused: false, again: !is_paused, order, running };
        Ok(Answer { exit: Exit::Done, document: Document::Pause(document) })
    }

    /// The targets among these that may be written to; the others are told as held.
    pub(in crate::run) async fn unpaused(
        &self,
        names: Vec<String>,
        document: &mut RunDocument,
    ) -> Result<Vec<String>, Failure> {
        let orders = self.store.orders().await?;
        let (held, free): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| orders.pause(name).is_some());
        for name in held {
            let why = orders.pause(&name).map(|order| paused(order, self.zone())).unwrap_or_default();
            let way_out = if orders.all_paused.is_some() { String::new() } else { format!(" {name}") };
            let message = Some(format!("{why}; `rosterd unpause{way_out}` takes that back"));
            document.runs.push(RunView { message, ..view(&name, Outcome::Held) });
        }
        Ok(free)
    }

    /// Why nothing is to be written to a target, if so.
    pub async fn paused(&self, target: &str) -> Result<Option<String>, Failure> {
        Ok(self.store.orders().await?.pause(target).map(|order| paused(order, self.zone())))
    }
}

/// In words.
pub(in crate::run) fn paused(order: &Order, zone: &Zone) -> String {
    format!("paused {}", order.told(zone))
}
