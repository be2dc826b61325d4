//! Orders that stand until they are taken back: whose accounts are not to be used, and where nothing is to be written.
//! They are no facts about the world, so that no source states or ends them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::time::{Instant, Zone};

/// Who ordered it, when, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub by: String,
    pub since: Instant,
    pub note: String,
}

/// As the reason of a step, which is the same in every zone.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by {} since {}: {}", self.by, self.since, self.note)
    }
}

impl Order {
    /// For people of a zone.
    pub fn told(&self, zone: &Zone) -> String {
        let note = if self.note.is_empty() { String::new() } else { format!(": {}", self.note) };
        format!("by {} since {}{note}", self.by, self.since.local(zone))
    }
}

/// The schedule starts nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    #[serde(flatten)]
    pub order: Order,
    /// It ends by itself then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
}

impl Maintenance {
    /// Whether it is not over by itself at an instant.
    pub fn holds(&self, at: Instant) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

/// From when to when the schedule started nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maintained {
    pub since: Instant,
    pub until: Instant,
}

impl Maintained {
    /// From when hours count of what was due at an instant, when those of the maintenance do not.
    pub fn counts_from(&self, due: Instant) -> Instant {
        let within = self.until.micros().saturating_sub(due.max(self.since).micros());
        Instant::from_micros(due.micros().saturating_add(within.max(0)))
    }
}

/// What is in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Orders {
    /// Another word was given when this is another number.
    pub revision: i64,
    /// People none of whose accounts is to be used.
    pub suspended: BTreeMap<Id, Order>,
    /// Nothing is written to any target.
    pub all_paused: Option<Order>,
    /// Nothing is written to one of these.
    pub paused: BTreeMap<String, Order>,
    /// The last word about it; whether it is over by itself says [`Orders::maintenance`].
    pub maintenance: Option<Maintenance>,
    /// The begin of the last one, however often it got another end, and when it was ended by a word.
    pub maintenance_begun: Option<Instant>,
    pub maintenance_ended: Option<Instant>,
}

impl Orders {
    /// Why nothing is to be written to a target, if so.
    pub fn pause(&self, target: &str) -> Option<&Order> {
        self.all_paused.as_ref().or_else(|| self.paused.get(target))
    }

    /// Why the schedule starts nothing at an instant, if so.
    pub fn maintenance(&self, now: Instant) -> Option<&Maintenance> {
        self.maintenance.as_ref().filter(|maintenance| maintenance.holds(now))
    }

    /// When the schedule last started nothing, and that is over.
    pub fn maintained(&self, now: Instant) -> Option<Maintained> {
        let until = match &self.maintenance {
            Some(maintenance) => maintenance.until.filter(|until| *until <= now)?,
            None => self.maintenance_ended?,
        };
        Some(Maintained { since: self.maintenance_begun?, until })
    }
}
