//! A plan: what would be done, with the limits always in sight.

use super::super::clauses::told;
use std::collections::BTreeMap;

use super::super::words::{Names, clean, counts, measure, several, time};
use super::super::{Ended, PlanDocument, PlanView, Trouble};
use super::layout::{Page, TAKEN, apply, release};
use crate::object::{Deed, Op, Step};
use crate::org::Zone;

/// Steps of one operation that are listed. More than a person reads; JSON has them all.
const LISTED: usize = 200;

/// Plans with all their steps.
pub fn plan(document: &PlanDocument, zone: &Zone) -> String {
    write(document, true, zone)
}

/// Plans without their steps: what is asked about before applying.
pub fn summary(document: &PlanDocument, zone: &Zone) -> String {
    write(document, false, zone)
}

fn write(document: &PlanDocument, in_full: bool, zone: &Zone) -> String {
    let mut page = Page::default();
    if in_full {
        document.plans.iter().for_each(|plan| page.line(0, &in_one_line(plan)));
        let failed = |one: &Trouble| format!("{}: FAILED, see below", clean(&one.subject));
        document.errors.iter().for_each(|one| page.line(0, &failed(one)));
    }
    for plan in &document.plans {
        page.gap();
        head(&mut page, plan, zone);
        if in_full {
            steps(&mut page, &plan.steps, &Names(&plan.labels), zone);
            page.holds(&plan.held, zone);
        }
    }
    page.troubles(&document.errors);
    if in_full {
        last_words(&mut page, &document.plans);
    }
    page.finish()
}

/// What the administrator has to know who reads nothing else.
fn in_one_line(plan: &PlanView) -> String {
    let mut line = format!("{}: {}", clean(&plan.target), in_short(plan));
    if !plan.held.is_empty() {
        line += &format!("; {} held", several(plan.held.len(), "object"));
    }
    if !plan.coverage.is_whole() {
        line += "; READ IN PART";
    }
    if !plan.breaches.is_empty() {
        let breaches: Vec<String> = plan.breaches.iter().map(measure).collect();
        let word = if plan.approved { "approved" } else { "HELD" };
        line += &format!("; {word}: {}", breaches.join("; "));
    }
    line
}

/// `7 steps: create 5, disable 2`.
fn in_short(plan: &PlanView) -> String {
    match plan.steps.len() {
        0 => "nothing to do".to_owned(),
        count => format!("{}: {}", several(count, "step"), counts(&plan.counts)),
    }
}

/// The last screen says again what the first one said, and which command is next.
fn last_words(page: &mut Page, plans: &[PlanView]) {
    let mut with_steps = plans.iter().filter(|plan| !plan.steps.is_empty()).peekable();
    if with_steps.peek().is_none() {
        return;
    }
    page.gap();
    page.line(0, "What to do now");
    for plan in plans {
        page.line(2, &in_one_line(plan));
        if plan.steps.is_empty() {
            continue;
        }
        let held = !plan.breaches.is_empty() && !plan.approved;
        if held {
            page.ends(6, &Ended::of_steps(&plan.steps), TAKEN);
        }
        if plan.to_look_at {
            page.line(6, "this plan is only to look at");
        } else if held {
            page.line(6, "if it is meant to be so:");
            release(&plan.digest).iter().for_each(|command| page.line(6, command));
        } else {
            page.line(6, &apply(&plan.digest));
        }
        if plan.reverts.is_some() {
            let target = clean(&plan.target);
            page.line(
                6,
                &format!("the next run of {target} does it again, as long as the roster and the rules say so:"),
            );
            page.line(6, &format!("`rosterd pause {target}` keeps it from that until they are corrected"));
        }
    }
}

fn head(page: &mut Page, plan: &PlanView, zone: &Zone) {
    let undoes = plan.reverts.map_or_else(String::new, |run| format!(", undoes run {run}"));
    page.line(0, &format!("{}: plan for {}{undoes}", clean(&plan.target), plan.as_of));
    page.labelled("digest", &[format!("{}{}", plan.digest, if plan.approved { " (approved)" } else { "" })]);
    page.reach(&plan.coverage);
    page.labelled("steps", &[in_short(plan)]);
    if plan.at_least_seconds > 0 {
        page.labelled("time", &[format!("{} at least, by the limits of the service", time(plan.at_least_seconds))]);
    }
    if !plan.held.is_empty() {
        page.labelled("held", &[several(plan.held.len(), "object")]);
    }
    if !plan.not_read.is_empty() {
        let first = "not read yet, so shown as if there were no value:".to_owned();
        let names = plan.not_read.iter().map(|name| clean(name).to_string());
        page.labelled("new", &std::iter::once(first).chain(names).collect::<Vec<_>>());
    }
    let outside = |(deed, count): (&Deed, &u64)| format!("{} {count}", deed.as_str());
    if !plan.outside.is_empty() {
        let left = plan.outside.iter().map(outside).collect::<Vec<_>>().join(", ");
        page.labelled("scope", &[format!("left alone, since it is not ours to do: {left}")]);
    }
    page.limits(&plan.limits);
    if let Some(consent) = &plan.consent {
        page.labelled("consent", &consent.lines(zone));
    }
    if !plan.approved {
        let ends = Ended::of_steps(&plan.steps);
        page.breaches(&plan.breaches, "nothing of this plan is applied", (&ends, TAKEN), &release(&plan.digest));
    }
}

/// The steps, grouped by operation.
pub(super) fn steps(page: &mut Page, steps: &[Step], names: &Names<'_>, zone: &Zone) {
    let mut groups: BTreeMap<(Op, bool), Vec<&Step>> = BTreeMap::new();
    for step in steps {
        groups.entry((step.op, step.leaves_scope())).or_default().push(step);
    }
    for ((op, leaves_scope), group) in groups {
        page.gap();
        let why = if leaves_scope { ", leaving scope" } else { "" };
        page.line(2, &format!("{op}{why} ({})", group.len()));
        for one in group.iter().take(LISTED) {
            step(page, one, names, zone);
        }
        if group.len() > LISTED {
            page.line(4, &format!("… and {} more (see --format json)", group.len() - LISTED));
        }
    }
}

fn step(page: &mut Page, step: &Step, names: &Names<'_>, zone: &Zone) {
    page.line(4, &format!("{} {}", step.kind, clean(&step.name)));
    for line in names.changes(step) {
        page.line(8, &line);
    }
    let ground = step.ground.as_ref().map(|ground| format!(" [{}]", ground.as_str())).unwrap_or_default();
    let warning = if step.irreversible { " (cannot be undone)" } else { "" };
    if !step.reason.is_empty() || !ground.is_empty() {
        page.line(8, &format!("because: {}{ground}{warning}", told(&step.reason, zone)));
    }
}
