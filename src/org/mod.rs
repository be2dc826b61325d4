//! What we know: the organisation's facts, on two time axes. Pure.
//!
//! *Valid* says when something is true in the world, in whole days, half-open ([`Interval`]). *Known* says when it
//! was recorded ([`Instant`]). A [`Fact`] is one statement about one thing, a [`Version`] a fact with its days, a
//! [`Snapshot`] the roster cut at one day and one known instant. Nothing here reads a clock, a file or a database.

mod account;
mod batch;
pub mod chief;
mod class;
mod custom;
mod day_format;
mod engagement;
mod exchange;
mod fact;
mod fraction;
mod group;
pub mod history;
mod id;
mod index;
pub mod intake;
mod intake_plan;
mod key;
mod kind;
mod manager;
mod membership;
mod national_id;
mod person;
pub mod primary;
mod problem;
mod reference;
mod resolve;
mod snapshot;
mod tenure;
mod time;
mod tree;
mod unit;
mod units;

pub use account::Account;
pub use batch::{Batch, Completeness, Floor, Header, Line, NATIONAL_ID, States, problems_between};
pub use chief::ManagerFound;
pub use class::Class;
pub use custom::Custom;
pub use day_format::{DayFormat, DayFormatError};
pub use engagement::Engagement;
pub use exchange::LineError;
pub use fact::{Fact, Version};
pub use fraction::{Fraction, FractionError};
pub use group::Group;
pub use id::{ClassId, Id};
pub use intake_plan::{Counts, IntakePlan, Lost, NewRow, Stored, StoredRow};
pub use key::Key;
pub use kind::{FactKind, UnknownKind};
pub use manager::Manager;
pub use membership::Membership;
pub use national_id::{KEY_BYTES, SealError, Sealed, Sealer};
pub use person::Person;
pub use primary::Primary;
pub use problem::{MOST_PROBLEMS, Problem};
pub use reference::{Field, Reference, SourceKey};
pub use snapshot::{Snapshot, SnapshotBuilder};
pub use tenure::{Days, Tenure};
pub use time::{Day, DayError, Instant, Interval};
pub use tree::Tree;
pub use unit::Unit;
