//! Every attribute path that a resource itself has, spelled as the schema spells them.

use serde_json::Value as Json;

use crate::object::AttributeName;
use crate::target::scim::path::{Filter, Path};
use crate::target::scim::wire;

/// The paths of all simple values, without those that the engine or the service decides about.
pub fn every_path(resource: &Json) -> Vec<AttributeName> {
    let mut paths = Vec::new();
    collect(None, resource, &mut paths);
    let writable = paths.iter().map(ToString::to_string).filter(|text| Path::writable(text).is_ok());
    let mut names: Vec<AttributeName> = writable.map(AttributeName::new).collect();
    names.sort();
    names.dedup();
    names
}

fn collect(extension: Option<&str>, part: &Json, paths: &mut Vec<Path>) {
    for (name, value) in part.as_object().into_iter().flatten() {
        if name.to_ascii_lowercase().starts_with("urn:") {
            match value {
                Json::Object(_) => collect(Some(name), value, paths),
                _ => paths.extend(Path::parse(name)),
            }
        } else if extension.is_none() && name.eq_ignore_ascii_case("EnterpriseUser") {
            collect(Some(wire::ENTERPRISE), value, paths);
        } else {
            let path =
                |filter, sub| Path { extension: extension.map(str::to_owned), attribute: name.clone(), filter, sub };
            for element in wire::list(value) {
                attribute(element, matches!(value, Json::Array(_)), &path, paths);
            }
        }
    }
}

/// The paths of one element: of a typed one by its type, of an untyped complex one by its parts.
fn attribute(
    element: &Json,
    listed: bool,
    path: &dyn Fn(Option<Filter>, Option<String>) -> Path,
    paths: &mut Vec<Path>,
) {
    let Some(parts) = element.as_object() else {
        paths.push(path(None, None));
        return;
    };
    let kind = wire::member(element, "type").and_then(wire::text);
    let filter = kind.filter(|_| listed).map(|kind| Filter { sub: "type".into(), value: kind.into() });
    for (sub, _) in parts.iter().filter(|(_, value)| wire::text(value).is_some()) {
        if filter.is_some() && (sub.eq_ignore_ascii_case("type") || sub.eq_ignore_ascii_case("primary")) {
            continue;
        }
        paths.push(path(filter.clone(), Some(sub.clone())));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_resource_has_is_named_as_the_schema_names_it() {
        let user = json!({
            "id": "1", "externalId": "k", "meta": {"created": "x"}, "active": true, "userName": "a", "title": null,
            "name": {"givenName": "b"}, "groups": [{"value": "g"}],
            "emails": [{"type": "work", "value": "c", "primary": true}, {"value": "untyped"}],
            (wire::ENTERPRISE): {"department": "d", "manager": {"value": "2"}},
            "urn:example:1.0:Extra": {"room": "e"},
        });
        let department = format!("{}:department", wire::ENTERPRISE);
        let expected = [
            r#"emails[type eq "work"].value"#,
            "name.givenName",
            "urn:example:1.0:Extra:room",
            department.as_str(),
            "userName",
        ];
        assert_eq!(every_path(&user), expected.map(AttributeName::from));
    }
}
