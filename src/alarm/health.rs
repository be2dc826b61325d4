//! How everything stands at one instant: the facts that alarms, metrics and health rest on, and nothing of what follows.
//!
//! No name of a person, no login and no secret is in it: only names of the configuration, counts, instants, digests,
//! and texts that say why something failed.

use std::collections::BTreeMap;

use crate::org::{Instant, Maintained, Zone};

/// Everything that is known.
#[derive(Debug, Clone)]
pub struct Health {
    pub now: Instant,
    /// In which instants are told to people.
    pub zone: Zone,
    pub targets: Vec<TargetHealth>,
    pub sources: Vec<SourceHealth>,
    pub reports: Vec<ReportHealth>,
    /// What connections stand on, and when it ends.
    pub ends: Vec<End>,
    /// The last proof of the log; none when there was none yet.
    pub log: Option<LogHealth>,
    pub disk: Option<Disk>,
    /// The roster's file, in bytes.
    pub roster_bytes: u64,
    /// How letters get out, by channel.
    pub channels: Vec<ChannelHealth>,
    /// Since when nothing is begun.
    pub maintenance: Option<Order>,
    /// The times that nothing was begun, which are over.
    pub maintained: Vec<Maintained>,
    /// When a standby last took over.
    pub took_over: Option<Instant>,
    /// Of the daemon that serves; none where nobody does.
    pub configuration: Option<ConfigurationHealth>,
}

impl Health {
    /// Nothing is known, and nothing is wrong.
    pub fn at(now: Instant, zone: Zone) -> Self {
        Self {
            now,
            zone,
            targets: Vec::new(),
            sources: Vec::new(),
            reports: Vec::new(),
            ends: Vec::new(),
            log: None,
            disk: None,
            roster_bytes: 0,
            channels: Vec::new(),
            maintenance: None,
            maintained: Vec::new(),
            took_over: None,
            configuration: None,
        }
    }

    /// Whether something is late by so many hours. Those of a maintenance do not count: what came due is done after it.
    pub(super) fn is_late(&self, late: &Late, hours: u32) -> bool {
        let within: i64 = self.maintained.iter().map(|one| one.within(late.due, self.now)).sum();
        late.due.hours_later(i64::from(hours)).micros().saturating_add(within) <= self.now.micros()
    }
}

/// The configuration that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationHealth {
    pub read: Instant,
    /// The last time that another one was to be read, it was refused.
    pub refused: Option<Refusal>,
}

/// Why another configuration did not come into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The first time in a row.
    pub since: Instant,
    /// The first problem, in one line.
    pub why: String,
    /// Of one that is right and takes a restart: the hash of what would then be in force.
    pub needs_restart: Option<String>,
}

/// One target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetHealth {
    pub name: String,
    pub last_success: Option<Instant>,
    /// What should have succeeded, where the schedule asked for it.
    pub late: Option<Late>,
    /// When the schedule runs it next.
    pub next: Option<Instant>,
    pub paused: Option<Order>,
    /// The plan that waits for somebody.
    pub held_plan: Option<HeldPlan>,
    /// Steps of the last plan, and objects that nothing is done about.
    pub pending: u64,
    pub held: u64,
    pub quarantine: Quarantine,
    /// The last reads in a row that did not see everything; none when the last one did.
    pub partial: Option<Partial>,
    /// Whether the last plan rested on a read of everything; none when there is no plan.
    pub whole: Option<bool>,
    /// Kinds that are mapped and that nothing in the roster is meant by.
    pub empty: Vec<String>,
    /// Since when nothing was written, although it was compared again and again.
    pub unchanged: Option<Instant>,
    /// What a service does otherwise than what is pinned.
    pub behaviour: Vec<String>,
    /// Seconds by which its clock is off ours, when that is too far.
    pub clock_apart: Option<i64>,
    /// How our clock jumped, when a run is held for it.
    pub clock_jumped: Option<String>,
    /// Linked objects, by kind.
    pub linked: BTreeMap<String, u64>,
}

/// One source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceHealth {
    pub name: String,
    pub last_success: Option<Instant>,
    /// Since when its file is not taken.
    pub late: Option<Late>,
    pub next: Option<Instant>,
    pub held: Option<HeldBatch>,
    /// Since when nothing came that was new, although it delivered.
    pub unchanged: Option<Instant>,
}

/// One scheduled report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportHealth {
    pub name: String,
    pub last_success: Option<Instant>,
    /// Since when it should have been made.
    pub late: Option<Late>,
    pub next: Option<Instant>,
}

/// What came due and did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// The first time that it should have succeeded after it last did.
    pub due: Instant,
    /// What came of the last try.
    pub why: Option<String>,
}

/// When something was ordered, and why, as the order says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub since: Instant,
    pub note: String,
}

/// Why a plan waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Limit,
    /// The roster was restored from a copy.
    Restored,
}

/// A plan that waits for an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPlan {
    pub digest: String,
    pub why: Why,
    /// The limits that it breaches: `disable: 40 of 200, allowed 10`.
    pub breaches: Vec<String>,
    /// How many people approved it, of how many it takes.
    pub given: u32,
    pub needed: u32,
}

/// An import that waits for an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBatch {
    pub digest: String,
    pub why: String,
    pub given: u32,
    pub needed: u32,
}

/// What is put off since it failed again and again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quarantine {
    pub count: u64,
    pub oldest: Option<Instant>,
}

/// Reads that did not see everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    pub runs: u32,
    pub since: Instant,
    /// The first thing that was missing.
    pub first: String,
}

/// What a connection stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Whose connection it is: `target ad`, `mail`.
    pub of: String,
    /// `the certificate of ldaps://dc1`, `the token`.
    pub what: String,
    pub until: Instant,
    pub renewal: String,
}

/// What the last proof of the log said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHealth {
    pub at: Instant,
    /// What is wrong with it.
    pub broken: Option<String>,
}

/// The file system that the roster lies on, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    pub free: u64,
    pub size: u64,
}

/// One way by which letters get out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelHealth {
    /// `mail`, `webhook ops`, `folder audit`.
    pub name: String,
    pub waiting: u64,
    /// The oldest letter that waits.
    pub oldest: Option<Instant>,
    /// Letters that were given up.
    pub failed: u64,
    /// What came of the last try that failed.
    pub why: Option<String>,
}
