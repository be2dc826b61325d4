//! The part of the roster, and of what is kept beside it, in which a text can mean something at all: for the same answer a
//! large organisation is not read as a whole. Who may be meant is told by the rarest of the [`Words`] of the text, wherever
//! it would be looked for: in the facts, among the names given, and in what is kept of the targets.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::kept::{Kept, shown, thing_of};
use crate::expr::{Held, Words};
use crate::mapping::{ORDINARY, account_id};
use crate::object::{ObjectId, Observed};
use crate::org::{Day, Id, Instant, Snapshot};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::Owned;

/// Of more than this everything is read as well.
const MOST: usize = 5_000;

/// A part of all there is.
#[derive(Debug)]
pub(super) struct Part {
    /// Whoever and whatever may be meant; and whoever else ever had an account of one of these people, since that is whose
    /// it is on the day.
    pub things: BTreeSet<Id>,
    /// All accounts that were ever stated of who may be meant.
    pub accounts: BTreeSet<Id>,
}

impl Engine {
    /// The part in which everything is that may be called by a text, and more. `None` when that may be anything or very much,
    /// and for a distinguished name with letters that are written as numbers.
    pub(super) async fn part(&self, text: &str, known: Option<Instant>) -> Result<Option<Part>, Failure> {
        let Some(words) = Words::of(text).filter(|_| !text.contains('\\') && !text.contains("=#")) else {
            return Ok(None);
        };
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
        seen.iter_mut().for_each(|(_, objects)| objects.retain(|_, held| held.has(rarest)));
        if things.len() + seen.iter().map(|(_, objects)| objects.len()).sum::<usize>() > MOST {
            return Ok(None);
        }
        // the text may be the id of an account that is nowhere yet
        let mut keys: BTreeSet<Id> = Uuid::parse_str(text.trim()).iter().map(|id| Id::new(id.to_string())).collect();
        for (target, objects) in &seen {
            for Owned { key, kind, person, .. } in self.store.ever_owned(target, objects.keys()).await? {
                things.extend(thing_of(person, kind, &key).map(|(_, thing)| thing));
                keys.insert(key);
            }
        }
        self.add_ordinary(keys, &mut things).await?;
        let mut accounts = BTreeSet::new();
        for (account, person) in self.store.accounts_of(&things).await? {
            accounts.insert(account);
            things.extend(person);
        }
        self.add_ordinary(accounts.clone(), &mut things).await?;
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
        self.store.each_observed_with(target, words, &mut see).await?;
        Ok(objects)
    }

    /// Adds whose ordinary accounts in the targets these are: that is so whether or not anybody stated it.
    async fn add_ordinary(&self, mut keys: BTreeSet<Id>, things: &mut BTreeSet<Id>) -> Result<(), Failure> {
        let (roster, targets) = (self.store.meta().roster, self.target_names());
        let accounts = |person: &Id| -> Vec<Id> {
            targets.iter().map(|target| account_id(roster, person, target, ORDINARY)).collect()
        };
        for thing in things.iter() {
            accounts(thing).iter().for_each(|account| _ = keys.remove(account));
        }
        if !keys.is_empty() {
            let mut see = |person: Id| {
                if accounts(&person).iter().any(|account| keys.contains(account)) {
                    things.insert(person);
                }
            };
            self.store.each_person(&mut see).await?;
        }
        Ok(())
    }
}
