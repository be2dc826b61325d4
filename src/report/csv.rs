//! Reports as tables for spreadsheets (RFC 4180), one row per finding.

use super::words::{Names, gaps, hold_code};
use super::{DriftDocument, QualityDocument, ReconciliationDocument, TargetReconciliation, UpcomingDocument};
use crate::object::Step;
use crate::org::Instant;

const HEAD: [&str; 8] = ["target", "finding", "kind", "key", "name", "op", "changes", "reason"];

pub(super) fn reconciliation(document: &ReconciliationDocument) -> String {
    let mut rows: Vec<[String; 8]> = vec![HEAD.map(Into::into)];
    for target in &document.targets {
        of_target(&mut rows, target);
    }
    for error in &document.errors {
        rows.push(row(&error.subject, "failed", ["", "", "", "", "", &error.message]));
    }
    rows.iter().map(|row| line(row)).collect()
}

pub(super) fn quality(document: &QualityDocument) -> String {
    let head = ["severity", "rule", "kind", "id", "name", "detail"].map(Into::into);
    let rows = document.findings.iter().map(|one| {
        let cells = [one.severity.as_str(), &one.rule, &one.kind, &one.id, &one.name, &one.detail];
        line(&cells.map(Into::into))
    });
    std::iter::once(line(&head)).chain(rows).collect()
}

pub(super) fn upcoming(document: &UpcomingDocument) -> String {
    let head = ["day", "rung", "person", "name", "now", "because", "targets"].map(Into::into);
    let rows = document.turns.iter().map(|turn| {
        let (day, targets) = (turn.day.to_string(), turn.targets.join(" "));
        let person = turn.person.as_str();
        let cells = [&day, turn.rung.as_str(), person, &turn.name, turn.now.as_str(), &turn.because, &targets];
        line(&cells.map(Into::into))
    });
    std::iter::once(line(&head)).chain(rows).collect()
}

pub(super) fn drift(document: &DriftDocument) -> String {
    let head =
        ["target", "state", "kind", "key", "name", "attribute", "wanted", "shown", "policy", "since", "resolved"];
    let rows = document.targets.iter().flat_map(|target| {
        let names = Names(&target.labels);
        target.drifts.iter().map(move |one| {
            let (drift, attribute) = (&one.drift, one.drift.attribute.as_str());
            let (wanted, shown) = (names.values(attribute, &drift.wanted), names.values(attribute, &drift.shown));
            let at = |at: Option<Instant>| at.map(|at| at.to_string()).unwrap_or_default();
            let (since, resolved) = (at(drift.since), at(one.resolved));
            let (kind, key, policy) = (drift.kind.as_str(), drift.key.as_str(), drift.policy.as_str());
            let first = [target.target.as_str(), one.state.as_str(), kind, key, &drift.name, attribute];
            let cells: Vec<String> =
                first.into_iter().chain([&*wanted, &shown, policy, &since, &resolved]).map(Into::into).collect();
            line(&cells)
        })
    });
    std::iter::once(line(&head.map(Into::into))).chain(rows).collect()
}

fn line(cells: &[String]) -> String {
    cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\r\n"
}

fn of_target(rows: &mut Vec<[String; 8]>, target: &TargetReconciliation) {
    let name = target.target.as_str();
    for gap in gaps(&target.coverage) {
        rows.push(row(name, "not read", ["", "", "", "", "", &gap]));
    }
    let names = Names(&target.labels);
    rows.extend(target.missing.iter().map(|step| of_step(name, "missing", step, &names)));
    rows.extend(target.differing.iter().map(|step| of_step(name, "differing", step, &names)));
    for one in &target.unmanaged {
        let stamp = one.stamp.as_ref().map(|stamp| format!("bears the stamp of {stamp}")).unwrap_or_default();
        rows.push(row(name, "unmanaged", [one.kind.as_str(), one.object.as_str(), &one.name, "", "", &stamp]));
    }
    for hold in &target.held {
        let cells = [hold.kind.as_str(), hold.key.as_str(), &hold.name, &hold_code(hold), "", &hold.reason];
        rows.push(row(name, "held", cells));
    }
}

fn of_step(target: &str, finding: &str, step: &Step, names: &Names<'_>) -> [String; 8] {
    let changes = names.changes(step).join(" | ");
    let cells = [step.kind.as_str(), step.key.as_str(), &step.name, step.op.as_str(), &changes, &step.reason];
    row(target, finding, cells)
}

fn row(target: &str, finding: &str, [kind, key, name, op, changes, reason]: [&str; 6]) -> [String; 8] {
    [target, finding, kind, key, name, op, changes, reason].map(Into::into)
}

/// A cell. One that a spreadsheet would take for a formula gets an apostrophe before it.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', ';', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for start in ["=", "+", "-", "@", "\t"] {
            assert!(quoted(&format!("{start}1")).starts_with('\''), "{start:?}");
        }
        assert_eq!(quoted("\r1"), "\"'\r1\"");
        assert_eq!(quoted("Åse Sørensen"), "Åse Sørensen");
    }
}
