//! Observe and propose: reads targets, asks the mapping what should be, and stores the plan of the difference.

pub mod adopt;
pub mod clocks;
mod comparison;
mod drift;
mod following;
pub mod jump;
pub mod mapped;
mod observe;
mod rehearse;
mod revert;
mod rules;
pub mod schema;
pub mod sight;
pub mod since;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::observe::{floors, observe, shown};
use self::sight::Sight;
use crate::mapping::naming::Ledger;
use crate::mapping::{Inputs, Mapper, Naming, lifecycle};
use crate::object::{AttributeName, Coverage, Kind, Observed};
use crate::org::quality::{Blocked, Look};
use crate::org::{Day, Id, Snapshot};
use crate::reconcile::{Digest, Plan, Reach};
use crate::report::Trouble;
use crate::run::command::Progress;
use crate::run::engine::{Engine, TargetEntry};
use crate::run::failure::Failure;
use crate::store::{Conclusion, StoreError};
use crate::target::{ObserveRequest, Seen, Target, TargetError};

/// What the roster says on a day, for all targets.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub snapshot: Arc<Snapshot>,
    pub naming: Arc<Naming>,
    pub blocked: Arc<Blocked>,
}

/// A plan that is stored, and how many objects are linked.
#[derive(Debug)]
pub(super) struct Proposal {
    pub plan: Plan,
    pub digest: Digest,
    pub managed: u64,
}

/// The proposals of several targets, each with its own outcome: one that cannot be read stops no other.
pub(super) type Proposals = Vec<(String, Result<Proposal, Trouble>)>;

pub(super) type Ports = BTreeMap<String, Box<dyn Target>>;

/// One target, looked at.
#[derive(Debug)]
pub(super) struct Viewed {
    pub sight: Sight,
    /// What it comes to, where nothing has to be thought through again.
    settled: Option<Proposal>,
    /// The basis of a conclusion that may be kept.
    pub keep: Option<String>,
}

/// The roster of a day, read when it is first needed.
struct Roster<'a> {
    engine: &'a Engine,
    day: Day,
    snapshot: Option<Arc<Snapshot>>,
    names: Option<(bool, Ledger)>,
}

impl Roster<'_> {
    async fn snapshot(&mut self) -> Result<Arc<Snapshot>, Failure> {
        match &self.snapshot {
            Some(snapshot) => Ok(Arc::clone(snapshot)),
            None => {
                let snapshot = Arc::new(self.engine.store.snapshot(self.day, None).await?);
                Ok(Arc::clone(self.snapshot.insert(snapshot)))
            }
        }
    }

    /// Whether somebody waits for a name.
    async fn needs_names(&mut self) -> Result<bool, Failure> {
        Ok(self.names().await?.0)
    }

    async fn names(&mut self) -> Result<&(bool, Ledger), Failure> {
        if self.names.is_none() {
            let snapshot = self.snapshot().await?;
            self.names = Some(self.engine.names_are_needed(&snapshot).await?);
        }
        Ok(self.names.get_or_insert_default())
    }
}

impl Engine {
    /// Looks at the targets and proposes a plan for each. `day` in the future: to look at only, nothing is stored.
    ///
    /// All targets are looked at before anything is compared, because the names that are taken in one decide about first
    /// logins in all. Where nothing changed, neither in a target nor in what its last plan rests on, that plan is the
    /// answer: a plan is a function of these.
    pub(super) async fn propose(&self, ports: &Ports, day: Day, progress: &dyn Progress) -> Result<Proposals, Failure> {
        let mut roster = Roster { engine: self, day, snapshot: None, names: None };
        let mut looks = Vec::new();
        for (name, port) in ports {
            let look = self.look_once(port.as_ref(), self.entry(name)?, &mut roster, progress).await?;
            looks.push((name, port, look));
        }
        let unsettled = looks.iter().any(|(_, _, look)| matches!(look, Ok(Viewed { settled: None, .. })));
        let scene = match unsettled {
            true => {
                let snapshot = roster.snapshot().await?;
                roster.names().await?;
                let names = roster.names.take().unwrap_or_default();
                let naming = self.naming(&snapshot, names, ports, progress).await?;
                Some(self.set(snapshot, naming))
            }
            false => None,
        };
        let mut proposals = Proposals::new();
        for (name, port, look) in looks {
            let proposal = match (look, &scene) {
                (Err(trouble), _) => Err(trouble),
                (Ok(Viewed { settled: Some(proposal), .. }), _) => Ok(proposal),
                (Ok(viewed), Some(scene)) => self.compare(port.as_ref(), viewed, scene).await?,
                (Ok(_), None) => continue,
            };
            proposals.push((name.clone(), proposal));
        }
        Ok(proposals)
    }

    /// Looks at one target, and finds out whether anything has to be thought through again.
    async fn look_once(
        &self,
        port: &dyn Target,
        entry: &TargetEntry,
        roster: &mut Roster<'_>,
        progress: &dyn Progress,
    ) -> Result<Result<Viewed, Trouble>, Failure> {
        self.take_up(port).await?;
        if let Err(trouble) = self.learn_schema(port, entry).await? {
            return Ok(Err(trouble));
        }
        let basis = self.basis_of(entry, roster.day).await?;
        let conclusion = self.store.conclusion(&entry.name).await?.filter(|last| last.basis == basis);
        // a conclusion is kept only while nobody waits for a name
        let names = conclusion.is_none() && roster.needs_names().await?;
        let spaces = if names { self.config.naming.spaces() } else { BTreeSet::new() };
        let looked = self.look(port, entry, spaces, progress).await?;
        self.keep_experience(port).await?;
        let sight = match looked {
            Ok(sight) => sight,
            Err(trouble) => return Ok(Err(trouble)),
        };
        self.keep_names(&entry.name, &sight).await?;
        let settled = match conclusion {
            Some(last) if sight.as_before() == Some(last.observation) && sight.is_without_gaps() => {
                self.keep_objects(&entry.name, &sight).await?;
                self.settled_by(&last, &sight.coverage).await?
            }
            _ => None,
        };
        let keep = (!names).then_some(basis);
        Ok(Ok(Viewed { sight, settled, keep }))
    }

    /// The plan that a conclusion names, proposed again after this read.
    async fn settled_by(&self, last: &Conclusion, coverage: &Coverage) -> Result<Option<Proposal>, Failure> {
        // one that was altered is thought through again, and replaced
        let mut plan = match self.store.plan(&last.digest).await {
            Ok(Some(plan)) => plan,
            Ok(None) | Err(StoreError::Altered(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        plan.coverage.extent = Reach::from(coverage).extent;
        self.keep_drift(&plan).await?;
        let digest = self.store.keep_plan(&plan, &self.actor, self.clock.now()).await?;
        Ok(Some(Proposal { plan, digest, managed: last.managed }))
    }

    /// Everything that a plan rests on beside what the target shows: a hash.
    async fn basis_of(&self, entry: &TargetEntry, day: Day) -> Result<String, Failure> {
        let (links, ignored) = self.store.link_revision(&entry.name).await?;
        let parts = [
            env!("CARGO_PKG_VERSION").to_owned(),
            self.config.generation.clone(),
            self.store.meta().roster.to_string(),
            self.store.last_commit().await?.to_string(),
            self.intake_absence().await?.is_some().to_string(),
            self.store.tried(&entry.name).await?.revision(self.clock.now()),
            self.store.orders_revision().await?.to_string(),
            format!("{links} {ignored} {day} {}", self.store.ledger_revision().await?),
        ];
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    /// Reads these attributes of everything in a target; what a complete read shows of names and counts is kept for the
    /// next time.
    pub(super) async fn read_attributes(
        &self,
        port: &dyn Target,
        attributes: BTreeMap<Kind, Vec<AttributeName>>,
        progress: &dyn Progress,
        take: &mut (dyn FnMut(Observed) + Send),
    ) -> Result<Result<Coverage, Trouble>, Failure> {
        let last = self.store.last_read(port.name()).await?;
        let (floor, linked) = (floors(last.as_ref()), self.linked(port).await?);
        let spaces = self.config.naming.spaces();
        let request = ObserveRequest { attributes, floor, linked, spaces, ..ObserveRequest::default() };
        let mut take = |seen| {
            if let Seen::Object(object, _) = seen {
                take(*object);
            }
        };
        let reading = match observe(port, &request, progress, &mut take).await {
            Ok(reading) => reading,
            Err(error) => return Ok(Err(trouble(port.name(), error))),
        };
        if let Err(trouble) = self.clocks(port).await? {
            return Ok(Err(trouble));
        }
        if let Some(evidence) = reading.coverage.evidence() {
            let names = shown(&reading.names, &request);
            self.store.keep_read(port.name(), evidence, Some(&names), self.clock.now()).await?;
        }
        Ok(Ok(reading.coverage))
    }

    /// Everybody who has no job on the day and is to have an account in some target all the same.
    pub(super) fn coming(&self, snapshot: &Snapshot) -> BTreeSet<Id> {
        lifecycle::coming(snapshot, self.targets.values().map(|entry| &entry.rules.ladder))
    }

    /// The desired state of one target.
    pub(super) async fn mapper<'a>(
        &'a self,
        port: &'a dyn Target,
        entry: &'a TargetEntry,
        scene: &Scene,
    ) -> Result<Mapper<'a>, Failure> {
        Ok(Mapper::new(Inputs {
            snapshot: Arc::clone(&scene.snapshot),
            naming: Arc::clone(&scene.naming),
            roster: self.store.meta().roster,
            target: &entry.name,
            rules: &entry.rules,
            schemas: entry.rules.kinds.keys().map(|kind| (*kind, port.schema(*kind))).collect(),
            absence: self.intake_absence().await?,
            blocked: Arc::clone(&scene.blocked),
            leavers: port.leavers(),
            orders: Arc::new(self.store.orders().await?),
        }))
    }

    /// What the roster says on `day`, with the names as they were last read: for checking a stored plan's basis.
    pub(super) async fn scene(&self, day: Day) -> Result<Scene, Failure> {
        let snapshot = Arc::new(self.store.snapshot(day, None).await?);
        let given = self.given(&snapshot, self.store.ledger().await?, &|_, _| true).await?;
        let naming = Arc::new(Naming::new(&snapshot, &self.config.naming, &given));
        Ok(self.set(snapshot, naming))
    }

    /// What is held for its quality is found once for all targets.
    pub(super) fn set(&self, snapshot: Arc<Snapshot>, naming: Arc<Naming>) -> Scene {
        let look = Look { snapshot: &snapshot, custom: &self.config.custom };
        let blocked = Arc::new(Blocked::find(look, &self.config.quality));
        Scene { snapshot, naming, blocked }
    }
}

pub(super) fn trouble(target: &str, error: TargetError) -> Trouble {
    let message = format!("{}: {}", error.attempted, error.message);
    Trouble { subject: target.to_owned(), message, hint: error.hint }
}
