//! What is kept of things beside the roster of a day: the names that rosterd gave, the ids under which targets hold them,
//! the names that the last reads showed there, and what they are called who have left or are to come. Asks no target.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::narrow::Part;
use crate::object::{Kind, NameKind, ObjectId, ObjectKey, Observed, TakenName, Value};
use crate::org::{FactKind, Former, Id, Snapshot};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::Owned;

/// The id under which a target holds a thing.
const OBJECT: &str = "object";

/// A name that was given to a thing, or that a target shows of it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// The thing has another by now. First, so that what it is called now comes before.
    pub is_former: bool,
    what: NameKind,
    pub text: String,
}

impl Name {
    /// What it is called as a field of the thing.
    pub fn field(&self) -> &'static str {
        match (self.what, self.is_former) {
            (what, false) => what.as_str(),
            (NameKind::Login, true) => "former login",
            (NameKind::Mail, true) => "former mail",
            (NameKind::Upn, true) => "former upn",
            (NameKind::Cn, true) => "former cn",
        }
    }
}

/// Names and ids by which a thing can be found.
#[derive(Debug, Default)]
struct Known {
    /// Words may be found in these.
    names: BTreeSet<Name>,
    /// These mean it as a whole, or not at all.
    ids: BTreeSet<(&'static str, String)>,
}

impl Known {
    /// A target or the ledger of names holds something of it, whether or not the roster of the day does.
    fn is_held(&self) -> bool {
        !self.names.is_empty() || self.ids.iter().any(|(field, _)| *field == OBJECT)
    }
}

/// All that is kept, as of a day.
#[derive(Debug, Default)]
pub(super) struct Kept {
    known: HashMap<(FactKind, Id), Known>,
    /// What they are called whom the roster of the day does not hold.
    absent: BTreeMap<(FactKind, Id), Former>,
}

impl Kept {
    /// Logins, mails and other names.
    pub fn names<'a>(&'a self, kind: FactKind, id: &Id) -> impl Iterator<Item = &'a Name> + use<'a> {
        let known = self.known.get(&(kind, id.clone())).into_iter();
        known.flat_map(|known| &known.names)
    }

    /// The id of a thing that is one of these.
    pub fn identified<'a>(&'a self, kind: FactKind, id: &Id, wanted: &[String]) -> Option<(&'static str, &'a str)> {
        let ids = &self.known.get(&(kind, id.clone()))?.ids;
        let is_it = |value: &str| wanted.iter().any(|one| value.eq_ignore_ascii_case(one));
        ids.iter().find(|(_, value)| is_it(value)).map(|(field, value)| (*field, value.as_str()))
    }

    /// Things that the roster of the day does not hold, with what they are called.
    pub fn absent(&self) -> impl Iterator<Item = (FactKind, &Id, &Former)> {
        self.absent.iter().map(|((kind, id), called)| (*kind, id, called))
    }

    pub fn is_absent(&self, kind: FactKind, id: &Id) -> bool {
        self.absent.contains_key(&(kind, id.clone()))
    }

    fn of(&mut self, kind: FactKind, id: &Id) -> &mut Known {
        self.known.entry((kind, id.clone())).or_default()
    }
}

impl Engine {
    /// All that is kept beside the roster of a day, or beside a part of it.
    pub(super) async fn kept(&self, snapshot: &Snapshot, part: Option<&Part>) -> Result<Kept, Failure> {
        let mut kept = Kept::default();
        let ledger = match part {
            None => self.store.ledger().await?,
            Some(part) => self.store.given_to(&part.things).await?,
        };
        for (holder, names) in ledger.holders() {
            let known = kept.of(FactKind::Person, &holder.person);
            for given in names {
                let is_former = ledger.current(holder, given.what).is_none_or(|now| now.name != given.name);
                known.names.insert(Name { what: given.what, text: given.name.to_string(), is_former });
            }
        }
        for target in self.target_names() {
            self.keep_of(&target, (snapshot, part), &mut kept).await?;
        }
        for (id, former) in snapshot.formers() {
            let person = (FactKind::Person, id.clone());
            if !kept.known.get(&person).is_some_and(Known::is_held) {
                continue;
            }
            kept.absent.insert(person, former.clone());
        }
        let is_absent = |(kind, id): &&(FactKind, Id)| match kind {
            FactKind::Unit => snapshot.unit(id).is_none(),
            FactKind::Group => snapshot.group(id).is_none(),
            _ => snapshot.person(id).is_none() && snapshot.former(id).is_none(),
        };
        let held = kept.known.iter().filter(|(_, known)| known.is_held()).map(|(thing, _)| thing);
        let absent: Vec<(FactKind, Id)> = held.filter(is_absent).cloned().collect();
        for (kind, id) in absent {
            let to_come = snapshot.coming(&id).map(|coming| Former::from(&coming.person));
            let name = match to_come {
                Some(name) => name,
                None => match self.last_name(kind, &id).await? {
                    Some(name) => name,
                    // an erased person, or a group that only a rule made
                    None => continue,
                },
            };
            kept.absent.insert((kind, id), name);
        }
        Ok(kept)
    }

    /// What is kept of one target.
    async fn keep_of(
        &self,
        target: &str,
        (snapshot, part): (&Snapshot, Option<&Part>),
        kept: &mut Kept,
    ) -> Result<(), Failure> {
        let owners = self.owners(target, snapshot);
        for (account, (person, _)) in &owners {
            kept.of(FactKind::Person, person).ids.insert(("account", account.to_string()));
        }
        let owned = match part {
            None => self.store.owned_objects(target).await?,
            Some(part) => {
                let keys = owners.keys().chain(&part.things).chain(&part.accounts).cloned().collect();
                self.store.objects_of(target, &keys).await?
            }
        };
        let mut things: HashMap<ObjectId, (FactKind, Id)> = HashMap::new();
        for Owned { key, kind, object, person } in owned {
            // whose it is on the day, else whose it was when that was known last
            let person = owners.get(&key).map(|(owner, _)| owner.clone()).or(person);
            let Some(thing) = thing_of(person, kind, &key) else { continue };
            let known = kept.of(thing.0, &thing.1);
            known.ids.insert((OBJECT, object.to_string()));
            if thing.0 == FactKind::Person {
                known.ids.insert(("account", key.to_string()));
            }
            things.insert(object, thing);
        }
        let keys: HashSet<ObjectKey> = things.keys().map(ObjectKey::of).collect();
        let mut see = |object: Observed| {
            let Some((kind, id)) = things.get(&object.id).cloned() else { return };
            let known = kept.of(kind, &id);
            known.ids.insert((OBJECT, object.handle.to_string()));
            if kind == FactKind::Person {
                known.names.extend(shown(&object));
            }
        };
        Ok(self.store.each_observed(target, &|key| keys.contains(&key), &mut see).await?)
    }
}

/// What an object belongs to whose key this is.
pub(super) fn thing_of(person: Option<Id>, kind: Option<Kind>, key: &Id) -> Option<(FactKind, Id)> {
    match (person, kind) {
        (Some(person), _) => Some((FactKind::Person, person)),
        (None, Some(Kind::Unit)) => Some((FactKind::Unit, key.clone())),
        (None, Some(Kind::Group)) => Some((FactKind::Group, key.clone())),
        (None, _) => None,
    }
}

/// The names by which an account signs in or gets mail, as a target showed them.
pub(super) fn shown(object: &Observed) -> Vec<Name> {
    let name = |what, text| Name { what, text, is_former: false };
    let mut names = vec![name(NameKind::Cn, object.name.clone())];
    for (attribute, values) in &object.attributes {
        let Some(what) = NameKind::of_attribute(attribute.as_str()) else { continue };
        let texts = values.iter().filter_map(|value| if let Value::Text(text) = value { Some(text) } else { None });
        for text in texts {
            let bare = match what {
                NameKind::Mail => TakenName::of_address(text, &object.id).map(|taken| taken.name),
                _ => Some(text.clone()),
            };
            names.extend(bare.map(|bare| name(what, bare)));
        }
    }
    names
}
