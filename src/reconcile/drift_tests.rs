//! Tests of what is drift beside what rosterd itself wrote since the last read.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

use serde_json::json;

use super::*;

/// An account that a target shows as enabled or not.
fn account(enabled: bool) -> Observed {
    serde_json::from_value(json!({
        "id": "7", "kind": "user", "handle": "cn=ann", "stamp": null, "parent": null, "name": "ann",
        "enabled": enabled, "attributes": {}, "manager": null, "members": null, "protected": null,
    }))
    .unwrap()
}

fn disabling() -> Change {
    Change { attribute: aspect::ENABLED.into(), before: vec![Value::Bool(true)], after: vec![Value::Bool(false)] }
}

/// The plan of a read that shows the account enabled, where the roster wants it disabled.
fn plan() -> Plan {
    let step = json!({
        "id": "disable:ann", "op": "disable", "kind": "user", "key": "ann", "name": "ann", "object": "7", "ground": null,
        "reason": "", "irreversible": false, "needs": [], "changes": [],
    });
    let step = Step { changes: vec![disabling()], ..serde_json::from_value(step).unwrap() };
    serde_json::from_value(json!({
        "target": "ad", "as_of": "2026-03-02", "coverage": { "complete": true }, "steps": [step], "held": [],
        "reservations": [], "population": { "users": 1, "objects": 1, "members": 0 }, "unmanaged": [], "labels": {},
        "basis": "",
    }))
    .unwrap()
}

/// Whether the plan has drift, by what the read before it showed and what was written since: whether each run has ended.
fn is_drift(showed: bool, wrote: &[(&Change, bool)]) -> bool {
    let (object, schema) = (ObjectId::new("7"), Schema::default());
    let wrote: Vec<Wrote<'_>> = wrote
        .iter()
        .map(|(change, ended)| Wrote { object: &object, changes: std::slice::from_ref(*change), ended: *ended })
        .collect();
    let settled = settle(
        plan(),
        &Known {
            was: &[(object.clone(), account(showed))].into(),
            wrote: &wrote,
            open: &[],
            policies: &Policies::new(),
            schemas: &[(Kind::User, &schema)].into(),
            roots: &BTreeMap::new(),
            links: &Links::default(),
        },
    );
    assert_eq!(settled.steps, plan().steps, "who is to be kept out is kept out, whoever let him in");
    !settled.drift.is_empty()
}

#[test]
fn who_lets_somebody_in_again_is_told_once_the_run_that_kept_him_out_has_ended() {
    let (disabled, other) = (disabling(), Change { attribute: "title".into(), ..disabling() });
    let enabled = Change { before: disabled.after.clone(), after: disabled.before.clone(), ..disabled.clone() };
    assert!(is_drift(false, &[]), "it was seen disabled");
    assert!(!is_drift(true, &[]), "the roster moved, not the target");
    assert!(is_drift(true, &[(&disabled, true)]));
    assert!(!is_drift(true, &[(&disabled, false)]), "the run itself reads, and the target may be slow to show it");
    assert!(!is_drift(true, &[(&other, true)]), "of other values nobody knows whether the target ever showed them");
    assert!(is_drift(true, &[(&enabled, true), (&disabled, true)]), "the last counts");
    assert!(!is_drift(false, &[(&disabled, true), (&enabled, true)]), "we let him in ourselves");
    assert!(!is_drift(true, &[(&disabled, true), (&disabled, false)]));
}
