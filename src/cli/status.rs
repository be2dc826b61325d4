//! `status`: the health of every target.

use super::session::Session;
use crate::control;
use crate::report::text;
use crate::run::{Exit, Failure};

pub(super) async fn run(session: &Session) -> Result<Exit, Failure> {
    let engine = session.engine().await?;
    let mut document = engine.status().await?;
    document.daemon = control::answers(&engine.socket()).await;
    if !document.daemon {
        // without a daemon the schedule is only a plan
        document.targets.iter_mut().for_each(|target| target.next = None);
    }
    session.output.either(&document, text::status)?;
    Ok(Exit::Done)
}
