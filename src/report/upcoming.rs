//! The days to come: who comes and who leaves, and which rung of the lifecycle each account reaches next, in its four
//! forms. Made from the record and the ladders alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Format, csv, html, text};
use crate::mapping::lifecycle::{Ladder, life_of, outlook, standing};
use crate::object::Rung;
use crate::org::{Day, Id, Instant, Snapshot, Zone};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpcomingDocument {
    pub at: Instant,
    pub as_of: Day,
    /// How many days ahead it looks.
    pub days: u32,
    pub organisation: String,
    /// By day, by rung, then by name.
    pub turns: Vec<UpcomingTurn>,
}

/// Somebody reaches a rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpcomingTurn {
    pub day: Day,
    pub rung: Rung,
    pub person: Id,
    pub name: String,
    /// The rung that the person stands on now.
    pub now: Rung,
    pub because: String,
    /// Where; all targets with the same day stand together.
    pub targets: Vec<String>,
}

impl UpcomingDocument {
    /// Looks some days ahead, by the ladder of each target.
    pub fn new<'a>(
        snapshot: &Snapshot,
        ladders: impl Iterator<Item = (&'a str, &'a Ladder)> + Clone,
        days: u32,
        organisation: String,
        at: Instant,
    ) -> Self {
        let (as_of, last) = (snapshot.day(), snapshot.day().plus(i64::from(days)));
        let mut turns: BTreeMap<(Day, Rung, String, Id), (Rung, String, Vec<String>)> = BTreeMap::new();
        for (person, _) in snapshot.lives() {
            for (target, ladder) in ladders.clone() {
                let policy = ladder.policy(snapshot, person);
                let life = life_of(snapshot, policy, person);
                let soon = outlook(&life, policy, as_of).into_iter().take_while(|(_, day, _)| *day <= last);
                let mut now = None;
                for (rung, day, because) in soon {
                    let now = *now.get_or_insert_with(|| standing(&life, policy, as_of).rung);
                    let key = (day, rung, name(snapshot, person), person.clone());
                    let (_, _, targets) = turns.entry(key).or_insert((now, because.to_string(), Vec::new()));
                    targets.push(target.to_owned());
                }
            }
        }
        let turn = |((day, rung, name, person), (now, because, targets))| UpcomingTurn {
            day,
            rung,
            person,
            name,
            now,
            because,
            targets,
        };
        Self { at, as_of, days, organisation, turns: turns.into_iter().map(turn).collect() }
    }

    /// The turns of each day.
    pub(super) fn by_day(&self) -> Vec<(Day, Vec<&UpcomingTurn>)> {
        let mut days: Vec<(Day, Vec<&UpcomingTurn>)> = Vec::new();
        for turn in &self.turns {
            match days.last_mut() {
                Some((day, turns)) if *day == turn.day => turns.push(turn),
                _ => days.push((turn.day, vec![turn])),
            }
        }
        days
    }

    /// How many reach each rung.
    pub(super) fn counts(&self) -> Vec<(Rung, usize)> {
        let of = |rung: Rung| self.turns.iter().filter(|turn| turn.rung == rung).count();
        Rung::ALL.into_iter().map(|rung| (rung, of(rung))).filter(|(_, count)| *count > 0).collect()
    }
}

fn name(snapshot: &Snapshot, person: &Id) -> String {
    let known = snapshot.person_here_or_coming(person);
    known.map_or_else(|| person.to_string(), |person| person.nickname.clone().unwrap_or_else(|| person.full_name()))
}

/// What a rung means for the account, for people to read.
pub(super) fn meaning(rung: Rung) -> &'static str {
    match rung {
        Rung::Awaited => "no account any more for the time being",
        Rung::Prepared => "the account is made, disabled",
        Rung::Active => "the account can be used",
        Rung::OnLeave => "on leave",
        Rung::Kept => "the last day was the day before; the account is kept as it is",
        Rung::Disabled => "the account is disabled",
        Rung::Stripped => "taken out of all groups",
        Rung::Hidden => "hidden from address lists",
        Rung::Moved => "moved among the leavers",
        Rung::Deleted => "the account is deleted",
        Rung::OutOfScope => "no rule means the account any more",
    }
}

/// The report in one form.
pub fn render(document: &UpcomingDocument, format: Format, zone: &Zone) -> serde_json::Result<String> {
    Ok(match format {
        Format::Text => text::upcoming(document, zone),
        Format::Html => html::upcoming(document, zone),
        Format::Csv => csv::upcoming(document),
        Format::Json => serde_json::to_string_pretty(document)? + "\n",
    })
}
