//! `serve`: the daemon.

use std::sync::Arc;

use super::actor::actor;
use super::invocation::Invocation;
use crate::daemon;
use crate::run::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Wait until no other daemon serves the roster, and take over then
    #[arg(long)]
    standby: bool,
}

pub(super) async fn run(args: &Args, invocation: &Invocation) -> Result<Exit, Failure> {
    daemon::serve(invocation.config(), args.standby, Arc::clone(invocation.clock()), actor()).await?;
    Ok(Exit::Done)
}
