//! What was taken out of the record on purpose: stated by an entry of its own, so that the proof knows what to miss.
//!
//! An entry whose payload was erased has told its hash, and nothing else, from then on. What it still has to say, a
//! later entry says in its place; and where its row is gone too, a later entry says that.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::SqliteConnection;

use super::chain::LogKey;
use super::facts::{Columns, FactDigest, added, closed};
use super::sum::Sum;
use crate::store::error::StoreError;

/// The kinds of entries that say so.
pub(in crate::store) const ERASURE: &str = "erasure";
pub(in crate::store) const RETENTION: &str = "retention";

/// What one entry says is gone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(in crate::store) struct Taken {
    /// Of the rows of each commit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub commits: BTreeMap<i64, Gone>,
    /// What entries say whose payload was erased, by their numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub restated: BTreeMap<i64, Value>,
    /// Entries whose payload was erased and whose row is gone: the first and the last of each run of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<(i64, i64)>,
}

/// What a commit's rows lack since: so many of those that it added and closed, and what they counted for, less what
/// the rows count for that were written anew in their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in crate::store) struct Gone {
    pub added: u64,
    pub closed: u64,
    pub rewritten: u64,
    pub rows: Sum,
}

impl Taken {
    /// A row that is deleted, with the commits that added and closed it.
    pub(in crate::store) fn delete(
        &mut self,
        key: &LogKey,
        row: i64,
        commits: (i64, Option<i64>),
        columns: Columns<'_>,
    ) {
        let (from, to) = commits;
        let gone = self.commits.entry(from).or_default();
        gone.added += 1;
        gone.rows = gone.rows.plus(added(key, from, row, columns));
        if let Some(to) = to {
            let gone = self.commits.entry(to).or_default();
            gone.closed += 1;
            gone.rows = gone.rows.plus(closed(key, to, row));
        }
    }

    /// A row that is written anew in its place: as it was, and as it is.
    pub(in crate::store) fn rewrite(&mut self, key: &LogKey, row: i64, commit: i64, [was, is]: [Columns<'_>; 2]) {
        let gone = self.commits.entry(commit).or_default();
        gone.rewritten += 1;
        gone.rows = gone.rows.plus(added(key, commit, row, was)).minus(added(key, commit, row, is));
    }

    /// Takes up entries whose rows are gone, in ascending order.
    pub(in crate::store) fn remove(&mut self, entry: i64) {
        match self.removed.last_mut() {
            Some((_, last)) if *last + 1 == entry => *last = entry,
            _ => self.removed.push((entry, entry)),
        }
    }
}

/// What all entries of a log together say is gone.
#[derive(Debug, Default)]
pub(super) struct AllTaken {
    commits: HashMap<i64, Gone>,
    /// As text: a payload that is taken apart is ten times as large, and there is one for each old run.
    restated: HashMap<i64, Box<str>>,
    removed: Vec<(i64, i64)>,
}

impl AllTaken {
    /// Reads them before the chain is proved: one that was put there or changed is then found in its own place.
    pub(super) async fn read(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let entries: Vec<(i64, Option<String>)> =
            sqlx::query_as("SELECT seq, payload FROM log WHERE kind IN ('erasure', 'retention') ORDER BY seq DESC")
                .fetch_all(connection)
                .await?;
        let mut all = Self::default();
        for (seq, payload) in entries {
            // the newest speaks last: one that was erased itself is restated by a newer one
            let payload = match payload {
                Some(payload) => serde_json::from_str(&payload).ok(),
                None => all.restated.get(&seq).and_then(|payload| serde_json::from_str(payload).ok()),
            };
            let taken = payload.and_then(|mut payload: Value| serde_json::from_value(payload["taken"].take()).ok());
            let Taken { commits, restated, removed } = taken.unwrap_or_default();
            for (commit, gone) in commits {
                let sum = all.commits.entry(commit).or_default();
                sum.added += gone.added;
                sum.closed += gone.closed;
                sum.rows = sum.rows.plus(gone.rows);
            }
            for (entry, payload) in restated {
                all.restated.entry(entry).or_insert_with(|| payload.to_string().into());
            }
            all.removed.extend(removed);
        }
        all.removed.sort_unstable();
        Ok(all)
    }

    /// What an entry says whose payload was erased.
    pub(super) fn restated(&mut self, entry: i64) -> Option<Value> {
        serde_json::from_str(&self.restated.remove(&entry)?).ok()
    }

    /// Whether the row of an entry is said to be gone.
    pub(super) fn is_removed(&self, entry: i64) -> bool {
        let at = self.removed.partition_point(|(first, _)| *first <= entry);
        at.checked_sub(1).and_then(|at| self.removed.get(at)).is_some_and(|(_, last)| entry <= *last)
    }

    /// What a commit's rows should come to now, by what was said of them when it was made.
    pub(super) fn left(&self, commit: i64, said: FactDigest) -> FactDigest {
        let gone = self.commits.get(&commit).copied().unwrap_or_default();
        FactDigest {
            added: said.added.wrapping_sub(gone.added),
            closed: said.closed.wrapping_sub(gone.closed),
            rows: said.rows.minus(gone.rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_by_their_runs() {
        let mut taken = Taken::default();
        [3, 4, 5, 9].into_iter().for_each(|entry| taken.remove(entry));
        assert_eq!(taken.removed, [(3, 5), (9, 9)]);
        let all = AllTaken { removed: taken.removed, ..AllTaken::default() };
        let found: Vec<i64> = (1..=10).filter(|entry| all.is_removed(*entry)).collect();
        assert_eq!(found, [3, 4, 5, 9]);
    }
}
