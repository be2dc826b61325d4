//! Why something that is due is not done yet: typed, so that it can be kept, counted, and told in words.

use serde::{Deserialize, Serialize};

use crate::org::{Instant, Zone};

/// What waits, since when, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The instant of the schedule that waits; another try comes with the next one at the latest.
    pub due: Instant,
    /// Since when it waits for this.
    pub since: Instant,
    pub why: Wait,
}

/// The reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Wait {
    /// Nothing is started while people work on the systems.
    Maintenance { until: Option<Instant> },
    /// Quiet hours, or no hour that is allowed.
    Closed { until: Option<Instant> },
    /// Nothing is to be written to the target.
    Paused { why: String },
    /// What has to come first did not come, or too long ago.
    After { name: String, last: Option<Instant> },
    /// The file of a source is there and is not taken: nothing may follow from what is not known.
    Source { name: String },
    /// It was tried, and could not be done.
    Tried { why: String },
    /// It was tried and failed, and is tried again then.
    Failed { why: String, again: Instant },
}

impl Wait {
    /// A word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Maintenance { .. } => "maintenance",
            Self::Closed { .. } => "closed",
            Self::Paused { .. } => "paused",
            Self::After { .. } => "after",
            Self::Source { .. } => "source",
            Self::Tried { .. } => "tried",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether it was tried.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Tried { .. } | Self::Failed { .. })
    }

    /// Until when, where that is known.
    pub fn until(&self) -> Option<Instant> {
        match self {
            Self::Maintenance { until } | Self::Closed { until } => *until,
            Self::Failed { again, .. } => Some(*again),
            _ => None,
        }
    }

    /// For people of a zone.
    pub fn told(&self, zone: &Zone) -> String {
        let until = |until: &Option<Instant>| until.map_or_else(String::new, |at| format!(" until {}", at.local(zone)));
        match self {
            Self::Maintenance { until: end } => format!("for the end of the maintenance{}", until(end)),
            Self::Closed { until: end } => format!("for its hours{}", until(end)),
            Self::Paused { why } | Self::Tried { why } => why.clone(),
            Self::After { name, last: None } => format!("for {name}, which never came"),
            Self::After { name, last: Some(last) } => format!("for {name}, which last came {}", last.local(zone)),
            Self::Source { name } => format!("for the source {name}"),
            Self::Failed { why, again } => format!("{why}; again at {}", again.local(zone)),
        }
    }

    /// Whether it waits for the same, so that there is no news in it.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::After { name, .. }, Self::After { name: other, .. }) => name == other,
            (Self::Failed { why, .. }, Self::Failed { why: other, .. }) => why == other,
            _ => self == other,
        }
    }
}
