//! `runs`: the run ledger.

use super::invocation::Invocation;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many, from the newest
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..))]
    limit: i64,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let answer = invocation.look(Command::Runs { limit: args.limit }).await?;
    invocation.output.document(&answer.document, &invocation.zone().await)?;
    Ok(answer.exit)
}
