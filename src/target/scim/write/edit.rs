//! One resource with changes made in it, as PUT sends it and as a PATCH without paths names it. Pure.
//!
//! Attributes are found in whatever case and place the service writes them, and changed there.

use serde_json::{Map, Value as Json, json};

use crate::target::scim::path::Path;
use crate::target::scim::profile::Attributes;
use crate::target::scim::wire;

/// What one attribute is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    pub path: Path,
    /// `None`: it has a value and is to have none.
    pub value: Option<Json>,
}

impl Edit {
    /// Of an attribute of the core schema that is one value.
    pub fn plain(attribute: &str, value: Option<Json>) -> Self {
        Self { path: Path { extension: None, attribute: attribute.into(), filter: None, sub: None }, value }
    }

    /// The member of the resource that it is a change of.
    pub fn top(&self) -> &str {
        self.path.extension.as_deref().unwrap_or(&self.path.attribute)
    }

    /// Whether it takes a whole element of a list away, not a part of one.
    pub fn takes_element(&self) -> bool {
        self.value.is_none() && self.path.filter.is_some() && self.path.sub.as_deref() == Some("value")
    }

    /// Makes the change in a resource. What the profile says of lists is kept to.
    pub fn make(&self, resource: &mut Map<String, Json>, ways: &Attributes) {
        let Path { extension, attribute, filter, sub } = &self.path;
        let Some(place) = place(resource, extension.as_deref(), attribute) else { return };
        let key = key_of(place, attribute);
        match (filter, sub, &self.value) {
            (None, None, Some(value)) => _ = place.insert(key, value.clone()),
            (None, None, None) => _ = place.remove(&key),
            (None, Some(sub), value) => set_part(place, &key, sub, value.as_ref()),
            (Some(_), _, _) => {
                let list = self.path.list();
                let mut elements = place.get(&key).map(wire::list).unwrap_or_default().to_vec();
                self.make_in(&mut elements, named(&ways.single, &list), named(&ways.primary, &list));
                match elements.is_empty() {
                    true => _ = place.remove(&key),
                    false => _ = place.insert(key, elements.into()),
                }
            }
        }
    }

    fn make_in(&self, elements: &mut Vec<Json>, single: bool, primary: bool) {
        let Some(filter) = &self.path.filter else { return };
        let sub = self.path.sub.as_deref().unwrap_or("value");
        match &self.value {
            Some(value) => {
                if single && !elements.iter().any(|element| filter.matches(element)) {
                    elements.clear();
                }
                filter.put(elements, sub, value.clone());
            }
            None if self.takes_element() => elements.retain(|element| !filter.matches(element)),
            None => {
                for element in elements.iter_mut().filter(|element| filter.matches(element)) {
                    take(element, sub);
                }
            }
        }
        if primary {
            one_primary(elements);
        }
    }
}

/// Makes one element the primary one where none is.
pub fn one_primary(elements: &mut [Json]) {
    let is_primary = |element: &Json| wire::member(element, "primary").and_then(wire::boolean) == Some(true);
    if !elements.iter().any(is_primary)
        && let Some(first) = elements.first_mut().and_then(Json::as_object_mut)
    {
        first.retain(|key, _| !key.eq_ignore_ascii_case("primary"));
        first.insert("primary".into(), true.into());
    }
}

/// Whether a profile names an attribute, in whatever case.
pub fn named(names: &[String], name: &str) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

/// Takes out what the service wants to see in no resource.
pub fn without_forbidden(resource: &mut Map<String, Json>, ways: &Attributes) {
    for path in ways.forbidden.iter().filter_map(|name| Path::parse(name).ok()) {
        let Some(place) = place(resource, path.extension.as_deref(), &path.attribute) else { continue };
        let key = key_of(place, &path.attribute);
        match (&path.sub, place.get_mut(&key)) {
            (None, _) => _ = place.remove(&key),
            (Some(sub), Some(Json::Array(elements))) => elements.iter_mut().for_each(|element| take(element, sub)),
            (Some(sub), Some(single)) => take(single, sub),
            (Some(_), None) => {}
        }
    }
    // an extension that nothing is left of is not named either
    resource.retain(|key, value| !(key.starts_with("urn:") && value.as_object().is_some_and(Map::is_empty)));
}

/// Names the schemas of all that a resource has (RFC 7643 section 3).
pub fn name_schemas(resource: &mut Map<String, Json>, core: &str) {
    let key = key_of(resource, "schemas");
    let mut schemas = resource.get(&key).map(wire::list).unwrap_or_default().to_vec();
    let extensions = resource.iter().filter(|(name, value)| name.starts_with("urn:") && value.is_object());
    for urn in std::iter::once(core).chain(extensions.map(|(name, _)| name.as_str())) {
        if !schemas.iter().any(|known| known.as_str().is_some_and(|known| known.eq_ignore_ascii_case(urn))) {
            schemas.push(json!(urn));
        }
    }
    resource.insert(key, schemas.into());
}

/// The key under which an attribute is there, in whatever case; its own where it is not.
pub fn key_of(place: &Map<String, Json>, attribute: &str) -> String {
    let known = place.keys().find(|key| key.eq_ignore_ascii_case(attribute));
    known.cloned().unwrap_or_else(|| attribute.to_owned())
}

/// Where the attributes of a schema lie. One of an extension may lie under its full name: then it is taken from there.
fn place<'a>(
    resource: &'a mut Map<String, Json>,
    extension: Option<&str>,
    attribute: &str,
) -> Option<&'a mut Map<String, Json>> {
    let Some(urn) = extension else { return Some(resource) };
    let flat = key_of(resource, &format!("{urn}:{attribute}"));
    let lifted = resource.remove(&flat);
    let short = urn.eq_ignore_ascii_case(wire::ENTERPRISE) && !resource.keys().any(|key| key.eq_ignore_ascii_case(urn));
    let key = match resource.keys().find(|key| short && key.eq_ignore_ascii_case("EnterpriseUser")) {
        Some(key) => key.clone(),
        None => key_of(resource, urn),
    };
    let place = resource.entry(key).or_insert_with(|| json!({}));
    if !place.is_object() {
        *place = json!({});
    }
    let place = place.as_object_mut()?;
    if let Some(value) = lifted {
        place.insert(attribute.to_owned(), value);
    }
    Some(place)
}

fn set_part(place: &mut Map<String, Json>, key: &str, sub: &str, value: Option<&Json>) {
    let whole = place.entry(key).or_insert_with(|| json!({}));
    if !whole.is_object() {
        *whole = json!({});
    }
    let Some(parts) = whole.as_object_mut() else { return };
    let part = key_of(parts, sub);
    match value {
        Some(value) => _ = parts.insert(part, value.clone()),
        None => _ = parts.remove(&part),
    }
    if parts.is_empty() {
        place.remove(key);
    }
}

fn take(element: &mut Json, sub: &str) {
    if let Some(parts) = element.as_object_mut() {
        parts.retain(|key, _| !key.eq_ignore_ascii_case(sub));
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn made(resource: Json, path: &str, value: Option<&str>, ways: &Attributes) -> Json {
        let path = Path::parse(path).unwrap_or_else(|error| panic!("{error}"));
        let Json::Object(mut resource) = resource else { panic!("no resource") };
        Edit { path, value: value.map(Json::from) }.make(&mut resource, ways);
        Json::Object(resource)
    }

    #[test]
    fn a_change_is_made_where_the_value_is() {
        let mail = r#"emails[type eq "work"].value"#;
        let department = format!("{}:department", wire::ENTERPRISE);
        for (before, path, value, after) in [
            (json!({"Title": "a"}), "title", Some("b"), json!({"Title": "b"})),
            (json!({"title": "a"}), "title", None, json!({})),
            (
                json!({"name": {"givenName": "a", "familyName": "b"}}),
                "name.givenName",
                None,
                json!({"name": {"familyName": "b"}}),
            ),
            (json!({"name": {"givenName": "a"}}), "name.givenName", None, json!({})),
            (json!({}), mail, Some("a"), json!({"emails": [{"type": "work", "value": "a"}]})),
            (
                json!({"emails": [{"type": "home", "value": "h"}, {"type": "Work", "value": "a", "display": "d"}]}),
                mail,
                Some("b"),
                json!({"emails": [{"type": "home", "value": "h"}, {"type": "Work", "value": "b", "display": "d"}]}),
            ),
            (
                json!({"emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "a"}]}),
                mail,
                None,
                json!({"emails": [{"type": "home", "value": "h"}]}),
            ),
            (json!({}), department.as_str(), Some("x"), json!({(wire::ENTERPRISE): {"department": "x"}})),
            (
                json!({"EnterpriseUser": {"division": "v"}}),
                department.as_str(),
                Some("x"),
                json!({"EnterpriseUser": {"division": "v", "department": "x"}}),
            ),
            (
                json!({(department.as_str()): "a"}),
                department.as_str(),
                Some("x"),
                json!({(wire::ENTERPRISE): {"department": "x"}}),
            ),
        ] {
            assert_eq!(made(before, path, value, &Attributes::default()), after, "{path}");
        }
    }

    #[test]
    fn a_list_of_one_stays_one_and_says_which_is_primary() {
        let ways =
            Attributes { single: vec!["emails".into()], primary: vec!["emails".into()], ..Attributes::default() };
        let after = made(
            json!({"emails": [{"type": "home", "value": "h", "primary": true}]}),
            r#"emails[type eq "work"].value"#,
            Some("a"),
            &ways,
        );
        assert_eq!(after, json!({"emails": [{"type": "work", "value": "a", "primary": true}]}));
    }

    #[test]
    fn what_is_forbidden_is_left_out() {
        let forbidden =
            ["groups", "emails.display", &format!("{}:division", wire::ENTERPRISE)].map(str::to_owned).to_vec();
        let Json::Object(mut user) = json!({"userName": "a", "Groups": [], "emails": [{"value": "v", "display": "d"}],
            (wire::ENTERPRISE): {"division": "d"}})
        else {
            panic!("no resource")
        };
        without_forbidden(&mut user, &Attributes { forbidden, ..Attributes::default() });
        assert_eq!(Json::Object(user), json!({"userName": "a", "emails": [{"value": "v"}]}));
    }
}
