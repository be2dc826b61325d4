//! What an import ends, by name: the first that a person asks of one that is held.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::fact::Fact;
use super::id::Id;
use super::intake_plan::{IntakePlan, Stored, Thing};
use super::kind::FactKind;
use super::packed::Damaged;
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

/// The things that end sooner by a plan: those first who are gone on the day, then people before all other kinds, then
/// by name.
pub fn endings(stored: &Stored, plan: &IntakePlan, day: Day) -> Result<Vec<Ending>, Damaged> {
    let closed: HashSet<i64> = plan.close.iter().copied().collect();
    if closed.is_empty() {
        return Ok(Vec::new());
    }
    let mut days: BTreeMap<Thing, BeforeAndAfter> = BTreeMap::new();
    for row in stored.rows.iter()? {
        let row = row?;
        if closed.contains(&row.row) {
            days.entry((row.kind, row.id)).or_default();
        }
    }
    for row in stored.rows.iter()? {
        let row = row?;
        let Some((before, after)) = days.get_mut(&(row.kind, row.id)) else { continue };
        before.push(row.interval);
        if !closed.contains(&row.row) {
            after.push(row.interval);
        }
    }
    for row in plan.add.iter()? {
        let row = row?;
        if let Some((_, after)) = days.get_mut(&(row.kind, row.id)) {
            after.push(row.interval);
        }
    }
    let holds = |days: &[Interval]| days.iter().any(|days| days.contains(day));
    let mut ended: Vec<(bool, Thing)> = days
        .into_iter()
        .map(|(thing, (before, after))| (holds(&before) && !holds(&after), is_sooner(&after, &before), thing))
        .filter(|(gone, sooner, _)| *gone || *sooner)
        .map(|(gone, _, thing)| (gone, thing))
        .collect();
    let names = names(stored, &ended.iter().map(|(_, thing)| thing.clone()).collect())?;
    let name = |thing: &Thing| names.get(thing).cloned().unwrap_or_else(|| thing.1.to_string());
    ended.sort_by_cached_key(|(gone, thing)| {
        (!gone, thing.0 != FactKind::Person, thing.0, name(thing), thing.1.clone())
    });
    Ok(ended.into_iter().map(|(_, thing)| Ending { name: name(&thing), kind: thing.0, id: thing.1 }).collect())
}

/// What people call these things, by the rows that are in force: their own names, or that of the person or unit which
/// they speak of.
fn names(stored: &Stored, things: &HashSet<Thing>) -> Result<HashMap<Thing, String>, Damaged> {
    let facts = facts(stored, things)?;
    let others = facts.values().filter(|fact| own_name(fact).is_none()).filter_map(spoken_of).collect();
    let known = self::facts(stored, &others)?;
    let of_other = |fact: &Fact| known.get(&spoken_of(fact)?).and_then(own_name);
    let named =
        facts.iter().filter_map(|(thing, fact)| Some((thing.clone(), own_name(fact).or_else(|| of_other(fact))?)));
    Ok(named.collect())
}

/// The last fact of each of these things. What cannot be read has no name here, and is found by others.
fn facts(stored: &Stored, things: &HashSet<Thing>) -> Result<HashMap<Thing, Fact>, Damaged> {
    let mut facts = HashMap::new();
    if things.is_empty() {
        return Ok(facts);
    }
    for row in stored.rows.iter()? {
        let row = row?;
        let thing = (row.kind, row.id);
        if things.contains(&thing)
            && let Ok(fact) = Fact::from_body(thing.0, &row.body)
        {
            facts.insert(thing, fact);
        }
    }
    Ok(facts)
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
    use crate::org::{NewRow, StoredRow};

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
        let stored = Stored { basis: 1, rows: rows.into_iter().collect(), ..Stored::default() };
        let until = |kind, id: &str, to: &str| NewRow {
            kind,
            id: id.into(),
            interval: Interval { from: None, to: Some(day(to)) },
            source: "hr".into(),
            body: "{}".into(),
        };
        let add = [until(FactKind::Engagement, "e", "2027-01-01"), until(FactKind::Engagement, "f", "2026-01-01")];
        let plan = |close: &[i64], add: Vec<NewRow>| IntakePlan {
            close: close.to_vec(),
            add: add.into_iter().collect(),
            ..IntakePlan::default()
        };
        let ended = endings(&stored, &plan(&[2, 3, 4], add.to_vec()), day("2026-11-23")).unwrap();
        let said: Vec<(&str, &str)> = ended.iter().map(|one| (one.kind.name(), one.name.as_str())).collect();
        assert_eq!(said, [("person", "Bo Berg"), ("engagement", "Anna Berg"), ("engagement", "Bo Berg")]);
        let same = NewRow { interval: Interval::ALWAYS, ..until(FactKind::Person, "b", "2027-01-01") };
        assert_eq!(endings(&stored, &plan(&[2], vec![same]), day("2026-11-23")).unwrap(), []);
    }
}
