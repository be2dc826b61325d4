//! From the JSON of one resource to what the engine knows of an object.
//!
//! Absent means, per attribute: `active` is true, because RFC 7643 section 4.1.1 leaves its default to the service and
//! an account must never escape being disabled for not saying that it is enabled; `externalId` is no stamp; `manager`
//! is no manager. Whether absent `members` mean an empty group is decided by the reader of the listing.
//!
//! A resource with an id is there, whatever else it says. What it says of `active` or `manager` that makes no sense makes
//! it an object that is not touched; without an id nobody knows which resource it is.

use serde_json::Value as Json;

use crate::object::{
    AttributeName, Attributes, Handle, Kind, ObjectId, Observed, Protection, Schema, Syntax, Value, aspect,
};
use crate::org::Id;
use crate::target::scim::path::Path;
use crate::target::scim::wire;

/// Why a resource could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(&'static str);

/// Understands one resource. `members` is `None` when the resource has no such attribute, or a bad one.
pub fn observed(kind: Kind, resource: &Json, names: &[AttributeName], schema: &Schema) -> Result<Observed, Unreadable> {
    let id = wire::id(resource).ok_or(Unreadable("it has no id"))?;
    let name_of = if kind == Kind::User { "userName" } else { "displayName" };
    let name = wire::member(resource, name_of).and_then(wire::text).unwrap_or_else(|| id.clone());
    let (enabled, manager) = match kind {
        Kind::User => (Some(enabled(resource)), manager(resource)),
        _ => (None, Ok(None)),
    };
    let flaws = enabled.as_ref().and_then(|read| read.as_ref().err()).into_iter().chain(manager.as_ref().err());
    let flaws: Vec<&str> = flaws.map(|flaw| flaw.0).collect();
    let protected = (!flaws.is_empty()).then(|| Protection::NotUnderstood(flaws.join(", ")));
    Ok(Observed {
        kind,
        handle: Handle::new(id.as_str()),
        stamp: wire::external_id(resource).map(Id::new),
        parent: None,
        name,
        enabled: enabled.map(|read| read.unwrap_or(true)),
        attributes: attributes(resource, names, schema),
        manager: manager.ok().flatten().map(Handle::new),
        members: if kind == Kind::Group { members(resource) } else { None },
        fixed_members: Vec::new(),
        protected,
        id: ObjectId::new(id),
    })
}

pub fn enabled(resource: &Json) -> Result<bool, Unreadable> {
    match wire::member(resource, "active") {
        None => Ok(true),
        Some(value) => wire::boolean(value).ok_or(Unreadable("its active is neither true nor false")),
    }
}

/// The id of the manager: the enterprise extension's `manager.value`, or a bare id.
pub fn manager(resource: &Json) -> Result<Option<String>, Unreadable> {
    match wire::attribute(resource, Some(wire::ENTERPRISE), "manager") {
        None => Ok(None),
        Some(value) => match wire::list(value) {
            [] => Ok(None),
            [one] => Ok(wire::referenced(one)),
            _ => Err(Unreadable("it has several managers")),
        },
    }
}

/// The members that a group shows. A null counts as shown: it says that there are none.
pub fn members(resource: &Json) -> Option<Vec<Handle>> {
    let map = resource.as_object()?;
    let (_, value) = map.iter().find(|(key, _)| key.eq_ignore_ascii_case("members"))?;
    let mut handles: Vec<Handle> =
        wire::list(value).iter().map(|member| wire::referenced(member).map(Handle::new)).collect::<Option<_>>()?;
    handles.sort();
    handles.dedup();
    Some(handles)
}

fn attributes(resource: &Json, names: &[AttributeName], schema: &Schema) -> Attributes {
    let asked = names.iter().filter(|name| !aspect::ALL.iter().any(|aspect| name.is(aspect)));
    asked
        .filter_map(|name| {
            let path = Path::parse(name.as_str()).ok()?;
            let values = values(resource, name, &path, schema);
            (!values.is_empty()).then(|| (name.clone(), values))
        })
        .collect()
}

/// The values at a path, each in the type of its attribute where it fits; what does not fit is kept as it came.
pub fn values(resource: &Json, name: &AttributeName, path: &Path, schema: &Schema) -> Vec<Value> {
    let mut values: Vec<Value> = path
        .values(resource)
        .into_iter()
        .filter_map(|leaf| typed(leaf, schema.rule(name).syntax))
        .map(|value| match schema.coerce(name, vec![value.clone()]) {
            Ok(mut fitting) => fitting.pop().unwrap_or(value),
            Err(_) => value,
        })
        .collect();
    values.sort();
    values.dedup();
    values
}

fn typed(leaf: &Json, syntax: Syntax) -> Option<Value> {
    match (leaf, syntax) {
        (Json::Bool(value), _) => Some(Value::Bool(*value)),
        (leaf, Syntax::Boolean) => wire::boolean(leaf).map(Value::Bool),
        (Json::Number(number), _) => {
            number.as_i64().map_or_else(|| Some(Value::text(number.to_string())), |n| Some(Value::Int(n)))
        }
        (leaf, _) => wire::text(leaf).map(Value::Text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::target::scim::schema::Schemas;

    fn user(resource: &Json) -> Result<Observed, Unreadable> {
        let schemas = Schemas::standard();
        observed(Kind::User, resource, &["title".into(), aspect::ENABLED.into()], schemas.of(Kind::User))
    }

    #[test]
    fn a_user_that_does_not_say_whether_it_is_active_is_enabled() {
        let seen = user(&json!({"id": 1, "userName": "a"}));
        assert_eq!(seen.map(|user| (user.enabled, user.stamp)), Ok((Some(true), None)));
        let seen = user(&json!({"id": 1, "userName": "a", "active": "False", "externalId": "k", "title": 5}));
        let seen = seen.map(|user| (user.enabled, user.stamp, user.attributes.into_iter().collect::<Vec<_>>()));
        assert_eq!(seen, Ok((Some(false), Some("k".into()), vec![("title".into(), vec![Value::text("5")])])));
    }

    #[test]
    fn a_resource_without_an_id_is_nobody() {
        assert!(user(&json!({"userName": "a"})).is_err());
        assert!(user(&json!({"id": {"value": 1}})).is_err());
        assert!(user(&json!("text")).is_err());
    }

    #[test]
    fn what_makes_no_sense_is_left_alone_and_is_there_all_the_same() {
        for (json, why) in [
            (json!({"id": "1", "active": "perhaps"}), "its active is neither true nor false"),
            (json!({"id": "1", "active": [true]}), "its active is neither true nor false"),
            (json!({"id": "1", (wire::ENTERPRISE): {"manager": [{"value": "2"}, "3"]}}), "it has several managers"),
        ] {
            let seen = user(&json).map(|user| (user.enabled, user.protected));
            assert_eq!(seen, Ok((Some(true), Some(Protection::NotUnderstood(why.into())))), "{json}");
        }
        let one =
            json!({"id": "1", "active": 0, "name": ["x"], "emails": "a@b", "title": {}, "manager": [{"value": 2}]});
        let seen = user(&one).map(|user| (user.enabled, user.manager, user.protected));
        assert_eq!(seen, Ok((Some(false), Some(Handle::new("2")), None)), "wrong types elsewhere are no values");
    }

    #[test]
    fn members_that_are_absent_are_not_members_that_are_none() {
        let group = |json: Json| members(&json).map(|members| members.len());
        assert_eq!(group(json!({"id": "1"})), None);
        assert_eq!(group(json!({"id": "1", "members": null})), Some(0));
        assert_eq!(group(json!({"id": "1", "Members": ["a", {"value": "a"}, {"value": 2}]})), Some(2));
        assert_eq!(group(json!({"id": "1", "members": [{"display": "no id"}]})), None);
    }
}
