//! What became of an object that no read shows: only a tombstone proves that it was deleted.

use super::ber::{Filter, control};
use super::entry::Entry;
use super::guid;
use super::profile::Profile;
use super::refusal::{Sent, refusal, refuse};
use super::session::{Failure, Session};
use crate::object::ObjectId;
use crate::target::{Class, Fate, Refusal};

/// Asks for the object by its id, deleted ones included. Who may not read `CN=Deleted Objects` is shown none of them,
/// and neither is who may not read the object where it lies: both look the same, and prove nothing.
pub async fn fate(session: &Session, profile: Profile, id: &ObjectId) -> Result<Fate, Refusal> {
    let what = format!("{}: look for {id} among the deleted objects", session.server());
    let base = guid::base(id).ok_or_else(|| refuse(Class::Permanent, format!("{what}: it is not an objectGUID")))?;
    if !profile.is_ad() {
        return Ok(Fate::Unproven("its entryUUID is not found, and this directory keeps no tombstones".into()));
    }
    let attributes = ["objectClass", "isDeleted", "lastKnownParent"].map(str::to_owned);
    let deleted = [control::show_deleted()];
    match session.entry_with(&base, &Filter::everything(), &attributes, &deleted).await {
        Ok(Some(entry)) => Ok(told(&entry)),
        Ok(None) => Ok(Fate::Unproven("neither it nor its tombstone can be read".into())),
        // Not every server has tombstones, or shows them to everybody.
        Err(Failure::Refused { .. }) => Ok(Fate::Unproven("it cannot be read, and no tombstone is shown".into())),
        Err(failure) => Err(refusal(&what, Sent::Read, &failure)),
    }
}

fn told(entry: &Entry) -> Fate {
    if entry.text("isDeleted").is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        // [MS-ADTS] section 3.1.1.5.5.1: where it lay is kept with the tombstone.
        let place = entry.text("lastKnownParent").map(|parent| format!("; it last lay in {parent}"));
        return Fate::Deleted(format!("its tombstone is there{}", place.unwrap_or_default()));
    }
    let why = match entry.values("objectClass").next() {
        Some(_) => format!("it is there as {}, but is not of this kind", entry.dn),
        None => format!("it is there as {}, but its attributes cannot be read", entry.dn),
    };
    Fate::Unproven(why)
}
