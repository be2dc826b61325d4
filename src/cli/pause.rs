//! `pause [TARGET]` and `unpause [TARGET]`: the stop button.

use super::invocation::Invocation;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct PauseArgs {
    /// The target; without one, all of them
    target: Option<String>,
    /// Why, for the log
    #[arg(long)]
    note: String,
    /// Show what would stop and stop nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub struct UnpauseArgs {
    /// The target; without one, all of them
    target: Option<String>,
    /// Why, for the log
    #[arg(long)]
    note: Option<String>,
    /// Show what is paused and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn pause(args: PauseArgs, invocation: &Invocation) -> Result<Exit, Failure> {
    let PauseArgs { target, note, dry_run } = args;
    let target = known(target, invocation).await?;
    invocation.answer(Command::Pause { target, note, dry_run }).await
}

pub(super) async fn unpause(args: UnpauseArgs, invocation: &Invocation) -> Result<Exit, Failure> {
    let UnpauseArgs { target, note, dry_run } = args;
    let target = known(target, invocation).await?;
    invocation.answer(Command::Unpause { target, note, dry_run }).await
}

async fn known(target: Option<String>, invocation: &Invocation) -> Result<Option<String>, Failure> {
    let Some(target) = target else { return Ok(None) };
    let names = invocation.known_targets(vec![target]).await?;
    Ok(names.into_iter().next())
}
