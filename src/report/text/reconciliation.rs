//! The reconciliation report as text.

use super::super::reconciliation::Numbers;
use super::super::words::{Names, clean};
use super::super::{ReconciliationDocument, TargetReconciliation};
use super::layout::Page;
use super::plan::steps;
use super::runs::last_run;
use crate::org::Zone;

/// Each target compared with the roster.
pub fn reconciliation(document: &ReconciliationDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    page.line(0, &format!("Reconciliation of {} for {}", clean(&document.organisation), document.as_of));
    page.line(0, &format!("made at {}", document.at.local(zone)));
    for target in &document.targets {
        page.gap();
        of_target(&mut page, target, zone);
    }
    page.troubles(&document.errors);
    page.finish()
}

fn of_target(page: &mut Page, target: &TargetReconciliation, zone: &Zone) {
    let numbers = Numbers::of(target);
    let names = Names(&target.labels);
    page.line(0, &clean(&target.target));
    page.reach(&target.coverage);
    for (label, number) in numbers.rows() {
        page.line(2, &format!("{label:<24}{number:>7}"));
    }
    let last = target.last_run.as_ref().map_or_else(|| "no run yet".to_owned(), |run| last_run(run, zone));
    page.labelled("last", &[last]);
    section(page, "missing in the target", target.missing.len());
    steps(page, &target.missing, &names);
    section(page, "differing", target.differing.len());
    steps(page, &target.differing, &names);
    section(page, "in the target only, left alone", target.unmanaged.len());
    for one in &target.unmanaged {
        let copy = one.stamp.as_ref().map(|stamp| format!(", bears the stamp of {}", clean(stamp.as_str())));
        let id = clean(one.object.as_str());
        page.line(4, &format!("{} {} ({id}{})", one.kind, clean(&one.name), copy.unwrap_or_default()));
    }
    page.holds(&target.held);
}

fn section(page: &mut Page, title: &str, count: usize) {
    if count > 0 {
        page.gap();
        page.line(2, &format!("== {title} ({count})"));
    }
}
