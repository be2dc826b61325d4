//! `verify-log`: the proof that nothing in the roster's log was changed behind rosterd's back.

use std::path::PathBuf;

use super::invocation::Invocation;
use crate::report::text;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A copy of the head file that was kept elsewhere; without it, the one beside the roster
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let document = invocation.engine().await?.verify_log(args.head.as_deref()).await?;
    invocation.output.either(&document, text::log)?;
    Ok(if document.whole { Exit::Done } else { Exit::Failed })
}
