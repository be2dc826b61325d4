//! What somebody else changed in each target, for as long as it lasts and some days after.

use std::collections::HashSet;

use super::{Store, StoreError};
use crate::object::{Drift, PairMark, aspect};
use crate::org::Instant;

/// For so many days it is told that a drift is no more.
const TOLD_DAYS: i64 = 90;

/// A drift with what is known of its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftRow {
    pub drift: Drift,
    pub since: Instant,
    pub seen: Instant,
    pub resolved: Option<Instant>,
}

type Row = (String, i64, i64, Option<i64>);

impl Store {
    /// Everything that is known of a target, open and resolved, in the order in which it was first seen.
    pub async fn drift(&self, target: &str) -> Result<Vec<DriftRow>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT body, since, seen, resolved FROM drift WHERE target = ? ORDER BY since, key, attribute, item",
        )
        .bind(target)
        .fetch_all(self.reader())
        .await?;
        let row = |(body, since, seen, resolved): Row| {
            let since = Instant::from_micros(since);
            let mut drift: Drift = serde_json::from_str(&body)?;
            drift.since = Some(since);
            let (seen, resolved) = (Instant::from_micros(seen), resolved.map(Instant::from_micros));
            Ok(DriftRow { drift, since, seen, resolved })
        };
        rows.into_iter().map(row).collect()
    }

    /// Keeps what a plan showed. After a complete read, what it did not show any more is resolved.
    pub async fn keep_drift(
        &self,
        target: &str,
        drifts: &[Drift],
        complete: bool,
        now: Instant,
    ) -> Result<(), StoreError> {
        let open: Vec<Place> =
            sqlx::query_as("SELECT object, attribute, item FROM drift WHERE target = ? AND resolved IS NULL")
                .bind(target)
                .fetch_all(self.reader())
                .await?;
        if open.is_empty() && drifts.is_empty() {
            return Ok(());
        }
        let shown: HashSet<Place> = drifts.iter().map(place).collect();
        let mut transaction = self.begin().await?;
        for drift in drifts {
            let (object, attribute, item) = place(drift);
            sqlx::query(
                "INSERT INTO drift (target, object, attribute, item, key, body, mark, since, seen)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
                 ON CONFLICT (target, object, attribute, item) DO UPDATE SET key = excluded.key,
                   since = CASE WHEN resolved IS NULL AND mark = excluded.mark THEN since ELSE excluded.since END,
                   body = excluded.body, mark = excluded.mark, seen = excluded.seen, resolved = NULL",
            )
            .bind(target)
            .bind(object)
            .bind(attribute)
            .bind(item)
            .bind(drift.key.as_str())
            .bind(serde_json::to_string(&Drift { since: None, ..drift.clone() })?)
            .bind(PairMark::of(&drift.wanted, &drift.shown).as_str())
            .bind(now.micros())
            .execute(&mut *transaction)
            .await?;
        }
        for (object, attribute, item) in open.into_iter().filter(|place| complete && !shown.contains(place)) {
            sqlx::query("UPDATE drift SET resolved = ? WHERE target = ? AND object = ? AND attribute = ? AND item = ?")
                .bind(now.micros())
                .bind(target)
                .bind(object)
                .bind(attribute)
                .bind(item)
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query("DELETE FROM drift WHERE target = ? AND resolved < ?")
            .bind(target)
            .bind(now.days_earlier(TOLD_DAYS).micros())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Object, attribute, and of members which one.
type Place = (String, String, String);

fn place(drift: &Drift) -> Place {
    let item = match drift.attribute.is(aspect::MEMBERS) {
        true => drift.wanted.iter().chain(&drift.shown).map(ToString::to_string).collect(),
        false => String::new(),
    };
    (drift.object.to_string(), drift.attribute.as_str().to_ascii_lowercase(), item)
}
