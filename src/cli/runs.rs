//! `runs`: the run ledger.

use super::invocation::Invocation;
use crate::report::text;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many, from the newest
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..))]
    limit: i64,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let engine = invocation.reader().await?;
    let document = engine.runs(args.limit).await?;
    invocation.output.either(&document, |document| text::runs(document, engine.zone()))?;
    Ok(Exit::Done)
}
