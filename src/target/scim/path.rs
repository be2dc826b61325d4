//! Attribute paths, as mappings write them and as PATCH understands them (RFC 7644 section 3.10 and figure 7):
//! `userName`, `name.givenName`, `emails[type eq "work"].value`, `urn:…:enterprise:2.0:User:department`.
//!
//! Only reading a path and writing it into a new resource are here; the operations of a change are in `patch`.

use serde_json::{Map, Value as Json};

use crate::target::scim::wire;

/// A parsed path. A filter always comes with a sub-attribute: `emails[type eq "work"]` means its `value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// The URN of a schema extension; `None` for the core schema.
    pub extension: Option<String>,
    pub attribute: String,
    pub filter: Option<Filter>,
    pub sub: Option<String>,
}

/// The one form of filter that a mapping may use: which element of a list is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    pub sub: String,
    /// Text, true or false.
    pub value: Json,
}

/// A path that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PathError {
    #[error("{0} is not an attribute path: write name, name.sub, list[type eq \"work\"].value, or urn:…:name")]
    Syntax(String),
    #[error("{0} is not an attribute to be mapped: {1}")]
    Reserved(String, &'static str),
    #[error("{0} holds several values of different types: say which one, as in {0}[type eq \"work\"].value")]
    Ambiguous(String),
    #[error("{0} cannot be set beside another attribute that holds it or is part of it")]
    Clash(String),
}

/// What the engine or the service itself decides about, and how it is said instead.
const RESERVED: [(&str, &str); 9] = [
    ("id", "the service gives it"),
    ("meta", "the service gives it"),
    ("schemas", "it follows from the other attributes"),
    ("groups", "it follows from the members of groups"),
    ("active", "it is called enabled"),
    ("members", "it is decided by the rules of groups"),
    ("externalId", "it is the stamp"),
    ("password", "passwords are not sent to SCIM services"),
    ("manager", "it is called manager, without a URN, and set by the rule of managers"),
];

/// Lists of complex values in RFC 7643 section 4.1.2.
const LISTS: [&str; 8] =
    ["emails", "phoneNumbers", "ims", "photos", "addresses", "entitlements", "roles", "x509Certificates"];

impl Path {
    /// Parses a path that may be written to.
    pub fn writable(text: &str) -> Result<Self, PathError> {
        let path = Self::parse(text)?;
        let reserved = RESERVED.iter().find(|(name, _)| path.attribute.eq_ignore_ascii_case(name));
        if let Some((_, why)) = reserved {
            return Err(PathError::Reserved(text.to_owned(), why));
        }
        let is_list = path.extension.is_none() && LISTS.iter().any(|list| path.attribute.eq_ignore_ascii_case(list));
        if is_list && path.filter.is_none() {
            return Err(PathError::Ambiguous(path.attribute));
        }
        Ok(path)
    }

    pub fn parse(text: &str) -> Result<Self, PathError> {
        parse(text).ok_or_else(|| PathError::Syntax(text.to_owned()))
    }

    /// The simple values that a resource has at this path, as they came.
    pub fn values<'a>(&self, resource: &'a Json) -> Vec<&'a Json> {
        let Some(value) = wire::attribute(resource, self.extension.as_deref(), &self.attribute) else {
            return Vec::new();
        };
        let elements = wire::list(value).iter();
        let chosen = elements.filter(|element| self.filter.as_ref().is_none_or(|filter| filter.matches(element)));
        let leaves = chosen.filter_map(|element| match (&self.sub, element) {
            (Some(sub), element) => wire::member(element, sub),
            (None, Json::Object(_)) => wire::member(element, "value"),
            (None, simple) => Some(simple),
        });
        leaves.flat_map(wire::list).filter(|leaf| wire::text(leaf).is_some()).collect()
    }

    /// Whether the resource has anything at this path, simple or not.
    pub fn is_there(&self, resource: &Json) -> bool {
        let whole = self.filter.is_none() && self.sub.is_none();
        let value = wire::attribute(resource, self.extension.as_deref(), &self.attribute);
        match value {
            Some(value) if whole => !wire::list(value).is_empty(),
            _ => !self.values(resource).is_empty(),
        }
    }

    /// Whether the resource has the element of the list that the filter means.
    pub fn has_element(&self, resource: &Json) -> bool {
        let value = wire::attribute(resource, self.extension.as_deref(), &self.attribute);
        let elements = value.map(wire::list).unwrap_or_default();
        elements.iter().any(|element| self.filter.as_ref().is_none_or(|filter| filter.matches(element)))
    }

    /// Writes a value into a resource that is to be created.
    pub fn put(&self, resource: &mut Map<String, Json>, value: Json) -> Result<(), PathError> {
        self.try_put(resource, value).ok_or_else(|| PathError::Clash(self.to_string()))
    }

    fn try_put(&self, resource: &mut Map<String, Json>, value: Json) -> Option<()> {
        let place = match &self.extension {
            Some(urn) => object(resource.entry(urn.clone()).or_insert_with(empty))?,
            None => resource,
        };
        match (&self.filter, &self.sub) {
            (Some(filter), sub) => {
                let list = place.entry(self.attribute.clone()).or_insert_with(|| Json::Array(Vec::new()));
                filter.put(list.as_array_mut()?, sub.as_deref().unwrap_or("value"), value);
            }
            (None, Some(sub)) => {
                object(place.entry(self.attribute.clone()).or_insert_with(empty))?.insert(sub.clone(), value);
            }
            (None, None) => {
                place.insert(self.attribute.clone(), value).is_none().then_some(())?;
            }
        }
        Some(())
    }

    /// The list that a filter chooses from, as a PATCH path.
    pub fn list(&self) -> String {
        match &self.extension {
            Some(urn) => format!("{urn}:{}", self.attribute),
            None => self.attribute.clone(),
        }
    }

    /// The chosen element, as a PATCH path.
    pub fn element(&self) -> String {
        match &self.filter {
            Some(filter) => format!("{}[{} eq {}]", self.list(), filter.sub, filter.value),
            None => self.list(),
        }
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.element())?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

impl Filter {
    /// Types are compared without regard to case (RFC 7643 section 2.2: caseExact is false by default).
    pub fn matches(&self, element: &Json) -> bool {
        let found = wire::member(element, &self.sub);
        match &self.value {
            Json::Bool(wanted) => found.and_then(wire::boolean).unwrap_or(false) == *wanted,
            wanted => match (found.and_then(wire::text), wire::text(wanted)) {
                (Some(found), Some(wanted)) => found.to_lowercase() == wanted.to_lowercase(),
                _ => false,
            },
        }
    }

    /// Sets `sub` of the element that the filter means, adding one if there is none.
    pub fn put(&self, elements: &mut Vec<Json>, sub: &str, value: Json) {
        let known = elements.iter_mut().find(|element| self.matches(element)).and_then(object);
        match known {
            Some(element) => {
                element.insert(sub.to_owned(), value);
            }
            None => elements
                .push(Json::Object(Map::from_iter([(self.sub.clone(), self.value.clone()), (sub.to_owned(), value)]))),
        }
    }
}

fn parse(text: &str) -> Option<Path> {
    let text = text.trim();
    let (head, rest) = match text.split_once('[') {
        Some((head, rest)) => (head, Some(rest)),
        None => (text, None),
    };
    let (urn, name) = match head.rsplit_once(':') {
        Some((urn, name)) if urn.to_ascii_lowercase().starts_with("urn:") => (Some(urn), name),
        Some(_) => return None,
        None => (None, head),
    };
    let is_core = |urn: &&str| urn.eq_ignore_ascii_case(wire::CORE_USER) || urn.eq_ignore_ascii_case(wire::CORE_GROUP);
    let extension = urn.filter(|urn| !is_core(urn)).map(str::to_owned);
    let Some(rest) = rest else {
        let (attribute, sub) = match name.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(identifier(sub)?)),
            None => (name, None),
        };
        return Some(Path { extension, attribute: identifier(attribute)?, filter: None, sub });
    };
    let (inside, after) = rest.rsplit_once(']')?;
    let sub = match after {
        "" => "value".to_owned(),
        after => identifier(after.strip_prefix('.')?)?,
    };
    Some(Path { extension, attribute: identifier(name)?, filter: Some(filter(inside)?), sub: Some(sub) })
}

fn filter(text: &str) -> Option<Filter> {
    let (sub, rest) = text.trim().split_once(' ')?;
    let (operator, value) = rest.trim().split_once(' ')?;
    let value: Json = serde_json::from_str(value.trim()).ok()?;
    let simple = value.is_boolean() || wire::text(&value).is_some_and(|_| value.is_string());
    (operator.eq_ignore_ascii_case("eq") && simple).then_some(Filter { sub: identifier(sub)?, value })
}

/// RFC 7643 section 2.1: a letter, then letters, digits, `-`, `_`, `$`.
fn identifier(text: &str) -> Option<String> {
    let good = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$'));
    good.then(|| text.to_owned())
}

fn empty() -> Json {
    Json::Object(Map::new())
}

fn object(value: &mut Json) -> Option<&mut Map<String, Json>> {
    value.as_object_mut()
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that fails should stop at once")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

    fn written(text: &str, value: &str) -> Json {
        let mut resource = Map::new();
        Path::writable(text)
            .and_then(|path| path.put(&mut resource, value.into()))
            .unwrap_or_else(|error| panic!("{error}"));
        Json::Object(resource)
    }

    #[test]
    fn each_form_of_path_is_written_where_it_belongs() {
        for (path, resource) in [
            ("userName", json!({"userName": "x"})),
            ("name.givenName", json!({"name": {"givenName": "x"}})),
            (r#"emails[type eq "work"].value"#, json!({"emails": [{"type": "work", "value": "x"}]})),
            (r#"emails[ type EQ "work" ]"#, json!({"emails": [{"type": "work", "value": "x"}]})),
            ("emails[primary eq true].value", json!({"emails": [{"primary": true, "value": "x"}]})),
            ("urn:ietf:params:scim:schemas:core:2.0:User:title", json!({"title": "x"})),
            (DEPARTMENT, json!({(wire::ENTERPRISE): {"department": "x"}})),
            ("urn:example:1.0:Extra:room.floor", json!({"urn:example:1.0:Extra": {"room": {"floor": "x"}}})),
        ] {
            assert_eq!(written(path, "x"), resource, "{path}");
            let parsed = Path::parse(path);
            let again = parsed.clone().and_then(|path| Path::parse(&path.to_string()));
            assert_eq!(parsed, again, "{path}");
        }
    }

    #[test]
    fn two_parts_of_one_element_share_it() {
        let mut resource = Map::new();
        for (path, value) in [("locality", "Ærø"), ("postalCode", "5970")] {
            let path = Path::writable(&format!(r#"addresses[type eq "work"].{path}"#));
            path.and_then(|path| path.put(&mut resource, value.into())).unwrap_or_else(|error| panic!("{error}"));
        }
        let expected = json!({"addresses": [{"type": "work", "locality": "Ærø", "postalCode": "5970"}]});
        assert_eq!(Json::Object(resource), expected);
    }

    #[test]
    fn what_cannot_be_mapped_is_refused() {
        for path in
            ["", ".", "a.", "a b", "a[", "a[type eq \"x\"", "a[type ne \"x\"].value", "a[type eq x]", "a:b", "1a"]
        {
            assert!(matches!(Path::writable(path), Err(PathError::Syntax(_))), "{path}");
        }
        for path in ["id", "Active", "members", "externalId", "meta.created", &format!("{}:manager", wire::ENTERPRISE)]
        {
            assert!(matches!(Path::writable(path), Err(PathError::Reserved(..))), "{path}");
        }
        for path in ["emails", "emails.value", "phoneNumbers"] {
            assert!(matches!(Path::writable(path), Err(PathError::Ambiguous(_))), "{path}");
        }
    }

    #[test]
    fn values_are_found_in_every_shape() {
        let user = json!({
            "USERNAME": "a", "title": ["b"], "nickName": "",
            "emails": [{"type": "Work", "value": "c"}, {"type": "home", "value": "d"}, {"value": "e"}],
            "phoneNumbers": {"type": "mobile", "value": 12},
            "department": "flat", "room": "not of the extension",
        });
        let values = |path: &str| -> Vec<String> {
            let path = Path::parse(path).unwrap_or_else(|error| panic!("{error}"));
            path.values(&user).into_iter().filter_map(wire::text).collect()
        };
        assert_eq!(values("userName"), ["a"]);
        assert_eq!(values("title"), ["b"]);
        assert!(values("nickName").is_empty());
        assert_eq!(values(r#"emails[type eq "work"].value"#), ["c"]);
        assert_eq!(values("emails"), ["c", "d", "e"]);
        assert_eq!(values(r#"phoneNumbers[type eq "mobile"].value"#), ["12"]);
        assert_eq!(values(DEPARTMENT), ["flat"]);
        assert!(values("urn:example:1.0:Extra:room").is_empty());
        assert!(values("name.givenName").is_empty());
    }

    proptest! {
        #[test]
        fn what_is_put_is_read_back(
            attribute in "[a-z][A-Za-z0-9_-]{0,8}", sub in proptest::option::of("[a-z]{1,5}"),
            kind in proptest::option::of("[^\\x00]{1,6}"), value in "[^\\x00]{1,20}",
            urn in proptest::option::of("urn:[a-z]{1,5}:[0-9]\\.[0-9]:[A-Z][a-z]{0,4}"),
        ) {
            let filter = kind.map(|kind| Filter { sub: "type".into(), value: kind.into() });
            let sub = if filter.is_some() { Some(sub.unwrap_or_else(|| "value".into())) } else { sub };
            prop_assume!(sub.as_deref() != Some("type"));
            let path = Path { extension: urn, attribute, filter, sub };
            let mut resource = Map::new();
            prop_assert!(path.put(&mut resource, value.clone().into()).is_ok());
            let resource = Json::Object(resource);
            let value = Json::from(value);
            prop_assert_eq!(path.values(&resource), vec![&value]);
            prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
        }

        #[test]
        fn no_text_makes_the_parser_fall_over(text in ".{0,40}") {
            let _either = Path::writable(&text);
        }
    }
}
