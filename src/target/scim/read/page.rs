//! One page of a listing (RFC 7644 section 3.4.2, RFC 9865): how far the listing goes, and its resources as they came.
//! Most of them look as they did before, and are not read any further.

use std::ops::Range;
use std::string::FromUtf8Error;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
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
    /// The same in short.
    pub key: Option<ObjectKey>,
    /// What it is a part of: the text of the whole page.
    whole: Arc<String>,
    part: Range<usize>,
}

impl Page {
    /// `Ok(None)` is JSON that is no listing; what is no JSON comes back.
    pub fn parse(bytes: Vec<u8>) -> Result<Option<Self>, Vec<u8>> {
        let text = String::from_utf8(bytes).map_err(FromUtf8Error::into_bytes)?;
        let parts: Parts<'_> = match serde_json::from_str(&text) {
            Ok(parts) => parts,
            Err(_) if serde_json::from_str::<IgnoredAny>(&text).is_ok() => return Ok(None),
            Err(_) => return Err(text.into_bytes()),
        };
        if !parts.is_listing() {
            return Ok(None);
        }
        let (total, next) = (parts.total, parts.next);
        let items = match parts.resources {
            Resources::List(items) => {
                let places: Vec<Range<usize>> = items.into_iter().map(|item| place(item.get(), &text)).collect();
                let whole = Arc::new(text);
                places.into_iter().map(|part| Item::of(Arc::clone(&whole), part)).collect()
            }
            Resources::One(item) => vec![Item::alone(item.to_string())],
            Resources::None => Vec::new(),
        };
        Ok(Some(Self { items, total, next }))
    }

    /// The same with its resources made into others.
    pub fn with(self, change: fn(Json) -> Json) -> Self {
        let items = self.items.iter().map(|item| Item::alone(change(item.json()).to_string())).collect();
        Self { items, ..self }
    }

    /// Its resources, each read in full.
    pub fn resources(&self) -> Vec<Json> {
        self.items.iter().map(Item::json).collect()
    }
}

impl Item {
    fn alone(text: String) -> Self {
        let part = 0..text.len();
        Self::of(Arc::new(text), part)
    }

    fn of(whole: Arc<String>, part: Range<usize>) -> Self {
        let mut id = None;
        // it is read as far as its id: that something follows is no mistake
        let _rest = serde_json::Deserializer::from_str(&whole[part.clone()]).deserialize_map(IdVisitor(&mut id));
        let key = id.as_deref().map(|id| ObjectKey::of(&ObjectId::new(id)));
        Self { id, key, whole, part }
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(self.text()).unwrap_or_default()
    }

    /// What it is known by, and how it looks: two resources that look alike are alike in every byte.
    pub fn look(&self) -> Option<(ObjectKey, Fingerprint)> {
        Some((self.key?, Fingerprint::of(&[self.text().as_bytes()])))
    }

    fn text(&self) -> &str {
        &self.whole[self.part.clone()]
    }
}

/// Where a part of a text is in it.
fn place(part: &str, whole: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

/// A listing, with its resources still as text. Keys are told apart without regard to case.
#[derive(Default)]
struct Parts<'a> {
    total: Option<u64>,
    next: Option<String>,
    resources: Resources<'a>,
    /// It calls itself a listing: what is empty may be left out (RFC 7643 section 2.5).
    is_list_response: bool,
}

/// The resources of a page; some services leave out the list where there is only one, or none.
#[derive(Default)]
enum Resources<'a> {
    List(Vec<&'a RawValue>),
    One(Json),
    #[default]
    None,
}

impl Parts<'_> {
    fn is_listing(&self) -> bool {
        let says_so = self.total.is_some() || self.next.is_some() || self.is_list_response;
        says_so || !matches!(self.resources, Resources::None)
    }
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
                "resources" => parts.resources = map.next_value()?,
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

impl<'de> Deserialize<'de> for Resources<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ResourcesVisitor)
    }
}

struct ResourcesVisitor;

impl<'de> Visitor<'de> for ResourcesVisitor {
    type Value = Resources<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of resources")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Resources<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Resources::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Resources<'de>, A::Error> {
        Json::deserialize(MapAccessDeserializer::new(map)).map(Resources::One)
    }

    fn visit_unit<E>(self) -> Result<Resources<'de>, E> {
        Ok(Resources::None)
    }
}

/// Reads a resource as far as its id.
struct IdVisitor<'a>(&'a mut Option<String>);

impl<'de> Visitor<'de> for IdVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key.eq_ignore_ascii_case("id") {
                *self.0 = wire::text(&map.next_value()?);
                return Ok(());
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(json: &Json) -> Option<Page> {
        Page::parse(json.to_string().into_bytes()).unwrap()
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
        for other in ["<html>", "{\"a\": 1} and more"] {
            assert_eq!(Page::parse(other.into()).unwrap_err(), other.as_bytes());
        }
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
        let look = |text: &str| Item::alone(text.into()).look();
        assert_eq!(look(r#"{"id":"1","a":1}"#), look(r#"{"id":"1","a":1}"#));
        assert_ne!(look(r#"{"id":"1","a":1}"#), look(r#"{"id":"1","a":2}"#));
        assert_eq!(look(r#"{"a":1}"#), None);
    }

    proptest! {
        #[test]
        fn nothing_that_comes_stops_the_reader(bytes: Vec<u8>, text in "[{}\\[\\]\",:a0 ]{0,40}") {
            let _ = Page::parse(bytes);
            let _ = Page::parse(text.into_bytes());
        }
    }
}
