//! Each target compared with the roster: what is missing, to be taken away, differing, there without being ours, and
//! what is held, by the sort of reason.

use std::collections::BTreeSet;

use super::super::clauses::{covered, reason};
use super::super::document::{Extent, Finding, Part, PartKind, Report, columns};
use super::super::named::Named;
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::super::words::Names;
use super::super::{Trouble, trouble};
use super::changes::changes;
use super::plans::measure;
use super::runs::{RunLine, last_run};
use super::{Frame, OF_PLANS, ReportKind};
use crate::object::{self, Hold, HoldCode, Op, Step};
use crate::reconcile::{Measure, Plan, Reach};

pub(super) static KIND: ReportKind = ReportKind::new(
    "reconciliation",
    "each target compared with the roster: missing, differing, unmanaged, held, and the last run",
    &[
        &trouble::PART,
        &SUMMARY,
        &NOT_READ,
        &MISSING,
        &EXTRA,
        &DIFFERING,
        &AMBIGUOUS,
        &FAILING,
        &STUCK,
        &HELD,
        &UNMANAGED,
    ],
)
.of_targets()
.of_now(OF_PLANS);

static SUMMARY: PartKind = PartKind::new("summary", Phrase::Summary, &[]);
static NOT_READ: PartKind = PartKind::new("not-read", Phrase::NotReadTitle, columns![Scope Name, Why Line]);
static MISSING: PartKind = steps("missing", Phrase::MissingTitle);
static EXTRA: PartKind = steps("extra", Phrase::ExtraTitle);
static DIFFERING: PartKind = steps("differing", Phrase::DifferingTitle);
static AMBIGUOUS: PartKind = holds("ambiguous", Phrase::AmbiguousTitle);
static FAILING: PartKind = holds("failing", Phrase::FailingTitle);
static STUCK: PartKind = holds("cannot-converge", Phrase::CannotConvergeTitle);
static HELD: PartKind = holds("held", Phrase::HeldTitle);
static UNMANAGED: PartKind =
    PartKind::new("unmanaged", Phrase::UnmanagedTitle, columns![Name Name, Kind Tag, Object Line, Stamp Line]);

const fn steps(name: &'static str, title: Phrase) -> PartKind {
    PartKind::new(name, title, columns![Name Name, Op Tag, Kind Tag, Changes Line, Reason Line, Key Data])
}

const fn holds(name: &'static str, title: Phrase) -> PartKind {
    PartKind::new(name, title, columns![Name Name, Code Tag, Kind Tag, Reason Line, Key Data])
}

/// One target compared with the roster.
#[derive(Debug, Clone)]
pub struct Reconciled {
    pub plan: Plan,
    /// Linked objects.
    pub managed: u64,
    pub last_run: Option<RunLine>,
    /// The limits that hold all of the plan: no run applies it without an approval.
    pub breaches: Vec<Measure>,
    /// Some of its steps were approved all the same.
    pub in_part: bool,
}

pub fn report(targets: &[Reconciled], troubles: &[Trouble], frame: &Frame) -> Report {
    let mut report = frame.titled(&KIND, Phrase::ReconciliationTitle);
    if !troubles.is_empty() {
        report.extent = Extent::Failed;
        report.parts.push(trouble::part(troubles));
    }
    for target in targets {
        if !target.plan.coverage.is_whole() {
            report.extent = report.extent.max(Extent::Partly);
        }
        report.parts.extend(of_target(target));
    }
    report
}

fn of_target(target: &Reconciled) -> Vec<Part> {
    let Reconciled { plan, managed, last_run: run, breaches, in_part } = target;
    let part = |kind| Part { whole: plan.coverage.is_whole(), ..Part::new(kind, Some(&plan.target)) };
    let names = Names(&plan.labels);
    let mut summary = part(&SUMMARY);
    summary.lines = vec![extent(&plan.coverage), run.as_ref().map_or(Phrase::NoRun.into(), last_run)];
    if !breaches.is_empty() {
        let held = if *in_part { Phrase::HeldButForPart } else { Phrase::HeldByLimit };
        summary.lines.push(held.with([Said::list(breaches.iter().map(measure))]));
    }
    summary.numbers = numbers(plan, *managed);
    // what is said of a read stays true of that read
    let mut not_read = Part { whole: true, ..part(&NOT_READ) };
    for gap in &plan.coverage.missing {
        not_read.find(Finding::new(&gap.scope, [covered(&gap.scope), reason(&gap.why)]));
    }
    let (mut missing, mut extra, mut differing) = (part(&MISSING), part(&EXTRA), part(&DIFFERING));
    for step in &plan.steps {
        let part = match step.op {
            Op::Create => &mut missing,
            op if takes_away(op) => &mut extra,
            _ => &mut differing,
        };
        part.find(of_step(step, &names));
    }
    let mut held = [part(&AMBIGUOUS), part(&FAILING), part(&STUCK), part(&HELD)];
    for hold in &plan.held {
        let [ambiguous, failing, stuck, others] = &mut held;
        let part = match hold.code {
            HoldCode::Ambiguous => ambiguous,
            HoldCode::Failing | HoldCode::Frozen => failing,
            HoldCode::CannotConverge => stuck,
            _ => others,
        };
        part.find(of_hold(hold));
    }
    let mut unmanaged = part(&UNMANAGED);
    for one in &plan.unmanaged {
        let stamp = one.stamp.as_ref().map(|stamp| Phrase::BearsStamp.with([stamp.into()]));
        let cells = [Said::text(&one.name), one.kind.said(), Said::text(one.object.as_str()), stamp.into()];
        unmanaged.find(Finding::new(one.object.as_str(), cells));
    }
    [summary, not_read, missing, extra, differing].into_iter().chain(held).chain([unmanaged]).collect()
}

pub(super) fn of_step(step: &Step, names: &Names<'_>) -> Finding {
    let cells = [
        Said::text(&step.name),
        step.op.said(),
        step.kind.said(),
        changes(step, names),
        reason(&step.reason),
        (&step.key).into(),
    ];
    Finding::new(step.id.as_str(), cells)
}

pub(super) fn of_hold(hold: &Hold) -> Finding {
    let cells = [Said::text(&hold.name), hold.code.said(), hold.kind.said(), reason(&hold.reason), (&hold.key).into()];
    Finding::new(format!("{}:{}", hold.code.phrase().key(), hold.key), cells)
}

/// How much of the target was read.
fn extent(reach: &Reach) -> Said {
    match &reach.extent {
        _ if !reach.complete && !reach.linked_only => Phrase::ReadInPart.into(),
        _ if !reach.missing.is_empty() => Phrase::ReadButGaps.into(),
        _ if reach.linked_only => Phrase::ReadLinked.into(),
        None => Phrase::ReadWhole.into(),
        Some(object::Extent::Changes { whole }) => Phrase::ReadChanges.with([(*whole).into()]),
        Some(object::Extent::Everything { why }) => Phrase::ReadEverything.with([reason(why)]),
    }
}

fn takes_away(op: Op) -> bool {
    matches!(op, Op::Disable | Op::Delete | Op::Unlink)
}

/// The objects by what was found of them, each counted once.
fn numbers(plan: &Plan, managed: u64) -> Vec<(Phrase, u64)> {
    let keys = |wanted: &dyn Fn(Op) -> bool| -> BTreeSet<_> {
        plan.steps.iter().filter(|step| wanted(step.op)).map(|step| &step.key).collect()
    };
    // what is made or taken away may have other steps of its own: it is missing or extra, not differing
    let missing = keys(&|op| op == Op::Create);
    let extra: BTreeSet<_> = keys(&takes_away).difference(&missing).copied().collect();
    let differing: BTreeSet<_> = keys(&|op| op != Op::Create && !takes_away(op))
        .into_iter()
        .filter(|key| !missing.contains(key) && !extra.contains(key))
        .collect();
    let not_linked = plan.steps.iter().filter(|step| step.op == Op::Link).count();
    let unseen = plan.held.iter().filter(|hold| hold.code == HoldCode::Missing).count();
    let not_in_step = (differing.len() + extra.len()).saturating_sub(not_linked) + unseen;
    vec![
        (Phrase::InStep, managed.saturating_sub(not_in_step as u64)),
        (Phrase::Differing, differing.len() as u64),
        (Phrase::MissingCount, missing.len() as u64),
        (Phrase::Extra, extra.len() as u64),
        (Phrase::HeldCount, plan.held.len() as u64),
        (Phrase::Unmanaged, plan.unmanaged.len() as u64),
    ]
}
