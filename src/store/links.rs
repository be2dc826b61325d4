//! The link table: which object of a target belongs to which thing of the roster.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::commit::ROWS_AT_ONCE;
use super::log::{Record, append};
use super::worded::array;
use super::{Store, StoreError};
use crate::object::{Kind, Links, ObjectId};
use crate::org::{Id, Instant};

/// One link, with the instant from which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    pub key: Id,
    pub kind: Option<Kind>,
    pub object: ObjectId,
    pub since: Instant,
}

/// An object that belongs to a thing of the roster, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    pub key: Id,
    /// None where that was not kept.
    pub kind: Option<Kind>,
    pub object: ObjectId,
    /// Of an account, whose it was by the last account fact.
    pub person: Option<Id>,
}

/// Key, kind, object and person.
pub(super) type OwnedRow = (String, Option<String>, String, Option<String>);

impl From<OwnedRow> for Owned {
    fn from((key, kind, object, person): OwnedRow) -> Self {
        Self {
            key: Id::new(key),
            kind: Kind::ALL.into_iter().find(|one| kind.as_deref() == Some(one.as_str())),
            object: ObjectId::new(object),
            person: person.map(Id::new),
        }
    }
}

/// Every object with every key that has or had it, as far as that is kept: the most trusted first, then the latest.
pub(super) const POSSESSIONS: [&str; 3] = [
    "SELECT target, key, kind, object, 0 AS trust, since AS latest FROM link",
    "SELECT target, key, kind, object, 1 AS trust, at AS latest FROM deleted_object",
    "SELECT target, key, NULL AS kind, subject AS object, 2 AS trust, seen AS latest FROM access_turn
     WHERE key IS NOT NULL",
];

/// Those for which a condition holds; each table is asked for itself, so that it goes by its own index.
pub(super) fn possessed(condition: &str) -> String {
    POSSESSIONS.map(|one| format!("SELECT * FROM ({one}) WHERE {condition}")).join(" UNION ALL ")
}

/// Somebody's word that an object is none of ours and never will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    pub note: String,
    pub actor: String,
    pub at: Instant,
}

/// What is said of an object that is none of ours.
const IGNORE: &str = "ignore";
const STOP: &str = "stop";

impl Store {
    /// All links of one target, in the order of keys.
    pub async fn link_rows(&self, target: &str) -> Result<Vec<LinkRow>, StoreError> {
        let rows: Vec<(String, String, String, i64)> =
            sqlx::query_as("SELECT key, kind, object, since FROM link WHERE target = ? ORDER BY key")
                .bind(target)
                .fetch_all(self.reader())
                .await?;
        let row = |(key, kind, object, since): (String, String, String, i64)| LinkRow {
            key: Id::new(key),
            kind: Kind::ALL.into_iter().find(|one| one.as_str() == kind),
            object: ObjectId::new(object),
            since: Instant::from_micros(since),
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// The objects of a target that are linked, or were as far as that is kept, each with the key that had it last.
    pub async fn owned_objects(&self, target: &str) -> Result<Vec<Owned>, StoreError> {
        self.read_owned(target, None).await
    }

    /// Of those, what has or had one of these keys.
    pub async fn objects_of(&self, target: &str, keys: &BTreeSet<Id>) -> Result<Vec<Owned>, StoreError> {
        self.read_owned(target, Some(keys)).await
    }

    async fn read_owned(&self, target: &str, keys: Option<&BTreeSet<Id>>) -> Result<Vec<Owned>, StoreError> {
        let possessed = match keys {
            None => possessed("target = $1"),
            // an object is read with all keys that ever had it, so that the last can be chosen
            Some(_) => {
                let theirs = possessed("target = $1 AND key IN (SELECT value FROM json_each($2))");
                possessed(&format!("target = $1 AND object IN (SELECT object FROM ({theirs}))"))
            }
        };
        let query = format!(
            "SELECT key, kind, object,
               (SELECT json_extract(body, '$.person') FROM fact WHERE fact.kind = 'account' AND fact.id = owned.key
                ORDER BY known_to IS NULL DESC, known_from DESC, valid_from DESC LIMIT 1)
             FROM (SELECT key, kind, object,
                     row_number() OVER (PARTITION BY object ORDER BY trust, latest DESC, key) AS nth
                   FROM ({possessed})) AS owned
             WHERE nth = 1 ORDER BY key, object"
        );
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(target);
        if let Some(keys) = keys {
            query = query.bind(array(keys)?);
        }
        let rows: Vec<OwnedRow> = query.fetch_all(self.reader()).await?;
        Ok(rows.into_iter().map(Owned::from).collect())
    }

    /// The objects of a target that somebody said are none of ours.
    pub async fn ignored(&self, target: &str) -> Result<BTreeMap<ObjectId, Ignored>, StoreError> {
        let rows: Vec<(String, String, String, String, i64)> =
            sqlx::query_as("SELECT object, act, note, actor, at FROM ignored_object WHERE target = ? ORDER BY seq")
                .bind(target)
                .fetch_all(self.reader())
                .await?;
        let mut ignored = BTreeMap::new();
        for (object, act, note, actor, at) in rows {
            // the last word counts
            let object = ObjectId::new(object);
            match act == IGNORE {
                true => _ = ignored.insert(object, Ignored { note, actor, at: Instant::from_micros(at) }),
                false => _ = ignored.remove(&object),
            }
        }
        Ok(ignored)
    }

    /// Takes note that an object is none of ours, or, with `stop`, that this no longer holds.
    pub async fn ignore(&self, target: &str, object: &ObjectId, stop: bool, said: &Ignored) -> Result<(), StoreError> {
        let key = self.log.key()?;
        let (act, at) = (if stop { STOP } else { IGNORE }, said.at.micros());
        let mut transaction = self.begin().await?;
        let seq =
            sqlx::query("INSERT INTO ignored_object (target, object, act, note, actor, at) VALUES (?, ?, ?, ?, ?, ?)")
                .bind(target)
                .bind(object.as_str())
                .bind(act)
                .bind(&said.note)
                .bind(&said.actor)
                .bind(at)
                .execute(&mut *transaction)
                .await?
                .last_insert_rowid();
        let row = json!({
            "seq": seq, "target": target, "object": object.as_str(), "act": act, "note": said.note,
            "actor": said.actor, "at": at,
        });
        append(&mut transaction, key, &Record::new("ignore", format!("{target} {object}"), row), said.at).await?;
        transaction.commit().await?;
        self.write_head().await
    }

    /// All links of one target.
    pub async fn links(&self, target: &str) -> Result<Links, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT key, object FROM link WHERE target = ?")
            .bind(target)
            .fetch_all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|(key, object)| (Id::new(key), ObjectId::new(object))).collect())
    }

    /// What rosterd itself deleted of those who left, and no object has taken the place of.
    pub async fn deleted_objects(&self, target: &str) -> Result<BTreeMap<Id, ObjectId>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT key, object FROM deleted_object AS gone WHERE target = ? AND NOT EXISTS
             (SELECT 1 FROM link WHERE link.target = gone.target AND link.key = gone.key)",
        )
        .bind(target)
        .fetch_all(self.reader())
        .await?;
        Ok(rows.into_iter().map(|(key, object)| (Id::new(key), ObjectId::new(object))).collect())
    }

    /// The kinds of all linked keys of one target: what to look up when a linked object was not seen.
    pub async fn linked_kinds(&self, target: &str) -> Result<Vec<(Id, Kind)>, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT key, kind FROM link WHERE target = ?").bind(target).fetch_all(self.reader()).await?;
        Ok(rows
            .into_iter()
            .filter_map(|(key, kind)| Some((Id::new(key), Kind::ALL.into_iter().find(|one| one.as_str() == kind)?)))
            .collect())
    }
}

/// Adds links in a transaction. A link that is there already is left as it is; another object under the same key, or
/// another key for the same object, is a constraint error.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    target: &str,
    links: &[(&Id, Kind, &ObjectId)],
    now: Instant,
) -> Result<(), StoreError> {
    for some in links.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO link (target, key, kind, object, since) SELECT new.column1, new.column2, new.column3,
             new.column4, new.column5 FROM (",
        );
        query.push_values(some, |mut values, (key, kind, object)| {
            values
                .push_bind(target)
                .push_bind(key.as_str())
                .push_bind(kind.as_str())
                .push_bind(object.as_str())
                .push_bind(now.micros());
        });
        query.push(
            ") AS new WHERE NOT EXISTS (SELECT 1 FROM link AS known WHERE known.target = new.column1
             AND known.key = new.column2 AND known.object = new.column4)",
        );
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Takes note, in a transaction, of what rosterd deleted.
pub(super) async fn keep_deleted(
    connection: &mut SqliteConnection,
    target: &str,
    (key, kind, object): (&Id, Kind, &ObjectId),
    now: Instant,
) -> Result<(), StoreError> {
    sqlx::query("INSERT OR REPLACE INTO deleted_object (target, key, kind, object, at) VALUES (?, ?, ?, ?, ?)")
        .bind(target)
        .bind(key.as_str())
        .bind(kind.as_str())
        .bind(object.as_str())
        .bind(now.micros())
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets, in a transaction, what rosterd deleted.
pub(super) async fn forget_deleted(
    connection: &mut SqliteConnection,
    target: &str,
    key: &Id,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM deleted_object WHERE target = ? AND key = ?")
        .bind(target)
        .bind(key.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes the link of a key away in a transaction.
pub(super) async fn remove(connection: &mut SqliteConnection, target: &str, key: &Id) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM link WHERE target = ? AND key = ?")
        .bind(target)
        .bind(key.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
