//! `find TEXT`: people, units, groups and more by what they are called.

use super::invocation::Invocation;
use crate::org::{Day, Instant};
use crate::report::text;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Words of names, logins, keys, numbers, mails or ids; all of them must be found
    #[arg(required = true)]
    text: Vec<String>,
    /// As of this day; without it, today
    #[arg(long, value_name = "DAY")]
    at: Option<Day>,
    /// As it was known at this instant; without it, now
    #[arg(long, value_name = "INSTANT")]
    known_at: Option<Instant>,
    /// How many to list, from the best
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let document = invocation.reader().await?.find(&args.text.join(" "), args.at, args.known_at, limit).await?;
    invocation.output.either(&document, text::find)?;
    Ok(Exit::Done)
}
