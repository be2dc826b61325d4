//! `serve`: the daemon.

use std::sync::Arc;

use super::actor::actor;
use super::invocation::Invocation;
use crate::daemon;
use crate::run::{Exit, Failure};

pub(super) async fn run(invocation: &Invocation) -> Result<Exit, Failure> {
    daemon::serve(invocation.config(), Arc::clone(invocation.clock()), actor()).await?;
    Ok(Exit::Done)
}
