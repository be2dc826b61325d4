//! `check`: the configuration, and with `--online` a preflight of each target.

use super::invocation::Invocation;
use crate::report::text;
use crate::run::{self, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Connect to each target, sign in and look around; writes nothing
    #[arg(long)]
    online: bool,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let document = run::check(invocation.config(), args.online, invocation.clock().as_ref()).await?;
    invocation.output.either(&document, text::check)?;
    Ok(match document.ok {
        true => Exit::Done,
        false if document.problems.is_empty() => Exit::Failed,
        false => Exit::Usage,
    })
}
