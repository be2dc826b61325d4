//! What rosterd itself stands on: its log, its disk, its connections, its ways of telling.

use super::both::{Both, counted};
use super::health::{ChannelHealth, End, Health, Refusal};
use super::table::Found;
use crate::org::Instant;

const MIB: u64 = 1024 * 1024;

/// From so many days on an end is told once more.
const SOON_DAYS: i64 = 7;

/// The log, as it was last proved.
pub(super) fn log(health: &Health, _on: u32) -> Vec<Found> {
    let Some(log) = &health.log else { return Vec::new() };
    let found = log.broken.as_ref().map(|broken| Found {
        subject: "roster".into(),
        since: Some(log.at),
        stage: 0,
        mark: broken.clone(),
        what: Both::new(
            format!("The log of the roster does not hold: {broken}"),
            format!("Registrets log holder ikke: {broken}"),
        ),
        todo: Both::new(
            "Somebody changed the roster beside rosterd, or restored a part of it. Stop writing (`rosterd pause`), \
             keep a copy of the files, and find out who it was:",
            "Nogen har ændret registret uden om rosterd eller gendannet en del af det. Stands al skrivning \
             (`rosterd pause`), tag en kopi af filerne, og find ud af, hvem det var:",
        ),
        command: Some("rosterd verify-log".into()),
    });
    found.into_iter().collect()
}

/// The configuration in force, when another one was refused.
pub(super) fn configuration(health: &Health, _on: u32) -> Vec<Found> {
    let of = |refused: &Refusal| {
        let why = refused.why.trim_end_matches('.');
        let (what, todo, command) = if refused.needs_restart.is_some() {
            let what = Both::new(
                format!(
                    "What changed in the configuration takes a restart, so the one from before stays in force: {why}"
                ),
                format!(
                    "Det, der er ændret i konfigurationen, kræver en genstart, så den tidligere gælder stadig: {why}"
                ),
            );
            (what, Both::new("Restart when it suits:", "Genstart, når det passer:"), "systemctl restart rosterd")
        } else {
            let what = Both::new(
                format!("The new configuration is wrong, so the one from before stays in force: {why}"),
                format!("Der er fejl i den nye konfiguration, så den tidligere gælder stadig: {why}"),
            );
            let todo = Both::new(
                "After a restart nothing would run. Correct the file until this command finds nothing, then `systemctl \
                 reload rosterd`:",
                "Efter en genstart ville intet køre. Ret filen, indtil denne kommando ikke finder flere fejl, og kør så \
                 `systemctl reload rosterd`:",
            );
            (what, todo, "rosterd check")
        };
        Found {
            subject: "configuration".into(),
            since: Some(refused.since),
            stage: 0,
            mark: refused.why.clone(),
            what,
            todo,
            command: Some(command.into()),
        }
    };
    health.configuration.iter().filter_map(|one| one.refused.as_ref()).map(of).collect()
}

/// Certificates and tokens.
pub(super) fn expires(health: &Health, days: u32) -> Vec<Found> {
    let now = health.now;
    let within = |end: &End, days: i64| end.until.days_earlier(days) <= now;
    // of several of one owner the one that ends first is told: the others are renewed with it, or come next
    let mut first: Vec<&End> = Vec::new();
    for end in health.ends.iter().filter(|end| within(end, i64::from(days))) {
        match first.iter_mut().find(|one| one.of == end.of && one.what == end.what) {
            Some(one) if end.until < one.until => *one = end,
            Some(_) => {}
            None => first.push(end),
        }
    }
    let of = |end: &End| {
        let stage = u8::from(within(end, SOON_DAYS)) + u8::from(within(end, 0));
        let until = end.until.local(&health.zone);
        let what = match stage {
            2 => Both::new(
                format!("Of {}, {} has ended ({until})", end.of, end.what),
                format!("I {} er dette udløbet ({until}): {}", end.of, end.what),
            ),
            _ => Both::new(
                format!("Of {}, {} ends at {until}", end.of, end.what),
                format!("I {} udløber dette {until}: {}", end.of, end.what),
            ),
        };
        Found {
            subject: format!("{}: {}", end.of, end.what),
            since: Some(end.until.days_earlier(i64::from(days))),
            stage,
            mark: end.until.to_string(),
            what,
            todo: Both::new(
                format!("From then on every connection is refused. {}. Then:", sentence(&end.renewal)),
                format!("Derefter afvises hver forbindelse. {}. Derefter:", sentence(&end.renewal)),
            ),
            command: Some("rosterd check --online".into()),
        }
    };
    first.into_iter().map(of).collect()
}

/// Room on the disk.
pub(super) fn disk(health: &Health, mib: u32) -> Vec<Found> {
    let full = health.disk.filter(|disk| disk.free < u64::from(mib) * MIB);
    let found = full.map(|disk| {
        let free = disk.free / MIB;
        Found {
            subject: "roster".into(),
            since: None,
            stage: u8::from(disk.free < u64::from(mib) * MIB / 10),
            mark: String::new(),
            what: Both::new(
                format!("Only {free} MiB are free on the disk that the roster lies on"),
                format!("Der er kun {free} MiB fri på den disk, som registret ligger på"),
            ),
            todo: Both::new(
                "Make room: a run that cannot write its journal stops. What takes the most:",
                "Skaf plads: en kørsel, der ikke kan skrive sin journal, standser. Hvad der fylder mest:",
            ),
            command: Some("du -x -h --max-depth=2 / | sort -h | tail".into()),
        }
    });
    found.into_iter().collect()
}

/// Letters that do not get out.
pub(super) fn delivery(health: &Health, hours: u32) -> Vec<Found> {
    let limit: Instant = health.now.hours_later(-i64::from(hours));
    let of = |channel: &ChannelHealth| {
        let oldest = channel.oldest.filter(|oldest| *oldest <= limit);
        if oldest.is_none() && channel.failed == 0 {
            return None;
        }
        let why = channel.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let what = match channel.failed {
            0 => Both::new(
                format!(
                    "{} by {} for {hours} hours{why}",
                    counted(channel.waiting, "letter waits", "letters wait"),
                    channel.name
                ),
                format!(
                    "{} på {} i {hours} timer{why}",
                    counted(channel.waiting, "besked venter", "beskeder venter"),
                    channel.name
                ),
            ),
            failed => Both::new(
                format!("{} by {}{why}", counted(failed, "letter was given up", "letters were given up"), channel.name),
                format!("{} på {}{why}", counted(failed, "besked er opgivet", "beskeder er opgivet"), channel.name),
            ),
        };
        Some(Found {
            subject: channel.name.clone(),
            since: oldest,
            stage: 0,
            mark: if channel.failed > 0 { "failed".into() } else { String::new() },
            what,
            todo: Both::new(
                "See whether the server is reached and takes what it is sent; what waits is sent again by itself.",
                "Se efter, om serveren kan nås og tager imod; det, der venter, sendes igen af sig selv.",
            ),
            command: Some("rosterd status".into()),
        })
    };
    health.channels.iter().filter_map(of).collect()
}

/// With a capital, for the begin of a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
