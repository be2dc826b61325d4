//! Which ids there are beside a batch, of which kind, and which things have which key: what references can name.
//!
//! An id is kept as a hash of 128 bits: nobody can make two with the same, and a million take 17 MB.

use std::collections::HashMap;

use super::id::Id;
use super::key::Key;
use super::kind::FactKind;
use super::reference::{Field, Reference, SourceKey};

const HASH: usize = 16;

pub(super) type Hash = [u8; HASH];

/// The hash of an id, and a byte with its kind and where it is; in one array, so that they sort together.
type Entry = [u8; HASH + 1];

const KIND: u8 = 0x0f;
const STORED: u8 = 0x10;
const STATED: u8 = 0x20;
const GONE: u8 = 0x40;

/// Buckets by the first two bytes of the hash.
const BUCKETS: usize = 1 << 16;

/// Where a thing is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// The roster holds it.
    pub(super) stored: bool,
    /// The batch states it.
    pub(super) stated: bool,
    /// The batch corrects it away.
    pub(super) gone: bool,
}

/// Counts the things, in any order.
#[derive(Debug, Default)]
pub(super) struct Census {
    entries: Vec<Entry>,
    keys: HashMap<SourceKey, Option<Id>>,
}

/// What references can name.
#[derive(Debug)]
pub(super) struct Known {
    /// Sorted; one for each id.
    entries: Vec<Entry>,
    /// Where each bucket begins, and the end.
    buckets: Vec<usize>,
    /// `None`: several things have the key.
    keys: HashMap<SourceKey, Option<Id>>,
}

/// A reference that names nothing, and the field it is in.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) field: &'static str,
    pub(super) message: String,
}

pub(super) fn hash(id: &Id) -> Hash {
    let mut hash = [0; HASH];
    hash.copy_from_slice(&blake3::hash(id.as_str().as_bytes()).as_bytes()[..HASH]);
    hash
}

fn bucket(entry: &[u8]) -> usize {
    usize::from(entry[0]) << 8 | usize::from(entry[1])
}

impl Census {
    pub(super) fn add(&mut self, kind: FactKind, id: &Id, place: Place) {
        let flags = [(place.stored, STORED), (place.stated, STATED), (place.gone, GONE)];
        let place = flags.iter().filter(|(is, _)| *is).fold(kind as u8, |place, (_, flag)| place | flag);
        let mut entry = [place; HASH + 1];
        entry[..HASH].copy_from_slice(&hash(id));
        self.entries.push(entry);
    }

    /// Takes up a key that names its thing by id.
    pub(super) fn add_key(&mut self, key: Key) {
        let Key { of, source, value } = key;
        let entry = self.keys.entry(SourceKey { source, key: value }).or_insert_with(|| Some(of.clone()));
        if entry.as_ref() != Some(&of) {
            *entry = None;
        }
    }

    pub(super) fn finish(self) -> Known {
        let Self { mut entries, keys } = self;
        entries.sort_unstable();
        entries.dedup_by(|later, first| {
            let same = later[..HASH] == first[..HASH];
            if same {
                first[HASH] = both(first[HASH], later[HASH]);
            }
            same
        });
        entries.shrink_to_fit();
        let mut buckets = Vec::with_capacity(BUCKETS + 1);
        let mut at = 0;
        for bucket_number in 0..BUCKETS {
            buckets.push(at);
            at += entries[at..].iter().take_while(|entry| bucket(*entry) == bucket_number).count();
        }
        buckets.push(at);
        Known { entries, buckets, keys }
    }
}

/// What two things with one id make: what the batch states takes the id of what it corrects away; else what is stored
/// has it, the later kind first.
fn both(first: u8, later: u8) -> u8 {
    let stated = if first & STATED == 0 { later } else { first };
    let stored = if later & STORED == 0 { first } else { later };
    let flags = (first | later) & !KIND;
    if flags & STATED != 0 && flags & GONE != 0 {
        return stated & KIND | flags & !GONE;
    }
    (if flags & STORED == 0 { stated } else { stored }) & KIND | flags
}

impl Known {
    /// The kind of an id, and whether the batch corrects the thing away.
    pub(super) fn get(&self, id: &Id) -> Option<(FactKind, bool)> {
        let hash = hash(id);
        let bucket = bucket(&hash);
        let entries = self.entries.get(*self.buckets.get(bucket)?..*self.buckets.get(bucket + 1)?)?;
        let at = entries.binary_search_by(|entry| entry[..HASH].cmp(&hash[..])).ok()?;
        let place = entries[at][HASH];
        Some((*FactKind::ALL.get(usize::from(place & KIND))?, place & GONE != 0))
    }

    /// The id that a reference names, and whether the batch corrects the thing away.
    pub(super) fn find(&self, field: Field, reference: &Reference) -> Result<(Id, bool), Missing> {
        let missing = |message| Missing { field: field.name, message };
        let id = match reference {
            Reference::Id(id) => id.clone(),
            Reference::Key(key) => match self.keys.get(key) {
                Some(Some(id)) => id.clone(),
                Some(None) => return Err(missing(format!("{reference} names several things"))),
                None => return Err(missing(format!("{reference} is not known"))),
            },
        };
        match (self.get(&id), field.expects) {
            (Some((kind, _)), Some(expected)) if kind != expected => {
                Err(missing(format!("{reference} is a {kind}, not a {expected}")))
            }
            (Some((_, gone)), _) => Ok((id, gone)),
            (None, Some(expected)) => Err(missing(format!("there is no {expected} {reference}"))),
            (None, None) => Err(missing(format!("there is nothing with the id {reference}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED_ONE: Place = Place { stored: true, stated: false, gone: false };
    const STATED_ONE: Place = Place { stored: false, stated: true, gone: false };
    const GONE_ONE: Place = Place { stored: true, stated: false, gone: true };

    fn known(things: &[(FactKind, &str, Place)]) -> Known {
        let mut census = Census::default();
        things.iter().for_each(|(kind, id, place)| census.add(*kind, &Id::from(*id), *place));
        census.finish()
    }

    #[test]
    fn ids_are_found_with_their_kinds() {
        let ids: Vec<String> = (0..5_000).map(|n| format!("p{n}")).collect();
        let things: Vec<_> = ids.iter().map(|id| (FactKind::Person, id.as_str(), STATED_ONE)).collect();
        let known = known(&things);
        assert!(ids.iter().all(|id| known.get(&Id::from(id.as_str())) == Some((FactKind::Person, false))));
        assert_eq!(known.get(&Id::from("p5000")), None);
        assert_eq!(Census::default().finish().get(&Id::from("p1")), None);
    }

    #[test]
    fn an_id_of_several_things() {
        use FactKind::{Group, Person, Unit};
        let gone = known(&[(Unit, "a", GONE_ONE)]);
        assert_eq!(gone.get(&Id::from("a")), Some((Unit, true)));
        for things in
            [[(Unit, "a", GONE_ONE), (Person, "a", STATED_ONE)], [(Group, "a", GONE_ONE), (Person, "a", STATED_ONE)]]
        {
            assert_eq!(known(&things).get(&Id::from("a")), Some((Person, false)), "the id is free again");
        }
        for things in
            [[(Unit, "a", STORED_ONE), (Person, "a", STATED_ONE)], [(Unit, "a", STATED_ONE), (Person, "a", STORED_ONE)]]
        {
            let stored = if things[0].2.stored { Unit } else { Person };
            assert_eq!(known(&things).get(&Id::from("a")), Some((stored, false)), "the roster had it first");
        }
    }
}
