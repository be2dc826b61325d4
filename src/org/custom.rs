//! The custom attributes of a fact, by name. Their types are declared in the configuration, which org does not know.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Custom attributes in the order of their names: text, numbers, booleans, or lists of these.
pub type Custom = BTreeMap<String, Value>;

/// One value of a custom attribute. A number with a fraction is its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    Text(String),
    Whole(i64),
    Bool(bool),
}

/// What a custom attribute holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomValues {
    /// It was stated as a list.
    pub many: bool,
    pub list: Vec<Scalar>,
}

/// The values of the custom attribute `name`, if there are any.
pub fn custom_values(custom: &Custom, name: &str) -> Option<CustomValues> {
    let value = custom.get(name)?;
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let scalar = |value: &Value| match value {
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Bool(value) => Some(Scalar::Bool(*value)),
        Value::Number(number) => Some(number.as_i64().map_or_else(|| Scalar::Text(number.to_string()), Scalar::Whole)),
        _ => None,
    };
    Some(CustomValues { many: value.is_array(), list: list.iter().filter_map(scalar).collect() })
}

/// A list or map that may be written as null: none.
pub(super) fn none_is_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// What is wrong with custom attributes, if anything.
pub(super) fn problems(custom: &Custom) -> Vec<String> {
    custom
        .iter()
        .filter(|(_, value)| !is_plain(value))
        .map(|(name, _)| {
            format!("the custom attribute {name:?} must be text, a number, true, false or a list of these")
        })
        .collect()
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().all(|value| !value.is_array() && !value.is_object()),
        Value::Object(_) => false,
        _ => true,
    }
}
