//! Names: those that targets showed, and those that were ever given.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::worded::array;
use super::{Store, StoreError};
use crate::mapping::naming::{Holder, Ledger, Taken};
use crate::object::{Evidence, NameKind, ObjectId, Space};
use crate::org::{Id, Instant};
use crate::stops::{self, Moment};

/// Rows in one INSERT: four columns each, below SQLite's limit on bound values.
const CHUNK: usize = 2_000;

/// The names that a read of a target showed: folded, in all the forms in which they are taken.
#[derive(Debug, Default)]
pub struct ShownNames {
    /// The spaces that were asked for.
    pub spaces: BTreeSet<Space>,
    pub taken: Vec<(Space, String, ObjectId)>,
}

impl Store {
    /// Keeps what a complete read of a target showed: its evidence, and the names that are taken there. Without names,
    /// those of the read before stay, as old ones.
    pub async fn keep_read(
        &self,
        target: &str,
        evidence: &Evidence,
        names: Option<&ShownNames>,
        now: Instant,
    ) -> Result<(), StoreError> {
        stops::at(Moment::Before, "what was read of names");
        let mut transaction = self.begin().await?;
        if let Some(names) = names {
            for table in ["taken_name", "read_space"] {
                let delete = format!("DELETE FROM {table} WHERE target = ?");
                sqlx::query(sqlx::AssertSqlSafe(delete)).bind(target).execute(&mut *transaction).await?;
            }
            for space in &names.spaces {
                sqlx::query("INSERT INTO read_space (target, space) VALUES (?, ?)")
                    .bind(target)
                    .bind(space.as_str())
                    .execute(&mut *transaction)
                    .await?;
            }
            for chunk in names.taken.chunks(CHUNK) {
                let mut insert: QueryBuilder<Sqlite> =
                    QueryBuilder::new("INSERT OR IGNORE INTO taken_name (target, space, folded, object) ");
                insert.push_values(chunk, |mut row, (space, folded, object)| {
                    row.push_bind(target).push_bind(space.as_str()).push_bind(folded).push_bind(object.as_str());
                });
                insert.build().execute(&mut *transaction).await?;
            }
        }
        sqlx::query(
            "INSERT INTO target_read (target, at, evidence, named) VALUES (?, ?, ?, ?)
             ON CONFLICT (target) DO UPDATE SET at = excluded.at, evidence = excluded.evidence, named = excluded.named",
        )
        .bind(target)
        .bind(now.micros())
        .bind(serde_json::to_string(evidence)?)
        .bind(names.is_some())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        stops::at(Moment::After, "what was read of names");
        Ok(())
    }

    /// The evidence of the last complete read of a target, if there was one.
    pub async fn last_read(&self, target: &str) -> Result<Option<Evidence>, StoreError> {
        let text: Option<String> = sqlx::query_scalar("SELECT evidence FROM target_read WHERE target = ?")
            .bind(target)
            .fetch_optional(self.reader())
            .await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// When a target was last read completely.
    pub async fn last_read_at(&self, target: &str) -> Result<Option<Instant>, StoreError> {
        let query = sqlx::query_scalar("SELECT at FROM target_read WHERE target = ?");
        let at: Option<i64> = query.bind(target).fetch_optional(self.reader()).await?;
        Ok(at.map(Instant::from_micros))
    }

    /// Whether the last complete read of a target showed its names, too; else those that are known are older.
    pub async fn has_fresh_names(&self, target: &str) -> Result<bool, StoreError> {
        let named: Option<bool> = sqlx::query_scalar("SELECT named FROM target_read WHERE target = ?")
            .bind(target)
            .fetch_optional(self.reader())
            .await?;
        Ok(named.unwrap_or(false))
    }

    /// The spaces in which the names of a target are known, by its last complete read that asked for them.
    pub async fn read_spaces(&self, target: &str) -> Result<BTreeSet<Space>, StoreError> {
        let spaces: Vec<String> = sqlx::query_scalar("SELECT space FROM read_space WHERE target = ?")
            .bind(target)
            .fetch_all(self.reader())
            .await?;
        Ok(spaces.iter().filter_map(|space| Space::from_text(space)).collect())
    }

    /// The names taken in the targets at their last complete reads, in some spaces, by those of the objects that count.
    pub async fn taken_names(
        &self,
        spaces: &BTreeSet<Space>,
        counts: &(dyn Fn(&str, &ObjectId) -> bool + Sync),
    ) -> Result<Taken, StoreError> {
        let mut taken = Taken::default();
        let mut rows = sqlx::query("SELECT target, space, folded, object FROM taken_name").fetch(self.reader());
        while let Some(row) = rows.try_next().await? {
            let (target, space, object): (&str, &str, &str) =
                (row.try_get("target")?, row.try_get("space")?, row.try_get("object")?);
            let Some(space) = Space::from_text(space).filter(|space| spaces.contains(space)) else { continue };
            if counts(target, &ObjectId::new(object)) {
                taken.add(target, space, row.try_get("folded")?, object);
            }
        }
        Ok(taken)
    }

    /// Every name ever given.
    pub async fn ledger(&self) -> Result<Ledger, StoreError> {
        let mut ledger = Ledger::default();
        self.read_given(&mut ledger, None).await?;
        let mut rows = sqlx::query("SELECT space, folded, person, account FROM name_claim").fetch(self.reader());
        while let Some(row) = rows.try_next().await? {
            let Some(space) = Space::from_text(row.try_get("space")?) else { continue };
            let holder = Holder::new(&Id::new(row.try_get::<&str, _>("person")?), row.try_get("account")?);
            ledger.claim(space, row.try_get("folded")?, &holder);
        }
        Ok(ledger)
    }

    /// The names that were ever given to some people; what they claim is left out.
    pub async fn given_to(&self, people: &BTreeSet<Id>) -> Result<Ledger, StoreError> {
        let mut ledger = Ledger::default();
        self.read_given(&mut ledger, Some(people)).await?;
        Ok(ledger)
    }

    async fn read_given(&self, ledger: &mut Ledger, people: Option<&BTreeSet<Id>>) -> Result<(), StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT person, account, what, name, basis FROM given_name");
        if let Some(people) = people {
            query.push(" WHERE person IN (SELECT value FROM json_each(").push_bind(array(people)?).push("))");
        }
        query.push(" ORDER BY seq");
        let mut rows = query.build().fetch(self.reader());
        while let Some(row) = rows.try_next().await? {
            let what: &str = row.try_get("what")?;
            let Some(what) = NameKind::ALL.into_iter().find(|one| one.as_str() == what) else { continue };
            let holder = Holder::new(&Id::new(row.try_get::<&str, _>("person")?), row.try_get("account")?);
            ledger.give(&holder, what, row.try_get("name")?, row.try_get("basis")?);
        }
        Ok(())
    }

    /// Grows whenever a name is given.
    pub async fn ledger_revision(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM given_name").fetch_one(self.reader()).await?)
    }
}
