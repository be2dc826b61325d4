//! Ids of a service that numbers its users and its groups apart, so that a user and a group may bear the same one
//! (against RFC 7643 section 3.1). Within rosterd the id of such a group has a mark before it; on the wire it has none.

use serde_json::Value as Json;

use crate::target::scim::wire;

const MARK: &str = "Groups/";

/// A resource of the endpoint `Groups` as it came: the group's own id gets the mark, and so do members that are groups.
pub(super) fn marked(mut group: Json) -> Json {
    let Some(map) = group.as_object_mut() else { return group };
    for (key, value) in map {
        if key.eq_ignore_ascii_case("id") {
            mark(value);
        } else if key.eq_ignore_ascii_case("members") {
            for member in value.as_array_mut().into_iter().flatten() {
                let is_group = wire::member(member, "type").and_then(Json::as_str) == Some("Group");
                if let Some(value) = member.get_mut("value").filter(|_| is_group) {
                    mark(value);
                }
            }
        }
    }
    group
}

/// An id or a path as the service knows it.
pub(super) fn bare(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// The body of a request without marks.
pub(super) fn unmarked(body: &Json) -> Json {
    match body {
        Json::Object(map) => {
            let part = |(key, value): (&String, &Json)| {
                let value = match value {
                    Json::String(text) if key == "value" || key == "id" => bare(text).into(),
                    Json::String(text) if key == "path" => text.replace(&format!("\"{MARK}"), "\"").into(),
                    other => unmarked(other),
                };
                (key.clone(), value)
            };
            Json::Object(map.iter().map(part).collect())
        }
        Json::Array(items) => items.iter().map(unmarked).collect(),
        simple => simple.clone(),
    }
}

fn mark(value: &mut Json) {
    if let Some(id) = wire::text(value) {
        *value = format!("{MARK}{id}").into();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_comes_gets_a_mark_and_what_goes_has_none() {
        let group = json!({"ID": 1, "displayName": "x", "members": [{"value": "1"}, {"value": 2, "type": "Group"}]});
        let inside = marked(group);
        assert_eq!(inside["ID"], "Groups/1");
        assert_eq!(inside["members"], json!([{"value": "1"}, {"value": "Groups/2", "type": "Group"}]));
        assert_eq!(unmarked(&inside)["members"], json!([{"value": "1"}, {"value": "2", "type": "Group"}]));
        let patch = json!({"Operations": [{"op": "remove", "path": "members[value eq \"Groups/2\"]"}]});
        assert_eq!(unmarked(&patch), json!({"Operations": [{"op": "remove", "path": "members[value eq \"2\"]"}]}));
        assert_eq!(marked(json!("text")), json!("text"));
    }
}
