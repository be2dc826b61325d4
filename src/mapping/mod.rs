//! What should be: the objects that a target should hold, from a snapshot of the roster. Pure.
//!
//! [`Rules`] say, per target and kind of object, which expression gives which attribute. A [`Mapper`] evaluates them
//! on demand, one object at a time. The [`lifecycle`] says who has an account on the day, and what for. Names are given
//! by [`naming`], once for all targets. Nothing here looks
//! anything up outside the snapshot, and nothing is reserved.

mod accepted_field;
mod account;
mod adopt;
mod classes;
mod context;
mod folders;
mod further;
mod groups;
pub mod lifecycle;
mod mapper;
mod named;
pub mod naming;
mod rules;
mod scope;
mod suspended;
mod trace;
mod unit;
mod user;

pub use accepted_field::accepted_field;
pub use account::{AccountRule, ORDINARY, account_id, engagement_of};
pub use adopt::Login;
pub use groups::{By, GroupRule, group_id};
pub use mapper::{Inputs, Mapper, values as outcome_values};
pub use naming::{Given, Naming, NamingRules};
pub use rules::{AdoptRule, AttributeRule, KindRules, Place, Rules, WhenEmpty};
pub use scope::{Leaves, Scope};
pub use suspended::suspended;
pub use trace::{Source, Trace, Traced, TracedAttribute};
