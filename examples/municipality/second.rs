//! The second delivery: the same organisation a while later. Everything that changes, changes on one day.

use jiff::civil::Date;

use crate::cases::case;
use crate::fact::Kind;
use crate::groups::{CRISIS_STAFF, WEB_EDITORS, membership};
use crate::organisation::Organisation;
use crate::person::Profile;
use crate::staff::manager;

/// Names that only the second delivery uses. The first must not give them to anybody.
pub const NAMES_TO_COME: &[(&str, &str)] = &[("Villads", "Øllgaard"), ("Camilla", "Højgård")];

/// Turns the first delivery into the second; the notes are then those of the second.
pub fn add_changes(organisation: &mut Organisation, day: Date) {
    organisation.notes.clear();
    change_people(organisation, day);
    change_manager(organisation, day);
    change_units(organisation, day);
    change_memberships(organisation, day);
}

fn change_people(organisation: &mut Organisation, day: Date) {
    let profile = Profile { since: Some(day), ..Profile::named("Villads", "Øllgaard") };
    let (joiner, _) = organisation.employ(&case("joiner"), profile, "bakkeskolen", "Lærer");
    organisation.note("joiner", joiner.name, &joiner.id, "starts as Lærer at Bakkeskolen");

    let unit = organisation.id(Kind::Unit, "visitation");
    let changes = [("unit", unit.into()), ("title", "Specialkonsulent".into())];
    organisation.change(&only_job(organisation, "mover"), day, &changes);
    note_case(organisation, "mover", "mover", "from Ydelse & Kontrol to Visitation, Sagsbehandler to Specialkonsulent");

    organisation.end(&only_job(organisation, "leaver"), day);
    note_case(organisation, "leaver", "leaver", "left Regnskab");

    let id = organisation.id(Kind::Person, &case("bride"));
    organisation.change(&id, day, &[("surname", "Højgård".into())]);
    note_case(organisation, "surname change", "bride", "is now Camilla Højgård");
}

fn change_manager(organisation: &mut Organisation, day: Date) {
    organisation.end(&organisation.id(Kind::Manager, "byggesag"), day);
    let person = organisation.id(Kind::Person, &case("successor"));
    let engagement = only_job(organisation, "successor");
    let fact = manager(organisation, "byggesag", "byggesag/successor").valid(day, None);
    organisation.add(fact.with("person", person).with("engagement", engagement));
    note_case(organisation, "new manager", "successor", "leads Byggesag after Lars-Henrik Skovsgård, who stays");
}

fn change_units(organisation: &mut Organisation, day: Date) {
    let id = organisation.id(Kind::Unit, "natur");
    organisation.change(&id, day, &[("name", "Natur, Klima & Energi".into())]);
    organisation.note("unit renamed", "Natur/Klima", &id, "is now Natur, Klima & Energi");

    let id = organisation.id(Kind::Unit, "tandplejen");
    let parent = organisation.id(Kind::Unit, "sundhed");
    organisation.change(&id, day, &[("parent", parent.into())]);
    organisation.note("unit moved", "Tandplejen", &id, "from Familie og Forebyggelse to Sundhed og Træning");
}

fn change_memberships(organisation: &mut Organisation, day: Date) {
    let fact = membership(organisation, WEB_EDITORS, &case("dangelo")).valid(day, None);
    organisation.add(fact);
    note_case(organisation, "membership added", "dangelo", "joined Webredaktører");

    organisation.end(&membership(organisation, CRISIS_STAFF, &case("obrien")).id, day);
    note_case(organisation, "membership removed", "obrien", "left Krisestab & Beredskab");
}

/// The engagement of a case who has one.
fn only_job(organisation: &Organisation, label: &str) -> String {
    organisation.id(Kind::Engagement, &format!("{}/1", case(label)))
}

/// Notes something about a case under the name of the first delivery.
fn note_case(organisation: &mut Organisation, topic: &'static str, label: &str, text: &str) {
    let id = organisation.id(Kind::Person, &case(label));
    let name = organisation.on(&id, organisation.day(-1)).map(|person| {
        let (given, surname) = (person.text("given_name"), person.text("surname"));
        format!("{given} {surname}")
    });
    organisation.note(topic, name.unwrap_or_default(), &id, text);
}
