//! The shape of the configuration file as JSON Schema (draft 2020-12), made from the very types that are read.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::settings::Sections;

/// The schema of the whole file.
pub fn schema() -> Schema {
    SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(WithoutNull))
        .into_generator()
        .into_root_schema_for::<Sections>()
}

/// TOML has no null: what may be left out is left out.
#[derive(Debug, Clone)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
            types.retain(|one| one != "null");
            if let [one] = types.as_slice() {
                let one = one.clone();
                schema.insert("type".to_owned(), one);
            }
        }
        if let Some(these) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
            these.retain(|one| one.get("type").is_none_or(|what| what != "null"));
            if let [Value::Object(one)] = these.as_mut_slice() {
                let one = std::mem::take(one);
                schema.remove("anyOf");
                one.into_iter().for_each(|(key, value)| {
                    if schema.get(&key).is_none() {
                        schema.insert(key, value);
                    }
                });
            }
        }
        if schema.get("default").is_some_and(Value::is_null) {
            schema.remove("default");
        }
        if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            values.retain(|value| !value.is_null());
        }
    }
}
