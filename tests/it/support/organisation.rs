//! A small organisation, made by hand: four units, two groups, and everybody who makes trouble.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Facts in the order in which they are stated, one version each.
#[derive(Debug, Clone, Default)]
pub struct Organisation {
    facts: BTreeMap<(usize, String), Map<String, Value>>,
}

const KINDS: [&str; 9] =
    ["class", "unit", "person", "engagement", "manager", "leave", "group", "membership", "contact"];

/// Who has an account on the day.
pub const CURRENT: [&str; 10] = ["anna", "bent", "cecilie", "dorte", "emil", "finn", "gerda", "hans", "ida", "jens"];

/// The id of a thing: a UUID, since units and groups bear it as their stamp.
pub fn id(name: &str) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

impl Organisation {
    /// Twelve people. Ida is an external, Jens has two jobs, Karen starts next month, Lars left last year; nobody
    /// leads the second unit.
    pub fn small() -> Self {
        let mut organisation = Self::default();
        organisation.add("class", "external", json!({"vocabulary": "person_category", "name": "external"}));
        organisation.add("unit", "kommune", json!({"name": "Ærø Kommune"}));
        organisation.add("unit", "skole", json!({"name": "Skole, Børn & Unge", "parent": id("kommune")}));
        organisation.add("unit", "teknik", json!({"name": "Teknik", "parent": id("kommune")}));
        organisation.add("unit", "team", json!({"name": "Team Æble", "parent": id("skole")}));
        for (name, given, surname, unit, title) in [
            ("anna", "Anna", "Ærtebjerg", "kommune", "Direktør"),
            ("bent", "Bent", "O'Brien", "skole", "Skolechef"),
            ("cecilie", "Cécilie", "Åkjær", "team", "Teamleder"),
            ("dorte", "Dorte", "Holm", "team", "Lærer"),
            ("emil", "Emil", "Holm", "team", "Lærer"),
            ("finn", "Finn", "Sand", "skole", "Sekretær"),
            ("gerda", "Gerda", "Lund", "teknik", "Ingeniør"),
            ("hans", "Hans", "Krog", "teknik", "Ingeniør"),
            ("ida", "Ida", "Bach", "teknik", "Konsulent"),
            ("jens", "Jens", "Krog", "kommune", "Jurist"),
            ("karen", "Karen", "Dam", "team", "Lærer"),
            ("lars", "Lars", "Dam", "teknik", "Ingeniør"),
        ] {
            organisation.add_person(name, given, surname);
            organisation.employ(name, unit, title);
        }
        organisation.set("ida", "category", id("external"));
        organisation.set("anna", "national_id", "2891932358");
        organisation.set("bent", "national_id", "1492670194");
        let second_job = json!({"person": id("jens"), "unit": id("teknik"), "title": "Vagt", "fraction": 0.1});
        organisation.add("engagement", "jens second job", second_job);
        organisation.set("karen job", "valid_from", "2026-04-01");
        organisation.set("lars job", "valid_to", "2025-07-01");
        for (unit, person) in [("kommune", "anna"), ("skole", "bent"), ("team", "cecilie")] {
            organisation.add("manager", &format!("{unit} lead"), json!({"unit": id(unit), "person": id(person)}));
        }
        organisation.add("manager", "teknik lead", json!({"unit": id("teknik")}));
        organisation.add("group", "web", json!({"name": "Webredaktører", "description": "Må skrive"}));
        organisation.add("group", "crisis", json!({"name": "Krisestab"}));
        for (group, person) in
            [("web", "dorte"), ("web", "emil"), ("web", "gerda"), ("crisis", "anna"), ("crisis", "hans")]
        {
            organisation.join(group, person);
        }
        organisation
    }

    #[expect(clippy::needless_pass_by_value, reason = "it is written in place, by `json!`")]
    pub fn add(&mut self, kind: &str, name: &str, fields: Value) {
        let mut fact = Map::new();
        fact.insert("kind".into(), kind.into());
        fact.insert("id".into(), id(name).into());
        fact.insert("valid_from".into(), "2020-01-01".into());
        fact.insert("valid_to".into(), Value::Null);
        fact.extend(fields.as_object().unwrap().clone());
        self.facts.insert((KINDS.iter().position(|known| *known == kind).unwrap(), id(name)), fact);
    }

    pub fn add_person(&mut self, name: &str, given: &str, surname: &str) {
        self.add("person", name, json!({"given_name": given, "surname": surname}));
    }

    /// Gives a job; it is called `<name> job`.
    pub fn employ(&mut self, name: &str, unit: &str, title: &str) {
        let job = json!({"person": id(name), "unit": id(unit), "title": title, "number": format!("{name}-1")});
        self.add("engagement", &format!("{name} job"), job);
    }

    /// The membership is called `<group> <person>`.
    pub fn join(&mut self, group: &str, person: &str) {
        let membership = json!({"group": id(group), "member_person": id(person)});
        self.add("membership", &format!("{group} {person}"), membership);
    }

    pub fn set(&mut self, name: &str, field: &str, value: impl Into<Value>) {
        let id = id(name);
        let mut found = self.facts.iter_mut().filter(|((_, fact), _)| *fact == id).map(|(_, fact)| fact);
        found.next().unwrap().insert(field.into(), value.into());
    }

    /// Leaves out a thing, as if it had never been.
    pub fn forget(&mut self, name: &str) {
        let before = self.facts.len();
        self.facts.retain(|(_, fact), _| *fact != id(name));
        assert_eq!(self.facts.len() + 1, before);
    }

    /// Leaves out a person and everything that speaks about one.
    pub fn forget_person(&mut self, name: &str) {
        let id = id(name);
        let speaks = |fact: &Map<String, Value>| fact.values().any(|value| value.as_str() == Some(&id));
        self.facts.retain(|_, fact| !speaks(fact));
    }

    /// A complete delivery of timelines.
    pub fn text(&self) -> String {
        let header = json!({
            "roster": 1, "complete": true, "kinds": KINDS, "states": "timeline", "count": self.facts.len(),
        });
        let lines = self.facts.values().map(|fact| Value::Object(fact.clone()).to_string());
        std::iter::once(header.to_string()).chain(lines).collect::<Vec<_>>().join("\n") + "\n"
    }
}
