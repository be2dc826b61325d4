//! The custom attributes of a fact, by name. Their types are declared in the configuration, which org does not know.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Custom attributes in the order of their names: text, numbers, booleans, or lists of these.
pub type Custom = BTreeMap<String, Value>;

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
