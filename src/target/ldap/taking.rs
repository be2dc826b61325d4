//! Taking in the entries of a complete read: each object is shown once, and one that looks as it did before is not even
//! decoded.

use std::collections::{HashMap, HashSet};

use super::ber::EntryView;
use super::entry::Entry;
use super::object::{Wanted, key_of, members, observed};
use super::primary;
use super::settings::{Places, Settings};
use crate::object::{Fingerprint, Fingerprints, Handle, Kind, ObjectKey, Positions};
use crate::target::Seen;

/// Where objects go as they arrive.
pub type See<'a> = &'a mut (dyn FnMut(Seen) + Send);

/// Which objects were shown. One that moves between two pages may come twice, and so may all of them when a lost
/// connection lets a read begin anew.
#[derive(Debug)]
pub struct Shown<'a> {
    before: &'a Fingerprints,
    old: Positions,
    new: HashSet<ObjectKey>,
}

impl<'a> Shown<'a> {
    pub fn nothing(before: &'a Fingerprints) -> Self {
        Self { before, old: Positions::none(before), new: HashSet::new() }
    }

    pub fn contains(&self, key: ObjectKey) -> bool {
        match self.before.position(key) {
            Some(position) => self.old.contains(position),
            None => self.new.contains(&key),
        }
    }

    pub fn count(&self) -> u64 {
        (self.old.count() + self.new.len()) as u64
    }

    /// Takes note of an object; false when it was shown.
    fn is_first(&mut self, key: ObjectKey) -> bool {
        match self.before.position(key) {
            Some(position) => self.old.insert(position),
            None => self.new.insert(key),
        }
    }
}

/// The objects of one kind, as they come.
pub struct Taking<'a, 'k> {
    pub kind: Kind,
    pub settings: &'a Settings,
    pub places: &'a Places,
    pub wanted: &'a Wanted<'a>,
    /// Who is in which group by its number alone.
    pub implied: &'a HashMap<u32, Vec<Handle>>,
    pub shown: &'a mut Shown<'k>,
    /// Entries of which a part is still to be fetched.
    pub parts: Vec<Entry>,
    /// Entries that could not be understood.
    pub unreadable: u64,
    /// The first of them, and why.
    pub misread: Option<String>,
}

impl Taking<'_, '_> {
    /// Takes an entry as it came. One whose every byte is as it was before is shown as the same.
    pub fn visit(&mut self, view: EntryView<'_>, server: &str, see: See<'_>) {
        let print = self.print(&view);
        let key = key_of(&view, self.settings.profile);
        if let Some(position) = key.and_then(|key| self.shown.before.same(key, print)) {
            if self.shown.old.insert(position) {
                see(Seen::Same(position));
            }
            return;
        }
        match Entry::of(&view) {
            None => self.unreadable += 1,
            Some(entry) if self.kind == Kind::Unit && self.places.configured(entry.dn.handle()) => {}
            Some(entry) if entry.is_whole() => {
                let members = if self.kind == Kind::Group { members(&entry).ok() } else { None };
                self.take(&entry, members, Some(print), server, see);
            }
            Some(entry) => self.parts.push(entry),
        }
    }

    /// Of a group, members that its entry does not name are a part of how it looks.
    fn print(&self, view: &EntryView<'_>) -> Fingerprint {
        let print = view.fingerprint();
        let sid = || view.first("objectSid").and_then(primary::number_of);
        let implied = (self.kind == Kind::Group).then(sid).flatten().and_then(|number| self.implied.get(&number));
        let Some(implied) = implied else { return print };
        let bits = print.bits().to_be_bytes();
        let handles = implied.iter().map(|handle| handle.as_str().as_bytes());
        Fingerprint::of(&std::iter::once(&bits[..]).chain(handles).collect::<Vec<_>>())
    }

    /// Takes an entry that is whole. Without a fingerprint it is shown as changed the next time, too.
    pub fn take(
        &mut self,
        entry: &Entry,
        members: Option<Vec<Handle>>,
        print: Option<Fingerprint>,
        server: &str,
        see: See<'_>,
    ) {
        let implied = primary::number(entry).and_then(|number| self.implied.get(&number));
        match observed(self.kind, entry, self.wanted, members) {
            Ok(mut object) => {
                object.imply(implied.into_iter().flatten().cloned());
                if self.shown.is_first(ObjectKey::of(&object.id)) {
                    see(Seen::Object(Box::new(object), print));
                }
            }
            Err(why) => {
                tracing::warn!(server, object = %entry.dn, why, "an object was not understood");
                self.misread(entry, &why);
            }
        }
    }

    /// Takes note of an entry that is not understood.
    pub fn misread(&mut self, entry: &Entry, why: &str) {
        self.unreadable += 1;
        self.misread.get_or_insert_with(|| format!("{}: {why}", entry.dn));
    }
}
