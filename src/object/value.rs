//! One value of an attribute, typed by the target's schema.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::observed::{Handle, ObjectId};
use crate::org::Id;

/// One value. Its JSON form is the plain one (text, boolean, number), or an object that names what it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Text(String),
    Reference(Referent),
    /// A value that is made when the step is applied and never shown: a first password.
    Generated {
        generated: bool,
    },
}

/// What a reference (a manager, a member, a parent) points at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Referent {
    /// A thing of the roster; found through the link table when the step is applied, since an earlier step of the
    /// same plan may create it.
    Key(Id),
    /// An object of the target by its immutable id.
    Object(ObjectId),
    /// An object of the target of which only the reference is known (outside our scope).
    Handle(Handle),
    /// The container that the configuration names for this kind of object.
    #[serde(with = "root")]
    Root,
}

/// `{"root": true}`: the bare word would be read back as a text.
mod root {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        bool::deserialize(deserializer).map(drop)
    }
}

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::Reference(Referent::Key(key)) => write!(f, "→{key}"),
            Self::Reference(Referent::Object(id)) => write!(f, "→{id}"),
            Self::Reference(Referent::Handle(handle)) => write!(f, "→{handle}"),
            Self::Reference(Referent::Root) => f.write_str("(top)"),
            Self::Generated { .. } => f.write_str("(generated)"),
        }
    }
}

/// Values as they are told, none of them as "nothing".
pub fn shown(values: &[Value]) -> String {
    match values {
        [] => "nothing".to_owned(),
        values => values.iter().map(|value| format!("{:?}", value.to_string())).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_stored_plan_comes_back_as_it_was() {
        let referents = [
            Referent::Key("k".into()),
            Referent::Object(ObjectId::new("o")),
            Referent::Handle(Handle::new("h")),
            Referent::Root,
        ];
        let plain = [Value::Bool(true), Value::Int(7), Value::text("root"), Value::Generated { generated: true }];
        for value in referents.into_iter().map(Value::Reference).chain(plain) {
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value, "{json}");
        }
    }
}
