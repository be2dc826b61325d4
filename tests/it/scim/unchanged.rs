//! What looks as it did before is not read again: told by every byte of it, and never where others follow from it.

use std::sync::Arc;

use std::collections::BTreeSet;

use rosterd::object::{Fingerprints, Kind, ObjectKey, Space};
use rosterd::target::scim::{Profile, ScimTarget};
use rosterd::target::{ObserveRequest, Seen, Target};
use serde_json::{Value as Json, json};

use super::scripted::{Asked, Reply, Scripted, listing, user};

/// What two reads show, the second of which knows the fingerprints of the first: objects and those that are the same.
async fn twice(target: &ScimTarget, without_names: bool) -> (Vec<String>, Vec<String>, usize) {
    let attributes = [(Kind::User, vec!["title".into()]), (Kind::Group, vec!["displayName".into()])];
    let spaces = if without_names { BTreeSet::new() } else { [Space::Login].into() };
    let mut request = ObserveRequest { attributes: attributes.into(), spaces, ..ObserveRequest::default() };
    let (mut first, mut prints) = (Vec::new(), Vec::new());
    let whole = target
        .observe(&request, &mut |seen| {
            if let Seen::Object(object, print) = seen {
                prints.extend(print.map(|print| (ObjectKey::of(&object.id), print)));
                first.push(object.id.to_string());
            }
        })
        .await
        .unwrap();
    request.known = Arc::new(prints.into_iter().collect::<Fingerprints>());
    let (mut again, mut same) = (Vec::new(), 0);
    let still = target
        .observe(&request, &mut |seen| match seen {
            Seen::Object(object, _) => again.push(object.id.to_string()),
            Seen::Same(_) => same += 1,
            Seen::Name(_) => {}
        })
        .await
        .unwrap();
    assert_eq!(whole.complete().is_some(), still.complete().is_some());
    again.sort();
    (first, again, same)
}

/// Three users, of whom one changes from read to read and one makes no sense; a group with members, one without.
async fn service() -> Scripted {
    let turn = std::sync::atomic::AtomicU32::new(0);
    Scripted::start(move |asked: &Asked, _| {
        let odd = json!({"id": "odd", "userName": "odd", "active": "perhaps"});
        let mut moving = user(2);
        moving["title"] = json!(turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string());
        let empty = json!({"id": "empty", "displayName": "Empty"});
        let full = json!({"id": "full", "displayName": "Full", "members": [{"value": "id-1"}]});
        let items: &[Json] = match asked.target.split(['?', '/']).rfind(|part| part.starts_with(char::is_uppercase)) {
            Some("Users") => &[user(1), moving, odd],
            _ if asked.is("GET", "Groups/empty") => return Reply::Json(200, empty),
            _ => &[full, empty],
        };
        match asked.parameter("startIndex") {
            Some("1") | None => listing(items, &json!(items.len())),
            _ => listing(&[], &json!(items.len())),
        }
    })
    .await
}

#[tokio::test]
async fn only_what_changed_or_is_not_known_is_shown_again() {
    let server = service().await;
    let (target, _folder) = server.target(|_| {});
    let (first, again, same) = twice(&target, true).await;
    assert_eq!(first.len(), 5);
    assert_eq!((again, same), (vec!["empty".into(), "id-2".into(), "odd".into()], 2));
}

#[tokio::test]
async fn names_are_told_of_everybody_where_somebody_asks() {
    let server = service().await;
    let (target, _folder) = server.target(|_| {});
    let (_, again, same) = twice(&target, false).await;
    assert_eq!((again.len(), same), (4, 1), "only the group is the same");
}

#[tokio::test]
async fn users_who_tell_who_is_in_a_group_are_read_each_time() {
    let server = service().await;
    let (target, _folder) = server.target(|_| {});
    let profile: Profile = toml::from_str("[listing]\nmembers = \"users\"").unwrap();
    let (_, again, _) = twice(&target.with_profile(profile), true).await;
    assert!(["id-1", "id-2", "odd"].iter().all(|id| again.iter().any(|shown| shown == id)), "{again:?}");
}
