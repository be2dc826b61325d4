//! What a run sees of a target: what looks as it did the last time, by that, and what does not, packed.
//!
//! Either everything is read, or only what changed since a mark, where the target tells that and the last read of
//! everything is young enough. Whichever it was, the rest of the run is the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::following::Following;
use super::observe::{Reading, floors, observe, shown};
use super::trouble;
use crate::object::{
    Clause, Coverage, Evidence, Extent, Fingerprint, Fingerprints, ObjectId, ObjectKey, Observed, Position, Positions,
    Space,
};
use crate::org::Instant;
use crate::org::sentence::Sentence;
use crate::report::Trouble;
use crate::run::command::Progress;
use crate::run::engine::{Engine, TargetEntry};
use crate::run::failure::Failure;
use crate::store::{Differences, Observation, Read, ShownNames, Spool, StoreError};
use crate::target::{Increment, Mark, ObserveRequest, Seen, Target};

/// A target as it was read now.
#[derive(Debug)]
pub(in crate::run) struct Sight {
    pub coverage: Coverage,
    /// The taken names, where they were asked for.
    names: Option<ShownNames>,
    /// What looks as it does in the last observation.
    same: Same,
    changed: Spool,
    gone: BTreeSet<ObjectKey>,
    /// The last observation; `of_use` when it speaks of the same things as this read.
    last: Option<Observation>,
    of_use: bool,
    asked: String,
    whole: Instant,
    mark: Option<Mark>,
    /// How far the journal had come before the read.
    events: i64,
}

/// Objects of the last observation that still look like that.
#[derive(Debug)]
enum Same {
    These(Arc<Fingerprints>, Positions),
    AllBut(BTreeSet<ObjectKey>),
}

impl Same {
    fn contains(&self, key: ObjectKey) -> bool {
        match self {
            Self::These(known, same) => known.position(key).is_some_and(|position| same.contains(position)),
            Self::AllBut(others) => !others.contains(&key),
        }
    }
}

impl Sight {
    /// The version of the observation that this read found unchanged in every way.
    pub fn as_before(&self) -> Option<i64> {
        let unchanged = self.changed.is_empty() && self.gone.is_empty() && self.coverage.complete().is_some();
        self.last.as_ref().filter(|_| self.of_use && unchanged).map(|last| last.version)
    }

    /// What looks otherwise than in the last observation, and what is gone.
    pub fn differing(&self) -> Result<BTreeSet<ObjectKey>, StoreError> {
        let mut keys = self.gone.clone();
        self.changed.each(&mut |object| _ = keys.insert(ObjectKey::of(&object.id)))?;
        Ok(keys)
    }

    pub fn each_changed(&self, see: &mut dyn FnMut(Observed)) -> Result<(), StoreError> {
        self.changed.each(see)
    }

    pub fn has_gone(&self) -> bool {
        !self.gone.is_empty()
    }

    /// When everything was last read before.
    pub fn whole_before(&self) -> Option<Instant> {
        self.last.as_ref().map(|last| last.whole)
    }

    /// Nothing is the matter that has to be told, whatever was seen.
    pub fn is_without_gaps(&self) -> bool {
        self.coverage.evidence().is_some_and(|evidence| evidence.gaps.is_empty())
    }
}

impl Engine {
    /// Looks at a target, and at the names that are taken there in some spaces.
    pub(super) async fn look(
        &self,
        port: &dyn Target,
        entry: &TargetEntry,
        spaces: BTreeSet<Space>,
        progress: &dyn Progress,
    ) -> Result<Result<Sight, Trouble>, Failure> {
        let attributes = entry.rules.attributes();
        let asked = self.asked(entry).await?;
        let last = self.store.observation(&entry.name).await?;
        let of_use = last.as_ref().is_some_and(|last| last.asked == asked && !last.is_crowded());
        let floor = floors(self.store.last_read(&entry.name).await?.as_ref());
        let linked = self.linked(port).await?;
        let request = ObserveRequest { attributes, floor, spaces, linked, known: Arc::default() };
        let events = self.store.last_event().await?;
        let glance = Glance { engine: self, port, entry, asked, last, of_use, events, request };
        let sight = match glance.changes(progress).await? {
            Ok(Tried::Sight(sight)) => Ok(*sight),
            Ok(Tried::Whole(instead)) => glance.everything(instead, progress).await?,
            Err(trouble) => Err(trouble),
        };
        if let Err(trouble) = self.clocks(port).await? {
            return Ok(Err(trouble));
        }
        Ok(sight)
    }

    /// Everything that the answers of a target depend on beside the target: a hash.
    async fn asked(&self, entry: &TargetEntry) -> Result<String, Failure> {
        // not its version, which some servers change whenever they start
        let schema = self.store.told_schema(&entry.name).await?.map(|(_, body)| body);
        let parts = [env!("CARGO_PKG_VERSION"), &self.config.generation, schema.as_deref().unwrap_or_default()];
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    /// Keeps what a complete read showed of names and counts.
    pub(super) async fn keep_names(&self, target: &str, sight: &Sight) -> Result<(), Failure> {
        if let Some(evidence) = sight.coverage.evidence() {
            self.store.keep_read(target, evidence, sight.names.as_ref(), self.clock.now()).await?;
        }
        Ok(())
    }

    /// Keeps the objects of a complete read for the next time; answers the version of the observation that they became.
    pub(super) async fn keep_objects(&self, target: &str, sight: &Sight) -> Result<Option<i64>, Failure> {
        if sight.coverage.complete().is_none() {
            return Ok(None);
        }
        let mark = sight.mark.as_ref().map(serde_json::to_string).transpose();
        let mark =
            mark.map_err(|error| Failure::because(crate::run::command::Exit::Failed, "keeping a mark", &error))?;
        let knows_all = sight.last.as_ref().is_some_and(|last| last.events >= sight.events);
        if let (Some(version), None, true) = (sight.as_before(), &mark, knows_all) {
            return Ok(Some(version));
        }
        let read = Read { asked: &sight.asked, whole: sight.whole, mark: mark.as_deref(), events: sight.events };
        let found = Differences { changed: &sight.changed, gone: &sight.gone, anew: !sight.of_use };
        Ok(self.store.keep_observation(target, sight.last.as_ref(), &read, &found).await?)
    }

    /// Shows every object that a read saw.
    pub(super) async fn each(
        &self,
        target: &str,
        sight: &Sight,
        see: &mut (dyn FnMut(Observed) + Send),
    ) -> Result<(), Failure> {
        if sight.of_use {
            self.store.each_observed(target, &|key| sight.same.contains(key), see).await?;
        }
        sight.changed.each(see)?;
        Ok(())
    }
}

/// One look at one target.
struct Glance<'a> {
    engine: &'a Engine,
    port: &'a dyn Target,
    entry: &'a TargetEntry,
    asked: String,
    last: Option<Observation>,
    of_use: bool,
    events: i64,
    request: ObserveRequest,
}

/// What came of reading only what changed.
enum Tried {
    Sight(Box<Sight>),
    /// Everything has to be read, and why, where changes alone were asked for.
    Whole(Option<String>),
}

impl Glance<'_> {
    /// Reads what changed since the last time, where that is wanted and possible.
    async fn changes(&self, progress: &dyn Progress) -> Result<Result<Tried, Trouble>, Failure> {
        let Some(hours) = self.entry.full_read_hours else { return Ok(Ok(Tried::Whole(None))) };
        let whole = |why: String| Ok(Ok(Tried::Whole(Some(why))));
        let Some(last) = &self.last else { return whole(Clause::NotReadBefore.said()) };
        if !self.of_use {
            return whole(Clause::RulesChanged.said());
        }
        let mark: Option<Mark> = last.mark.as_deref().and_then(|mark| serde_json::from_str(mark).ok());
        let (Some(mark), Some(before)) = (mark, self.engine.store.last_read(&self.entry.name).await?) else {
            return whole(Clause::NoMark.said());
        };
        if self.engine.clock.now() >= last.whole.hours_later(i64::from(hours)) {
            return whole(Clause::HoursPassed.with([&hours]));
        }
        if !self.request.spaces.is_empty() {
            return whole(Clause::WaitsForName.said());
        }
        let mut objects = Vec::new();
        let mut see = |seen| {
            if let Seen::Object(object, _) = seen {
                objects.push(*object);
            }
        };
        progress.at(crate::run::command::Phase {
            subject: self.entry.name.clone(),
            doing: "reading changes".into(),
            done: 0,
            of: None,
        });
        match self.port.changes(&self.request, &mark, &mut see).await {
            Err(error) => Ok(Err(trouble(&self.entry.name, error))),
            Ok(Increment::Impossible(why)) => {
                tracing::info!(target = self.entry.name, why, "everything is read instead of what changed");
                Ok(Ok(Tried::Whole(Some(why))))
            }
            Ok(Increment::Whole { gone, next, evidence }) => {
                let following = Following { store: &self.engine.store, port: self.port, request: &self.request, last };
                let told = match following.settle(objects, gone).await? {
                    Ok(Ok(told)) => told,
                    Ok(Err(why)) => return Ok(Ok(Tried::Whole(Some(why)))),
                    Err(error) => return Ok(Err(trouble(&self.entry.name, error))),
                };
                Ok(Ok(Tried::Sight(Box::new(self.merged(last, &before, told, (next, evidence)).await?))))
            }
        }
    }

    /// The last observation with what changed. An object that is told although it looks the same is left out.
    async fn merged(
        &self,
        last: &Observation,
        before: &Evidence,
        (objects, told_gone): (Vec<Observed>, Vec<ObjectId>),
        (next, evidence): (Mark, Evidence),
    ) -> Result<Sight, Failure> {
        let (store, of) = (&self.engine.store, (self.entry.name.as_str(), last));
        let (mut changed, mut gone, mut others) = (Spool::default(), BTreeSet::new(), BTreeSet::new());
        let mut counts = last.counts.clone();
        for object in objects {
            let key = ObjectKey::of(&object.id);
            let known = store.observed(of, key).await?;
            if known.as_ref() == Some(&object) {
                continue;
            }
            if let Some(known) = known {
                counts.entry(known.kind).and_modify(|count| *count -= 1);
            }
            *counts.entry(object.kind).or_default() += 1;
            let body = Spool::body(&object)?;
            changed.push(key, print_of(&body), object.kind, &body);
            others.insert(key);
        }
        for key in told_gone.iter().map(ObjectKey::of).filter(|key| !others.contains(key)).collect::<BTreeSet<_>>() {
            if let Some(known) = store.observed(of, key).await? {
                counts.entry(known.kind).and_modify(|count| *count -= 1);
                gone.insert(key);
            }
        }
        others.extend(&gone);
        let mut scopes = before.scopes.clone();
        scopes.retain(|scope| evidence.scopes.iter().all(|told| told.scope != scope.scope));
        for scope in &mut scopes {
            if let Some(kind) = scope.kind {
                scope.seen = counts.get(&kind).copied().unwrap_or_default();
                scope.floor = self.request.floor.get(&kind).copied();
            }
        }
        scopes.extend(evidence.scopes);
        let server = evidence.server.or_else(|| before.server.clone());
        let extent = Some(Extent::Changes { whole: last.whole });
        let evidence = Evidence { scopes, server, extent, ..Evidence::default() };
        Ok(Sight {
            coverage: Coverage::judge(evidence),
            names: None,
            same: Same::AllBut(others),
            changed,
            gone,
            last: self.last.clone(),
            of_use: true,
            asked: self.asked.clone(),
            whole: last.whole,
            mark: Some(next),
            events: self.events,
        })
    }

    /// Reads everything; what looks as before is only counted.
    async fn everything(
        &self,
        instead: Option<String>,
        progress: &dyn Progress,
    ) -> Result<Result<Sight, Trouble>, Failure> {
        let failed = |error| trouble(&self.entry.name, error);
        let whole = self.engine.clock.now();
        let mark = match self.entry.full_read_hours {
            None => None,
            Some(_) => match self.port.mark().await {
                Ok(mark) => mark,
                Err(error) => return Ok(Err(failed(error))),
            },
        };
        let known = match self.of_use {
            true => self.engine.store.fingerprints(&self.entry.name).await?,
            false => Fingerprints::default(),
        };
        let mut request = self.request.clone();
        request.known = Arc::new(known);
        let mut intake = Intake::new(&request.known);
        let mut take = |seen| match seen {
            Seen::Same(position) => intake.same(position),
            Seen::Object(object, print) => intake.take(&object, print),
            Seen::Name(_) => {}
        };
        let Reading { coverage, names } = match observe(self.port, &request, progress, &mut take).await {
            Ok(reading) => reading,
            Err(error) => return Ok(Err(failed(error))),
        };
        let Intake { same, changed, told, error, .. } = intake;
        if let Some(error) = error {
            return Err(error.into());
        }
        let seen = |position| same.contains(position) || told.contains(position);
        let gone = request.known.all().filter(|(position, _)| !seen(*position)).map(|(_, key)| key).collect();
        Ok(Ok(Sight {
            coverage: coverage.because(instead),
            names: (!request.spaces.is_empty()).then(|| shown(&names, &request)),
            same: Same::These(Arc::clone(&request.known), same),
            changed,
            gone,
            last: self.last.clone(),
            of_use: self.of_use,
            asked: self.asked.clone(),
            whole,
            mark,
            events: self.events,
        }))
    }
}

/// Objects as they come from a complete read.
#[derive(Debug)]
struct Intake<'a> {
    known: &'a Fingerprints,
    same: Positions,
    /// Objects of before that look different now.
    told: Positions,
    changed: Spool,
    error: Option<StoreError>,
}

impl<'a> Intake<'a> {
    fn new(known: &'a Fingerprints) -> Self {
        let none = Positions::none(known);
        Self { known, same: none.clone(), told: none, changed: Spool::default(), error: None }
    }

    fn same(&mut self, position: Position) {
        self.same.insert(position);
    }

    /// Takes an object; where the target makes no fingerprint, it is one of what was understood.
    fn take(&mut self, object: &Observed, print: Option<Fingerprint>) {
        let body = match Spool::body(object) {
            Ok(body) => body,
            Err(error) => return self.error = Some(error),
        };
        let key = ObjectKey::of(&object.id);
        let print = print.unwrap_or_else(|| print_of(&body));
        match (self.known.same(key, print), self.known.position(key)) {
            (Some(position), _) => return self.same(position),
            (None, Some(position)) => _ = self.told.insert(position),
            (None, None) => {}
        }
        self.changed.push(key, print, object.kind, &body);
    }
}

fn print_of(body: &[u8]) -> Fingerprint {
    Fingerprint::of(&[b"understood", body])
}
