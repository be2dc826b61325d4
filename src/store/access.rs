//! The history of accesses: what observations showed to turn.

use futures_util::TryStreamExt;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::commit::ROWS_AT_ONCE;
use super::{RunId, Store, StoreError};
use crate::object::{Links, ObjectId};
use crate::org::{Id, Instant};
use crate::reconcile::access::{Access, Dated, Turn, outlived};

type Row = (String, Option<String>, String, bool, Option<i64>, i64);

impl Store {
    /// Keeps what turned between two observations; the first one of a target begins its history.
    pub async fn keep_turns(
        &self,
        target: &str,
        turns: &[Turn],
        links: &Links,
        (after, now): (Option<Instant>, Instant),
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("INSERT INTO access_since (target, at) VALUES (?, ?) ON CONFLICT (target) DO NOTHING")
            .bind(target)
            .bind(now.micros())
            .execute(&mut *transaction)
            .await?;
        for some in turns.chunks(ROWS_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new(
                "INSERT INTO access_turn (target, subject, key, grp, name, came, after, seen) ",
            );
            query.push_values(some, |mut values, turn| {
                let Access { subject, group } = &turn.access;
                values
                    .push_bind(target)
                    .push_bind(subject.as_str())
                    .push_bind(links.key(subject).map(Id::as_str))
                    .push_bind(group.as_ref().map(ObjectId::as_str))
                    .push_bind(&turn.name)
                    .push_bind(turn.came)
                    .push_bind(after.map(Instant::micros))
                    .push_bind(now.micros());
            });
            query.build().execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Deletes what says nothing of the time from an instant on. Of the time before nothing is known any more.
    pub async fn forget_access(&self, from: Instant) -> Result<u64, StoreError> {
        let known = sqlx::query("SELECT 1 FROM access_since WHERE at < ? LIMIT 1").bind(from.micros());
        if known.fetch_optional(self.reader()).await?.is_none() {
            return Ok(0);
        }
        let mut transaction = self.begin().await?;
        let gone = outlived_turns(&mut transaction, from).await?;
        for some in gone.chunks(ROWS_AT_ONCE) {
            let mut delete = QueryBuilder::<Sqlite>::new("DELETE FROM access_turn WHERE seq IN (");
            let mut numbers = delete.separated(", ");
            for seq in some {
                numbers.push_bind(seq);
            }
            delete.push(")").build().execute(&mut *transaction).await?;
        }
        sqlx::query("UPDATE access_since SET at = ?1 WHERE at < ?1")
            .bind(from.micros())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(gone.len() as u64)
    }

    /// Since when the accesses of a target are known.
    pub async fn access_since(&self, target: &str) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT at FROM access_since WHERE target = ?")
            .bind(target)
            .fetch_optional(self.reader())
            .await?;
        Ok(at.map(Instant::from_micros))
    }

    /// What turned about an account, in that order.
    pub async fn turns_of(&self, target: &str, subject: &ObjectId) -> Result<Vec<Dated>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT subject, grp, name, came, after, seen FROM access_turn WHERE target = ? AND subject = ? ORDER BY seq",
        )
        .bind(target)
        .bind(subject.as_str())
        .fetch_all(self.reader())
        .await?;
        Ok(rows.into_iter().map(dated).collect())
    }

    /// What turned about the members of a group, in that order.
    pub async fn turns_in(&self, target: &str, group: &ObjectId) -> Result<Vec<Dated>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT subject, grp, name, came, after, seen FROM access_turn WHERE target = ? AND grp = ? ORDER BY seq",
        )
        .bind(target)
        .bind(group.as_str())
        .fetch_all(self.reader())
        .await?;
        Ok(rows.into_iter().map(dated).collect())
    }

    /// The objects that ever belonged to a thing in a target, as far as anything turned about them.
    pub async fn objects_once_of(&self, target: &str, key: &Id) -> Result<Vec<ObjectId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT subject FROM access_turn WHERE target = ? AND key = ? ORDER BY subject",
        )
        .bind(target)
        .bind(key.as_str())
        .fetch_all(self.reader())
        .await?;
        Ok(ids.into_iter().map(ObjectId::new).collect())
    }

    /// The run of rosterd's that did what an observation showed to have turned; none where somebody else did.
    pub async fn run_behind(&self, target: &str, one: &Dated) -> Result<Option<RunId>, StoreError> {
        let Access { subject, group } = &one.turn.access;
        let steps = match (group, one.turn.came) {
            (Some(_), true) => ["add-members:*", "", ""],
            (Some(_), false) => ["remove-members:*", "strip:*", "delete:*"],
            (None, true) => ["create:*", "enable:*", "restore:*"],
            (None, false) => ["disable:*", "delete:*", ""],
        };
        Ok(sqlx::query_scalar(
            "SELECT step_event.run FROM step_event JOIN run ON run.id = step_event.run
             WHERE run.target = ? AND step_event.object = ? AND step_event.event IN ('done', 'founddone')
               AND (step_event.step GLOB ? OR step_event.step GLOB ? OR step_event.step GLOB ?)
               AND step_event.at <= ? AND step_event.at >= ? ORDER BY step_event.seq DESC LIMIT 1",
        )
        .bind(target)
        .bind(group.as_ref().unwrap_or(subject).as_str())
        .bind(steps[0])
        .bind(steps[1])
        .bind(steps[2])
        .bind(one.seen.micros())
        .bind(one.after.map_or(i64::MIN, Instant::micros))
        .fetch_optional(self.reader())
        .await?)
    }
}

/// The numbers of the turns that say nothing of the time from an instant on.
async fn outlived_turns(connection: &mut SqliteConnection, from: Instant) -> Result<Vec<i64>, StoreError> {
    let mut gone = Vec::new();
    let (mut of, mut numbers, mut turns) = (None, Vec::new(), Vec::new());
    let mut rows =
        sqlx::query("SELECT seq, target, subject, grp, came, seen FROM access_turn ORDER BY target, subject, grp, seq")
            .fetch(connection);
    loop {
        let row = rows.try_next().await?;
        let next: Option<(String, String, Option<String>)> = match &row {
            Some(row) => Some((row.try_get("target")?, row.try_get("subject")?, row.try_get("grp")?)),
            None => None,
        };
        if of != next {
            gone.extend(outlived(&turns, from).into_iter().filter_map(|place| numbers.get(place).copied()));
            (of, numbers, turns) = (next, Vec::new(), Vec::new());
        }
        let Some(row) = row else { return Ok(gone) };
        numbers.push(row.try_get::<i64, _>("seq")?);
        turns.push((Instant::from_micros(row.try_get("seen")?), row.try_get::<bool, _>("came")?));
    }
}

fn dated((subject, group, name, came, after, seen): Row) -> Dated {
    let access = Access { subject: ObjectId::new(subject), group: group.map(ObjectId::new) };
    let after = after.map(Instant::from_micros);
    Dated { turn: Turn { access, name, came }, after, seen: Instant::from_micros(seen) }
}
