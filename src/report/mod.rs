//! What we say: typed documents, and their rendering. Pure.
//!
//! Every verb ends in one [`Document`]; its JSON form is the interface that scripts rely on, the text form is for
//! people. Every report is one [`Report`], which is written in five forms and two languages. Adding a report means one
//! file and one row in [`REPORTS`], its words in the table of phrases, and one golden.

mod access;
mod alarms;
mod clauses;
mod consent;
mod document;
mod documents;
mod edit;
mod ends;
mod erase;
mod explain;
mod find;
mod format;
mod kinds;
mod language;
mod letters;
mod links;
mod log;
mod mapping;
mod named;
mod names;
mod orders;
mod phrases;
mod quarantine;
mod render;
mod said;
mod schedule;
mod status;
pub mod text;
mod told;
mod trouble;
mod words;

pub use access::{AccessDocument, AccessLine, AccessOfTarget, AccessSpan};
pub use alarms::AlarmView;
pub use consent::{ApprovalView, ConsentView};
pub use document::{Column, Extent, Finding, FindingState, Part, PartKind, Report, Role};
pub use documents::{
    ApprovalDocument, CheckDocument, CheckFinding, Document, HeldLine, ImportDocument, Outcome, PlanDocument, PlanView,
    Problem, RunCounts, RunDocument, RunFailure, RunView, RunsDocument, TargetCheck, Trouble,
};
pub use edit::{EditChange, EditDocument, EditProblem};
pub use ends::Ended;
pub use erase::{EraseDocument, ErasedObject};
pub use explain::{
    ExplainAspect, ExplainDocument, ExplainGroupRule, ExplainHold, ExplainMembership, ExplainObject, ExplainRung,
    ExplainRungs, ExplainSeen, ExplainSince, ExplainTarget, ExplainWrite, Standing,
};
pub use find::{FindDocument, Match, Matched};
pub use format::{Format, UnknownFormat};
pub use kinds::{
    DriftLine, DriftOfTarget, Frame, REPORTS, Reconciled, ReportKind, RunLine, RunsOfTarget, SeenAccount, SeenGroup,
    SeenTarget, Takes, Waiting, access_by_group, access_by_manager, accounts, drift, leavers, people, plans, quality,
    quarantine, reconciliation, report_kind, runs, units, upcoming,
};
pub use language::{Language, UnknownLanguage};
pub use letters::{SentDocument, SentLetter, WayStatus};
pub use links::{IgnoreDocument, IgnoredLine, LinkLine, LinkParts, LinksDocument, UnlinkedLine};
pub use log::{BackupDocument, BreakDocument, LogDocument};
pub use mapping::{
    Comparison, MapAttribute, MapDocument, MapFact, MapManager, MapRule, MapSaid, MapScope, MapSeen, MapSource,
    MapTarget,
};
pub use names::{How, NameLine, NameState, NamesDocument, NamesOfKind, Otherwise, PassedName};
pub use orders::{KeptAccount, KeptHow, KeptOut, MaintenanceDocument, PauseDocument, SuspensionDocument};
pub use phrases::Phrase;
pub use quarantine::{QuarantineDocument, QuarantineLine};
pub use render::{RenderError, render};
pub use said::{Said, Tongue};
pub use schedule::{ReportStatus, ScheduleStatus, WaitStatus};
pub use status::{
    ConfigurationStatus, FileStatus, ImportFailure, RefusedReload, SourceStatus, StatusDocument, TargetFailure,
    TargetStatus,
};
pub use told::{Told, ToldFinding};
pub use words::{several, time};

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
            Self::Sent(sent) => serde_json::to_writer_pretty(out, sent),
            Self::Maintenance(maintenance) => serde_json::to_writer_pretty(out, maintenance),
            Self::Status(status) => serde_json::to_writer_pretty(out, status),
            Self::Runs(runs) => serde_json::to_writer_pretty(out, runs),
        }
    }

    /// The same as a value.
    pub fn to_json(&self) -> serde_json::Result<Value> {
        let mut text = Vec::new();
        self.write_json(&mut text)?;
        serde_json::from_slice(&text)
    }
}
