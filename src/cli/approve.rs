//! `approve DIGEST`: consent to a stored plan or a held import.

use super::session::Session;
use crate::reconcile::Digest;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The digest that `plan` or `import` showed
    digest: Digest,
}

pub(super) async fn run(args: &Args, session: &Session) -> Result<Exit, Failure> {
    session.answer(Command::Approve { digest: args.digest.to_string() }).await
}
