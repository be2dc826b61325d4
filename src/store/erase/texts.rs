//! Texts that name an erased person: which there are, and what is left of them in the tables and in the log.
//!
//! Stored plans that name the person are deleted; approvals name a digest only and stay. Of a note, a message or a
//! summary the text goes, and what it was about stays. The entry of the log that covered it loses its payload, and the
//! erasure's own entry says what the row says since.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::{Row, SqliteConnection};

use crate::org::{Called, ERASED, ErasurePlan, Id};
use crate::store::error::StoreError;
use crate::store::log::{Taken, erase_payload};

/// The texts to erase.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Digests of plans.
    plans: Vec<String>,
    /// Commits whose note goes.
    notes: BTreeSet<i64>,
    /// Standing orders whose note goes.
    orders: BTreeSet<i64>,
    /// Events of the journal whose message goes.
    events: BTreeSet<i64>,
    /// Runs with what is left of their summaries.
    summaries: BTreeMap<i64, String>,
    /// Imports with what is left of their counts and limits.
    batches: Vec<(String, [String; 2])>,
    /// What reports told: job, part, target and id of the findings that go.
    told: Vec<[String; 4]>,
    /// Letters that wait: they do not go any more.
    letters: BTreeSet<String>,
}

impl Texts {
    pub(super) fn plans(&self) -> usize {
        self.plans.len()
    }

    pub(super) fn texts(&self) -> usize {
        self.notes.len()
            + self.orders.len()
            + self.events.len()
            + self.summaries.len()
            + self.batches.len()
            + self.told.len()
            + self.letters.len()
    }

    pub(super) async fn find(
        connection: &mut SqliteConnection,
        called: &Called,
        plan: &ErasurePlan,
    ) -> Result<Self, StoreError> {
        let mut texts = Self::default();
        let edits = edits_of(connection, plan).await?;
        let mut rows = sqlx::query("SELECT seq, note FROM commit_log WHERE note IS NOT NULL").fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            let (seq, note): (i64, &str) = (row.try_get("seq")?, row.try_get("note")?);
            if note != ERASED && (edits.contains(&seq) || called.in_text(note)) {
                texts.notes.insert(seq);
            }
        }
        drop(rows);
        let mut rows =
            sqlx::query("SELECT seq, subject, note FROM standing_order WHERE note IS NOT NULL").fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            let (subject, note): (Option<&str>, &str) = (row.try_get("subject")?, row.try_get("note")?);
            let is_about = subject.is_some_and(|subject| plan.things.contains_key(&Id::new(subject)));
            if note != ERASED && (is_about || called.in_text(note)) {
                texts.orders.insert(row.try_get("seq")?);
            }
        }
        drop(rows);
        let mut rows =
            sqlx::query("SELECT seq, step, message FROM step_event WHERE message IS NOT NULL").fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            let (step, message): (&str, &str) = (row.try_get("step")?, row.try_get("message")?);
            if message != ERASED && (called.in_text(message) || called.in_text(step)) {
                texts.events.insert(row.try_get("seq")?);
            }
        }
        drop(rows);
        let mut rows = sqlx::query("SELECT id, summary FROM run WHERE summary IS NOT NULL").fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            if let Some(left) = redacted(called, row.try_get("summary")?)? {
                texts.summaries.insert(row.try_get("id")?, left);
            }
        }
        drop(rows);
        let mut rows = sqlx::query("SELECT digest, counts, limits FROM batch").fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            let (counts, limits): (&str, &str) = (row.try_get("counts")?, row.try_get("limits")?);
            let left = (redacted(called, counts)?, redacted(called, limits)?);
            if left.0.is_some() || left.1.is_some() {
                let left = [left.0.unwrap_or(counts.to_owned()), left.1.unwrap_or(limits.to_owned())];
                texts.batches.push((row.try_get("digest")?, left));
            }
        }
        drop(rows);
        let mut rows = sqlx::query(
            "SELECT id, text || coalesce(html, '') || json AS said FROM letter WHERE text <> ''
             UNION ALL SELECT letter, cast(content AS TEXT) FROM letter_file WHERE media LIKE 'text/%'",
        )
        .fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            if called.in_text(row.try_get("said")?) {
                texts.letters.insert(row.try_get("id")?);
            }
        }
        drop(rows);
        let mut rows = sqlx::query("SELECT digest, body FROM plan").fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            if called.in_text(row.try_get("body")?) {
                texts.plans.push(row.try_get("digest")?);
            }
        }
        drop(rows);
        let mut rows = sqlx::query("SELECT job, part, target, id, body FROM told_finding").fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            if called.in_text(row.try_get("body")?) || called.in_text(row.try_get("id")?) {
                let [job, part, target, id] = ["job", "part", "target", "id"].map(|column| row.try_get(column));
                texts.told.push([job?, part?, target?, id?]);
            }
        }
        drop(rows);
        Ok(texts)
    }

    /// Takes the texts out of the tables and the log, and says what is left.
    pub(super) async fn redact(&self, connection: &mut SqliteConnection, taken: &mut Taken) -> Result<(), StoreError> {
        for digest in &self.plans {
            sqlx::query("DELETE FROM plan WHERE digest = ?").bind(digest).execute(&mut *connection).await?;
        }
        for [job, part, target, id] in &self.told {
            sqlx::query("DELETE FROM told_finding WHERE job = ? AND part = ? AND target = ? AND id = ?")
                .bind(job)
                .bind(part)
                .bind(target)
                .bind(id)
                .execute(&mut *connection)
                .await?;
        }
        for seq in &self.notes {
            let update = sqlx::query("UPDATE commit_log SET note = ? WHERE seq = ?");
            update.bind(ERASED).bind(seq).execute(&mut *connection).await?;
        }
        for seq in &self.orders {
            let update = sqlx::query("UPDATE standing_order SET note = ? WHERE seq = ?");
            update.bind(ERASED).bind(seq).execute(&mut *connection).await?;
        }
        for seq in &self.events {
            let update = sqlx::query("UPDATE step_event SET message = ? WHERE seq = ?");
            update.bind(ERASED).bind(seq).execute(&mut *connection).await?;
        }
        for (run, left) in &self.summaries {
            let update = sqlx::query("UPDATE run SET summary = ? WHERE id = ?");
            update.bind(left).bind(run).execute(&mut *connection).await?;
        }
        for (digest, [counts, limits]) in &self.batches {
            let update = sqlx::query("UPDATE batch SET counts = ?, limits = ? WHERE digest = ?");
            update.bind(counts).bind(limits).bind(digest).execute(&mut *connection).await?;
        }
        for letter in &self.letters {
            give_up(connection, letter).await?;
        }
        for (entry, payload) in self.entries(connection).await? {
            erase_payload(connection, entry).await?;
            taken.restated.insert(entry, payload);
        }
        Ok(())
    }

    /// The entries of the log that hold one of the texts, with what is left of their payloads.
    async fn entries(&self, connection: &mut SqliteConnection) -> Result<Vec<(i64, Value)>, StoreError> {
        let mut entries = Vec::new();
        if [&self.notes, &self.orders, &self.events].iter().all(|rows| rows.is_empty()) && self.summaries.is_empty() {
            return Ok(entries);
        }
        let mut rows = sqlx::query(
            "SELECT seq, payload FROM log WHERE payload IS NOT NULL
               AND kind IN ('commit', 'order', 'receipt', 'run-ended', 'erasure', 'retention')",
        )
        .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let mut payload = serde_json::from_str(row.try_get("payload")?)?;
            if self.restate(&mut payload) {
                entries.push((row.try_get("seq")?, payload));
            }
        }
        Ok(entries)
    }

    /// Takes the texts out of a payload, whatever its row is of; and out of those that it restates.
    fn restate(&self, payload: &mut Value) -> bool {
        let mut changed = false;
        if let Some(Value::Object(restated)) = payload.pointer_mut("/taken/restated") {
            changed = restated.values_mut().fold(false, |any, payload| any | self.restate(payload));
        }
        let Some(Value::Object(row)) = payload.get_mut("row") else { return changed };
        let number = |field: &str| row.get(field).and_then(Value::as_i64).unwrap_or_default();
        let (seq, run, order) = (number("seq"), number("run"), number("order"));
        let is_of_order = row.contains_key("order") && self.orders.contains(&order);
        let (field, left) = if is_of_order || row.contains_key("note") && self.notes.contains(&seq) {
            ("note", ERASED)
        } else if row.contains_key("step") && self.events.contains(&seq) {
            ("message", ERASED)
        } else if let (true, Some(left)) = (row.contains_key("summary"), self.summaries.get(&run)) {
            ("summary", left.as_str())
        } else {
            return changed;
        };
        // in its place: the row is compared as a text
        if let Some(text) = row.get_mut(field) {
            *text = Value::from(left);
        }
        true
    }
}

/// What a letter says is taken out, in every form; who does not have it yet does not get it.
async fn give_up(connection: &mut SqliteConnection, letter: &str) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE outbox SET state = 'failed', why = 'it named somebody who was erased'
         WHERE letter = ? AND state IN ('waiting', 'sending')",
    )
    .bind(letter)
    .execute(&mut *connection)
    .await?;
    let update = sqlx::query("UPDATE letter SET text = '', html = NULL, json = '' WHERE id = ?");
    update.bind(letter).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM letter_file WHERE letter = ?").bind(letter).execute(&mut *connection).await?;
    Ok(())
}

/// A document without the texts that name the person; none when there were none.
fn redacted(called: &Called, text: &str) -> Result<Option<String>, StoreError> {
    let mut value: Value = serde_json::from_str(text)?;
    Ok(called.redact(&mut value).then(|| value.to_string()))
}

/// The edits by hand that rows of the erasure came from or were closed by: their notes are about the person.
async fn edits_of(connection: &mut SqliteConnection, plan: &ErasurePlan) -> Result<BTreeSet<i64>, StoreError> {
    let mut edits = BTreeSet::new();
    for row in plan.delete.iter().copied().chain(plan.rewrite.iter().map(|(row, _)| *row)) {
        let found: Vec<i64> = sqlx::query_scalar(
            "SELECT seq FROM commit_log JOIN fact ON seq IN (known_from, known_to)
             WHERE row = ? AND commit_log.source = 'edit'",
        )
        .bind(row)
        .fetch_all(&mut *connection)
        .await?;
        edits.extend(found);
    }
    Ok(edits)
}
