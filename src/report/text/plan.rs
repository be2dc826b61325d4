//! A plan: what would be done, with the limits always in sight.

use std::collections::BTreeMap;

use super::super::words::{Names, clean, counts, several};
use super::super::{PlanDocument, PlanView};
use super::layout::{Page, release};
use crate::object::{Op, Step};

/// Steps of one operation that are listed. More than a person reads; JSON has them all.
const LISTED: usize = 200;

/// Plans with all their steps.
pub fn plan(document: &PlanDocument) -> String {
    write(document, true)
}

/// Plans without their steps: what is asked about before applying.
pub fn summary(document: &PlanDocument) -> String {
    write(document, false)
}

fn write(document: &PlanDocument, in_full: bool) -> String {
    let mut page = Page::default();
    for plan in &document.plans {
        page.gap();
        head(&mut page, plan);
        if in_full {
            steps(&mut page, &plan.steps, &Names(&plan.labels));
            page.holds(&plan.held);
        }
    }
    page.troubles(&document.errors);
    page.finish()
}

fn head(page: &mut Page, plan: &PlanView) {
    page.line(0, &format!("{}: plan for {}", clean(&plan.target), plan.as_of));
    page.labelled("digest", &[format!("{}{}", plan.digest, if plan.approved { " (approved)" } else { "" })]);
    page.reach(&plan.coverage);
    let steps = match plan.steps.len() {
        0 => "nothing to do".to_owned(),
        count => format!("{}: {}", several(count, "step"), counts(&plan.counts)),
    };
    page.labelled("steps", &[steps]);
    if !plan.held.is_empty() {
        page.labelled("held", &[several(plan.held.len(), "object")]);
    }
    page.limits(&plan.limits);
    if !plan.approved {
        page.breaches(&plan.breaches, "nothing of this plan is applied", &release(&plan.digest));
    }
}

/// The steps, grouped by operation.
pub(super) fn steps(page: &mut Page, steps: &[Step], names: &Names<'_>) {
    let mut groups: BTreeMap<Op, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        groups.entry(step.op).or_default().push(step);
    }
    for (op, group) in groups {
        page.gap();
        page.line(2, &format!("{op} ({})", group.len()));
        for one in group.iter().take(LISTED) {
            step(page, one, names);
        }
        if group.len() > LISTED {
            page.line(4, &format!("… and {} more (see --format json)", group.len() - LISTED));
        }
    }
}

fn step(page: &mut Page, step: &Step, names: &Names<'_>) {
    page.line(4, &format!("{} {}", step.kind, clean(&step.name)));
    for line in names.changes(step) {
        page.line(8, &line);
    }
    let ground = step.ground.as_ref().map(|ground| format!(" [{}]", ground.as_str())).unwrap_or_default();
    let warning = if step.irreversible { " (cannot be undone)" } else { "" };
    if !step.reason.is_empty() || !ground.is_empty() {
        page.line(8, &format!("because: {}{ground}{warning}", clean(&step.reason)));
    }
}
