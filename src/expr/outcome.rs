//! The result of an expression: a few plain types, and one form of nothing.

use minijinja::Value;
use minijinja::value::ValueKind;

use super::context::{Several, View};

/// The longest text, in bytes.
pub(super) const MAX_TEXT: usize = 64 * 1024;
/// The longest list.
pub(super) const MAX_LIST: usize = 1_000;

/// What an expression says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// No value: null, none, an empty text, an empty list, or a list of such.
    Nothing,
    /// Never empty, and without white space around it.
    Text(String),
    Bool(bool),
    Int(i64),
    /// One or more scalars; never holds `Nothing` or another list.
    List(Vec<Self>),
}

impl Outcome {
    pub(super) fn of(value: &Value) -> Result<Self, String> {
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => Self::list(value),
            _ => Self::scalar(value),
        }
    }

    fn list(value: &Value) -> Result<Self, String> {
        let mut items = Vec::new();
        for (index, item) in value.try_iter().map_err(|error| error.to_string())?.enumerate() {
            if index >= MAX_LIST {
                return Err(format!("the result is a list of more than {MAX_LIST} values"));
            }
            match Self::scalar(&item)? {
                Self::Nothing => {}
                scalar => items.push(scalar),
            }
        }
        Ok(if items.is_empty() { Self::Nothing } else { Self::List(items) })
    }

    fn scalar(value: &Value) -> Result<Self, String> {
        match value.kind() {
            ValueKind::Undefined | ValueKind::None => Ok(Self::Nothing),
            ValueKind::Bool => Ok(Self::Bool(value.is_true())),
            ValueKind::Number => Self::number(value),
            ValueKind::String => Self::text(value.as_str().unwrap_or_default()),
            _ if value.downcast_object_ref::<View>().is_some_and(View::is_absent) => Ok(Self::Nothing),
            _ if value.downcast_object_ref::<Several>().is_some_and(Several::is_empty) => Ok(Self::Nothing),
            ValueKind::Seq | ValueKind::Iterable => Err("the result is a list of lists".into()),
            kind => Err(format!("the result is a {kind}, not a text, number, true or false, or a list of these")),
        }
    }

    fn number(value: &Value) -> Result<Self, String> {
        match value.as_i64() {
            Some(whole) => Ok(Self::Int(whole)),
            None if value.is_integer() => Err("the result is a number of more than 64 bits".into()),
            None => Self::text(&value.to_string()),
        }
    }

    fn text(text: &str) -> Result<Self, String> {
        if text.len() > MAX_TEXT {
            return Err(format!("the result is a text of {} bytes, at most {MAX_TEXT} are allowed", text.len()));
        }
        let trimmed = text.trim();
        Ok(if trimmed.is_empty() { Self::Nothing } else { Self::Text(trimmed.to_owned()) })
    }

    /// The text of a single value; `None` for nothing and for lists.
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bool(value) => Some(value.to_string()),
            Self::Int(value) => Some(value.to_string()),
            Self::Nothing | Self::List(_) => None,
        }
    }
}
