//! Reports that should have been made.

use super::both::Both;
use super::health::{Health, ReportHealth};
use super::table::Found;

/// A scheduled report that was not made.
pub(super) fn late(health: &Health, hours: u32) -> Vec<Found> {
    let of = |report: &ReportHealth| {
        let late = report.late.as_ref().filter(|late| health.is_late(late, hours))?;
        if health.maintenance.is_some() {
            return None; // that is why, and is told by itself
        }
        let why = late.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let last = report.last_success.map(|at| at.local(&health.zone));
        let (en, da) = match last {
            Some(at) => (format!("the last one was made at {at}"), format!("den sidste blev lavet {at}")),
            None => ("none was ever made".to_owned(), "den er aldrig blevet lavet".to_owned()),
        };
        let name = &report.name;
        Some(Found {
            subject: format!("report {name}"),
            since: Some(late.due),
            stage: 0,
            mark: String::new(),
            what: Both::new(
                format!("The report {name} was not made for {hours} hours after it was due; {en}{why}"),
                format!("Rapporten {name} er ikke lavet {hours} timer efter tiden; {da}{why}"),
            ),
            todo: Both::new(
                "Mend what it waits for, or what it fails of. What that is, and when it is tried again:",
                "Ret det, den venter på, eller det, der går galt. Hvad det er, og hvornår den prøves igen:",
            ),
            command: Some("rosterd status".into()),
        })
    };
    health.reports.iter().filter_map(of).collect()
}
