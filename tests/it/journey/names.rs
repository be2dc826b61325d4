//! Relative names that need care, of units, groups and people, as real processes on Samba and OpenLDAP: created,
//! renamed and moved, and each time there is nothing left to do.

use std::collections::BTreeSet;

use rosterd::object::Siblings;
use serde_json::{Value, json};

use crate::lab::Lab;
use crate::support::gate::Fault;
use crate::support::organisation::{Organisation, id};
use crate::support::realm::{BOTH, Realm, Vendor};

/// How many names, and how many things of each kind.
const NAMES: usize = 400;
const UNITS: usize = 134;
const EACH: usize = 133;

/// What needs escaping (RFC 4514 section 2.4), what filters treat in their own way, and letters of several bytes.
const CARE: [&str; 18] =
    [",", "+", "\"", "\\", "<", ">", ";", "=", "#", "  ", "\\2C", "\\,", "/", "*", "(", ")", "ø", "汉"];

/// The name of a number: something that needs care at its beginning, middle and end, blanks around it, and every
/// seventh of exactly 64 characters.
fn name(number: usize) -> String {
    let care = CARE[number % CARE.len()];
    let other = CARE[(number * 7 + 3) % CARE.len()];
    let name = match number % 6 {
        0 => format!("{care}{number}x"),
        1 => format!("x{number}{care}"),
        2 => format!("x{care}y{number}{other}z"),
        3 => format!(" {care}{number}"),
        4 => format!("{number}{care} "),
        _ => format!(" {other} {number}{care}y  "),
    };
    match number % 7 {
        0 => format!("{name}{}", "ß".repeat(64 - name.chars().count())),
        _ => name,
    }
}

/// The names of the units, people and groups, from one number on; each kind takes its names turned by so many.
fn names_of(from: usize, turn: usize) -> [Vec<String>; 3] {
    let some = |from: usize, count: usize| (0..count).map(|at| name(from + (at + turn) % count)).collect();
    [some(from, UNITS), some(from + UNITS, EACH), some(from + UNITS + EACH, EACH)]
}

/// Units of which each third lies in another, people one in each unit, and groups. `by` shifts the places.
fn organisation(names: &[Vec<String>; 3], by: usize) -> Organisation {
    let [units, people, groups] = names;
    let mut organisation = Organisation::default();
    for (at, name) in units.iter().enumerate() {
        let parent = (at % 3 == 2).then(|| id(&format!("unit {}", (at - 2 + 3 * by) % (UNITS / 3 * 3))));
        organisation.add("unit", &format!("unit {at}"), without_null(json!({"name": name, "parent": parent})));
    }
    for (at, name) in people.iter().enumerate() {
        organisation.add_person(&format!("person {at}"), "X", name);
        organisation.employ(&format!("person {at}"), &format!("unit {}", (at + by) % UNITS), "Clerk");
    }
    for (at, name) in groups.iter().enumerate() {
        organisation.add("group", &format!("group {at}"), json!({"name": name}));
    }
    organisation
}

fn without_null(mut fields: Value) -> Value {
    fields.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    fields
}

/// Everything is in the directory under its name, which is the result of a rule and so trimmed.
async fn named(realm: &mut Realm, names: &[Vec<String>; 3]) {
    let things = realm.things().await;
    assert_eq!(things.len(), NAMES);
    for (kind, names) in ["unit", "person", "group"].into_iter().zip(names) {
        for (at, name) in names.iter().enumerate() {
            assert_eq!(things.of(&format!("{kind} {at}")).name(), name.trim());
        }
    }
}

#[test]
fn the_names_are_four_hundred_whatever_a_directory_makes_of_them() {
    let all: Vec<String> = (0..2 * NAMES).map(name).collect();
    for siblings in [Siblings::Standard, Siblings::ActiveDirectory] {
        let folded: BTreeSet<String> = all.iter().map(|name| siblings.folded(name)).collect();
        assert_eq!(folded.len(), all.len());
    }
    assert_eq!(all.iter().map(|name| name.chars().count()).max(), Some(64));
    assert!(all.iter().filter(|name| name.starts_with(' ')).count() > NAMES / 4);
}

#[tokio::test]
async fn names_that_need_care_are_created_renamed_and_moved() {
    for vendor in BOTH {
        let mut realm = Realm::new(vendor).await;
        let (first, second, third) = (names_of(0, 0), names_of(NAMES, 0), names_of(NAMES, 1));
        realm.settle(&organisation(&first, 0)).await;
        let created = realm.things().await;
        named(&mut realm, &first).await;
        let renamed = realm.settle(&organisation(&second, 0)).await;
        assert_eq!(renamed["steps"].as_array().unwrap().len(), NAMES);
        named(&mut realm, &second).await;
        // people and units move, and everybody takes up the name of the next one: of the groups, a ring
        let moved = realm.settle(&organisation(&third, 1)).await;
        assert_eq!(moved["steps"].as_array().unwrap().len(), NAMES + 1);
        named(&mut realm, &third).await;
        let things = realm.things().await;
        things.are_those_of(&created);
        for at in 0..EACH {
            let unit = things.of(&format!("unit {}", (at + 1) % UNITS));
            assert!(things.of(&format!("person {at}")).lies_in(unit));
        }
        // blanks that somebody puts around a name are a difference, and are gone afterwards
        for thing in ["unit 0", "person 1", "group 2"].map(|name| things.of(name)) {
            let (attribute, name) = thing.dn.name().unwrap();
            let blank = thing.dn.parent().unwrap().child(attribute, &format!("  {name} "));
            realm.admin.rename(&thing.entry.dn, &blank.rdn().unwrap()).await;
        }
        assert_eq!(realm.apply().await["counts"]["done"], 3);
        realm.in_step().await;
        named(&mut realm, &third).await;
    }
}

/// One unit, and people of these surnames in it.
fn people(surnames: &[&str]) -> Organisation {
    let mut organisation = Organisation::default();
    organisation.add("unit", "unit", json!({"name": "Skole"}));
    for (at, surname) in surnames.iter().enumerate() {
        organisation.add_person(&format!("person {at}"), "Jan", surname);
        organisation.employ(&format!("person {at}"), "unit", "Clerk");
    }
    organisation
}

/// The second of two that the directory takes for one is held before anything is written, and the reason names both;
/// a rule with the login in it tells them apart.
#[tokio::test]
async fn names_that_differ_by_case_or_accent_only_are_told_apart_or_held() {
    for (vendor, names, twice) in [
        (Vendor::Samba, ["Müller", "MÜLLER", "Muller", "Meissner", "Meißner"], 3),
        (Vendor::OpenLdap, ["Müller", "MÜLLER", "Mu\u{308}ller", "Muller", "Meißner"], 2),
    ] {
        let mut realm = Realm::new(vendor).await;
        realm.import(&people(&names)).await;
        let plan = realm.plan().await;
        let held = plan["held"].as_array().unwrap();
        assert_eq!(held.len(), twice, "{held:?}");
        for hold in held {
            let reason = hold["reason"].as_str().unwrap();
            assert_eq!(hold["code"], "name-taken");
            assert!(names.iter().filter(|name| reason.contains(&format!("{name:?}"))).count() == 2, "{reason}");
            assert!(reason.ends_with("the target takes the two names for one"), "{reason}");
        }
        let run = realm.apply().await;
        assert_eq!(run["done"], json!({"create": 1 + names.len() - twice}));
        let after = realm.plan().await;
        assert_eq!((&after["steps"], &after["held"]), (&json!([]), &plan["held"]), "the same, run after run");
        realm.configure("person.surname ~ ' (' ~ login ~ ')'", realm.url());
        realm.apply().await;
        realm.in_step().await;
        assert_eq!(realm.things().await.len(), 1 + names.len());
    }
}

#[tokio::test]
async fn a_name_with_a_control_character_is_held() {
    let realm = Realm::new(Vendor::Samba).await;
    realm.import(&people(&["A\nCNF:1", "B\u{7f}C", "C"])).await;
    let plan = realm.plan().await;
    let held = plan["held"].as_array().unwrap();
    assert!(held.len() == 2 && held.iter().all(|hold| hold["code"] == "value"), "{held:?}");
    assert!(held.iter().all(|hold| hold["reason"].as_str().unwrap().contains("no control character")), "{held:?}");
    realm.apply().await;
}

/// A new name, a new place, another title and another manager, in one plan.
#[tokio::test]
async fn one_person_is_renamed_moved_changed_and_gets_another_manager_at_once() {
    for vendor in BOTH {
        let mut realm = Realm::new(vendor).await;
        let mut organisation = Organisation::default();
        for (unit, chief) in [("one", "Alfa, A."), ("two", "Beta + B")] {
            organisation.add("unit", unit, json!({"name": format!("Unit {unit}")}));
            organisation.add_person(&format!("chief {unit}"), "X", chief);
            organisation.employ(&format!("chief {unit}"), unit, "Chief");
            let lead = json!({"unit": id(unit), "person": id(&format!("chief {unit}"))});
            organisation.add("manager", &format!("{unit} lead"), lead);
        }
        organisation.add_person("anna", "Anna", "Berg");
        organisation.employ("anna", "one", "Clerk");
        realm.settle(&organisation).await;
        let before = realm.things().await;
        organisation.set("anna", "surname", "Berg-Holm, cand. mag.");
        organisation.set("anna job", "unit", id("two"));
        organisation.set("anna job", "title", "Jurist");
        let plan = realm.settle(&organisation).await;
        let ops: BTreeSet<&str> =
            plan["steps"].as_array().unwrap().iter().map(|step| step["op"].as_str().unwrap()).collect();
        assert_eq!(ops, ["move", "update"].into(), "{plan}");
        let after = realm.things().await;
        after.are_those_of(&before);
        let anna = after.of("anna");
        assert_eq!(anna.name(), "Berg-Holm, cand. mag.");
        assert!(anna.lies_in(after.of("two")));
        assert_eq!(anna.entry.attrs["title"], ["Jurist"]);
        anna.refers("manager", after.of("chief two"));
    }
}

#[tokio::test]
async fn two_people_and_two_units_swap_their_names() {
    for vendor in BOTH {
        let mut realm = Realm::new(vendor).await;
        let mut organisation = people(&["Alfa, A.", "Beta + B", "Gamma"]);
        organisation.add("unit", "other", json!({"name": "Teknik"}));
        organisation.add("manager", "lead", json!({"unit": id("unit"), "person": id("person 0")}));
        organisation.add("group", "group", json!({"name": "Alle"}));
        organisation.join("group", "person 1");
        realm.settle(&organisation).await;
        let before = realm.things().await;
        for (person, surname) in [("person 0", "Beta + B"), ("person 1", "Gamma"), ("person 2", "Alfa, A.")] {
            organisation.set(person, "surname", surname);
        }
        organisation.set("unit", "name", "Teknik");
        organisation.set("other", "name", "Skole");
        let plan = realm.settle(&organisation).await;
        let steps = plan["steps"].as_array().unwrap();
        let aside = steps.iter().filter(|step| step["id"].as_str().unwrap().starts_with("aside:"));
        // to both whom person 0 leads, and to the member
        let following = if vendor == Vendor::Samba { 0 } else { 3 };
        assert_eq!((aside.count(), steps.len()), (2, 7 + following), "{plan}");
        let after = realm.things().await;
        after.are_those_of(&before);
        let names = ["person 0", "person 1", "person 2", "unit", "other"].map(|name| after.of(name).name().to_owned());
        assert_eq!(names, ["Beta + B", "Gamma", "Alfa, A.", "Teknik", "Skole"]);
        assert!(after.of("person 0").lies_in(after.of("unit")));
        after.of("person 1").refers("manager", after.of("person 0"));
        after.of("person 2").refers("manager", after.of("person 0"));
        after.of("group").refers("member", after.of("person 1"));
    }
}

/// Wherever it is cut off, the next run goes on from there.
#[tokio::test]
async fn a_swap_that_is_killed_is_finished_by_the_next_run() {
    let mut realm = Realm::new(Vendor::Samba).await;
    let mut names = ["Alfa", "Beta"];
    realm.settle(&people(&names)).await;
    let before = realm.things().await;
    for fault in
        [Fault::Acknowledged(1), Fault::Withheld(1), Fault::Acknowledged(2), Fault::Withheld(2), Fault::Withheld(3)]
    {
        names.reverse();
        realm.import(&people(&names)).await;
        let (ended, gate) = realm.apply_through(fault).await;
        assert!(gate.was_reached() && ended.code.is_none(), "{fault:?}: {}", ended.said());
        realm.apply().await;
        realm.in_step().await;
        let after = realm.things().await;
        after.are_those_of(&before);
        assert_eq!([after.of("person 0").name(), after.of("person 1").name()], names, "{fault:?}");
    }
}

#[tokio::test]
async fn a_unit_with_fifty_people_is_renamed_and_moved_as_one() {
    for vendor in BOTH {
        let mut realm = Realm::new(vendor).await;
        let mut organisation = Organisation::default();
        organisation.add("unit", "above", json!({"name": "Børn, Unge & Kultur"}));
        organisation.add("unit", "school", json!({"name": "Skole"}));
        organisation.add("unit", "team", json!({"name": "Team #1", "parent": id("school")}));
        for at in 0..50 {
            let person = format!("person {at}");
            organisation.add_person(&person, "X", &format!("Holm, nr. {at}"));
            organisation.employ(&person, if at % 2 == 0 { "school" } else { "team" }, "Lærer");
        }
        organisation.add("manager", "lead", json!({"unit": id("school"), "person": id("person 0")}));
        organisation.add("group", "group", json!({"name": "Alle"}));
        for person in ["person 0", "person 1"] {
            organisation.join("group", person);
        }
        realm.settle(&organisation).await;
        let before = realm.things().await;
        organisation.set("school", "name", "Ny Skole + \"SFO\"");
        organisation.set("school", "parent", id("above"));
        let plan = realm.settle(&organisation).await;
        // OpenLDAP leaves the old names of those below in `manager` and `member`
        let following = if vendor == Vendor::Samba { 0 } else { 49 + 1 };
        assert_eq!(plan["steps"].as_array().unwrap().len(), 1 + following, "one write beside: {plan}");
        let after = realm.things().await;
        after.are_those_of(&before);
        assert!(after.of("school").lies_in(after.of("above")));
        assert_eq!(after.of("school").name(), "Ny Skole + \"SFO\"");
        let lying = |unit: &str| (0..50).filter(|at| after.of(&format!("person {at}")).lies_in(after.of(unit))).count();
        assert_eq!((lying("school"), lying("team")), (25, 25));
        for at in 1..50 {
            after.of(&format!("person {at}")).refers("manager", after.of("person 0"));
        }
        for person in ["person 0", "person 1"] {
            after.of("group").refers("member", after.of(person));
        }
    }
}

/// Active Directory compares ü as u, and people write it as ue: neither login is given to another.
#[tokio::test]
async fn a_login_is_taken_in_every_spelling_that_counts_as_the_same() {
    let mut realm = Realm::new(Vendor::Samba).await;
    let word = Lab::word();
    let stranger = format!("CN=Stranger,{}", realm.base);
    realm.admin.add(&stranger, &[("objectClass", "user"), ("sAMAccountName", &format!("müller{word}"))]).await;
    for (login, given) in [("muller", "muller02"), ("mueller", "mueller02"), ("moller", "moller")] {
        let mut organisation = Organisation::default();
        organisation.add("unit", "unit", json!({"name": "Skole"}));
        organisation.add_person(login, "Jan", login);
        organisation.employ(login, "unit", "Clerk");
        realm.configure_login(&format!("'{login}{word}'"));
        realm.import(&organisation).await;
        let plan = realm.plan().await;
        let steps = plan["steps"].as_array().unwrap();
        let create = steps.iter().find(|step| step["op"] == "create" && step["kind"] == "user").unwrap();
        let changes = create["changes"].as_array().unwrap();
        let change = changes.iter().find(|change| change["attribute"] == "sAMAccountName").unwrap();
        assert_eq!(change["after"], json!([given.replacen("ller", &format!("ller{word}"), 1)]), "{login}");
    }
}
