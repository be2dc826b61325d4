//! Tests of what is drift beside what rosterd itself wrote since the last read.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

use serde_json::json;

use super::*;

/// An account that a target shows as enabled or not, with the title "old".
fn account(enabled: bool) -> Observed {
    let account: Observed = serde_json::from_value(json!({
        "id": "7", "kind": "user", "handle": "cn=ann", "stamp": null, "parent": null, "name": "ann",
        "enabled": enabled, "attributes": {}, "manager": null, "members": null, "protected": null,
    }))
    .unwrap();
    Observed { attributes: [("title".into(), vec![Value::text("old")])].into(), ..account }
}

fn change(attribute: &str, before: Value, after: Value) -> Change {
    Change { attribute: attribute.into(), before: vec![before], after: vec![after] }
}

fn disabling() -> Change {
    change(aspect::ENABLED, Value::Bool(true), Value::Bool(false))
}

fn enabling() -> Change {
    change(aspect::ENABLED, Value::Bool(false), Value::Bool(true))
}

fn titling() -> Change {
    change("title", Value::text("old"), Value::text("new"))
}

/// The plan of a read after which the roster wants one change.
fn plan(op: &str, change: &Change) -> Plan {
    let step = json!({
        "id": format!("{op}:ann"), "op": op, "kind": "user", "key": "ann", "name": "ann", "object": "7", "ground": null,
        "reason": "", "irreversible": false, "needs": [], "changes": [],
    });
    let step = Step { changes: vec![change.clone()], ..serde_json::from_value(step).unwrap() };
    serde_json::from_value(json!({
        "target": "ad", "as_of": "2026-03-02", "coverage": { "complete": true }, "steps": [step], "held": [],
        "reservations": [], "population": { "users": 1, "objects": 1, "members": 0 }, "unmanaged": [], "labels": {},
        "basis": "",
    }))
    .unwrap()
}

/// The plan settled by what the read before it showed and what was written since, each with whether its run has ended.
/// All drift is left as it is, where that can be.
fn settled(plan: Plan, showed: bool, wrote: &[(Change, bool)]) -> Plan {
    let (object, schema) = (ObjectId::new("7"), Schema::default());
    let wrote: Vec<Wrote<'_>> = wrote
        .iter()
        .map(|(change, ended)| Wrote { object: &object, changes: std::slice::from_ref(change), ended: *ended })
        .collect();
    let left = |attribute: &str| ((Kind::User, attribute.into()), DriftPolicy::Report);
    let known = Known {
        was: &[(object.clone(), account(showed))].into(),
        wrote: &wrote,
        open: &[],
        policies: &[left(aspect::ENABLED), left("title")].into(),
        schemas: &[(Kind::User, &schema)].into(),
        roots: &BTreeMap::new(),
        links: &Links::default(),
    };
    settle(plan, &known)
}

#[test]
fn who_lets_somebody_in_again_is_told_once_the_run_that_kept_him_out_has_ended() {
    let is_drift = |showed: bool, wrote: &[(Change, bool)]| {
        let asked = plan("disable", &disabling());
        let settled = settled(asked.clone(), showed, wrote);
        assert_eq!(settled.steps, asked.steps, "who is to be kept out is kept out, whatever is left to others");
        !settled.drift.is_empty()
    };
    assert!(is_drift(false, &[]), "it was seen disabled");
    assert!(!is_drift(true, &[]), "the roster moved, not the target");
    assert!(is_drift(true, &[(disabling(), true)]));
    assert!(!is_drift(true, &[(disabling(), false)]), "the run itself reads, and the target may be slow to show it");
    assert!(is_drift(true, &[(enabling(), true), (disabling(), true)]), "the last counts");
    assert!(!is_drift(false, &[(disabling(), true), (enabling(), true)]), "we let him in ourselves");
    assert!(!is_drift(true, &[(disabling(), true), (disabling(), false)]));
}

#[test]
fn of_other_values_nobody_knows_whether_the_target_ever_showed_them() {
    let flag = change("flag", Value::Bool(true), Value::Bool(false));
    for (op, wanted, showed) in [("update", titling(), true), ("update", flag, true), ("enable", enabling(), false)] {
        let asked = plan(op, &wanted);
        let settled = settled(asked.clone(), showed, &[(disabling(), true), (wanted, true)]);
        assert_eq!((settled.steps, settled.drift), (asked.steps, Vec::new()), "{op}");
    }
}

#[test]
fn what_a_target_showed_and_shows_no_more_is_left_as_it_is_if_the_policy_says_so() {
    let back = change("title", Value::text("theirs"), Value::text("old"));
    let settled = settled(plan("update", &back), true, &[]);
    assert_eq!((settled.steps.len(), settled.drift.len(), settled.held.len()), (0, 1, 1));
}
