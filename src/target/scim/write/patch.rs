//! From the changes of a step to what is to be changed in a resource, checked against the resource as it is now. Pure.
//!
//! Which requests that takes is for [`dialect`](super::dialect) to say.

use serde_json::Value as Json;

use super::edit::Edit;
use crate::object::{Change, Links, Op, Referent, Schema, Step, Value, aspect, shown};
use crate::target::scim::http::answer::Failure;
use crate::target::scim::path::Path;
use crate::target::scim::read::observed::{enabled, manager, values};
use crate::target::scim::wire;

/// What leads from `resource` to what the step says; nothing when it is already so. `Stale` if something is neither as it
/// was planned from nor as it should be.
pub fn edits(step: &Step, resource: &Json, schema: &Schema, links: &Links) -> Result<Vec<Edit>, Failure> {
    let mut edits = Vec::new();
    for change in &step.changes {
        if change.attribute.is(aspect::ENABLED) {
            edits.extend(set_enabled(change, resource)?);
        } else if change.attribute.is(aspect::STAMP) {
            edits.extend(set_stamp(change, resource)?);
        } else if change.attribute.is(aspect::MANAGER) {
            edits.extend(set_manager(change, resource, links)?);
        } else if !change.attribute.is(aspect::MEMBERS) {
            edits.extend(set_attribute(change, resource, schema)?);
        }
    }
    if let Some(wanted) = implied(step)
        && step.change(aspect::ENABLED).is_none()
        && !says_enabled(resource, wanted)?
    {
        edits.push(Edit::plain("active", Some(wanted.into())));
    }
    Ok(edits)
}

/// What a step says of `active` by what it is.
pub fn implied(step: &Step) -> Option<bool> {
    match step.op {
        Op::Enable => Some(true),
        Op::Disable => Some(false),
        _ => None,
    }
}

/// The id that a reference resolves to.
pub fn resolved(value: &Value, links: &Links) -> Result<String, Failure> {
    match value {
        Value::Reference(Referent::Key(key)) => links
            .object(key)
            .map(|object| object.as_str().to_owned())
            .ok_or_else(|| Failure::conflict(format!("{key} has no object in this target yet"))),
        Value::Reference(Referent::Object(id)) => Ok(id.as_str().to_owned()),
        Value::Reference(Referent::Handle(handle)) => Ok(handle.as_str().to_owned()),
        other => Err(Failure::permanent(format!("{other} is no reference to an object"))),
    }
}

/// One attribute value in the JSON of a write.
pub fn json_of(change: &Change) -> Result<Json, Failure> {
    let one = |value: &Value| match value {
        Value::Text(text) => Ok(Json::from(text.as_str())),
        Value::Int(number) => Ok(Json::from(*number)),
        Value::Bool(value) => Ok(Json::from(*value)),
        other => Err(Failure::permanent(format!("{} cannot hold {other}", change.attribute))),
    };
    match change.after.as_slice() {
        [value] => one(value),
        values => values.iter().map(one).collect(),
    }
}

/// The path of an attribute that may be written, and a refusal for what SCIM has no place for.
pub fn path_of(change: &Change) -> Result<Path, Failure> {
    let name = &change.attribute;
    if aspect::ALL.iter().any(|aspect| name.is(aspect)) {
        return Err(Failure::permanent(format!("a SCIM service has no {name} to be set")));
    }
    let path = Path::writable(name.as_str()).map_err(|error| Failure::permanent(error.to_string()))?;
    if path.filter.is_some() && change.after.len() > 1 {
        return Err(Failure::permanent(format!("{name} holds one value, {} were given", change.after.len())));
    }
    Ok(path)
}

/// Refuses several values for an attribute that holds one: there are services that would keep them as one text.
pub fn one_value(change: &Change, schema: &Schema) -> Result<(), Failure> {
    if change.after.len() > 1 && schema.rule(&change.attribute).single {
        let message = format!("{} holds one value, {} were given", change.attribute, change.after.len());
        return Err(Failure::permanent(message));
    }
    Ok(())
}

fn set_enabled(change: &Change, resource: &Json) -> Result<Option<Edit>, Failure> {
    let [Value::Bool(wanted)] = change.after.as_slice() else {
        return Err(Failure::permanent("enabled is either true or false"));
    };
    if says_enabled(resource, *wanted)? {
        return Ok(None);
    }
    let now = Value::Bool(!wanted);
    if change.before.first().is_some_and(|before| *before != now) {
        return Err(stale(change, &[now]));
    }
    Ok(Some(Edit::plain("active", Some((*wanted).into()))))
}

/// Whether `active` is already what is wanted. True is wanted in so many words; absent is not enough of an answer to
/// leave a write out.
fn says_enabled(resource: &Json, wanted: bool) -> Result<bool, Failure> {
    if wire::member(resource, "active").is_none() {
        return Ok(false);
    }
    Ok(enabled(resource).map_err(|error| Failure::permanent(error.to_string()))? == wanted)
}

/// The stamp of a resource that is adopted or forgotten.
fn set_stamp(change: &Change, resource: &Json) -> Result<Option<Edit>, Failure> {
    let now: Vec<Value> = wire::external_id(resource).into_iter().map(Value::Text).collect();
    if now == change.after {
        return Ok(None);
    }
    if now != change.before {
        return Err(stale(change, &now));
    }
    Ok(Some(Edit::plain("externalId", change.after.first().and_then(Value::as_text).map(Json::from))))
}

fn set_manager(change: &Change, resource: &Json, links: &Links) -> Result<Option<Edit>, Failure> {
    let now = manager(resource).map_err(|error| Failure::permanent(error.to_string()))?;
    let wanted = change.after.first().map(|value| resolved(value, links)).transpose()?;
    if now == wanted {
        return Ok(None);
    }
    let before = change.before.first().map(|value| resolved(value, links)).transpose()?;
    if now != before {
        let now: Vec<Value> = now.into_iter().map(Value::Text).collect();
        return Err(stale(change, &now));
    }
    let path = Path { extension: Some(wire::ENTERPRISE.into()), attribute: "manager".into(), filter: None, sub: None };
    Ok(Some(Edit { path, value: wanted.map(|id| serde_json::json!({ "value": id })) }))
}

fn set_attribute(change: &Change, resource: &Json, schema: &Schema) -> Result<Option<Edit>, Failure> {
    let path = path_of(change)?;
    one_value(change, schema)?;
    let now = values(resource, &change.attribute, &path, schema);
    if schema.equal(&change.attribute, &now, &change.after) {
        return Ok(None);
    }
    if !schema.equal(&change.attribute, &now, &change.before) {
        return Err(stale(change, &now));
    }
    let value = if change.after.is_empty() { None } else { Some(json_of(change)?) };
    Ok(Some(Edit { path, value }))
}

fn stale(change: &Change, now: &[Value]) -> Failure {
    Failure::stale(format!(
        "{} was {} when this was planned, now it is {}",
        change.attribute,
        shown(&change.before),
        shown(now)
    ))
}
