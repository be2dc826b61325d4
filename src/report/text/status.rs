//! The health of every target on one screen.

use super::super::StatusDocument;
use super::super::words::clean;
use super::layout::table;
use crate::org::Instant;

/// The answer of `status`.
pub fn status(document: &StatusDocument) -> String {
    let daemon = if document.daemon { "the daemon runs\n" } else { "the daemon does not run\n" };
    if document.targets.is_empty() {
        return format!("{daemon}no target is configured\n");
    }
    let when = |at: Option<Instant>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    let rows = document.targets.iter().map(|target| {
        vec![
            clean(&target.name),
            clean(&target.state),
            when(target.last_success),
            target.pending.to_string(),
            target.held.to_string(),
            target.quarantined.to_string(),
            when(target.next),
        ]
    });
    let head = ["target", "state", "last success", "pending", "held", "quarantined", "next run"];
    let retained = document.retained.map(|at| format!("\nold plans and journals were last deleted at {at}\n"));
    format!("{daemon}\n{}{}", table(&head, rows.collect()), retained.unwrap_or_default())
}
