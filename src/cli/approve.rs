//! `approve DIGEST`: consent to a stored plan or a held import.

use super::invocation::Invocation;
use crate::reconcile::Digest;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The digest that `plan` or `import` showed
    digest: Digest,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    invocation.answer(Command::Approve { digest: args.digest.to_string() }).await
}
