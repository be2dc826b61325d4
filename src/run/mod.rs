//! The use cases: the only place where pure code and the outside meet.
//!
//! An [`Engine`] has the store, the configuration and the clock. A [`Command`] is what a verb asks of it, in process
//! or over the control socket; [`perform`] answers with a [`Document`](crate::report::Document) and an [`Exit`].
//!
//! A source comes in by `import`; `propose` reads a target and plans the difference; `apply` guards a plan and carries it
//! out. `hand` is what somebody orders, `ask` what is only read, `watch` and `reports` what goes on beside the runs.

mod apply;
mod ask;
mod command;
mod engine;
mod failure;
mod hand;
mod import;
mod init;
mod lease;
mod log;
mod perform;
mod propose;
mod reload;
mod reports;
mod retain;
mod room;
mod serve;
mod watch;

pub use ask::check::check;
pub use ask::look::ExportOptions;
pub use command::{Answer, Command, Exit, Phase, Progress, Silent};
pub use engine::{Engine, load};
pub use failure::Failure;
pub use import::delivery::{Delivery, Known};
pub use init::init;
pub use lease::{Holder, Lease, LeaseError};
pub use perform::perform;
pub use reload::problem;
pub use reports::{Beside, DAYS, ReportAsk, telling};
pub use watch::alarms::Watch;
pub use watch::post::Lane;
pub use watch::scene::Known as KnownToSchedule;
