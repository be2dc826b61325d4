//! What a source states of a thing that it shares with others: all that the kind needs, or some fields only.
//!
//! A field that is absent is not stated, and another source may state it; null states that there is none. The body of
//! a statement is like that of a fact, but has the stated fields only, nulls among them.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::fact::Fact;
use super::kind::FactKind;

/// The fields of a statement, by name, custom attributes as one object.
pub(super) type Fields = Map<String, Value>;

const CUSTOM: &str = "custom";

/// A value that only stands in.
type StandIn = fn() -> Value;

/// What a kind needs, with a value that stands in while the other fields are read.
fn needed(kind: FactKind) -> &'static [(&'static str, StandIn)] {
    const TEXT: StandIn = || Value::from("?");
    match kind {
        FactKind::Unit | FactKind::Group => &[("name", TEXT)],
        FactKind::Position => &[("unit", TEXT), ("title", TEXT), ("headcount", || Value::from(1))],
        FactKind::Person => &[("given_name", TEXT), ("surname", TEXT)],
        FactKind::Engagement => &[("person", TEXT), ("unit", TEXT)],
        _ => &[],
    }
}

/// What a fact lacks as a statement: fields that only stand in for what is not stated, and those of which there are
/// none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    missing: Vec<&'static str>,
    none: Vec<String>,
    none_custom: Vec<String>,
}

impl Gaps {
    /// Reads the fields of a statement.
    pub fn read<R: DeserializeOwned + Ord>(
        kind: FactKind,
        mut fields: Fields,
    ) -> Result<(Fact<R>, Self), serde_json::Error> {
        let mut missing = Vec::new();
        for (name, stand_in) in needed(kind) {
            if !fields.contains_key(*name) {
                fields.insert((*name).to_owned(), stand_in());
                missing.push(*name);
            }
        }
        let nulls = |fields: &Fields| -> Vec<String> {
            fields.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.clone()).collect()
        };
        let (none, none_custom) = (nulls(&fields), fields.get(CUSTOM).and_then(Value::as_object).map(nulls));
        let fact = Fact::deserialize(kind, Value::Object(fields))?;
        Ok((fact, Self { missing, none, none_custom: none_custom.unwrap_or_default() }))
    }

    /// Nothing is missing and nothing is none: the statement is a fact.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a field only stands in.
    pub(super) fn stand_in(&self, field: &str) -> bool {
        self.missing.contains(&field)
    }

    /// The canonical text of what is stated: equal statements have equal bytes.
    pub(super) fn body<R: Serialize + Ord>(&self, fact: &Fact<R>) -> Result<String, serde_json::Error> {
        if self.is_empty() {
            return fact.body();
        }
        let mut fields: Fields = serde_json::from_str(&fact.body()?)?;
        for name in &self.missing {
            fields.shift_remove(*name);
        }
        fields.extend(self.none.iter().map(|name| (name.clone(), Value::Null)));
        if !self.none_custom.is_empty() {
            let custom = fields.entry(CUSTOM).or_insert_with(|| Value::Object(Fields::new()));
            if let Some(custom) = custom.as_object_mut() {
                custom.extend(self.none_custom.iter().map(|name| (name.clone(), Value::Null)));
            }
        }
        sort(&mut fields);
        serde_json::to_string(&fields)
    }
}

/// The body of a claim: the stated fields in the one order that all claims have.
pub(super) fn claim_body(body: &str) -> Result<Arc<str>, serde_json::Error> {
    Ok(serde_json::to_string(&deep(flat(body)?))?.into())
}

/// The fields of a statement's body, each custom attribute by itself as `custom.NAME`.
pub(super) fn flat(body: &str) -> Result<Fields, serde_json::Error> {
    let mut fields: Fields = serde_json::from_str(body)?;
    if let Some(Value::Object(custom)) = fields.shift_remove(CUSTOM) {
        fields.extend(custom.into_iter().map(|(name, value)| (format!("{CUSTOM}.{name}"), value)));
    }
    Ok(fields)
}

/// The other way round, in canonical order.
pub(super) fn deep(flat: Fields) -> Fields {
    let (mut fields, mut custom) = (Fields::new(), Fields::new());
    for (name, value) in flat {
        match name.strip_prefix(CUSTOM).and_then(|name| name.strip_prefix('.')) {
            Some(name) => _ = custom.insert(name.to_owned(), value),
            None => _ = fields.insert(name, value),
        }
    }
    if !custom.is_empty() {
        fields.insert(CUSTOM.to_owned(), Value::Object(custom));
    }
    sort(&mut fields);
    fields
}

/// By name, so that equal statements are equal texts.
fn sort(fields: &mut Fields) {
    if let Some(Value::Object(custom)) = fields.get_mut(CUSTOM) {
        custom.sort_keys();
    }
    fields.sort_keys();
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::org::{Id, Owners, Reference};

    fn read(kind: FactKind, text: &str) -> Result<String, String> {
        let read = Gaps::read::<Id>(kind, serde_json::from_str(text).unwrap());
        let (fact, gaps) = read.map_err(|error| error.to_string())?;
        Ok(gaps.body(&fact).unwrap())
    }

    #[test]
    fn only_what_is_stated_is_in_the_body() {
        let table = [
            (FactKind::Person, r#"{"nickname":"Bo"}"#, r#"{"nickname":"Bo"}"#),
            (FactKind::Person, r#"{"surname":"B","nickname":null}"#, r#"{"nickname":null,"surname":"B"}"#),
            (FactKind::Person, r#"{"custom":{"b":null,"a":"x"}}"#, r#"{"custom":{"a":"x","b":null}}"#),
            (FactKind::Engagement, r#"{"title":"T"}"#, r#"{"title":"T"}"#),
            (FactKind::Unit, r#"{"custom":{"x":null}}"#, r#"{"custom":{"x":null}}"#),
        ];
        for (kind, text, body) in table {
            assert_eq!(read(kind, text).unwrap(), body);
            assert_eq!(serde_json::to_string(&deep(flat(body).unwrap())).unwrap(), body);
        }
        assert!(read(FactKind::Person, r#"{"surname":null}"#).is_err(), "what a kind needs cannot be none");
    }

    #[test]
    fn what_a_kind_needs_is_known() {
        for kind in Owners::KINDS {
            let mut fields = Fields::new();
            while let Err(error) = Fact::<Reference>::deserialize(kind, Value::Object(fields.clone())) {
                let said = error.to_string();
                let missing = said.split('`').nth(1).unwrap();
                let (name, stand_in) = needed(kind).iter().find(|(name, _)| *name == missing).unwrap();
                fields.insert((*name).to_owned(), stand_in());
            }
            assert_eq!(fields.len(), needed(kind).len(), "{kind}");
        }
    }
}
