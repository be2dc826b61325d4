//! What the steps of a run come to, object by object: what it was before the first, and what it was after the last.

use std::collections::{BTreeMap, BTreeSet};

use super::Done;
use crate::object::{AttributeName, Change, Links, ObjectId, Op, Referent, Step, Value, aspect};

/// What a run did to one object.
#[derive(Debug)]
pub(super) struct Net<'a> {
    /// Its first step, for what it is called.
    pub step: &'a Step,
    /// It was not there before.
    pub made: bool,
    /// It is not there any more, by a delete or by a disabling that deletes.
    pub deleted: Option<&'a Step>,
    /// What the run wrote into it, or took out, to make it ours or to forget it.
    pub stamped: Option<&'a Step>,
    /// Each attribute before the first step and after the last, without members.
    pub changes: BTreeMap<AttributeName, (Vec<Value>, Vec<Value>)>,
    pub came: BTreeSet<ObjectId>,
    pub left: BTreeSet<ObjectId>,
}

/// The nets of all objects that a run touched.
pub(super) fn nets<'a>(done: &'a [Done], links: &Links) -> BTreeMap<&'a ObjectId, Net<'a>> {
    let mut nets: BTreeMap<&ObjectId, Net<'a>> = BTreeMap::new();
    for Done { step, object } in done {
        nets.entry(object).or_insert_with(|| Net::of(step)).take(step, links);
    }
    nets
}

impl<'a> Net<'a> {
    fn of(step: &'a Step) -> Self {
        Self {
            step,
            made: false,
            deleted: None,
            stamped: None,
            changes: BTreeMap::new(),
            came: BTreeSet::new(),
            left: BTreeSet::new(),
        }
    }

    fn take(&mut self, step: &'a Step, links: &Links) {
        match step.op {
            Op::Create | Op::Restore => self.made = true,
            Op::Delete => self.deleted = Some(step),
            Op::Disable if step.irreversible => self.deleted = Some(step),
            Op::Link | Op::Unlink => self.stamped = Some(step),
            _ => {}
        }
        for change in &step.changes {
            match change {
                _ if change.attribute.is(aspect::PASSWORD) || change.attribute.is(aspect::STAMP) => {}
                Change { attribute, before, after } if attribute.is(aspect::MEMBERS) => {
                    self.members(&objects(before, links), &objects(after, links));
                }
                Change { attribute, before, after } => {
                    let known = self.changes.entry(attribute.clone());
                    let (_, last) = known.or_insert_with(|| (before.clone(), Vec::new()));
                    last.clone_from(after);
                }
            }
        }
    }

    /// Whether it has more than its stamp changed.
    pub fn is_plain(&self) -> bool {
        self.made || !(self.changes.is_empty() && self.came.is_empty() && self.left.is_empty())
    }

    /// Who left and came again is as before.
    fn members(&mut self, left: &BTreeSet<ObjectId>, came: &BTreeSet<ObjectId>) {
        for object in left {
            if !self.came.remove(object) {
                self.left.insert(object.clone());
            }
        }
        for object in came {
            if !self.left.remove(object) {
                self.came.insert(object.clone());
            }
        }
    }
}

fn objects(values: &[Value], links: &Links) -> BTreeSet<ObjectId> {
    let object = |value: &Value| match value {
        Value::Reference(Referent::Key(key)) => links.object(key).cloned(),
        Value::Reference(Referent::Object(id)) => Some(id.clone()),
        _ => None,
    };
    values.iter().filter_map(object).collect()
}
