//! What came of a step, and what of it is to be known: by the journal, by the links, by later runs.

use super::tried::worth;
use crate::object::{Links, ObjectId, Op, PairMark, Referent, Rung, Step, Value, aspect};
use crate::org::Instant;
use crate::reconcile::journal::Event;
use crate::store::{Entry, Joined, Linking, Pair, RunId, Try, Written};
use crate::target::{Class, Unshown};

/// What a target may take up later is written again after so many hours.
const WAIT_HOURS: i64 = 7 * 24;

/// What came of a step.
pub(super) struct Settled<'a> {
    pub step: &'a Step,
    pub event: Event,
    pub object: Option<ObjectId>,
    pub refusal: Option<(Class, String)>,
    /// The target itself said no to it: the object, and not the connection, is why.
    pub counts: bool,
    /// What the object shows instead of what was written.
    pub unshown: Vec<Unshown>,
    pub note: Option<String>,
}

impl Settled<'_> {
    /// The entry of the journal.
    pub fn entry(&self, run: RunId) -> Entry<'_> {
        Entry {
            event: self.event,
            object: self.object.as_ref(),
            class: self.refusal.as_ref().map(|(class, _)| class.as_str()),
            message: self.refusal.as_ref().map(|(_, message)| message.as_str()).or(self.note.as_deref()),
            ..intended(run, self.step)
        }
    }

    /// What it means for the links.
    pub fn linking(&self) -> Option<Linking<'_>> {
        let step = self.step;
        match (step.op, self.event) {
            (Op::Delete | Op::Unlink, Event::Done) if step.rung == Some(Rung::Deleted) => {
                Some(Linking::Deleted(&step.key, step.kind))
            }
            (Op::Create | Op::Link | Op::Restore, Event::Done) => Some(Linking::Made(&step.key, step.kind)),
            // who comes back waits for no right that is missing: the next plan makes the account anew
            (Op::Restore, Event::Refused) if step.rung.is_some() && self.is_final() => Some(Linking::Lost(&step.key)),
            (_, Event::Done) if ends_link(step) => Some(Linking::Forgotten(&step.key)),
            _ => None,
        }
    }

    /// What a step that was done says of what its object shows of it.
    pub fn written(&self, now: Instant) -> Option<Written<'_>> {
        let object = self.object.as_ref().filter(|_| self.event == Event::Done)?;
        let attributes = self.step.changes.iter().map(|change| &change.attribute).collect();
        let again = now.hours_later(WAIT_HOURS);
        let unshown = self.unshown.iter().map(|one| Pair {
            attribute: &one.attribute,
            mark: PairMark::of(&one.sent, &one.shown),
            until: (!one.lasting).then_some(again),
        });
        Some(Written { object, attributes, unshown: unshown.collect() })
    }

    /// Whom a step that was done put into a group, or took out.
    pub fn joined(&self, links: &Links) -> Option<Joined<'_>> {
        let group = self.object.as_ref().filter(|_| self.event == Event::Done)?;
        let change = self.step.change(aspect::MEMBERS)?;
        let objects = |values: &[Value]| {
            let object = |value: &Value| match value {
                Value::Reference(Referent::Key(key)) => links.object(key).cloned(),
                Value::Reference(Referent::Object(object)) => Some(object.clone()),
                _ => None,
            };
            values.iter().filter_map(object).collect()
        };
        Some(Joined { group, came: objects(&change.after), left: objects(&change.before) })
    }

    /// What later runs are to know of it.
    pub fn tried(&self) -> Option<Try<'_>> {
        match (&self.refusal, self.event) {
            (_, Event::Done) => Some(Try::Done(self.step)),
            (Some((class, message)), _) if self.counts => {
                Some(Try::Failed { step: self.step, class: class.as_str(), message, worth: worth(*class) })
            }
            _ => None,
        }
    }

    /// Whether the target said no, and will say so again.
    fn is_final(&self) -> bool {
        let class = self.refusal.as_ref().map(|(class, _)| *class);
        matches!(class, Some(Class::Forbidden | Class::Permanent))
    }
}

/// The entry of a step that is to be taken.
pub(super) fn intended(run: RunId, step: &Step) -> Entry<'_> {
    Entry { run, step: &step.id, event: Event::Intended, object: None, class: None, message: None }
}

/// Whether the object is ours no more, or is no more at all.
pub(super) fn ends_link(step: &Step) -> bool {
    matches!(step.op, Op::Unlink | Op::Delete) || step.op == Op::Disable && step.irreversible
}
