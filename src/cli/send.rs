//! `send REPORT`: a report of the configuration, made now and sent to whom it goes.

use super::invocation::Invocation;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name of its section: nightly for [report.nightly]
    report: String,
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    invocation.answer(Command::Send { report: args.report }).await
}
