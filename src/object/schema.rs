//! What a target's attributes can hold: syntax, number of values, length.

use std::collections::BTreeMap;

use super::attribute::AttributeName;
use super::value::Value;

/// How values of an attribute are written and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Syntax {
    /// Text; compared exactly, because a change of case alone is a change that people see.
    #[default]
    Text,
    Integer,
    Boolean,
    /// Digits matter, spaces and hyphens do not (RFC 4517 section 4.2.29).
    Telephone,
}

/// The rule of one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttributeRule {
    pub syntax: Syntax,
    pub single: bool,
    /// In characters, not bytes.
    pub max_length: Option<usize>,
}

/// A value that the attribute cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueProblem {
    #[error("{attribute} holds one value, {count} were given")]
    TooMany { attribute: AttributeName, count: usize },
    #[error("{attribute} holds at most {limit} characters, {length} were given")]
    TooLong { attribute: AttributeName, limit: usize, length: usize },
    #[error("{attribute} holds {wanted}, {given:?} was given")]
    WrongType { attribute: AttributeName, wanted: &'static str, given: String },
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

    /// Brings values into the attribute's own type, or says why they cannot be held. Equal values become one.
    pub fn coerce(&self, attribute: &AttributeName, values: Vec<Value>) -> Result<Vec<Value>, ValueProblem> {
        let rule = self.rule(attribute);
        let mut typed: Vec<Value> =
            values.into_iter().map(|value| rule.coerce(attribute, value)).collect::<Result<_, _>>()?;
        typed.sort();
        typed.dedup();
        if rule.single && typed.len() > 1 {
            return Err(ValueProblem::TooMany { attribute: attribute.clone(), count: typed.len() });
        }
        Ok(typed)
    }

    /// Whether two sets of values mean the same to the target, whatever their order.
    pub fn equal(&self, attribute: &AttributeName, one: &[Value], other: &[Value]) -> bool {
        let rule = self.rule(attribute);
        let canonical = |values: &[Value]| {
            let mut all: Vec<Value> = values.iter().map(|value| rule.canonical(value)).collect();
            all.sort();
            all.dedup();
            all
        };
        canonical(one) == canonical(other)
    }
}

impl FromIterator<(AttributeName, AttributeRule)> for Schema {
    fn from_iter<I: IntoIterator<Item = (AttributeName, AttributeRule)>>(rules: I) -> Self {
        Self { rules: rules.into_iter().collect() }
    }
}

impl AttributeRule {
    fn coerce(self, attribute: &AttributeName, value: Value) -> Result<Value, ValueProblem> {
        let wrong = |wanted, value: &Value| ValueProblem::WrongType {
            attribute: attribute.clone(),
            wanted,
            given: value.to_string(),
        };
        match (self.syntax, value) {
            (Syntax::Integer, Value::Text(text)) => {
                text.trim().parse().map(Value::Int).map_err(|_| wrong("a whole number", &Value::Text(text)))
            }
            (Syntax::Integer, value @ Value::Int(_)) | (Syntax::Boolean, value @ Value::Bool(_)) => Ok(value),
            (Syntax::Boolean, Value::Text(text)) if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
            (Syntax::Boolean, Value::Text(text)) if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
            (Syntax::Integer, value) => Err(wrong("a whole number", &value)),
            (Syntax::Boolean, value) => Err(wrong("true or false", &value)),
            (Syntax::Text | Syntax::Telephone, Value::Text(text)) => self.fit(attribute, text),
            (Syntax::Text | Syntax::Telephone, value @ (Value::Int(_) | Value::Bool(_))) => {
                self.fit(attribute, value.to_string())
            }
            (Syntax::Text | Syntax::Telephone, value) => Err(wrong("text", &value)),
        }
    }

    fn fit(self, attribute: &AttributeName, text: String) -> Result<Value, ValueProblem> {
        let length = text.chars().count();
        match self.max_length {
            Some(limit) if length > limit => Err(ValueProblem::TooLong { attribute: attribute.clone(), limit, length }),
            _ => Ok(Value::Text(text)),
        }
    }

    fn canonical(self, value: &Value) -> Value {
        match (self.syntax, value) {
            (Syntax::Telephone, Value::Text(text)) => {
                Value::Text(text.chars().filter(|c| !matches!(c, ' ' | '-')).collect::<String>().to_lowercase())
            }
            _ => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        [
            ("title".into(), AttributeRule { single: true, max_length: Some(5), ..AttributeRule::default() }),
            ("floor".into(), AttributeRule { syntax: Syntax::Integer, ..AttributeRule::default() }),
            ("telephoneNumber".into(), AttributeRule { syntax: Syntax::Telephone, ..AttributeRule::default() }),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn length_counts_characters() {
        assert!(schema().coerce(&"title".into(), vec![Value::text("ØØØØØ")]).is_ok());
        assert!(schema().coerce(&"TITLE".into(), vec![Value::text("Lærer!")]).is_err());
    }

    #[test]
    fn values_take_the_type_of_their_attribute() {
        assert_eq!(schema().coerce(&"floor".into(), vec![Value::text("3")]), Ok(vec![Value::Int(3)]));
        assert!(schema().coerce(&"floor".into(), vec![Value::text("third")]).is_err());
        assert!(schema().coerce(&"title".into(), vec![Value::text("a"), Value::text("b")]).is_err());
    }

    #[test]
    fn spacing_of_telephone_numbers_and_order_of_values_mean_nothing() {
        let phone = "telephoneNumber".into();
        assert!(schema().equal(&phone, &[Value::text("+45 12-34")], &[Value::text("+451234")]));
        let (a, b) = (Value::text("a"), Value::text("b"));
        assert!(schema().equal(&"x".into(), &[a.clone(), b.clone()], &[b, a]));
    }
}
