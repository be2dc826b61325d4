//! What a service says of itself (RFC 7644 section 4): ServiceProviderConfig, Schemas, ResourceTypes.
//!
//! All of it is a hint. Services say nothing, a part, or something wrong, and answer with pages for people; none of that
//! stops anything. A hint that matters is proved by the probe, and one that changes is told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use url::Url;

use crate::object::Kind;
use crate::target::scim::http::answer::Failure;
use crate::target::scim::http::client::Client;
use crate::target::scim::profile::Discovery;
use crate::target::scim::wire;

/// What was said, as far as it could be understood.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Announced {
    pub patch: Option<bool>,
    pub filter: Option<bool>,
    pub sort: Option<bool>,
    pub etag: Option<bool>,
    pub bulk: Option<bool>,
    /// Listings by cursor (RFC 9865).
    pub cursor: Option<bool>,
    /// The most resources on a page.
    pub max_results: Option<u32>,
    /// The schemas of its resources, by URN, with the names of their attributes.
    pub schemas: BTreeMap<String, Vec<String>>,
    /// Where users and groups are, below the base URL, where that is another place than usual.
    pub endpoints: BTreeMap<Kind, String>,
}

impl Announced {
    /// The features beside those of another time: name, before, now.
    pub fn beside<'a>(&'a self, before: &'a Self) -> Vec<(&'static str, Option<bool>, Option<bool>)> {
        vec![
            ("PATCH", before.patch, self.patch),
            ("filters", before.filter, self.filter),
            ("sorting", before.sort, self.sort),
            ("versions", before.etag, self.etag),
            ("cursors", before.cursor, self.cursor),
        ]
    }

    pub fn endpoint(&self, kind: Kind) -> Option<&str> {
        self.endpoints.get(&kind).map(String::as_str)
    }

    /// The same, with what was not said this time as it was before.
    pub fn or(self, before: &Self) -> Self {
        let schemas = if self.schemas.is_empty() { before.schemas.clone() } else { self.schemas };
        let endpoints = if self.endpoints.is_empty() { before.endpoints.clone() } else { self.endpoints };
        Self {
            patch: self.patch.or(before.patch),
            filter: self.filter.or(before.filter),
            sort: self.sort.or(before.sort),
            etag: self.etag.or(before.etag),
            bulk: self.bulk.or(before.bulk),
            cursor: self.cursor.or(before.cursor),
            max_results: self.max_results.or(before.max_results),
            schemas,
            endpoints,
        }
    }
}

/// What a service said, and what of it could not be read.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    pub announced: Announced,
    /// Why a part of it is missing, for people.
    pub silent: Vec<String>,
}

/// Asks a service about itself. Only a failure after which nothing else can be asked is one.
pub(super) async fn discover(client: &Client, places: &Discovery) -> Result<Discovered, Failure> {
    let mut found = Discovered::default();
    let config = read(client, &places.service_provider_config, &mut found.silent).await?;
    if let Some(config) = config {
        features(&config, &mut found.announced);
    }
    if let Some(schemas) = read(client, &places.schemas, &mut found.silent).await? {
        found.announced.schemas = each(&schemas).filter_map(schema).collect();
    }
    if let Some(types) = read(client, &places.resource_types, &mut found.silent).await? {
        for (kind, told) in each(&types).filter_map(resource_type) {
            match relative(client.base(), &told) {
                Some(place) if place == usual(kind) => {}
                Some(place) => _ = found.announced.endpoints.insert(kind, place),
                None => found.silent.push(format!("the endpoint {told:?} of {kind}s is not below the base URL")),
            }
        }
    }
    Ok(found)
}

async fn read(client: &Client, place: &str, silent: &mut Vec<String>) -> Result<Option<Json>, Failure> {
    let path: Vec<&str> = place.split('/').filter(|part| !part.is_empty()).collect();
    match client.get(&path, &[]).await {
        Ok(json) => Ok(Some(json)),
        Err(failure) if failure.fatal && failure.class != crate::target::Class::Permanent => Err(failure),
        Err(failure) => {
            silent.push(failure.message);
            Ok(None)
        }
    }
}

fn features(config: &Json, announced: &mut Announced) {
    let part = |name: &str| wire::member(config, name);
    let supported = |name: &str| part(name).and_then(|part| wire::member(part, "supported")).and_then(wire::boolean);
    announced.patch = supported("patch");
    announced.filter = supported("filter");
    announced.sort = supported("sort");
    announced.etag = supported("etag");
    announced.bulk = supported("bulk");
    announced.cursor = part("pagination").and_then(|part| wire::member(part, "cursor")).and_then(wire::boolean);
    let number = |of: &str, name: &str| {
        let number = part(of).and_then(|part| wire::member(part, name)).and_then(wire::number);
        number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0)
    };
    announced.max_results = number("pagination", "maxPageSize").or_else(|| number("filter", "maxResults"));
}

/// The members of a listing, or of a bare list, or the one thing itself.
fn each(json: &Json) -> impl Iterator<Item = &Json> {
    let list = wire::member(json, "Resources").unwrap_or(json);
    wire::list(list).iter()
}

fn schema(json: &Json) -> Option<(String, Vec<String>)> {
    let id = wire::id(json).filter(|id| id.to_ascii_lowercase().starts_with("urn:"))?;
    let attributes = wire::member(json, "attributes").map(wire::list).unwrap_or_default();
    Some((id, attributes.iter().filter_map(|one| wire::member(one, "name").and_then(wire::text)).collect()))
}

fn resource_type(json: &Json) -> Option<(Kind, String)> {
    let schema = wire::member(json, "schema").and_then(wire::text)?;
    let kind = if schema.eq_ignore_ascii_case(wire::CORE_USER) {
        Kind::User
    } else if schema.eq_ignore_ascii_case(wire::CORE_GROUP) {
        Kind::Group
    } else {
        return None;
    };
    Some((kind, wire::member(json, "endpoint").and_then(wire::text)?))
}

fn usual(kind: Kind) -> &'static str {
    if kind == Kind::Group { "Groups" } else { "Users" }
}

/// The path below the base URL that an endpoint means: `/Users` is meant below it, whatever the RFC of URLs says, unless it
/// repeats the path of the base (django-scim2); a URL counts only if it begins with the base. Nothing leads out of it.
fn relative(base: &str, told: &str) -> Option<String> {
    let whole = Url::parse(base).ok()?;
    let path = match Url::parse(told) {
        Ok(_) => told.strip_prefix(base).filter(|rest| rest.starts_with('/'))?,
        Err(_) if told.starts_with("//") || told.contains(':') => return None,
        Err(_) => told.strip_prefix(whole.path()).filter(|rest| rest.starts_with('/')).unwrap_or(told),
    };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let plain = |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let good = !parts.is_empty() && parts.iter().all(plain) && parts.iter().all(|part| *part != ".." && *part != ".");
    good.then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_endpoint_is_taken_only_below_the_base() {
        let base = "https://a.example/scim/v2";
        for (told, place) in [
            ("/Users", Some("Users")),
            ("Users/", Some("Users")),
            ("/hr/People", Some("hr/People")),
            ("/scim/v2/People", Some("People")),
            ("/scim/v23/People", Some("scim/v23/People")),
            ("https://a.example/scim/v2/People", Some("People")),
            ("https://a.example/scim/v2", None),
            ("https://a.example/scim/v23/People", None),
            ("https://b.example/scim/v2/People", None),
            ("http://a.example/scim/v2/People", None),
            ("//b.example/Users", None),
            ("/../admin", None),
            ("/Users?x=1", None),
            ("", None),
        ] {
            assert_eq!(relative(base, told).as_deref(), place, "{told}");
        }
    }

    #[test]
    fn what_is_said_is_understood_in_any_shape() {
        let mut announced = Announced::default();
        features(
            &json!({"Patch": {"SUPPORTED": "true"}, "filter": {"supported": 0, "maxResults": "50"}, "sort": true,
                "etag": null, "pagination": {"cursor": true}}),
            &mut announced,
        );
        let expected = Announced {
            patch: Some(true),
            filter: Some(false),
            cursor: Some(true),
            max_results: Some(50),
            ..Announced::default()
        };
        assert_eq!(announced, expected);
        for nonsense in [json!([]), json!("text"), json!({"patch": []}), json!(null)] {
            let mut nothing = Announced::default();
            features(&nonsense, &mut nothing);
            assert_eq!(nothing, Announced::default(), "{nonsense}");
            assert_eq!(each(&nonsense).filter_map(schema).count(), 0);
            assert_eq!(each(&nonsense).filter_map(resource_type).count(), 0);
        }
        let listed = json!({"Resources": [{"id": "urn:x:User", "attributes": [{"name": "room"}, 7]}, {"name": "y"}]});
        let schemas: Vec<_> = each(&listed).filter_map(schema).collect();
        assert_eq!(schemas, [("urn:x:User".to_owned(), vec!["room".to_owned()])]);
    }
}
