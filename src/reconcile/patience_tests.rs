//! Tests of what is put off.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

use serde_json::json;

use super::*;
use crate::object::Value;

fn step(op: &str, kind: &str, key: &str, needs: &[&str], changes: &[(&str, &str, &str)]) -> Step {
    let values = |text: &str| if text.is_empty() { Vec::new() } else { vec![Value::text(text)] };
    let changes: Vec<Change> = changes
        .iter()
        .map(|(attribute, before, after)| Change {
            attribute: (*attribute).into(),
            before: values(before),
            after: values(after),
        })
        .collect();
    let step = json!({
        "id": format!("{op}:{key}"), "op": op, "kind": kind, "key": key, "name": key, "object": null, "ground": null,
        "reason": "", "irreversible": false, "needs": needs, "changes": [],
    });
    Step { changes, ..serde_json::from_value(step).unwrap() }
}

fn plan(steps: &[Step]) -> Plan {
    serde_json::from_value(json!({
        "target": "ad", "as_of": "2026-03-02", "coverage": { "complete": true }, "steps": steps, "held": [],
        "reservations": [], "population": { "users": 9, "objects": 9, "members": 0 }, "unmanaged": [], "labels": {},
        "basis": "",
    }))
    .unwrap()
}

fn hour(hour: i64) -> Instant {
    Instant::from_micros(hour * HOUR)
}

fn failing(step: &Step, next: i64) -> Failing {
    Failing {
        step: step.id.as_str().to_owned(),
        key: step.key.clone(),
        mark: mark(step),
        failures: 3,
        class: "conflict".into(),
        message: "the name is taken".into(),
        since: hour(0),
        next: hour(next),
    }
}

fn ids(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn the_waits_grow_and_have_an_end() {
    for (worth, waits) in [
        (Worth::Soon, [0, 15, 30, 60, 120, 240, 240]),
        (Worth::Later, [0, 60, 120, 240, 480, 960, 1440]),
        (Worth::Seldom, [0, 10_080, 10_080, 10_080, 10_080, 10_080, 10_080]),
    ] {
        for (failures, minutes) in (1..).zip(waits) {
            assert_eq!(
                worth.next(failures, hour(5)).micros(),
                hour(5).micros() + minutes * MINUTE,
                "{worth:?} {failures}"
            );
        }
        assert!(worth.next(u32::MAX, hour(5)) <= hour(5 + 7 * 24));
    }
}

#[test]
fn what_failed_is_held_with_all_that_needs_it_until_its_time_or_another_wish() {
    let create = step("create", "user", "ann", &[], &[("sn", "", "Berg")]);
    let manager = step("move", "user", "bob", &["create:ann"], &[("parent", "a", "b")]);
    let other = step("update", "user", "eve", &[], &[("title", "old", "new")]);
    let tried = Tried { failing: vec![failing(&create, 10)], frozen: Vec::new() };
    let all = plan(&[create.clone(), manager.clone(), other.clone()]);
    let now = all.clone().without_tried(&tried, hour(9));
    assert_eq!(ids(&now), ["update:eve"]);
    let codes: Vec<HoldCode> = now.held.iter().map(|hold| hold.code).collect();
    assert_eq!(codes, [HoldCode::Failing, HoldCode::Waits]);
    assert_eq!(
        now.held[0].reason,
        "create failed 3 times since 1970-01-01T00:00:00Z, next try at 1970-01-01T10:00:00Z: conflict: the name is taken"
    );
    assert_eq!(all.clone().without_tried(&tried, hour(10)), all, "its time has come");
    let wish = step("create", "user", "ann", &[], &[("sn", "", "Dahl")]);
    let another = plan(&[wish, manager, other]);
    assert_eq!(another.clone().without_tried(&tried, hour(9)), another, "another wish is tried at once");
    assert_ne!(tried.revision(hour(9)), tried.revision(hour(10)), "a plan rests on what is put off");
}

#[test]
fn what_ended_is_taken_away_however_often_that_failed() {
    let mut disable = step("disable", "user", "ann", &[], &[("enabled", "true", "false")]);
    disable.ground = Some(Ground::Ended);
    let frozen = Frozen {
        key: "ann".into(),
        op: Op::Disable,
        attribute: "enabled".into(),
        mark: PairMark::of(&[Value::text("false")], &[]),
        runs: 3,
    };
    let tried = Tried { failing: vec![failing(&disable, 10)], frozen: vec![frozen] };
    let all = plan(&[disable]);
    assert_eq!(all.clone().without_tried(&tried, hour(1)), all);
}

#[test]
fn what_comes_back_is_frozen_by_itself_with_both_values_and_the_rest_is_done() {
    let update = step("update", "user", "ann", &[], &[("title", "Boss", "Clerk"), ("room", "1", "2")]);
    let [title, room] = recurring(&[&update, &update, &update]).try_into().unwrap();
    assert_eq!((title.0.as_str(), room.0.as_str()), ("title", "room"));
    let other = step("update", "user", "ann", &[], &[("title", "Chief", "Clerk"), ("room", "2", "3")]);
    assert_eq!(
        recurring(&[&other, &update]),
        std::slice::from_ref(&title),
        "whatever it shows meanwhile, this was wanted each time"
    );
    let frozen = Frozen { key: "ann".into(), op: Op::Update, attribute: title.0, mark: title.1, runs: 3 };
    let tried = Tried { failing: Vec::new(), frozen: vec![frozen] };
    let left = plan(std::slice::from_ref(&update)).without_tried(&tried, hour(1));
    assert_eq!((left.steps.len(), left.steps[0].changes.len()), (1, 1));
    assert_eq!(left.steps[0].reason, "room differs from the roster");
    assert_eq!(left.held[0].code, HoldCode::Frozen);
    assert!(
        left.held[0].reason.starts_with(
            "title was written in 3 runs and came back each time: \"Clerk\" is wanted, the target shows \"Boss\""
        ),
        "{}",
        left.held[0].reason
    );
    let mut another = update;
    another.changes[0].after = vec![Value::text("Head")];
    let another = plan(&[another]);
    assert_eq!(another.clone().without_tried(&tried, hour(1)), another, "another value is wanted");
}

#[test]
fn of_members_only_the_one_who_comes_back_is_frozen() {
    let member = |key: &str| Value::Reference(crate::object::Referent::Key(key.into()));
    let mut add = step("add-members", "group", "all", &[], &[]);
    let with = |keys: &[&str]| {
        vec![Change {
            attribute: aspect::MEMBERS.into(),
            before: Vec::new(),
            after: keys.iter().map(|key| member(key)).collect(),
        }]
    };
    add.changes = with(&["ann", "bob"]);
    let before = Step { changes: with(&["bob", "eve"]), ..add.clone() };
    let found = recurring(&[&before, &add]);
    assert_eq!(found.len(), 1);
    let frozen = Frozen {
        key: "all".into(),
        op: Op::AddMembers,
        attribute: found[0].0.clone(),
        mark: found[0].1.clone(),
        runs: 2,
    };
    let left = plan(&[add]).without_tried(&Tried { failing: Vec::new(), frozen: vec![frozen] }, hour(1));
    assert_eq!(left.steps[0].after(aspect::MEMBERS), Some(&[member("ann")][..]));
    assert!(left.held[0].reason.contains("bob"), "{:?}", left.held);
}
