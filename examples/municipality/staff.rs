//! The managers of the units, and ordinary employees until there are as many people as asked for.

use crate::classes::{MANAGER_LEVEL, MANAGER_TYPE, RESPONSIBILITY};
use crate::fact::{Fact, Kind};
use crate::organisation::Organisation;
use crate::person::{Job, Person, Profile};
use crate::random::Random;
use crate::units::{UNITS, Unit, depth};

/// Managers who have the same name for every seed.
const NAMED: &[(&str, &str, &str)] = &[
    ("kommune", "Bente", "Kjærgård-Holst"),
    ("it", "Ulrik", "Wøhlk"),
    ("vejdrift", "Niels-Jørgen", "Præstegård"),
    ("byggesag", "Lars-Henrik", "Skovsgård"),
];
/// Led by the manager of another unit, who is not employed here.
const LED_FROM: (&str, &str) = ("gront", "vejdrift");
/// The post of manager is vacant (see `cases`).
pub const VACANT: &str = "hjemmepleje-syd";
/// Nothing is said about a manager.
pub const UNMANAGED: &str = "lokalplan";
/// Led by an acting manager.
const ACTING: &str = "integration";

/// Every how many employees one has two jobs.
const TWO_JOBS_EVERY: usize = 27;

/// The label of the person who leads the unit with this key.
pub fn manager_label(unit: &str) -> String {
    format!("manager/{unit}")
}

pub fn add_managers(organisation: &mut Organisation) {
    for (_, given, surname) in NAMED {
        organisation.register.names.take(given, surname);
    }
    for unit in UNITS.iter().filter(|unit| ![VACANT, UNMANAGED, LED_FROM.0].contains(&unit.key)) {
        let label = manager_label(unit.key);
        let fixed = NAMED.iter().find(|(key, ..)| *key == unit.key);
        let (given, surname) = match fixed {
            Some((_, given, surname)) => ((*given).to_owned(), (*surname).to_owned()),
            None => draw_name(organisation, &label),
        };
        let profile = Profile::named(given, surname);
        let (person, engagement) = organisation.employ(&label, profile, unit.key, title(unit));
        let fact = manager(organisation, unit.key, unit.key).valid(person.hired, None);
        organisation.add(fact.with("person", person.id.as_str()).with("engagement", engagement.as_str()));
        if unit.key == LED_FROM.1 {
            let fact = manager(organisation, LED_FROM.0, LED_FROM.0).valid(person.hired, None);
            organisation.add(fact.with("person", person.id.as_str()).with("engagement", engagement));
            organisation.note("leads two units", person.name, &person.id, "Vejdrift, and Grønne Områder from there");
        } else if unit.key == "kommune" {
            organisation.note("top manager", person.name, &person.id, "Kommunaldirektør");
        }
    }
    let unmanaged = organisation.id(Kind::Unit, UNMANAGED);
    organisation.note("unit without manager", "Lokalplan", &unmanaged, "no manager fact at all");
}

/// A manager fact that still lacks its person (without one it says that the post is vacant).
pub fn manager(organisation: &Organisation, unit: &str, label: &str) -> Fact {
    let level = UNITS.iter().find(|row| row.key == unit).map_or(1, depth);
    let kind = if unit == ACTING { "Konstitueret leder" } else { "Leder" };
    let duties: &[&str] = if level < 4 { &["Personaleansvar", "Budgetansvar"] } else { &["Personaleansvar"] };
    let duties: Vec<String> = duties.iter().map(|name| organisation.class(RESPONSIBILITY, name)).collect();
    Fact::new(Kind::Manager, organisation.id(Kind::Manager, label))
        .with("unit", organisation.id(Kind::Unit, unit))
        .with("type", organisation.class(MANAGER_TYPE, kind))
        .with("level", organisation.class(MANAGER_LEVEL, &format!("Lederniveau {level}")))
        .with("responsibilities", duties)
}

/// Adds `count` employees: one in each unit first, then by the size that a unit of its type usually has.
pub fn add_employees(organisation: &mut Organisation, count: usize) {
    let staffed: Vec<&Unit> = UNITS.iter().filter(|unit| !unit.staff.is_empty()).collect();
    let places: Vec<&Unit> = staffed.iter().flat_map(|unit| std::iter::repeat_n(*unit, weight(unit))).collect();
    for n in 0..count {
        let label = format!("staff/{n}");
        let mut random = organisation.random(&format!("work/{label}"));
        let unit = staffed.get(n).copied().unwrap_or_else(|| random.pick(&places));
        let (given, surname) = draw_name(organisation, &label);
        let mut person = organisation.add_person(&label, Profile::named(given, surname));
        if n % TWO_JOBS_EVERY == TWO_JOBS_EVERY - 1 {
            let marked = (n / TWO_JOBS_EVERY).is_multiple_of(2);
            add_two_jobs(organisation, &mut person, unit, marked, &places, &mut random);
        } else {
            let job = ordinary_job(unit, &person, &mut random);
            organisation.add_job(&mut person, job);
        }
    }
}

fn draw_name(organisation: &mut Organisation, label: &str) -> (String, String) {
    let mut random = organisation.random(&format!("name/{label}"));
    organisation.register.names.draw(&mut random)
}

/// Two part-time jobs in different units; the first is marked as the primary one, or none is.
fn add_two_jobs(
    organisation: &mut Organisation,
    person: &mut Person,
    unit: &Unit,
    marked: bool,
    places: &[&Unit],
    random: &mut Random,
) {
    let others: Vec<&Unit> = places.iter().copied().filter(|place| place.key != unit.key).collect();
    let shares = random.pick(&[(0.6, 0.4), (0.75, 0.25), (0.5, 0.5), (0.4, 0.6)]);
    let first = Job { fraction: Some(shares.0), primary: marked.then_some(true), ..ordinary_job(unit, person, random) };
    let second = Job { fraction: Some(shares.1), ..ordinary_job(random.pick(&others), person, random) };
    organisation.add_job(person, Job { kind: "Ansat", ..first });
    organisation.add_job(person, Job { kind: "Ansat", ..second });
}

fn ordinary_job(unit: &Unit, person: &Person, random: &mut Random) -> Job<'static> {
    let function = random.pick(unit.staff);
    let job = Job { title: title_within(function, random), ..Job::full_time(unit.key, function, person.hired) };
    match random.below(20) {
        0 => Job { kind: "Timelønnet", fraction: None, ..job },
        1..=3 => Job { fraction: Some(0.8), ..job },
        4 | 5 => Job { fraction: Some(0.5), ..job },
        _ => job,
    }
}

/// One of the titles that people with this job function have.
fn title_within(function: &'static str, random: &mut Random) -> &'static str {
    let titles: &[&'static str] = match function {
        "Lærer" => &["Lærer", "Lærer", "Klasselærer", "Faglærer", "Lærer og læsevejleder"],
        "IT-konsulent" => &["IT-konsulent", "Systemadministrator", "Udvikler", "IT-supporter"],
        "Sekretær" => &["Sekretær", "Ledelsessekretær"],
        "Sagsbehandler" => &["Sagsbehandler", "Specialkonsulent"],
        _ => return function,
    };
    random.pick(titles)
}

/// The job function, and title, of whoever leads a unit.
fn title(unit: &Unit) -> &'static str {
    match unit.kind {
        "Kommune" => "Kommunaldirektør",
        "Forvaltning" => "Direktør",
        "Center" => "Centerchef",
        "Skole" => "Skoleleder",
        "Daginstitution" => "Institutionsleder",
        "Plejecenter" => "Plejecenterleder",
        _ => "Teamleder",
    }
}

fn weight(unit: &Unit) -> usize {
    match unit.kind {
        "Skole" => 8,
        "Plejecenter" => 6,
        "Daginstitution" => 4,
        "Team" | "Kulturhus" => 3,
        _ => 1,
    }
}
