//! The JSON of RFC 7643 and RFC 7644: read leniently, written strictly.
//!
//! Services write attribute names in any case, numbers for ids, "True" for true, null for absent, one object where a
//! list belongs. All of that is understood here and nowhere else. What is not understood stays in the JSON untouched.

use serde_json::{Value as Json, json};

pub(super) const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(super) const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The member `key` of an object, whatever the case it is written in (RFC 7643 section 2.1). Null is absent.
pub(super) fn member<'a>(object: &'a Json, key: &str) -> Option<&'a Json> {
    let map = object.as_object()?;
    map.get(key)
        .or_else(|| map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value))
        .filter(|value| !value.is_null())
}

/// What services call the enterprise extension beside its URN: by its class, and by the URN of SCIM 1.1.
const ENTERPRISE_TOO: [&str; 2] = ["EnterpriseUser", "urn:scim:schemas:extension:enterprise:1.0"];

/// An attribute of a resource. One of an extension is looked for below its URN and under its full name. Of the enterprise
/// extension, which every service knows, it is looked for below its other names, too, and beside the core attributes, of
/// which none has the name of one of its own.
pub(super) fn attribute<'a>(resource: &'a Json, extension: Option<&str>, name: &str) -> Option<&'a Json> {
    let Some(urn) = extension else {
        return member(resource, name);
    };
    member(resource, urn)
        .and_then(|part| member(part, name))
        .or_else(|| member(resource, &format!("{urn}:{name}")))
        .or_else(|| {
            let parts = ENTERPRISE_TOO.iter().filter_map(|key| member(resource, key));
            let enterprise = urn.eq_ignore_ascii_case(ENTERPRISE);
            enterprise.then(|| parts.filter_map(|part| member(part, name)).next().or_else(|| member(resource, name)))?
        })
}

/// A simple value as text: numbers and booleans too. Empty text is absent.
pub(super) fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) if text.is_empty() => None,
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

pub(super) fn boolean(value: &Json) -> Option<bool> {
    match text(value)?.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

pub(super) fn number(value: &Json) -> Option<u64> {
    text(value)?.trim().parse().ok()
}

/// A multi-valued attribute; a single value where a list belongs counts as a list of one.
pub(super) fn list(value: &Json) -> &[Json] {
    match value {
        Json::Array(items) => items,
        Json::Null => &[],
        single => std::slice::from_ref(single),
    }
}

/// What a reference points at: `{"value": id}`, or the bare id.
pub(super) fn referenced(value: &Json) -> Option<String> {
    match value {
        Json::Object(_) => member(value, "value").and_then(text),
        simple => text(simple),
    }
}

pub(super) fn id(resource: &Json) -> Option<String> {
    member(resource, "id").and_then(text)
}

pub(super) fn external_id(resource: &Json) -> Option<String> {
    member(resource, "externalId").and_then(text)
}

/// What an error says about itself (RFC 7644 section 3.12), for people.
pub(super) fn error_detail(json: &Json) -> Option<String> {
    if let Json::String(text) = json {
        return Some(text.clone());
    }
    let json = list(json).first()?;
    let inner = member(json, "response").or_else(|| member(json, "error")).unwrap_or(json);
    let detail = ["detail", "message", "error_description"].iter().find_map(|key| member(inner, key).and_then(text));
    let kind = member(inner, "scimType").and_then(text);
    match (kind, detail.or_else(|| text(inner))) {
        (Some(kind), Some(detail)) => Some(format!("{kind}: {detail}")),
        (kind, detail) => kind.or(detail),
    }
}

/// The body of a PATCH (RFC 7644 section 3.5.2).
pub(super) fn patch(operations: &[Json]) -> Json {
    json!({ "schemas": [PATCH], "Operations": operations })
}

pub(super) fn replace(path: &str, value: &Json) -> Json {
    json!({ "op": "replace", "path": path, "value": value })
}

pub(super) fn add(path: &str, value: &Json) -> Json {
    json!({ "op": "add", "path": path, "value": value })
}

pub(super) fn remove(path: &str) -> Json {
    json!({ "op": "remove", "path": path })
}

/// Text as a filter writes it: a JSON string (RFC 7644 section 3.4.2.2).
pub(super) fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_found_wherever_it_is_put() {
        let manager = |user: Json| attribute(&user, Some(ENTERPRISE), "manager").and_then(referenced);
        for user in [
            json!({(ENTERPRISE): {"manager": {"value": "9"}}}),
            json!({(ENTERPRISE.to_uppercase()): {"MANAGER": {"Value": 9}}}),
            json!({(format!("{ENTERPRISE}:manager")): "9"}),
            json!({"EnterpriseUser": {"manager": "9"}}),
            json!({"enterpriseuser": {"manager": {"value": "9", "displayName": "x"}}}),
            json!({"urn:scim:schemas:extension:enterprise:1.0": {"manager": "9"}}),
            json!({(ENTERPRISE): null, "manager": {"value": "9"}}),
        ] {
            assert_eq!(manager(user.clone()).as_deref(), Some("9"), "{user}");
        }
        let own = "urn:example:params:scim:schemas:2.0:User";
        assert_eq!(attribute(&json!({"room": "1"}), Some(own), "room"), None, "only of the extension that all know");
        assert!(attribute(&json!({(own): {"Room": "1"}}), Some(own), "room").is_some());
    }

    #[test]
    fn what_services_really_write_is_understood() {
        let user = json!({
            "ID": 7, "ExternalID": "k", "Active": "True", "title": null, "emails": {"value": "a@b"},
            "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user": {"Department": "D"},
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter": "12",
            "EnterpriseUser": {"division": "V", "manager": "9"},
        });
        assert_eq!(id(&user).as_deref(), Some("7"));
        assert_eq!(external_id(&user).as_deref(), Some("k"));
        assert_eq!(member(&user, "active").and_then(boolean), Some(true));
        assert_eq!(member(&user, "title"), None);
        assert_eq!(member(&user, "emails").map(|emails| list(emails).len()), Some(1));
        for (name, value) in [("department", "D"), ("costCenter", "12"), ("division", "V"), ("manager", "9")] {
            let found = attribute(&user, Some(ENTERPRISE), name).and_then(referenced);
            assert_eq!(found.as_deref(), Some(value), "{name}");
        }
    }

    #[test]
    fn errors_say_what_they_say_in_any_shape() {
        for (json, said) in [
            (json!({"scimType": "uniqueness", "detail": "taken", "status": 409}), Some("uniqueness: taken")),
            (json!({"response": {"detail": "no"}}), Some("no")),
            (json!([{"message": "first"}, {"message": "second"}]), Some("first")),
            (json!({"error": "invalid_token"}), Some("invalid_token")),
            (json!("text"), Some("text")),
            (json!({}), None),
            (json!([]), None),
        ] {
            assert_eq!(error_detail(&json).as_deref(), said, "{json}");
        }
    }
}
