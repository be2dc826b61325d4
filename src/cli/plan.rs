//! `plan [TARGET…]`: observe and propose.

use std::path::PathBuf;

use super::invocation::Invocation;
use super::output::{note, write_file};
use crate::org::Day;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The targets; all of them without one
    targets: Vec<String>,
    /// Plan for this day; a plan for a day to come is only to look at
    #[arg(long, value_name = "DAY")]
    at: Option<Day>,
    /// Plan by this configuration instead, against what each target showed last; only to look at
    #[arg(long = "try", value_name = "FILE")]
    other: Option<PathBuf>,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let answer = match &args.other {
        // the file lies where the verb is, and no target is asked
        Some(other) => invocation.engine().await?.rehearse(other, &args.targets, args.at).await?,
        None => {
            let targets = invocation.known_targets(args.targets).await?;
            invocation.dispatch(Command::Plan { targets, at: args.at }).await?
        }
    };
    let zone = invocation.zone().await?;
    match &args.out {
        None => invocation.output.document(&answer.document, zone)?,
        Some(file) => {
            write_file(file, &invocation.output.render_document(&answer.document, zone)?)?;
            note(&format!("wrote {}", file.display()));
        }
    }
    Ok(answer.exit)
}
