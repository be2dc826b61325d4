//! `export`: the roster in the exchange format, on standard output.

use std::io::Write as _;

use super::invocation::Invocation;
use super::output::{Stream, written};
use crate::org::{Day, Instant};
use crate::run::{Exit, ExportOptions, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what holds on this day
    #[arg(long, value_name = "DAY", conflicts_with = "history")]
    at: Option<Day>,
    /// As it was known at this instant
    #[arg(long, value_name = "INSTANT", conflicts_with = "history")]
    known_at: Option<Instant>,
    /// All that was ever known, with when, by whom and why
    #[arg(long)]
    history: bool,
    /// National ids too, in clear text; without it they are left out
    #[arg(long)]
    with_national_ids: bool,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let options = ExportOptions {
        at: args.at,
        known_at: args.known_at,
        history: args.history,
        with_national_ids: args.with_national_ids,
    };
    let mut out = Stream::new();
    invocation.reader().await?.export(options, &mut out).await?;
    written(out.flush())?;
    Ok(Exit::Done)
}
