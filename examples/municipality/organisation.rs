//! The organisation as a list of facts: add, change from a day, end on a day, write down.
//!
//! Knows ids and intervals; must not know the municipality that is built with it.

use std::collections::BTreeSet;
use std::io::{self, Write};

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::fact::{Fact, Kind};
use crate::person::Register;
use crate::random::Random;

/// Something worth pointing out to a reader of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub topic: &'static str,
    pub name: String,
    pub id: String,
    pub text: String,
}

/// The facts of one organisation, in the order in which they were added.
#[derive(Debug)]
pub struct Organisation {
    seed: u64,
    /// The day of the first delivery. What happens around "today" is counted from it.
    pub first_day: Date,
    pub facts: Vec<Fact>,
    pub notes: Vec<Note>,
    pub register: Register,
}

impl Organisation {
    pub fn new(seed: u64, first_day: Date) -> Self {
        Self { seed, first_day, facts: Vec::new(), notes: Vec::new(), register: Register::default() }
    }

    /// The stream of choices that belongs to `label`.
    pub fn random(&self, label: &str) -> Random {
        Random::labelled(self.seed, label)
    }

    /// The id of the thing with this label: it depends on the seed only, so it is equal in every delivery.
    pub fn id(&self, kind: Kind, label: &str) -> String {
        self.random(&format!("id/{}/{label}", kind.name())).uuid()
    }

    pub fn class(&self, vocabulary: &str, name: &str) -> String {
        self.id(Kind::Class, &format!("{vocabulary}/{name}"))
    }

    /// The day `days` after the first delivery (before it when negative).
    pub fn day(&self, days: i32) -> Date {
        self.first_day.saturating_add(days.days())
    }

    pub fn add(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    pub fn note(&mut self, topic: &'static str, name: impl Into<String>, id: &str, text: impl Into<String>) {
        self.notes.push(Note { topic, name: name.into(), id: id.to_owned(), text: text.into() });
    }

    /// The version of `id` that holds on `day`.
    pub fn on(&self, id: &str, day: Date) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id == id && fact.holds_on(day))
    }

    /// Ends the version of `id` that holds on `day`: `day` is the first day without it.
    pub fn end(&mut self, id: &str, day: Date) {
        if let Some(fact) = self.facts.iter_mut().find(|fact| fact.id == id && fact.holds_on(day)) {
            fact.valid_to = Some(day);
        }
    }

    /// Ends the version of `id` that holds on `day` and goes on with `changes` from `day` to where it ended before.
    pub fn change(&mut self, id: &str, day: Date, changes: &[(&'static str, Value)]) {
        let Some(before) = self.on(id, day).cloned() else { return };
        self.end(id, day);
        let until = before.valid_to;
        let after = changes.iter().fold(before, |fact, (field, value)| fact.with(field, value.clone()));
        self.add(after.valid(day, until));
    }

    /// The ids of everybody who has an engagement on `day`.
    pub fn people_on(&self, day: Date) -> BTreeSet<&str> {
        let engagements = self.facts.iter().filter(|fact| fact.kind == Kind::Engagement && fact.holds_on(day));
        engagements.map(|fact| fact.text("person")).collect()
    }

    /// Writes the exchange format: the header, then the facts in canonical order.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write, taken: &str) -> io::Result<()> {
        let header = json!({
            "roster": 1,
            "complete": true,
            "kinds": Kind::ALL.map(Kind::name),
            "states": "timeline",
            "count": self.facts.len(),
            "taken": taken,
        });
        writeln!(out, "{header}")?;
        let mut facts: Vec<&Fact> = self.facts.iter().collect();
        facts.sort_by_key(|fact| fact.canonical_key());
        facts.into_iter().try_for_each(|fact| writeln!(out, "{}", fact.line()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn unit_since_2007() -> Organisation {
        let mut organisation = Organisation::new(1, date(2026, 11, 23));
        organisation.add(Fact::new(Kind::Unit, "u").valid(date(2007, 1, 1), None).with("name", "Old"));
        organisation
    }

    #[test]
    fn a_change_leaves_two_adjacent_versions() {
        let mut organisation = unit_since_2007();
        organisation.change("u", date(2026, 11, 23), &[("name", "New".into())]);
        let names = |day| organisation.on("u", day).map(|fact| fact.text("name"));
        assert_eq!(names(date(2026, 11, 22)), Some("Old"));
        assert_eq!(names(date(2026, 11, 23)), Some("New"));
        assert_eq!(organisation.facts.len(), 2);
    }

    #[test]
    fn an_ended_fact_does_not_hold_on_that_day() {
        let mut organisation = unit_since_2007();
        organisation.end("u", date(2026, 11, 23));
        assert!(organisation.on("u", date(2026, 11, 22)).is_some());
        assert!(organisation.on("u", date(2026, 11, 23)).is_none());
    }
}
