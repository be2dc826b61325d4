//! Erasing a person from the file: one transaction that leaves a tombstone, and an entry of the log that says what went.
//!
//! What goes is decided in [`org::erase`](crate::org::erase). Here it is found, done, and said: rows, links and the
//! index of national ids go; stored plans and free texts that name the person go with them; the names stay as folded
//! claims, so that nobody gets them again.

mod find;
mod rows;
mod scrub;
mod texts;

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::{Row, SqliteConnection};

use super::commit::{Changes, CommitMeta, commit};
use super::error::StoreError;
use super::log::{ERASURE, LogKey, Record, Taken, append};
use super::read::commit_at;
use super::{Store, row};
use crate::object::{Kind, ObjectId};
use crate::org::{Called, Day, ErasurePlan, FactKind, Id, Runs};
use texts::Texts;

/// What erasing a person would do.
#[derive(Debug, Clone)]
pub struct Erasure {
    pub person: Id,
    /// The commit that it was found at: it can be done on no other.
    pub basis: i64,
    /// How texts that name the person are known.
    pub called: Called,
    /// Versions that go, of each kind.
    pub deleted: BTreeMap<FactKind, u64>,
    /// Versions of other things that no longer name the person.
    pub rewritten: BTreeMap<FactKind, u64>,
    /// Objects of the person's accounts: they are left where they are.
    pub objects: Vec<LeftObject>,
    /// Stored plans that go.
    pub plans: u64,
    /// Texts of the journal, the runs and the commits that go.
    pub texts: u64,
    plan: ErasurePlan,
}

/// An object that a target holds, and that is no longer ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftObject {
    pub target: String,
    pub kind: Option<Kind>,
    pub object: ObjectId,
}

/// What is left of a thing that was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    pub kind: FactKind,
    /// On which it was erased.
    pub day: Day,
}

impl Erasure {
    /// How many things, the person among them.
    pub fn things(&self) -> u64 {
        self.plan.things.len() as u64
    }
}

impl Store {
    /// Erases the person, all or nothing, and answers the commit that says so. Refused as
    /// [`Stale`](StoreError::Stale) when the roster moved on since it was found. What was deleted is still in the free
    /// pages of the file until [`scrub`](Self::scrub).
    pub async fn erase(&self, erasure: &Erasure, day: Day, meta: &CommitMeta) -> Result<i64, StoreError> {
        let key = self.log.key()?;
        let mut transaction = self.begin().await?;
        let connection = &mut *transaction;
        if commit_at(connection, None).await?.seq != erasure.basis {
            return Err(StoreError::Stale);
        }
        let texts = Texts::find(connection, &erasure.called, &erasure.plan).await?;
        let mut taken = Taken::default();
        rows::erase(connection, key, &erasure.plan, &mut taken).await?;
        texts.redact(connection, &mut taken).await?;
        let person = erasure.person.as_str();
        sqlx::query("DELETE FROM national_id WHERE person = ?").bind(person).execute(&mut *connection).await?;
        // the claims stay, folded: nobody gets the names again
        sqlx::query("DELETE FROM given_name WHERE person = ?").bind(person).execute(&mut *connection).await?;
        let seq = commit(connection, key, meta, &Changes::of(&[], &Runs::EMPTY)).await?;
        unlink(connection, &erasure.plan, seq).await?;
        let keys: Vec<&Id> = erasure.plan.things.keys().collect();
        super::tried::erase(connection, &keys, &|text| erasure.called.in_text(text)).await?;
        // targets are read anew: what they showed of the person is not kept
        super::observation::forget(connection).await?;
        bury(connection, key, erasure, (seq, day, taken), meta).await?;
        transaction.commit().await?;
        self.write_head().await?;
        Ok(seq)
    }

    /// The objects that an erasure of this person left in targets.
    pub async fn left_objects(&self, person: &Id) -> Result<Vec<LeftObject>, StoreError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT target, left_object.kind, object FROM left_object JOIN tombstone ON tombstone.seq = left_object.seq
             WHERE tombstone.id = ? ORDER BY target, object",
        )
        .bind(person.as_str())
        .fetch_all(self.reader())
        .await?;
        Ok(rows.into_iter().map(LeftObject::from).collect())
    }

    /// What is left of a thing, when it was erased.
    pub async fn tombstone(&self, id: &Id) -> Result<Option<Tombstone>, StoreError> {
        let found = sqlx::query("SELECT kind, day FROM tombstone WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(self.reader())
            .await?;
        let tombstone =
            |found| Ok(Tombstone { kind: row::kind(&found)?, day: found.try_get::<&str, _>("day")?.parse()? });
        found.map(tombstone).transpose()
    }
}

impl From<(String, String, String)> for LeftObject {
    fn from((target, kind, object): (String, String, String)) -> Self {
        let kind = Kind::ALL.into_iter().find(|one| one.as_str() == kind);
        Self { target, kind, object: ObjectId::new(object) }
    }
}

/// Takes the links of what goes, and keeps which objects they led to.
async fn unlink(connection: &mut SqliteConnection, plan: &ErasurePlan, seq: i64) -> Result<(), StoreError> {
    for thing in plan.things.keys() {
        sqlx::query(
            "INSERT OR REPLACE INTO left_object (target, object, kind, seq)
             SELECT target, object, kind, ? FROM link WHERE key = ?",
        )
        .bind(seq)
        .bind(thing.as_str())
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "DELETE FROM access_turn WHERE key = ?1 OR EXISTS (SELECT 1 FROM link
             WHERE link.key = ?1 AND link.target = access_turn.target AND link.object = access_turn.subject)",
        )
        .bind(thing.as_str())
        .execute(&mut *connection)
        .await?;
        sqlx::query("DELETE FROM link WHERE key = ?").bind(thing.as_str()).execute(&mut *connection).await?;
        sqlx::query("DELETE FROM drift WHERE key = ?").bind(thing.as_str()).execute(&mut *connection).await?;
        sqlx::query("DELETE FROM deleted_object WHERE key = ?").bind(thing.as_str()).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Every id that was erased, with the day.
pub(super) async fn tombstones(connection: &mut SqliteConnection) -> Result<BTreeMap<Id, Day>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT id, day FROM tombstone").fetch_all(connection).await?;
    rows.into_iter().map(|(id, day)| Ok((Id::new(id), day.parse()?))).collect()
}

/// Leaves the tombstones, and says in the log what went.
async fn bury(
    connection: &mut SqliteConnection,
    key: &LogKey,
    erasure: &Erasure,
    (seq, day, taken): (i64, Day, Taken),
    meta: &CommitMeta,
) -> Result<(), StoreError> {
    let (things, at) = (&erasure.plan.things, meta.now.micros());
    for (id, kind) in things {
        sqlx::query("INSERT INTO tombstone (id, kind, day, at, seq) VALUES (?, ?, ?, ?, ?)")
            .bind(id.as_str())
            .bind(kind.name())
            .bind(day.to_string())
            .bind(at)
            .bind(seq)
            .execute(&mut *connection)
            .await?;
    }
    let row = json!({ "commit": seq, "day": day.to_string(), "at": at, "things": things });
    let record = Record { taken: Some(taken), ..Record::new(ERASURE, format!("commit {seq}"), row) };
    append(connection, key, &record, meta.now).await?;
    Ok(())
}
