//! A list of everything in scope: ids and names, and one attribute at most. What it costs is far less than a complete
//! read, and it tells what no change tells: what went without a word, and what moved along with its container.

use std::collections::BTreeMap;

use super::super::ber::{EntryView, Filter, Scope};
use super::super::entry::Entry;
use super::super::object::{id_of, kind_of};
use super::super::pages::Turning;
use super::super::session::{Failure, Query};
use super::Incremental;
use crate::object::{Handle, Kind, ObjectId};
use crate::target::ObserveRequest;

/// The names of all objects in scope that are asked for.
pub async fn present(
    read: &mut Incremental<'_>,
    request: &ObserveRequest,
) -> Result<BTreeMap<ObjectId, Handle>, Failure> {
    let mut present = BTreeMap::new();
    each(read, request, None, &mut |id, entry| drop(present.insert(id, entry.dn.handle().clone()))).await?;
    Ok(present)
}

/// Shows each object in scope that is asked for, with `attribute`.
pub async fn each(
    read: &mut Incremental<'_>,
    request: &ObserveRequest,
    attribute: Option<&str>,
    see: &mut (dyn FnMut(ObjectId, &Entry) + Send),
) -> Result<(), Failure> {
    let (settings, places) = (read.settings, read.places);
    let attributes = ["objectClass", settings.profile.id_attribute()].into_iter().chain(attribute).map(str::to_owned);
    let filter = Filter::Any(request.attributes.keys().map(|kind| settings.profile.filter(*kind)).collect());
    let (base, attributes) = (places.base.to_string(), attributes.collect());
    let query = Query { base, scope: Scope::Subtree, filter, attributes };
    let mut turning = Turning::new();
    while let Some(cookie) = turning.cookie() {
        let (mut count, mut unreadable) = (0, false);
        let mut visit = |view: EntryView<'_>| {
            count += 1;
            match Entry::of(&view).and_then(|entry| id_of(&entry).map(|id| (id, entry))) {
                Some((_, entry)) if kind_of(&entry) == Some(Kind::Unit) && places.configured(entry.dn.handle()) => {}
                Some((id, entry)) => see(id, &entry),
                None => unreadable = true,
            }
        };
        let ended = read.bulk.page(&query, settings.page_size, &cookie, &mut visit).await?;
        if unreadable {
            return Err(Failure::Unusable("an entry has no id, or cannot be understood".into()));
        }
        turning.turn(read.bulk.server(), &query.base, count, ended.end);
    }
    if turning.ended() { Ok(()) } else { Err(Failure::Unusable("the list of what is there came to no end".into())) }
}
