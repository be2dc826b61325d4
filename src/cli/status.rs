//! `status`: the health of every target.

use super::invocation::Invocation;
use crate::control;
use crate::report::text;
use crate::run::{Exit, Failure};

pub(super) async fn run(invocation: &Invocation) -> Result<Exit, Failure> {
    let engine = invocation.engine().await?;
    let mut document = engine.status().await?;
    document.daemon = control::answers(&engine.socket()).await;
    invocation.output.either(&document, |document| text::status(document, engine.zone()))?;
    Ok(Exit::Done)
}
