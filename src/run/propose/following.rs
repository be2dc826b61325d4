//! What follows from an increment: objects that were not told as changed, but whose places or references are others
//! because something else was renamed, moved or deleted. They are read anew.

use std::collections::{BTreeMap, BTreeSet};

use crate::object::{Clause, Handle, ObjectId, ObjectKey, Observed};
use crate::org::sentence::Sentence;
use crate::run::failure::Failure;
use crate::store::{Observation, Store};
use crate::target::{Gone, ObserveRequest, Seen, Target, TargetError, Update};

/// Objects to be read one by one, beyond which a complete read is quicker.
const MOST: usize = 2_000;

/// Every object that changed, and every one that is gone; or why everything is to be read.
type Settled = Result<(Vec<Observed>, Vec<ObjectId>), String>;

/// An increment of one target, and the observation that it continues.
#[derive(Clone, Copy)]
pub(super) struct Following<'a> {
    pub store: &'a Store,
    pub port: &'a dyn Target,
    pub request: &'a ObserveRequest,
    pub last: &'a Observation,
}

impl Following<'_> {
    /// Reads what an increment leaves to be read, until nothing is left.
    pub(super) async fn settle(
        &self,
        objects: Vec<Observed>,
        mut gone: Gone,
    ) -> Result<Result<Settled, TargetError>, Failure> {
        let mut shown: BTreeMap<ObjectId, Observed> = BTreeMap::new();
        let (mut fresh, mut went) = (objects, BTreeSet::new());
        loop {
            let names = fresh.iter().map(|object| (object.id.clone(), object.handle.clone()));
            let mut update = Update::new(&gone, names);
            self.place(&mut update, &shown, &mut went).await?;
            shown.extend(fresh.drain(..).map(|object| (object.id.clone(), object)));
            went.retain(|id| !shown.contains_key(id));
            if update.reaches_others() {
                self.look_again(&mut update, &shown).await?;
            }
            let left = update.left();
            if left.is_empty() {
                return Ok(Ok(Ok((shown.into_values().collect(), went.into_iter().collect()))));
            }
            if left.len() > MOST {
                return Ok(Ok(Err(Clause::ManyPlacesChanged.with([&left.len()]))));
            }
            let mut see = |seen| {
                if let Seen::Object(object, _) = seen {
                    fresh.push(*object);
                }
            };
            match self.port.reread(self.request, &left, &mut see).await {
                Ok(missing) => gone = Gone::These(missing.into_iter().collect()),
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Tells the update the names that objects had, and takes note of which are gone.
    async fn place(
        &self,
        update: &mut Update<'_>,
        shown: &BTreeMap<ObjectId, Observed>,
        went: &mut BTreeSet<ObjectId>,
    ) -> Result<(), Failure> {
        let target = self.port.name();
        let mut known: Vec<(ObjectId, Handle)> = Vec::new();
        match update.needs() {
            Some(ids) => {
                for id in ids {
                    let before = match shown.get(id) {
                        Some(object) => Some(object.clone()),
                        None => self.store.observed((target, self.last), ObjectKey::of(id)).await?,
                    };
                    known.extend(before.map(|object| (object.id, object.handle)));
                }
            }
            None => {
                let mut see = |object: Observed| known.push((object.id, object.handle));
                self.store.each_observed(target, &|_| true, &mut see).await?;
            }
        }
        for (id, handle) in &known {
            update.place(id, handle);
        }
        went.extend(known.into_iter().map(|(id, _)| id).filter(|id| update.is_gone(id)));
        Ok(())
    }

    /// Shows everything known to the update.
    async fn look_again(&self, update: &mut Update<'_>, shown: &BTreeMap<ObjectId, Observed>) -> Result<(), Failure> {
        let read: BTreeSet<ObjectKey> = shown.keys().map(ObjectKey::of).collect();
        if update.needs_names() {
            let mut see = |object: Observed| update.name(&object.id, &object.handle);
            self.store.each_observed(self.port.name(), &|key| !read.contains(&key), &mut see).await?;
            shown.values().for_each(|object| update.name(&object.id, &object.handle));
        }
        let mut see = |object: Observed| _ = update.is_stale(&object, self.port.schema(object.kind));
        self.store.each_observed(self.port.name(), &|key| !read.contains(&key), &mut see).await?;
        for object in shown.values() {
            update.is_stale(object, self.port.schema(object.kind));
        }
        Ok(())
    }
}
