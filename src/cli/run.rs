//! `run [TARGET…]`: what the schedule does.

use super::invocation::Invocation;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The targets; all of them without one
    targets: Vec<String>,
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let targets = invocation.known_targets(args.targets).await?;
    invocation.answer(Command::Run { targets }).await
}
