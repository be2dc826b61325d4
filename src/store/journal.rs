//! The journal of runs: what is about to be done, durable before it is done, and what came of it. One transaction holds
//! many entries, since each costs a wait for the disk.

use serde_json::json;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::commit::{CommitMeta, ROWS_AT_ONCE};
use super::log::{LogKey, Record, append_all};
use super::reserve::reserve;
use super::{Joined, RunId, Store, StoreError, Try, Written, accepted, fence, links, members, tried};
use crate::object::{Kind, ObjectId, Reservation, StepId};
use crate::org::{Day, Id, Instant};
use crate::reconcile::Digest;
use crate::reconcile::journal::Event;
use crate::stops::{self, Moment};

/// One entry of the journal.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub run: RunId,
    pub step: &'a StepId,
    pub event: Event,
    pub object: Option<&'a ObjectId>,
    pub class: Option<&'a str>,
    pub message: Option<&'a str>,
}

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneStep {
    /// Of the plan that has the step.
    pub digest: Digest,
    pub step: String,
    /// What the journal has; none where the step itself names it.
    pub object: Option<ObjectId>,
    pub run: RunId,
    /// The run is over.
    pub ended: bool,
    pub at: Instant,
}

/// What a step that was done means for the links of its target.
#[derive(Debug, Clone, Copy)]
pub enum Linking<'a> {
    /// The entry's object is that of the key.
    Made(&'a Id, Kind),
    /// The key has no object any more.
    Forgotten(&'a Id),
    /// The same, since rosterd deleted it.
    Deleted(&'a Id, Kind),
    /// What rosterd deleted under the key cannot be brought back.
    Lost(&'a Id),
}

/// What one transaction of the journal holds.
#[derive(Debug, Default)]
pub struct Page<'a> {
    /// What came of steps.
    pub outcomes: Vec<(Entry<'a>, Option<Linking<'a>>)>,
    /// The steps to take next, with the names and the account fact that they need.
    pub intents: Vec<(Entry<'a>, Option<&'a Reservation>)>,
    /// What the objects of done steps show of what was written.
    pub written: Vec<Written<'a>>,
    /// Who came into groups and who left them, where that is to be known.
    pub joined: Vec<Joined<'a>>,
    /// What later runs are to know of the tries.
    pub tries: Vec<Try<'a>>,
}

impl Page<'_> {
    /// The run that it is of: all of its entries are of one.
    fn run(&self) -> Option<RunId> {
        let outcomes = self.outcomes.iter().map(|(entry, _)| entry.run);
        outcomes.chain(self.intents.iter().map(|(entry, _)| entry.run)).next()
    }
}

impl Store {
    /// Writes a page, durably and whole. Answers for each intent why it cannot be: a name was given to somebody else
    /// since the plan was made. Such an intent is not written. `meta` is for the account facts, which are one commit. A page
    /// of a run that lost its lease is refused as a whole.
    pub async fn write_page(
        &self,
        page: &Page<'_>,
        target: &str,
        today: Day,
        meta: &CommitMeta,
    ) -> Result<Vec<Option<String>>, StoreError> {
        let key = self.log.key()?;
        let steps = || (page.outcomes.iter().map(|(one, _)| one.step), page.intents.iter().map(|(one, _)| one.step));
        let (outcomes, intents) = steps();
        stops::page(Moment::Before, outcomes, intents);
        let mut transaction = self.begin().await?;
        if let Some(run) = page.run() {
            fence::of_run(&mut transaction, run).await?;
        }
        let outcomes: Vec<&Entry<'_>> = page.outcomes.iter().map(|(entry, _)| entry).collect();
        append(&mut transaction, key, &outcomes, meta.now).await?;
        link(&mut transaction, target, &page.outcomes, meta.now).await?;
        accepted::keep(&mut transaction, target, &page.written, meta.now).await?;
        members::keep(&mut transaction, target, &page.joined).await?;
        tried::keep(&mut transaction, target, &page.tries, meta.now).await?;
        let reservations: Vec<&Reservation> = page.intents.iter().filter_map(|(_, reservation)| *reservation).collect();
        let mut refused = reserve(&mut transaction, key, &reservations, (target, today), meta).await?.into_iter();
        let refused: Vec<Option<String>> =
            page.intents.iter().map(|(_, one)| one.and_then(|_| refused.next().flatten())).collect();
        let possible = page.intents.iter().zip(&refused).filter(|(_, refused)| refused.is_none());
        let intents: Vec<&Entry<'_>> = possible.map(|((entry, _), _)| entry).collect();
        append(&mut transaction, key, &intents, meta.now).await?;
        transaction.commit().await?;
        let (outcomes, intents) = steps();
        stops::page(Moment::After, outcomes, intents);
        Ok(refused)
    }

    /// How far the journal has come.
    pub async fn last_event(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM step_event").fetch_one(self.reader()).await?)
    }

    /// The steps that were done in a target after the journal had come so far, in that order.
    pub async fn done_after(&self, target: &str, events: i64) -> Result<Vec<DoneStep>, StoreError> {
        let rows: Vec<(String, String, Option<String>, RunId, bool, i64)> = sqlx::query_as(
            "SELECT run.digest, step_event.step, step_event.object, run.id, run.ended IS NOT NULL, step_event.at
             FROM step_event JOIN run ON run.id = step_event.run
             WHERE step_event.seq > ? AND run.target = ? AND step_event.event IN ('done', 'founddone')
             ORDER BY step_event.seq",
        )
        .bind(events)
        .bind(target)
        .fetch_all(self.reader())
        .await?;
        let done = |(digest, step, object, run, ended, at): (String, String, Option<String>, RunId, bool, i64)| {
            let (object, at) = (object.map(ObjectId::new), Instant::from_micros(at));
            Some(DoneStep { digest: digest.parse().ok()?, step, object, run, ended, at })
        };
        Ok(rows.into_iter().filter_map(done).collect())
    }

    /// Writes one entry of the journal, durably, and what it means for the links of its target.
    pub async fn record(
        &self,
        entry: &Entry<'_>,
        linking: Option<(&str, Linking<'_>)>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let key = self.log.key()?;
        stops::at(Moment::Before, "what became of a step");
        let mut transaction = self.begin().await?;
        append(&mut transaction, key, &[entry], now).await?;
        if let Some((target, linking)) = linking {
            link(&mut transaction, target, &[(entry.clone(), Some(linking))], now).await?;
        }
        transaction.commit().await?;
        stops::at(Moment::After, "what became of a step");
        Ok(())
    }
}

/// Appends to the journal within a transaction. What is only intended stands in no log: what became of it follows, and
/// is what counts.
async fn append(
    connection: &mut SqliteConnection,
    key: &LogKey,
    entries: &[&Entry<'_>],
    now: Instant,
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    // numbered on from the greatest ever, so that the log can name them
    let last: Option<i64> = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'step_event'")
        .fetch_optional(&mut *connection)
        .await?;
    let numbered: Vec<(i64, &Entry<'_>)> = (last.unwrap_or(0) + 1..).zip(entries.iter().copied()).collect();
    for some in numbered.chunks(ROWS_AT_ONCE) {
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT INTO step_event (seq, run, step, event, at, object, class, message) ");
        query.push_values(some, |mut values, (seq, entry)| {
            values
                .push_bind(*seq)
                .push_bind(entry.run)
                .push_bind(entry.step.as_str())
                .push_bind(entry.event.as_str())
                .push_bind(now.micros())
                .push_bind(entry.object.map(ObjectId::as_str))
                .push_bind(entry.class)
                .push_bind(entry.message);
        });
        query.build().execute(&mut *connection).await?;
    }
    let receipt = |(seq, entry): &(i64, &Entry<'_>)| {
        let row = json!({
            "seq": seq, "run": entry.run, "step": entry.step.as_str(), "event": entry.event.as_str(),
            "at": now.micros(), "object": entry.object.map(ObjectId::as_str), "class": entry.class,
            "message": entry.message,
        });
        Record::new("receipt", format!("run {}", entry.run), row)
    };
    let receipts = numbered.iter().filter(|(_, entry)| entry.event != Event::Intended).map(receipt);
    append_all(connection, key, &receipts.collect::<Vec<_>>(), now).await?;
    Ok(())
}

/// Makes and breaks the links that outcomes tell of.
async fn link(
    connection: &mut SqliteConnection,
    target: &str,
    outcomes: &[(Entry<'_>, Option<Linking<'_>>)],
    now: Instant,
) -> Result<(), StoreError> {
    let mut made = Vec::new();
    for (entry, linking) in outcomes {
        match (linking, entry.object) {
            (Some(Linking::Made(key, kind)), Some(object)) => made.push((*key, *kind, object)),
            (Some(Linking::Deleted(key, kind)), Some(object)) => {
                links::remove(connection, target, key).await?;
                links::keep_deleted(connection, target, (key, *kind, object), now).await?;
            }
            (Some(Linking::Lost(key)), _) => links::forget_deleted(connection, target, key).await?,
            (Some(Linking::Forgotten(key) | Linking::Deleted(key, _)), _) => {
                links::remove(connection, target, key).await?;
            }
            _ => {}
        }
    }
    links::add(connection, target, &made, now).await
}
