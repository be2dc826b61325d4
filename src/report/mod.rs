//! What we say: typed documents, and their rendering. Pure.
//!
//! Every verb ends in one [`Document`]. Its JSON form is the interface that scripts rely on; the text form is for
//! people. Adding a report means one document here, one renderer, one row in [`REPORTS`], one golden.

mod access;
mod consent;
mod csv;
mod documents;
mod drift;
mod edit;
mod ends;
mod erase;
mod explain;
mod find;
mod format;
mod html;
mod links;
mod log;
mod mapping;
mod names;
mod orders;
mod quality;
mod quarantine;
mod reconciliation;
mod schedule;
pub mod text;
mod upcoming;
mod words;

pub use access::{AccessDocument, AccessLine, AccessOfTarget, AccessSpan};
pub use consent::{ApprovalView, ConsentView};
pub use documents::{
    ApprovalDocument, CheckDocument, CheckFinding, Document, HeldLine, ImportDocument, ImportFailure, Outcome,
    PlanDocument, PlanView, Problem, ReconciliationDocument, RunCounts, RunDocument, RunFailure, RunView, RunsDocument,
    SourceStatus, StatusDocument, TargetCheck, TargetReconciliation, TargetStatus, Trouble,
};
pub use drift::{DriftDocument, DriftLine, DriftOfTarget, DriftState, render as drift};
pub use edit::{EditChange, EditDocument, EditProblem};
pub use ends::Ended;
pub use erase::{EraseDocument, ErasedObject};
pub use explain::{
    ExplainAspect, ExplainDocument, ExplainGroupRule, ExplainHold, ExplainMembership, ExplainObject, ExplainRung,
    ExplainRungs, ExplainSeen, ExplainTarget, ExplainWrite, Standing,
};
pub use find::{FindDocument, Match, Matched};
pub use format::{DRIFT, Format, QUALITY, REPORTS, ReportKind, UPCOMING, report_kind};
pub use links::{IgnoreDocument, IgnoredLine, LinkLine, LinkParts, LinksDocument, UnlinkedLine};
pub use log::{BackupDocument, BreakDocument, LogDocument};
pub use mapping::{
    Comparison, MapAttribute, MapDocument, MapFact, MapManager, MapRule, MapSaid, MapScope, MapSeen, MapSource,
    MapTarget,
};
pub use names::{How, NameLine, NameState, NamesDocument, NamesOfKind, Otherwise, PassedName};
pub use orders::{KeptAccount, KeptHow, KeptOut, MaintenanceDocument, PauseDocument, SuspensionDocument};
pub use quality::{QualityDocument, QualityFinding, QualityRule, render as quality};
pub use quarantine::{QuarantineDocument, QuarantineLine};
pub use reconciliation::render as reconciliation;
pub use schedule::{ReportStatus, ScheduleStatus, WaitStatus};
pub use upcoming::{UpcomingDocument, UpcomingTurn, render as upcoming};
pub use words::time;

use std::io::Write;

use serde_json::Value;

impl Document {
    /// The JSON document that scripts rely on: what the verb answers, without a wrapper around it.
    pub fn write_json(&self, out: &mut dyn Write) -> serde_json::Result<()> {
        match self {
            Self::Plan(plan) => serde_json::to_writer_pretty(out, plan),
            Self::Run(run) => serde_json::to_writer_pretty(out, run),
            Self::Import(import) => serde_json::to_writer_pretty(out, import),
            Self::Edit(edit) => serde_json::to_writer_pretty(out, edit),
            Self::Erase(erase) => serde_json::to_writer_pretty(out, erase),
            Self::Links(links) => serde_json::to_writer_pretty(out, links),
            Self::Ignore(ignore) => serde_json::to_writer_pretty(out, ignore),
            Self::Approval(approval) => serde_json::to_writer_pretty(out, approval),
            Self::Quarantine(quarantine) => serde_json::to_writer_pretty(out, quarantine),
            Self::Suspension(suspension) => serde_json::to_writer_pretty(out, suspension),
            Self::Pause(pause) => serde_json::to_writer_pretty(out, pause),
            Self::Maintenance(maintenance) => serde_json::to_writer_pretty(out, maintenance),
        }
    }

    /// The same as a value.
    pub fn to_json(&self) -> serde_json::Result<Value> {
        let mut text = Vec::new();
        self.write_json(&mut text)?;
        serde_json::from_slice(&text)
    }
}
