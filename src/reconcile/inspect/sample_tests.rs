//! Sound steps and plans, which the tests of the inspection make flawed in one way.

use std::collections::BTreeMap;

use super::inspect;
use crate::object::{
    Absence, Change, Coverage, Evidence, Ground, Kind, ObjectId, Op, Referent, ScopeRead, Step, StepId, Value, aspect,
};
use crate::org::{Day, Id};
use crate::reconcile::plan::{Plan, Population, Reach};

/// A sound step of a user, or of a group for members.
pub(super) fn step(op: Op, key: &str) -> Step {
    let key = Id::new(key);
    let usable = |before: bool| Change {
        attribute: aspect::ENABLED.into(),
        before: vec![Value::Bool(before)],
        after: vec![Value::Bool(!before)],
    };
    let member = Change {
        attribute: aspect::MEMBERS.into(),
        before: vec![Value::Reference(Referent::Object(ObjectId::new("member")))],
        after: Vec::new(),
    };
    let changes = match op {
        Op::Delete | Op::Link | Op::Unlink => Vec::new(),
        Op::Disable => vec![usable(true)],
        Op::Enable => vec![usable(false)],
        Op::RemoveMembers => vec![member],
        _ => vec![change("title", &[], &["Lærer"])],
    };
    Step {
        id: StepId::new(op, &key),
        op,
        kind: Kind::User,
        name: key.to_string(),
        object: (op != Op::Create).then(|| ObjectId::new(format!("o-{key}"))),
        key,
        person: None,
        ground: op.is_negative().then_some(Ground::Ended),
        reason: "x".into(),
        rung: None,
        irreversible: op == Op::Delete,
        needs: Vec::new(),
        changes,
    }
}

pub(super) fn change(attribute: &str, before: &[&str], after: &[&str]) -> Change {
    let values = |texts: &[&str]| texts.iter().map(|text| Value::text(*text)).collect();
    Change { attribute: attribute.into(), before: values(before), after: values(after) }
}

pub(super) fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        target: "ad".into(),
        as_of: Day::from_date(jiff::civil::date(2026, 1, 1)),
        coverage: Reach { complete: true, linked_only: false, missing: Vec::new(), extent: None },
        steps,
        held: Vec::new(),
        reservations: Vec::new(),
        population: Population::default(),
        unmanaged: Vec::new(),
        outside: BTreeMap::new(),
        protected: Vec::new(),
        labels: BTreeMap::new(),
        reverts: None,
        drift: Vec::new(),
        basis: String::new(),
    }
}

/// The flaw is the only one of the first plan, and its twin has none.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "plans are made for it alone")]
pub(super) fn assert_flaw(flaw: &str, flawed: Plan, sound: Plan) {
    let found: Vec<String> = inspect(&flawed).into_iter().map(|one| one.flaw).collect();
    assert!(!found.is_empty() && found.iter().all(|one| one.contains(flaw)), "{flaw:?}: {found:?}");
    assert_eq!(inspect(&sound), vec![]);
}

/// Proof that what was not seen is not there.
#[expect(clippy::panic, reason = "a test that fails should stop at once")]
pub(super) fn absence() -> Absence {
    let part = ScopeRead {
        scope: "x".into(),
        kind: None,
        base_readable: true,
        ended: true,
        seen: 1,
        announced: Some(1),
        floor: None,
        unreadable: 0,
    };
    let read = Coverage::judge(Evidence { scopes: vec![part], ..Evidence::default() });
    let Some(complete) = read.complete() else { panic!("a whole read is complete") };
    complete.absence()
}
