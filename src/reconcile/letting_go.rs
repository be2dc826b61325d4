//! Who has a manager that is to be deleted gets another one first: a target clears such a reference by itself, and the
//! step that changes it would then find another state than it was planned on.

use std::collections::HashMap;

use super::diff::Diff;
use crate::object::{ObjectId, Op, Referent, Step, StepId, Value, aspect};

impl Diff<'_> {
    /// Lets deletes wait for the steps that take references to what is deleted away. One that waits for something itself is
    /// left out: that may be the delete.
    pub(super) fn let_go_first(&mut self) {
        let deletes: HashMap<ObjectId, usize> = (self.steps.iter().enumerate())
            .filter(|(_, step)| step.op == Op::Delete)
            .filter_map(|(at, step)| Some((step.object.clone()?, at)))
            .collect();
        if deletes.is_empty() {
            return;
        }
        let updates = self.steps.iter().filter(|step| step.op == Op::Update && step.needs.is_empty());
        let waits: Vec<(usize, StepId)> =
            updates.filter_map(|step| Some((*deletes.get(manager_before(step)?)?, step.id.clone()))).collect();
        for (at, update) in waits {
            if let Some(delete) = self.steps.get_mut(at) {
                delete.needs.push(update);
            }
        }
    }
}

/// Whom a step takes away as a manager.
fn manager_before(step: &Step) -> Option<&ObjectId> {
    match step.change(aspect::MANAGER)?.before.first()? {
        Value::Reference(Referent::Object(object)) => Some(object),
        _ => None,
    }
}
