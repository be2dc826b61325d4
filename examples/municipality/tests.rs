//! What must be true of a whole delivery.

use std::collections::{BTreeMap, BTreeSet};

use clap::Parser;
use jiff::civil::{Date, date};
use serde_json::Value;

use crate::fact::{Fact, Kind};
use crate::organisation::Organisation;
use crate::{Arguments, generate, staff};

const DAY: Date = date(2026, 11, 23);
/// Every field that holds ids, and the kinds that they may be of.
const REFERENCES: &[(Kind, &str, Kind)] = &[
    (Kind::Class, "parent", Kind::Class),
    (Kind::Unit, "parent", Kind::Unit),
    (Kind::Unit, "type", Kind::Class),
    (Kind::Unit, "level", Kind::Class),
    (Kind::Person, "category", Kind::Class),
    (Kind::Person, "sponsor", Kind::Person),
    (Kind::Engagement, "person", Kind::Person),
    (Kind::Engagement, "unit", Kind::Unit),
    (Kind::Engagement, "job_function", Kind::Class),
    (Kind::Engagement, "type", Kind::Class),
    (Kind::Manager, "unit", Kind::Unit),
    (Kind::Manager, "person", Kind::Person),
    (Kind::Manager, "engagement", Kind::Engagement),
    (Kind::Manager, "type", Kind::Class),
    (Kind::Manager, "level", Kind::Class),
    (Kind::Manager, "responsibilities", Kind::Class),
    (Kind::Group, "owner", Kind::Person),
    (Kind::Membership, "group", Kind::Group),
    (Kind::Membership, "member_person", Kind::Person),
    (Kind::Key, "of", Kind::Person),
];

fn arguments(text: &str) -> Arguments {
    let words = format!("municipality --day 2026-11-23 {text}");
    Arguments::parse_from(words.split_whitespace())
}

fn deliveries() -> [Organisation; 3] {
    [
        generate(&arguments("")),
        generate(&arguments("--delivery second")),
        generate(&arguments("--delivery second --first-day 2026-10-01 --seed 7 --people 900")),
    ]
}

fn written(arguments: &Arguments) -> String {
    let mut out = Vec::new();
    assert!(generate(arguments).write(&mut out, &arguments.taken()).is_ok());
    String::from_utf8(out).unwrap_or_default()
}

fn of_kind(organisation: &Organisation, kind: Kind) -> impl Iterator<Item = &Fact> {
    organisation.facts.iter().filter(move |fact| fact.kind == kind)
}

#[test]
fn the_first_delivery_has_as_many_people_as_asked_for() {
    assert_eq!(generate(&arguments("")).people_on(DAY).len(), 420);
    assert_eq!(generate(&arguments("--people 120")).people_on(DAY).len(), 120);
    assert_eq!(generate(&arguments("--people 5000")).people_on(DAY).len(), 5000);
}

#[test]
fn versions_of_one_id_are_of_one_kind_and_do_not_overlap() {
    for organisation in deliveries() {
        let mut versions: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
        for fact in &organisation.facts {
            versions.entry(&fact.id).or_default().push(fact);
        }
        for facts in versions.values_mut() {
            facts.sort_by_key(|fact| fact.valid_from);
            for fact in facts.iter() {
                assert!(fact.valid_to.is_none_or(|to| fact.valid_from.is_some_and(|from| from < to)), "{fact:?}");
            }
            for pair in facts.windows(2) {
                assert_eq!(pair[0].kind, pair[1].kind);
                assert!(pair[0].valid_to.is_some() && pair[0].valid_to <= pair[1].valid_from, "{pair:?}");
            }
        }
    }
}

/// Every id that a fact names exists and holds on each day of that fact (on its first and last, which suffices here:
/// nothing in the sample has a gap but the engagements of one person, which have ids of their own).
#[test]
fn references_resolve_on_every_day() {
    for organisation in deliveries() {
        let mut lives: BTreeMap<&str, (Kind, Option<Date>, Option<Date>)> = BTreeMap::new();
        for fact in &organisation.facts {
            let life = lives.entry(&fact.id).or_insert((fact.kind, fact.valid_from, fact.valid_to));
            life.1 = life.1.min(fact.valid_from);
            life.2 = life.2.zip(fact.valid_to).map(|(a, b)| a.max(b));
        }
        for fact in &organisation.facts {
            for (_, field, kind) in REFERENCES.iter().filter(|row| row.0 == fact.kind) {
                for id in ids(fact.field(field)) {
                    let life = lives.get(id).filter(|life| life.0 == *kind);
                    assert!(life.is_some(), "{field} of {fact:?} is no {kind:?}");
                    let Some(&(_, from, to)) = life else { continue };
                    assert!(from <= fact.valid_from, "{field} of {fact:?} begins too late");
                    let outlives = to.is_none_or(|to| fact.valid_to.is_some_and(|until| until <= to));
                    assert!(outlives, "{field} of {fact:?} ends too soon");
                }
            }
        }
    }
}

fn ids(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(value) => value.as_str().into_iter().collect(),
        None => Vec::new(),
    }
}

#[test]
fn units_keep_one_root_and_four_levels_in_both_deliveries() {
    for organisation in deliveries() {
        let units: BTreeMap<&str, &Fact> =
            of_kind(&organisation, Kind::Unit).filter(|unit| unit.holds_on(DAY)).map(|u| (u.id.as_str(), u)).collect();
        assert!(units.len() >= 60);
        for unit in units.values() {
            let ancestors = std::iter::successors(Some(*unit), |unit| units.get(unit.text("parent")).copied());
            assert!(ancestors.take(5).count() <= 4, "{unit:?}");
        }
        assert_eq!(units.values().filter(|unit| unit.field("parent").is_none()).count(), 1);
    }
}

#[test]
fn output_is_equal_twice_and_canonical() {
    for text in ["", "--delivery second", "--seed 2"] {
        let arguments = arguments(text);
        let first = written(&arguments);
        assert_eq!(first, written(&arguments));
        let lines: Vec<Value> = first.lines().map(|line| serde_json::from_str(line).unwrap_or_default()).collect();
        assert_eq!(lines[0]["count"], lines.len() - 1);
        let order: Vec<_> = lines[1..]
            .iter()
            .map(|line| {
                let kind = Kind::ALL.iter().position(|kind| line["kind"] == kind.name());
                (kind, line["id"].as_str(), line["valid_from"].as_str())
            })
            .collect();
        assert!(order.is_sorted());
    }
}

#[test]
fn only_known_fields_are_written() {
    let organisation = generate(&arguments("--delivery second"));
    for fact in &organisation.facts {
        let written = fact.line().as_object().map_or(0, serde_json::Map::len);
        assert_eq!(written, 4 + fact.stated(), "a field that its kind does not have: {fact:?}");
    }
}

#[test]
fn equal_names_are_those_made_on_purpose() {
    for organisation in deliveries() {
        let mut names: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for person in of_kind(&organisation, Kind::Person) {
            let name = format!("{} {}", person.text("given_name"), person.text("surname")).to_lowercase();
            names.entry(name).or_default().insert(&person.id);
        }
        let shared: Vec<_> = names.iter().filter(|(_, ids)| ids.len() > 1).map(|(name, _)| name.as_str()).collect();
        assert_eq!(shared, ["anders de la cour", "mette jensen"]);
    }
}

#[test]
fn the_second_delivery_differs_by_what_it_describes() {
    let (first, second) = (written(&arguments("")), written(&arguments("--delivery second")));
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (first.lines().collect(), second.lines().collect());
    // The header; ended: job of the mover, job of the leaver, bride, manager, two units, one membership.
    assert_eq!(before.difference(&after).count(), 8);
    // And new: four later versions, the successor, the joiner with job and key, one membership.
    assert_eq!(after.difference(&before).count(), 8 + 4 + 1 + 3 + 1);
    assert_eq!(generate(&arguments("--delivery second")).notes.len(), 9);
}

#[test]
fn one_post_is_vacant_one_unit_has_no_manager_and_teachers_exist() {
    let organisation = generate(&arguments(""));
    let managers: Vec<_> = of_kind(&organisation, Kind::Manager).filter(|fact| fact.holds_on(DAY)).collect();
    let vacant: Vec<_> = managers.iter().filter(|fact| fact.field("person").is_none()).collect();
    assert_eq!(vacant.len(), 1);
    assert_eq!(vacant[0].text("unit"), organisation.id(Kind::Unit, staff::VACANT));
    let unmanaged = organisation.id(Kind::Unit, staff::UNMANAGED);
    assert!(managers.iter().all(|fact| fact.text("unit") != unmanaged));
    let teacher = organisation.class("job_function", "Lærer");
    let teachers = of_kind(&organisation, Kind::Engagement).filter(|job| job.text("job_function") == teacher);
    assert!(teachers.count() > 20);
}

#[test]
fn impossible_days_are_refused() {
    assert!(arguments("--first-day 2026-11-24 --delivery second").complaint().is_some());
    assert!(arguments("--first-day 2026-11-22").complaint().is_some());
    assert!(Arguments::try_parse_from(["municipality", "--day", "2025-12-31"]).is_err());
    assert!(Arguments::try_parse_from(["municipality", "--day", "tomorrow"]).is_err());
}
