//! What somebody else changed in the targets, and what becomes of it. It has its own states and times, kept by the
//! reads of the targets.

use std::collections::BTreeMap;

use super::super::document::{Finding, FindingState, Part, PartKind, Report, columns};
use super::super::named::Named;
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::super::words::Names;
use super::changes::{called, values};
use super::{Frame, OF_DRIFT, ReportKind};
use crate::object::{Drift, DriftPolicy};
use crate::org::Instant;

pub(super) static KIND: ReportKind = ReportKind::new(
    "drift",
    "what somebody else changed in the targets: new, known and resolved, and what becomes of it",
    &[&PART],
)
.of_targets()
.of_now(OF_DRIFT);

static PART: PartKind = PartKind::new(
    "drift",
    Phrase::DriftPart,
    columns![Name Name, Attribute Tag, Kind Tag, Wanted Labelled, Shown Labelled, Fate Line, Policy Data, FirstSeen Data,
        LastSeen Data, Key Data],
)
.or(Phrase::NoDrift)
.dated();

/// What is known of one target.
#[derive(Debug, Clone)]
pub struct DriftOfTarget {
    pub target: String,
    /// When it was last read.
    pub read: Option<Instant>,
    pub drifts: Vec<DriftLine>,
    /// Names for the keys and objects that values refer to.
    pub labels: BTreeMap<String, String>,
}

/// A drift with its times.
#[derive(Debug, Clone)]
pub struct DriftLine {
    pub drift: Drift,
    pub since: Instant,
    pub seen: Instant,
    pub resolved: Option<Instant>,
}

pub fn report(targets: &[DriftOfTarget], frame: &Frame) -> Report {
    let mut report = frame.report(&KIND, Phrase::DriftTitle.with([Said::text(&frame.organisation)]));
    for target in targets {
        let mut part = Part { whole: target.read.is_some(), ..Part::new(&PART, Some(&target.target)) };
        part.lines
            .push(target.read.map_or(Phrase::NeverRead.into(), |read| Phrase::LastReadInPart.with([read.into()])));
        let names = Names(&target.labels);
        target.drifts.iter().for_each(|line| part.find(of_line(line, &names)));
        let by_name =
            |finding: &Finding| (finding.state, finding.cells.first().cloned(), finding.cells.get(1).cloned());
        part.findings.sort_by_key(by_name);
        report.parts.push(part);
    }
    report
}

fn of_line(line: &DriftLine, names: &Names<'_>) -> Finding {
    let DriftLine { drift, since, seen, resolved } = line;
    let attribute = drift.attribute.as_str();
    let cells = [
        Said::text(&drift.name),
        called(attribute),
        drift.kind.said(),
        values(attribute, &drift.wanted, names),
        values(attribute, &drift.shown, names),
        if resolved.is_some() { Said::Nothing } else { fate(drift.policy).into() },
        drift.policy.said(),
        (*since).into(),
        (*seen).into(),
        (&drift.key).into(),
    ];
    let item: Vec<String> = drift.wanted.iter().chain(&drift.shown).map(ToString::to_string).collect();
    let id = format!("{}:{attribute}:{}", drift.object.as_str(), item.join(";"));
    let state = match resolved {
        Some(_) => FindingState::Resolved,
        None if since == seen => FindingState::New,
        None => FindingState::Known,
    };
    Finding { state, since: Some(*since), resolved: *resolved, ..Finding::new(id, cells) }
}

fn fate(policy: DriftPolicy) -> Phrase {
    match policy {
        DriftPolicy::Revert => Phrase::FateRevert,
        DriftPolicy::Accept => Phrase::FateAccept,
        DriftPolicy::Report => Phrase::FateReport,
    }
}
