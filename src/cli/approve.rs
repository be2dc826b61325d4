//! `approve DIGEST [--only PART …]`: consent to a stored plan or a held import.

use super::artefact;
use super::invocation::Invocation;
use crate::reconcile::{Digest, Part};
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The digest that `plan` or `import` showed, or the file that a plan was exported to
    #[arg(value_name = "DIGEST or FILE")]
    digest: String,
    /// Only this part of the plan, with what it needs: an operation such as disable, kind=user, an id, or the id of a step
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let digest = match artefact::digest(&args.digest)? {
        Some(digest) => digest,
        None => args.digest.parse::<Digest>().map_err(|error| Failure::because(Exit::Usage, "approve", &error))?,
    };
    invocation.answer(Command::Approve { digest: digest.to_string(), only: args.only.clone() }).await
}
