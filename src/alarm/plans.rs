//! What plans and imports say of themselves: held by a limit, without anybody who is meant, without any change.

use super::both::{Both, counted};
use super::health::{Health, TargetHealth, Why};
use super::table::Found;

/// A limit is breached, and nobody consented yet.
pub(super) fn limit(health: &Health, _on: u32) -> Vec<Found> {
    let plans = health.targets.iter().filter_map(|target| {
        let plan = target.held_plan.as_ref().filter(|plan| plan.why == Why::Limit && plan.given == 0)?;
        let breaches = plan.breaches.join("; ");
        Some(Found {
            subject: format!("target {}", target.name),
            since: None,
            stage: 0,
            mark: plan.digest.clone(),
            what: Both::new(
                format!("The plan of {} breaches a limit, and nothing is written: {breaches}", target.name),
                format!("Planen for {} overskrider en grænse, og intet skrives: {breaches}", target.name),
            ),
            todo: Both::new(
                format!("Read the plan (`rosterd plan {}`). If it is meant to be so, approve it:", target.name),
                format!("Læs planen (`rosterd plan {}`). Hvis den er, som den skal være, så godkend den:", target.name),
            ),
            command: Some(format!("rosterd approve {}", plan.digest)),
        })
    });
    let imports = health.sources.iter().filter_map(|source| {
        let held = source.held.as_ref().filter(|held| held.given == 0)?;
        Some(Found {
            subject: format!("source {}", source.name),
            since: None,
            stage: 0,
            mark: held.digest.clone(),
            what: Both::new(
                format!("The import of {} breaches a limit, and nothing was taken: {}", source.name, held.why),
                format!("Importen fra {} overskrider en grænse, og intet er indlæst: {}", source.name, held.why),
            ),
            todo: Both::new(
                "See that the file is whole, and deliver another one if not. If it is meant to be so, approve it:",
                "Se efter, om filen er hel, og lever en anden, hvis ikke. Hvis den er, som den skal være, så godkend den:",
            ),
            command: Some(format!("rosterd approve {}", held.digest)),
        })
    });
    plans.chain(imports).collect()
}

/// More people have to consent, or somebody has to look at a restored roster.
pub(super) fn approval(health: &Health, _on: u32) -> Vec<Found> {
    let plans = health.targets.iter().filter_map(|target| {
        let plan = target.held_plan.as_ref()?;
        let subject = format!("target {}", target.name);
        match plan.why {
            Why::Limit => partly(subject, &plan.digest, plan.given, plan.needed),
            Why::Restored => Some(Found {
                subject,
                since: None,
                stage: 0,
                mark: plan.digest.clone(),
                what: Both::new(
                    format!("The roster was restored from a copy, and nothing is written to {}", target.name),
                    format!("Registret er gendannet fra en kopi, og intet skrives til {}", target.name),
                ),
                todo: Both::new(
                    format!(
                        "Import what came since, read the plan (`rosterd plan {}`), then approve and apply it:",
                        target.name
                    ),
                    format!(
                        "Indlæs, hvad der er kommet siden, læs planen (`rosterd plan {}`), godkend den og udfør den:",
                        target.name
                    ),
                ),
                command: Some(format!("rosterd approve {}", plan.digest)),
            }),
        }
    });
    let imports = health.sources.iter().filter_map(|source| {
        let held = source.held.as_ref()?;
        partly(format!("source {}", source.name), &held.digest, held.given, held.needed)
    });
    plans.chain(imports).collect()
}

fn partly(subject: String, digest: &str, given: u32, needed: u32) -> Option<Found> {
    (given > 0 && given < needed).then(|| Found {
        what: Both::new(
            format!("{given} of {needed} people approved what a limit holds"),
            format!("{given} af {needed} personer har godkendt det, som en grænse holder tilbage"),
        ),
        todo: Both::new(
            "Somebody else, who did not propose it and is not root, reads it and approves it:",
            "En anden, som ikke har foreslået det og ikke er root, læser det og godkender det:",
        ),
        subject,
        since: None,
        stage: 0,
        mark: format!("{digest} {given}"),
        command: Some(format!("rosterd approve {digest}")),
    })
}

/// A mapping that nobody is meant by.
pub(super) fn empty(health: &Health, _on: u32) -> Vec<Found> {
    let of = |target: &TargetHealth| {
        let kinds = target.empty.join(", ");
        (!kinds.is_empty()).then(|| Found {
            subject: format!("target {}", target.name),
            since: None,
            stage: 0,
            mark: kinds.clone(),
            what: Both::new(
                format!("Nothing in the roster is meant by the mapping of {}: {kinds}", target.name),
                format!("Intet i registret er omfattet af opsætningen for {}: {kinds}", target.name),
            ),
            todo: Both::new(
                "See whether the source delivered everybody, and what `when` in the mapping says. For one person:",
                "Se efter, om kilden har leveret alle, og hvad `when` i opsætningen siger. For en enkelt person:",
            ),
            command: Some(format!("rosterd explain person ID --target {}", target.name)),
        })
    };
    health.targets.iter().filter_map(of).collect()
}

/// Nothing had to be written for long.
pub(super) fn unchanged(health: &Health, days: u32) -> Vec<Found> {
    let limit = health.now.days_earlier(i64::from(days));
    let of = |target: &TargetHealth| {
        let since = target.unchanged.filter(|since| *since <= limit)?;
        Some(Found {
            subject: format!("target {}", target.name),
            since: Some(since),
            stage: 0,
            mark: String::new(),
            what: Both::new(
                format!("Nothing had to be changed in {} for {days} days", target.name),
                format!("Der har ikke skullet ændres noget i {} i {days} dage", target.name),
            ),
            todo: Both::new(
                "See whether the sources still deliver what is new, and when somebody last came or left:",
                "Se efter, om kilderne stadig leverer det nye, og hvornår nogen sidst er kommet eller rejst:",
            ),
            command: Some("rosterd status".into()),
        })
    };
    health.targets.iter().filter_map(of).collect()
}

/// What fails for days.
pub(super) fn quarantine(health: &Health, days: u32) -> Vec<Found> {
    let limit = health.now.days_earlier(i64::from(days));
    let of = |target: &TargetHealth| {
        let oldest = target.quarantine.oldest.filter(|oldest| *oldest <= limit)?;
        let count = target.quarantine.count;
        let (en, da) =
            (counted(count, "object fails", "objects fail"), counted(count, "objekt fejler", "objekter fejler"));
        Some(Found {
            subject: format!("target {}", target.name),
            since: Some(oldest),
            stage: 0,
            mark: String::new(),
            what: Both::new(
                format!("In {} {en} and cannot be kept in step", target.name),
                format!("I {} {da} og kan ikke holdes ajour", target.name),
            ),
            todo: Both::new(
                format!(
                    "See what each of them was refused for, mend that, then `rosterd quarantine release {} KEY`:",
                    target.name
                ),
                format!(
                    "Se, hvad hver af dem blev afvist for, ret det, og derefter `rosterd quarantine release {} KEY`:",
                    target.name
                ),
            ),
            command: Some(format!("rosterd quarantine list {}", target.name)),
        })
    };
    health.targets.iter().filter_map(of).collect()
}
