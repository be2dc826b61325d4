//! Objects by their ids, as a complete read shows them: many in one search.

use std::collections::{BTreeMap, BTreeSet};

use super::super::ber::{EntryView, Filter, Scope};
use super::super::entry::Entry;
use super::super::find::filter_of;
use super::super::object::{Wanted, id_of};
use super::super::observe::object;
use super::super::pages::Turning;
use super::super::primary;
use super::super::session::{Failure, Query};
use super::Incremental;
use crate::object::{Handle, Kind, ObjectId};
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
    let mut implied = None;
    for some in all.chunks(AT_ONCE) {
        for (kind, names) in &request.attributes {
            let wanted = Wanted::of(read.settings, (read.schemas)(*kind), Some(names));
            let left: Vec<&ObjectId> = some.iter().filter(|id| missing.contains(*id)).collect();
            for mut entry in entries(read, *kind, &left, wanted.request(*kind)).await? {
                let dn = entry.dn.to_string();
                let unreadable = |why: String| Failure::Unusable(format!("{dn} cannot be read: {why}"));
                let mut object = object(read.bulk, *kind, &mut entry, &wanted).await?.map_err(unreadable)?;
                if object.members.is_some()
                    && let Some(number) = primary::number(&entry)
                {
                    if implied.is_none() {
                        implied = Some(primary_members(read).await?);
                    }
                    object.imply(implied.iter().filter_map(|implied| implied.get(&number)).flatten().cloned());
                }
                if missing.remove(&object.id) {
                    see(Seen::Object(Box::new(object), None));
                }
            }
        }
    }
    Ok(missing)
}

/// Who is in which group by its number alone, below the base as in a complete read.
async fn primary_members(read: &mut Incremental<'_>) -> Result<BTreeMap<u32, Vec<Handle>>, Failure> {
    let attributes = [primary::ATTRIBUTE, read.settings.profile.id_attribute()].map(str::to_owned).to_vec();
    let mut members: BTreeMap<u32, Vec<Handle>> = BTreeMap::new();
    for entry in below(read, primary::filter_of_all(), attributes).await? {
        if let Some(number) = primary::of(&entry) {
            members.entry(number).or_default().push(entry.dn.handle().clone());
        }
    }
    Ok(members)
}

/// Those of the objects that are of a kind, but for the configured containers.
async fn entries(
    read: &mut Incremental<'_>,
    kind: Kind,
    ids: &[&ObjectId],
    attributes: Vec<String>,
) -> Result<Vec<Entry>, Failure> {
    let profile = read.settings.profile;
    let ids: Vec<Filter> = ids.iter().filter_map(|id| filter_of(profile, id)).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let filter = Filter::All(vec![profile.filter(kind), Filter::Any(ids)]);
    let mut entries = below(read, filter, attributes).await?;
    entries.retain(|entry| kind != Kind::Unit || !read.places.configured(entry.dn.handle()));
    Ok(entries)
}

/// All entries below the base that match.
pub async fn below(read: &mut Incremental<'_>, filter: Filter, attributes: Vec<String>) -> Result<Vec<Entry>, Failure> {
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
