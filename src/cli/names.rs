//! `names preview`: the naming rules over everybody.

use clap::Subcommand;

use super::invocation::Invocation;
use crate::report::text;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show who gets which name by which pattern, who has one, and who gets none and why; nothing is changed
    Preview,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let What::Preview = args.what;
    let document = invocation.engine().await?.names_preview().await?;
    invocation.output.either(&document, text::names)?;
    Ok(Exit::Done)
}
