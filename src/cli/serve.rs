//! `serve`: the daemon.

use std::path::Path;

use super::invocation::Invocation;
use crate::run::{Exit, Failure};

pub(super) async fn run(invocation: &Invocation) -> Result<Exit, Failure> {
    serve(invocation.config()).await
}

/// Stands in for the daemon's own function.
async fn serve(_config: &Path) -> Result<Exit, Failure> {
    Err(Failure {
        exit: Exit::Failed,
        message: "this build has no daemon".into(),
        hint: Some("run `rosterd run` from a timer".into()),
    })
}
