//! What is wrong, and who was told. Pure: a [`Health`] goes in, alarms come out, and what of them is news.
//!
//! [`TABLE`] has one row for each condition: its name, how severe it is, the threshold that may be set, and the
//! function that finds it. Configuration, documentation and tests iterate over it. [`tell`] compares what is found
//! with what was told before: one message when an alarm comes, one when it becomes another, one when it is over.
//! Knows nothing of where the facts come from, how a message travels, or what the time is.

mod both;
mod clocks;
mod health;
mod machine;
mod notice;
mod plans;
mod reading;
mod reports;
mod rows;
mod sources;
mod table;
mod telling;

pub use both::Both;
pub use health::{
    ChannelHealth, ConfigurationHealth, Disk, End, Health, HeldBatch, HeldPlan, Late, LogHealth, Order, Partial,
    Quarantine, Refusal, ReportHealth, SourceHealth, TargetHealth, Why,
};
pub use notice::{Notice, notice};
pub use table::{Alarm, Found, Row, Severity, TABLE, Threshold, Thresholds, evaluate, row};
pub use telling::{Known, News, Telling, Turn, tell};

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that fails should stop at once")]
mod tests;
