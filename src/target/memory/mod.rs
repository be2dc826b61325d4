//! A target that lives in memory: a directory with or without a tree, for rehearsals and as the test double of runs.
//! Knows the port and keeps its contract to the letter; knows no protocol and does no IO.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use self::state::{Object, State};
use super::{
    Capabilities, Class, Fate, Finding, Increment, Mark, ObserveRequest, Receipt, Refusal, Seen, Target, TargetError,
};
use crate::object::{
    Attributes, Coverage, Disabling, Evidence, Handle, Kind, Links, ObjectId, Observed, Protection, Schema, ScopeRead,
    Siblings, Step, Value, aspect,
};
use crate::org::Id;

mod apply;
mod changes;
mod state;

/// What goes wrong on purpose.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// The n-th write from now on (1 is the next) fails with this class. With `Unknown` it is done all the same, and
    /// only its answer is lost.
    pub fail_write: Option<(u64, Class)>,
    /// Reads stop before their end.
    pub partial: bool,
    /// Objects that reads do not show, though they are there.
    pub hidden: BTreeSet<ObjectId>,
    /// Objects that the target protects.
    pub protected: BTreeMap<ObjectId, Protection>,
    /// Why no mark is good any more.
    pub marks: Option<String>,
}

/// A target in memory. Its schema names nothing: every attribute is text with any number of values.
#[derive(Debug)]
pub struct Memory {
    name: String,
    tree: bool,
    schema: Schema,
    state: Mutex<State>,
}

impl Memory {
    /// An empty one. With `tree`, objects have a parent and a name that is unique below it.
    pub fn new(name: impl Into<String>, tree: bool) -> Self {
        Self { name: name.into(), tree, schema: Schema::default(), state: Mutex::new(State::new(tree)) }
    }

    /// The same with a schema, the same for every kind.
    pub fn with_schema(self, schema: Schema) -> Self {
        Self { schema, ..self }
    }

    /// The same with a rule: what has this value in this attribute is protected.
    #[must_use]
    pub fn protecting(self, attribute: &str, value: &str) -> Self {
        self.state().rule = Some((attribute.into(), Value::text(value)));
        self
    }

    /// Everything that is there, in the order in which it was created.
    pub fn objects(&self) -> Vec<Observed> {
        let state = self.state();
        state.ids().into_iter().filter_map(|id| state.observed(&id, None)).collect()
    }

    /// An object at the top that was there before anybody knew of us: it bears no stamp.
    pub fn plant(&self, kind: Kind, name: &str, attributes: Attributes) -> Result<ObjectId, Refusal> {
        self.state().add(Object {
            kind,
            stamp: None,
            parent: None,
            name: name.to_owned(),
            enabled: (kind == Kind::User).then_some(true),
            attributes,
            manager: None,
            members: (kind == Kind::Group).then(BTreeSet::new),
            passwords: 0,
            protected: false,
        })
    }

    /// From now on the object is protected.
    pub fn protect(&self, id: &ObjectId) {
        self.state().protect(id);
    }

    /// How many writes were done.
    pub fn writes(&self) -> u64 {
        self.state().writes
    }

    /// How many passwords an object was given.
    pub fn passwords(&self, id: &ObjectId) -> u64 {
        self.state().passwords(id)
    }

    pub fn set_faults(&self, faults: Faults) {
        self.state().set_faults(faults);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn login(&self) -> &'static str {
        state::login(self.tree)
    }
}

#[async_trait]
impl Target for Memory {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: kinds(self.tree),
            tree: self.tree,
            first_password: self.tree,
            restores: self.tree,
            references_follow: true,
            login: self.login(),
            siblings: Siblings::Standard,
            disabling: Disabling::Keeps,
            lists: true,
            at_once: 1,
        }
    }

    fn schema(&self, _kind: Kind) -> &Schema {
        &self.schema
    }

    fn root(&self, _kind: Kind) -> Option<Handle> {
        self.tree.then(|| Handle::new(ROOT))
    }

    async fn check(&self) -> Vec<Finding> {
        let count = self.state().ids().len();
        vec![Finding { ok: true, text: format!("{count} objects in memory"), hint: None, ..Finding::default() }]
    }

    async fn observe(
        &self,
        request: &ObserveRequest,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Coverage, TargetError> {
        let mut evidence = Evidence::default();
        let state = self.state();
        for (kind, names) in &request.attributes {
            let there = state.ids().into_iter().filter(|id| !state.faults.hidden.contains(id));
            let objects: Vec<Observed> =
                there.filter_map(|id| state.observed(&id, Some(names))).filter(|object| object.kind == *kind).collect();
            let seen = objects.len() as u64;
            for object in objects {
                for name in state.taken_by(&object.id).into_iter().filter(|name| request.spaces.contains(&name.space)) {
                    see(Seen::Name(name));
                }
                see(Seen::Object(Box::new(object), None));
            }
            evidence.scopes.push(ScopeRead {
                scope: format!("{} ({kind})", self.name),
                kind: Some(*kind),
                base_readable: kinds(self.tree).contains(kind),
                ended: !state.faults.partial,
                seen,
                announced: None,
                floor: request.floor.get(kind).copied(),
                unreadable: 0,
            });
        }
        Ok(Coverage::judge(evidence))
    }

    async fn mark(&self) -> Result<Option<Mark>, TargetError> {
        Ok(Some(changes::mark(&self.name, &self.state())))
    }

    async fn changes(
        &self,
        request: &ObserveRequest,
        since: &Mark,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Increment, TargetError> {
        Ok(changes::changes(&self.name, &self.state(), request, since, see))
    }

    async fn reread(
        &self,
        request: &ObserveRequest,
        ids: &[ObjectId],
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Vec<ObjectId>, TargetError> {
        Ok(changes::reread(&self.state(), request, ids, see))
    }

    async fn find_stamped(&self, kind: Kind, key: &Id, _likely: &Step) -> Result<Option<Observed>, Refusal> {
        let state = self.state();
        let mut found = state.stamped(kind, key).into_iter().filter(|id| !state.faults.hidden.contains(id));
        match (found.next(), found.next()) {
            (Some(one), Some(other)) => {
                Err(state::refusal(Class::Conflict, format!("{key} is borne by {one} and {other}")))
            }
            (found, _) => Ok(found.and_then(|id| state.observed(&id, None))),
        }
    }

    async fn read(&self, kind: Kind, id: &ObjectId) -> Result<Option<Observed>, Refusal> {
        let state = self.state();
        if state.faults.hidden.contains(id) {
            return Ok(None);
        }
        Ok(state.observed(id, None).filter(|object| object.kind == kind))
    }

    async fn fate(&self, _kind: Kind, id: &ObjectId) -> Result<Fate, Refusal> {
        Ok(if self.state().was_deleted(id) {
            Fate::Deleted("it is on the list of what was deleted".into())
        } else {
            Fate::Unproven("it is not on the list of what was deleted".into())
        })
    }

    async fn apply(&self, step: &Step, links: &Links) -> Result<Receipt, Refusal> {
        let mut state = self.state();
        let fault = state.next_fault();
        if let Some(class) = fault.filter(|class| *class != Class::Unknown) {
            return Err(state::refusal(class, format!("{} fails on purpose", step.id.as_str())));
        }
        let object = state.apply(step, links, &self.schema)?;
        match fault {
            Some(class) => {
                Err(Refusal { fatal: true, ..state::refusal(class, "the answer is lost on purpose".into()) })
            }
            None => Ok(Receipt::of(object)),
        }
    }
}

/// The handle of the place that [`Referent::Root`](crate::object::Referent::Root) means.
pub const ROOT: &str = "root";

/// The kinds that there are with and without a tree.
fn kinds(tree: bool) -> &'static [Kind] {
    if tree { &Kind::ALL } else { &[Kind::User, Kind::Group] }
}

/// Whether an attribute is one of the closed meanings.
fn is_aspect(name: &crate::object::AttributeName) -> bool {
    aspect::ALL.iter().any(|aspect| name.is(aspect))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;
    use crate::object::{Change, Op, StepId};

    fn create(name: &str) -> Step {
        let key = Id::new(name);
        Step {
            id: StepId::new(Op::Create, &key),
            op: Op::Create,
            kind: Kind::User,
            key,
            person: None,
            name: name.into(),
            object: None,
            ground: None,
            reason: String::new(),
            rung: None,
            irreversible: false,
            needs: Vec::new(),
            changes: vec![Change { attribute: "userName".into(), before: Vec::new(), after: vec![Value::text(name)] }],
        }
    }

    async fn apply(memory: &Memory, name: &str) -> Result<ObjectId, Class> {
        let done = memory.apply(&create(name), &Links::default()).await;
        done.map(|receipt| receipt.object).map_err(|refusal| refusal.class)
    }

    async fn observe(memory: &Memory) -> (Vec<ObjectId>, bool) {
        let mut request = ObserveRequest::default();
        request.attributes.insert(Kind::User, Vec::new());
        let mut ids = Vec::new();
        let mut see = |seen| {
            if let Seen::Object(object, _) = seen {
                ids.push(object.id);
            }
        };
        let coverage = memory.observe(&request, &mut see).await.unwrap();
        (ids, coverage.complete().is_some())
    }

    #[tokio::test]
    async fn the_nth_write_fails_once() {
        let memory = Memory::new("m", false);
        memory.set_faults(Faults { fail_write: Some((2, Class::Transient)), ..Faults::default() });
        assert!(apply(&memory, "a").await.is_ok());
        assert_eq!(apply(&memory, "b").await, Err(Class::Transient));
        assert_eq!(memory.objects().len(), 1);
        assert!(apply(&memory, "b").await.is_ok());
    }

    #[tokio::test]
    async fn a_write_whose_answer_is_lost_was_done() {
        let memory = Memory::new("m", true);
        memory.set_faults(Faults { fail_write: Some((1, Class::Unknown)), ..Faults::default() });
        assert_eq!(apply(&memory, "a").await, Err(Class::Unknown));
        let found = memory.find_stamped(Kind::User, &Id::new("a"), &create("a")).await.unwrap();
        assert_eq!(found.map(|user| user.id), Some(memory.objects()[0].id.clone()));
        assert_eq!(memory.writes(), 1);
    }

    #[tokio::test]
    async fn reads_can_be_made_to_show_too_little() {
        let memory = Memory::new("m", false);
        let (a, b) = (apply(&memory, "a").await.unwrap(), apply(&memory, "b").await.unwrap());
        assert_eq!(observe(&memory).await, (vec![a.clone(), b.clone()], true));
        memory.set_faults(Faults { partial: true, hidden: [a.clone()].into(), ..Faults::default() });
        assert_eq!(observe(&memory).await, (vec![b], false));
        assert_eq!(memory.read(Kind::User, &a).await.unwrap(), None);
        assert_eq!(memory.objects().len(), 2);
    }
}
