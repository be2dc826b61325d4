//! `suspend` and `resume`: whom an order keeps out of every target, at once and until it is taken back. The order is
//! durable before anything is done, so that whoever writes to a target heeds it, now or in any later run.

use futures_util::future::join_all;

use crate::org::{FactKind, Id, Identity, Order};
use crate::report::{Document, KeptOut, Outcome, SuspensionDocument, Trouble};
use crate::run::ask::find::Sure;
use crate::run::command::{Answer, Exit};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::Word;

impl Engine {
    /// Keeps a person out of every target. Of somebody who is kept out already the accounts are looked at again.
    pub(in crate::run) async fn suspend(&self, text: &str, note: &str, dry_run: bool) -> Result<Answer, Failure> {
        let (person, name) = self.ordered(text).await?;
        let before = self.store.orders().await?.suspended.remove(&person);
        let again = before.is_some();
        let new = || Order { by: self.actor.name.clone(), since: self.clock.now(), note: note.to_owned() };
        let order = before.unwrap_or_else(new);
        if !again && !dry_run {
            self.store.order(Word::Suspend(&person), Some(note), &order.by, order.since).await?;
        }
        let mut document = SuspensionDocument {
            person,
            name,
            suspended: true,
            again,
            order,
            targets: Vec::new(),
            errors: Vec::new(),
            dry_run,
        };
        if !dry_run {
            self.keep_out_everywhere(&mut document).await;
        }
        let partly = document.targets.iter().any(|target| target.outcome != Outcome::Done);
        let exit = if partly || !document.errors.is_empty() { Exit::Partly } else { Exit::Done };
        Ok(Answer { exit, document: Document::Suspension(document) })
    }

    /// All targets at once: one that is slow keeps nobody in elsewhere.
    async fn keep_out_everywhere(&self, document: &mut SuspensionDocument) {
        let (person, order) = (&document.person, &document.order);
        let one = async |target: String| {
            let kept = self.keep_out_at_once(&target, person, order).await;
            (target, kept)
        };
        let all: Vec<(String, Result<KeptOut, Failure>)> = join_all(self.target_names().into_iter().map(one)).await;
        for (target, kept) in all {
            match kept {
                Ok(kept) => document.targets.push(kept),
                Err(failure) => {
                    let Failure { message, hint, .. } = failure;
                    document.errors.push(Trouble { subject: target, message, hint });
                }
            }
        }
    }

    /// Takes the order back: from the next run on the accounts are as the roster says.
    pub(in crate::run) async fn resume(
        &self,
        text: &str,
        note: Option<&str>,
        dry_run: bool,
    ) -> Result<Answer, Failure> {
        let (person, name) = self.ordered(text).await?;
        let Some(order) = self.store.orders().await?.suspended.remove(&person) else {
            return Err(Failure::new(Exit::Held, format!("{name} ({person}) is not suspended")));
        };
        if !dry_run {
            self.store.order(Word::Resume(&person), note, &self.actor.name, self.clock.now()).await?;
        }
        let document = SuspensionDocument {
            person,
            name,
            suspended: false,
            again: false,
            order,
            targets: Vec::new(),
            errors: Vec::new(),
            dry_run,
        };
        Ok(Answer { exit: Exit::Done, document: Document::Suspension(document) })
    }

    /// The order that keeps a person out.
    pub async fn suspension(&self, person: &Id) -> Result<Option<Order>, Failure> {
        Ok(self.store.orders().await?.suspended.remove(person))
    }

    /// Two records of which one is suspended are not made one: the order would be lost with the one that goes.
    pub(super) async fn refuse_merge_of_suspended(&self, what: &Identity) -> Result<(), Failure> {
        let Identity::Merge { kind: FactKind::Person, kept, gone } = what else { return Ok(()) };
        let suspended = self.store.orders().await?.suspended;
        match suspended.get(gone).filter(|_| !suspended.contains_key(kept)) {
            None => Ok(()),
            Some(order) => Err(Failure::new(Exit::Held, format!("{gone} is suspended {}", order.told(self.zone())))
                .hint(format!("`rosterd suspend {kept}` first keeps both out"))),
        }
    }

    /// The person whom an order is about, with the name: whoever is put out is named exactly. Whoever is named so is found
    /// without a look at everybody else, in a large organisation a matter of seconds.
    async fn ordered(&self, text: &str) -> Result<(Id, String), Failure> {
        let id = Id::from(text);
        if let Some(called) = self.last_name(FactKind::Person, &id).await? {
            return Ok((id, called.full_name.into()));
        }
        if let Some(found) = self.called_just(FactKind::Person, text).await? {
            return Ok(found);
        }
        let snapshot = self.store.snapshot(self.today(), None).await?;
        let person = self.meant(FactKind::Person, text, &[&snapshot], Sure::Exactly).await?;
        let name = self.called(FactKind::Person, &person, &[&snapshot]).await?;
        Ok((person, name))
    }
}
