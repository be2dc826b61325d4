//! `map test PERSON`: what the rules make of one person.

use super::invocation::Invocation;
use crate::org::Day;
use crate::report::text;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: MapVerb,
}

#[derive(Debug, clap::Subcommand)]
enum MapVerb {
    /// Show each attribute of a person with its value, rule and source; looks at no target
    Test(TestArgs),
}

#[derive(Debug, clap::Args)]
struct TestArgs {
    /// The id of the person, or words that only this person is found by
    #[arg(required = true)]
    person: Vec<String>,
    /// Of this target only
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// As of this day; without it, today
    #[arg(long, value_name = "DAY")]
    at: Option<Day>,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let MapVerb::Test(TestArgs { person, target, at }) = &args.verb;
    let engine = invocation.engine().await?;
    let document = engine.map_test(&person.join(" "), target.as_deref(), *at).await?;
    invocation.output.either(&document, text::mapping)?;
    Ok(Exit::Done)
}
