//! `status`: the health of every target.

use super::invocation::Invocation;
use crate::report::text;
use crate::run::{Exit, Failure};

pub(super) async fn run(invocation: &Invocation) -> Result<Exit, Failure> {
    let document = invocation.engine().await?.status().await?;
    invocation.output.either(&document, text::status)?;
    Ok(Exit::Done)
}
