//! What reading a target and reaching it came to.

use super::both::Both;
use super::health::{Health, TargetHealth};
use super::table::Found;

/// A target that should have succeeded.
pub(super) fn late(health: &Health, hours: u32) -> Vec<Found> {
    let of = |target: &TargetHealth| {
        let late = target.late.as_ref().filter(|late| health.is_late(late, hours))?;
        if target.paused.is_some() || health.maintenance.is_some() || target.held_plan.is_some() {
            return None; // that is why, and is told by itself
        }
        let why = late.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let last = target.last_success.map(|at| at.local(&health.zone));
        let (en, da) = match last {
            Some(at) => (format!("the last one that did was at {at}"), format!("den sidste, der gjorde, var {at}")),
            None => ("none ever did".to_owned(), "ingen er det nogensinde".to_owned()),
        };
        Some(Found {
            subject: format!("target {}", target.name),
            since: Some(late.due),
            stage: 0,
            mark: String::new(),
            what: Both::new(
                format!("No run of {} got through for {hours} hours after it was due; {en}{why}", target.name),
                format!("Ingen kørsel af {} er kommet igennem {hours} timer efter tiden; {da}{why}", target.name),
            ),
            todo: Both::new(
                "See what is the matter with the connection and the rights of the account:",
                "Se, hvad der er galt med forbindelsen og kontoens rettigheder:",
            ),
            command: Some("rosterd check --online".into()),
        })
    };
    health.targets.iter().filter_map(of).collect()
}

/// Reads that do not see everything, again and again.
pub(super) fn partial(health: &Health, runs: u32) -> Vec<Found> {
    let of = |target: &TargetHealth| {
        let partial = target.partial.as_ref().filter(|partial| partial.runs >= runs)?;
        Some(Found {
            subject: format!("target {}", target.name),
            since: Some(partial.since),
            stage: 0,
            mark: String::new(),
            what: Both::new(
                format!("The last {runs} reads of {} did not see everything: {}", target.name, partial.first),
                format!("De sidste {runs} læsninger af {} så ikke alt: {}", target.name, partial.first),
            ),
            todo: Both::new(
                "Nobody is taken for gone meanwhile. See what the account may not read:",
                "Ingen anses for at være væk imens. Se, hvad kontoen ikke kan læse:",
            ),
            command: Some("rosterd check --online".into()),
        })
    };
    health.targets.iter().filter_map(of).collect()
}

/// A service that changed its ways.
pub(super) fn behaviour(health: &Health, _on: u32) -> Vec<Found> {
    let of = |target: &TargetHealth| {
        let changes = target.behaviour.join("; ");
        (!changes.is_empty()).then(|| Found {
            subject: format!("target {}", target.name),
            since: None,
            stage: 0,
            mark: changes.clone(),
            what: Both::new(
                format!("{} does otherwise than before: {changes}", target.name),
                format!("{} opfører sig anderledes end før: {changes}", target.name),
            ),
            todo: Both::new(
                "Ask whoever runs the service. If it is meant to be so, take it for its way:",
                "Spørg dem, der driver tjenesten. Hvis det er meningen, så tag det til efterretning:",
            ),
            command: Some("rosterd check --online --pin".into()),
        })
    };
    health.targets.iter().filter_map(of).collect()
}
