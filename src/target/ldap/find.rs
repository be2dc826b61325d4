//! One object by its id, wherever it lies.

use super::ber::{Filter, Scope};
use super::entry::Entry;
use super::guid;
use super::object::entry_uuid;
use super::pages::all;
use super::profile::Profile;
use super::session::{Failure, Query, Session};
use crate::object::ObjectId;

/// Whether an id can be one of this kind of directory.
pub fn is_id(id: &ObjectId) -> bool {
    guid::base(id).is_some()
}

/// The entry with this id, if the server shows one that matches. Active Directory takes an id as a base; others are
/// searched, where an index on entryUUID makes it quick.
pub async fn by_id(
    session: &Session,
    profile: Profile,
    id: &ObjectId,
    filter: &Filter,
    attributes: &[String],
) -> Result<Option<Entry>, Failure> {
    if profile.is_ad() {
        let Some(base) = guid::base(id) else { return Ok(None) };
        return session.entry(&base, filter, attributes).await;
    }
    let Some(same) = filter_of(profile, id) else { return Ok(None) };
    // Where it is not known what to search, nothing can be said of what is there.
    let domain = session.domain().ok_or_else(|| Failure::Unusable("the server tells no naming context".into()))?;
    let filter = Filter::All(vec![same, filter.clone()]);
    let attributes = attributes.to_vec();
    let query = Query { base: domain.to_string(), scope: Scope::Subtree, filter, attributes };
    let mut found = all(session, &query, 2, usize::MAX).await?;
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => Err(Failure::Unusable(format!("several entries have the id {id}"))),
    }
}

/// The filter that finds an object by its id.
pub fn filter_of(profile: Profile, id: &ObjectId) -> Option<Filter> {
    if profile.is_ad() {
        guid::filter(id)
    } else {
        entry_uuid(id.as_str()).map(|id| Filter::equal("entryUUID", id.as_str()))
    }
}
