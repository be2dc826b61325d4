//! The record in the exchange format: a header, then every version in canonical order. Equal rosters give equal bytes.

use std::io::Write;

use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection};

use super::error::StoreError;
use super::export_past::{self, Commits};
use super::read::commit_at;
use super::{Store, row};
use crate::org::{CustomTypes, Day, FactKind, Header, Instant, NATIONAL_ID, Sealer, States, Zone, line_of_body};

/// What to export.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExportOptions<'a> {
    /// Only what holds on this day. Such an export does not claim to be complete.
    pub at: Option<Day>,
    /// As it was known at this instant.
    pub known_at: Option<Instant>,
    /// Every version that was ever known (up to `known_at`) on any day, with who said so; days are meant in this zone.
    pub history: Option<&'a Zone>,
    /// The custom attributes that the header declares.
    pub custom: Option<&'a CustomTypes>,
    /// Opens the national ids; without it they are left out, and the header says so.
    pub national_ids: Option<&'a Sealer>,
}

/// A query's rows: of one kind ($1), known at a commit ($2), on a day ($3) or all.
const LINES: &str = "SELECT kind, id, valid_from, valid_to, body FROM fact
     WHERE kind = $1 AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
       AND ($3 IS NULL OR ((valid_from IS NULL OR valid_from <= $3) AND (valid_to IS NULL OR valid_to > $3)))
     ORDER BY id, valid_from";

const COUNT: &str = "SELECT count(*) FROM fact
     WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1)
       AND ($2 IS NULL OR ((valid_from IS NULL OR valid_from <= $2) AND (valid_to IS NULL OR valid_to > $2)))";

impl Store {
    /// Writes the export and returns the number of lines after the header.
    pub async fn export(&self, options: ExportOptions<'_>, out: &mut (impl Write + Send)) -> Result<u64, StoreError> {
        let mut transaction = self.reader().begin().await?;
        let commit = commit_at(&mut transaction, options.known_at).await?;
        let day = options.at.map(String::from);
        let count: i64 = if options.history.is_some() {
            export_past::count(&mut transaction, commit.seq).await?
        } else {
            sqlx::query_scalar(COUNT).bind(commit.seq).bind(&day).fetch_one(&mut *transaction).await?
        };
        let header = Header {
            roster: 1,
            complete: options.at.is_none(),
            kinds: FactKind::ALL.to_vec(),
            states: if options.at.is_some() { States::Current } else { States::Timeline },
            count: Some(count.unsigned_abs()),
            taken: Some(taken(&mut transaction, commit.seq, commit.known).await?),
            custom: options.custom.map(CustomTypes::to_header).transpose()?.unwrap_or_default(),
            redacted: if options.national_ids.is_some() { Vec::new() } else { vec![NATIONAL_ID.to_owned()] },
        };
        serde_json::to_writer(&mut *out, &header)?;
        out.write_all(b"\n")?;
        if let Some(zone) = options.history {
            let commits = Commits::up_to(&mut transaction, commit.seq, zone).await?;
            for kind in FactKind::ALL {
                export_past::write(&mut transaction, kind, &commits, options.national_ids, out).await?;
            }
        } else {
            for kind in FactKind::ALL {
                let mut rows =
                    sqlx::query(LINES).bind(kind.name()).bind(commit.seq).bind(&day).fetch(&mut *transaction);
                while let Some(found) = rows.try_next().await? {
                    let (id, interval) = (row::id(&found)?, row::interval(&found)?);
                    let line = line_of_body(kind, &id, interval, found.try_get("body")?, options.national_ids)?;
                    out.write_all(line.as_bytes())?;
                    out.write_all(b"\n")?;
                }
            }
        }
        transaction.rollback().await?;
        out.flush()?;
        Ok(count.unsigned_abs())
    }
}

/// The instant that the export speaks of: that of the last commit; where that is the only one, an import, the instant
/// that its file spoke of, so that an export survives the way through an empty roster byte by byte.
async fn taken(connection: &mut SqliteConnection, seq: i64, known: i64) -> Result<Instant, StoreError> {
    let said: Option<(Option<i64>,)> = sqlx::query_as("SELECT taken FROM commit_log WHERE seq = $1 AND seq = 1")
        .bind(seq)
        .fetch_optional(connection)
        .await?;
    Ok(Instant::from_micros(said.and_then(|(taken,)| taken).unwrap_or(known)))
}
