//! The shapes, for editors, of what is read by hand: whatever may be written short or in full, and tables whose keys
//! another table gives. Everything else has its shape from the very types that are read. Knows JSON Schema; reads nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::csv::{Cell, CellTable, Stated};
use super::lifecycle::{After, Given};
use super::limits::{Keys, LimitText, LimitsText, SUBTREE};
use super::mapping::{Rule, RuleTable};
use super::mapping_test::{ClassTable, ClassText, ContactTable, ContactText, Expected, UnitTable, UnitText};
use super::owners::Names;
use super::safety::User;
use crate::object::Kind;
use crate::org::quality::{self, RULES, Severity};
use crate::reconcile::guard::TABLE;

/// Implements the shape of one type: its name, and what may be written.
macro_rules! shape {
    ($type:ty, $name:literal, $description:literal, |$generator:ident| $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                let mut schema: Schema = $schema;
                schema.insert("description".to_owned(), $description.into());
                schema
            }
        }
    };
}

shape!(Names, "Sources", "A source, or a list of sources, the first one right before the others.", |_g| {
    any_of([text(), list(&text())])
});
shape!(User, "User", "The name or the number of a user of this machine.", |_g| {
    any_of([text(), json_schema!({ "type": "integer", "minimum": 0 })])
});
shape!(After, "Days", "A whole number of days, or \"never\".", |_g| {
    any_of([json_schema!({ "type": "integer", "minimum": 0 }), json_schema!({ "const": "never" })])
});
shape!(Given, "Given", "A text, a whole number, true or false, or a list of these; an empty one clears.", |_g| {
    plain_values()
});
shape!(
    Expected,
    "Expected",
    "A text, a whole number, true or false, or a list of these; an empty one is none.",
    |_g| { plain_values() }
);
shape!(Rule, "Rule", "The rule of one attribute: an expression, or a table.", |generator| {
    any_of([text(), generator.subschema_for::<RuleTable>()])
});
shape!(UnitText, "TestUnit", "A unit: its name, the names from the top down to it, or a table.", |generator| {
    any_of([text(), list(&text()), generator.subschema_for::<UnitTable>()])
});
shape!(ClassText, "TestClass", "A class: its name, or a table.", |generator| {
    any_of([text(), generator.subschema_for::<ClassTable>()])
});
shape!(ContactText, "TestContact", "A contact: its value, which anybody may see, or a table.", |generator| {
    any_of([text(), generator.subschema_for::<ContactTable>()])
});
shape!(Cell, "Cell", "Where a value comes from: a column, a list of columns, or a table.", |generator| {
    any_of([text(), list(&text()), generator.subschema_for::<CellTable>()])
});
shape!(Stated, "Stated", "What a row states of one kind: fields and their columns, and `custom`.", |generator| {
    let mut custom = generator.subschema_for::<BTreeMap<String, Cell>>();
    custom.insert("description".to_owned(), "Custom attributes, by name.".into());
    json_schema!({
        "type": "object",
        "properties": { "custom": custom },
        "additionalProperties": generator.subschema_for::<Cell>(),
    })
});
shape!(
    LimitsText,
    "Limits",
    "Limits by their keys; those of one kind and of subtrees in tables of theirs.",
    |generator| {
        let limit = generator.subschema_for::<LimitText>();
        let of_kind = table(&keyed(Keys::OfKind, &limit));
        let mut keys = keyed(Keys::All, &limit);
        keys.extend(Kind::ALL.map(|kind| (kind.as_str().to_owned(), of_kind.clone().to_value())));
        let of_subtree = table(&keyed(Keys::OfSubtree, &limit));
        let subtrees = json_schema!({ "type": "object", "additionalProperties": of_subtree });
        keys.insert(SUBTREE.to_owned(), subtrees.to_value());
        table(&keys)
    }
);

/// True, false, or a name.
pub(super) fn canary(_: &mut SchemaGenerator) -> Schema {
    any_of([json_schema!({ "type": "boolean" }), text()])
}

/// A severity for each rule of the record.
pub(super) fn quality(generator: &mut SchemaGenerator) -> Schema {
    let severity = generator.subschema_for::<Severity>();
    let described = |rule: &quality::Rule| {
        let mut severity = severity.clone();
        severity.insert("description".to_owned(), format!("{}.", rule.text).into());
        severity.insert("default".to_owned(), rule.severity.as_str().into());
        (rule.id.to_owned(), severity.to_value())
    };
    table(&RULES.iter().map(described).collect())
}

/// A limit for each key, with what it counts.
fn keyed(keys: Keys, limit: &Schema) -> Map<String, Value> {
    let described = |key: &&'static str| {
        let mut limit = limit.clone();
        if let Some(row) = TABLE.iter().find(|row| row.key == Some(*key)) {
            limit.insert("description".to_owned(), format!("{}, of {}.", row.counts, row.of).into());
        }
        ((*key).to_owned(), limit.to_value())
    };
    keys.known().iter().map(described).collect()
}

fn table(properties: &Map<String, Value>) -> Schema {
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn text() -> Schema {
    json_schema!({ "type": "string" })
}

fn list(of: &Schema) -> Schema {
    json_schema!({ "type": "array", "items": of })
}

fn any_of(these: impl IntoIterator<Item = Schema>) -> Schema {
    json_schema!({ "anyOf": these.into_iter().collect::<Vec<_>>() })
}

fn plain_values() -> Schema {
    let one = json_schema!({ "type": ["string", "integer", "boolean"] });
    any_of([one.clone(), list(&one)])
}
