//! The plans that wait: what each would do, which limits it breaches, and how it is approved.

use super::super::document::{Finding, Part, PartKind, Report, columns};
use super::super::ends::Ended;
use super::super::named::Named;
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::super::words::Names;
use super::reconciliation::of_step;
use super::{Frame, OF_PLANS, ReportKind};
use crate::org::Instant;
use crate::reconcile::guard::NEW_RULES;
use crate::reconcile::{Digest, Measure, Plan};

pub(super) static KIND: ReportKind = ReportKind::new(
    "plans",
    "the plans that wait: steps, limits, breaches, and the commands that approve and apply",
    &[&HELD, &PENDING, &STEPS],
)
.of_targets()
.of_now(OF_PLANS);

static HELD: PartKind = PartKind::new(
    "held",
    Phrase::PlansPart,
    columns![Digest Name, Breaches Labelled, Limits Labelled, Steps Labelled, Ends Labelled, Approvals Labelled,
        Approve Labelled, Apply Labelled, Proposed Labelled],
);
static PENDING: PartKind = PartKind::new(
    "pending",
    Phrase::PendingPart,
    columns![Digest Name, Limits Labelled, Steps Labelled, Ends Labelled, Apply Labelled, Proposed Labelled],
);
static STEPS: PartKind = PartKind::new(
    "steps",
    Phrase::PlanSteps,
    columns![Name Name, Op Tag, Kind Tag, Changes Line, Reason Line, Key Data],
);

/// So many of those who are disabled or deleted are named; the steps name them all.
const NAMED: usize = 20;

/// A plan that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub plan: Plan,
    pub digest: Digest,
    pub proposed: Instant,
    pub limits: Vec<Measure>,
    /// How many approved it, and how many have to.
    pub approvals: (u32, u32),
    /// It breaches a limit and was not approved by enough.
    pub is_held: bool,
}

pub fn report(plans: &[Waiting], frame: &Frame) -> Report {
    let mut report = frame.titled(&KIND, Phrase::PlansTitle);
    if plans.iter().all(|waiting| waiting.plan.steps.is_empty()) {
        report.lead.push(Phrase::NoPlans.into());
    }
    for waiting in plans {
        let target = Some(waiting.plan.target.as_str());
        let (mut held, mut pending, mut steps) =
            (Part::new(&HELD, target), Part::new(&PENDING, target), Part::new(&STEPS, target));
        if !waiting.plan.steps.is_empty() {
            match waiting.is_held {
                true => held.find(of_held(waiting)),
                false => pending.find(of_pending(waiting)),
            }
            let names = Names(&waiting.plan.labels);
            waiting.plan.steps.iter().for_each(|step| steps.find(of_step(step, &names)));
        }
        report.parts.extend([held, pending, steps]);
    }
    report
}

fn of_held(waiting: &Waiting) -> Finding {
    let (given, needed) = waiting.approvals;
    let approvals = Phrase::ApprovalsOf.with([u64::from(given).into(), u64::from(needed).into()]);
    let cells = [
        Said::text(waiting.digest.as_str()),
        Said::list(waiting.limits.iter().filter(|limit| limit.is_breached()).map(measure)),
        limits(waiting),
        counts(waiting),
        ends(waiting),
        approvals,
        Said::text(format!("rosterd approve {}", waiting.digest)),
        apply(waiting),
        waiting.proposed.into(),
    ];
    Finding::new(waiting.digest.as_str(), cells)
}

fn of_pending(waiting: &Waiting) -> Finding {
    let digest = Said::text(waiting.digest.as_str());
    let cells = [digest, limits(waiting), counts(waiting), ends(waiting), apply(waiting), waiting.proposed.into()];
    Finding::new(waiting.digest.as_str(), cells)
}

fn limits(waiting: &Waiting) -> Said {
    let touched = waiting.limits.iter().filter(|limit| limit.found > 0 && !limit.is_breached());
    Said::list(touched.map(measure))
}

pub(super) fn measure(measure: &Measure) -> Said {
    if measure.limit == NEW_RULES {
        return Phrase::NewRulesBreach.with([measure.found.into(), measure.of.into()]);
    }
    let numbers = [measure.found, measure.of, measure.allowed].map(Said::from);
    let [found, of, allowed] = numbers;
    Phrase::BreachOf.with([Said::text(&measure.limit), found, of, allowed])
}

fn counts(waiting: &Waiting) -> Said {
    let counts = waiting.plan.counts();
    Said::list(counts.iter().map(|(op, count)| Phrase::OpCount.with([op.said(), (*count).into()])))
}

fn ends(waiting: &Waiting) -> Said {
    let ends = Ended::of_steps(&waiting.plan.steps);
    let more = ends.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| Phrase::AndOthers.with([Said::count(more)]));
    Said::list(ends.into_iter().take(NAMED).map(|ended| Said::text(ended.name)).chain(more))
}

fn apply(waiting: &Waiting) -> Said {
    Said::text(format!("rosterd apply {}", waiting.digest))
}
