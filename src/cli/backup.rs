//! `backup FILE`: a copy of the roster, online.

use std::path::PathBuf;

use super::invocation::Invocation;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to; nothing may be there yet
    file: PathBuf,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let document = invocation.engine().await?.backup(&args.file).await?;
    let zone = invocation.zone().await;
    invocation.output.either(&document, |made| {
        format!("wrote {}, a copy of the roster {} as of {}\n", made.file, made.roster, made.taken.local(&zone))
    })?;
    Ok(Exit::Done)
}
