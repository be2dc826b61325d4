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
    /// How much of it lies between two instants, in microseconds.
    pub fn within(&self, from: Instant, to: Instant) -> i64 {
        self.until.min(to).micros().saturating_sub(self.since.max(from).micros()).max(0)
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
    /// The begin of that, however often it got another end.
    pub maintenance_begun: Option<Instant>,
    /// Those that were ended by a word, or followed by another.
    pub maintained: Vec<Maintained>,
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

    /// When the schedule started nothing, and that is over.
    pub fn maintained(&self, now: Instant) -> impl Iterator<Item = Maintained> + use<'_> {
        self.maintained.iter().copied().chain(self.ended_by_itself(now))
    }

    fn ended_by_itself(&self, now: Instant) -> Option<Maintained> {
        let until = self.maintenance.as_ref()?.until.filter(|until| *until <= now)?;
        Some(Maintained { since: self.maintenance_begun?, until })
    }

    /// The schedule starts nothing from now on, or has another end.
    pub fn begin_maintenance(&mut self, maintenance: Maintenance) {
        let since = maintenance.order.since;
        if self.maintenance(since).is_none() {
            self.maintained.extend(self.ended_by_itself(since));
            self.maintenance_begun = Some(since);
        }
        self.maintenance = Some(maintenance);
    }

    /// It goes on again.
    pub fn end_maintenance(&mut self, now: Instant) {
        let over = self.ended_by_itself(now);
        let ended = self.maintenance.take().and(self.maintenance_begun.take());
        let ended = ended.map(|since| over.unwrap_or(Maintained { since, until: now }));
        self.maintained.extend(ended);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Instant {
        Instant::from_micros(0).hours_later(hour)
    }

    fn begun(hour: i64, until: Option<i64>) -> Maintenance {
        let order = Order { by: "anna".into(), since: at(hour), note: String::new() };
        Maintenance { order, until: until.map(at) }
    }

    #[test]
    fn every_maintenance_that_is_over_is_told_as_long_as_it_was() {
        let mut orders = Orders::default();
        orders.begin_maintenance(begun(1, None));
        orders.begin_maintenance(begun(2, Some(9))); // it gets another end
        orders.end_maintenance(at(3));
        orders.end_maintenance(at(4)); // there is none
        orders.begin_maintenance(begun(5, Some(6)));
        orders.begin_maintenance(begun(8, Some(9))); // the one before ended by itself
        let told = |orders: &Orders, now| {
            let hours = |at: Instant| at.micros() / hour();
            orders.maintained(now).map(|one| (hours(one.since), hours(one.until))).collect::<Vec<_>>()
        };
        assert_eq!(told(&orders, at(8)), [(1, 3), (5, 6)], "the third still holds");
        assert_eq!(told(&orders, at(9)), [(1, 3), (5, 6), (8, 9)]);
        let within: i64 = orders.maintained(at(12)).map(|one| one.within(at(2), at(12))).sum();
        assert_eq!(within, 3 * hour(), "one hour of each since it was due");
        orders.end_maintenance(at(11));
        assert_eq!(told(&orders, at(12)), [(1, 3), (5, 6), (8, 9)], "it was over before that word");
    }

    fn hour() -> i64 {
        at(1).micros()
    }
}
