//! What each step must be by itself: it names its object, changes something, and does what its operation says.

use super::{Found, makes};
use crate::object::{Hold, HoldCode, Kind, Op, Step, Value, aspect};
use crate::reconcile::plan::Plan;

pub(super) fn flaws(plan: &Plan) -> Vec<Found<'_>> {
    let mut flaws: Vec<Found<'_>> = Vec::new();
    for step in &plan.steps {
        flaws.extend(of_one(step).into_iter().map(|flaw| (step, flaw)));
        // a later step about a new object may wait; the object itself is then created all the same
        let held = |hold: &Hold| hold.key == step.key && hold.code != HoldCode::Waits;
        if makes(step) && plan.held.iter().any(held) {
            flaws.push((step, "it creates what is held".into()));
        }
    }
    flaws
}

fn of_one(step: &Step) -> Vec<String> {
    let mut flaws = Vec::new();
    let needs_object =
        matches!(step.op, Op::Delete | Op::Restore | Op::Disable | Op::Rename | Op::Move | Op::Link | Op::Unlink);
    match (&step.object, step.op) {
        (None, _) if needs_object => flaws.push("it changes an object without naming its id".into()),
        (Some(_), Op::Create) => flaws.push("it creates an object that has an id already".into()),
        _ => {}
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
    if let Op::Disable | Op::Enable = step.op {
        flaws.extend(usable(step));
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

/// What disables leaves a user that cannot be used, and what enables one that can.
fn usable(step: &Step) -> Option<String> {
    let after = Value::Bool(step.op == Op::Enable);
    if step.kind != Kind::User {
        return Some(format!("a {} cannot be told to {}", step.kind, step.op));
    }
    let does = step.after(aspect::ENABLED) == Some(std::slice::from_ref(&after)) && step.changes.len() == 1;
    (!does).then(|| format!("a step to {} does something else", step.op))
}

#[cfg(test)]
mod tests {
    use super::super::sample_tests::{assert_flaw, change, plan, step};
    use super::*;
    use crate::object::{Ground, Hold};

    #[test]
    fn a_step_names_its_object_and_changes_it() {
        let rename = Step { changes: vec![change(aspect::NAME, &["a"], &["b"])], ..step(Op::Rename, "k") };
        let nameless = Step { object: None, ..rename.clone() };
        assert_flaw("without naming its id", plan(vec![nameless]), plan(vec![rename.clone()]));
        let idle = Step { changes: vec![change(aspect::NAME, &["a"], &["a"])], ..rename.clone() };
        assert_flaw("name stays as it is", plan(vec![idle]), plan(vec![rename.clone()]));
        assert_flaw(
            "changes nothing",
            plan(vec![Step { changes: vec![], ..rename.clone() }]),
            plan(vec![rename.clone()]),
        );
        assert_flaw("no reason", plan(vec![Step { reason: String::new(), ..rename.clone() }]), plan(vec![rename]));
        let create = step(Op::Create, "k");
        let again = Step { object: step(Op::Delete, "k").object, ..create.clone() };
        assert_flaw("has an id already", plan(vec![again]), plan(vec![create]));
    }

    #[test]
    fn a_step_does_what_its_operation_says() {
        let disable = step(Op::Disable, "k");
        let other = Step { changes: vec![change("title", &["a"], &["b"])], ..disable.clone() };
        assert_flaw("to disable does something else", plan(vec![other]), plan(vec![disable.clone()]));
        let enable = Step { op: Op::Enable, ground: None, ..disable.clone() };
        assert_flaw("to enable does something else", plan(vec![enable]), plan(vec![step(Op::Enable, "k")]));
        let group = Step { kind: Kind::Group, ..disable.clone() };
        assert_flaw("a group cannot be told to disable", plan(vec![group]), plan(vec![disable]));
        let delete = step(Op::Delete, "k");
        let silent = Step { irreversible: false, ..delete.clone() };
        assert_flaw("not marked as irreversible", plan(vec![silent]), plan(vec![delete]));
    }

    #[test]
    fn the_stamp_is_a_links_alone() {
        let stamp = || vec![change(aspect::STAMP, &[], &["k"])];
        let link = Step { changes: stamp(), ground: Some(Ground::Ordered), ..step(Op::Link, "k") };
        let more = Step { changes: vec![change("title", &[], &["t"])], ..link.clone() };
        assert_flaw("changes more than the stamp", plan(vec![more]), plan(vec![link.clone()]));
        let update = Step { changes: stamp(), ..step(Op::Update, "k") };
        assert_flaw("another step changes the stamp", plan(vec![update]), plan(vec![link]));
    }

    #[test]
    fn no_password_is_shown() {
        let password = |value: Value| Step {
            changes: vec![crate::object::Change {
                attribute: aspect::PASSWORD.into(),
                before: Vec::new(),
                after: vec![value],
            }],
            ..step(Op::SetPassword, "k")
        };
        let sound = plan(vec![password(Value::Generated { generated: true })]);
        assert_flaw("shows a password", plan(vec![password(Value::text("hunter2"))]), sound);
    }

    #[test]
    fn what_is_held_is_not_created() {
        let held = |code| {
            let hold = Hold { key: "k".into(), kind: Kind::User, name: "k".into(), code, reason: "x".into() };
            Plan { held: vec![hold], ..plan(vec![step(Op::Create, "k")]) }
        };
        assert_flaw("creates what is held", held(HoldCode::Quality), held(HoldCode::Waits));
    }
}
