//! `apply DIGEST` and `apply TARGET…`.

use super::artefact;
use super::consent::{ask, on_terminal};
use super::invocation::Invocation;
use super::output::note;
use crate::reconcile::Digest;
use crate::report::{Document, PlanDocument, text};
use crate::run::{Answer, Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The digest of a stored plan or the file it was exported to, or targets to propose and apply for
    #[arg(required = true, value_name = "DIGEST, FILE or TARGET")]
    what: Vec<String>,
    /// Do not ask; a breached limit still holds
    #[arg(long)]
    yes: bool,
    /// Show what would be applied and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What is to be applied.
#[derive(Debug, PartialEq, Eq)]
enum What {
    Plan(Digest),
    Targets(Vec<String>),
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let what = what(args.what, &invocation.target_names().await?)?;
    match what {
        What::Plan(digest) if args.dry_run => rehearse(&digest, invocation).await,
        What::Plan(digest) => invocation.answer(Command::ApplyPlan { digest: digest.to_string() }).await,
        What::Targets(targets) => {
            let targets = invocation.known_targets(targets).await?;
            if args.dry_run {
                return invocation.answer(Command::Plan { targets, at: None }).await;
            }
            if !args.yes && on_terminal() && !consent(&targets, invocation).await? {
                note("Nothing was applied.");
                return Ok(Exit::Pending);
            }
            invocation.answer(Command::ApplyTargets { targets }).await
        }
    }
}

/// A single argument of 32 hexadecimal digits is a digest, and a file holds a plan, unless a target has that name.
fn what(words: Vec<String>, targets: &[String]) -> Result<What, Failure> {
    Ok(match words.as_slice() {
        [word] if !targets.contains(word) => match artefact::digest(word)? {
            Some(digest) => What::Plan(digest),
            None => What::Targets(words),
        },
        _ => What::Targets(words),
    })
}

/// Proposes anew and shows the plan of this digest, if it is still what would be done.
async fn rehearse(digest: &Digest, invocation: &Invocation) -> Result<Exit, Failure> {
    let Answer { document, .. } = invocation.dispatch(Command::Plan { targets: Vec::new(), at: None }).await?;
    if let Document::Plan(mut plan) = document {
        plan.plans.retain(|plan| plan.digest == *digest);
        plan.errors.clear();
        if let [one] = plan.plans.as_slice() {
            let exit = if one.steps.is_empty() { Exit::Done } else { Exit::Pending };
            invocation.output.document(&Document::Plan(plan), &invocation.zone().await)?;
            return Ok(exit);
        }
    }
    Err(Failure {
        exit: Exit::Held,
        message: format!("{digest} is not what would be done now"),
        hint: Some("`rosterd plan` shows what would be".into()),
    })
}

/// Shows the counts and asks. Nothing is asked when nothing can be applied.
async fn consent(targets: &[String], invocation: &Invocation) -> Result<bool, Failure> {
    let answer = invocation.dispatch(Command::Plan { targets: targets.to_vec(), at: None }).await?;
    let Document::Plan(plan) = answer.document else { return Ok(true) };
    if !needs_consent(&plan) {
        return Ok(true);
    }
    Ok(ask(&text::summary(&plan, &invocation.zone().await), "Apply this?"))
}

fn needs_consent(plan: &PlanDocument) -> bool {
    plan.plans.iter().any(|plan| !plan.steps.is_empty() && (plan.breaches.is_empty() || plan.approved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_known_by_its_form_and_a_target_by_its_name() {
        let digest = "0123456789abcdef0123456789abcdef";
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        assert!(matches!(what(words(&[digest]), &words(&["ad"])), Ok(What::Plan(_))));
        assert_eq!(what(words(&[digest]), &words(&[digest])), Ok(What::Targets(words(&[digest]))));
        assert_eq!(what(words(&["ad"]), &words(&["ad"])), Ok(What::Targets(words(&["ad"]))));
        assert_eq!(what(words(&[digest, "ad"]), &words(&["ad"])), Ok(What::Targets(words(&[digest, "ad"]))));
    }
}
