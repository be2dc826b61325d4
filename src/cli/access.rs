//! `access KIND ID --at DAY`: which accounts and groups a person had, or who was in a group, on a day.

use super::invocation::Invocation;
use crate::org::{Day, FactKind};
use crate::report::text;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// person or group
    kind: FactKind,
    /// Its id, or words that only it is found by
    #[arg(required = true)]
    id: Vec<String>,
    /// The day; today without one
    #[arg(long, value_name = "DAY")]
    at: Option<Day>,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let engine = invocation.engine().await?;
    let at = args.at.unwrap_or(engine.today());
    let document = engine.access(args.kind, &args.id.join(" "), at).await?;
    invocation.output.either(&document, |document| text::access(document, engine.zone()))?;
    Ok(Exit::Done)
}
