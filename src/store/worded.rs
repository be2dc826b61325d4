//! In whose texts words are found: a look through the record and the names given, and what is kept of the objects of targets,
//! that gives too many rather than too few. SQLite passes the rows over that cannot matter.

use std::collections::{BTreeSet, HashMap};

use futures_util::TryStreamExt;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::links::{Owned, OwnedRow, POSSESSIONS, possessed};
use super::read::commit_at;
use super::{Store, StoreError};
use crate::expr::{Held, Words};
use crate::object::ObjectId;
use crate::org::{Id, Instant};

/// Of whom or what a fact tells that people look for: of a person, or of the thing itself.
pub(super) const OF_WHOM: &str = "coalesce(json_extract(body, '$.person'), json_extract(body, '$.of'),
     CASE kind WHEN 'contact' THEN json_extract(body, '$.unit') END, id)";

/// The texts of such a fact by which that is found.
const TEXTS: &str = "CASE kind
     WHEN 'person' THEN concat_ws(' ', id, json_extract(body, '$.given_name'), json_extract(body, '$.surname'),
                                  json_extract(body, '$.nickname'))
     WHEN 'engagement' THEN json_extract(body, '$.number')
     WHEN 'account' THEN concat_ws(' ', id, json_extract(body, '$.login'))
     WHEN 'contact' THEN json_extract(body, '$.value')
     WHEN 'key' THEN json_extract(body, '$.value')
     ELSE concat_ws(' ', id, json_extract(body, '$.name')) END";

impl Store {
    /// Who and what some of the words are found of, on any day: by what is known now or was at an instant, by a name that was
    /// given, or by what it was called before that was corrected away.
    pub async fn worded(&self, words: &Words, known: Option<Instant>) -> Result<HashMap<Id, Held>, StoreError> {
        let mut connection = self.reader().acquire().await?;
        let seq = commit_at(&mut connection, known).await?.seq;
        let mut all: HashMap<Id, Held> = HashMap::new();
        let mut hear = |row: &SqliteRow| -> Result<(), StoreError> {
            let held = words.held_by(row.try_get::<Option<&str>, _>("texts")?.unwrap_or_default());
            if !held.is_none() {
                *all.entry(Id::from(row.try_get::<&str, _>("thing")?)).or_default() |= held;
            }
            Ok(())
        };
        let mut facts = QueryBuilder::new(format!("SELECT {OF_WHOM} AS thing, {TEXTS} AS texts FROM fact"));
        facts.push(" WHERE known_from <= ").push_bind(seq).push(" AND (known_to IS NULL OR known_to > ").push_bind(seq);
        facts.push(
            " OR kind IN ('person', 'unit', 'group'))
             AND kind IN ('class', 'unit', 'person', 'engagement', 'account', 'contact', 'group', 'key') AND ",
        );
        may_hold(&mut facts, words, &["body", "id"]);
        {
            let mut rows = facts.build().fetch(&mut *connection);
            while let Some(row) = rows.try_next().await? {
                hear(&row)?;
            }
        }
        let mut names = QueryBuilder::new("SELECT person AS thing, name AS texts FROM given_name WHERE ");
        may_hold(&mut names, words, &["name"]);
        let mut rows = names.build().fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            hear(&row)?;
        }
        drop(rows);
        Ok(all)
    }

    /// The objects of a target in whose ids, or in the ids of what they belong or belonged to, some of the words are found.
    pub async fn worded_objects(&self, target: &str, words: &Words) -> Result<HashMap<ObjectId, Held>, StoreError> {
        let mut objects: HashMap<ObjectId, Held> = HashMap::new();
        let mut query = QueryBuilder::new("");
        for (at, possessions) in POSSESSIONS.iter().enumerate() {
            let and = if at == 0 { "" } else { " UNION ALL " };
            query.push(format!("{and}SELECT object, key FROM ({possessions}) WHERE target = ")).push_bind(target);
            query.push(" AND ");
            may_hold(&mut query, words, &["object", "key"]);
        }
        let mut rows = query.build().fetch(self.reader());
        while let Some(row) = rows.try_next().await? {
            let object: &str = row.try_get("object")?;
            let held = objects.entry(ObjectId::new(object)).or_default();
            *held |= words.held_by(object);
            *held |= words.held_by(row.try_get("key")?);
        }
        drop(rows);
        Ok(objects)
    }

    /// Whose some objects of a target are, or ever were: once for everybody who ever had the account.
    pub async fn ever_owned(
        &self,
        target: &str,
        objects: impl Iterator<Item = &ObjectId> + Send,
    ) -> Result<Vec<Owned>, StoreError> {
        let possessed = possessed("target = $1 AND object IN (SELECT value FROM json_each($2))");
        let query = format!(
            "SELECT DISTINCT key, owned.kind, object, json_extract(body, '$.person') FROM ({possessed}) AS owned
             LEFT JOIN fact ON fact.kind = 'account' AND fact.id = key"
        );
        let rows: Vec<OwnedRow> = sqlx::query_as(sqlx::AssertSqlSafe(query))
            .bind(target)
            .bind(array(objects.map(ObjectId::as_str))?)
            .fetch_all(self.reader())
            .await?;
        Ok(rows.into_iter().map(Owned::from).collect())
    }

    /// The accounts that some people have or ever had, and everybody else who ever had them.
    pub async fn accounts_of(&self, people: &BTreeSet<Id>) -> Result<Vec<(Id, Option<Id>)>, StoreError> {
        let rows: Vec<(String, Option<String>)> = sqlx::query_as(
            "SELECT DISTINCT id, json_extract(body, '$.person') FROM fact
             WHERE kind = 'account' AND id IN
               (SELECT id FROM fact WHERE kind = 'account'
                AND json_extract(body, '$.person') IN (SELECT value FROM json_each($1)))",
        )
        .bind(array(people)?)
        .fetch_all(self.reader())
        .await?;
        Ok(rows.into_iter().map(|(account, person)| (Id::new(account), person.map(Id::new))).collect())
    }

    /// Everybody of whom anything was ever known.
    pub async fn each_person(&self, see: &mut (dyn FnMut(Id) + Send)) -> Result<(), StoreError> {
        let query = sqlx::query("SELECT DISTINCT id FROM fact INDEXED BY fact_by_thing WHERE kind = 'person'");
        let mut rows = query.fetch(self.reader());
        while let Some(row) = rows.try_next().await? {
            see(Id::from(row.try_get::<&str, _>("id")?));
        }
        Ok(())
    }
}

/// The condition that a column may hold one of the words: in ASCII letters SQLite can tell, all others are to be folded.
fn may_hold(query: &mut QueryBuilder<Sqlite>, words: &Words, columns: &[&str]) {
    query.push("(");
    for (at, column) in columns.iter().enumerate() {
        let or = if at == 0 { "" } else { " OR " };
        query.push(format!("{or}length({column}) <> length(CAST({column} AS BLOB))"));
        for word in words.iter() {
            query.push(format!(" OR {column} LIKE ")).push_bind(format!("%{word}%"));
        }
    }
    query.push(")");
}

/// Ids as the text that `json_each` takes.
pub(super) fn array<T: Serialize>(ids: impl IntoIterator<Item = T>) -> Result<String, StoreError> {
    Ok(serde_json::to_string(&ids.into_iter().collect::<Vec<T>>())?)
}
