//! `links TARGET list|adopt|unlink|ignore`: which object belongs to what.

use super::consent::{ask, on_terminal};
use super::invocation::Invocation;
use super::output::note;
use crate::org::Id;
use crate::report::{Document, LinkParts, PlanView, text};
use crate::run::{Answer, Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The target
    target: String,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// List every link, what is wanted without one, and what is in scope without one
    List {
        /// Only what is wanted without a link
        #[arg(long)]
        unlinked: bool,
        /// Only objects in scope without a link
        #[arg(long)]
        unmanaged: bool,
        /// Only what the adoption rules find, and not plainly
        #[arg(long)]
        ambiguous: bool,
    },
    /// Take over objects that are there already: writes our stamp into them, and nothing else
    Adopt {
        /// The key of what is wanted; without it, the rules of the configuration decide
        #[arg(requires = "object")]
        key: Option<String>,
        /// The id of its object
        object: Option<String>,
        /// Show what would be taken over and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Do not ask; a breached limit still holds. With a key, take over what the target protects, too
        #[arg(long)]
        yes: bool,
    },
    /// Forget that an object is ours; the object itself stays
    Unlink {
        key: String,
        /// Why, for the records
        #[arg(long, value_parser = said)]
        note: String,
        /// Show what would be forgotten and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Say that an object is none of ours: it is never adopted, and no plan speaks of it
    Ignore {
        /// The object's id
        object: String,
        /// Why, for the records
        #[arg(long, value_parser = said)]
        note: String,
        /// Ignore it no longer
        #[arg(long)]
        stop: bool,
    },
}

/// A note says something.
fn said(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() { Err("a note says something") } else { Ok(text.to_owned()) }
}

pub(super) async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let mut names = invocation.known_targets(vec![args.target]).await?;
    let Some(target) = names.pop() else { return Ok(Exit::Usage) };
    match args.act {
        Act::List { unlinked, unmanaged, ambiguous } => {
            let Answer { exit, document } = invocation.dispatch(Command::Links { target }).await?;
            let parts = LinkParts { unlinked, unmanaged, ambiguous };
            let document = match document {
                Document::Links(document) => Document::Links(document.only(parts)),
                other => other,
            };
            invocation.output.document(&document, &invocation.zone().await)?;
            Ok(exit)
        }
        Act::Adopt { key, object, dry_run, yes } => {
            let pair = key.map(Id::new).zip(object);
            adopt(Command::Adopt { target, pair, protected: yes }, dry_run, yes, invocation).await
        }
        Act::Unlink { key, note, dry_run, yes } => {
            let command = |dry_run| {
                let (target, key, note) = (target.clone(), Id::new(key.as_str()), note.clone());
                Command::Unlink { target, key, note, dry_run }
            };
            if !dry_run && !yes && on_terminal() && !shown(command(true), "Forget this link?", invocation).await? {
                return Ok(Exit::Pending);
            }
            invocation.answer(command(dry_run)).await
        }
        Act::Ignore { object, note, stop } => invocation.answer(Command::Ignore { target, object, note, stop }).await,
    }
}

/// Proposes an adoption, and has exactly that applied when it is wanted.
async fn adopt(command: Command, dry_run: bool, yes: bool, invocation: &Invocation) -> Result<Exit, Failure> {
    let Answer { exit, document } = invocation.dispatch(command).await?;
    let applicable = |plan: &&PlanView| !plan.steps.is_empty() && (plan.breaches.is_empty() || plan.approved);
    let digest = match &document {
        Document::Plan(plans) => plans.plans.iter().find(applicable).map(|plan| plan.digest.to_string()),
        _ => None,
    };
    let zone = invocation.zone().await;
    let Some(digest) = digest.filter(|_| !dry_run && (yes || on_terminal())) else {
        invocation.output.document(&document, &zone)?;
        return Ok(exit);
    };
    if !yes && !ask(&text::document(&document, &zone), "Take these over?") {
        note("Nothing was taken over.");
        return Ok(Exit::Pending);
    }
    invocation.answer(Command::ApplyPlan { digest }).await
}

/// Shows what would be done, and asks.
async fn shown(rehearsal: Command, question: &str, invocation: &Invocation) -> Result<bool, Failure> {
    let document = invocation.dispatch(rehearsal).await?.document;
    let consent = ask(&text::document(&document, &invocation.zone().await), question);
    if !consent {
        note("Nothing was done.");
    }
    Ok(consent)
}
