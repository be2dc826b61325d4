//! The ledger of names: to whom each was ever given, and in which order. It grows only.

use std::collections::HashMap;

use super::forms::takes;
use crate::object::{NameKind, Space};
use crate::org::Id;

/// Who has a name: a person, by one of the person's accounts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder {
    pub person: Id,
    /// The kind of account; empty for the ordinary one.
    pub account: Box<str>,
}

impl Holder {
    pub fn new(person: &Id, account: &str) -> Self {
        Self { person: person.clone(), account: account.into() }
    }
}

/// A name that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenName {
    pub what: NameKind,
    pub name: Box<str>,
    /// A hash of what the person was called then; `None` when that is not known any more.
    pub basis: Option<Box<str>>,
}

/// All names that were ever given.
#[derive(Debug, Default)]
pub struct Ledger {
    claims: [HashMap<Box<str>, Holder>; Space::ALL.len()],
    given: HashMap<Holder, Vec<GivenName>>,
}

impl Ledger {
    /// A folded name in a space is this holder's, unless it is somebody's already.
    pub fn claim(&mut self, space: Space, folded: &str, holder: &Holder) {
        // one text of an id in memory is enough
        let known = self.given.get_key_value(holder).map_or(holder, |(known, _)| known);
        self.claims[space as usize].entry(folded.into()).or_insert_with(|| known.clone());
    }

    /// A name was given, after all that were told before. Its claims are told beside it, but for names from a time when
    /// what people were called was not kept.
    pub fn give(&mut self, holder: &Holder, what: NameKind, name: &str, basis: Option<&str>) {
        if basis.is_none() {
            for (space, folded) in takes(what, name) {
                self.claim(space, &folded, holder);
            }
        }
        let names = self.given.entry(holder.clone()).or_default();
        names.retain(|one| one.what != what || *one.name != *name);
        names.push(GivenName { what, name: name.into(), basis: basis.map(Into::into) });
    }

    pub fn owner(&self, space: Space, folded: &str) -> Option<&Holder> {
        self.claims[space as usize].get(folded)
    }

    /// The name of a kind that the holder has now.
    pub fn current(&self, holder: &Holder, what: NameKind) -> Option<&GivenName> {
        self.of(holder).iter().rfind(|one| one.what == what)
    }

    /// Everybody who was ever given a name, in no order, with all of them.
    pub fn holders(&self) -> impl Iterator<Item = (&Holder, &[GivenName])> {
        self.given.iter().map(|(holder, names)| (holder, names.as_slice()))
    }

    /// All names that the holder ever had, the latest of each kind last.
    pub fn of(&self, holder: &Holder) -> &[GivenName] {
        self.given.get(holder).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The names that targets showed at their last complete reads, in all their forms, and the objects that have them.
#[derive(Debug, Default)]
pub struct Taken {
    targets: Vec<Box<str>>,
    names: [HashMap<Box<str>, Vec<Spot>>; Space::ALL.len()],
}

#[derive(Debug)]
struct Spot {
    target: usize,
    object: Box<str>,
}

impl Taken {
    pub fn add(&mut self, target: &str, space: Space, folded: &str, object: &str) {
        let target = match self.targets.iter().position(|known| **known == *target) {
            Some(known) => known,
            None => {
                self.targets.push(target.into());
                self.targets.len() - 1
            }
        };
        self.names[space as usize].entry(folded.into()).or_default().push(Spot { target, object: object.into() });
    }

    /// Target and object of everything that has a name.
    pub fn by<'a>(&'a self, space: Space, folded: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let spots = self.names[space as usize].get(folded).map(Vec::as_slice).unwrap_or_default();
        spots.iter().filter_map(|spot| Some((&**self.targets.get(spot.target)?, &*spot.object)))
    }
}
