//! The use cases: the only place where pure code and the outside meet.
//!
//! An [`Engine`] has the store, the configuration and the clock. A [`Command`] is what a verb asks of it, in process
//! or over the control socket; [`perform`] answers with a [`Document`](crate::report::Document) and an [`Exit`].

mod access;
mod adopt;
mod apply;
mod approve;
mod check;
mod clocks;
mod command;
mod comparison;
mod consent;
mod delivery;
mod drift;
mod edit;
mod engine;
mod erase;
mod execute;
mod experience;
mod expiry;
mod explain;
mod failure;
mod find;
mod following;
mod identify;
mod import;
mod init;
mod lease;
mod links;
mod log;
mod look;
mod map_test;
mod mapped;
mod names;
mod observe;
mod perform;
mod propose;
mod reading;
mod recover;
mod refused;
mod rehearse;
mod retain;
mod revert;
mod room;
mod rules;
mod schema;
mod serve;
mod sight;
mod sources;
mod stored;
mod window;

pub use check::check;
pub use command::{Answer, Command, Exit, Phase, Progress, Silent};
pub use delivery::{Delivery, Known};
pub use engine::{Engine, load};
pub use failure::Failure;
pub use find::search;
pub use init::init;
pub use lease::{Holder, Lease, LeaseError};
pub use look::ExportOptions;
pub use perform::perform;
pub use serve::{Job, JobKind};
