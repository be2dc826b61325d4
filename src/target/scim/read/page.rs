//! One page of a listing (RFC 7644 section 3.4.2, RFC 9865): how far the listing goes, and its resources as they came.
//! Most of them look as they did before, and are not read any further.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::object::{Fingerprint, ObjectId, ObjectKey};
use crate::target::scim::wire;

#[derive(Debug)]
pub struct Page {
    pub items: Vec<Item>,
    pub total: Option<u64>,
    /// Where the next page begins, in a listing by cursor.
    pub next: Option<String>,
}

/// A resource as it came.
#[derive(Debug)]
pub struct Item {
    /// `None` for one that nobody can tell from others.
    pub id: Option<String>,
    text: Box<str>,
}

impl Page {
    /// `None` when it is no JSON, and `Some(None)` when it is JSON that is no listing.
    pub fn parse(bytes: &[u8]) -> Option<Option<Self>> {
        let raw: &RawValue = serde_json::from_slice(bytes).ok()?;
        Some(Self::of(raw.get()))
    }

    fn of(text: &str) -> Option<Self> {
        let parts: Parts<'_> = serde_json::from_str(text).ok()?;
        let items = match parts.resources.map(RawValue::get) {
            Some(text) if text.starts_with('[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                items.into_iter().map(|item| Item::of(item.get())).collect()
            }
            Some(text) if text.starts_with('{') => vec![Item::of(text)],
            Some("null") | None if parts.total.is_some() || parts.next.is_some() || parts.is_list_response => {
                Vec::new()
            }
            _ => return None,
        };
        Some(Self { items, total: parts.total, next: parts.next })
    }

    /// The same with its resources made into others.
    pub fn with(self, change: fn(Json) -> Json) -> Self {
        let items = self.items.iter().map(|item| Item::of(&change(item.json()).to_string())).collect();
        Self { items, ..self }
    }

    /// Its resources, each read in full.
    pub fn resources(&self) -> Vec<Json> {
        self.items.iter().map(Item::json).collect()
    }
}

impl Item {
    pub fn of(text: &str) -> Self {
        let id = serde_json::from_str::<Named>(text).ok().and_then(|named| named.0);
        Self { id, text: text.into() }
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// What it is known by, and how it looks: two resources that look alike are alike in every byte.
    pub fn look(&self) -> Option<(ObjectKey, Fingerprint)> {
        let key = ObjectKey::of(&ObjectId::new(self.id.as_deref()?));
        Some((key, Fingerprint::of(&[self.text.as_bytes()])))
    }
}

/// A listing, with its resources still as text. Keys are told apart without regard to case.
#[derive(Default)]
struct Parts<'a> {
    total: Option<u64>,
    next: Option<String>,
    resources: Option<&'a RawValue>,
    /// It calls itself a listing: what is empty may be left out (RFC 7643 section 2.5).
    is_list_response: bool,
}

impl<'de> Deserialize<'de> for Parts<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PartsVisitor)
    }
}

struct PartsVisitor;

impl<'de> Visitor<'de> for PartsVisitor {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a listing")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts<'de>, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.to_ascii_lowercase().as_str() {
                "totalresults" => parts.total = wire::number(&map.next_value()?),
                "nextcursor" => parts.next = wire::text(&map.next_value()?),
                "resources" => parts.resources = Some(map.next_value()?),
                "schemas" => {
                    let schemas: Json = map.next_value()?;
                    let mut schemas = wire::list(&schemas).iter().filter_map(wire::text);
                    parts.is_list_response = schemas.any(|urn| urn.to_ascii_lowercase().ends_with(":listresponse"));
                }
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(parts)
    }
}

/// The id of a resource, and nothing else of it.
struct Named(Option<String>);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamedVisitor)
    }
}

struct NamedVisitor;

impl<'de> Visitor<'de> for NamedVisitor {
    type Value = Named;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
        let mut id = None;
        while let Some(key) = map.next_key::<String>()? {
            if key.eq_ignore_ascii_case("id") {
                id = wire::text(&map.next_value()?).or(id);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Named(id))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(json: &Json) -> Option<Page> {
        Page::parse(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn totals_come_as_numbers_as_text_or_not_at_all() {
        let total = |json: Json| read(&json).map(|page| page.total);
        assert_eq!(total(json!({"totalResults": 3, "Resources": []})), Some(Some(3)));
        assert_eq!(total(json!({"totalresults": "3", "resources": []})), Some(Some(3)));
        assert_eq!(total(json!({"Resources": []})), Some(None));
        assert_eq!(total(json!({"totalResults": 0})), Some(Some(0)));
        assert_eq!(total(json!({"totalResults": 0, "Resources": null})), Some(Some(0)));
        assert_eq!(total(json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]})), Some(None));
        assert_eq!(total(json!({"totalResults": 1, "Resources": {"id": "1"}})), Some(Some(1)));
        assert_eq!(total(json!({"totalResults": 1, "Resources": "1"})), None);
        assert_eq!(total(json!({"error": "x"})), None);
        assert_eq!(total(json!([1])), None);
        assert!(Page::parse(b"<html>").is_none() && Page::parse(b"{\"a\": 1} and more").is_none());
    }

    #[test]
    fn resources_are_known_by_their_ids_whatever_else_they_say() {
        let page =
            read(&json!({"Resources": [{"ID": 7, "x": {"id": 1}}, {"userName": "a"}, "text", {"id": null}, [1]]}));
        let page = page.unwrap();
        let ids: Vec<_> = page.items.iter().map(|item| item.id.as_deref()).collect();
        assert_eq!(ids, [Some("7"), None, None, None, None]);
        assert_eq!(page.resources()[2], json!("text"));
    }

    #[test]
    fn what_looks_alike_is_alike_in_every_byte() {
        let look = |text: &str| Item::of(text).look();
        assert_eq!(look(r#"{"id":"1","a":1}"#), look(r#"{"id":"1","a":1}"#));
        assert_ne!(look(r#"{"id":"1","a":1}"#), look(r#"{"id":"1","a":2}"#));
        assert_eq!(look(r#"{"a":1}"#), None);
    }

    proptest! {
        #[test]
        fn nothing_that_comes_stops_the_reader(bytes: Vec<u8>, text in "[{}\\[\\]\",:a0 ]{0,40}") {
            let _ = Page::parse(&bytes);
            let _ = Page::parse(text.as_bytes());
        }
    }
}
