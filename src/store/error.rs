//! Why the store could not do what was asked.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no roster at {0}: `rosterd init` makes one")]
    Missing(PathBuf),
    #[error("{0} is there already")]
    Exists(PathBuf),
    #[error("{0} is not a rosterd roster")]
    NotARoster(PathBuf),
    #[error("{0} was written by a newer rosterd: update this one")]
    Newer(PathBuf),
    #[error(
        "{0} was written by an older rosterd: the daemon brings it up to date when it starts, and without one a verb that writes"
    )]
    Older(PathBuf),
    #[error("cannot use the file {path}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{0} is no name that the database can take")]
    NotText(PathBuf),
    #[error("the roster was opened to read only")]
    ReadOnly,
    #[error(
        "the roster was opened without the key of its log, and cannot be written: roster.log_key in the configuration \
         says where it lies, and `rosterd init` makes one that is missing"
    )]
    NoLogKey,
    #[error("the key of the log (roster.log_key) is not the one that this roster's log was begun with")]
    OtherLogKey,
    #[error("the log is empty, and the head file beside the roster names an entry of it: `rosterd verify-log`")]
    LogEmptied,
    #[error("the system gives no randomness: {0}")]
    Randomness(String),
    #[error(
        "the lease of {what} was lost: it was held under number {number}, and somebody took it under {newest} since; nothing \
         more is written"
    )]
    LeaseLost { what: String, number: i64, newest: i64 },
    #[error("the stored plan {0} was altered since it was proposed")]
    Altered(crate::reconcile::Digest),
    #[error("another commit came in between: plan the import again")]
    Stale,
    #[error("the import contradicts itself: {0}")]
    Dangling(crate::org::Problem),
    #[error("the account {0} belongs to the source {1:?}, not to rosterd")]
    NotOurs(String, String),
    #[error("the roster holds a row that cannot be read: {0}")]
    Damaged(String),
    #[error(transparent)]
    Memory(#[from] crate::org::Damaged),
    #[error("the roster's database refused")]
    Database(#[from] sqlx::Error),
    #[error("the roster's tables could not be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    #[error("cannot write the export")]
    Write(#[from] std::io::Error),
    #[error("a version cannot be exported")]
    Line(#[from] crate::org::LineError),
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(format!("its text breaks off or has a wrong field (column {})", error.column()))
    }
}

impl From<crate::org::DayError> for StoreError {
    fn from(error: crate::org::DayError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<crate::org::UnknownKind> for StoreError {
    fn from(error: crate::org::UnknownKind) -> Self {
        Self::Damaged(error.to_string())
    }
}
