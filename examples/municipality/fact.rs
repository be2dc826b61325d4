//! One version of one fact, and the canonical form of the exchange format.
//!
//! [`Kind`] is the one table of kinds, their order and the order of their fields. Nothing here knows which facts the
//! sample organisation has.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value};

/// The kinds of fact that the sample uses, in the canonical order of the exchange format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Class,
    Unit,
    Person,
    Engagement,
    Manager,
    Group,
    Membership,
    Key,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Class,
        Self::Unit,
        Self::Person,
        Self::Engagement,
        Self::Manager,
        Self::Group,
        Self::Membership,
        Self::Key,
    ];

    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The fields of this kind, in canonical order.
    pub fn fields(self) -> &'static [&'static str] {
        self.row().1
    }

    fn row(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Class => ("class", &["vocabulary", "name", "parent", "scope"]),
            Self::Unit => ("unit", &["name", "parent", "type", "level", "tags"]),
            Self::Person => {
                ("person", &["given_name", "surname", "nickname", "category", "sponsor", "national_id", "birth_date"])
            }
            Self::Engagement => {
                ("engagement", &["person", "unit", "number", "job_function", "title", "type", "fraction", "primary"])
            }
            Self::Manager => ("manager", &["unit", "person", "engagement", "type", "level", "responsibilities"]),
            Self::Group => ("group", &["name", "type", "description", "rule", "owner"]),
            Self::Membership => ("membership", &["group", "member_person", "member_unit", "member_group"]),
            Self::Key => ("key", &["of", "source", "value"]),
        }
    }
}

/// One statement about one thing over a run of days: `valid_from` is the first, `valid_to` the first day after.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub kind: Kind,
    pub id: String,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    fields: BTreeMap<&'static str, Value>,
}

impl Fact {
    /// A fact without fields that holds on every day.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into(), valid_from: None, valid_to: None, fields: BTreeMap::new() }
    }

    pub fn valid(mut self, from: impl Into<Option<Date>>, to: impl Into<Option<Date>>) -> Self {
        self.valid_from = from.into();
        self.valid_to = to.into();
        self
    }

    /// The fact with this field stated.
    pub fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        self.fields.insert(field, value.into());
        self
    }

    /// The fact with this field stated, or as it was for `None`.
    pub fn with_some(self, field: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(field, value),
            None => self,
        }
    }

    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// The text of a field, or "" when it is not stated or not a text.
    pub fn text(&self, name: &str) -> &str {
        self.field(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// How many fields are stated.
    #[cfg(test)]
    pub fn stated(&self) -> usize {
        self.fields.len()
    }

    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day < to)
    }

    /// Where this fact stands in a file: kind, id, first day (open first).
    pub fn canonical_key(&self) -> (Kind, &str, Option<Date>) {
        (self.kind, &self.id, self.valid_from)
    }

    /// The line of the exchange format, with its fields in canonical order.
    pub fn line(&self) -> Value {
        let day = |day: Option<Date>| day.map_or(Value::Null, |day| day.to_string().into());
        let mut line = Map::new();
        line.insert("kind".to_owned(), self.kind.name().into());
        line.insert("id".to_owned(), self.id.as_str().into());
        line.insert("valid_from".to_owned(), day(self.valid_from));
        line.insert("valid_to".to_owned(), day(self.valid_to));
        for field in self.kind.fields() {
            if let Some(value) = self.fields.get(field) {
                line.insert((*field).to_owned(), value.clone());
            }
        }
        Value::Object(line)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_line_has_canonical_fields_and_no_absent_ones() {
        let fact = Fact::new(Kind::Person, "p1")
            .valid(date(2026, 1, 1), None)
            .with("surname", "Ærø")
            .with("given_name", "Åse")
            .with_some("nickname", None::<&str>);
        assert_eq!(
            fact.line().to_string(),
            r#"{"kind":"person","id":"p1","valid_from":"2026-01-01","valid_to":null,"given_name":"Åse","surname":"Ærø"}"#
        );
    }

    #[test]
    fn the_last_day_is_not_part_of_the_interval() {
        let fact = Fact::new(Kind::Unit, "u1").valid(date(2026, 1, 1), date(2026, 2, 1));
        assert!(fact.holds_on(date(2026, 1, 1)) && fact.holds_on(date(2026, 1, 31)));
        assert!(!fact.holds_on(date(2025, 12, 31)) && !fact.holds_on(date(2026, 2, 1)));
    }
}
