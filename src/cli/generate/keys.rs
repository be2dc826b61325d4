//! The keys of the configuration file as tables in reading order, from its JSON Schema: what the reference page and the
//! man page of the file are made of. Knows the part of JSON Schema that `config::schema` uses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::config;

/// A table of the file: its place, such as `ldap.NAME.connection`, and its keys.
#[derive(Debug)]
pub(super) struct Table {
    pub path: String,
    pub about: String,
    pub keys: Vec<Key>,
}

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    pub name: String,
    /// What may be written, in words.
    pub takes: String,
    pub default: Option<String>,
    pub about: String,
    /// Where the table that it holds is described.
    pub table: Option<String>,
}

/// A key's name in a table whose keys are free.
const FREE: &str = "NAME";

/// All tables of the file, each once, where it is first met.
pub(super) fn tables() -> Vec<Table> {
    let schema = config::schema().to_value();
    let mut walk = Walk { schema: &schema, met: BTreeMap::new(), told: BTreeSet::new(), tables: Vec::new() };
    walk.table("", &schema);
    walk.tables
}

struct Walk<'a> {
    schema: &'a Value,
    /// Definitions with the path at which each is described.
    met: BTreeMap<&'a str, String>,
    /// Definitions whose words are explained.
    told: BTreeSet<&'a str>,
    tables: Vec<Table>,
}

impl<'a> Walk<'a> {
    fn table(&mut self, path: &str, at: &'a Value) {
        let here = self.tables.len();
        let about = text(at, "description");
        self.tables.push(Table { path: path.to_owned(), about, keys: Vec::new() });
        let properties = at.get("properties").and_then(Value::as_object).into_iter().flatten();
        let properties = properties.map(|(name, value)| (name.as_str(), value));
        let free = at.get("additionalProperties").filter(|value| value.is_object()).map(|value| (FREE, value));
        // keys alone come first, as they stand in a file; sections keep their order
        let is_last = |value: &Value| !path.is_empty() && self.is_table(value);
        let (below, plain): (Vec<_>, Vec<_>) = properties.chain(free).partition(|(_, value)| is_last(value));
        let mut keys = Vec::new();
        for (name, value) in plain.into_iter().chain(below) {
            let mut table = self.below(path, name, value);
            if path.is_empty() && table.is_none() {
                // a section has a place of its own, however short it is
                self.table(name, self.target(value));
                table = Some(name.to_owned());
            }
            keys.push(self.key(name, value, table));
        }
        if let Some(table) = self.tables.get_mut(here) {
            table.keys = keys;
        }
    }

    /// Describes the table that a key holds or may hold, if any; gives the place where that is done.
    fn below(&mut self, path: &str, name: &str, value: &'a Value) -> Option<String> {
        let place = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let target = self.target(value);
        let choices = target.get("anyOf").and_then(Value::as_array).into_iter().flatten();
        if let Some(table) = choices.into_iter().find(|choice| self.is_table(choice)) {
            return self.below(path, name, table);
        }
        let only_free = target.get("properties").is_none();
        if let Some(named) = target.get("additionalProperties").filter(|value| only_free && value.is_object()) {
            // a table of named things is told by these
            return self.below(&place, FREE, named);
        }
        if !self.is_table(value) {
            return None;
        }
        if let Some(definition) = value.get("$ref").and_then(Value::as_str) {
            if let Some(there) = self.met.get(definition) {
                return Some(there.clone());
            }
            self.met.insert(definition, place.clone());
        }
        self.table(&place, target);
        Some(place)
    }

    /// A table with keys of its own; a short one whose keys are all plain is told in words instead.
    fn is_table(&self, value: &Value) -> bool {
        let target = self.target(value);
        let properties = target.get("properties").and_then(Value::as_object);
        match (properties, target.get("additionalProperties").filter(|value| value.is_object())) {
            (None, None) => false,
            (None, Some(named)) => self.is_table(named),
            (Some(_), Some(_)) => true,
            (Some(keys), None) => {
                keys.len() > 3 || keys.values().any(|key| self.is_table(key) || key.get("$ref").is_some())
            }
        }
    }

    fn key(&mut self, name: &str, value: &'a Value, table: Option<String>) -> Key {
        let target = self.target(value);
        let mut about = text(value, "description");
        if about.is_empty() {
            about = text(target, "description");
        }
        // what each word means is told once
        let new = value.get("$ref").and_then(Value::as_str).is_none_or(|definition| self.told.insert(definition));
        let variants = target.get("oneOf").and_then(Value::as_array).filter(|_| new).into_iter().flatten();
        for variant in variants.filter(|variant| variant.get("const").is_some()) {
            let said = text(variant, "description");
            if !said.is_empty() {
                about.push_str(&format!(" `{}`: {said}", plain(&variant["const"])));
            }
        }
        let default = value.get("default").filter(|value| !value.is_object()).map(Value::to_string);
        Key { name: name.to_owned(), takes: self.takes(value), default, about: about.trim().to_owned(), table }
    }

    /// What may be written.
    fn takes(&self, value: &Value) -> String {
        let target = self.target(value);
        let several = |key: &str| target.get(key).and_then(Value::as_array);
        if let Some(constant) = target.get("const") {
            return format!("`{constant}`");
        }
        if let Some(values) = several("enum") {
            return values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
        }
        if let Some(these) = several("oneOf").or(several("anyOf")) {
            let said: Vec<String> = these.iter().map(|one| self.takes(one)).collect();
            return said.join(if target.get("oneOf").is_some() { ", " } else { " or " });
        }
        match target.get("type") {
            Some(Value::Array(types)) => types.iter().map(|one| noun(plain(one))).collect::<Vec<_>>().join(" or "),
            Some(Value::String(one)) if one == "array" => match target.get("items") {
                Some(items) => format!("list of {}", self.takes(items)),
                None => "list".to_owned(),
            },
            Some(Value::String(one)) if one == "object" => self.takes_table(value, target),
            Some(Value::String(_)) if target.get("format").is_some_and(|format| format == "date") => "day".to_owned(),
            Some(Value::String(one)) => noun(one).to_owned(),
            _ => "anything".to_owned(),
        }
    }

    fn takes_table(&self, value: &Value, target: &Value) -> String {
        match target.get("properties").and_then(Value::as_object) {
            Some(keys) if !self.is_table(value) => {
                let names: Vec<&str> = keys.keys().map(String::as_str).collect();
                let between = if target.get("maxProperties").is_some_and(|most| most == 1) { " or " } else { ", " };
                format!("table of {}", names.join(between))
            }
            None => match target.get("additionalProperties").filter(|value| value.is_object()) {
                Some(named) if !self.is_table(named) => format!("table of names, each {}", self.takes(named)),
                _ => "table".to_owned(),
            },
            Some(_) => "table".to_owned(),
        }
    }

    /// What a value is, whether it is written there or referred to.
    fn target<'v>(&self, value: &'v Value) -> &'v Value
    where
        'a: 'v,
    {
        let name = value.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
        name.and_then(|pointer| self.schema.pointer(pointer)).unwrap_or(value)
    }
}

fn noun(name: &str) -> &str {
    match name {
        "string" => "text",
        "integer" => "whole number",
        "boolean" => "true or false",
        other => other,
    }
}

fn plain(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Doc comments as one line.
fn text(value: &Value, key: &str) -> String {
    value.get(key).map(plain).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
