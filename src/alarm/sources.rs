//! What sources delivered, and when.

use super::both::Both;
use super::health::{Health, SourceHealth};
use super::table::Found;

/// A source that should have delivered.
pub(super) fn late(health: &Health, hours: u32) -> Vec<Found> {
    let of = |source: &SourceHealth| {
        let late = source.late.as_ref().filter(|late| health.is_late(late, hours))?;
        if source.held.is_some() || health.maintenance.is_some() {
            return None; // that is why, and is told by itself
        }
        let why = late.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let last = source.last_success.map(|at| at.local(&health.zone));
        let (en, da) = match last {
            Some(at) => (format!("the last file was taken at {at}"), format!("den sidste fil blev indlæst {at}")),
            None => ("none was ever taken".to_owned(), "ingen er nogensinde indlæst".to_owned()),
        };
        Some(Found {
            subject: format!("source {}", source.name),
            since: Some(late.due),
            stage: 0,
            mark: String::new(),
            what: Both::new(
                format!("No file of {} has been taken for {hours} hours; {en}{why}", source.name),
                format!("Ingen fil fra {} er indlæst i {hours} timer; {da}{why}", source.name),
            ),
            todo: Both::new(
                "Ask who delivers the file, or mend what is wrong with it. To see what is the matter:",
                "Spørg dem, der leverer filen, eller ret det, der er galt med den. For at se, hvad der er i vejen:",
            ),
            command: Some(format!("rosterd import {} --dry-run", source.name)),
        })
    };
    health.sources.iter().filter_map(of).collect()
}

/// A source that should deliver more often.
pub(super) fn old(health: &Health, hours: u32) -> Vec<Found> {
    let limit = health.now.hours_later(-i64::from(hours));
    let of = |source: &SourceHealth| {
        let last = source.last_success.filter(|last| *last <= limit)?;
        let at = last.local(&health.zone);
        Some(Found {
            subject: format!("source {}", source.name),
            since: Some(last),
            stage: 0,
            mark: String::new(),
            what: Both::new(
                format!("The last new file of {} was taken at {at}, more than {hours} hours ago", source.name),
                format!("Den sidste nye fil fra {} blev indlæst {at}, for mere end {hours} timer siden", source.name),
            ),
            todo: Both::new("Ask who delivers the file.", "Spørg dem, der leverer filen."),
            command: Some("rosterd status".into()),
        })
    };
    health.sources.iter().filter_map(of).collect()
}

/// A source that delivers the same again and again.
pub(super) fn unchanged(health: &Health, days: u32) -> Vec<Found> {
    let limit = health.now.days_earlier(i64::from(days));
    let of = |source: &SourceHealth| {
        let since = source.unchanged.filter(|since| *since <= limit)?;
        Some(Found {
            subject: format!("source {}", source.name),
            since: Some(since),
            stage: 0,
            mark: String::new(),
            what: Both::new(
                format!("Nothing new came from {} for {days} days", source.name),
                format!("Der er ikke kommet noget nyt fra {} i {days} dage", source.name),
            ),
            todo: Both::new(
                "Ask who delivers the file whether it is still made anew each time.",
                "Spørg dem, der leverer filen, om den stadig laves på ny hver gang.",
            ),
            command: None,
        })
    };
    health.sources.iter().filter_map(of).collect()
}
