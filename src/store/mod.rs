//! The memory: one SQLite file. IO; the only place with SQL.
//!
//! One writer connection per process, whose transactions begin immediately, and readers apart that can only read, so
//! that a daemon can write while verbs read. Knows tables and transactions; what should be written is decided by the
//! pure modules. New migrations go into `migrations/` under the next number and never change once released.

mod accepted;
mod access;
mod accounts;
mod alarms;
mod approvals;
mod batches;
mod clock;
mod commit;
mod copy;
mod drift;
pub mod durable;
mod erase;
mod error;
mod experience;
mod export;
mod export_past;
mod fence;
mod file;
mod findings;
mod folder_files;
mod imports;
mod journal;
mod links;
mod log;
mod marks;
mod members;
mod names;
mod observation;
mod orders;
mod outbox;
mod past;
mod plans;
mod read;
mod receipts;
mod reserve;
mod rest;
mod retention;
mod row;
mod rows;
mod rules;
mod runs;
mod schedule;
mod schemas;
mod show;
mod status;
mod tally;
mod tried;
mod upgrade;
mod worded;
mod writes;

pub use accepted::{Pair, Written};
pub use accounts::OWN_SOURCE;
pub use alarms::AlarmRow;
pub use batches::{BatchOutcome, BatchRecord};
pub use clock::ClockMark;
pub use commit::CommitMeta;
pub use copy::Copied;
pub use drift::DriftRow;
pub use erase::{Erasure, LeftObject, Tombstone};
pub use error::StoreError;
pub use export::ExportOptions;
pub use fence::Fence;
pub use findings::{StoredFinding, Telling, TellingPart, keep_findings};
pub use folder_files::FolderFile;
pub use journal::{DoneStep, Entry, Linking, Page};
pub use links::{Ignored, LinkRow, Owned};
pub use log::{Break, Head, LogKey, LogKeyError, Proof};
pub use members::Joined;
pub use names::ShownNames;
pub use observation::{Conclusion, Differences, Observation, Read, Spool};
pub use orders::Word;
pub use outbox::{Channel, Letter, LetterFile, LetterRow, OutboxLine, Waiting, Way};
pub use receipts::ReceiptRow;
pub use runs::{RunId, RunRecord};
pub use schedule::ScheduleRun;
pub use show::Shown;
pub use tally::{BOUNDS, RunTally, StepTally};
pub use tried::{TriedRow, Try};
pub use writes::WriteRow;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Sqlite, Transaction};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::org::Instant;

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

const READERS: u32 = 4;
/// How much of the file the writer keeps in memory, in KiB as a negative number: SQLite's own measure, since what is
/// kept once is not given back by all C libraries.
const CACHE: &str = "PRAGMA cache_size = -2000";
/// A large import changes the pages of three indexes again and again.
const LARGE_CACHE: &str = "PRAGMA cache_size = -16384";
const PATIENCE: Duration = Duration::from_secs(5);

/// The roster's file, open.
#[derive(Debug)]
pub struct Store {
    writer: Option<SqlitePool>,
    reader: SqlitePool,
    meta: Meta,
    path: PathBuf,
    log: log::Log,
    /// Held while the head file is written.
    head: Mutex<()>,
}

/// What a roster is told when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The roster's own id.
    pub roster: Uuid,
    pub created: Instant,
    /// The time zone that its days are meant in, by IANA name.
    pub zone: String,
}

impl Store {
    /// Makes an empty roster. The file must not be there yet; it is readable by its owner only.
    pub async fn create(path: &Path, zone: &str, now: Instant) -> Result<Self, StoreError> {
        let failed = |source| StoreError::File { path: path.to_owned(), source };
        if path.try_exists().map_err(failed)? {
            return Err(StoreError::Exists(path.to_owned()));
        }
        // under its own name only once it is whole: what a crash leaves is no roster, and in nobody's way
        let unnamed = durable::beside(path, ".partial");
        let made = Self::make(&unnamed, zone, now).await;
        match made.and_then(|()| durable::name(&unnamed, path).map_err(failed)) {
            Ok(()) => Self::with(path, Some(writer_pool(options(path)).await?)).await,
            Err(error) => {
                let _what_is_left = std::fs::remove_file(&unnamed);
                Err(error)
            }
        }
    }

    /// Makes a whole file of an empty roster.
    async fn make(path: &Path, zone: &str, now: Instant) -> Result<(), StoreError> {
        file::create(path)?;
        let id = file::APPLICATION_ID.to_string();
        let writer = writer_pool(options(path).pragma("application_id", id)).await?;
        MIGRATIONS.run(&writer).await.map_err(StoreError::Migrate)?;
        sqlx::query("INSERT INTO meta (one, roster, created, zone) VALUES (1, $1, $2, $3)")
            .bind(Uuid::new_v4().to_string())
            .bind(now.micros())
            .bind(zone)
            .execute(&writer)
            .await?;
        // The file's own head must say what it is, whatever becomes of the log beside it.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&writer).await?;
        writer.close().await;
        let synced = std::fs::File::open(path).and_then(|file| file.sync_all());
        synced.map_err(|source| StoreError::File { path: path.to_owned(), source })
    }

    /// Opens a roster to read and write, and brings its tables up to date. Before they are changed, the roster is copied
    /// to a file beside it, such as `roster.db.before-0005`.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        file::check(path)?;
        let writer = writer_pool(options(path)).await?;
        upgrade::upgrade(path, &writer).await?;
        Self::with(path, Some(writer)).await
    }

    /// Opens a roster that is up to date, to read only.
    pub async fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        file::check(path)?;
        let store = Self::with(path, None).await?;
        let latest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
        let (there,): (i64,) =
            sqlx::query_as("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(&store.reader).await?;
        match there.cmp(&latest) {
            std::cmp::Ordering::Less => Err(StoreError::Older(path.to_owned())),
            std::cmp::Ordering::Equal => Ok(store),
            std::cmp::Ordering::Greater => Err(StoreError::Newer(path.to_owned())),
        }
    }

    async fn with(path: &Path, writer: Option<SqlitePool>) -> Result<Self, StoreError> {
        let options = options(path).read_only(true);
        let reader = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await?;
        let (roster, created, zone): (String, i64, String) =
            sqlx::query_as("SELECT roster, created, zone FROM meta WHERE one = 1").fetch_one(&reader).await?;
        let roster = Uuid::parse_str(&roster).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let meta = Meta { roster, created: Instant::from_micros(created), zone };
        let (path, log) = (path.to_owned(), log::Log::default());
        Ok(Self { writer, reader, meta, path, log, head: Mutex::new(()) })
    }

    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Waits until every connection is closed; the file is then whole by itself.
    pub async fn close(&self) {
        self.reader.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }

    /// A write transaction; nobody else writes until it ends. Dropped without a commit, it never was.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer()?.begin_with("BEGIN IMMEDIATE").await?)
    }

    pub(crate) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    pub(crate) fn writer(&self) -> Result<&SqlitePool, StoreError> {
        self.writer.as_ref().ok_or(StoreError::ReadOnly)
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging() // a slow statement is no news to who runs the program, and its text no help
}

async fn writer_pool(options: SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let options = options.journal_mode(SqliteJournalMode::Wal);
    // A transaction that the database itself rolled back, since the disk is full, counts for open still: nothing could be
    // begun on that connection any more.
    let pool = SqlitePoolOptions::new().max_connections(1).after_release(|connection, _| {
        Box::pin(async move {
            sqlx::query(CACHE).execute(&mut *connection).await?; // what was asked for before is done
            Ok(!connection.is_in_transaction())
        })
    });
    Ok(pool.connect_with(options).await?)
}
