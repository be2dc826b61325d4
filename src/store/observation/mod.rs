//! The last observation of each target: how every object looked, packed, and where its changes go on.
//!
//! It is kept so that a read has to show only what changed. Objects lie in buckets by a hash of their ids; a bucket is
//! written anew when an object in it changed, and no other.

mod bucket;
mod conclusion;
mod merge;
mod spool;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection};

use self::bucket::Bucket;
use self::spool::Packing;
use super::{Store, StoreError};
use crate::expr::Words;
use crate::object::{Fingerprints, Kind, ObjectKey, Observed};
use crate::org::Instant;
use crate::stops::{self, Moment};

pub use self::conclusion::Conclusion;
pub(super) use self::conclusion::forget;
pub use self::spool::Spool;

/// Objects in a bucket, as a rule.
const IN_BUCKET: u64 = 128;
/// A bucket holds at most so many times that number before all are laid out anew.
const CROWDED: u64 = 4;

/// What is kept of a target beside its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Which one it is: each change of an object makes a new one.
    pub version: i64,
    /// A hash of what was asked for, and of what the answers depend on. Of anything else this observation says nothing.
    pub asked: String,
    /// When everything was last read.
    pub whole: Instant,
    /// Where the changes that come next begin, as the target tells it.
    pub mark: Option<String>,
    /// How far the journal had come before it was read: what was done later it may not show.
    pub events: i64,
    /// Objects of each kind.
    pub counts: BTreeMap<Kind, u64>,
    buckets: u64,
}

/// A read that is to be kept.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    pub asked: &'a str,
    /// When everything was last read.
    pub whole: Instant,
    pub mark: Option<&'a str>,
    /// How far the journal had come before.
    pub events: i64,
}

/// What a read found different from the last observation.
#[derive(Debug, Clone, Copy)]
pub struct Differences<'a> {
    /// Objects that are new or look different.
    pub changed: &'a Spool,
    /// Objects that are there no more.
    pub gone: &'a BTreeSet<ObjectKey>,
    /// Nothing is kept of what was there before.
    pub anew: bool,
}

impl Store {
    pub async fn observation(&self, target: &str) -> Result<Option<Observation>, StoreError> {
        find(&mut *self.reader().acquire().await?, target).await
    }

    /// The fingerprints of all objects of the last observation.
    pub async fn fingerprints(&self, target: &str) -> Result<Fingerprints, StoreError> {
        let mut all = Vec::new();
        let query = sqlx::query("SELECT prints FROM observed WHERE target = ?").bind(target);
        let mut rows = query.fetch(self.reader());
        while let Some(row) = rows.try_next().await? {
            all.extend(bucket::prints(row.try_get("prints")?)?);
        }
        Ok(all.into_iter().collect())
    }

    /// Shows the objects of the last observation that `wanted` names.
    pub async fn each_observed(
        &self,
        target: &str,
        wanted: &(dyn Fn(ObjectKey) -> bool + Sync),
        see: &mut (dyn FnMut(Observed) + Send),
    ) -> Result<(), StoreError> {
        self.each_packed(target, &|key, _| wanted(key), see).await
    }

    /// Shows the objects of the last observation in which any of the words may be; most others are not even unpacked.
    pub async fn each_observed_with(
        &self,
        target: &str,
        words: &Words,
        see: &mut (dyn FnMut(Observed) + Send),
    ) -> Result<(), StoreError> {
        self.each_packed(target, &|_, packing| words.may_be_in(packing.body), see).await
    }

    async fn each_packed(
        &self,
        target: &str,
        wanted: &(dyn Fn(ObjectKey, &Packing<'_>) -> bool + Sync),
        see: &mut (dyn FnMut(Observed) + Send),
    ) -> Result<(), StoreError> {
        let query = sqlx::query("SELECT prints, bodies FROM observed WHERE target = ?").bind(target);
        let mut rows = query.fetch(self.reader());
        while let Some(row) = rows.try_next().await? {
            for (key, object) in Bucket::parse(row.try_get("prints")?, row.try_get("bodies")?)?.objects() {
                if wanted(key, &object) {
                    see(object.object()?);
                }
            }
        }
        Ok(())
    }

    /// One object of the last observation.
    pub async fn observed(&self, of: (&str, &Observation), key: ObjectKey) -> Result<Option<Observed>, StoreError> {
        let (target, observation) = of;
        let place = bucket::place(key, observation.buckets);
        let row: Option<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as("SELECT prints, bodies FROM observed WHERE target = ? AND bucket = ?")
                .bind(target)
                .bind(place)
                .fetch_optional(self.reader())
                .await?;
        let Some((prints, bodies)) = row else { return Ok(None) };
        let bucket = Bucket::parse(&prints, &bodies)?;
        bucket.object(key).map(|packing| packing.object()).transpose()
    }

    /// Keeps what a read found, and answers the version that this made; `None`, and nothing is kept, when somebody else
    /// kept something since `basis` was read.
    pub async fn keep_observation(
        &self,
        target: &str,
        basis: Option<&Observation>,
        read: &Read<'_>,
        found: &Differences<'_>,
    ) -> Result<Option<i64>, StoreError> {
        stops::at(Moment::Before, "the observation");
        let mut transaction = self.begin().await?;
        let there = find(&mut transaction, target).await?;
        if there.as_ref().map(|there| there.version) != basis.map(|basis| basis.version) {
            return Ok(None);
        }
        // what followed from the objects follows still when none of them changed
        let stays = !found.anew && found.changed.is_empty() && found.gone.is_empty();
        let version = there.as_ref().map_or(1, |there| there.version + i64::from(!stays));
        let kept = there.filter(|_| !found.anew);
        let buckets = kept.as_ref().map_or_else(|| wanted_buckets(found.changed.len() as u64), |kept| kept.buckets);
        let mut counts = kept.map(|kept| kept.counts).unwrap_or_default();
        write_head(&mut transaction, (target, version, buckets), read, &counts).await?;
        if found.anew {
            sqlx::query("DELETE FROM observed WHERE target = ?").bind(target).execute(&mut *transaction).await?;
        }
        merge::merge(&mut transaction, (target, buckets), found, &mut counts).await?;
        write_head(&mut transaction, (target, version, buckets), read, &counts).await?;
        transaction.commit().await?;
        stops::at(Moment::After, "the observation");
        Ok(Some(version))
    }
}

impl Observation {
    /// Whether its buckets hold so many objects that it had better be laid out anew.
    pub fn is_crowded(&self) -> bool {
        self.counts.values().sum::<u64>() > self.buckets * IN_BUCKET * CROWDED
    }
}

async fn write_head(
    connection: &mut SqliteConnection,
    (target, version, buckets): (&str, i64, u64),
    read: &Read<'_>,
    counts: &BTreeMap<Kind, u64>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO observation (target, version, asked, whole, mark, events, counts, buckets)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (target) DO UPDATE SET version = excluded.version, asked = excluded.asked,
             whole = excluded.whole, mark = excluded.mark, events = excluded.events, counts = excluded.counts,
             buckets = excluded.buckets",
    )
    .bind(target)
    .bind(version)
    .bind(read.asked)
    .bind(read.whole.micros())
    .bind(read.mark)
    .bind(read.events)
    .bind(serde_json::to_string(counts)?)
    .bind(i64::try_from(buckets).unwrap_or(i64::MAX))
    .execute(connection)
    .await?;
    Ok(())
}

/// Version, asked, whole, mark, events, counts and buckets.
type Head = (i64, String, i64, Option<String>, i64, String, i64);

async fn find(connection: &mut SqliteConnection, target: &str) -> Result<Option<Observation>, StoreError> {
    let row: Option<Head> =
        sqlx::query_as("SELECT version, asked, whole, mark, events, counts, buckets FROM observation WHERE target = ?")
            .bind(target)
            .fetch_optional(connection)
            .await?;
    let Some((version, asked, whole, mark, events, counts, buckets)) = row else { return Ok(None) };
    let (whole, counts) = (Instant::from_micros(whole), serde_json::from_str(&counts)?);
    let buckets = u64::try_from(buckets).ok().filter(|buckets| buckets.is_power_of_two());
    let buckets = buckets.ok_or_else(spool::damaged)?;
    Ok(Some(Observation { version, asked, whole, mark, events, counts, buckets }))
}

fn wanted_buckets(objects: u64) -> u64 {
    objects.div_ceil(IN_BUCKET).next_power_of_two()
}
