//! What a resource shows instead of what was written to it. Pure.
//!
//! A success does not mean that a value was taken up: services ignore attributes, write them in their own way, and
//! answer as if nothing were amiss.

use serde_json::Value as Json;

use super::patch::{path_of, resolved};
use crate::object::{Change, Handle, Links, Referent, Schema, Step, Value, aspect};
use crate::target::Unshown;
use crate::target::scim::read::observed::{enabled, manager, values};
use crate::target::scim::wire;

/// The changes of a step that the resource does not show.
pub fn unshown(step: &Step, resource: &Json, schema: &Schema, links: &Links) -> Vec<Unshown> {
    step.changes.iter().filter_map(|change| unshown_change(change, resource, schema, links)).collect()
}

fn unshown_change(change: &Change, resource: &Json, schema: &Schema, links: &Links) -> Option<Unshown> {
    let told = |shown: Vec<Value>| Unshown {
        attribute: change.attribute.clone(),
        sent: change.after.clone(),
        shown,
        lasting: true,
    };
    if change.attribute.is(aspect::ENABLED) {
        // who says nothing of it may be anything
        wire::member(resource, "active")?;
        let shown = vec![Value::Bool(enabled(resource).ok()?)];
        return (shown != change.after).then(|| told(shown));
    }
    if change.attribute.is(aspect::MANAGER) {
        let shown = manager(resource).ok()?;
        let sent = change.after.first().map(|value| resolved(value, links)).transpose().ok()?;
        let reference = |id: String| Value::Reference(Referent::Handle(Handle::new(id)));
        return (shown != sent).then(|| told(shown.into_iter().map(reference).collect()));
    }
    if aspect::ALL.iter().any(|aspect| change.attribute.is(aspect)) {
        return None;
    }
    let path = path_of(change).ok()?;
    let shown = values(resource, &change.attribute, &path, schema);
    (!schema.equal(&change.attribute, &shown, &change.after)).then(|| told(shown))
}
