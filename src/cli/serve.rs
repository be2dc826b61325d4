//! `serve`: the daemon.

use std::path::Path;

use super::session::Session;
use crate::run::{Exit, Failure};

pub(super) async fn run(session: &Session) -> Result<Exit, Failure> {
    serve(session.config()).await
}

/// Stands in for the daemon's own function.
async fn serve(_config: &Path) -> Result<Exit, Failure> {
    Err(Failure {
        exit: Exit::Failed,
        message: "this build has no daemon".into(),
        hint: Some("run `rosterd run` from a timer".into()),
    })
}
