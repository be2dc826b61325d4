//! Every report, made by hand: with findings of every kind, and with none.

use std::collections::BTreeMap;

use rosterd::object::{Clause, Drift, DriftPolicy, HoldCode, Kind, ObjectId, Op, Referent, Value, aspect};
use rosterd::org::quality::{Look, Severities, Severity};
use rosterd::org::sentence::Sentence as _;
use rosterd::org::{CustomTypes, SnapshotBuilder};
use rosterd::reconcile::{Limits, Plan, guard};
use rosterd::report::*;

use super::documents::*;
use super::roster::{ladder, seen, snapshot};

pub(super) fn frame() -> Frame {
    Frame { at: instant(), as_of: day(), organisation: "Ærø Kommune".into() }
}

/// Every report with findings, in the order of the table.
pub(super) fn reports() -> Vec<Report> {
    let (snapshot, seen, ladder) = (snapshot(), seen(), ladder());
    let ladders = || [("ad", &ladder), ("cloud", &ladder)];
    let targets = ["ad".to_owned(), "cloud".to_owned()];
    let made = vec![
        reconciliation(&reconciled(), &[trouble()], &frame()),
        plans(&waiting(), &frame()),
        runs(&last_runs(), &frame()),
        drift(&drifted(), &frame()),
        upcoming(&snapshot, ladders(), 30, &frame()),
        leavers(&seen, &snapshot, &ladders().into(), &frame()),
        accounts(&seen, &snapshot, &frame()),
        people(&seen, &snapshot, &frame()),
        units(&snapshot, &frame()),
        access_by_manager(&seen, &snapshot, &frame()),
        access_by_group(&seen, &snapshot, &frame()),
        quality(Look { snapshot: &snapshot, custom: &CustomTypes::default() }, &severities(), &frame()),
        quarantine(&targets, put_off(), &frame()),
    ];
    made.into_iter().map(|report| report.beside(None)).collect()
}

/// Every report of an empty roster and of targets that were read and hold nothing.
pub(super) fn empty() -> Vec<Report> {
    let snapshot = SnapshotBuilder::new(day(), instant()).finish();
    let seen = [SeenTarget { target: "ad".into(), read: Some(instant()), ..SeenTarget::default() }];
    let mut plan = plan(Vec::new());
    plan.held.clear();
    plan.unmanaged.clear();
    let made = vec![
        reconciliation(
            &[Reconciled { plan, managed: 0, last_run: None, breaches: Vec::new(), in_part: false }],
            &[],
            &frame(),
        ),
        plans(&[], &frame()),
        runs(&[RunsOfTarget { target: "ad".into(), runs: Vec::new() }], &frame()),
        drift(
            &[DriftOfTarget { target: "ad".into(), read: None, drifts: Vec::new(), labels: BTreeMap::new() }],
            &frame(),
        ),
        upcoming(&snapshot, [("ad", &ladder())], 30, &frame()),
        leavers(&seen, &snapshot, &BTreeMap::from([("ad", &ladder())]), &frame()),
        accounts(&seen, &snapshot, &frame()),
        people(&seen, &snapshot, &frame()),
        units(&snapshot, &frame()),
        access_by_manager(&seen, &snapshot, &frame()),
        access_by_group(&seen, &snapshot, &frame()),
        quality(Look { snapshot: &snapshot, custom: &CustomTypes::default() }, &Severities::default(), &frame()),
        quarantine(&["ad".to_owned()], Vec::new(), &frame()),
    ];
    made.into_iter().map(|report| report.beside(None)).collect()
}

pub(super) fn report_of(name: &str) -> Report {
    reports().into_iter().find(|report| report.kind.name == name).unwrap()
}

pub(super) fn trouble() -> Trouble {
    let hint = Some("look at bind_dn and the password file".to_owned());
    Trouble { subject: "school".into(), message: "connection refused".into(), hint }
}

pub(super) fn reconciled() -> Vec<Reconciled> {
    let mut first = plan(steps());
    let (since, next) = (instant(), instant().hours_later(30));
    let failed = Clause::FailedBefore.with([&Op::Update, &3, &since, &next, &"busy", &"the server is busy"]);
    first.held.extend([
        hold("a-9", "Ib Juhl", HoldCode::Failing, &failed),
        hold("a-10", "Ea Lund", HoldCode::CannotConverge, &Clause::TakesNoSuchValue.with([&"carLicense"])),
    ]);
    let mut cloud = Plan { target: "cloud".into(), ..plan(Vec::new()) };
    cloud.held.clear();
    let last_run = last_runs().remove(0).runs.into_iter().next();
    vec![
        Reconciled { plan: first, managed: 412, last_run, breaches: vec![measured(42)], in_part: false },
        Reconciled { plan: cloud, managed: 390, last_run: None, breaches: Vec::new(), in_part: false },
    ]
}

fn waiting() -> Vec<Waiting> {
    let of = |plan: Plan, is_held| {
        let limits = guard::measure(&plan, &Limits::default().into());
        let (digest, proposed) = (digest(), instant());
        Waiting { plan, digest, proposed, limits, approvals: (0, 2), is_held }
    };
    let PlanView { steps: many, .. } = breached().plans.remove(0);
    let few = Plan { target: "cloud".into(), ..plan(steps()) };
    vec![of(plan(many.into_iter().take(30).collect()), true), of(few, false)]
}

fn last_runs() -> Vec<RunsOfTarget> {
    let failure = RunFailure {
        key: "a-3".into(),
        name: "René Ærø".into(),
        op: "disable".into(),
        class: "policy".into(),
        message: "the server refuses it (53, 0000052D)".into(),
    };
    let run = |run: i64, outcome: Option<&str>, failures: Vec<RunFailure>| RunLine {
        run,
        verb: "apply".into(),
        by: "anna".into(),
        digest: digest().to_string(),
        started: instant().days_earlier(1),
        ended: outcome.map(|_| instant().days_earlier(1).hours_later(1)),
        outcome: outcome.map(ToOwned::to_owned),
        counts: RunCounts { done: 7, failed: failures.len() as u64, held: 2, ..RunCounts::default() },
        done: [(Op::Create, 5), (Op::AddMembers, 2)].into(),
        failures,
        message: None,
    };
    let runs =
        vec![run(17, Some("partly"), vec![failure]), run(16, Some("held"), Vec::new()), run(15, None, Vec::new())];
    vec![RunsOfTarget { target: "ad".into(), runs }, RunsOfTarget { target: "cloud".into(), runs: Vec::new() }]
}

fn drifted() -> Vec<DriftOfTarget> {
    let line = |attribute: &str, name: &str, policy: DriftPolicy, [since, seen]: [i64; 2], resolved: Option<i64>| {
        let at = |hours: i64| instant().days_earlier(1).hours_later(hours);
        let (wanted, shown) = match attribute {
            aspect::MEMBERS => (vec![Value::Reference(Referent::Key("a".into()))], vec![]),
            _ => (vec![Value::text("Lærer")], vec![Value::text("=1+1 <script>")]),
        };
        let kind = if attribute == aspect::MEMBERS { Kind::Group } else { Kind::User };
        let drift = Drift {
            key: "k".into(),
            kind,
            name: name.into(),
            object: ObjectId::new("o"),
            attribute: attribute.into(),
            wanted,
            shown,
            policy,
            since: None,
        };
        DriftLine { drift, since: at(since), seen: at(seen), resolved: resolved.map(at) }
    };
    let drifts = vec![
        line("title", "Emil Holm", DriftPolicy::Revert, [5, 5], None),
        line("urn:ietf:params:scim:schemas:core:2.0:User:title", "Anna Berg", DriftPolicy::Report, [1, 5], None),
        line(aspect::MEMBERS, "Webredaktører", DriftPolicy::Accept, [5, 5], None),
        line("mail", "Bo Dahl", DriftPolicy::Revert, [1, 3], Some(5)),
    ];
    let labels = BTreeMap::from([("a".to_owned(), "Anna Berg".to_owned())]);
    vec![
        DriftOfTarget { target: "ad".into(), read: Some(instant().days_earlier(1)), drifts, labels },
        DriftOfTarget { target: "cloud".into(), read: None, drifts: Vec::new(), labels: BTreeMap::new() },
    ]
}

fn severities() -> Severities {
    Severities([("missing-mail".to_owned(), Severity::Off)].into())
}

fn put_off() -> Vec<QuarantineLine> {
    let line = |name: &str, days: i64, attribute: Option<&str>| QuarantineLine {
        target: "ad".into(),
        key: format!("key of {name}"),
        kind: "user".into(),
        name: name.into(),
        op: "update".into(),
        attribute: attribute.map(ToOwned::to_owned),
        class: attribute.is_none().then(|| "policy".to_owned()),
        message: attribute.is_none().then(|| "the password is too short".to_owned()),
        times: 4,
        since: instant().days_earlier(days),
        next: attribute.is_none().then(|| instant().hours_later(2)),
    };
    vec![line("Bo Dahl", 3, None), line("Åse Sørensen", 12, None), line("Emil Holm", 1, Some("title"))]
}
