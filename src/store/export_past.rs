//! The export of everything that was ever known: each version, and each that was taken away without another in its
//! place, with who said so, when, and what it did to the thing.

use std::collections::HashMap;
use std::io::Write;

use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection};

use super::error::StoreError;
use super::row;
use crate::org::{Act, Believed, Day, FactKind, Id, Instant, Interval, Sealer, Zone, act, line_of_body, source_field};

const ROWS: &str = "SELECT kind, id, valid_from, valid_to, body, source, known_from, known_to FROM fact
     WHERE kind = $1 AND known_from <= $2 ORDER BY id, valid_from, known_from";

const LINES: &str = "SELECT
       (SELECT count(*) FROM fact WHERE known_from <= $1)
     + (SELECT count(*) FROM fact f WHERE f.known_to <= $1 AND NOT EXISTS
          (SELECT 1 FROM fact n WHERE n.kind = f.kind AND n.id = f.id AND n.known_from = f.known_to))";

/// A commit, as lines speak of it.
struct Commit {
    known: Instant,
    day: Day,
    actor: String,
    source: String,
    note: Option<String>,
}

/// Every commit up to the last one that is exported.
pub(super) struct Commits {
    last: i64,
    by_seq: HashMap<i64, Commit>,
}

impl Commits {
    /// Reads them; days are meant in `zone`.
    pub(super) async fn up_to(connection: &mut SqliteConnection, last: i64, zone: &Zone) -> Result<Self, StoreError> {
        let rows: Vec<(i64, i64, String, String, Option<String>)> =
            sqlx::query_as("SELECT seq, known, actor, source, note FROM commit_log WHERE seq <= $1")
                .bind(last)
                .fetch_all(connection)
                .await?;
        let commit = |(seq, known, actor, source, note)| {
            let known = Instant::from_micros(known);
            (seq, Commit { known, day: known.day(zone), actor, source, note })
        };
        Ok(Self { last, by_seq: rows.into_iter().map(commit).collect() })
    }

    fn get(&self, seq: i64) -> Result<&Commit, StoreError> {
        self.by_seq.get(&seq).ok_or_else(|| StoreError::Damaged(format!("the commit {seq} is missing")))
    }
}

/// How many lines there will be.
pub(super) async fn count(connection: &mut SqliteConnection, last: i64) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(LINES).bind(last).fetch_one(connection).await?)
}

/// Writes the lines of one kind.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    kind: FactKind,
    commits: &Commits,
    sealer: Option<&Sealer>,
    out: &mut (impl Write + Send),
) -> Result<(), StoreError> {
    let mut thing = Thing { kind, id: Id::from(""), versions: Vec::new(), sources: Vec::new() };
    let mut rows = sqlx::query(ROWS).bind(kind.name()).bind(commits.last).fetch(connection);
    while let Some(found) = rows.try_next().await? {
        let id = row::id(&found)?;
        if id != thing.id {
            thing.write(commits, sealer, out)?;
            thing = Thing { kind, id, versions: Vec::new(), sources: Vec::new() };
        }
        thing.versions.push(Believed {
            interval: row::interval(&found)?,
            body: found.try_get::<&str, _>("body")?.into(),
            from: found.try_get("known_from")?,
            to: found.try_get::<Option<i64>, _>("known_to")?.filter(|to| *to <= commits.last),
        });
        thing.sources.push(found.try_get("source")?);
    }
    thing.write(commits, sealer, out)
}

/// Everything that was ever known of one thing.
struct Thing {
    kind: FactKind,
    id: Id,
    versions: Vec<Believed>,
    sources: Vec<String>,
}

impl Thing {
    fn write(&self, commits: &Commits, sealer: Option<&Sealer>, out: &mut impl Write) -> Result<(), StoreError> {
        let mut lines: Vec<(Interval, i64, String)> = Vec::with_capacity(self.versions.len());
        for (version, source) in self.versions.iter().zip(&self.sources) {
            let commit = commits.get(version.from)?;
            let act = act::act(&self.versions, version.from, commit.day);
            let mut line = line_of_body(self.kind, &self.id, version.interval, &version.body, sealer)?;
            line.truncate(line.len() - 1);
            let known_to = version.to.map(|to| commits.get(to)).transpose()?.map(|closed| closed.known);
            self.append(&mut line, commit, known_to, source, act)?;
            lines.push((version.interval, version.from, line));
        }
        for (at, seq) in act::erased(&self.versions) {
            let (interval, commit) = (self.versions[at].interval, commits.get(seq)?);
            let mut line = interval.line_start(self.kind, &self.id)?;
            self.append(&mut line, commit, None, &commit.source, Act::Erase)?;
            lines.push((interval, seq, line));
        }
        lines.sort_by_key(|(interval, seq, _)| (interval.from, *seq));
        for (_, _, line) in lines {
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    /// Adds to a line who said it, from and to when it was believed, and what it did.
    fn append(
        &self,
        line: &mut String,
        commit: &Commit,
        known_to: Option<Instant>,
        source: &str,
        act: Act,
    ) -> Result<(), StoreError> {
        let fields = [
            ("known_from", serde_json::to_string(&commit.known)?),
            ("known_to", serde_json::to_string(&known_to)?),
            (source_field(self.kind), serde_json::to_string(source)?),
            ("actor", serde_json::to_string(&commit.actor)?),
            ("note", serde_json::to_string(&commit.note)?),
            ("act", serde_json::to_string(&act)?),
        ];
        for (name, value) in fields {
            line.push_str(&format!(",\"{name}\":{value}"));
        }
        line.push_str("}\n");
        Ok(())
    }
}
