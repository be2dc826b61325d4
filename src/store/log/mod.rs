//! The log: a hash chain over everything that was written with a meaning.
//!
//! Commits of facts, approvals, the begin and end of runs and the receipts of steps each append one entry, in the
//! transaction of the write itself. The chain is keyed: who has the file but not the key can break it, but not mend it.
//! What was cut off at its end is found by the [`Head`], which is kept outside the database too.

mod adopt;
mod append;
mod chain;
mod facts;
mod head;
mod sum;
mod taken;
mod verify;

pub(super) use adopt::append_commits;
pub(super) use append::{Record, append, append_all, erase_payload};
pub use chain::{LogKey, LogKeyError};
pub(super) use facts::{Columns, Digester};
pub use head::Head;
pub(super) use taken::{ERASURE, RETENTION, Taken};
pub use verify::{Break, Proof};

use super::error::StoreError;

/// How a store stands to its log.
#[derive(Debug, Default)]
pub(super) enum Log {
    /// Opened without the key: to read only.
    #[default]
    NoKey,
    Keyed(LogKey),
    /// The key did not make this log.
    OtherKey(LogKey),
    /// The log is empty, and the head file names an entry of it.
    Emptied(LogKey),
}

impl Log {
    /// The key to append with.
    pub(super) fn key(&self) -> Result<&LogKey, StoreError> {
        match self {
            Self::Keyed(key) => Ok(key),
            Self::NoKey => Err(StoreError::NoLogKey),
            Self::OtherKey(_) => Err(StoreError::OtherLogKey),
            Self::Emptied(_) => Err(StoreError::LogEmptied),
        }
    }

    /// The key to verify with, whether it fits or not.
    pub(super) fn any_key(&self) -> Result<&LogKey, StoreError> {
        match self {
            Self::Keyed(key) | Self::OtherKey(key) | Self::Emptied(key) => Ok(key),
            Self::NoKey => Err(StoreError::NoLogKey),
        }
    }
}
