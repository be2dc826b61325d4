//! Many steps at once: what they need of the directory is read for all of them together, and then their writes go out
//! one behind the other on one connection, without waiting for each answer. The steps of a window do not depend on
//! each other; nothing here looks at that.

use std::collections::{BTreeSet, HashMap};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::{Done, Work};
use crate::object::{Handle, ObjectId};
use crate::stops;
use crate::target::ldap::ber::Filter;
use crate::target::ldap::dn::Dn;
use crate::target::ldap::entry::Entry;
use crate::target::ldap::find::filter_of;
use crate::target::ldap::object::id_of;
use crate::target::ldap::pages::all;
use crate::target::ldap::session::{Failure, Query};
use crate::target::{Receipt, Refusal};

/// Objects that are looked for in one search.
const AT_ONCE: usize = 50;

type Outcome = Result<Receipt, Refusal>;

/// Does all of it; the outcomes are in the order of the works. `None` is what was not begun, since the connection was
/// lost before.
pub async fn run(mut works: Vec<Work<'_>>) -> Vec<Option<Outcome>> {
    let mut outcomes: Vec<Option<Outcome>> = works.iter().map(|_| None).collect();
    let reading = works.first().map(|one| one.step);
    let read = match reading {
        Some(step) => stops::of(&step.id, read(&mut works)).await,
        None => Ok(()),
    };
    if let Err(refusal) = read {
        if let Some(first) = outcomes.first_mut() {
            *first = Some(Err(refusal));
        }
        return outcomes;
    }
    let mut under_way: FuturesUnordered<_> = works
        .iter()
        .enumerate()
        .map(|(at, work)| async move { (at, stops::of(&work.step.id, work.run()).await) })
        .collect();
    let mut unnamed = Vec::new();
    while let Some((at, done)) = under_way.next().await {
        match done {
            Ok(Done::Known(receipt)) => outcomes[at] = Some(Ok(receipt)),
            Ok(Done::Unnamed(dn)) => unnamed.push((at, dn)),
            Err(refusal) => outcomes[at] = Some(Err(refusal)),
        }
    }
    drop(under_way);
    let made = identify(&works, &unnamed).await;
    for (at, dn) in &unnamed {
        let work = &works[*at];
        outcomes[*at] = Some(stops::of(&work.step.id, work.identified(dn, made.get(dn.handle()))).await);
    }
    outcomes
}

/// Reads the objects of several steps, and looks up whom they refer to. What is not found here each step looks for by
/// itself; only a lost connection is the end.
async fn read(works: &mut [Work<'_>]) -> Result<(), Refusal> {
    if works.len() < 2 {
        return Ok(());
    }
    let ids: Vec<ObjectId> = works.iter().filter_map(Work::object).cloned().collect();
    let attributes: BTreeSet<String> = works.iter().flat_map(Work::attributes).collect();
    let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
    let Some(one) = works.first() else { return Ok(()) };
    let filters = ids.iter().filter_map(|id| filter_of(one.settings.profile, id)).collect();
    let found = one.search(filters, &attributes).await;
    let mut found: HashMap<ObjectId, Entry> = match found {
        Ok(found) => found.into_iter().filter_map(|entry| Some((id_of(&entry)?, entry))).collect(),
        Err(failure @ (Failure::Lost(_) | Failure::Unsent(_))) => return Err(one.read_failed("", &failure)),
        Err(_) => HashMap::new(),
    };
    one.meet(works.iter().flat_map(Work::referred).collect()).await?;
    for work in works {
        work.read = work.object().and_then(|id| found.remove(id));
    }
    Ok(())
}

/// The entries that were made under these names, by name, with their ids and stamps.
async fn identify(works: &[Work<'_>], made: &[(usize, Dn)]) -> HashMap<Handle, Entry> {
    let (Some(one), [_, _, ..]) = (works.first(), made) else { return HashMap::new() };
    // only Active Directory has an attribute that holds an entry's own name
    if !one.settings.profile.is_ad() {
        return HashMap::new();
    }
    let filters = made.iter().map(|(_, dn)| Filter::equal("distinguishedName", dn.to_string())).collect();
    let found = one.search(filters, &[one.settings.profile.id_attribute(), one.settings.stamp()]).await;
    found.unwrap_or_default().into_iter().map(|entry| (entry.dn.handle().clone(), entry)).collect()
}

impl Work<'_> {
    /// The entries that any of the filters finds.
    pub(super) async fn search(&self, filters: Vec<Filter>, attributes: &[&str]) -> Result<Vec<Entry>, Failure> {
        let mut found = Vec::new();
        let Some(domain) = self.session.domain() else { return Ok(found) };
        for some in filters.chunks(AT_ONCE) {
            let query = Query::subtree(domain, Filter::Any(some.to_vec()), attributes);
            found.extend(all(self.session, &query, self.settings.page_size, usize::MAX).await?);
        }
        Ok(found)
    }
}
