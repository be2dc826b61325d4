//! The part of the roster, and of what is kept beside it, in which a text can mean something at all: for the same answer a
//! large organisation is not read as a whole. Who may be meant is told by the rarest of the [`Words`] of the text, wherever
//! it would be looked for: in the facts, among the names given, and in what is kept of the targets.

use std::collections::{BTreeSet, HashMap};

use super::kept::{Kept, shown, thing_of};
use crate::expr::{Held, Words};
use crate::mapping::{ORDINARY, account_id};
use crate::object::{ObjectId, Observed};
use crate::org::{Day, Id, Instant, Snapshot};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::Owned;

/// A part of all there is.
#[derive(Debug)]
pub(super) struct Part {
    /// People, units, groups and what else is looked for.
    pub things: BTreeSet<Id>,
    /// All accounts that these people have or ever had; whoever else ever had one is among them.
    pub accounts: BTreeSet<Id>,
}

impl Engine {
    /// The part in which everything is that may be called by a text, and more. `None` when it may be anything.
    pub(super) async fn part(&self, text: &str, known: Option<Instant>) -> Result<Option<Part>, Failure> {
        let Some(words) = Words::of(text) else { return Ok(None) };
        let heard = self.store.worded(&words, known).await?;
        let mut seen: Vec<(String, HashMap<ObjectId, Held>)> = Vec::new();
        if known.is_none() {
            for target in self.target_names() {
                let objects = self.worded_objects(&target, &words).await?;
                seen.push((target, objects));
            }
        }
        let objects = seen.iter().flat_map(|(_, objects)| objects.values());
        let rarest = words.rarest(heard.values().chain(objects).copied());
        let mut things: BTreeSet<Id> =
            heard.into_iter().filter(|(_, held)| held.has(rarest)).map(|(thing, _)| thing).collect();
        for (target, mut objects) in seen {
            objects.retain(|_, held| held.has(rarest));
            self.add_owners(&target, &objects, &mut things).await?;
        }
        let mut accounts = BTreeSet::new();
        for (account, person) in self.store.accounts_of(&things).await? {
            accounts.insert(account);
            things.extend(person);
        }
        Ok(Some(Part { things, accounts }))
    }

    /// The roster of a day, or of a part of it, with what is kept beside it. Of that nobody knows what was known before.
    pub(super) async fn view(
        &self,
        (day, known): (Day, Option<Instant>),
        part: Option<&Part>,
    ) -> Result<(Snapshot, Option<Kept>), Failure> {
        let snapshot = match part {
            None => self.store.snapshot(day, known).await?,
            Some(part) => self.store.snapshot_of(&part.things, day, known).await?,
        };
        let kept = if known.is_none() { Some(self.kept(&snapshot, part).await?) } else { None };
        Ok((snapshot, kept))
    }

    /// The objects of a target that hold some of the words in their names and ids.
    async fn worded_objects(&self, target: &str, words: &Words) -> Result<HashMap<ObjectId, Held>, Failure> {
        let mut objects = self.store.worded_objects(target, words).await?;
        let mut see = |object: Observed| {
            let mut held = words.held_by(object.handle.as_str());
            shown(&object).iter().for_each(|name| held |= words.held_by(&name.text));
            if !held.is_none() {
                *objects.entry(object.id).or_default() |= held;
            }
        };
        self.store.each_observed(target, &|_| true, &mut see).await?;
        Ok(objects)
    }

    /// Adds whoever has or ever had one of the objects.
    async fn add_owners(
        &self,
        target: &str,
        objects: &HashMap<ObjectId, Held>,
        things: &mut BTreeSet<Id>,
    ) -> Result<(), Failure> {
        let mut unstated = BTreeSet::new();
        for Owned { key, kind, person, .. } in self.store.ever_owned(target, objects.keys()).await? {
            match thing_of(person, kind, &key) {
                Some((_, thing)) => _ = things.insert(thing),
                None => _ = unstated.insert(key),
            }
        }
        if !unstated.is_empty() {
            let roster = self.store.meta().roster;
            let mut see = |person: Id| {
                if unstated.contains(&account_id(roster, &person, target, ORDINARY)) {
                    things.insert(person);
                }
            };
            self.store.each_person(&mut see).await?;
        }
        Ok(())
    }
}
