//! A new resource, as a create step wants it and the service takes it. Pure.

use serde_json::{Map, Value as Json, json};

use super::bounds::attributes;
use super::edit::{key_of, name_schemas, named, one_primary, without_forbidden};
use super::patch::{json_of, one_value, path_of, resolved};
use crate::object::{Kind, Links, Schema, Step, Value, aspect};
use crate::target::scim::http::answer::Failure;
use crate::target::scim::lookup::{intended_name, name_attribute};
use crate::target::scim::path::Path;
use crate::target::scim::profile::{Attributes, Profile};
use crate::target::scim::wire;

/// The body of the POST.
pub fn resource(step: &Step, links: &Links, profile: &Profile, schema: &Schema) -> Result<Json, Failure> {
    let ways = attributes(profile, step.kind);
    let mut resource = Map::new();
    resource.insert("schemas".into(), json!([]));
    resource.insert("externalId".into(), step.key.as_str().into());
    for change in step.changes.iter().filter(|change| !change.after.is_empty()) {
        if change.attribute.is(aspect::ENABLED) {
            let [Value::Bool(active)] = change.after.as_slice() else {
                return Err(Failure::permanent("enabled is either true or false"));
            };
            resource.insert("active".into(), (*active).into());
        } else if change.attribute.is(aspect::MANAGER) {
            let id = resolved(&change.after[0], links)?;
            let extension = resource.entry(wire::ENTERPRISE).or_insert_with(|| json!({}));
            extension["manager"] = if profile.wire.manager_text { id.into() } else { json!({ "value": id }) };
        } else if change.attribute.is(aspect::MEMBERS) {
            resource.insert("members".into(), members(change.after.as_slice(), links, profile)?);
        } else {
            one_value(change, schema)?;
            let put = path_of(change)?.put(&mut resource, json_of(change)?);
            put.map_err(|error| Failure::permanent(error.to_string()))?;
        }
    }
    if step.kind == Kind::User && !resource.contains_key("active") {
        resource.insert("active".into(), true.into());
    }
    if intended_name(step).is_none() {
        return Err(Failure::permanent(format!("a {} needs a {}", step.kind, name_attribute(step.kind))));
    }
    suit(&mut resource, ways)?;
    name_schemas(&mut resource, if step.kind == Kind::Group { wire::CORE_GROUP } else { wire::CORE_USER });
    Ok(Json::Object(resource))
}

fn members(all: &[Value], links: &Links, profile: &Profile) -> Result<Json, Failure> {
    if let Some(most) = profile.members.create_at_most.filter(|most| all.len() > *most as usize) {
        return Err(Failure::permanent(format!("the service takes no new group with more than {most} members")));
    }
    all.iter().map(|member| resolved(member, links).map(|id| json!({ "value": id }))).collect()
}

/// Gives a resource what the service needs, and takes what it refuses.
fn suit(resource: &mut Map<String, Json>, ways: &Attributes) -> Result<(), Failure> {
    for (name, constant) in &ways.constants {
        let Ok(path) = Path::parse(name) else { continue };
        // what the mapping says goes first
        if path.values(&Json::Object(resource.clone())).is_empty() {
            put_constant(resource, &path, constant);
        }
    }
    without_forbidden(resource, ways);
    for (key, value) in resource.iter_mut() {
        let Json::Array(elements) = value else { continue };
        if named(&ways.single, key) && elements.len() > 1 {
            return Err(Failure::permanent(format!(
                "the service keeps one element of {key}, and {} are mapped",
                elements.len()
            )));
        }
        if named(&ways.primary, key) {
            one_primary(elements);
        }
    }
    let whole = Json::Object(resource.clone());
    let is_missing = |name: &&String| Path::parse(name).is_ok_and(|path| !path.is_there(&whole));
    match ways.required.iter().find(is_missing) {
        Some(name) => Err(Failure::permanent(format!(
            "the service needs a value of {name}: map it, or name it below constants in a profile"
        ))),
        None => Ok(()),
    }
}

fn put_constant(resource: &mut Map<String, Json>, path: &Path, constant: &Json) {
    if path.filter.is_none() && path.sub.is_none() {
        let place = match &path.extension {
            Some(urn) => resource.entry(key_of(resource, urn)).or_insert_with(|| json!({})).as_object_mut(),
            None => Some(resource),
        };
        if let Some(place) = place {
            place.insert(path.attribute.clone(), constant.clone());
        }
    } else {
        super::edit::Edit { path: path.clone(), value: Some(constant.clone()) }.make(resource, &Attributes::default());
    }
}
