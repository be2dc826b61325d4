//! In whose texts words are found: a look through the record, the given names and the links by which objects of targets
//! are somebody's, that gives too many rather than too few. SQLite passes the rows over that cannot matter.

use std::collections::{BTreeSet, HashMap};

use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::read::commit_at;
use super::{Store, StoreError};
use crate::expr::{Held, Words};
use crate::object::{Kind, ObjectId};
use crate::org::{Id, Instant};

/// What a row of the kinds that people look for tells something of: a person, or the thing itself.
pub(super) const OF_WHOM: &str = "coalesce(json_extract(body, '$.person'), json_extract(body, '$.of'),
     CASE kind WHEN 'contact' THEN json_extract(body, '$.unit') END, id)";

/// An object of a target, and something whose it is or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possession {
    pub object: ObjectId,
    /// A person, a unit or a group; `None` where that was not kept.
    pub thing: Option<Id>,
}

impl Store {
    /// Who and what may be called by words, on any day: by what is known now or was at an instant, by a name that was given,
    /// or by what it was called before that was corrected away.
    pub async fn worded(&self, words: &Words, known: Option<Instant>) -> Result<HashMap<Id, Held>, StoreError> {
        let mut connection = self.reader().acquire().await?;
        let seq = commit_at(&mut connection, known).await?.seq;
        let mut all: HashMap<Id, Held> = HashMap::new();
        let mut hear = |row: &SqliteRow| -> Result<(), StoreError> {
            let held = words.held_by(row.try_get("texts")?);
            if !held.is_none() {
                *all.entry(Id::from(row.try_get::<&str, _>("thing")?)).or_default() |= held;
            }
            Ok(())
        };
        let mut facts = QueryBuilder::new(format!("SELECT {OF_WHOM} AS thing, id || ' ' || body AS texts FROM fact"));
        facts.push(" WHERE known_from <= ").push_bind(seq).push(" AND (known_to IS NULL OR known_to > ").push_bind(seq);
        facts.push(
            " OR kind IN ('person', 'unit', 'group'))
             AND kind IN ('class', 'unit', 'person', 'engagement', 'account', 'contact', 'group', 'key') AND (",
        );
        may_hold(&mut facts, words, &["body", "id"]);
        {
            let mut rows = facts.build().fetch(&mut *connection);
            while let Some(row) = rows.try_next().await? {
                hear(&row)?;
            }
        }
        let mut names = QueryBuilder::new("SELECT person AS thing, name AS texts FROM given_name WHERE (");
        may_hold(&mut names, words, &["name"]);
        let mut rows = names.build().fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            hear(&row)?;
        }
        drop(rows);
        Ok(all)
    }

    /// Whose some objects of a target are, or ever were; of an object that nothing had, nothing.
    pub async fn possessions(
        &self,
        target: &str,
        objects: impl Iterator<Item = &ObjectId> + Send,
    ) -> Result<Vec<Possession>, StoreError> {
        let objects = serde_json::to_string(&objects.map(ObjectId::as_str).collect::<Vec<_>>())?;
        let rows: Vec<(String, String, Option<String>, Option<String>)> = sqlx::query_as(
            "WITH asked AS (SELECT value AS object FROM json_each($2)),
               had AS (SELECT object, key, kind FROM link JOIN asked USING (object) WHERE target = $1
                       UNION SELECT object, key, kind FROM deleted_object JOIN asked USING (object) WHERE target = $1
                       UNION SELECT subject, key, NULL FROM access_turn JOIN asked ON subject = object
                             WHERE target = $1 AND key IS NOT NULL)
             SELECT DISTINCT object, key, had.kind, json_extract(body, '$.person') FROM had
             LEFT JOIN fact ON fact.kind = 'account' AND fact.id = key",
        )
        .bind(target)
        .bind(objects)
        .fetch_all(self.reader())
        .await?;
        let is_itself = |kind: &str| [Kind::Unit, Kind::Group].iter().any(|one| one.as_str() == kind);
        let possession = |(object, key, kind, person): (String, String, Option<String>, Option<String>)| Possession {
            object: ObjectId::new(object),
            thing: person.or(kind.filter(|kind| is_itself(kind)).map(|_| key)).map(Id::new),
        };
        Ok(rows.into_iter().map(possession).collect())
    }
}

/// The end of a condition that holds wherever a column may hold one of the words: in ASCII letters SQLite can tell, all others
/// are to be folded.
fn may_hold(query: &mut QueryBuilder<Sqlite>, words: &Words, columns: &[&str]) {
    for (at, column) in columns.iter().enumerate() {
        let or = if at == 0 { "" } else { " OR " };
        query.push(format!("{or}length({column}) <> length(CAST({column} AS BLOB))"));
        for word in words.iter() {
            query.push(format!(" OR {column} LIKE ")).push_bind(format!("%{word}%"));
        }
    }
    query.push(")");
}

/// Some ids as the text that `json_each` takes.
pub(super) fn listed(ids: &BTreeSet<Id>) -> Result<String, StoreError> {
    Ok(serde_json::to_string(ids)?)
}
