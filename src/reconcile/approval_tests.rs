//! Tests of consent: who counts, and what is released.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

use serde_json::json;

use super::*;

const HOUR: i64 = 3_600_000_000;

fn plan() -> Plan {
    let step = |op: &str, kind: &str, key: &str, needs: &[&str]| {
        json!({
            "id": format!("{op}:{key}"), "op": op, "kind": kind, "key": key, "name": key, "object": null, "ground": null,
            "reason": "", "irreversible": false, "needs": needs, "changes": [],
        })
    };
    serde_json::from_value(json!({
        "target": "ad", "as_of": "2026-03-02", "coverage": { "complete": true },
        "steps": [
            step("disable", "user", "ann", &[]), step("create", "unit", "it", &[]),
            step("move", "user", "bob", &["create:it"]), step("update", "group", "all", &[]),
        ],
        "held": [], "reservations": [], "population": { "users": 9, "objects": 9, "members": 0 }, "unmanaged": [],
        "labels": {}, "basis": "",
    }))
    .unwrap()
}

fn at(hour: i64) -> Instant {
    Instant::from_micros(hour * HOUR)
}

/// Approved at noon, for a day.
fn approval(uid: u32, only: &[&str]) -> Approval {
    Approval {
        digest: plan().digest(),
        by: Actor::of_uid(uid),
        at: at(12),
        expires: at(36),
        only: only.iter().map(|part| part.parse().unwrap()).collect(),
    }
}

fn consent(needed: u32, approvals: &[Approval]) -> Consent {
    let quorum = Quorum { needed, proposer: Some(Actor::of_uid(7)) };
    Consent::new(plan().digest(), quorum, approvals.to_vec(), at(24))
}

fn released(needed: u32, approvals: &[Approval]) -> Vec<String> {
    match consent(needed, approvals).releases(&plan()) {
        Released::Nothing => Vec::new(),
        Released::Part(steps) => steps.iter().map(|step| step.as_str().to_owned()).collect(),
        Released::All => vec!["all".to_owned()],
    }
}

#[test]
fn one_is_enough_by_default_and_that_may_be_the_proposer_or_root() {
    for uid in [7, 0, 12] {
        assert_eq!(released(1, &[approval(uid, &[])]), ["all"], "{uid}");
    }
    assert!(released(1, &[]).is_empty());
}

#[test]
fn of_several_each_is_another_and_none_is_root_or_the_proposer() {
    let [ann, bob] = [12, 13].map(|uid| approval(uid, &[]));
    assert_eq!(released(2, &[ann.clone(), bob]), ["all"]);
    for (other, word) in [(approval(12, &[]), ""), (approval(0, &[]), "root"), (approval(7, &[]), "proposed")] {
        assert!(released(2, &[ann.clone(), other.clone()]).is_empty(), "{other:?}");
        let why = consent(2, &[]).why_not(&other).unwrap_or_default();
        assert!(why.contains(word), "{why}");
    }
    let unknown = Approval { by: Actor::unknown("anna"), ..ann.clone() };
    assert!(released(2, &[ann, unknown]).is_empty());
}

#[test]
fn what_expired_and_what_is_of_another_plan_does_not_count() {
    let ann = approval(12, &[]);
    let expired = Approval { expires: at(24), ..ann.clone() };
    let of_another = Approval { digest: Digest::of(b"another"), ..ann.clone() };
    for (one, word) in [(expired, "has expired"), (of_another, "another plan")] {
        assert!(released(1, std::slice::from_ref(&one)).is_empty());
        assert!(consent(1, &[]).why_not(&one).unwrap().contains(word));
    }
    let other_plan = Plan { target: "other".into(), ..plan() };
    assert_eq!(consent(1, &[ann]).releases(&other_plan), Released::Nothing);
}

#[test]
fn a_part_comes_with_what_it_needs_and_enough_people_for_each_step() {
    assert_eq!(released(1, &[approval(12, &["disable"])]), ["disable:ann"]);
    assert_eq!(released(1, &[approval(12, &["bob"])]), ["create:it", "move:bob"]);
    assert_eq!(
        released(1, &[approval(12, &["disable"]), approval(13, &["kind=group"])]),
        ["disable:ann", "update:all"]
    );
    assert_eq!(released(1, &[approval(12, &["disable", "bob", "kind=group"])]), ["all"]);
    assert_eq!(released(2, &[approval(12, &[]), approval(13, &["bob"])]), ["create:it", "move:bob"]);
    assert!(released(2, &[approval(12, &["disable"]), approval(13, &["bob"])]).is_empty());
}

#[test]
fn more_approvals_never_release_less() {
    let all: Vec<Approval> =
        [(12, "disable"), (13, "kind=unit"), (12, "bob"), (13, "ann"), (14, "kind=group"), (14, "bob")]
            .map(|(uid, part)| approval(uid, &[part]))
            .to_vec();
    for needed in [1, 2, 3] {
        let mut before = 0;
        for count in 0..=all.len() {
            let now = match consent(needed, &all[..count]).releases(&plan()) {
                Released::Nothing => 0,
                Released::Part(steps) => steps.len(),
                Released::All => plan().steps.len(),
            };
            assert!(now >= before, "{needed} of {count}");
            before = now;
        }
    }
}
