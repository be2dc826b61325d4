//! `revert RUN`: proposes what undoes a run, as a plan like any other.

use super::invocation::Invocation;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The number that `runs` shows
    run: i64,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    invocation.answer(Command::Revert { run: args.run }).await
}
