//! People with something special about them, with the same names for every seed.
//!
//! Whatever is counted from "today" is counted from the first delivery.

use crate::fact::Kind;
use crate::organisation::Organisation;
use crate::person::{Job, Profile};
use crate::staff::{VACANT, manager, manager_label};

/// Comes before everybody whose name is drawn, so that the names here are free.
pub fn add_cases(organisation: &mut Organisation) {
    add_unusual_names(organisation);
    add_two_jobs(organisation);
    add_joiners_and_leavers(organisation);
    add_changes(organisation);
    add_outsiders(organisation);
    add_vacancy(organisation);
    add_later_movers(organisation);
}

fn add_unusual_names(organisation: &mut Organisation) {
    let people: &[(&str, &str, &str, &str, &str, &str)] = &[
        ("equal names", "twin-a", "Mette", "Jensen", "bakkeskolen", "Lærer"),
        ("equal names", "twin-b", "Mette", "Jensen", "hjemmepleje-nord", "Sygeplejerske"),
        ("names but for an accent", "accent-a", "Andre", "Holm", "ostre", "Lærer"),
        ("names but for an accent", "accent-b", "André", "Holm", "it-drift", "IT-konsulent"),
        ("names but for case", "case-a", "Anders", "de la Cour", "budget", "Økonomikonsulent"),
        ("names but for case", "case-b", "Anders", "De La Cour", "museum", "Museumsinspektør"),
        ("apostrophe", "dangelo", "Maria", "D'Angelo", "raadgivning", "Socialrådgiver"),
        ("apostrophe", "obrien", "Sean", "O'Brien", "it-servicedesk", "IT-konsulent"),
        ("several accents", "muller", "Zoë", "Müller-Lindqvist", "cafe", "Køkkenmedarbejder"),
    ];
    for (topic, label, given, surname, unit, function) in people {
        let profile = Profile::named(*given, *surname);
        let (person, _) = organisation.employ(&case(label), profile, unit, function);
        organisation.note(topic, person.name, &person.id, *function);
    }
    let profile = Profile { nickname: Some("Bjørn"), ..Profile::named("Bjørn-Åge", "Østergård") };
    let (person, _) = organisation.employ(&case("bjorn-aage"), profile, "vejdrift", "Vejmand");
    organisation.note("nickname", person.name, &person.id, "called Bjørn");
}

fn add_two_jobs(organisation: &mut Organisation) {
    let mut kirsten = organisation.add_person(&case("two-jobs-marked"), Profile::named("Kirsten", "Ærø"));
    let first = Job::full_time("norreskov", "Lærer", kirsten.hired);
    organisation.add_job(&mut kirsten, Job { fraction: Some(0.4), ..first });
    let second = Job::full_time("hovedbiblioteket", "Bibliotekar", kirsten.hired);
    organisation.add_job(&mut kirsten, Job { fraction: Some(0.6), primary: Some(true), ..second });
    organisation.note("two jobs", kirsten.name, &kirsten.id, "Lærer 0.4, Bibliotekar 0.6 marked as primary");

    let mut jurgen = organisation.add_person(&case("two-jobs-unmarked"), Profile::named("Jürgen", "Bøgh"));
    let first = Job::full_time("idraet", "Livredder", jurgen.hired);
    organisation.add_job(&mut jurgen, Job { fraction: Some(0.3), ..first });
    let second = Job::full_time("sct-andre", "Lærer", jurgen.hired);
    organisation.add_job(&mut jurgen, Job { fraction: Some(0.7), ..second });
    organisation.note("two jobs", jurgen.name, &jurgen.id, "Livredder 0.3, Lærer 0.7, none marked as primary");
}

fn add_joiners_and_leavers(organisation: &mut Organisation) {
    let known = organisation.day(-14);
    let profile = Profile { since: Some(known), ..Profile::named("Nanna", "Vestergaard-Friis") };
    let mut joiner = organisation.add_person(&case("future-joiner"), profile);
    let start = organisation.day(30);
    organisation.add_job(&mut joiner, Job::full_time("sygeplejen", "Sygeplejerske", start));
    organisation.note("future joiner", joiner.name, &joiner.id, format!("starts on {start}"));

    let end = organisation.day(14);
    let mut leaver = organisation.add_person(&case("future-leaver"), Profile::named("Hans-Ole", "Bødker"));
    let job = Job::full_time("gront", "Gartner", leaver.hired);
    organisation.add_job(&mut leaver, Job { to: Some(end), ..job });
    organisation.note("future leaver", leaver.name, &leaver.id, format!("last job ends on {end}"));

    let (ended, next) = (organisation.day(-40), organisation.day(50));
    let mut gap = organisation.add_person(&case("gap"), Profile::named("Søren", "Ågård"));
    let before = Job::full_time("aahaven", "Social- og sundhedshjælper", gap.hired);
    organisation.add_job(&mut gap, Job { to: Some(ended), ..before });
    organisation.add_job(&mut gap, Job::full_time("birkelund", "Social- og sundhedsassistent", next));
    organisation.note("gap between jobs", gap.name, &gap.id, format!("ended on {ended}, next starts on {next}"));
}

fn add_changes(organisation: &mut Organisation) {
    let day = organisation.day(45);
    let (line, engagement) =
        organisation.employ(&case("title-change"), Profile::named("Line", "Thygesen"), "hr", "HR-konsulent");
    organisation.change(&engagement, day, &[("title", "Chefkonsulent".into())]);
    organisation.note("title change to come", line.name, &line.id, format!("Chefkonsulent from {day}"));

    let day = organisation.day(-120);
    let (ida, _) = organisation.employ(&case("surname-changed"), Profile::named("Ida", "Krogsgård"), "ppr", "Psykolog");
    organisation.change(&ida.id, day, &[("surname", "Brøndsted".into())]);
    organisation.register.names.take("Ida", "Brøndsted");
    organisation.note("surname changed", "Ida Brøndsted", &ida.id, format!("{} until {day}", ida.name));
}

fn add_outsiders(organisation: &mut Organisation) {
    let profile = Profile { without_national_id: true, ..Profile::named("Amélie", "Dubois") };
    let (amelie, _) = organisation.employ(&case("no-national-id"), profile, "ungdom", "Lærer");
    organisation.note("no national id", amelie.name, &amelie.id, "Lærer");

    let (from, to) = (organisation.day(-90), organisation.day(90));
    let sponsor = organisation.id(Kind::Person, &manager_label("it"));
    let profile = Profile {
        sponsor: Some(sponsor),
        since: Some(from),
        until: Some(to),
        ..Profile::named("Torben", "Krogh-Petersen")
    };
    let mut external = organisation.add_person(&case("external"), profile);
    let job = Job::full_time("it-udvikling", "Ekstern konsulent", from);
    organisation.add_job(&mut external, Job { kind: "Ekstern", fraction: None, to: Some(to), ..job });
    organisation.note("external consultant", external.name, &external.id, format!("until {to}, sponsor Ulrik Wøhlk"));
}

/// The manager left, and the post is vacant since: what a manager decides falls to the unit above.
fn add_vacancy(organisation: &mut Organisation) {
    let left = organisation.day(-60);
    let mut leaver = organisation.add_person(&case("past-leaver"), Profile::named("Poul-Erik", "Damgård"));
    let job = Job::full_time(VACANT, "Teamleder", leaver.hired);
    let engagement = organisation.add_job(&mut leaver, Job { to: Some(left), ..job });
    let former = manager(organisation, VACANT, VACANT).valid(leaver.hired, left);
    organisation.add(former.with("person", leaver.id.as_str()).with("engagement", engagement));
    let vacant = manager(organisation, VACANT, &format!("{VACANT}/vacant")).valid(left, None);
    organisation.add(vacant);
    organisation.note("past leaver", leaver.name, &leaver.id, format!("left on {left}"));
    let unit = organisation.id(Kind::Unit, VACANT);
    organisation.note("vacant manager", "Hjemmepleje Syd", &unit, format!("since {left}"));
}

/// People about whom there is nothing special until the second delivery.
fn add_later_movers(organisation: &mut Organisation) {
    let people: &[(&str, &str, &str, &str, &str)] = &[
        ("mover", "Frederik", "Nørlund", "ydelse", "Sagsbehandler"),
        ("leaver", "Grethe", "Bjerregård", "regnskab", "Økonomikonsulent"),
        ("bride", "Camilla", "Juul", "maelkebotten", "Pædagog"),
        ("successor", "Sofie", "Åkjær-Lund", "byggesag", "Ingeniør"),
    ];
    for (label, given, surname, unit, function) in people {
        organisation.employ(&case(label), Profile::named(*given, *surname), unit, function);
    }
}

/// The label of one of these people.
pub fn case(label: &str) -> String {
    format!("case/{label}")
}
