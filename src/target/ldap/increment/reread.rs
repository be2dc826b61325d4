//! Objects by their ids, as a complete read shows them: many in one search.

use std::collections::BTreeSet;

use super::super::ber::{EntryView, Filter, Scope};
use super::super::entry::Entry;
use super::super::find::filter_of;
use super::super::object::{Wanted, id_of};
use super::super::observe::object;
use super::super::pages::Turning;
use super::super::session::{Failure, Query};
use super::Incremental;
use crate::object::{Kind, ObjectId};
use crate::target::{ObserveRequest, Seen};

/// Ids in one search. Directories look up each by its index.
const AT_ONCE: usize = 50;

/// Shows those of the objects that are in scope; answers the others. What is there but cannot be understood is a
/// failure, as it makes a complete read incomplete.
pub async fn reread(
    read: &mut Incremental<'_>,
    request: &ObserveRequest,
    ids: impl Iterator<Item = &ObjectId>,
    see: &mut (dyn FnMut(Seen) + Send),
) -> Result<BTreeSet<ObjectId>, Failure> {
    let mut missing: BTreeSet<ObjectId> = ids.cloned().collect();
    let all: Vec<ObjectId> = missing.iter().cloned().collect();
    for some in all.chunks(AT_ONCE) {
        for (kind, names) in &request.attributes {
            let wanted = Wanted::of(read.settings, Some(names));
            let ids = some.iter().filter(|id| missing.contains(*id));
            let ids: Vec<Filter> = ids.filter_map(|id| filter_of(read.settings.profile, id)).collect();
            if ids.is_empty() {
                continue;
            }
            let filter = Filter::All(vec![read.settings.profile.filter(*kind), Filter::Any(ids)]);
            let entries = entries(read, filter, wanted.request(*kind)).await?;
            for mut entry in entries {
                if *kind == Kind::Unit && read.places.configured(entry.dn.handle()) {
                    continue;
                }
                let dn = entry.dn.to_string();
                let unreadable = |why: String| Failure::Unusable(format!("{dn} cannot be read: {why}"));
                let object = object(read.bulk, *kind, &mut entry, &wanted).await?.map_err(unreadable)?;
                if missing.remove(&object.id) {
                    see(Seen::Object(Box::new(object), None));
                }
            }
        }
    }
    Ok(missing)
}

/// All entries below the base that match.
async fn entries(read: &mut Incremental<'_>, filter: Filter, attributes: Vec<String>) -> Result<Vec<Entry>, Failure> {
    let query = Query { base: read.places.base.to_string(), scope: Scope::Subtree, filter, attributes };
    search(read, &query).await
}

/// A search to its end.
pub async fn search(read: &mut Incremental<'_>, query: &Query) -> Result<Vec<Entry>, Failure> {
    let mut turning = Turning::new();
    let mut entries = Vec::new();
    while let Some(cookie) = turning.cookie() {
        let (before, mut unreadable) = (entries.len(), false);
        let mut visit = |view: EntryView<'_>| match Entry::of(&view).filter(|entry| id_of(entry).is_some()) {
            Some(entry) => entries.push(entry),
            None => unreadable = true,
        };
        let ended = read.bulk.page(query, read.settings.page_size, &cookie, &mut visit).await?;
        if unreadable {
            return Err(Failure::Unusable("an entry has no id, or cannot be understood".into()));
        }
        let end = Ok(ended.end?);
        turning.turn(read.bulk.server(), &query.base, entries.len() - before, end);
    }
    if turning.ended() { Ok(entries) } else { Err(Failure::Unusable("a search came to no end".into())) }
}
