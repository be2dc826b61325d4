//! One target beside what it should hold: from what was seen to a plan.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Proposal, Scene, Viewed};
use crate::mapping::Mapper;
use crate::object::{Accepted, Coverage, Kind, Links, Membership, ObjectId, Presence, Wanted, aspect};
use crate::org::{Day, Id};
use crate::reconcile::patience::Tried;
use crate::reconcile::{Diff, Occasion, Plan, Surroundings, basis, inspect};
use crate::report::Trouble;
use crate::run::engine::{Engine, TargetEntry};
use crate::run::failure::Failure;
use crate::store::Conclusion;
use crate::target::{Class, Refusal, Target};

impl Engine {
    /// Compares what was seen of a target with what it should hold.
    pub(super) async fn compare(
        &self,
        port: &dyn Target,
        viewed: Viewed,
        scene: &Scene,
    ) -> Result<Result<Proposal, Trouble>, Failure> {
        let comparison = Comparison::new(self, port, scene).await?;
        let mut diff = comparison.begin();
        let wanted = comparison.wanted();
        self.each(port.name(), &viewed.sight, &mut |object| diff.see(object, &wanted)).await?;
        let is_whole = diff.unseen().is_empty();
        let proposal = self.conclude(&comparison, diff, &viewed.sight.coverage).await?;
        let Ok(proposal) = proposal else { return Ok(proposal) };
        // what somebody else changed shows beside the last observation only, and only a plan for today keeps that
        if proposal.plan.as_of != self.today() {
            return Ok(Ok(proposal));
        }
        self.keep_drift(&proposal.plan).await?;
        self.note_access(port.name(), &viewed.sight).await?;
        let observation = self.keep_objects(port.name(), &viewed.sight).await?;
        // what was looked up by its id may be otherwise the next time, whatever a read of everything shows
        if let (Some(basis), Some(observation), true) = (viewed.keep, observation, is_whole)
            && proposal.plan.coverage.is_whole()
        {
            let (digest, managed) = (proposal.digest.clone(), proposal.managed);
            let conclusion = Conclusion { basis, observation, digest, managed };
            self.store.keep_conclusion(port.name(), &conclusion).await?;
        }
        Ok(Ok(proposal))
    }

    /// Looks up what is linked and was not seen, and makes the plan.
    async fn conclude(
        &self,
        comparison: &Comparison<'_>,
        mut diff: Diff<'_>,
        coverage: &Coverage,
    ) -> Result<Result<Proposal, Trouble>, Failure> {
        let port = comparison.port;
        if let Err(trouble) = comparison.look_up(&mut diff, coverage).await {
            return Ok(Err(trouble));
        }
        if let Err(refusal) = comparison.look_for_deleted(&mut diff).await {
            return Ok(Err(comparison.trouble(format!("looking for what was deleted: {refusal}"))));
        }
        let mut plan = self.drawn(comparison, diff, coverage).await?;
        match port.unreadable(&plan.doubts()).await {
            Ok(unreadable) if unreadable.is_empty() => {}
            Ok(unreadable) => {
                plan = plan.without_unreadable(&unreadable);
                plan.basis = basis(&self.config.generation, &plan.keys(), &comparison.wanted());
            }
            Err(refusal) => return Ok(Err(comparison.trouble(format!("looking at what looks empty: {refusal}")))),
        }
        plan = self.with_drift(comparison, plan).await?;
        let tried = self.store.tried(port.name()).await?;
        if tried != Tried::default() {
            plan = plan.without_tried(&tried, self.clock.now());
            plan.basis = basis(&self.config.generation, &plan.keys(), &comparison.wanted());
        }
        if let Some(flaw) = inspect::inspect(&plan).into_iter().next() {
            return Ok(Err(comparison.trouble(flaw.to_string())));
        }
        let now = self.clock.now();
        let today = plan.as_of == now.day(&self.config.zone);
        let digest = if today { self.store.keep_plan(&plan, &self.actor, now).await? } else { plan.digest() };
        Ok(Ok(Proposal { plan, digest, managed: comparison.links.len() as u64 }))
    }

    /// The plan of a comparison, without what somebody said is none of ours.
    pub(super) async fn drawn(
        &self,
        comparison: &Comparison<'_>,
        diff: Diff<'_>,
        coverage: &Coverage,
    ) -> Result<Plan, Failure> {
        let occasion = Occasion {
            as_of: comparison.day,
            reservations: comparison.mapper.reservations(),
            generation: &self.config.generation,
        };
        let mut plan = diff.finish(&comparison.mapper.keys(), &comparison.wanted(), coverage, occasion);
        let ignored = self.store.ignored(comparison.port.name()).await?;
        plan.unmanaged.retain(|one| !ignored.contains_key(&one.object));
        Ok(plan)
    }
}

/// One target beside what it should hold.
pub(super) struct Comparison<'a> {
    port: &'a dyn Target,
    entry: &'a TargetEntry,
    day: Day,
    mapper: Mapper<'a>,
    links: Links,
    accepted: Accepted,
    deleted: BTreeMap<Id, ObjectId>,
    membership: Membership,
    added: HashSet<(ObjectId, ObjectId)>,
    kinds: BTreeMap<Id, Kind>,
}

impl<'a> Comparison<'a> {
    pub async fn new(engine: &'a Engine, port: &'a dyn Target, scene: &Scene) -> Result<Self, Failure> {
        let entry = engine.entry(port.name())?;
        Ok(Self {
            port,
            entry,
            day: scene.snapshot.day(),
            mapper: engine.mapper(port, entry, scene).await?,
            links: engine.store.links(port.name()).await?,
            accepted: engine.store.accepted(port.name(), engine.clock.now()).await?,
            deleted: engine.store.deleted_objects(port.name()).await?,
            membership: engine.membership(port.name()),
            added: match engine.membership(port.name()) {
                Membership::Added => engine.store.added_members(port.name()).await?,
                Membership::Whole | Membership::Ours => HashSet::new(),
            },
            kinds: engine.store.linked_kinds(port.name()).await?.into_iter().collect(),
        })
    }

    /// Looks up by its id what is linked and was not seen.
    async fn look_up(&self, diff: &mut Diff<'_>, coverage: &Coverage) -> Result<(), Trouble> {
        let wanted = self.wanted();
        let samples: BTreeSet<Id> = diff.samples(&wanted).into_iter().collect();
        for (key, object) in diff.unseen() {
            let looked_at = samples.contains(&key) || self.is_worth_a_look(&key, coverage);
            let Some(kind) = self.kinds.get(&key).filter(|_| looked_at) else {
                continue;
            };
            match self.port.read(*kind, &object).await {
                Ok(Some(found)) => diff.see(found, &wanted),
                // Not shown is not proved gone: the comparison makes anew only what was deleted for certain.
                Ok(None) => match self.port.fate(*kind, &object).await {
                    Ok(fate) => diff.not_found(key, fate),
                    Err(refusal) if refusal.fatal || refusal.class == Class::Transient => {
                        return Err(self.trouble(format!("looking for the lost {kind} {object}: {refusal}")));
                    }
                    Err(_) => {}
                },
                Err(refusal) if refusal.fatal || refusal.class == Class::Transient => {
                    return Err(self.trouble(format!("looking up the linked {kind} {object}: {refusal}")));
                }
                Err(_) => {} // one object that cannot be read stops no other: it is held as not found
            }
        }
        Ok(())
    }

    /// What rosterd deleted of somebody who is here again: whether the target still keeps it.
    async fn look_for_deleted(&self, diff: &mut Diff<'_>) -> Result<(), Refusal> {
        for (key, object) in self.deleted.iter().filter(|_| self.port.capabilities().restores) {
            let Some(Ok(desired)) = self.mapper.wanted(key).filter(|_| self.links.object(key).is_none()) else {
                continue;
            };
            if !desired.presence.is_present() {
                continue;
            }
            match self.port.fate(desired.kind, object).await {
                Ok(fate) => diff.not_found(key.clone(), fate),
                Err(refusal) if refusal.fatal || refusal.class == Class::Transient => return Err(refusal),
                Err(_) => {} // then the account is made anew
            }
        }
        Ok(())
    }

    fn trouble(&self, message: String) -> Trouble {
        Trouble { subject: self.port.name().to_owned(), message, hint: None }
    }

    /// After a complete read every linked object that is wanted and was not seen is looked up by its id; after a
    /// partial one only those that are to be disabled, which needs nothing but the object itself.
    fn is_worth_a_look(&self, key: &Id, coverage: &Coverage) -> bool {
        match self.mapper.wanted(key) {
            Some(Ok(desired)) => coverage.complete().is_some() || matches!(desired.presence, Presence::Disabled { .. }),
            Some(Err(_)) => coverage.complete().is_some(),
            None => false,
        }
    }

    pub fn wanted(&self) -> impl Fn(&Id) -> Wanted + Sync {
        |key| self.mapper.wanted(key)
    }

    pub fn begin(&self) -> Diff<'_> {
        Diff::new(self.surroundings())
    }

    pub fn surroundings(&self) -> Surroundings<'_> {
        let Self { port, entry, links, accepted, deleted, added, .. } = self;
        let mapped = entry.rules.attributes().into_iter().flat_map(|(kind, mut names)| {
            names.push(aspect::MANAGER.into());
            names.into_iter().map(move |name| (kind, name))
        });
        let bounds = mapped.filter_map(|(kind, name)| Some(((kind, name.clone()), port.bound(kind, &name)?)));
        let kinds = || entry.rules.kinds.keys().copied();
        Surroundings {
            target: &entry.name,
            tree: port.capabilities().tree,
            first_password: port.capabilities().first_password,
            siblings: port.capabilities().siblings,
            restores: port.capabilities().restores,
            references_follow: port.capabilities().references_follow,
            login: port.capabilities().login,
            never_empty: &entry.never_empty,
            schemas: kinds().map(|kind| (kind, port.schema(kind))).collect(),
            roots: kinds().filter_map(|kind| Some((kind, port.root(kind)?))).collect(),
            links,
            bounds: bounds.collect(),
            accepted,
            disabling: port.capabilities().disabling,
            deleted,
            membership: self.membership,
            added,
        }
    }
}
