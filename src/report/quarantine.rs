//! What is put off: steps that failed, and values that came back run after run.

use serde::{Deserialize, Serialize};

use super::words::clean;
use crate::org::{Instant, Zone};

/// The answer of `quarantine`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QuarantineDocument {
    pub objects: Vec<QuarantineLine>,
    /// How much was released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<u64>,
}

/// One step that is not tried now, or one value that is not written any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineLine {
    pub target: String,
    pub key: String,
    pub kind: String,
    pub name: String,
    pub op: String,
    /// What is frozen; none of a step that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Failures in a row; of what is frozen, runs.
    pub times: u32,
    pub since: Instant,
    /// When it is tried again; what is frozen, only when it is released or another value is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Instant>,
}

/// For people.
pub(super) fn text(document: &QuarantineDocument, zone: &Zone) -> String {
    if let Some(released) = document.released {
        return format!("released: {released}; the next run tries again\n");
    }
    if document.objects.is_empty() {
        return "nothing is in quarantine\n".to_owned();
    }
    let mut text = String::new();
    for one in &document.objects {
        let QuarantineLine { target, key, kind, name, op, attribute, class, message, times, since, next } = one;
        text += &format!("{}: {} {} ({})\n", clean(target), clean(kind), clean(name), clean(key));
        let since = since.local(zone);
        text += &match attribute {
            Some(attribute) => format!(
                "    {op} of {}: done in {times} runs and back each time, frozen since {since}\n",
                clean(attribute)
            ),
            None => {
                let next = next.map_or_else(|| "-".to_owned(), |next| next.local(zone));
                let class = class.as_deref().unwrap_or_default();
                let message = message.as_deref().unwrap_or_default();
                format!(
                    "    {op} failed {times} times since {since}, next try at {next}\n        {}: {}\n",
                    clean(class),
                    clean(message)
                )
            }
        };
    }
    text
}
