//! `suspend PERSON` and `resume PERSON`: keep somebody out, at once and until it is taken back.

use super::invocation::Invocation;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct SuspendArgs {
    /// The id; or exactly a login, a mail, a number or the whole name
    person: String,
    /// Why, for the log
    #[arg(long)]
    note: String,
    /// Show who is meant and do nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    /// The id; or exactly a login, a mail, a number or the whole name
    person: String,
    /// Why, for the log
    #[arg(long)]
    note: Option<String>,
    /// Show who is meant and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn suspend(args: SuspendArgs, invocation: &Invocation) -> Result<Exit, Failure> {
    let SuspendArgs { person, note, dry_run } = args;
    invocation.answer(Command::Suspend { person, note, dry_run }).await
}

pub(super) async fn resume(args: ResumeArgs, invocation: &Invocation) -> Result<Exit, Failure> {
    let ResumeArgs { person, note, dry_run } = args;
    invocation.answer(Command::Resume { person, note, dry_run }).await
}
