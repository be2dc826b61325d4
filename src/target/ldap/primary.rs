//! Members that no `member` names: whoever has a group as its primary group is in it, by the number alone
//! ([MS-ADTS] section 3.1.1.4.5.2 and the attribute primaryGroupID).

use super::ber::Filter;
use super::dn::Dn;
use super::entry::Entry;
use super::pages::all;
use super::session::{Failure, Query, Session};
use crate::object::Handle;

/// The attribute of a user that holds the number.
pub const ATTRIBUTE: &str = "primaryGroupID";

/// Lower numbers are the domain's own groups, such as 513, Domain Users; these are protected, and everybody is in one.
pub const FIRST_OWN: u32 = 1000;

/// The relative id of a group: the last part of its objectSid ([MS-DTYP] section 2.4.2.2). `None` for groups of the
/// domain itself, whose implied members are not asked for.
pub fn number(group: &Entry) -> Option<u32> {
    number_of(group.values("objectSid").next()?)
}

/// The same of an objectSid.
pub fn number_of(sid: &[u8]) -> Option<u32> {
    let last = sid.last_chunk::<4>().filter(|_| sid.len() >= 12)?;
    Some(u32::from_le_bytes(*last)).filter(|number| *number >= FIRST_OWN)
}

/// The number of the primary group that an entry shows.
pub fn of(entry: &Entry) -> Option<u32> {
    entry.text(ATTRIBUTE)?.trim().parse().ok()
}

/// Everybody whose primary group this is.
pub fn filter(number: u32) -> Filter {
    Filter::equal(ATTRIBUTE, number.to_string())
}

/// Everybody whose primary group is not one of the domain's own.
pub fn filter_of_all() -> Filter {
    Filter::at_least(ATTRIBUTE, FIRST_OWN.to_string())
}

/// The implied members of one group, below `domain`.
pub async fn members(session: &Session, domain: &Dn, number: u32, page_size: u32) -> Result<Vec<Handle>, Failure> {
    let query = Query::subtree(domain, filter(number), &[ATTRIBUTE]);
    let found = all(session, &query, page_size, usize::MAX).await?;
    Ok(found.into_iter().map(|entry| entry.dn.handle().clone()).collect())
}
