//! One thing in one target: what is wanted beside what was seen, and how the two stand to each other. Pure.

use crate::mapping::Mapper;
use crate::object::{Deed, Desired, Edit, Handle, HoldCode, Kind, Observed, Presence, Referent, Value, Wish};
use crate::org::{Id, Snapshot};
use crate::reconcile::attribute_change;
use crate::report::{
    Comparison, ExplainAspect, ExplainGroupRule, ExplainHold, ExplainMembership, ExplainObject, ExplainRung,
    ExplainRungs, ExplainSeen, ExplainSince, ExplainTarget, ExplainWrite, MapAttribute, MapRule, MapSeen, Standing,
};
use crate::run::ask::explain::known::Known;
use crate::run::propose::mapped::Mapped;
use crate::target::Target;

const ENABLED: &str = "enabled";

#[derive(Clone, Copy)]
pub(super) struct Comparing<'a> {
    pub port: &'a dyn Target,
    pub mapper: &'a Mapper<'a>,
    pub snapshot: &'a Snapshot,
    pub known: &'a Known,
    pub kind: Kind,
    /// Of a person that of the account.
    pub key: &'a Id,
    pub person: Option<&'a Id>,
}

impl Comparing<'_> {
    pub fn target(&self, mapped: Mapped) -> ExplainTarget {
        let Mapped { target: mut wanted, desired, hold } = mapped;
        let object = self.known.object.as_ref();
        if let Some(object) = object {
            for one in &mut wanted.attributes {
                one.seen = Some(self.seen(one, desired.as_ref(), object));
            }
        }
        wanted
            .attributes
            .extend(desired.as_ref().map(|desired| self.of_rungs(desired, &wanted.attributes)).unwrap_or_default());
        let aspects = desired.as_ref().zip(object).map(|(desired, object)| self.aspects(desired, object));
        let mut told = ExplainTarget {
            answer: String::new(),
            standing: Standing::None,
            key: self.key.clone(),
            lifecycle: self.person.map(|person| self.rungs(person)),
            made_by: self.made_by(),
            object: self.object(),
            aspects: aspects.unwrap_or_default(),
            memberships: self.memberships(desired.as_ref()),
            planned: self.known.planned,
            pending: self.known.pending.clone(),
            labels: self.known.labels.clone(),
            held: self.held(hold.map(|hold| (hold.code, hold.reason)), desired.as_ref()),
            writes: self
                .known
                .writes
                .iter()
                .map(|row| ExplainWrite {
                    step: row.step.clone(),
                    outcome: row.event,
                    at: row.at,
                    run: row.run,
                    verb: row.verb.clone(),
                    actor: row.actor.clone(),
                    message: row.message.clone(),
                })
                .collect(),
            wanted,
        };
        told.standing = self.standing(&told, desired.as_ref());
        told
    }

    /// What the object holds of an attribute, beside what a rule wants.
    fn seen(&self, one: &MapAttribute, desired: Option<&Desired>, object: &Observed) -> MapSeen {
        let attribute = one.attribute.as_str().into();
        let values = object.attributes.get(&attribute).cloned().unwrap_or_default();
        let wish = desired.and_then(|desired| desired.attributes.get(&attribute));
        let is_kept = desired.is_some() && wish.is_none();
        let comparison = match self.comparison(&attribute, (wish, is_kept), &values, object, &one.rule.values) {
            Comparison::Differs if desired.is_some_and(|desired| desired.outside.contains(&Deed::Change)) => {
                Comparison::Left
            }
            found => found,
        };
        MapSeen { values, comparison }
    }

    fn comparison(
        &self,
        attribute: &crate::object::AttributeName,
        (wish, is_kept): (Option<&Wish>, bool),
        seen: &[Value],
        object: &Observed,
        wanted: &[Value],
    ) -> Comparison {
        let schema = self.port.schema(self.kind);
        match wish.and_then(|wish| attribute_change(attribute, wish, seen, schema)) {
            Some(change) if self.known.accepted.holds(&object.id, attribute, &change.after, &change.before) => {
                Comparison::Accepted
            }
            Some(_) => Comparison::Differs,
            // of somebody who left nothing but what the rungs change is wanted
            None if is_kept => Comparison::Kept,
            None if schema.equal(attribute, seen, wanted) => Comparison::Equal,
            None => Comparison::Left,
        }
    }

    /// The attributes that the rungs of the lifecycle change, and no rule gives.
    fn of_rungs(&self, desired: &Desired, ruled: &[MapAttribute]) -> Vec<MapAttribute> {
        let others = desired.attributes.iter().filter(|(name, _)| !ruled.iter().any(|one| name.is(&one.attribute)));
        let told = others.map(|(name, wish)| {
            let values = match &wish.edit {
                Edit::Set(values) => values.clone(),
                Edit::Keep | Edit::Clear => Vec::new(),
            };
            let seen = self.known.object.as_ref().map(|object| {
                let seen = object.attributes.get(name).cloned().unwrap_or_default();
                let comparison = self.comparison(name, (Some(wish), false), &seen, object, &values);
                MapSeen { values: seen, comparison }
            });
            let nothing = values.is_empty().then(|| "the rung that the person stands on leaves it empty".to_owned());
            let rule = "(lifecycle)".to_owned();
            let rule = MapRule { values, rule, sources: Vec::new(), nothing, problem: None };
            MapAttribute { attribute: name.to_string(), authority: wish.authority, empty: "clear", rule, seen }
        });
        told.collect()
    }

    fn rungs(&self, person: &Id) -> ExplainRungs {
        let standing = self.mapper.standing(person);
        let next = self.mapper.outlook(person).into_iter();
        ExplainRungs {
            rung: standing.rung,
            since: standing.since,
            because: standing.because.to_string(),
            reached: standing.reached.into_iter().map(|(rung, day)| ExplainRung { rung, day, because: None }).collect(),
            next: next
                .map(|(rung, day, why)| ExplainRung { rung, day: Some(day), because: Some(why.to_string()) })
                .collect(),
        }
    }

    fn made_by(&self) -> Option<ExplainGroupRule> {
        let (rule, unit) = self.mapper.made_by(self.key).filter(|_| self.kind == Kind::Group)?;
        let written = |rule: &Option<crate::expr::Expression>| rule.as_ref().map(|rule| rule.source().to_owned());
        Some(ExplainGroupRule {
            rule: rule.rule.clone(),
            unit: unit.cloned(),
            when: written(&rule.when),
            who: written(&rule.who),
            managers: rule.managers,
            below: rule.below,
        })
    }

    fn object(&self) -> Option<ExplainObject> {
        let id = self.known.links.object(self.key)?.clone();
        let seen = self.known.object.as_ref().zip(self.known.whole).map(|(object, whole_read)| ExplainSeen {
            name: object.name.clone(),
            handle: object.handle.to_string(),
            enabled: object.enabled,
            protected: object.protected.clone(),
            whole_read,
            since: (self.known.done.iter())
                .map(|one| ExplainSince { op: one.step.op, at: one.at, run: one.run })
                .collect(),
        });
        Some(ExplainObject { id, linked_since: self.known.since?, seen })
    }

    /// What is to be done about the object beside its attributes.
    fn aspects(&self, desired: &Desired, object: &Observed) -> Vec<ExplainAspect> {
        let mut aspects = Vec::new();
        let is_ours = |deed| !desired.outside.contains(&deed);
        let mut tell = |aspect, wanted: String, seen: Option<String>, differs: bool| {
            let deed = if (aspect, wanted.as_str()) == (ENABLED, "false") { Deed::Disable } else { Deed::Change };
            let differs = differs && is_ours(deed);
            aspects.push(ExplainAspect { aspect, wanted, seen, differs });
        };
        if let Some(name) = &desired.name {
            tell("name", name.clone(), Some(object.name.clone()), *name != object.name);
        }
        if let Some(parent) = desired.parent.as_ref().filter(|_| object.parent.is_some()) {
            let (wanted, is_there) = self.place(parent, object.parent.as_ref());
            let seen = object.parent.as_ref().map(|seen| self.named(seen).unwrap_or_else(|| seen.to_string()));
            tell("place", wanted, seen, !is_there);
        }
        let enabled = match &desired.presence {
            Presence::Present => Some(true),
            Presence::Inactive { .. } | Presence::Disabled { .. } => Some(false),
            _ => None,
        };
        if let (Some(wanted), Some(seen)) = (enabled, object.enabled) {
            tell(ENABLED, wanted.to_string(), Some(seen.to_string()), wanted != seen);
        }
        let manager = object.manager.as_ref().map(|seen| self.named(seen).unwrap_or_else(|| seen.to_string()));
        let is_manager = |key: &Id| {
            let id = object.manager.as_ref().and_then(|seen| self.known.related.get(seen)).map(|found| &found.id);
            id.is_some() && id == self.known.links.object(key)
        };
        match &desired.manager {
            Edit::Set(key) => tell("manager", self.mapper.label(key), manager, !is_manager(key)),
            Edit::Clear if desired.presence.is_present() && object.manager.is_some() => {
                tell("manager", "nobody".to_owned(), manager, true);
            }
            Edit::Clear | Edit::Keep => {}
        }
        aspects
    }

    /// A place where people read it, and whether the object lies there.
    fn place(&self, parent: &Referent, seen: Option<&Handle>) -> (String, bool) {
        match parent {
            Referent::Key(unit) => {
                let found = seen.and_then(|seen| self.known.related.get(seen)).map(|found| &found.id);
                (self.mapper.label(unit), found.is_some() && found == self.known.links.object(unit))
            }
            Referent::Handle(handle) => (handle.to_string(), seen == Some(handle)),
            Referent::Object(id) => {
                let found = seen.and_then(|seen| self.known.related.get(seen));
                (id.to_string(), found.is_some_and(|found| found.id == *id))
            }
            Referent::Root => ("(top)".to_owned(), seen == self.port.root(self.kind).as_ref()),
        }
    }

    /// Whom a handle means, as people call it.
    fn named(&self, handle: &Handle) -> Option<String> {
        if self.port.root(self.kind).as_ref() == Some(handle) {
            return Some("(top)".to_owned());
        }
        let found = self.known.related.get(handle)?;
        Some(self.known.links.key(&found.id).map_or_else(|| found.name.clone(), |key| self.mapper.label(key)))
    }

    fn held(&self, now: Option<(HoldCode, String)>, desired: Option<&Desired>) -> Vec<ExplainHold> {
        let is_held = |desired: &Desired| match &desired.presence {
            Presence::Held { reason } => Some((HoldCode::Lifecycle, reason.clone())),
            _ => None,
        };
        let now = now.or_else(|| desired.and_then(is_held));
        let mut held: Vec<ExplainHold> = now.into_iter().map(|(code, reason)| ExplainHold { code, reason }).collect();
        for hold in &self.known.held {
            let one = ExplainHold { code: hold.code, reason: hold.reason.clone() };
            // of what the rules say now the last plan may have said the same in other words
            if !held.iter().any(|known| known.reason == one.reason) {
                held.push(one);
            }
        }
        held
    }

    fn standing(&self, told: &ExplainTarget, desired: Option<&Desired>) -> Standing {
        let is_wanted =
            desired.is_some_and(|desired| desired.presence.is_present() && !desired.outside.contains(&Deed::Create));
        let is_held = told.held.iter().any(|hold| hold.code != HoldCode::OutOfScope);
        let attributes = told.wanted.attributes.iter().filter_map(|one| one.seen.as_ref());
        let mut differs = attributes.map(|seen| seen.comparison == Comparison::Differs);
        // who is not wanted in a group may be left in it; who is, and has an object, is not
        let is_missing = |one: &ExplainMembership| {
            let is_there = |key| self.known.links.object(key).is_some();
            one.wanted && one.seen == Some(false) && one.key.as_ref().is_some_and(is_there)
        };
        if !told.pending.is_empty() || told.memberships.iter().any(|one| one.pending.is_some()) {
            Standing::Pending
        } else if is_held {
            Standing::Held
        } else if told.object.is_none() && !is_wanted {
            Standing::None
        } else if self.known.planned.is_none() {
            Standing::NotCompared
        } else if told.object.is_none()
            || differs.any(|differs| differs)
            || told.aspects.iter().any(|aspect| aspect.differs)
            || told.memberships.iter().any(is_missing)
        {
            Standing::Changed
        } else {
            Standing::InStep
        }
    }
}
