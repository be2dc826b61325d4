//! One step, done: `before` is checked for every change first, then everything is changed at once, or nothing.

use std::collections::BTreeSet;

use super::is_aspect;
use super::state::{Object, State, refusal};
use crate::object::{Change, Ground, Kind, Links, ObjectId, Op, Referent, Schema, Step, Value, ValueProblem, aspect};
use crate::org::Id;
use crate::target::{Class, Refusal};

/// The most characters of a name, as in Active Directory.
const MAX_NAME: usize = 64;

impl State {
    pub fn apply(&mut self, step: &Step, links: &Links, schema: &Schema) -> Result<ObjectId, Refusal> {
        if !self.tree && matches!(step.op, Op::Rename | Op::Move | Op::SetPassword | Op::Restore) {
            return Err(refusal(Class::Permanent, format!("this target has no {}", step.op)));
        }
        if !super::kinds(self.tree).contains(&step.kind) {
            return Err(refusal(Class::Permanent, format!("this target has no {}s", step.kind)));
        }
        for change in &step.changes {
            fits(step, change, schema)?;
        }
        if step.op == Op::Create {
            return self.create(step, links);
        }
        let known = step.object.as_ref().or_else(|| links.object(&step.key)).cloned();
        let id = known.ok_or_else(|| refusal(Class::Conflict, format!("{} has no object here yet", step.key)))?;
        if step.op == Op::Restore && self.object(&id).is_none() {
            return self.restore(&id, step, links).map(|()| id);
        }
        if matches!(step.op, Op::Link | Op::Unlink) && step.changes.is_empty() {
            return Ok(id);
        }
        let Some(object) = self.object(&id).filter(|object| object.kind == step.kind).cloned() else {
            return match step.op {
                Op::Delete if self.object(&id).is_none() => Ok(id),
                _ => Err(refusal(Class::Stale, format!("{id} is no longer there"))),
            };
        };
        if step.ground != Some(Ground::Ordered) {
            self.refuse_protected(&id, step, links)?;
        }
        let mut undone = Vec::new();
        for change in &step.changes {
            if !self.is_so(&object, change, links, schema)? {
                undone.push(change);
            }
        }
        if step.op == Op::Delete {
            return self.delete(&id).map(|()| id);
        }
        let mut changed = object.clone();
        match step.op {
            Op::Enable => changed.enabled = Some(true),
            Op::Disable => changed.enabled = Some(false),
            Op::SetPassword => changed.passwords += 1,
            _ => {}
        }
        for change in undone {
            self.set(&mut changed, Some(&id), change, links)?;
        }
        if changed.parent.as_ref().is_some_and(|parent| self.lies_in(parent, &id)) {
            return Err(refusal(Class::Conflict, format!("{id} cannot lie in itself")));
        }
        if !same(&object, &changed) {
            self.replace(&id, changed)?;
        }
        Ok(id)
    }

    /// Refuses to touch what is protected, and to take it out of a group.
    fn refuse_protected(&self, id: &ObjectId, step: &Step, links: &Links) -> Result<(), Refusal> {
        let leaving = step.change(aspect::MEMBERS).map_or(&[][..], |change| &change.before);
        let leaving = leaving.iter().filter_map(|value| self.referent(value, links).ok().flatten());
        for touched in std::iter::once(id.clone()).chain(leaving) {
            if let Some(why) = self.protection(&touched) {
                return Err(refusal(Class::Protected, format!("{touched} is not touched: {why}")));
            }
        }
        Ok(())
    }

    fn create(&mut self, step: &Step, links: &Links) -> Result<ObjectId, Refusal> {
        if let Some(known) = self.stamped(step.kind, &step.key).into_iter().next() {
            return Ok(known);
        }
        let mut object = Object {
            kind: step.kind,
            stamp: Some(step.key.clone()),
            parent: None,
            name: step.name.clone(),
            enabled: (step.kind == Kind::User).then_some(true),
            attributes: crate::object::Attributes::new(),
            manager: None,
            members: (step.kind == Kind::Group).then(BTreeSet::new),
            passwords: 0,
            protected: false,
        };
        for change in &step.changes {
            self.set(&mut object, None, change, links)?;
        }
        self.add(object)
    }

    /// Brings a deleted object back, disabled, with what it had but for what the step says.
    fn restore(&mut self, id: &ObjectId, step: &Step, links: &Links) -> Result<(), Refusal> {
        let Some(mut object) = self.deleted(id).filter(|object| object.kind == step.kind).cloned() else {
            return Err(refusal(Class::Stale, format!("no deleted {} {id} is kept here", step.kind)));
        };
        object.stamp = Some(step.key.clone());
        object.parent = object.parent.filter(|parent| self.object(parent).is_some());
        object.manager = object.manager.filter(|manager| self.object(manager).is_some());
        object.enabled = object.enabled.map(|_| false);
        if let Some(members) = &mut object.members {
            members.retain(|member| self.object(member).is_some());
        }
        for change in &step.changes {
            self.set(&mut object, Some(id), change, links)?;
        }
        self.undelete(id, object)
    }

    /// Whether a change is done already. Refuses as stale what is neither as it was planned from nor as it should be;
    /// a handle that leads nowhere any more proves no difference.
    fn is_so(&self, object: &Object, change: &Change, links: &Links, schema: &Schema) -> Result<bool, Refusal> {
        let name = &change.attribute;
        if name.is(aspect::MEMBERS) || name.is(aspect::PASSWORD) {
            return Ok(false);
        }
        if name.is(aspect::ENABLED) && change.before.is_empty() {
            return Ok(false);
        }
        let (now, before, after) = if is_aspect(name) {
            let now = self.aspect(object, change);
            (now, self.settled(&change.before, links), self.settled(&change.after, links))
        } else {
            let now = object.attributes.get(name).cloned().unwrap_or_default();
            (now, change.before.clone(), some(&change.after))
        };
        let renamed = |value: &Value| matches!(value, Value::Reference(Referent::Handle(_)));
        if schema.equal(name, &now, &after) {
            return Ok(true);
        }
        if schema.equal(name, &now, &before) || is_aspect(name) && before.iter().any(renamed) {
            return Ok(false);
        }
        Err(refusal(Class::Stale, format!("{name} is {now:?}, and was {before:?} when this was planned")))
    }

    /// What an aspect is now, with references as object ids.
    fn aspect(&self, object: &Object, change: &Change) -> Vec<Value> {
        let reference = |id: &ObjectId| Value::Reference(Referent::Object(id.clone()));
        let name = &change.attribute;
        if name.is(aspect::ENABLED) {
            object.enabled.map(Value::Bool).into_iter().collect()
        } else if name.is(aspect::NAME) {
            vec![Value::text(object.name.as_str())]
        } else if name.is(aspect::PARENT) {
            vec![object.parent.as_ref().map_or(Value::Reference(Referent::Root), reference)]
        } else if name.is(aspect::STAMP) {
            object.stamp.iter().map(|stamp| Value::text(stamp.as_str())).collect()
        } else {
            object.manager.as_ref().map(reference).into_iter().collect()
        }
    }

    /// References as object ids, as far as they lead anywhere.
    fn settled(&self, values: &[Value], links: &Links) -> Vec<Value> {
        let settle = |value: &Value| match self.referent(value, links) {
            Ok(Some(id)) => Value::Reference(Referent::Object(id)),
            Ok(None) => Value::Reference(Referent::Root),
            Err(_) => value.clone(),
        };
        values.iter().map(settle).collect()
    }

    /// Sets what a change says in an object, whose id is `own` if it has one already.
    fn set(&self, object: &mut Object, own: Option<&ObjectId>, change: &Change, links: &Links) -> Result<(), Refusal> {
        let name = &change.attribute;
        if !is_aspect(name) {
            let after = some(&change.after);
            if after.is_empty() {
                object.attributes.remove(name);
            } else {
                object.attributes.insert(name.clone(), after);
            }
            return Ok(());
        }
        let after = change.after.first();
        if name.is(aspect::ENABLED) {
            object.enabled = match after {
                Some(Value::Bool(enabled)) => Some(*enabled),
                _ => object.enabled,
            };
        } else if name.is(aspect::STAMP) {
            object.stamp = after.and_then(Value::as_text).map(Id::new);
        } else if name.is(aspect::PASSWORD) {
            object.passwords += u64::from(after.is_some() && object.passwords == 0);
        } else if name.is(aspect::NAME) {
            let text = after.and_then(Value::as_text);
            let fits = text.filter(|text| (1..=MAX_NAME).contains(&text.chars().count()));
            let why = || refusal(Class::Permanent, format!("a name has 1 to {MAX_NAME} characters"));
            fits.ok_or_else(why)?.clone_into(&mut object.name);
        } else if name.is(aspect::PARENT) {
            object.parent = after.map(|value| self.referent(value, links)).transpose()?.flatten();
        } else if name.is(aspect::MANAGER) {
            object.manager = after.map(|value| self.referent(value, links)).transpose()?.flatten();
        } else {
            let members = object.members.get_or_insert_default();
            for value in &change.before {
                if let Ok(Some(id)) = self.referent(value, links) {
                    members.remove(&id);
                }
            }
            for value in &change.after {
                members.extend(self.referent(value, links)?);
            }
            if own.is_some_and(|own| members.contains(own)) {
                return Err(refusal(Class::Permanent, "a group is no member of itself".into()));
            }
        }
        Ok(())
    }

    /// The object that a reference leads to; `None` is the root.
    fn referent(&self, value: &Value, links: &Links) -> Result<Option<ObjectId>, Refusal> {
        let found = match value {
            Value::Reference(Referent::Root) => return Ok(None),
            Value::Reference(Referent::Handle(handle)) if handle.as_str() == super::ROOT => return Ok(None),
            Value::Reference(Referent::Key(key)) => links.object(key).cloned(),
            Value::Reference(Referent::Object(id)) => Some(id.clone()),
            Value::Reference(Referent::Handle(handle)) => self.at(handle),
            other => return Err(refusal(Class::Permanent, format!("{other} is no reference"))),
        };
        match found.filter(|id| self.object(id).is_some()) {
            Some(id) => Ok(Some(id)),
            None => Err(refusal(Class::Conflict, format!("{value} leads to nothing here"))),
        }
    }
}

/// Refuses what a step of its kind does not change, and values that the attribute cannot hold.
fn fits(step: &Step, change: &Change, schema: &Schema) -> Result<(), Refusal> {
    let name = &change.attribute;
    let placing = name.is(aspect::NAME) || name.is(aspect::PARENT);
    let fitting = match step.op {
        Op::Rename | Op::Move => placing,
        Op::Update | Op::Enable | Op::Disable => !placing && !name.is(aspect::MEMBERS),
        _ => true,
    };
    if !fitting || name.is(aspect::ENABLED) && step.kind != Kind::User {
        return Err(refusal(Class::Permanent, format!("{name} is not changed by {} of a {}", step.op, step.kind)));
    }
    if is_aspect(name) {
        return Ok(());
    }
    let permanent = |problem: ValueProblem| refusal(Class::Permanent, problem.to_string());
    let coerced = schema.coerce(name, change.after.clone()).map_err(permanent)?;
    match schema.rule(name).required && coerced.is_empty() {
        true => Err(permanent(ValueProblem::Required { attribute: name.clone() })),
        false => Ok(()),
    }
}

/// The values that are some: an empty text is none.
fn some(values: &[Value]) -> Vec<Value> {
    values.iter().filter(|value| value.as_text() != Some("")).cloned().collect()
}

fn same(one: &Object, other: &Object) -> bool {
    one.parent == other.parent
        && one.stamp == other.stamp
        && one.name == other.name
        && one.enabled == other.enabled
        && one.attributes == other.attributes
        && one.manager == other.manager
        && one.members == other.members
        && one.passwords == other.passwords
}
