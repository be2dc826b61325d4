//! The alarms that were told, and what is kept to find them by. What is an alarm is decided elsewhere: here are rows.

use sqlx::{Sqlite, Transaction};

use super::{Store, StoreError};
use crate::org::Instant;

/// An alarm that was told and is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    pub name: String,
    pub subject: String,
    /// JSON: as it was told last.
    pub body: String,
    pub told: Instant,
    /// Since when it is not found any more.
    pub gone: Option<Instant>,
}

impl Store {
    /// All of them, by name and subject.
    pub async fn alarms(&self) -> Result<Vec<AlarmRow>, StoreError> {
        let rows: Vec<(String, String, String, i64, Option<i64>)> =
            sqlx::query_as("SELECT name, subject, body, told, gone FROM alarm ORDER BY name, subject")
                .fetch_all(self.reader())
                .await?;
        let row = |(name, subject, body, told, gone): (String, String, String, i64, Option<i64>)| AlarmRow {
            name,
            subject,
            body,
            told: Instant::from_micros(told),
            gone: gone.map(Instant::from_micros),
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Keeps these in place of all that were known, in the transaction that posts what is told of them.
    pub async fn keep_alarms(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        rows: &[AlarmRow],
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM alarm").execute(&mut **transaction).await?;
        for row in rows {
            sqlx::query("INSERT INTO alarm (name, subject, body, told, gone) VALUES (?, ?, ?, ?, ?)")
                .bind(&row.name)
                .bind(&row.subject)
                .bind(&row.body)
                .bind(row.told.micros())
                .bind(row.gone.map(Instant::micros))
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// What was found out about something, and when.
    pub async fn watched(&self, what: &str) -> Result<Option<(serde_json::Value, Instant)>, StoreError> {
        let row: Option<(String, i64)> = sqlx::query_as("SELECT body, at FROM watched WHERE what = ?")
            .bind(what)
            .fetch_optional(self.reader())
            .await?;
        row.map(|(body, at)| Ok((serde_json::from_str(&body)?, Instant::from_micros(at)))).transpose()
    }

    pub async fn keep_watched(&self, what: &str, body: &serde_json::Value, at: Instant) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO watched (what, body, at) VALUES (?, ?, ?)
             ON CONFLICT (what) DO UPDATE SET body = excluded.body, at = excluded.at",
        )
        .bind(what)
        .bind(body.to_string())
        .bind(at.micros())
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    pub async fn forget_watched(&self, what: &str) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM watched WHERE what = ?").bind(what).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }
}
