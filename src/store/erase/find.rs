//! Finding what an erasure is about: the person's rows, what names them, and what names that in turn.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection};

use super::texts::Texts;
use super::{Erasure, LeftObject};
use crate::org::{Called, Day, ErasableRow, ErasurePlan, ErasureRefused, FactKind, Id, erase};
use crate::store::error::StoreError;
use crate::store::read::commit_at;
use crate::store::{Store, row};

impl Store {
    /// What erasing a person would do, or why it may not be done. Nothing is written.
    pub async fn find_erasure(&self, person: &Id, today: Day) -> Result<Result<Erasure, ErasureRefused>, StoreError> {
        let mut transaction = self.reader().begin().await?;
        let basis = commit_at(&mut transaction, None).await?.seq;
        let (plan, rows) = match plan(&mut transaction, person, today).await? {
            Ok(found) => found,
            Err(refused) => return Ok(Err(refused)),
        };
        let objects = objects(&mut transaction, &plan).await?;
        let deleted: BTreeSet<i64> = plan.delete.iter().copied().collect();
        let gone = rows.iter().filter(|row| deleted.contains(&row.row)).map(|row| (&row.id, &row.fact));
        let called = Called::new(gone, objects.iter().map(|left| left.object.as_str().to_owned()));
        let texts = Texts::find(&mut transaction, &called, &plan).await?;
        transaction.rollback().await?;
        let count = |numbers: &mut dyn Iterator<Item = i64>| {
            let mut counts: BTreeMap<FactKind, u64> = BTreeMap::new();
            let numbers: BTreeSet<i64> = numbers.collect();
            for row in rows.iter().filter(|row| numbers.contains(&row.row)) {
                *counts.entry(row.fact.kind()).or_default() += 1;
            }
            counts
        };
        Ok(Ok(Erasure {
            person: person.clone(),
            basis,
            called,
            deleted: count(&mut plan.delete.iter().copied()),
            rewritten: count(&mut plan.rewrite.iter().map(|(row, _)| *row)),
            objects,
            plans: texts.plans() as u64,
            texts: texts.texts() as u64,
            plan,
        }))
    }

    /// Whether a plan that is stored names the person.
    pub async fn plan_names(&self, digest: &str, called: &Called) -> Result<bool, StoreError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM plan WHERE digest = ?")
            .bind(digest)
            .fetch_optional(self.reader())
            .await?;
        Ok(body.is_some_and(|body| called.in_text(&body)))
    }
}

type Planned = (ErasurePlan, Vec<ErasableRow>);

/// Reads what names the things that go, until no more of them come up.
async fn plan(
    connection: &mut SqliteConnection,
    person: &Id,
    today: Day,
) -> Result<Result<Planned, ErasureRefused>, StoreError> {
    let mut rows: BTreeMap<i64, ErasableRow> = BTreeMap::new();
    let mut known: BTreeSet<Id> = BTreeSet::new();
    let mut new = BTreeSet::from([person.clone()]);
    loop {
        for thing in new.iter().cloned().chain(naming(connection, &new).await?) {
            rows.extend(rows_of(connection, &thing).await?);
        }
        known.append(&mut new);
        let all: Vec<ErasableRow> = rows.values().cloned().collect();
        let plan = match erase::plan(person, &all, today) {
            Ok(plan) => plan,
            Err(refused) => return Ok(Err(refused)),
        };
        new = plan.things.keys().filter(|id| !known.contains(*id)).cloned().collect();
        if new.is_empty() {
            return Ok(Ok((plan, all)));
        }
    }
}

/// The things of which any version names one of these.
async fn naming(connection: &mut SqliteConnection, ids: &BTreeSet<Id>) -> Result<BTreeSet<Id>, StoreError> {
    let quoted = ids.iter().map(|id| Ok(serde_json::to_string(id)?)).collect::<Result<Vec<String>, StoreError>>()?;
    let mut things = BTreeSet::new();
    let mut rows = sqlx::query("SELECT id, body FROM fact").fetch(connection);
    while let Some(found) = rows.try_next().await? {
        let body: &str = found.try_get("body")?;
        if quoted.iter().any(|id| body.contains(id)) {
            things.insert(row::id(&found)?);
        }
    }
    Ok(things)
}

/// All rows of a thing. An id is that of one kind, so kinds are asked one by one for the index.
async fn rows_of(connection: &mut SqliteConnection, id: &Id) -> Result<Vec<(i64, ErasableRow)>, StoreError> {
    let mut rows = Vec::new();
    for kind in FactKind::ALL {
        let found = sqlx::query(
            "SELECT row, kind, id, valid_from, valid_to, body, known_to IS NULL AS in_force FROM fact
             WHERE kind = ? AND id = ?",
        )
        .bind(kind.name())
        .bind(id.as_str())
        .fetch_all(&mut *connection)
        .await?;
        for found in found {
            let version = row::version(&found)?;
            let (row, in_force) = (found.try_get("row")?, found.try_get("in_force")?);
            let (id, interval, fact) = (version.id, version.interval, version.fact);
            rows.push((row, ErasableRow { row, id, interval, in_force, fact }));
        }
    }
    Ok(rows)
}

/// The objects that are linked to things that go.
async fn objects(connection: &mut SqliteConnection, plan: &ErasurePlan) -> Result<Vec<LeftObject>, StoreError> {
    let mut objects = Vec::new();
    for thing in plan.things.keys() {
        let rows: Vec<(String, String, String)> =
            sqlx::query_as("SELECT target, kind, object FROM link WHERE key = ? ORDER BY target")
                .bind(thing.as_str())
                .fetch_all(&mut *connection)
                .await?;
        objects.extend(rows.into_iter().map(LeftObject::from));
    }
    Ok(objects)
}
