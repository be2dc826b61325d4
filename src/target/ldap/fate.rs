//! What became of an object that no read shows: only a tombstone proves that it was deleted.

use super::ber::{Filter, control};
use super::entry::Entry;
use super::guid;
use super::profile::Profile;
use super::refusal::{Sent, refusal, refuse};
use super::session::{Failure, Session};
use crate::object::{Clause, ObjectId};
use crate::org::sentence::{Sentence, also};
use crate::target::{Class, Fate, Refusal};

/// Asks for the object by its id, deleted ones included. Who may not read `CN=Deleted Objects` is shown none of them,
/// and neither is who may not read the object where it lies: both look the same, and prove nothing.
pub async fn fate(session: &Session, profile: Profile, id: &ObjectId) -> Result<Fate, Refusal> {
    let what = format!("{}: look for {id} among the deleted objects", session.server());
    let base = guid::base(id).ok_or_else(|| refuse(Class::Permanent, format!("{what}: it is not an objectGUID")))?;
    if !profile.is_ad() {
        return Ok(Fate::Unproven(Clause::KeepsNoTombstones.said()));
    }
    let attributes = ["objectClass", "isDeleted", "lastKnownParent"].map(str::to_owned);
    let deleted = [control::show_deleted()];
    match session.entry_with(&base, &Filter::everything(), &attributes, &deleted).await {
        Ok(Some(entry)) => Ok(told(&entry)),
        Ok(None) => Ok(Fate::Unproven(Clause::NeitherReadable.said())),
        // Not every server has tombstones, or shows them to everybody.
        Err(Failure::Refused { .. }) => Ok(Fate::Unproven(Clause::NoTombstoneShown.said())),
        Err(failure) => Err(refusal(&what, Sent::Read, &failure)),
    }
}

fn told(entry: &Entry) -> Fate {
    if entry.text("isDeleted").is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        // [MS-ADTS] section 3.1.1.5.5.1: where it lay is kept with the tombstone.
        let there = Clause::TombstoneThere.said();
        return Fate::Deleted(match entry.text("lastKnownParent") {
            Some(parent) => also(&there, &Clause::LastLayIn.with([&parent])),
            None => there,
        });
    }
    let why = match entry.values("objectClass").next() {
        Some(_) => Clause::IsOfAnotherKind.with([&entry.dn]),
        None => Clause::AttributesUnreadable.with([&entry.dn]),
    };
    Fate::Unproven(why)
}
