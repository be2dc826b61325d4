//! Any other directory: a list of everything in scope with modifyTimestamp (RFC 4512 section 3.4.2), of which what
//! changed of late is read. What went or moved, the list tells by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::super::clock::instant;
use super::super::session::Failure;
use super::{Incremental, Position, Told, list};
use crate::object::Kind;
use crate::org::Instant;
use crate::target::ObserveRequest;

const CHANGED: &str = "modifyTimestamp";

/// How far before the newest change the next read begins, in microseconds: changes come from several servers whose
/// clocks differ, and a change becomes visible later than its time says.
const OVERLAP: i64 = 10 * 60 * 1_000_000;

/// Where the changes stand, by the times in the directory's own entries.
pub async fn mark(read: &mut Incremental<'_>) -> Result<Position, Failure> {
    let everything = ObserveRequest {
        attributes: Kind::ALL.into_iter().map(|kind| (kind, Vec::new())).collect(),
        ..ObserveRequest::default()
    };
    let mut newest = None;
    let mut see = |_, entry: &super::Entry| newest = newest.max(entry.text(CHANGED).and_then(instant));
    list::each(read, &everything, Some(CHANGED), &mut see).await?;
    Ok(Position::Since(newest))
}

pub async fn since(
    read: &mut Incremental<'_>,
    request: &ObserveRequest,
    time: Option<Instant>,
) -> Result<Told, Failure> {
    let (mut changed, mut present, mut newest) = (BTreeSet::new(), BTreeMap::new(), time);
    let from = time.map(|time| Instant::from_micros(time.micros() - OVERLAP));
    let mut see = |id: crate::object::ObjectId, entry: &super::Entry| {
        let at = entry.text(CHANGED).and_then(instant);
        newest = newest.max(at);
        // without a time it may have changed
        if at.is_none() || at >= from {
            changed.insert(id.clone());
        }
        present.insert(id, entry.dn.handle().clone());
    };
    list::each(read, request, Some(CHANGED), &mut see).await?;
    Ok(Told { changed, gone: BTreeSet::new(), present: Some(present), next: Position::Since(newest) })
}
