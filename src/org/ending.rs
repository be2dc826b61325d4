//! What an import ends, by name: the first that a person asks of one that is held.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::fact::Fact;
use super::id::Id;
use super::intake_plan::{NewRow, Stored, StoredRow};
use super::kind::FactKind;
use super::time::{Day, Interval};

/// A thing that is over sooner than it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub kind: FactKind,
    pub id: Id,
    /// What people call it, or whose it is.
    pub name: String,
}

/// The days of a thing, as they are and as they will be.
type BeforeAndAfter = (Vec<Interval>, Vec<Interval>);

/// The things that end sooner when these rows are closed and those added: those first who are gone on the day, then
/// people before all other kinds, then by name.
pub fn endings(stored: &Stored, close: &[i64], add: &[NewRow], day: Day) -> Vec<Ending> {
    let closed: HashSet<i64> = close.iter().copied().collect();
    let is_closed = |row: &&StoredRow| closed.contains(&row.row);
    let touched: HashSet<&Id> = stored.rows.iter().filter(is_closed).map(|row| &row.id).collect();
    let mut days: BTreeMap<(FactKind, &Id), BeforeAndAfter> = BTreeMap::new();
    for row in stored.rows.iter().filter(|row| touched.contains(&row.id)) {
        let (before, after) = days.entry((row.kind, &row.id)).or_default();
        before.push(row.interval);
        if !closed.contains(&row.row) {
            after.push(row.interval);
        }
    }
    for row in add {
        if let Some((_, after)) = days.get_mut(&(row.kind, &row.id)) {
            after.push(row.interval);
        }
    }
    let holds = |days: &[Interval]| days.iter().any(|days| days.contains(day));
    let mut ended: Vec<(bool, (FactKind, &Id))> = days
        .iter()
        .map(|(thing, (before, after))| (holds(before) && !holds(after), is_sooner(after, before), *thing))
        .filter(|(gone, sooner, _)| *gone || *sooner)
        .map(|(gone, _, thing)| (gone, thing))
        .collect();
    let names = names(stored, &ended.iter().map(|(_, thing)| *thing).collect());
    let name = |(kind, id): (FactKind, &Id)| names.get(&(kind, id)).cloned().unwrap_or_else(|| id.to_string());
    ended.sort_by_cached_key(|(gone, thing)| (!gone, thing.0 != FactKind::Person, thing.0, name(*thing), thing.1));
    ended.into_iter().map(|(_, (kind, id))| Ending { kind, id: id.clone(), name: name((kind, id)) }).collect()
}

/// What people call these things, by the rows that are in force: their own names, or that of the person or unit which
/// they speak of.
pub fn names<'a>(stored: &'a Stored, things: &HashSet<(FactKind, &Id)>) -> HashMap<(FactKind, &'a Id), String> {
    let facts = facts(stored, things);
    let others: HashSet<(FactKind, Id)> =
        facts.values().filter(|fact| own_name(fact).is_none()).filter_map(spoken_of).collect();
    let known = self::facts(stored, &others.iter().map(|(kind, id)| (*kind, id)).collect());
    let of_other = |fact: &Fact| {
        let (kind, id) = spoken_of(fact)?;
        known.get(&(kind, &id)).and_then(own_name)
    };
    facts.iter().filter_map(|(thing, fact)| Some((*thing, own_name(fact).or_else(|| of_other(fact))?))).collect()
}

/// The last fact of each of these things. What cannot be read has no name here, and is found by others.
fn facts<'a>(stored: &'a Stored, things: &HashSet<(FactKind, &Id)>) -> HashMap<(FactKind, &'a Id), Fact> {
    let wanted = stored.rows.iter().filter(|row| things.contains(&(row.kind, &row.id)));
    let read = |row: &'a StoredRow| Some(((row.kind, &row.id), Fact::from_body(row.kind, &row.body).ok()?));
    wanted.filter_map(read).collect()
}

fn own_name(fact: &Fact) -> Option<String> {
    match fact {
        Fact::Person(person) => Some(person.full_name()),
        Fact::Unit(unit) => Some(unit.name.clone()),
        Fact::Group(group) => Some(group.name.clone()),
        Fact::Class(class) => Some(class.name.clone()),
        Fact::Position(position) => Some(position.title.clone()),
        _ => None,
    }
}

/// The person that a fact speaks of, else the unit or group.
fn spoken_of(fact: &Fact) -> Option<(FactKind, Id)> {
    let references = fact.references();
    [FactKind::Person, FactKind::Unit, FactKind::Group].into_iter().find_map(|kind| {
        references.iter().find(|(field, _)| field.expects == Some(kind)).map(|(_, id)| (kind, id.clone()))
    })
}

/// Whether the last of these days is before the last of the others; open is last, and no days are the first.
fn is_sooner(days: &[Interval], than: &[Interval]) -> bool {
    let last = |days: &[Interval]| days.iter().map(|days| (days.to.is_none(), days.to)).max();
    last(days) < last(than)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn row(row: i64, kind: FactKind, id: &str, body: &str) -> StoredRow {
        StoredRow { row, kind, id: id.into(), interval: Interval::ALWAYS, source: "hr".into(), body: body.into() }
    }

    #[test]
    fn who_is_gone_today_comes_first_and_a_job_is_named_by_its_person() {
        let person = |name: &str| format!(r#"{{"given_name":"{name}","surname":"Berg"}}"#);
        let job = |person: &str| format!(r#"{{"person":"{person}","unit":"u"}}"#);
        let rows = vec![
            row(1, FactKind::Person, "a", &person("Anna")),
            row(2, FactKind::Person, "b", &person("Bo")),
            row(3, FactKind::Engagement, "e", &job("b")),
            row(4, FactKind::Engagement, "f", &job("a")),
        ];
        let stored = Stored { basis: 1, rows };
        let until = |kind, id: &str, to: &str| NewRow {
            kind,
            id: id.into(),
            interval: Interval { from: None, to: Some(day(to)) },
            body: "{}".into(),
        };
        let add = [until(FactKind::Engagement, "e", "2027-01-01"), until(FactKind::Engagement, "f", "2026-01-01")];
        let ended = endings(&stored, &[2, 3, 4], &add, day("2026-11-23"));
        let said: Vec<(&str, &str)> = ended.iter().map(|one| (one.kind.name(), one.name.as_str())).collect();
        assert_eq!(said, [("person", "Bo Berg"), ("engagement", "Anna Berg"), ("engagement", "Bo Berg")]);
        let same = NewRow { interval: Interval::ALWAYS, ..until(FactKind::Person, "b", "2027-01-01") };
        assert_eq!(endings(&stored, &[2], &[same], day("2026-11-23")), []);
    }
}
