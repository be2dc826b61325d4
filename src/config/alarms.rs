//! `[alarms]`: what is an alarm, and who is told. Which thresholds there are, the table of alarms says.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::channels::{self, Channels};
use super::document::Document;
use super::read::Removed;
use super::settings::Sections;
use crate::alarm::{TABLE, Threshold, Thresholds};
use crate::report::Language;

/// The keys beside those of the table.
const OWN: [&str; 3] = ["to", "language", "settle_minutes"];

/// An alarm is over once it stayed away for so long, unless another time is written.
const SETTLE_MINUTES: u32 = 60;

/// Who is told of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarms {
    /// Where messages go; without it alarms are logged, and shown by `status` and the metrics.
    pub to: Option<Channels>,
    /// That of the roster, unless another one is written.
    pub language: Option<Language>,
    /// An alarm is over once it stayed away for so long; 0: at once.
    pub settle_minutes: u32,
    pub thresholds: Thresholds,
}

impl Default for Alarms {
    fn default() -> Self {
        Self { to: None, language: None, settle_minutes: SETTLE_MINUTES, thresholds: Thresholds::default() }
    }
}

/// A threshold as it is written: `false` switches the condition off.
struct Written(Option<u32>);

/// Reads the threshold of a row.
struct OfRow<'a>(&'a Threshold);

impl<'de> Visitor<'de> for OfRow<'_> {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Threshold::Switch => f.write_str("true or false"),
            Threshold::Number { unit, .. } => write!(f, "a number of {unit} from 1 on, or false"),
        }
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Written, E> {
        match (self.0, on) {
            (_, false) => Ok(Written(None)),
            (Threshold::Switch, true) => Ok(Written(Some(1))),
            (Threshold::Number { usual: 0, .. }, true) => Err(E::invalid_value(Unexpected::Bool(on), &self)),
            (Threshold::Number { usual, .. }, true) => Ok(Written(Some(*usual))),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Written, E> {
        let wrong = || E::invalid_value(Unexpected::Signed(number), &self);
        match self.0 {
            Threshold::Switch => Err(wrong()),
            Threshold::Number { .. } => {
                let number = u32::try_from(number).ok().filter(|number| *number > 0);
                number.map(|number| Written(Some(number))).ok_or_else(wrong)
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for OfRow<'_> {
    type Value = Written;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Written, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Deserialize<'de> for Alarms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Section;
        impl<'de> Visitor<'de> for Section {
            type Value = Alarms;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of alarms")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Alarms, A::Error> {
                let (mut alarms, mut thresholds) = (Alarms::default(), BTreeMap::new());
                while let Some(key) = map.next_key_seed(Key)? {
                    match key.as_str() {
                        "to" => alarms.to = Some(map.next_value()?),
                        "language" => alarms.language = Some(map.next_value()?),
                        "settle_minutes" => alarms.settle_minutes = map.next_value()?,
                        key => {
                            let row = TABLE.iter().find(|row| row.key == key);
                            let switch = &Threshold::Switch;
                            let Written(set) = map.next_value_seed(OfRow(row.map_or(switch, |row| &row.threshold)))?;
                            thresholds.insert(key.to_owned(), set);
                        }
                    }
                }
                alarms.thresholds = Thresholds(thresholds);
                Ok(alarms)
            }
        }
        deserializer.deserialize_map(Section)
    }
}

/// A key of the section; any other is refused where it stands.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let key = String::deserialize(deserializer)?;
        if keys().contains(&key.as_str()) { Ok(key) } else { Err(D::Error::unknown_field(&key, keys())) }
    }
}

/// All keys of the section.
fn keys() -> &'static [&'static str] {
    static KEYS: std::sync::LazyLock<Vec<&str>> =
        std::sync::LazyLock::new(|| OWN.into_iter().chain(TABLE.iter().map(|row| row.key)).collect());
    &KEYS
}

/// Checks that what is told can be told.
pub(super) fn check(document: &mut Document<'_>, sections: &Sections, removed: &Removed) {
    if let Some(to) = &sections.alarms.to {
        channels::channels(document, &["alarms", "to"], to, (sections, removed));
    }
}

impl schemars::JsonSchema for Alarms {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Alarms".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let described = |schema: schemars::Schema, about: &str| {
            let mut value = schema.to_value();
            if let Some(fields) = value.as_object_mut() {
                fields.insert("description".into(), about.into());
            }
            value
        };
        let mut properties = serde_json::Map::new();
        let to = generator.subschema_for::<Channels>();
        let about = "Where messages go; without it alarms are logged, and shown by `status` and the metrics.";
        properties.insert("to".into(), described(to, about));
        let language = generator.subschema_for::<Language>();
        properties.insert("language".into(), described(language, "That of the roster, unless another one is written."));
        let about = "An alarm is over once it stayed away for so long; 0: at once.";
        properties.insert(
            "settle_minutes".into(),
            serde_json::json!({ "type": "integer", "minimum": 0, "default": SETTLE_MINUTES, "description": about }),
        );
        for row in TABLE {
            let about = format!("`{}`: {}.", row.name, row.when);
            let written = match row.threshold {
                Threshold::Switch => serde_json::json!({ "type": "boolean", "default": true, "description": about }),
                Threshold::Number { unit, usual } => {
                    let default = if usual == 0 { serde_json::Value::Bool(false) } else { usual.into() };
                    serde_json::json!({
                        "anyOf": [{ "type": "integer", "minimum": 1 }, { "type": "boolean" }],
                        "default": default,
                        "description": format!("{about} In {unit}."),
                    })
                }
            };
            properties.insert(row.key.into(), written);
        }
        schemars::json_schema!({
            "type": "object",
            "description": "What is an alarm, and who is told.",
            "additionalProperties": false,
            "properties": properties,
        })
    }
}
