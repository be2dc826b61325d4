//! From the changes of a step to the operations of a PATCH (RFC 7644 section 3.5.2), checked against the resource as
//! it is now. Pure.

use serde_json::Value as Json;

use super::answer::Failure;
use super::observed::{enabled, manager, values};
use super::path::Path;
use super::wire;
use crate::object::{Change, Links, Op, Referent, Schema, Step, Value, aspect};

/// The operations that lead from `resource` to what the step says; none when it is already so. `Stale` if something
/// is neither as it was planned from nor as it should be.
pub(super) fn operations(step: &Step, resource: &Json, schema: &Schema, links: &Links) -> Result<Vec<Json>, Failure> {
    let mut operations = Vec::new();
    for change in &step.changes {
        if change.attribute.is(aspect::ENABLED) {
            set_enabled(change, resource, &mut operations)?;
        } else if change.attribute.is(aspect::STAMP) {
            set_stamp(change, resource, &mut operations)?;
        } else if change.attribute.is(aspect::MANAGER) {
            set_manager(change, resource, links, &mut operations)?;
        } else if !change.attribute.is(aspect::MEMBERS) {
            set_attribute(change, resource, schema, &mut operations)?;
        }
    }
    let implied = match step.op {
        Op::Enable => Some(true),
        Op::Disable => Some(false),
        _ => None,
    };
    if let Some(wanted) = implied
        && step.change(aspect::ENABLED).is_none()
        && !says_enabled(resource, wanted)?
    {
        operations.push(wire::replace("active", &wanted.into()));
    }
    Ok(operations)
}

/// The id that a reference resolves to.
pub(super) fn resolved(value: &Value, links: &Links) -> Result<String, Failure> {
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
pub(super) fn json_of(change: &Change) -> Result<Json, Failure> {
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
pub(super) fn path_of(change: &Change) -> Result<Path, Failure> {
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

fn set_enabled(change: &Change, resource: &Json, operations: &mut Vec<Json>) -> Result<(), Failure> {
    let [Value::Bool(wanted)] = change.after.as_slice() else {
        return Err(Failure::permanent("enabled is either true or false"));
    };
    if says_enabled(resource, *wanted)? {
        return Ok(());
    }
    let now = Value::Bool(!wanted);
    if change.before.first().is_some_and(|before| *before != now) {
        return Err(stale(change, &[now]));
    }
    operations.push(wire::replace("active", &(*wanted).into()));
    Ok(())
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
fn set_stamp(change: &Change, resource: &Json, operations: &mut Vec<Json>) -> Result<(), Failure> {
    let now: Vec<Value> = wire::external_id(resource).into_iter().map(Value::Text).collect();
    if now == change.after {
        return Ok(());
    }
    if now != change.before {
        return Err(stale(change, &now));
    }
    operations.push(match change.after.first().and_then(Value::as_text) {
        Some(stamp) => wire::replace("externalId", &stamp.into()),
        None => wire::remove("externalId"),
    });
    Ok(())
}

fn set_manager(change: &Change, resource: &Json, links: &Links, operations: &mut Vec<Json>) -> Result<(), Failure> {
    let now = manager(resource).map_err(|error| Failure::permanent(error.to_string()))?;
    let wanted = change.after.first().map(|value| resolved(value, links)).transpose()?;
    if now == wanted {
        return Ok(());
    }
    let before = change.before.first().map(|value| resolved(value, links)).transpose()?;
    if now != before {
        let now: Vec<Value> = now.into_iter().map(Value::Text).collect();
        return Err(stale(change, &now));
    }
    let path = format!("{}:manager", wire::ENTERPRISE);
    operations.push(match wanted {
        Some(id) => wire::replace(&path, &serde_json::json!({ "value": id })),
        None => wire::remove(&path),
    });
    Ok(())
}

fn set_attribute(change: &Change, resource: &Json, schema: &Schema, operations: &mut Vec<Json>) -> Result<(), Failure> {
    let path = path_of(change)?;
    let now = values(resource, &change.attribute, &path, schema);
    if schema.equal(&change.attribute, &now, &change.after) {
        return Ok(());
    }
    if !schema.equal(&change.attribute, &now, &change.before) {
        return Err(stale(change, &now));
    }
    if change.after.is_empty() {
        let whole_element = path.filter.is_some() && path.sub.as_deref() == Some("value");
        operations.push(wire::remove(&if whole_element { path.element() } else { path.to_string() }));
        return Ok(());
    }
    let value = json_of(change)?;
    if path.filter.is_none() || path.has_element(resource) {
        operations.push(wire::replace(&path.to_string(), &value));
    } else {
        add_element(&path, value, operations);
    }
    Ok(())
}

/// Adds the element that a filter means, since `replace` finds no target without it (section 3.5.2.3). Several parts
/// of one new element make one operation.
fn add_element(path: &Path, value: Json, operations: &mut Vec<Json>) {
    let (Some(filter), list) = (&path.filter, path.list()) else { return };
    let sub = path.sub.as_deref().unwrap_or("value");
    let begun = operations.iter_mut().find(|operation| operation["op"] == "add" && operation["path"] == list.as_str());
    match begun.and_then(|operation| operation["value"].as_array_mut()) {
        Some(elements) => filter.put(elements, sub, value),
        None => {
            let mut elements = Vec::new();
            filter.put(&mut elements, sub, value);
            operations.push(wire::add(&list, &elements.into()));
        }
    }
}

fn stale(change: &Change, now: &[Value]) -> Failure {
    let shown = |values: &[Value]| match values {
        [] => "nothing".to_owned(),
        values => values.iter().map(|value| format!("{:?}", value.to_string())).collect::<Vec<_>>().join(", "),
    };
    Failure::stale(format!(
        "{} was {} when this was planned, now it is {}",
        change.attribute,
        shown(&change.before),
        shown(now)
    ))
}
