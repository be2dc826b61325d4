//! Adding a person with a payroll number, and jobs to the person.
//!
//! Knows which facts make up a person; `staff` and `cases` decide who there is.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::classes::{ENGAGEMENT_TYPE, EXTERNAL, JOB_FUNCTION, PERSON_CATEGORY};
use crate::fact::{Fact, Kind};
use crate::names::Names;
use crate::national_id;
use crate::organisation::Organisation;
use crate::units::FOUNDED;

/// Ordinary people are hired before this day, so that no delivery (2026 or later) comes before them.
const LAST_HIRED: Date = date(2024, 12, 31);
const BORN: (Date, Date) = (date(1960, 1, 1), date(2003, 12, 31));
/// Payroll numbers are 10000 and up, in steps that visit each of the 90,000 once before they repeat.
const PAYROLL_STEP: u32 = 37;

/// The numbers and names that have been given.
#[derive(Debug, Default)]
pub struct Register {
    pub names: Names,
    national_ids: BTreeSet<String>,
    payroll: u32,
}

/// What there is to say about a person to come. Everything but the name has a usual value.
#[derive(Debug, Default)]
pub struct Profile {
    pub given: String,
    pub surname: String,
    pub nickname: Option<&'static str>,
    /// The sponsor's id makes the person an external one.
    pub sponsor: Option<String>,
    pub without_national_id: bool,
    /// The person's first day in the roster; usually that of the hire.
    pub since: Option<Date>,
    pub until: Option<Date>,
}

impl Profile {
    pub fn named(given: impl Into<String>, surname: impl Into<String>) -> Self {
        Self { given: given.into(), surname: surname.into(), ..Self::default() }
    }
}

/// A person that has been added.
#[derive(Debug)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub hired: Date,
    label: String,
    payroll: u32,
    jobs: u32,
}

/// One engagement.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    pub unit: &'a str,
    pub function: &'a str,
    pub title: &'a str,
    pub kind: &'a str,
    /// The share of full time, above 0 and at most 1. People paid by the hour have none.
    pub fraction: Option<f64>,
    pub primary: Option<bool>,
    pub from: Date,
    pub to: Option<Date>,
}

impl<'a> Job<'a> {
    /// A full-time job with the title of its function.
    pub fn full_time(unit: &'a str, function: &'a str, from: Date) -> Self {
        Self { unit, function, title: function, kind: "Ansat", fraction: Some(1.0), primary: None, from, to: None }
    }
}

impl Organisation {
    /// Adds the person and the key of the payroll system. `label` says who it is in every delivery.
    pub fn add_person(&mut self, label: &str, profile: Profile) -> Person {
        let mut random = self.random(&format!("person/{label}"));
        let born = day_between(random.bits(), BORN.0, BORN.1);
        let adult = born.saturating_add(18.years());
        let hired = profile.since.unwrap_or_else(|| day_between(random.bits(), FOUNDED.max(adult), LAST_HIRED));
        let national_id = national_id::issue(born, &mut random, &mut self.register.national_ids);
        let payroll = 10_000 + self.register.payroll * PAYROLL_STEP % 90_000;
        self.register.payroll += 1;
        self.register.names.take(&profile.given, &profile.surname);

        let id = self.id(Kind::Person, label);
        let name = format!("{} {}", profile.given, profile.surname);
        let category = profile.sponsor.is_some().then(|| self.class(PERSON_CATEGORY, EXTERNAL));
        let person = Fact::new(Kind::Person, id.as_str())
            .valid(hired, profile.until)
            .with("given_name", profile.given)
            .with("surname", profile.surname)
            .with_some("nickname", profile.nickname)
            .with_some("category", category)
            .with_some("sponsor", profile.sponsor)
            .with_some("national_id", (!profile.without_national_id).then_some(national_id))
            .with("birth_date", born.to_string());
        self.add(person);
        let key = Fact::new(Kind::Key, self.id(Kind::Key, label))
            .valid(hired, profile.until)
            .with("of", id.as_str())
            .with("source", "payroll")
            .with("value", payroll.to_string());
        self.add(key);
        Person { id, name, hired, label: label.to_owned(), payroll, jobs: 0 }
    }

    /// Adds an engagement and returns its id.
    pub fn add_job(&mut self, person: &mut Person, job: Job<'_>) -> String {
        person.jobs += 1;
        let id = self.id(Kind::Engagement, &format!("{}/{}", person.label, person.jobs));
        let engagement = Fact::new(Kind::Engagement, id.as_str())
            .valid(job.from, job.to)
            .with("person", person.id.as_str())
            .with("unit", self.id(Kind::Unit, job.unit))
            .with("number", format!("{}-{}", person.payroll, person.jobs))
            .with("job_function", self.class(JOB_FUNCTION, job.function))
            .with("title", job.title)
            .with("type", self.class(ENGAGEMENT_TYPE, job.kind))
            .with_some("fraction", job.fraction)
            .with_some("primary", job.primary);
        self.add(engagement);
        id
    }

    /// A person with one full-time job since long ago, and the id of the engagement.
    pub fn employ(&mut self, label: &str, profile: Profile, unit: &str, function: &str) -> (Person, String) {
        let mut person = self.add_person(label, profile);
        let job = Job::full_time(unit, function, person.hired);
        let engagement = self.add_job(&mut person, job);
        (person, engagement)
    }
}

/// The day in the half-open run of days that `number` falls on.
fn day_between(number: u64, from: Date, to: Date) -> Date {
    let days = u64::try_from((to - from).get_days()).unwrap_or(0).max(1);
    from.saturating_add(i64::try_from(number % days).unwrap_or(0).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payroll_numbers_have_five_digits_and_differ() {
        let mut organisation = Organisation::new(1, date(2026, 11, 23));
        for n in 0..3000 {
            organisation.add_person(&n.to_string(), Profile::named("N", n.to_string()));
        }
        let keys = organisation.facts.iter().filter(|fact| fact.kind == Kind::Key);
        let numbers: BTreeSet<_> = keys.map(|key| key.text("value")).collect();
        assert_eq!(numbers.len(), 3000);
        assert!(numbers.iter().all(|number| number.len() == 5));
    }

    #[test]
    fn days_stay_in_their_run() {
        let (from, to) = (date(2024, 2, 28), date(2024, 3, 2));
        let days: BTreeSet<_> = (0..9).map(|number| day_between(number, from, to)).collect();
        assert_eq!(Vec::from_iter(days), [from, date(2024, 2, 29), date(2024, 3, 1)]);
    }
}
