//! Reading the record: the snapshot of a day, and everything in force for an import.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::error::StoreError;
use super::worded::{OF_WHOM, array};
use super::{Store, row};
use crate::org::{
    Day, Fact, FactKind, Id, Instant, Runs, Snapshot, SnapshotBuilder, Sorter, Stored, StoredRow, Version,
};

/// The rows in force of one kind, in the order that the planner wants: then they are packed as they come.
const FACTS_IN_FORCE: &str = "SELECT row, id, valid_from, valid_to, body, source FROM fact INDEXED BY fact_in_force
     WHERE known_to IS NULL AND kind = $1 ORDER BY id, valid_from";

const CLAIMS_IN_FORCE: &str = "SELECT row, id, valid_from, valid_to, body, source FROM claim INDEXED BY claim_in_force
     WHERE known_to IS NULL AND kind = $1 ORDER BY id, source, valid_from";

/// A commit of the record: its number, and when it became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Commit {
    pub(super) seq: i64,
    pub(super) known: i64,
}

/// The last commit, or the last one known at an instant; 0 before the first.
pub(super) async fn commit_at(connection: &mut SqliteConnection, known: Option<Instant>) -> Result<Commit, StoreError> {
    let found: Option<(i64, i64)> =
        sqlx::query_as("SELECT seq, known FROM commit_log WHERE known <= $1 ORDER BY seq DESC LIMIT 1")
            .bind(known.map_or(i64::MAX, Instant::micros))
            .fetch_optional(connection)
            .await?;
    Ok(found.map_or_else(Commit::default, |(seq, known)| Commit { seq, known }))
}

impl Store {
    /// The number of the last commit; 0 for an empty roster.
    pub async fn last_commit(&self) -> Result<i64, StoreError> {
        Ok(commit_at(&mut *self.reader().acquire().await?, None).await?.seq)
    }

    /// The roster of a day, as it is known now or was known at an instant.
    ///
    /// People and engagements are read on all their days, because tenure asks for them; units and managers, because
    /// quality asks whether a post outlives its unit; the rest on the day.
    pub async fn snapshot(&self, day: Day, known: Option<Instant>) -> Result<Snapshot, StoreError> {
        self.read_day(day, known, None).await
    }

    /// What the roster of a day tells of some people and other things: who they are and where they belong, with all units,
    /// groups and classes. Not who leads, who is away, and who is a member of what.
    pub async fn snapshot_of(
        &self,
        things: &BTreeSet<Id>,
        day: Day,
        known: Option<Instant>,
    ) -> Result<Snapshot, StoreError> {
        self.read_day(day, known, Some(things)).await
    }

    async fn read_day(
        &self,
        day: Day,
        known: Option<Instant>,
        things: Option<&BTreeSet<Id>>,
    ) -> Result<Snapshot, StoreError> {
        let mut transaction = self.reader().begin().await?;
        let commit = commit_at(&mut transaction, known).await?;
        let mut builder = SnapshotBuilder::new(day, known.unwrap_or(Instant::from_micros(commit.known)));
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT kind, id, valid_from, valid_to, body FROM fact
             WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1)
               AND (kind IN ('person', 'engagement', 'unit', 'manager')
                    OR ((valid_from IS NULL OR valid_from <= $2) AND (valid_to IS NULL OR valid_to > $2)))",
        );
        if things.is_some() {
            query.push(format!(
                " AND (kind IN ('class', 'unit', 'group') OR kind IN ('person', 'engagement', 'account', 'contact', 'key')
                       AND {OF_WHOM} IN (SELECT value FROM json_each($3)))"
            ));
        }
        {
            let mut query = query.build().bind(commit.seq).bind(day.to_string());
            if let Some(things) = things {
                query = query.bind(array(things)?);
            }
            let mut rows = query.fetch(&mut *transaction);
            while let Some(row) = rows.try_next().await? {
                builder.add(row::version(&row)?);
            }
        }
        name_strangers(&mut transaction, &mut builder, commit).await?;
        transaction.rollback().await?;
        Ok(builder.finish())
    }

    /// Every row in force, for [`intake`](crate::org::intake) to plan on.
    pub async fn stored(&self) -> Result<Stored, StoreError> {
        let mut transaction = self.reader().begin().await?;
        let basis = commit_at(&mut transaction, None).await?.seq;
        let erased = super::erase::tombstones(&mut transaction).await?;
        let rows = in_force(&mut transaction, FACTS_IN_FORCE).await?;
        let claims = in_force(&mut transaction, CLAIMS_IN_FORCE).await?;
        transaction.rollback().await?;
        Ok(Stored { basis, rows, claims, erased })
    }

    /// The people who have or had the national id with this keyed hash (see [`Sealer::index`](crate::org::Sealer)).
    pub async fn people_with_national_id(&self, hash: &str) -> Result<Vec<Id>, StoreError> {
        let found: Vec<(String,)> = sqlx::query_as("SELECT person FROM national_id WHERE hash = $1 ORDER BY person")
            .bind(hash)
            .fetch_all(self.reader())
            .await?;
        Ok(found.into_iter().map(|(person,)| Id::new(person)).collect())
    }
}

/// Tells what people were called whose every version was corrected away, though they have an account still.
async fn name_strangers(
    connection: &mut SqliteConnection,
    builder: &mut SnapshotBuilder,
    commit: Commit,
) -> Result<(), StoreError> {
    let strangers = builder.strangers();
    if strangers.is_empty() {
        return Ok(());
    }
    // the version that was known last, of the last day it spoke of, comes last and counts
    let mut rows = sqlx::query(
        "SELECT kind, id, valid_from, valid_to, body FROM fact INDEXED BY fact_by_thing
         WHERE kind = 'person' AND id IN (SELECT value FROM json_each($1)) AND known_from <= $2
         ORDER BY id, known_to, valid_from",
    )
    .bind(array(&strangers)?)
    .bind(commit.seq)
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        if let Version { id, fact: Fact::Person(person), .. } = row::version(&row)? {
            builder.was_called(id, &person);
        }
    }
    Ok(())
}

/// The rows of all kinds that a query gives.
async fn in_force(connection: &mut SqliteConnection, query: &'static str) -> Result<Runs<StoredRow>, StoreError> {
    let mut sources: HashMap<String, Arc<str>> = HashMap::new();
    let mut stored = Sorter::default();
    for kind in FactKind::ALL {
        let mut rows = sqlx::query(query).bind(kind.name()).fetch(&mut *connection);
        while let Some(found) = rows.try_next().await? {
            let source: &str = found.try_get("source")?;
            if !sources.contains_key(source) {
                sources.insert(source.to_owned(), source.into());
            }
            stored.push(StoredRow {
                row: found.try_get("row")?,
                kind,
                id: row::id(&found)?,
                interval: row::interval(&found)?,
                source: sources[source].clone(),
                body: found.try_get::<&str, _>("body")?.into(),
            });
        }
    }
    Ok(stored.finish())
}
