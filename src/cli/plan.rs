//! `plan [TARGET…]`: observe and propose.

use std::path::{Path, PathBuf};

use super::artefact;
use super::invocation::Invocation;
use super::output::{note, write_file};
use crate::org::Day;
use crate::reconcile::Digest;
use crate::report::Document;
use crate::run::{Answer, Command, Exit, Failure};

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
    /// Show a stored plan by its digest, or an exported one in a file, and propose nothing
    #[arg(long, value_name = "DIGEST or FILE", conflicts_with_all = ["targets", "at", "other"])]
    stored: Option<String>,
    /// Export to this file, as JSON that is refused when it is altered
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    if let Some(stored) = &args.stored {
        return show(stored, args.out.as_deref(), invocation).await;
    }
    let answer = match &args.other {
        // the file lies where the verb is, and no target is asked
        Some(other) => invocation.engine().await?.rehearse(other, &args.targets, args.at).await?,
        None => {
            let targets = invocation.known_targets(args.targets).await?;
            invocation.dispatch(Command::Plan { targets, at: args.at }).await?
        }
    };
    put(answer, args.out.as_deref(), invocation).await
}

/// Shows a plan that was made before.
async fn show(stored: &str, out: Option<&Path>, invocation: &Invocation) -> Result<Exit, Failure> {
    let answer = match stored.parse::<Digest>() {
        Ok(digest) => invocation.dispatch(Command::Stored { digest: digest.to_string() }).await?,
        Err(_) => Answer { exit: Exit::Done, document: Document::Plan(artefact::read(Path::new(stored))?) },
    };
    put(answer, out, invocation).await
}

async fn put(answer: Answer, out: Option<&Path>, invocation: &Invocation) -> Result<Exit, Failure> {
    match (out, answer.document) {
        (Some(file), Document::Plan(document)) => {
            write_file(file, artefact::written(document)?.as_bytes())?;
            note(&format!("wrote {}", file.display()));
        }
        (_, document) => invocation.output.document(&document, &invocation.zone().await)?,
    }
    Ok(answer.exit)
}
