//! The history of accesses: what observations showed to turn.

use sqlx::{QueryBuilder, Sqlite};

use super::commit::ROWS_AT_ONCE;
use super::{RunId, Store, StoreError};
use crate::object::{Links, ObjectId};
use crate::org::{Id, Instant};
use crate::reconcile::access::{Access, Dated, Turn};

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

fn dated((subject, group, name, came, after, seen): Row) -> Dated {
    let access = Access { subject: ObjectId::new(subject), group: group.map(ObjectId::new) };
    let after = after.map(Instant::from_micros);
    Dated { turn: Turn { access, name, came }, after, seen: Instant::from_micros(seen) }
}
