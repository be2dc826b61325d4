//! `serve`: the daemon.

use std::sync::Arc;

use super::actor::actor;
use super::session::Session;
use crate::daemon;
use crate::run::{Exit, Failure};

pub(super) async fn run(session: &Session) -> Result<Exit, Failure> {
    daemon::serve(session.config(), Arc::clone(session.clock()), actor()).await?;
    Ok(Exit::Done)
}
