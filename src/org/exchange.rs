//! A version as a line of the exchange format. The one place where a national id may become plain text again, and
//! only for who brings the key.

use serde_json::{Map, Value};

use super::fact::{Fact, Version};
use super::id::Id;
use super::kind::FactKind;
use super::national_id::{SealError, Sealer};
use super::person::Person;
use super::time::Interval;

/// Why a version cannot be written as a line.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    #[error("the fact has no JSON form")]
    Json(#[from] serde_json::Error),
    #[error("the national id cannot be opened")]
    NationalId(#[from] SealError),
}

impl Version {
    /// The canonical line, without its line end. Without a `sealer` the national id is left out.
    pub fn to_line(&self, sealer: Option<&Sealer>) -> Result<String, LineError> {
        let mut line = self.interval.line_start(self.kind(), &self.id)?;
        let fields = self.fields(sealer)?;
        let inner = fields.strip_prefix('{').unwrap_or(&fields);
        line.push_str(if inner == "}" { "" } else { "," });
        line.push_str(inner);
        Ok(line)
    }

    /// The kind's fields, with the national id opened or left out.
    fn fields(&self, sealer: Option<&Sealer>) -> Result<String, LineError> {
        let body = self.fact.body()?;
        let Fact::Person(Person { national_id: Some(sealed), .. }) = &self.fact else { return Ok(body) };
        let mut fields: Map<String, Value> = serde_json::from_str(&body)?;
        match sealer {
            Some(sealer) => _ = fields.insert("national_id".to_owned(), sealer.unseal(&self.id, sealed)?.into()),
            None => _ = fields.shift_remove("national_id"),
        }
        Ok(serde_json::to_string(&fields)?)
    }
}

/// The canonical line of a fact with the body of a row, as it stands there: only a national id is worth reading it.
pub fn line_of_body(
    kind: FactKind,
    id: &Id,
    interval: Interval,
    body: &str,
    sealer: Option<&Sealer>,
) -> Result<String, LineError> {
    let inner = body.strip_prefix('{').filter(|inner| inner.ends_with('}') && !inner.contains(FIELD));
    let Some(inner) = inner else {
        return Version { id: id.clone(), interval, fact: Fact::from_body(kind, body)? }.to_line(sealer);
    };
    let mut line = interval.line_start(kind, id)?;
    line.reserve_exact(inner.len() + 2);
    line.push_str(if inner == "}" { "" } else { "," });
    line.push_str(inner);
    Ok(line)
}

/// The field that is sealed in the roster.
const FIELD: &str = "national_id";

impl Interval {
    /// The fields that every line begins with.
    pub fn line_start(&self, kind: FactKind, id: &Id) -> Result<String, LineError> {
        Ok(format!(
            "{{\"kind\":\"{kind}\",\"id\":{},\"valid_from\":{},\"valid_to\":{}",
            serde_json::to_string(id)?,
            serde_json::to_string(&self.from)?,
            serde_json::to_string(&self.to)?
        ))
    }
}
