//! Explain: what is known of one thing in each target, and why it is so. Reads the roster and what was kept of the
//! targets; looks at no target and changes nothing.

use std::sync::Arc;

use crate::mapping::{Mapper, ORDINARY, account_id};
use crate::object::Kind;
use crate::org::{FactKind, Id, Snapshot};
use crate::report::{ExplainDocument, ExplainTarget, NamesDocument};
use crate::run::ask::find::Sure;
use crate::run::command::Exit;
use crate::run::engine::{Engine, TargetEntry};
use crate::run::failure::Failure;
use crate::run::propose::Scene;
use crate::run::propose::mapped::{View, mapped};
use crate::target::Target;

mod compared;
mod facts;
mod known;
mod memberships;

use compared::Comparing;
use facts::Facts;
use known::Known;

/// The thing that is asked about.
struct Thing {
    kind: FactKind,
    id: Id,
}

impl Engine {
    /// Everything that is known of a person, unit or group in the targets, or in one of them; with an attribute, what is
    /// known of that alone. The thing is named by id, or by words that only it is found by.
    pub async fn explain(
        &self,
        kind: FactKind,
        text: &str,
        target: Option<&str>,
        attribute: Option<&str>,
    ) -> Result<ExplainDocument, Failure> {
        if !matches!(kind, FactKind::Person | FactKind::Unit | FactKind::Group) {
            let message = format!("a target holds no {kind} of its own");
            return Err(Failure::new(Exit::Usage, message).hint("explain a person, a unit or a group"));
        }
        let names = self.chosen(&target.map(ToOwned::to_owned).into_iter().collect::<Vec<_>>())?;
        let snapshot = Arc::new(self.store.snapshot(self.today(), None).await?);
        let (naming, anew) = self.namings(&snapshot).await?;
        let scene = self.set(Arc::clone(&snapshot), Arc::new(naming));
        let mut ports = Vec::new();
        for name in &names {
            let (port, entry) = (self.connect(name)?, self.entry(name)?);
            if let Some(told) = crate::run::propose::schema::told(&self.store, name, self.clock.now()).await? {
                port.recall(&told);
            }
            ports.push((port, entry));
        }
        let mut mappers = Vec::new();
        for (port, entry) in &ports {
            mappers.push(self.mapper(port.as_ref(), entry, &scene).await?);
        }
        let thing = self.thing(&snapshot, &mappers, kind, text).await?;
        let of_person = || NamesDocument::of_person(&self.config.naming, (&scene.naming, &anew), &thing.id);
        let mut document = ExplainDocument {
            kind,
            name: match mappers.iter().find(|mapper| mapper.made_by(&thing.id).is_some()) {
                Some(mapper) => mapper.group_label(&thing.id),
                None => self.called(kind, &thing.id, &[&snapshot]).await?,
            },
            at: snapshot.day(),
            blocked: scene.blocked.reason(&thing.id).map(ToOwned::to_owned),
            suspended: self.suspension(&thing.id).await?.filter(|_| kind == FactKind::Person),
            names: if kind == FactKind::Person { of_person() } else { Vec::new() },
            targets: Vec::new(),
            attribute: None,
            id: thing.id.clone(),
        };
        let mut facts = Facts::new(&self.store, snapshot.day());
        for ((port, entry), mapper) in ports.iter().zip(&mappers) {
            let mut told = self.in_target((port.as_ref(), entry), mapper, &scene, &thing).await?;
            facts.tell(&mut told).await?;
            document.targets.push(told);
        }
        if let Some(attribute) = attribute
            && !document.only(attribute)
        {
            let message = format!("no rule of a {kind} gives {attribute:?}");
            return Err(Failure::new(Exit::Failed, message).hint("without --attribute, all that have a rule are shown"));
        }
        Ok(document)
    }

    async fn in_target(
        &self,
        (port, entry): (&dyn Target, &TargetEntry),
        mapper: &Mapper<'_>,
        scene: &Scene,
        thing: &Thing,
    ) -> Result<ExplainTarget, Failure> {
        let person = (thing.kind == FactKind::Person).then_some(&thing.id);
        let key = match person {
            Some(person) => account_id(self.store.meta().roster, person, &entry.name, ORDINARY),
            None => thing.id.clone(),
        };
        let kind = match thing.kind {
            FactKind::Person => Kind::User,
            FactKind::Unit => Kind::Unit,
            _ => Kind::Group,
        };
        let snapshot = &scene.snapshot;
        let view = View { mapper, snapshot, target: &entry.name, release: entry.rules.release };
        let mapped = mapped(view, &key, person);
        let known = Known::load(self, (&entry.name, &key)).await?;
        let comparing = Comparing { port, mapper, snapshot, known: &known, kind, key: &key, person };
        Ok(comparing.target(mapped).answered())
    }

    /// The thing that is meant; a group may be one that a rule makes.
    async fn thing(
        &self,
        snapshot: &Snapshot,
        mappers: &[Mapper<'_>],
        kind: FactKind,
        text: &str,
    ) -> Result<Thing, Failure> {
        let id = Id::from(text);
        if kind == FactKind::Group && snapshot.group(&id).is_none() {
            let folded = crate::expr::fold(text);
            let is_it = |key: &Id, label: &str| *key == id || crate::expr::fold(label) == folded;
            let made = mappers.iter().flat_map(|mapper| mapper.groups().map(move |(key, label)| (mapper, key, label)));
            let mut made: Vec<&Id> = made
                .filter(|(mapper, key, label)| mapper.made_by(key).is_some() && is_it(key, label))
                .map(|(_, key, _)| key)
                .collect();
            made.sort();
            made.dedup();
            if let [one] = made.as_slice() {
                return Ok(Thing { kind, id: (*one).clone() });
            }
        }
        Ok(Thing { kind, id: self.meant(kind, text, &[snapshot], Sure::ByWords).await? })
    }
}
