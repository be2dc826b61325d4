//! Documents as text for people. Plain characters only: what is shown is clean of control characters, and the same on
//! a terminal, in a pipe and in a mail.

mod access;
mod check;
mod edit;
mod erase;
mod explain;
mod find;
mod import;
mod layout;
mod letters;
mod links;
mod log;
mod mapping;
mod names;
mod orders;
mod plan;
mod run;
mod runs;
mod status;
mod value;

pub use access::access;
pub use check::check;
pub use edit::edit;
pub use erase::erase;
pub use explain::explain;
pub use find::find;
pub use import::import;
pub use links::{ignore, links};
pub use log::log;
pub use mapping::mapping;
pub use names::names;
pub use orders::{maintenance, pause, suspension};
pub use plan::{plan, summary};
pub use run::run;
pub use runs::runs;
pub use status::status;
pub use value::value;

use super::words::clean;
use super::{ApprovalDocument, Document};
use super::{Format, REPORTS};
use crate::org::Zone;
pub(super) use layout::Page;
use layout::table;

/// The answer of a verb; instants in the zone of the roster.
pub fn document(document: &Document, zone: &Zone) -> String {
    match document {
        Document::Plan(document) => plan(document, zone),
        Document::Run(document) => run(document, zone),
        Document::Import(document) => import(document),
        Document::Edit(document) => edit(document),
        Document::Erase(document) => erase(document),
        Document::Links(document) => links(document, zone),
        Document::Ignore(document) => ignore(document),
        Document::Approval(document) => approval(document, zone),
        Document::Quarantine(document) => super::quarantine::text(document, zone),
        Document::Suspension(document) => suspension(document, zone),
        Document::Pause(document) => pause(document, zone),
        Document::Sent(document) => letters::sent(document),
        Document::Maintenance(document) => maintenance(document, zone),
        Document::Status(document) => status(document, zone),
        Document::Runs(document) => runs(document, zone),
    }
}

/// Who consented to what.
pub fn approval(document: &ApprovalDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    page.line(0, &format!("{}: approved by {}", clean(&document.what), clean(&document.by)));
    if !document.only.is_empty() {
        let parts: Vec<String> = document.only.iter().map(|part| clean(&part.to_string())).collect();
        page.line(2, &format!("only    {}", parts.join(", ")));
    }
    if document.not_needed {
        page.line(2, "it breaches no limit: it would have been applied without an approval");
    }
    page.line(2, &format!("digest  {}", document.digest));
    page.line(2, &format!("at      {}", document.at.local(zone)));
    if let Some(consent) = &document.consent {
        page.line(2, &format!("so far  {}", consent.in_short(zone)));
    }
    if let Some(released) = document.released.filter(|_| !document.only.is_empty()) {
        page.line(2, &format!("steps   {released} of the plan may be applied"));
    }
    page.finish()
}

/// The list of all reports.
pub fn report_list() -> String {
    let rows = REPORTS.iter().map(|report| vec![report.name.to_owned(), report.description.to_owned()]);
    let formats = Format::ALL.map(Format::as_str).join(", ");
    format!("{}\neach one as {formats}\n", table(&["report", "what it says"], rows.collect()))
}
