//! Clocks, and what stands still or changed hands for longer than somebody may remember.

use super::both::Both;
use super::health::{Health, TargetHealth};
use super::table::Found;

/// For so many hours it is told that a standby took over.
const TOLD_HOURS: i64 = 24;

/// A clock that is wrong: ours, or a target's.
pub(super) fn clock(health: &Health, _on: u32) -> Vec<Found> {
    let of = |target: &TargetHealth| {
        let (mark, what) = if let Some(jump) = &target.clock_jumped {
            let what = Both::new(
                format!("Runs of {} are held, since {jump}", target.name),
                format!("Kørsler af {} holdes tilbage: {jump}", target.name),
            );
            ("jump", what)
        } else {
            let seconds = target.clock_apart?;
            let (en, da) = if seconds > 0 { ("ahead of", "foran") } else { ("behind", "bagud for") };
            let by = seconds.unsigned_abs();
            let what = Both::new(
                format!("The clock of {} is {by} s {en} ours, and nothing is written", target.name),
                format!("Uret i {} er {by} s {da} vores, og intet skrives", target.name),
            );
            ("apart", what)
        };
        Some(Found {
            subject: format!("target {}", target.name),
            since: None,
            stage: 0,
            mark: mark.into(),
            what,
            todo: Both::new(
                "Set the clock that is wrong; both should follow a time server. Ours:",
                "Stil det ur, der går forkert; begge bør følge en tidsserver. Vores:",
            ),
            command: Some("timedatectl".into()),
        })
    };
    health.targets.iter().filter_map(of).collect()
}

/// A stop that somebody may have forgotten.
pub(super) fn paused(health: &Health, hours: u32) -> Vec<Found> {
    let limit = health.now.hours_later(-i64::from(hours));
    let targets = health.targets.iter().filter_map(|target| {
        let order = target.paused.as_ref().filter(|order| order.since <= limit)?;
        Some(Found {
            subject: format!("target {}", target.name),
            since: Some(order.since),
            stage: 0,
            mark: String::new(),
            what: Both::new(
                format!("{} has been paused for {hours} hours: {}", target.name, order.note),
                format!("{} har været sat på pause i {hours} timer: {}", target.name, order.note),
            ),
            todo: Both::new(
                "If it is not needed any more, take it back:",
                "Hvis det ikke længere er nødvendigt, så ophæv det:",
            ),
            command: Some(format!("rosterd unpause {}", target.name)),
        })
    });
    let maintenance = health.maintenance.iter().filter(|order| order.since <= limit).map(|order| Found {
        subject: "maintenance".into(),
        since: Some(order.since),
        stage: 0,
        mark: String::new(),
        what: Both::new(
            format!("Maintenance has been on for {hours} hours, and nothing is begun: {}", order.note),
            format!("Vedligehold har været slået til i {hours} timer, og intet sættes i gang: {}", order.note),
        ),
        todo: Both::new("If it is over, say so:", "Hvis det er overstået, så sig det:"),
        command: Some("rosterd maintenance end".into()),
    });
    targets.chain(maintenance).collect()
}

/// Another daemon ended, and nobody may have seen it.
pub(super) fn took_over(health: &Health, _on: u32) -> Vec<Found> {
    let recent = health.took_over.filter(|at| at.hours_later(TOLD_HOURS) > health.now && *at <= health.now);
    let found = recent.map(|at| Found {
        subject: "daemon".into(),
        since: Some(at),
        stage: 0,
        mark: at.to_string(),
        what: Both::new(
            "A standby took over, since the daemon that served the roster ended",
            "En reserve har taget over, fordi den daemon, der passede registret, sluttede",
        ),
        todo: Both::new(
            "See why it ended, and start it again as the new standby:",
            "Se, hvorfor den sluttede, og start den igen som ny reserve:",
        ),
        command: Some("journalctl -u rosterd -e".into()),
    });
    found.into_iter().collect()
}
