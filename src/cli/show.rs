//! `show KIND ID`: one thing of the roster.

use super::invocation::Invocation;
use crate::org::{Day, FactKind, Instant};
use crate::report::text;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// person, unit, engagement, group, …: a kind of the exchange format
    kind: FactKind,
    /// Its id
    id: String,
    /// As of this day; without it, today
    #[arg(long, value_name = "DAY", conflicts_with = "history")]
    at: Option<Day>,
    /// As it was known at this instant; without it, now
    #[arg(long, value_name = "INSTANT")]
    known_at: Option<Instant>,
    /// Its whole timeline
    #[arg(long)]
    history: bool,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let engine = invocation.reader().await?;
    let shown = engine.show(args.kind.name(), &args.id, args.at, args.known_at, args.history).await?;
    invocation.output.either(&shown, text::value)?;
    Ok(Exit::Done)
}
