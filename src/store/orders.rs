//! Standing orders: each word that was given, and what is in force of them. The last word about a person or a target
//! counts.

use serde_json::json;

use super::log::{Record, append};
use super::{Store, StoreError};
use crate::object::{Kind, ObjectId};
use crate::org::{Id, Instant, Maintenance, Order, Orders};

/// A word that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    Suspend(&'a Id),
    Resume(&'a Id),
    /// Every target without a name.
    Pause(Option<&'a str>),
    Unpause(Option<&'a str>),
    /// Without an instant until it is ended.
    BeginMaintenance(Option<Instant>),
    EndMaintenance,
}

impl Word<'_> {
    fn act(self) -> &'static str {
        match self {
            Self::Suspend(_) => "suspend",
            Self::Resume(_) => "resume",
            Self::Pause(_) => "pause",
            Self::Unpause(_) => "unpause",
            Self::BeginMaintenance(_) => "maintenance begin",
            Self::EndMaintenance => "maintenance end",
        }
    }

    fn subject(self) -> Option<String> {
        match self {
            Self::Suspend(person) | Self::Resume(person) => Some(person.to_string()),
            Self::Pause(target) | Self::Unpause(target) => target.map(str::to_owned),
            Self::BeginMaintenance(until) => until.map(|until| until.to_string()),
            Self::EndMaintenance => None,
        }
    }
}

type Row = (i64, String, Option<String>, Option<String>, String, i64);

impl Store {
    /// Takes down a word, durably and in the log.
    pub async fn order(&self, word: Word<'_>, note: Option<&str>, by: &str, now: Instant) -> Result<(), StoreError> {
        let key = self.log.key()?;
        let mut transaction = self.begin().await?;
        let seq = sqlx::query("INSERT INTO standing_order (act, subject, note, actor, at) VALUES (?, ?, ?, ?, ?)")
            .bind(word.act())
            .bind(word.subject())
            .bind(note)
            .bind(by)
            .bind(now.micros())
            .execute(&mut *transaction)
            .await?
            .last_insert_rowid();
        let row = json!({
            "order": seq, "act": word.act(), "subject": word.subject(), "note": note, "actor": by, "at": now.micros(),
        });
        append(&mut transaction, key, &Record::new("order", format!("order {seq}"), row), now).await?;
        transaction.commit().await?;
        self.write_head().await
    }

    /// What is in force.
    pub async fn orders(&self) -> Result<Orders, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT seq, act, subject, note, actor, at FROM standing_order ORDER BY seq")
                .fetch_all(self.reader())
                .await?;
        let mut orders = Orders::default();
        for (seq, act, subject, note, by, at) in rows {
            orders.revision = seq;
            let order = || Order { by, since: Instant::from_micros(at), note: note.unwrap_or_default() };
            match (act.as_str(), subject) {
                ("suspend", Some(person)) => _ = orders.suspended.entry(Id::new(person)).or_insert_with(order),
                ("resume", Some(person)) => _ = orders.suspended.remove(&Id::new(person)),
                ("pause", Some(target)) => _ = orders.paused.entry(target).or_insert_with(order),
                ("pause", None) => _ = orders.all_paused.get_or_insert_with(order),
                ("unpause", Some(target)) => _ = orders.paused.remove(&target),
                ("unpause", None) => {
                    orders.all_paused = None;
                    orders.paused.clear();
                }
                ("maintenance begin", until) => {
                    let until = until.map(|until| until.parse()).transpose();
                    let until = until.map_err(|error| StoreError::Damaged(format!("an order ends: {error}")))?;
                    orders.begin_maintenance(Maintenance { order: order(), until });
                }
                ("maintenance end", _) => orders.end_maintenance(Instant::from_micros(at)),
                (other, _) => return Err(StoreError::Damaged(format!("an order is {other:?}"))),
            }
        }
        Ok(orders)
    }

    /// The objects of a target that are linked to accounts of a person: to the ordinary one, and to any that a fact ever
    /// gave the person.
    pub async fn links_of_person(
        &self,
        target: &str,
        person: &Id,
        ordinary: &Id,
    ) -> Result<Vec<(Id, Kind, ObjectId)>, StoreError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT key, kind, object FROM link WHERE target = $1 AND (key = $2 OR EXISTS (
               SELECT 1 FROM fact WHERE fact.kind = 'account' AND fact.id = link.key
                 AND json_extract(fact.body, '$.person') = $3))
             ORDER BY key",
        )
        .bind(target)
        .bind(ordinary.as_str())
        .bind(person.as_str())
        .fetch_all(self.reader())
        .await?;
        let kind = |text: String| Kind::ALL.into_iter().find(|one| one.as_str() == text).unwrap_or(Kind::User);
        Ok(rows.into_iter().map(|(key, of, object)| (Id::new(key), kind(of), ObjectId::new(object))).collect())
    }

    /// Whether another word was given since: cheap enough to be asked between any two steps.
    pub async fn orders_revision(&self) -> Result<i64, StoreError> {
        let newest: Option<i64> =
            sqlx::query_scalar("SELECT max(seq) FROM standing_order").fetch_one(self.reader()).await?;
        Ok(newest.unwrap_or_default())
    }
}
