//! What a target's attributes can hold: syntax, number of values, length.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attribute::AttributeName;
use super::clause::Clause;
use super::syntax::Syntax;
use super::value::Value;
use crate::org::sentence::Sentence;

/// The rule of one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttributeRule {
    pub syntax: Syntax,
    pub single: bool,
    /// In characters, not bytes.
    pub max_length: Option<usize>,
    /// An object without a value cannot be.
    pub required: bool,
    /// Characters that no value has.
    pub forbidden: &'static str,
}

/// What a server says of one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerRule {
    pub syntax: Syntax,
    pub single: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
}

/// A value that the attribute cannot hold. Says how long it is where that is what is wrong, and not what it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueProblem {
    #[error("{}", Clause::TooMany.with([attribute, count]))]
    TooMany { attribute: AttributeName, count: usize },
    #[error("{}", Clause::TooLong.with([attribute, limit, length]))]
    TooLong { attribute: AttributeName, limit: usize, length: usize },
    #[error("{}", Clause::WrongType.with([attribute, wanted, &format_args!("{given:?}")]))]
    WrongType { attribute: AttributeName, wanted: &'static str, given: String },
    #[error("{}", Clause::HoldsNoCharacter.with([attribute, &format_args!("{character:?}"), length]))]
    Forbidden { attribute: AttributeName, character: char, length: usize },
    #[error("{}", Clause::NeedsValue.with([attribute]))]
    Required { attribute: AttributeName },
}

/// The schema of one kind of object in one target. What it does not name is multi-valued text without a limit.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    rules: BTreeMap<AttributeName, AttributeRule>,
}

impl Schema {
    pub fn rule(&self, attribute: &AttributeName) -> AttributeRule {
        self.rules.get(attribute).copied().unwrap_or_default()
    }

    /// The attributes that have a rule.
    pub fn names(&self) -> impl Iterator<Item = &AttributeName> {
        self.rules.keys()
    }

    pub fn knows(&self, attribute: &AttributeName) -> bool {
        self.rules.contains_key(attribute)
    }

    /// The attributes that every object has.
    pub fn required(&self) -> impl Iterator<Item = &AttributeName> {
        self.rules.iter().filter(|(_, rule)| rule.required).map(|(name, _)| name)
    }

    /// Brings values into the attribute's own type, or says why they cannot be held. An empty text is no value, and
    /// equal values become one.
    pub fn coerce(&self, attribute: &AttributeName, values: Vec<Value>) -> Result<Vec<Value>, ValueProblem> {
        let rule = self.rule(attribute);
        let values = values.into_iter().filter(|value| value.as_text() != Some(""));
        let mut typed: Vec<Value> = values.map(|value| rule.coerce(attribute, &value)).collect::<Result<_, _>>()?;
        typed.sort();
        typed.dedup();
        if rule.single && typed.len() > 1 {
            return Err(ValueProblem::TooMany { attribute: attribute.clone(), count: typed.len() });
        }
        Ok(typed)
    }

    /// Whether two sets of values differ in nothing that is to be written, whatever their order.
    pub fn equal(&self, attribute: &AttributeName, one: &[Value], other: &[Value]) -> bool {
        let syntax = self.rule(attribute).syntax;
        let canonical = |values: &[Value]| {
            let mut all: Vec<Value> = values.iter().map(|value| syntax.written(value)).collect();
            all.sort();
            all.dedup();
            all
        };
        canonical(one) == canonical(other)
    }

    /// The form in which values are equal that the target itself takes for equal.
    pub fn matching(&self, attribute: &AttributeName, value: &Value) -> Value {
        self.rule(attribute).syntax.matching(value)
    }

    /// The same schema with what the server says of its attributes. Of what it says nothing of, the rule stays; a
    /// narrower limit that is known of a kind of object stays, too.
    #[must_use]
    pub fn told<'a>(&self, server: impl IntoIterator<Item = (&'a AttributeName, &'a ServerRule)>) -> Self {
        let mut rules = self.rules.clone();
        for (name, said) in server {
            let rule = rules.entry(name.clone()).or_default();
            let shipped = *rule;
            rule.syntax = refined(shipped.syntax, said.syntax);
            rule.single = said.single || shipped.single;
            rule.max_length = match (said.max_length, shipped.max_length) {
                (Some(said), Some(shipped)) => Some(said.min(shipped)),
                (said, shipped) => said.or(shipped),
            };
        }
        Self { rules }
    }
}

/// What an attribute means may be known more narrowly than a server says: Active Directory has telephone numbers as
/// texts, and points in time as large numbers.
fn refined(shipped: Syntax, said: Syntax) -> Syntax {
    match (shipped, said) {
        (Syntax::Telephone | Syntax::Numeric, Syntax::Text | Syntax::CaseExact) => shipped,
        (Syntax::FileTime | Syntax::GroupType, Syntax::Integer) => shipped,
        _ => said,
    }
}

impl FromIterator<(AttributeName, AttributeRule)> for Schema {
    fn from_iter<I: IntoIterator<Item = (AttributeName, AttributeRule)>>(rules: I) -> Self {
        Self { rules: rules.into_iter().collect() }
    }
}

impl AttributeRule {
    fn coerce(self, attribute: &AttributeName, value: &Value) -> Result<Value, ValueProblem> {
        let value = self.syntax.typed(value).map_err(|wanted| ValueProblem::WrongType {
            attribute: attribute.clone(),
            wanted,
            given: value.to_string(),
        })?;
        let Value::Text(text) = &value else { return Ok(value) };
        let length = text.chars().count();
        if let Some(limit) = self.max_length.filter(|limit| length > *limit) {
            return Err(ValueProblem::TooLong { attribute: attribute.clone(), limit, length });
        }
        match text.chars().find(|c| self.forbidden.contains(*c)) {
            Some(character) => Err(ValueProblem::Forbidden { attribute: attribute.clone(), character, length }),
            None => Ok(value),
        }
    }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
