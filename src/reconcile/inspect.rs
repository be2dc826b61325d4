//! An independent linter of a finished plan: it knows the plan's form and none of the code that builds one, so that
//! a mistake there is caught before the plan is stored.

use std::collections::{HashMap, HashSet};

use crate::object::{Ground, Hold, HoldCode, ObjectId, Op, Referent, Step, StepId, Value, aspect};
use crate::org::Id;
use crate::reconcile::plan::Plan;

/// Something a plan must never have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan for {target} is flawed at {step}: {flaw}; nothing was stored, please report this as a bug")]
pub struct Flaw {
    pub target: String,
    pub step: String,
    pub flaw: String,
}

/// All flaws of a plan; none in a sound one.
pub fn inspect(plan: &Plan) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut earlier: HashSet<&str> = HashSet::new();
    let making = plan.steps.iter().filter(|step| matches!(step.op, Op::Create | Op::Restore));
    let made: HashMap<&Id, &StepId> = making.map(|step| (&step.key, &step.id)).collect();
    for step in &plan.steps {
        let mut flaw = |text: String| {
            flaws.push(Flaw { target: plan.target.clone(), step: step.id.as_str().to_owned(), flaw: text });
        };
        for need in &step.needs {
            if !earlier.contains(need.as_str()) {
                flaw(format!("it needs {}, which does not come before it", need.as_str()));
            }
        }
        for key in references(step).filter(|key| **key != step.key) {
            if made.get(key).is_some_and(|made| !step.needs.contains(made)) {
                flaw(format!("it refers to {key}, which the plan creates, without needing that"));
            }
        }
        for text in touches(step, plan) {
            flaw(text);
        }
        for text in of_one_step(step, plan.coverage.complete) {
            flaw(text);
        }
        if !earlier.insert(step.id.as_str()) {
            flaw("two steps have this id".into());
        }
    }
    flaws.extend(plan.steps.iter().filter(|step| step.is_aside() && !gets_its_name(step, plan)).map(|step| Flaw {
        target: plan.target.clone(),
        step: step.id.as_str().to_owned(),
        flaw: "it lends a name, and no later step gives the object its own".into(),
    }));
    for step in &plan.steps {
        // a later step about a new object may wait; the object itself is then created all the same
        let held = |hold: &Hold| hold.key == step.key && hold.code != HoldCode::Waits;
        if matches!(step.op, Op::Create | Op::Restore) && plan.held.iter().any(held) {
            flaws.push(Flaw {
                target: plan.target.clone(),
                step: step.id.as_str().to_owned(),
                flaw: "it creates what is held".into(),
            });
        }
    }
    flaws
}

/// Whether a later step leads on from the name that a step lends.
fn gets_its_name(aside: &Step, plan: &Plan) -> bool {
    let lent = aside.after(aspect::NAME);
    let later = plan.steps.iter().skip_while(|step| step.id != aside.id).skip(1);
    let mut own = later.filter(|step| step.key == aside.key && step.needs.contains(&aside.id));
    own.any(|step| {
        step.op == Op::Delete
            || step.change(aspect::NAME).map(|change| change.before.as_slice()) == lent && lent.is_some()
    })
}

/// The keys that a step refers to.
fn references(step: &Step) -> impl Iterator<Item = &Id> {
    step.changes.iter().flat_map(|change| &change.after).filter_map(|value| match value {
        Value::Reference(Referent::Key(key)) => Some(key),
        _ => None,
    })
}

/// What a step takes from protected objects, or writes into them.
fn touches(step: &Step, plan: &Plan) -> Vec<String> {
    let members = step.changes.iter().filter(|change| change.attribute.is(aspect::MEMBERS));
    let leaving = members.flat_map(|change| &change.before).filter_map(|value| match value {
        Value::Reference(Referent::Object(object)) => Some(object),
        _ => None,
    });
    let touched: HashSet<&ObjectId> = step.object.iter().chain(leaving).collect();
    let protected = plan.protected.iter().filter(|one| touched.contains(&one.object));
    protected.map(|one| format!("it touches the protected object {}: {}", one.object, one.why)).collect()
}

fn of_one_step(step: &Step, complete: bool) -> Vec<String> {
    let mut flaws = Vec::new();
    match (&step.ground, step.op.is_negative()) {
        (None, true) => flaws.push("a step that takes something away has no ground".into()),
        (Some(Ground::Ordered), false) if step.op == Op::Link => {}
        (Some(_), false) => flaws.push("a step that takes nothing away has a ground".into()),
        (Some(Ground::Absent(_)), true) if !complete && matches!(step.op, Op::RemoveMembers | Op::Unlink) => {
            flaws.push("an absence is claimed, but the read was partial".into());
        }
        _ => {}
    }
    if step.object.is_none()
        && matches!(step.op, Op::Delete | Op::Restore | Op::Disable | Op::Rename | Op::Move | Op::Link | Op::Unlink)
    {
        flaws.push("it changes an object without naming its id".into());
    }
    if step.op == Op::Delete && !step.irreversible {
        flaws.push("a delete is not marked as irreversible".into());
    }
    if step.changes.is_empty() && !matches!(step.op, Op::Delete | Op::Restore | Op::Link | Op::Unlink) {
        flaws.push("it changes nothing".into());
    }
    // a link changes the stamp alone, and nothing else changes it
    let links = matches!(step.op, Op::Link | Op::Unlink);
    if step.changes.iter().any(|change| change.attribute.is(aspect::STAMP) != links) {
        flaws.push("a link changes more than the stamp, or another step changes the stamp".into());
    }
    for change in &step.changes {
        let shown = change.after.iter().chain(&change.before).any(|value| !matches!(value, Value::Generated { .. }));
        if change.attribute.is(aspect::PASSWORD) && shown {
            flaws.push("it shows a password".into());
        }
        // what is brought back may have had a value, which then goes
        if change.before == change.after && step.op != Op::Restore {
            flaws.push(format!("{} stays as it is", change.attribute));
        }
    }
    if step.reason.is_empty() {
        flaws.push("it has no reason".into());
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Change, Kind, ProtectedObject, Protection};
    use crate::org::Day;
    use crate::reconcile::plan::{Population, Reach};

    fn plan(object: &str, op: Op, changes: Vec<Change>) -> Plan {
        let key = Id::new("k");
        let ground = op.is_negative().then_some(Ground::Ended);
        let step = Step {
            id: StepId::new(op, &key),
            op,
            kind: Kind::User,
            key,
            person: None,
            name: "x".into(),
            object: Some(ObjectId::new(object)),
            ground,
            reason: "x".into(),
            rung: None,
            irreversible: op == Op::Delete,
            needs: Vec::new(),
            changes,
        };
        Plan {
            target: "ad".into(),
            as_of: Day::from_date(jiff::civil::date(2026, 1, 1)),
            coverage: Reach { complete: true, linked_only: false, missing: Vec::new(), extent: None },
            steps: vec![step],
            held: Vec::new(),
            reservations: Vec::new(),
            population: Population::default(),
            unmanaged: Vec::new(),
            outside: std::collections::BTreeMap::new(),
            protected: vec![ProtectedObject { object: ObjectId::new("chief"), why: Protection::Administrative }],
            labels: std::collections::BTreeMap::new(),
            reverts: None,
            drift: Vec::new(),
            basis: String::new(),
        }
    }

    #[test]
    fn a_plan_that_touches_a_protected_object_is_flawed() {
        let leave = |object: &str| {
            let before = vec![Value::Reference(Referent::Object(ObjectId::new(object)))];
            vec![Change { attribute: aspect::MEMBERS.into(), before, after: Vec::new() }]
        };
        for flawed in [plan("chief", Op::Delete, Vec::new()), plan("group", Op::RemoveMembers, leave("chief"))] {
            let flaws = inspect(&flawed);
            assert!(flaws.len() == 1 && flaws[0].flaw.contains("administrative rights"), "{flaws:?}");
        }
        assert_eq!(inspect(&plan("other", Op::Delete, Vec::new())), vec![]);
        assert_eq!(inspect(&plan("group", Op::RemoveMembers, leave("other"))), vec![]);
    }
}
