//! One more entry.

use blake3::Hash;
use serde_json::{Value, json};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::chain::{Link, LogKey, commitment};
use super::facts::FactDigest;
use super::head::Head;
use super::taken::Taken;
use crate::org::Instant;
use crate::store::commit::ROWS_AT_ONCE;
use crate::store::error::StoreError;

/// What an entry is about: the row that was written, as the tables hold it.
#[derive(Debug)]
pub(in crate::store) struct Record {
    pub kind: &'static str,
    pub subject: String,
    /// The row's columns, in the order in which [`WITNESSES`] lists them.
    pub row: Value,
    /// Of a commit: its fact rows.
    pub facts: Option<FactDigest>,
    /// Of an erasure: what went.
    pub taken: Option<Taken>,
}

impl Record {
    pub(in crate::store) fn new(kind: &'static str, subject: String, row: Value) -> Self {
        Self { kind, subject, row, facts: None, taken: None }
    }

    fn payload(&self) -> Result<String, StoreError> {
        let mut payload = json!({ "row": self.row });
        if let Some(facts) = &self.facts {
            payload["facts"] = serde_json::to_value(facts)?;
        }
        if let Some(taken) = &self.taken {
            payload["taken"] = serde_json::to_value(taken)?;
        }
        Ok(payload.to_string())
    }
}

/// Every kind of entry that speaks of a row, with the query of those rows.
pub(super) const WITNESSES: [(&str, &str); 8] = [
    (
        "commit",
        "SELECT 'commit ' || seq, json_object('seq', seq, 'known', known, 'actor', actor, 'source', source,
           'batch', batch, 'note', note, 'taken', taken) FROM commit_log ORDER BY seq",
    ),
    (
        "approval",
        "SELECT digest, CASE WHEN uid IS NULL THEN json_object('digest', digest, 'actor', actor, 'at', at)
           ELSE json_object('digest', digest, 'uid', uid, 'actor', actor, 'at', at, 'parts', parts, 'expires', expires)
           END FROM approval ORDER BY at",
    ),
    (
        "run-begun",
        "SELECT 'run ' || id, json_object('run', id, 'target', target, 'verb', verb, 'actor', actor,
           'digest', digest, 'started', started) FROM run ORDER BY id",
    ),
    (
        "receipt",
        "SELECT 'run ' || run, json_object('seq', seq, 'run', run, 'step', step, 'event', event, 'at', at,
           'object', object, 'class', class, 'message', message) FROM step_event WHERE event <> 'intended' ORDER BY seq",
    ),
    (
        "run-ended",
        "SELECT 'run ' || id, json_object('run', id, 'ended', ended, 'outcome', outcome, 'summary', summary) FROM run
           WHERE ended IS NOT NULL ORDER BY id",
    ),
    (
        "erasure",
        "SELECT 'commit ' || seq, json_object('commit', seq, 'day', day, 'at', at, 'things', json_group_object(id, kind ORDER BY id))
           FROM tombstone GROUP BY seq ORDER BY seq",
    ),
    (
        "ignore",
        "SELECT target || ' ' || object, json_object('seq', seq, 'target', target, 'object', object, 'act', act,
           'note', note, 'actor', actor, 'at', at) FROM ignored_object ORDER BY seq",
    ),
    (
        "order",
        "SELECT 'order ' || seq, json_object('order', seq, 'act', act, 'subject', subject, 'note', note,
           'actor', actor, 'at', at) FROM standing_order ORDER BY seq",
    ),
];

/// Appends an entry in the transaction of the write that it is about.
pub(in crate::store) async fn append(
    connection: &mut SqliteConnection,
    key: &LogKey,
    record: &Record,
    now: Instant,
) -> Result<Head, StoreError> {
    append_all(connection, key, std::slice::from_ref(record), now).await
}

/// The same for several, in their order; the newest is then the head.
pub(in crate::store) async fn append_all(
    connection: &mut SqliteConnection,
    key: &LogKey,
    records: &[Record],
    now: Instant,
) -> Result<Head, StoreError> {
    let mut head = match newest(connection).await? {
        Some(head) => head,
        None => Head { seq: 0, hash: key.root(roster(connection).await?) },
    };
    for some in records.chunks(ROWS_AT_ONCE) {
        let rows: Vec<Row> =
            some.iter().map(|record| Row::after(&mut head, key, record, now)).collect::<Result<_, _>>()?;
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT INTO log (seq, at, kind, subject, payload, salt, commitment, hash) ");
        query.push_values(rows.iter().zip(some), |mut values, (row, record)| {
            values
                .push_bind(row.head.seq)
                .push_bind(now.micros())
                .push_bind(record.kind)
                .push_bind(record.subject.as_str())
                .push_bind(row.payload.as_str())
                .push_bind(row.salt.as_slice())
                .push_bind(row.commitment.as_bytes().as_slice())
                .push_bind(row.head.hash.as_bytes().as_slice());
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(head)
}

/// A row of the log: what makes an entry of a record.
struct Row {
    payload: String,
    salt: [u8; 32],
    commitment: Hash,
    /// The log's head with it.
    head: Head,
}

impl Row {
    /// The row that follows the head, which it then is.
    fn after(head: &mut Head, key: &LogKey, record: &Record, now: Instant) -> Result<Self, StoreError> {
        let payload = record.payload()?;
        let mut salt = [0_u8; 32];
        getrandom::fill(&mut salt).map_err(|error| StoreError::Randomness(error.to_string()))?;
        let commitment = commitment(&salt, &payload);
        let (seq, at) = (head.seq + 1, now.micros());
        let link = Link { seq, at, kind: record.kind, subject: &record.subject, commitment: commitment.as_bytes() };
        *head = Head { seq, hash: key.hash(&head.hash, &link) };
        Ok(Self { payload, salt, commitment, head: *head })
    }
}

/// Takes the payload out of an entry: its hash stays, and says nothing without the salt.
pub(in crate::store) async fn erase_payload(connection: &mut SqliteConnection, entry: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE log SET payload = NULL, salt = NULL WHERE seq = ?").bind(entry).execute(connection).await?;
    Ok(())
}

/// The newest entry.
pub(super) async fn newest(connection: &mut SqliteConnection) -> Result<Option<Head>, StoreError> {
    let row = sqlx::query("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1").fetch_optional(connection).await?;
    row.map(|row| Ok(Head { seq: row.try_get("seq")?, hash: hash_of(row.try_get("hash")?)? })).transpose()
}

pub(super) fn hash_of(bytes: &[u8]) -> Result<Hash, StoreError> {
    Hash::from_slice(bytes).map_err(|_| StoreError::Damaged("a hash of the log has another length".into()))
}

pub(super) async fn roster(connection: &mut SqliteConnection) -> Result<Uuid, StoreError> {
    let text: String = sqlx::query_scalar("SELECT roster FROM meta WHERE one = 1").fetch_one(connection).await?;
    Uuid::parse_str(&text).map_err(|error| StoreError::Damaged(error.to_string()))
}
