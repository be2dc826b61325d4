//! `run [TARGET…]`: what the schedule does.

use super::session::Session;
use crate::run::{Command, Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The targets; all of them without one
    targets: Vec<String>,
}

pub(super) async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let targets = session.known_targets(args.targets).await?;
    session.answer(Command::Run { targets }).await
}
