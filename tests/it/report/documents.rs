//! Documents made by hand, with Danish names and every kind of finding.

use rosterd::object::{
    AttributeName, Change, Clause, Coverage, Evidence, Ground, Handle, Hold, HoldCode, Kind, Missing, ObjectId, Op,
    Referent, ScopeRead, Step, StepId, Value,
};
use rosterd::org::sentence::Sentence as _;
use rosterd::org::{Day, Id, Instant, Zone};
use rosterd::reconcile::{Brake, Digest, Limits, Measure, Plan, Population, Reach, Unmanaged, guard};
use rosterd::report::*;

pub(super) fn day() -> Day {
    "2026-11-23".parse().unwrap()
}

/// Where the reader is: an hour ahead of UTC on the day.
pub(super) fn zone() -> Zone {
    Zone::get("Europe/Copenhagen").unwrap()
}

pub(super) fn instant() -> Instant {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

pub(super) fn words(value: &str) -> Value {
    Value::text(value)
}

pub(super) fn reference(key: &str) -> Value {
    Value::Reference(Referent::Key(Id::from(key)))
}

pub(super) fn step(
    op: Op,
    kind: Kind,
    key: &str,
    name: &str,
    reason: &str,
    changes: &[(&str, &[Value], &[Value])],
) -> Step {
    let id = Id::from(key);
    Step {
        id: StepId::new(op, &id),
        op,
        kind,
        key: id,
        person: (kind == Kind::User).then(|| Id::from(format!("p-{key}").as_str())),
        name: name.to_owned(),
        object: (op != Op::Create).then(|| ObjectId::new(format!("guid-{key}"))),
        ground: None,
        reason: reason.to_owned(),
        rung: None,
        irreversible: false,
        needs: Vec::new(),
        changes: changes
            .iter()
            .map(|(attribute, before, after)| Change {
                attribute: AttributeName::from(*attribute),
                before: before.to_vec(),
                after: after.to_vec(),
            })
            .collect(),
    }
}

pub(super) fn hold(key: &str, name: &str, code: HoldCode, reason: &str) -> Hold {
    Hold { key: Id::from(key), kind: Kind::User, name: name.to_owned(), code, reason: reason.to_owned() }
}

fn disable(key: &str, name: &str) -> Step {
    let mut step = step(
        Op::Disable,
        Kind::User,
        key,
        name,
        "the last engagement ended, last day 2026-11-22",
        &[("enabled", &[Value::Bool(true)], &[Value::Bool(false)])],
    );
    step.ground = Some(Ground::Ended);
    step
}

pub(super) fn complete() -> Reach {
    let part = ScopeRead {
        scope: "OU=Org".into(),
        kind: None,
        base_readable: true,
        ended: true,
        seen: 412,
        announced: None,
        floor: None,
        unreadable: 0,
    };
    Reach::from(&Coverage::judge(Evidence { scopes: vec![part], ..Evidence::default() }))
}

pub(super) fn plan(steps: Vec<Step>) -> Plan {
    let steps_names = steps.iter().map(|step| (step.key.to_string(), step.name.clone())).collect();
    Plan {
        outside: std::collections::BTreeMap::new(),
        target: "ad".into(),
        as_of: day(),
        coverage: complete(),
        steps,
        held: vec![
            hold("a-7", "Jens Møller", HoldCode::Ambiguous, "2 objects bear its stamp: guid-1, guid-2"),
            hold(
                "a-8",
                "Åge Ørsted",
                HoldCode::Missing,
                "the linked object was not found; nothing proves that it was deleted",
            ),
        ],
        reverts: None,
        drift: Vec::new(),
        reservations: Vec::new(),
        population: Population { users: 412, objects: 480, members: 2100, ..Population::default() },
        unmanaged: vec![Unmanaged {
            kind: Kind::User,
            name: "Gæst, Kopimaskine".into(),
            object: ObjectId::new("guid-99"),
            stamp: None,
        }],
        protected: Vec::new(),
        labels: steps_names,
        basis: String::new(),
    }
}

pub(super) fn steps() -> Vec<Step> {
    vec![
        step(
            Op::Create,
            Kind::User,
            "a-1",
            "Åse Sørensen",
            &Clause::UserMissing.said(),
            &[
                ("sAMAccountName", &[], &[words("asesor")]),
                ("givenName", &[], &[words("Åse")]),
                ("parent", &[], &[reference("u-1")]),
                ("password", &[], &[Value::Generated { generated: true }]),
            ],
        ),
        step(
            Op::Update,
            Kind::User,
            "a-2",
            "Søren O'Neill",
            &Clause::Differ.with([&"title, telephoneNumber, manager"]),
            &[
                ("title", &[words("Pædagog")], &[words("Leder")]),
                ("telephoneNumber", &[words("+45 12 34 56 78")], &[]),
                ("manager", &[Value::Reference(Referent::Handle(Handle::new("cn=x")))], &[reference("a-1")]),
            ],
        ),
        step(
            Op::Update,
            Kind::Unit,
            "u-1",
            "Børn & Unge",
            &Clause::Differs.with([&"description"]),
            &[("description", &[], &[words("Afdeling")])],
        ),
        step(
            Op::AddMembers,
            Kind::Group,
            "g-1",
            "Ledere",
            &Clause::ManyJoin.with([&2]),
            &[("members", &[], &[reference("a-1"), reference("a-2")])],
        ),
        disable("a-3", "René Ærø"),
    ]
}

pub(super) fn plan_view(plan: Plan, approved: bool) -> PlanView {
    let limits = guard::measure(&plan, &Limits::default().into());
    PlanView::new(plan, digest(), limits, approved)
}

pub(super) fn digest() -> Digest {
    "0123456789abcdef0123456789abcdef".parse().unwrap()
}

pub(super) fn plan_document() -> PlanDocument {
    let mut empty = plan(Vec::new());
    empty.target = "cloud".into();
    empty.held.clear();
    empty.coverage = Reach {
        complete: false,
        linked_only: false,
        missing: vec![Missing {
            scope: "Users".into(),
            why: "the read stopped after 200 objects without reaching the end".into(),
        }],
        extent: None,
    };
    PlanDocument {
        plans: vec![plan_view(plan(steps()), false), plan_view(empty, false)],
        errors: vec![Trouble {
            subject: "school".into(),
            message: "sign in to ldaps://dc.school.test: invalid credentials".into(),
            hint: Some("look at bind_dn and the password file".into()),
        }],
    }
}

/// A plan that disables a tenth of everybody.
pub(super) fn breached() -> PlanDocument {
    let steps = (0..42).map(|at| disable(&format!("a-{at:02}"), &format!("Medarbejder {at:02}"))).collect();
    let mut plan = plan(steps);
    plan.held.clear();
    PlanDocument { plans: vec![plan_view(plan, false)], errors: Vec::new() }
}

pub(super) fn measured(found: u64) -> Measure {
    Limits::default().of(Brake::Disable).measure("disable", found, 412)
}
