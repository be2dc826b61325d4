//! What we know: the organisation's facts, on two time axes. Pure.
//!
//! *Valid* says when something is true in the world, in whole days, half-open ([`Interval`]). *Known* says when it
//! was recorded ([`Instant`]). A [`Fact`] is one statement about one thing, a [`Version`] a fact with its days, a
//! [`Snapshot`] the roster cut at one day and one known instant. Nothing here reads a clock, a file or a database.

mod account;
mod ancestry;
mod association;
mod batch;
pub mod chief;
mod class;
mod contact;
mod contact_form;
mod contacts;
mod custom;
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
mod intended;
mod key;
mod kind;
mod leave;
mod manager;
mod membership;
mod national_id;
mod person;
mod position;
pub mod primary;
mod problem;
mod reference;
mod relation;
mod resolve;
mod snapshot;
mod tenure;
mod time;
mod tree;
mod unit;

pub use account::Account;
pub use association::Association;
pub use batch::{Batch, Completeness, Header, Line, NATIONAL_ID, States, problems_between};
pub use chief::ManagerFound;
pub use class::Class;
pub use contact::{Contact, Visibility};
pub use contact_form::ContactForm;
pub use custom::Custom;
pub use engagement::Engagement;
pub use exchange::LineError;
pub use fact::{Fact, Version};
pub use fraction::{Fraction, FractionError};
pub use group::Group;
pub use id::{ClassId, Id};
pub use intake_plan::{Counts, IntakePlan, Lost, NewRow, Stored, StoredRow};
pub use key::Key;
pub use kind::{FactKind, UnknownKind};
pub use leave::Leave;
pub use manager::Manager;
pub use membership::Membership;
pub use national_id::{KEY_BYTES, SealError, Sealed, Sealer};
pub use person::Person;
pub use position::Position;
pub use primary::Primary;
pub use problem::{MOST_PROBLEMS, Problem};
pub use reference::{Field, Reference, SourceKey};
pub use relation::Relation;
pub use snapshot::{Snapshot, SnapshotBuilder};
pub use tenure::{Days, Tenure};
pub use time::{Day, DayError, Instant, Interval};
pub use tree::Tree;
pub use unit::Unit;
