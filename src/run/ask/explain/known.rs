//! What was kept of one thing in one target: its link, its object as it was seen last, the last plan, and what was done.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::object::{
    Accepted, Change, Handle, Hold, Links, ObjectId, ObjectKey, Observed, Op, Referent, Step, Value, aspect,
};
use crate::org::{Id, Instant};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::propose::since::Since;
use crate::store::{Store, WriteRow};

/// Outcomes that are told.
const WRITES: i64 = 5;

/// What the store knows.
#[derive(Debug)]
pub(super) struct Known {
    pub links: Links,
    /// When the thing was linked.
    pub since: Option<Instant>,
    /// When everything was last read; none when nothing of it is kept.
    pub whole: Option<Instant>,
    /// The linked object as the last read saw it, with what was done since.
    pub object: Option<Observed>,
    /// What was done to it since.
    pub done: Vec<Since>,
    /// The objects that it refers to, by their handles.
    pub related: HashMap<Handle, Related>,
    /// The groups that hold it.
    pub groups: BTreeMap<ObjectId, String>,
    pub accepted: Accepted,
    pub planned: Option<Instant>,
    /// Steps of the last plan that no run took yet.
    pub pending: Vec<Step>,
    /// The others that take members into groups or out of them.
    pub joining: Vec<Step>,
    /// Names for what these refer to.
    pub labels: BTreeMap<String, String>,
    pub held: Vec<Hold>,
    pub writes: Vec<WriteRow>,
}

/// An object that another refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Related {
    pub id: ObjectId,
    pub name: String,
}

impl Known {
    pub async fn load(engine: &Engine, (target, key): (&str, &Id)) -> Result<Self, Failure> {
        let (store, now) = (&engine.store, engine.clock.now());
        let rows = store.link_rows(target).await?;
        let since = rows.iter().find(|row| row.key == *key).map(|row| row.since);
        let links: Links = rows.into_iter().map(|row| (row.key, row.object)).collect();
        let observation = store.observation(target).await?;
        let mut known = Self {
            since,
            whole: observation.as_ref().map(|observation| observation.whole),
            object: None,
            done: Vec::new(),
            related: HashMap::new(),
            groups: BTreeMap::new(),
            accepted: store.accepted(target, now).await?,
            planned: None,
            pending: Vec::new(),
            joining: Vec::new(),
            labels: BTreeMap::new(),
            held: Vec::new(),
            writes: store.writes(target, key, WRITES).await?,
            links,
        };
        if let (Some(observation), Some(id)) = (&observation, known.links.object(key).cloned()) {
            let since = engine.done_since(target).await?;
            let object = store.observed((target, observation), ObjectKey::of(&id)).await?;
            if let Some(object) = &object {
                known.relate(store, target, object).await?;
                known.join(&since, object);
            }
            known.done = since.into_iter().filter(|one| one.object == id).collect();
            known.object = object.map(|object| known.with_what_was_done(object));
        }
        if let Some((plan, at)) = store.last_plan(target).await? {
            let done: HashSet<String> = store.done_steps(&plan.digest(), at).await?.into_iter().collect();
            let open = plan.steps.into_iter().filter(|step| !done.contains(step.id.as_str()));
            let (about, others): (Vec<Step>, Vec<Step>) = open.partition(|step| step.key == *key);
            let joins = |step: &Step| step.change(aspect::MEMBERS).is_some();
            (known.pending, known.joining) = (about, others.into_iter().filter(joins).collect());
            known.held = plan.held.into_iter().filter(|hold| hold.key == *key).collect();
            (known.planned, known.labels) = (Some(at), plan.labels);
        }
        Ok(known)
    }

    /// The step of the last plan that takes a member into a group, or out of it.
    pub fn joining(&self, group: &Id, member: &Id) -> Option<Op> {
        let object = self.links.object(member);
        let is_it = |value: &Value| match value {
            Value::Reference(Referent::Key(key)) => key == member,
            Value::Reference(Referent::Object(id)) => Some(id) == object,
            _ => false,
        };
        let steps = self.pending.iter().chain(&self.joining).filter(|step| step.key == *group);
        let mut found = steps.filter(|step| {
            let change = step.change(aspect::MEMBERS);
            change.is_some_and(|change| change.before.iter().chain(&change.after).any(is_it))
        });
        found.next().map(|step| step.op)
    }

    /// Takes in into which groups it came since, and which it left.
    fn join(&mut self, since: &[Since], object: &Observed) {
        for one in since {
            for (_, came) in one.members(&self.links).into_iter().filter(|(member, _)| *member == object.id) {
                match came {
                    true => _ = self.groups.insert(one.object.clone(), one.step.name.clone()),
                    false => _ = self.groups.remove(&one.object),
                }
            }
        }
    }

    /// The object as it was last seen, but for what was done since.
    fn with_what_was_done(&mut self, mut object: Observed) -> Observed {
        for one in std::mem::take(&mut self.done) {
            if let (Some(enabled), Some(_)) = (one.enabled(), object.enabled) {
                object.enabled = Some(enabled);
            }
            for (member, came) in one.members(&self.links) {
                let handle = self.refers_to(&member);
                if let Some(members) = &mut object.members {
                    members.retain(|there| *there != handle);
                    members.extend(came.then_some(handle));
                }
            }
            for Change { attribute, after, .. } in &one.step.changes {
                match after.as_slice() {
                    [Value::Text(name)] if attribute.is(aspect::NAME) => object.name.clone_from(name),
                    [Value::Reference(place)] if attribute.is(aspect::PARENT) => {
                        object.parent = self.reference(place).or(object.parent);
                    }
                    [Value::Reference(manager)] if attribute.is(aspect::MANAGER) => {
                        object.manager = self.reference(manager).or(object.manager);
                    }
                    [] if attribute.is(aspect::MANAGER) => object.manager = None,
                    _ if aspect::ALL.iter().any(|aspect| attribute.is(aspect)) => {}
                    [] => _ = object.attributes.remove(attribute),
                    values => _ = object.attributes.insert(attribute.clone(), values.to_vec()),
                }
            }
            self.done.push(one);
        }
        object
    }

    /// How the object would refer to what a step made it refer to; nothing where only the target could tell.
    fn reference(&mut self, to: &Referent) -> Option<Handle> {
        match to {
            Referent::Key(key) => self.links.object(key).cloned().map(|id| self.refers_to(&id)),
            Referent::Object(id) => Some(self.refers_to(id)),
            Referent::Handle(handle) => Some(handle.clone()),
            Referent::Root => None,
        }
    }

    /// The handle of another object; one that was not referred to before is known by its id.
    fn refers_to(&mut self, id: &ObjectId) -> Handle {
        let known = self.related.iter().find(|(_, related)| related.id == *id);
        if let Some((handle, _)) = known {
            return handle.clone();
        }
        let handle = Handle::new(id.as_str());
        self.related.insert(handle.clone(), Related { id: id.clone(), name: id.to_string() });
        handle
    }

    /// Finds whom the object refers to, and the groups that it is in.
    async fn relate(&mut self, store: &Store, target: &str, object: &Observed) -> Result<(), Failure> {
        let members = object.members.iter().flatten();
        let handles: HashSet<&Handle> = members.chain(&object.manager).chain(&object.parent).collect();
        let (mut related, mut groups) = (HashMap::new(), BTreeMap::new());
        let mut see = |other: Observed| {
            if other.members.as_ref().is_some_and(|members| members.contains(&object.handle)) {
                groups.insert(other.id.clone(), other.name.clone());
            }
            if handles.contains(&other.handle) {
                related.insert(other.handle, Related { id: other.id, name: other.name });
            }
        };
        store.each_observed(target, &|_| true, &mut see).await?;
        (self.related, self.groups) = (related, groups);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Kind, StepId};

    fn done(op: Op, changes: &[(&str, Vec<Value>, Vec<Value>)]) -> Since {
        let change = |(attribute, before, after): &(&str, Vec<Value>, Vec<Value>)| Change {
            attribute: (*attribute).into(),
            before: before.clone(),
            after: after.clone(),
        };
        let step = Step {
            id: StepId::new(op, &"k".into()),
            op,
            kind: Kind::User,
            key: "k".into(),
            person: None,
            name: "K".into(),
            object: None,
            ground: None,
            reason: String::new(),
            rung: None,
            irreversible: false,
            needs: Vec::new(),
            changes: changes.iter().map(change).collect(),
        };
        Since { step, object: ObjectId::new("o"), run: 1, ended: true, at: Instant::from_micros(1) }
    }

    fn key(key: &str) -> Value {
        Value::Reference(Referent::Key(key.into()))
    }

    #[test]
    fn an_object_is_told_with_all_that_was_done_since_it_was_seen() {
        let one = |key: &str, object: &str| (Id::from(key), ObjectId::new(object));
        let handle = |text: &str| Handle::new(text);
        let mut known = Known {
            since: None,
            whole: None,
            object: None,
            done: vec![
                done(Op::Move, &[(aspect::PARENT, vec![], vec![key("new unit")])]),
                done(Op::Rename, &[(aspect::NAME, vec![], vec![Value::text("New")])]),
                done(
                    Op::Update,
                    &[
                        (aspect::MANAGER, vec![], vec![key("boss")]),
                        ("title", vec![], vec![Value::text("Chief")]),
                        ("room", vec![Value::text("1")], vec![]),
                    ],
                ),
                done(Op::AddMembers, &[(aspect::MEMBERS, vec![], vec![key("boss")])]),
                done(Op::RemoveMembers, &[(aspect::MEMBERS, vec![key("other")], vec![])]),
            ],
            links: [one("new unit", "u2"), one("boss", "b"), one("other", "x")].into_iter().collect(),
            related: [("cn=other", "x"), ("ou=old", "u1")]
                .map(|(at, id)| (handle(at), Related { id: ObjectId::new(id), name: id.to_owned() }))
                .into(),
            groups: BTreeMap::new(),
            accepted: Accepted::default(),
            planned: None,
            pending: Vec::new(),
            joining: Vec::new(),
            labels: BTreeMap::new(),
            held: Vec::new(),
            writes: Vec::new(),
        };
        let seen = Observed {
            id: ObjectId::new("o"),
            kind: Kind::User,
            handle: handle("cn=old"),
            stamp: None,
            parent: Some(handle("ou=old")),
            name: "Old".to_owned(),
            enabled: Some(true),
            attributes: [("room".into(), vec![Value::text("1")])].into(),
            manager: None,
            members: Some(vec![handle("cn=other")]),
            fixed_members: Vec::new(),
            protected: None,
        };
        let unread = known.with_what_was_done(Observed { members: None, ..seen.clone() });
        assert_eq!(unread.members, None, "what was not read whole is not whole now");
        let told = known.with_what_was_done(seen);
        let id = |handle: Option<&Handle>| Some(known.related.get(handle?)?.id.to_string());
        assert_eq!((told.name.as_str(), id(told.parent.as_ref()).as_deref()), ("New", Some("u2")));
        assert_eq!(id(told.manager.as_ref()).as_deref(), Some("b"));
        assert_eq!(told.attributes, [("title".into(), vec![Value::text("Chief")])].into());
        let members: Vec<Option<String>> = told.members.iter().flatten().map(|member| id(Some(member))).collect();
        assert_eq!(members, [Some("b".to_owned())]);
    }
}
