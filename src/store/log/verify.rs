//! The proof of the log: every entry fits the one before it and the rows that it speaks of, and the log ends where
//! its head says.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use blake3::Hash;
use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::append::{WITNESSES, newest, roster};
use super::chain::{Link, LogKey, commitment};
use super::facts::{self, FactDigest};
use super::head::{self, Head};
use super::taken::AllTaken;
use crate::store::Store;
use crate::store::error::StoreError;

/// What was proved, or the first place where it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Entries that fit.
    pub entries: u64,
    /// Entries among them whose payload was erased.
    pub erased: u64,
    /// The newest entry.
    pub head: Option<Head>,
    pub broken: Option<Break>,
}

/// A place where the log is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The entry; none when it is not about one.
    pub entry: Option<i64>,
    pub what: String,
}

/// The rows that entries should speak of: of each kind, by the hash of their text, with how they are called. A roster has
/// as many runs as its years have half hours: no text is kept.
type Rows = BTreeMap<&'static str, HashMap<Hash, String>>;

struct Walk<'a> {
    key: &'a LogKey,
    before: Hash,
    proof: Proof,
    rows: Rows,
    facts: BTreeMap<i64, FactDigest>,
    /// What was erased and said to be.
    taken: AllTaken,
    /// Entries of each kind whose payload was erased, and nobody says so.
    erased: HashMap<String, usize>,
    /// The entries that heads name.
    heads: BTreeMap<i64, Vec<(String, Hash)>>,
}

impl Store {
    /// Proves the log, against its own head file or another one.
    pub async fn verify_log(&self, head_file: Option<&Path>) -> Result<Proof, StoreError> {
        let key = self.log.any_key()?;
        // read first: an entry that is appended meanwhile is newer than the file, not missing
        let own = head::file_of(&self.path);
        let file = head_file.unwrap_or(&own);
        let said = head::read(file)?;
        let lost = head::lost(&own);
        let lost_head = if head_file.is_none() { head::read(&lost)? } else { None };
        let mut transaction = self.reader().begin().await?;
        let mut walk = Walk {
            key,
            before: key.root(roster(&mut transaction).await?),
            proof: Proof { entries: 0, erased: 0, head: newest(&mut transaction).await?, broken: None },
            rows: rows(&mut transaction).await?,
            facts: facts::of_rows(&mut transaction, key).await?,
            taken: AllTaken::read(&mut transaction).await?,
            erased: HashMap::new(),
            heads: run_heads(&mut transaction).await?,
        };
        let name = file.display();
        let mut missing = None;
        match said {
            Some(Ok(head)) if head.is_begin() && head.hash == walk.before => {}
            Some(Ok(head)) => {
                walk.heads.entry(head.seq).or_default().push((format!("the head file {name}"), head.hash));
            }
            Some(Err(error)) => missing = Some(format!("the head file {name} cannot be read: {error}")),
            None if walk.proof.head.is_none() && head_file.is_none() => {}
            None => missing = Some(format!("there is no head file {name}")),
        }
        if let Some(Ok(head)) = lost_head {
            let who = format!("{} (kept from before the roster was restored or cut off)", lost.display());
            walk.heads.entry(head.seq).or_default().push((who, head.hash));
        }
        {
            let mut entries =
                sqlx::query("SELECT seq, at, kind, subject, payload, salt, commitment, hash FROM log ORDER BY seq")
                    .fetch(&mut *transaction);
            while let Some(row) = entries.try_next().await? {
                if let Err(what) = walk.entry(&row)? {
                    let entry = Some(walk.proof.entries.cast_signed() + 1);
                    return Ok(Proof { broken: Some(Break { entry, what }), ..walk.proof });
                }
            }
        }
        transaction.rollback().await?;
        let broken = missing.map(|what| Break { entry: None, what }).or_else(|| walk.end());
        Ok(Proof { broken, ..walk.proof })
    }
}

impl Walk<'_> {
    /// Takes the next entry; answers what is wrong with it.
    fn entry(&mut self, row: &SqliteRow) -> Result<Result<(), String>, StoreError> {
        let link = Link {
            seq: row.try_get("seq")?,
            at: row.try_get("at")?,
            kind: row.try_get("kind")?,
            subject: row.try_get("subject")?,
            commitment: row.try_get("commitment")?,
        };
        let next = self.proof.entries.cast_signed() + 1;
        if link.seq != next {
            return Ok(Err(format!("it is missing: entry {} follows", link.seq)));
        }
        let hash = self.key.hash(&self.before, &link);
        if row.try_get::<&[u8], _>("hash")? != hash.as_bytes() {
            return Ok(Err(format!(
                "its hash does not fit: the entry ({}, {}) was changed, put here, or made with another key",
                link.kind, link.subject
            )));
        }
        match (row.try_get::<Option<&str>, _>("payload")?, row.try_get::<Option<&[u8]>, _>("salt")?) {
            (None, None) => {
                self.proof.erased += 1;
                if self.taken.is_removed(link.seq) {
                    // its row is gone too
                } else if let Some(payload) = self.taken.restated(link.seq) {
                    if let Err(what) = self.payload(&link, &payload) {
                        return Ok(Err(what));
                    }
                } else {
                    *self.erased.entry(link.kind.to_owned()).or_default() += 1;
                }
            }
            (Some(payload), Some(salt)) => {
                let fits = <[u8; 32]>::try_from(salt)
                    .is_ok_and(|salt| commitment(&salt, payload).as_bytes().as_slice() == link.commitment);
                if !fits {
                    return Ok(Err(format!("its payload was changed ({}, {})", link.kind, link.subject)));
                }
                if let Err(what) = self.payload(&link, &serde_json::from_str(payload)?) {
                    return Ok(Err(what));
                }
            }
            _ => return Ok(Err("its payload or its salt was removed alone".to_owned())),
        }
        for (who, said) in self.heads.remove(&link.seq).unwrap_or_default() {
            if said != hash {
                return Ok(Err(format!("{who} names it with another hash")));
            }
        }
        self.before = hash;
        self.proof.entries += 1;
        Ok(Ok(()))
    }

    /// Compares what an entry says with the rows that it speaks of.
    fn payload(&mut self, link: &Link<'_>, payload: &Value) -> Result<(), String> {
        let Some(rows) = self.rows.get_mut(link.kind) else { return Ok(()) };
        if rows.remove(&text_hash(&payload["row"])).is_none() {
            return Err(format!("the row that it speaks of ({}, {}) was changed or removed", link.kind, link.subject));
        }
        if link.kind == "commit" {
            let seq = payload["row"]["seq"].as_i64().unwrap_or_default();
            let said: Option<FactDigest> = serde_json::from_value(payload["facts"].clone()).ok();
            let found = self.facts.remove(&seq).unwrap_or_default();
            let left = said.map(|said| self.taken.left(seq, said));
            if left != Some(found) {
                let (added, closed) = left.map_or((0, 0), |left| (left.added, left.closed));
                return Err(format!(
                    "the facts of commit {seq} were changed: it added {added} and closed {closed} that were not erased, \
                     there are {} and {} now",
                    found.added, found.closed
                ));
            }
        }
        Ok(())
    }

    /// What is wrong although every entry fits.
    fn end(&self) -> Option<Break> {
        if let Some((seq, (who, _))) = self.heads.iter().find_map(|(seq, named)| Some((seq, named.first()?))) {
            let what = format!("it was cut off: {who} names it, and the log ends with entry {}", self.proof.entries);
            return Some(Break { entry: Some(*seq), what });
        }
        for (kind, rows) in &self.rows {
            if rows.len() > self.erased.get(*kind).copied().unwrap_or(0)
                && let Some(name) = rows.values().min()
            {
                let what = format!("no entry speaks of a row that is there ({kind}, {name}): it was added by hand");
                return Some(Break { entry: None, what });
            }
        }
        let known = self.erased.contains_key("commit");
        let seq = self.facts.keys().next().filter(|_| !known)?;
        Some(Break { entry: None, what: format!("there are facts of commit {seq}, and no entry of it") })
    }
}

fn text_hash(row: &Value) -> Hash {
    blake3::hash(row.to_string().as_bytes())
}

async fn rows(connection: &mut SqliteConnection) -> Result<Rows, StoreError> {
    let mut rows = Rows::new();
    for (kind, query) in WITNESSES {
        let mut found = sqlx::query(query).fetch(&mut *connection);
        let of_kind = rows.entry(kind).or_default();
        while let Some(row) = found.try_next().await? {
            let text: Value = serde_json::from_str(row.try_get(1)?)?;
            of_kind.insert(text_hash(&text), row.try_get(0)?);
        }
    }
    Ok(rows)
}

async fn run_heads(connection: &mut SqliteConnection) -> Result<BTreeMap<i64, Vec<(String, Hash)>>, StoreError> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, head FROM run WHERE head IS NOT NULL").fetch_all(connection).await?;
    let mut heads: BTreeMap<i64, Vec<(String, Hash)>> = BTreeMap::new();
    for (run, text) in rows {
        let head: Head =
            text.parse().map_err(|_| StoreError::Damaged(format!("the head in the record of run {run}")))?;
        heads.entry(head.seq).or_default().push((format!("the record of run {run}"), head.hash));
    }
    Ok(heads)
}
