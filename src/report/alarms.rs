//! An alarm as `status` shows it.

use serde::{Deserialize, Serialize};

use super::words::clean;
use crate::org::{Instant, Zone};

/// Something that is wrong now, in the language of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmView {
    /// The condition, by its name in the table of alarms.
    pub alarm: String,
    /// `warning` or `critical`.
    pub severity: String,
    /// `target ad`, `source hr`, `roster`.
    pub subject: String,
    pub since: Instant,
    pub what: String,
    pub todo: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl AlarmView {
    /// For people, a line each.
    pub(super) fn lines(&self, zone: &Zone) -> Vec<String> {
        let Self { alarm, severity, what, since, todo, .. } = self;
        let mut lines = vec![format!("{severity}: {} ({alarm}, since {})", clean(what), since.local(zone))];
        let command = self.command.as_ref().map(|command| format!(" {}", clean(command))).unwrap_or_default();
        lines.push(format!("{}{command}", clean(todo)));
        lines
    }
}
