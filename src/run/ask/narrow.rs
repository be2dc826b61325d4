//! The part of the roster, and of what is kept beside it, in which a text can mean something at all: in a large organisation
//! a hundredth of the work, for the same answer. Who may be meant is found by the [`Words`] of the text, wherever it would
//! be looked for: in the facts, among the names given, and in what the targets showed.

use std::collections::{BTreeSet, HashMap};

use super::kept::{Kept, shown};
use crate::expr::{Held, Words};
use crate::object::{ObjectId, Observed};
use crate::org::{Day, Id, Instant, Snapshot};
use crate::run::engine::Engine;
use crate::run::failure::Failure;

impl Engine {
    /// That part as of a day. `None` when it cannot be told; then everything has to be looked through.
    pub(super) async fn narrowed(
        &self,
        text: &str,
        day: Day,
        known: Option<Instant>,
    ) -> Result<Option<(Snapshot, Option<Kept>)>, Failure> {
        let Some(words) = Words::of(text) else { return Ok(None) };
        let mut heard = self.store.worded(&words, known).await?;
        if known.is_none() && !self.hear_targets(&words, &mut heard).await? {
            return Ok(None);
        }
        let meant: BTreeSet<Id> =
            heard.into_iter().filter(|(_, held)| words.are_all(*held)).map(|(thing, _)| thing).collect();
        let snapshot = self.store.snapshot_of(&meant, day, known).await?;
        // of what is kept beside the roster nobody knows what was known then
        let kept = if known.is_none() { Some(self.kept(&snapshot, Some(&meant)).await?) } else { None };
        Ok(Some((snapshot, kept)))
    }

    /// Adds whose objects hold the words in their names and ids; false when it is not known of one whose it is.
    async fn hear_targets(&self, words: &Words, heard: &mut HashMap<Id, Held>) -> Result<bool, Failure> {
        for target in self.target_names() {
            let mut objects: HashMap<ObjectId, Held> = HashMap::new();
            let mut see = |object: Observed| {
                let mut held = words.held_by(object.handle.as_str());
                held |= words.held_by(object.id.as_str());
                shown(&object).iter().for_each(|name| held |= words.held_by(&name.text));
                if !held.is_none() {
                    objects.insert(object.id, held);
                }
            };
            self.store.each_observed(&target, &|_| true, &mut see).await?;
            for possession in self.store.possessions(&target, objects.keys()).await? {
                let Some(thing) = possession.thing else { return Ok(false) };
                *heard.entry(thing).or_default() |= objects.get(&possession.object).copied().unwrap_or_default();
            }
        }
        Ok(true)
    }
}
