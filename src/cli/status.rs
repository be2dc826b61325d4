//! `status`: the health of every target.

use super::invocation::Invocation;
use crate::report::{ConfigurationStatus, Document, FileStatus, StatusDocument};
use crate::run::{Command, Exit, Failure};

pub(super) async fn run(invocation: &Invocation) -> Result<Exit, Failure> {
    let answer = invocation.look(Command::Status).await?;
    let document = match answer.document {
        Document::Status(status) => Document::Status(beside_file(status, invocation).await),
        other => other,
    };
    invocation.output.document(&document, &invocation.zone().await)?;
    Ok(answer.exit)
}

/// The daemon knows what it read; what the file is by now, only who looks at it does.
async fn beside_file(status: StatusDocument, invocation: &Invocation) -> StatusDocument {
    let daemon = status.daemon || invocation.is_served().await;
    let Some(configuration) = status.configuration else { return StatusDocument { daemon, ..status } };
    let file = match invocation.loaded().await {
        Ok(loaded) if loaded.generation == configuration.generation => None,
        Ok(loaded) => {
            let refused = configuration.refused.as_ref().and_then(|refused| refused.needs_restart.as_ref());
            let is_refused = refused == Some(&loaded.generation);
            Some(if is_refused { FileStatus::Restart } else { FileStatus::Changed })
        }
        Err(_) => invocation.problem().await.map(FileStatus::Wrong),
    };
    StatusDocument { daemon, configuration: Some(ConfigurationStatus { file, ..configuration }), ..status }
}
