//! What is new, known and resolved beside what was told before.

use rosterd::org::Instant;
use rosterd::report::*;

use super::documents::{instant, zone};
use super::golden::written;
use super::reports::{frame, reconciled, report_of, trouble};

fn yesterday() -> Instant {
    instant().days_earlier(1)
}

/// A report as what was told a day before.
fn told(report: &Report) -> Told {
    let of_part = |part: &Part| {
        let of = |finding: &Finding| ToldFinding {
            part: part.kind.name.to_owned(),
            target: part.target.clone(),
            finding: Finding { since: Some(yesterday()), ..finding.clone() },
        };
        part.findings.iter().map(of).collect::<Vec<_>>()
    };
    Told { at: yesterday(), findings: report.parts.iter().flat_map(of_part).collect() }
}

fn states(report: &Report) -> [usize; 3] {
    FindingState::ALL.map(|state| report.count(state))
}

#[test]
fn what_is_there_again_is_known_and_no_news() {
    let report = report_of("leavers");
    assert!(report.is_news() && report.told.is_none());
    let again = report.clone().beside(Some(told(&report)));
    assert_eq!(states(&again), [0, report.findings().count(), 0]);
    assert!(!again.is_news());
    let said = written(&again, Format::Text, Language::En);
    assert!(said.contains("[known]") && said.contains("since 22 November 2026"), "{said}");
}

#[test]
fn what_comes_is_new_and_what_goes_is_resolved_with_its_name() {
    let now = report_of("leavers");
    let mut before = told(&now);
    before.findings[0].finding.id = "guid of another".to_owned();
    before.findings[0].finding.cells[0] = Said::text("Ib Juhl");
    let report = now.beside(Some(before));
    assert_eq!(states(&report), [1, 0, 1]);
    assert!(report.is_news());
    assert_eq!(report.subject(Language::Da, &zone()).split_once(": ").unwrap().1, "1 nye, 0 kendte, 1 løste");
    let said = written(&report, Format::Text, Language::Da);
    assert!(said.contains("Dan Fog (uden grupper)  [ny]") && said.contains("Ib Juhl (uden grupper)  [løst]"), "{said}");
}

/// Could not be read is not resolved: neither of a target of which nothing can be said, nor of one read in part.
#[test]
fn what_could_not_be_read_is_not_resolved() {
    let whole = reconciliation(&reconciled(), &[], &frame());
    let failed = reconciliation(&[], &[trouble()], &frame()).beside(Some(told(&whole)));
    assert_eq!(failed.count(FindingState::Resolved), 0);
    let mut targets = reconciled();
    targets[0].plan.coverage.complete = false;
    targets[0].plan.steps.clear();
    let in_part = reconciliation(&targets, &[], &frame()).beside(Some(told(&whole)));
    assert_eq!(in_part.count(FindingState::Resolved), 0);
    targets[0].plan.coverage.complete = true;
    let emptied = reconciliation(&targets, &[], &frame()).beside(Some(told(&whole)));
    assert_ne!(emptied.count(FindingState::Resolved), 0);
}

#[test]
fn a_day_that_came_is_no_resolution_and_a_leave_that_is_called_off_is_one() {
    let report = report_of("upcoming");
    let mut before = told(&report);
    let mut passed = before.findings[0].clone();
    passed.finding.id = "passed".to_owned();
    passed.finding.until = Some(report.as_of);
    let mut called_off = before.findings[0].clone();
    called_off.finding.id = "called off".to_owned();
    before.findings.extend([passed, called_off]);
    let report = report.beside(Some(before));
    let resolved: Vec<&str> = report
        .findings()
        .filter(|finding| finding.state == FindingState::Resolved)
        .map(|finding| finding.id.as_str())
        .collect();
    assert_eq!(resolved, ["called off"]);
}

#[test]
fn runs_pass_and_are_never_resolved() {
    let report = report_of("runs");
    let mut before = told(&report);
    before.findings[0].finding.id = "14".to_owned();
    let report = report.beside(Some(before));
    assert_eq!(report.count(FindingState::Resolved), 0);
    assert_eq!(report.count(FindingState::New), 1);
}

/// Drift has times of its own: new is what was first seen after it was told.
#[test]
fn drift_is_new_by_its_own_times() {
    let report = report_of("drift");
    assert_eq!(states(&report), [2, 1, 1]);
    let later = Told { at: instant(), findings: Vec::new() };
    let again = report.clone().beside(Some(later));
    assert_eq!(states(&again), [0, 3, 1]);
    assert!(!again.is_news(), "what was told as resolved is no news");
    let earlier = Told { at: instant().days_earlier(2), findings: Vec::new() };
    assert_eq!(states(&report.beside(Some(earlier))), [3, 0, 1]);
}
