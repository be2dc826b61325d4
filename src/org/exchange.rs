//! A version as a line of the exchange format. The one place where a national id may become plain text again, and
//! only for who brings the key.

use serde_json::{Map, Value};

use super::fact::Version;
use super::id::Id;
use super::kind::FactKind;
use super::national_id::{SealError, Sealed, Sealer};
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
        line_of_body(self.kind(), &self.id, self.interval, &self.fact.body()?, sealer)
    }
}

/// The body of a person with the national id opened or left out; `None` where there is none.
fn opened(kind: FactKind, id: &Id, body: &str, sealer: Option<&Sealer>) -> Result<Option<String>, LineError> {
    let mut fields: Map<String, Value> = serde_json::from_str(body)?;
    let Some(sealed) = fields.get(FIELD).filter(|_| kind == FactKind::Person).cloned() else { return Ok(None) };
    match sealer {
        Some(sealer) => {
            let sealed: Sealed = serde_json::from_value(sealed)?;
            fields.insert(FIELD.to_owned(), sealer.unseal(id, &sealed)?.into());
        }
        None => _ = fields.shift_remove(FIELD),
    }
    Ok(Some(serde_json::to_string(&fields)?))
}

/// The canonical line of a fact with the body of a row, as it stands there: only a national id is worth reading it.
pub fn line_of_body(
    kind: FactKind,
    id: &Id,
    interval: Interval,
    body: &str,
    sealer: Option<&Sealer>,
) -> Result<String, LineError> {
    let opened = if body.contains(FIELD) { opened(kind, id, body, sealer)? } else { None };
    let body = opened.as_deref().unwrap_or(body);
    let inner = body.strip_prefix('{').unwrap_or(body);
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
