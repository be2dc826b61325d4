//! Groups: three with stated members, one whose members follow from a rule.

use crate::cases::case;
use crate::fact::{Fact, Kind};
use crate::organisation::Organisation;
use crate::staff::manager_label;

pub const CRISIS_STAFF: &str = "krisestab";
pub const WEB_EDITORS: &str = "webredaktion";

pub fn add_groups(organisation: &mut Organisation) {
    let groups: &[(&str, &str, &str, Option<&str>)] = &[
        ("ledelse", "Direktionen", "Kommunaldirektøren og direktørerne", None),
        (CRISIS_STAFF, "Krisestab & Beredskab", "Kan tilkaldes døgnet rundt", None),
        (WEB_EDITORS, "Webredaktører", "Skriver på kommunens hjemmeside", None),
        ("laerere", "Alle lærere", "Alle, der er ansat som lærer", Some("engagement.job_function.name == 'Lærer'")),
    ];
    let owner = organisation.id(Kind::Person, &manager_label("kommune"));
    for (key, name, description, rule) in groups {
        let fact = Fact::new(Kind::Group, organisation.id(Kind::Group, key))
            .valid(organisation.day(-365), None)
            .with("name", *name)
            .with("description", *description)
            .with_some("rule", *rule)
            .with("owner", owner.as_str());
        organisation.add(fact);
    }
    for unit in ["kommune", "okonomi", "born", "aeldre", "plan", "kultur", "arbejdsmarked"] {
        add_member(organisation, "ledelse", &manager_label(unit));
    }
    for member in [manager_label("kommune"), manager_label("it"), case("obrien"), case("bjorn-aage"), case("twin-b")] {
        add_member(organisation, CRISIS_STAFF, &member);
    }
    for member in [case("accent-a"), case("accent-b"), case("two-jobs-marked"), case("surname-changed")] {
        add_member(organisation, WEB_EDITORS, &member);
    }
    add_former_member(organisation);
}

/// The fact that the person with this label is a member, on every day until it is given an interval.
pub fn membership(organisation: &Organisation, group: &str, person: &str) -> Fact {
    Fact::new(Kind::Membership, organisation.id(Kind::Membership, &format!("{group}/{person}")))
        .with("group", organisation.id(Kind::Group, group))
        .with("member_person", organisation.id(Kind::Person, person))
}

fn add_member(organisation: &mut Organisation, group: &str, person: &str) {
    let fact = membership(organisation, group, person).valid(organisation.day(-200), None);
    organisation.add(fact);
}

fn add_former_member(organisation: &mut Organisation) {
    let (person, ended) = (case("twin-a"), organisation.day(-30));
    let fact = membership(organisation, WEB_EDITORS, &person).valid(organisation.day(-200), ended);
    organisation.add(fact);
    let id = organisation.id(Kind::Person, &person);
    organisation.note("membership ended", "Mette Jensen", &id, format!("left Webredaktører on {ended}"));
}
