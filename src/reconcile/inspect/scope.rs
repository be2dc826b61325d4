//! What a plan must not touch: objects that are protected, and those that are not ours.

use std::collections::{HashMap, HashSet};

use super::Found;
use crate::object::{ObjectId, Op, Protection, Referent, Step, Value, aspect};
use crate::reconcile::plan::Plan;

pub(super) fn flaws(plan: &Plan) -> Vec<Found<'_>> {
    let protected: HashMap<&ObjectId, &Protection> = plan.protected.iter().map(|one| (&one.object, &one.why)).collect();
    let others: HashSet<&ObjectId> = plan.unmanaged.iter().map(|one| &one.object).collect();
    let mut flaws: Vec<Found<'_>> = Vec::new();
    for step in &plan.steps {
        let touched: HashSet<&ObjectId> = step.object.iter().chain(leaving(step)).collect();
        for object in touched {
            if let Some(why) = protected.get(object) {
                flaws.push((step, format!("it touches the protected object {object}: {why}")));
            }
        }
        // a link says that an object is ours from now on
        if let Some(object) = step.object.as_ref().filter(|object| step.op != Op::Link && others.contains(object)) {
            flaws.push((step, format!("it changes the object {object}, which is not ours")));
        }
    }
    flaws
}

/// Who leaves a group by a step.
fn leaving(step: &Step) -> impl Iterator<Item = &ObjectId> {
    let members = step.changes.iter().filter(|change| change.attribute.is(aspect::MEMBERS));
    members.flat_map(|change| &change.before).filter_map(|value| match value {
        Value::Reference(Referent::Object(object)) => Some(object),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample_tests::{assert_flaw, plan, step};
    use super::*;
    use crate::object::{Change, Kind, ProtectedObject};
    use crate::reconcile::plan::Unmanaged;

    fn leave(member: &str) -> Step {
        let before = vec![Value::Reference(Referent::Object(ObjectId::new(member)))];
        let change = Change { attribute: aspect::MEMBERS.into(), before, after: Vec::new() };
        Step { kind: Kind::Group, changes: vec![change], ..step(Op::RemoveMembers, "g") }
    }

    #[test]
    fn a_protected_object_is_not_touched_and_leaves_no_group() {
        let guarded = |step: Step| {
            let chief = ProtectedObject { object: ObjectId::new("o-chief"), why: Protection::Administrative };
            Plan { protected: vec![chief], ..plan(vec![step]) }
        };
        for op in [Op::Delete, Op::Disable, Op::Enable, Op::Unlink] {
            assert_flaw("administrative rights", guarded(step(op, "chief")), guarded(step(op, "other")));
        }
        assert_flaw("administrative rights", guarded(leave("o-chief")), guarded(leave("o-other")));
    }

    #[test]
    fn what_is_not_ours_is_not_changed() {
        let beside = |step: Step| {
            let (kind, name) = (Kind::User, "theirs".to_owned());
            let other = Unmanaged { kind, name, object: ObjectId::new("o-theirs"), stamp: None };
            Plan { unmanaged: vec![other], ..plan(vec![step]) }
        };
        for op in [Op::Delete, Op::Disable, Op::Enable, Op::Restore] {
            assert_flaw("which is not ours", beside(step(op, "theirs")), beside(step(op, "ours")));
        }
    }
}
