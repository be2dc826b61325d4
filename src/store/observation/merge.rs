//! Taking differences into the buckets: a bucket in which nothing changed is not touched.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use sqlx::SqliteConnection;

use super::Differences;
use super::bucket::{Bucket, place};
use crate::object::Kind;
use crate::store::StoreError;

/// Buckets that are held unpacked at once.
const AT_ONCE: usize = 128;

/// Merges what was found into the buckets of a target, and counts along.
pub(super) async fn merge(
    connection: &mut SqliteConnection,
    (target, buckets): (&str, u64),
    found: &Differences<'_>,
    counts: &mut BTreeMap<Kind, u64>,
) -> Result<(), StoreError> {
    let mut touched: BTreeSet<i64> = found.gone.iter().map(|key| place(*key, buckets)).collect();
    found.changed.each_packed(&mut |packing| {
        touched.insert(place(packing.key, buckets));
        Ok(())
    })?;
    let touched: Vec<i64> = touched.into_iter().collect();
    for some in touched.chunks(AT_ONCE) {
        let (Some(first), Some(last)) = (some.first(), some.last()) else { continue };
        let mut open = read(connection, target, some).await?;
        change(&mut open, buckets, *first..*last + 1, found, counts)?;
        for (at, bucket) in open {
            write(connection, (target, at), &bucket).await?;
        }
    }
    counts.retain(|_, count| *count > 0);
    Ok(())
}

/// Changes the objects that lie in a range of buckets.
fn change(
    open: &mut BTreeMap<i64, Bucket>,
    buckets: u64,
    range: Range<i64>,
    found: &Differences<'_>,
    counts: &mut BTreeMap<Kind, u64>,
) -> Result<(), StoreError> {
    let mut count = |kind: Kind, more: bool| {
        let count = counts.entry(kind).or_default();
        *count = if more { *count + 1 } else { count.saturating_sub(1) };
    };
    for key in found.gone {
        let before = open.get_mut(&place(*key, buckets)).and_then(|bucket| bucket.remove(*key));
        before.into_iter().for_each(|kind| count(kind, false));
    }
    found.changed.each_packed(&mut |packing| {
        let at = place(packing.key, buckets);
        if let Some(bucket) = range.contains(&at).then(|| open.entry(at).or_default()) {
            count(packing.kind, true);
            bucket.insert(packing).into_iter().for_each(|kind| count(kind, false));
        }
        Ok(())
    })
}

async fn read(
    connection: &mut SqliteConnection,
    target: &str,
    places: &[i64],
) -> Result<BTreeMap<i64, Bucket>, StoreError> {
    let mut open = BTreeMap::new();
    for at in places {
        let row: Option<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as("SELECT prints, bodies FROM observed WHERE target = ? AND bucket = ?")
                .bind(target)
                .bind(at)
                .fetch_optional(&mut *connection)
                .await?;
        let bucket = row.map(|(prints, bodies)| Bucket::parse(&prints, &bodies)).transpose()?;
        open.insert(*at, bucket.unwrap_or_default());
    }
    Ok(open)
}

async fn write(
    connection: &mut SqliteConnection,
    (target, at): (&str, i64),
    bucket: &Bucket,
) -> Result<(), StoreError> {
    if bucket.is_empty() {
        let delete = sqlx::query("DELETE FROM observed WHERE target = ? AND bucket = ?").bind(target).bind(at);
        delete.execute(connection).await?;
        return Ok(());
    }
    let (prints, bodies) = bucket.bytes()?;
    sqlx::query(
        "INSERT INTO observed (target, bucket, prints, bodies) VALUES (?, ?, ?, ?)
         ON CONFLICT (target, bucket) DO UPDATE SET prints = excluded.prints, bodies = excluded.bodies",
    )
    .bind(target)
    .bind(at)
    .bind(prints)
    .bind(bodies)
    .execute(connection)
    .await?;
    Ok(())
}
