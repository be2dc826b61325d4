//! `check`: the configuration, and with `--online` a preflight of each target and each way that letters leave.

use super::invocation::Invocation;
use crate::report::text;
use crate::run::{self, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Connect to each target, sign in and look around; writes nothing but a canary user that is allowed. Try the mail
    /// server, webhooks and folders too, and send nothing
    #[arg(long)]
    online: bool,
    /// Take what the services do now for their way, where it is another than before
    #[arg(long, requires = "online")]
    pin: bool,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let document = run::check(invocation.config(), args.online, args.pin, invocation.clock().as_ref()).await?;
    invocation.output.either(&document, text::check)?;
    Ok(match document.ok {
        true => Exit::Done,
        false if document.problems.is_empty() => Exit::Failed,
        false => Exit::Usage,
    })
}
