//! The use cases: the only place where pure code and the outside meet.
//!
//! An [`Engine`] has the store, the configuration and the clock. A [`Command`] is what a verb asks of it, in process
//! or over the control socket; [`perform`] answers with a [`Document`](crate::report::Document) and an [`Exit`].

mod command;
mod engine_stub;

pub use command::{Answer, Command, Exit, Phase, Progress, Silent};
pub use engine_stub::{Engine, ExportOptions, Failure, check, init, perform};
