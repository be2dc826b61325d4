//! The reconciliation report: its numbers, and its four forms.

use std::collections::BTreeSet;

use super::{Format, ReconciliationDocument, TargetReconciliation, csv, html, text};
use crate::object::{HoldCode, Op};
use crate::org::Zone;

/// The report in one form.
pub fn render(document: &ReconciliationDocument, format: Format, zone: &Zone) -> serde_json::Result<String> {
    Ok(match format {
        Format::Text => text::reconciliation(document, zone),
        Format::Html => html::reconciliation(document, zone),
        Format::Csv => csv::reconciliation(document),
        Format::Json => serde_json::to_string_pretty(document)? + "\n",
    })
}

/// The objects of one target by what was found of them, each counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Numbers {
    pub in_step: u64,
    pub differing: u64,
    pub missing: u64,
    pub held: u64,
    pub unmanaged: u64,
}

impl Numbers {
    pub fn of(target: &TargetReconciliation) -> Self {
        let created: BTreeSet<_> = target.missing.iter().map(|step| &step.key).collect();
        // What a plan creates may get references in steps of their own: it is missing, not differing.
        let differing: BTreeSet<_> =
            target.differing.iter().filter(|step| !created.contains(&step.key)).map(|step| &step.key).collect();
        let not_linked = target.differing.iter().filter(|step| step.op == Op::Link).count();
        let linked_and_differing = differing.len().saturating_sub(not_linked) as u64;
        let unseen = target.held.iter().filter(|hold| hold.code == HoldCode::Missing).count() as u64;
        Self {
            in_step: target.managed.saturating_sub(linked_and_differing + unseen),
            differing: differing.len() as u64,
            missing: created.len() as u64,
            held: target.held.len() as u64,
            unmanaged: target.unmanaged.len() as u64,
        }
    }

    /// In the order in which they are shown.
    pub fn rows(self) -> [(&'static str, u64); 5] {
        [
            ("in step", self.in_step),
            ("differing", self.differing),
            ("missing in the target", self.missing),
            ("held", self.held),
            ("in the target only", self.unmanaged),
        ]
    }
}
