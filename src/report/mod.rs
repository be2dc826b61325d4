//! What we say: typed documents, and their rendering. Pure.
//!
//! Every verb ends in one [`Document`]. Its JSON form is the interface that scripts rely on; the text form is for
//! people. Adding a report means one document here, one renderer, one golden.

mod documents;

pub use documents::{
    ApprovalDocument, Document, ImportDocument, Outcome, PlanDocument, PlanView, Problem, ReconciliationDocument,
    RunCounts, RunDocument, RunFailure, RunView, RunsDocument, StatusDocument, TargetReconciliation, TargetStatus,
    Trouble,
};
