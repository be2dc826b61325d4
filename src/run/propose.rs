//! Observe and propose: reads targets, asks the mapping what should be, and stores the plan of the difference.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::command::Progress;
use super::engine::{Engine, TargetEntry};
use super::failure::Failure;
use super::observe::{Reading, floors, observe};
use crate::expr::fold;
use crate::mapping::{Given, Inputs, Mapper, Naming};
use crate::object::{Kind, Links, ObjectId, Observed};
use crate::org::{Day, Id, Snapshot};
use crate::reconcile::{Diff, Digest, Occasion, Plan, Surroundings, inspect};
use crate::report::Trouble;
use crate::target::{ObserveRequest, Target, TargetError};

/// What the roster says today, for all targets.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub snapshot: Arc<Snapshot>,
    pub naming: Arc<Naming>,
}

/// A plan with the links that it was made on.
#[derive(Debug)]
pub(super) struct Proposal {
    pub plan: Plan,
    pub digest: Digest,
    pub managed: u64,
}

/// A target that was read, before it is compared.
struct Observation {
    reading: Reading,
    objects: Vec<Observed>,
}

/// The proposals of several targets, each with its own outcome: one that cannot be read stops no other.
pub(super) type Proposals = Vec<(String, Result<Proposal, Trouble>)>;

impl Engine {
    /// Reads the targets and proposes a plan for each. `day` in the future: to look at only, nothing is stored.
    pub(super) async fn propose(
        &self,
        ports: &BTreeMap<String, Box<dyn Target>>,
        day: Day,
        progress: &dyn Progress,
    ) -> Result<Proposals, Failure> {
        let snapshot = Arc::new(self.store.snapshot(day, None).await?);
        let mut read: BTreeMap<String, Result<Observation, Trouble>> = BTreeMap::new();
        for (name, port) in ports {
            read.insert(name.clone(), self.read(port.as_ref(), progress).await?);
        }
        let naming = self.naming(&snapshot, ports, progress).await?;
        let scene = Scene { snapshot, naming };
        let mut proposals = Proposals::new();
        for (name, observation) in read {
            let proposal = match (observation, ports.get(&name)) {
                (Ok(observation), Some(port)) => self.compare(port.as_ref(), observation, &scene).await?,
                (Err(trouble), _) => Err(trouble),
                (Ok(_), None) => continue,
            };
            proposals.push((name, proposal));
        }
        Ok(proposals)
    }

    async fn read(&self, port: &dyn Target, progress: &dyn Progress) -> Result<Result<Observation, Trouble>, Failure> {
        let entry = self.entry(port.name())?;
        let last = self.store.last_read(port.name()).await?;
        let request = ObserveRequest { attributes: entry.rules.attributes(), floor: floors(last.as_ref()) };
        let mut objects = Vec::new();
        let reading = match observe(port, &request, progress, &mut |object| objects.push(object)).await {
            Ok(reading) => reading,
            Err(error) => return Ok(Err(trouble(port.name(), error))),
        };
        if let Some(complete) = reading.coverage.complete() {
            let names: Vec<(String, ObjectId)> =
                reading.names.iter().map(|taken| (fold(&taken.name), taken.object.clone())).collect();
            self.store.keep_read(port.name(), complete.evidence(), &names, self.clock.now()).await?;
        }
        Ok(Ok(Observation { reading, objects }))
    }

    /// Gives the logins. When somebody needs a new one, every target must have been read completely once; one that
    /// never was is read now, for its names alone.
    async fn naming(
        &self,
        snapshot: &Snapshot,
        ports: &BTreeMap<String, Box<dyn Target>>,
        progress: &dyn Progress,
    ) -> Result<Arc<Naming>, Failure> {
        let mut given = Given { ledger: self.store.given_names().await?, ..Given::default() };
        if Naming::is_needed(snapshot) {
            for name in self.targets.keys() {
                if self.store.last_read(name).await?.is_none() && !ports.contains_key(name) {
                    let port = self.connect(name)?;
                    let _only_for_its_names = self.read(port.as_ref(), progress).await?;
                }
                if self.store.last_read(name).await?.is_none() {
                    given.unread.push(name.clone());
                }
            }
            let taken = self.store.taken_names().await?;
            given.taken = taken.into_values().flat_map(std::collections::HashMap::into_keys).collect();
        }
        Ok(Arc::new(Naming::new(snapshot, &self.config.login, &given)))
    }

    async fn compare(
        &self,
        port: &dyn Target,
        observation: Observation,
        scene: &Scene,
    ) -> Result<Result<Proposal, Trouble>, Failure> {
        let entry = self.entry(port.name())?;
        let links = self.store.links(port.name()).await?;
        let mapper = self.mapper(port, entry, scene).await?;
        let wanted = |key: &Id| mapper.wanted(key);
        let mut diff = Diff::new(surroundings(port, entry, &links));
        for object in observation.objects {
            diff.see(object, &wanted);
        }
        let kinds: BTreeMap<Id, Kind> = self.store.linked_kinds(port.name()).await?.into_iter().collect();
        for (key, object) in diff.unseen() {
            let Some(kind) = kinds.get(&key).filter(|_| mapper.wanted(&key).is_some()) else { continue };
            match port.read(*kind, &object).await {
                Ok(Some(found)) => diff.see(found, &wanted),
                Ok(None) => {} // held by the comparison: not shown is not proved gone
                Err(refusal) => {
                    let message = format!("looking up the linked {kind} {object}: {refusal}");
                    return Ok(Err(Trouble { subject: port.name().to_owned(), message, hint: None }));
                }
            }
        }
        let occasion = Occasion {
            as_of: scene.snapshot.day(),
            reservations: mapper.reservations(),
            generation: &self.config.generation,
        };
        let plan = diff.finish(&mapper.keys(), &wanted, &observation.reading.coverage, occasion);
        if let Some(flaw) = inspect::inspect(&plan).into_iter().next() {
            return Ok(Err(Trouble { subject: port.name().to_owned(), message: flaw.to_string(), hint: None }));
        }
        let now = self.clock.now();
        let digest = if plan.as_of == now.day(&self.config.zone) {
            self.store.keep_plan(&plan, now).await?
        } else {
            plan.digest()
        };
        Ok(Ok(Proposal { plan, digest, managed: links.len() as u64 }))
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
        }))
    }

    /// What the roster says on `day`, with the names as they were last read: for checking a stored plan's basis.
    pub(super) async fn scene(&self, day: Day) -> Result<Scene, Failure> {
        let snapshot = Arc::new(self.store.snapshot(day, None).await?);
        let taken = self.store.taken_names().await?;
        let given = Given {
            ledger: self.store.given_names().await?,
            taken: taken.into_values().flat_map(std::collections::HashMap::into_keys).collect(),
            unread: Vec::new(),
        };
        let naming = Arc::new(Naming::new(&snapshot, &self.config.login, &given));
        Ok(Scene { snapshot, naming })
    }
}

fn surroundings<'a>(port: &'a dyn Target, entry: &'a TargetEntry, links: &'a Links) -> Surroundings<'a> {
    let kinds = || entry.rules.kinds.keys().copied();
    Surroundings {
        target: &entry.name,
        tree: port.capabilities().tree,
        first_password: port.capabilities().first_password,
        schemas: kinds().map(|kind| (kind, port.schema(kind))).collect(),
        roots: kinds().filter_map(|kind| Some((kind, port.root(kind)?))).collect(),
        links,
    }
}

pub(super) fn trouble(target: &str, error: TargetError) -> Trouble {
    let message = format!("{}: {}", error.attempted, error.message);
    Trouble { subject: target.to_owned(), message, hint: error.hint }
}
