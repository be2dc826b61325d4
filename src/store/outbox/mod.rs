//! The outbox: what goes out by itself, one row for each letter and each way that it goes. A letter is kept in the
//! transaction that knows of it, so that neither is there without the other. Knows rows and states; what is sent, how and
//! when again is decided by [`run`](crate::run).
//!
//! A row is `waiting` until it is tried, `sending` while it is, and then `sent`, `failed`, or `waiting` again. Who dies
//! while it is `sending` does not know whether it was taken: the next one tries it again, under the same id.

mod look;
mod posting;
mod sending;
#[cfg(test)]
mod tests;

pub use look::{LetterRow, OutboxLine};
pub use sending::Waiting;

use uuid::Uuid;

use super::StoreError;
use crate::org::Instant;

/// What is told, in all the forms that any way needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub id: Uuid,
    /// Of the report, or `alarm`: files are named by it.
    pub name: String,
    /// One line.
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    /// In the forms that are asked for beside these two.
    pub files: Vec<LetterFile>,
    /// What a webhook gets: a JSON document.
    pub json: String,
    /// In its language: what a mail says before the names of files that are too large for it.
    pub missing: String,
    pub at: Instant,
}

/// One form of a letter, as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterFile {
    /// What its name ends with: `csv`.
    pub ending: String,
    /// Its media type: `text/csv`.
    pub media: String,
    pub content: Vec<u8>,
}

/// How a letter reaches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    Mail,
    Webhook,
    Folder,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::Mail, Self::Webhook, Self::Folder];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::Folder => "folder",
        }
    }
}

/// One way that a letter goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    pub channel: Channel,
    /// An address of mail, or the name of a webhook or a folder.
    pub to: String,
}

fn uuid(text: &str) -> Result<Uuid, StoreError> {
    Uuid::parse_str(text).map_err(|error| StoreError::Damaged(format!("an id of the outbox: {error}")))
}

fn way(channel: &str, to: String) -> Result<Way, StoreError> {
    let known = Channel::ALL.into_iter().find(|one| one.as_str() == channel);
    let channel = known.ok_or_else(|| StoreError::Damaged(format!("the outbox has a channel {channel:?}")))?;
    Ok(Way { channel, to })
}
