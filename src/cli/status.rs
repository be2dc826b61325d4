//! `status`: the health of every target.

use super::session::Session;
use crate::report::text;
use crate::run::{Exit, Failure};

pub(super) async fn run(session: &Session) -> Result<Exit, Failure> {
    let document = session.engine().await?.status().await?;
    session.output.either(&document, text::status)?;
    Ok(Exit::Done)
}
