//! Listings that shift, repeat, come short or lie: each is either read whole or known not to be.

use std::collections::BTreeMap;

use rosterd::object::{Coverage, Kind};
use rosterd::target::{ObserveRequest, Seen, Target, TargetError};
use serde_json::{Value as Json, json};

use super::scripted::{Asked, Reply, Scripted, listing, user};

fn users() -> ObserveRequest {
    ObserveRequest { attributes: BTreeMap::from([(Kind::User, vec!["userName".into()])]), ..ObserveRequest::default() }
}

fn groups() -> ObserveRequest {
    ObserveRequest {
        attributes: BTreeMap::from([(Kind::Group, vec!["displayName".into()])]),
        ..ObserveRequest::default()
    }
}

/// Reads through pages of three: the ids in order, and why the read is partial, if it is.
async fn read(server: &Scripted, request: &ObserveRequest) -> Result<(Vec<String>, Option<String>), TargetError> {
    let (target, _folder) = server.target(|settings| settings.page_size = Some(3));
    let mut ids = Vec::new();
    let mut see = |seen| {
        if let Seen::Object(object, _) = seen {
            let members = object.members.map(|members| format!(":{members:?}")).unwrap_or_default();
            ids.push(format!("{}{members}", object.id));
        }
    };
    let why = match target.observe(request, &mut see).await? {
        Coverage::Complete(_) | Coverage::Linked(_) => None,
        Coverage::Partial(missing) => Some(missing[0].why.clone()),
    };
    Ok((ids, why))
}

/// A listing of `count` users that honours startIndex and sends at most `most` of them, with a total that it makes up.
async fn serving(count: usize, most: usize, total: impl Fn(usize, usize) -> Json + Send + Sync + 'static) -> Scripted {
    let script = move |asked: &Asked, _| {
        let start: usize = asked.parameter("startIndex").unwrap().parse().unwrap();
        let page: Vec<Json> = (start..=count).take(most).map(user).collect();
        let total = total(start, page.len());
        listing(&page, &total)
    };
    Scripted::start(script).await
}

fn ids(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("id-{number}")).collect()
}

#[tokio::test]
async fn an_honest_listing_is_complete() {
    for count in [0, 1, 3, 7] {
        let server = serving(count, 3, move |_, _| json!(count)).await;
        assert_eq!(read(&server, &users()).await.unwrap(), (ids(count), None));
    }
}

#[tokio::test]
async fn totals_as_text_or_absent_are_complete_too() {
    let server = serving(7, 3, |_, _| json!("7")).await;
    assert_eq!(read(&server, &users()).await.unwrap(), (ids(7), None));
    let server = serving(7, 3, |_, _| Json::Null).await;
    assert_eq!(read(&server, &users()).await.unwrap(), (ids(7), None));
}

#[tokio::test]
async fn short_pages_are_followed_to_the_end() {
    let server = serving(7, 2, |_, _| json!(7)).await;
    assert_eq!(read(&server, &users()).await.unwrap(), (ids(7), None));
    let starts: Vec<String> =
        server.asked().iter().filter_map(|asked| asked.parameter("startIndex").map(str::to_owned)).collect();
    assert_eq!(starts, ["1", "3", "5", "7", "8"], "the position advances by what came");
}

#[tokio::test]
async fn a_total_that_is_the_length_of_the_page_ends_nothing() {
    let server = serving(7, 3, |_, length| json!(length)).await;
    let (seen, why) = read(&server, &users()).await.unwrap();
    assert_eq!(seen, ids(7), "everything is seen all the same");
    assert!(why.is_some(), "but a service that contradicts itself proves nothing");
}

#[tokio::test]
async fn totals_that_lie_make_a_read_partial() {
    for wrong in [0, 3, 6, 8, 1000] {
        let server = serving(7, 3, move |_, _| json!(wrong)).await;
        let (seen, why) = read(&server, &users()).await.unwrap();
        assert_eq!(seen, ids(7));
        assert!(why.unwrap().contains("announced"), "{wrong}");
    }
}

#[tokio::test]
async fn a_total_that_changes_meanwhile_makes_a_read_partial() {
    let server = serving(7, 3, |start, _| json!(if start == 1 { 8 } else { 7 })).await;
    assert!(read(&server, &users()).await.unwrap().1.is_some());
}

#[tokio::test]
async fn an_empty_answer_with_a_total_is_no_empty_service() {
    let server = Scripted::start(|_, _| listing(&[], &json!(7))).await;
    let (seen, why) = read(&server, &users()).await.unwrap();
    assert!(seen.is_empty());
    assert!(why.unwrap().contains("7 objects were announced, 0 were seen"));
}

#[tokio::test]
async fn a_repeated_page_is_noticed() {
    let server = Scripted::start(|_, _| listing(&[user(1), user(2), user(3)], &json!(7))).await;
    let (seen, why) = read(&server, &users()).await.unwrap();
    assert_eq!(seen, ids(3), "each is handed on once");
    assert!(why.unwrap().contains("without reaching the end"));
    assert_eq!(server.asked().len(), 2, "and the listing is not asked for ever");
}

#[tokio::test]
async fn a_list_that_comes_again_behind_its_end_has_ended() {
    for count in [1, 2, 3, 4, 7] {
        let script = move |asked: &Asked, _| {
            let number = |name| asked.parameter(name).unwrap().parse::<usize>().unwrap();
            let (start, size) = (number("startIndex"), number("count"));
            let page: Vec<Json> = (if start > count { 1 } else { start }..=count).take(size).map(user).collect();
            listing(&page, &json!(count))
        };
        let server = Scripted::start(script).await;
        assert_eq!(read(&server, &users()).await.unwrap(), (ids(count), None), "{count}");
    }
    // it ignores startIndex, and announces what is on the page
    let server = Scripted::start(|_: &Asked, _| listing(&[user(1), user(2)], &json!(2))).await;
    assert!(read(&server, &users()).await.unwrap().1.is_some());
}

#[tokio::test]
async fn a_shifted_page_shows_nobody_twice() {
    let script = |asked: &Asked, _| match asked.parameter("startIndex") {
        Some("1") => listing(&[user(1), user(2), user(3)], &json!(4)),
        Some("4") => listing(&[user(3), user(4)], &json!(4)),
        _ => listing(&[], &json!(4)),
    };
    assert_eq!(read(&Scripted::start(script).await, &users()).await.unwrap(), (ids(4), None));
}

#[tokio::test]
async fn one_bad_resource_spoils_the_proof_and_not_the_page() {
    let bad = json!({"userName": "no id"});
    let script = move |_: &Asked, before| match before {
        0 => listing(&[user(1), bad.clone(), user(2)], &json!(3)),
        _ => listing(&[], &json!(3)),
    };
    let (seen, why) = read(&Scripted::start(script).await, &users()).await.unwrap();
    assert_eq!(seen, ids(2));
    assert_eq!(why.unwrap(), "1 objects could not be understood, such as \"no id\": it has no id");
}

#[tokio::test]
async fn a_service_that_refuses_to_look_behind_the_end_is_believed() {
    let script = |asked: &Asked, _| match asked.parameter("startIndex") {
        Some("1") => listing(&[user(1), user(2)], &json!(2)),
        _ => Reply::Json(400, json!({"detail": "startIndex is too large"})),
    };
    assert_eq!(read(&Scripted::start(script).await, &users()).await.unwrap(), (ids(2), None));
    let script = |asked: &Asked, _| match asked.parameter("startIndex") {
        Some("1") => listing(&[user(1), user(2)], &json!(5)),
        _ => Reply::Json(400, json!({"detail": "bad page"})),
    };
    assert!(read(&Scripted::start(script).await, &users()).await.is_err(), "not before it");
}

#[tokio::test]
async fn a_read_that_breaks_off_is_an_error() {
    let second = |reply: fn() -> Reply| {
        move |_: &Asked, before| match before {
            0 => listing(&[user(1), user(2), user(3)], &json!(7)),
            _ => reply(),
        }
    };
    let html = || Reply::Text(502, "text/html", "<html><body>Bad Gateway".repeat(100));
    let error = read(&Scripted::start(second(html)).await, &users()).await.unwrap_err();
    assert!(error.message.ends_with("was answered 502 Bad Gateway: a page of HTML"), "{}", error.message);
    let truncated = || Reply::BrokenOff(200, r#"{"totalResults": 7, "Resources": [{"id": "#.into());
    let error = read(&Scripted::start(second(truncated)).await, &users()).await.unwrap_err();
    assert!(error.message.contains("broke off"), "{}", error.message);
    let cut = || Reply::Text(200, "application/json", r#"{"totalResults": 7, "Resources": ["#.into());
    let error = read(&Scripted::start(second(cut)).await, &users()).await.unwrap_err();
    assert!(error.message.contains("instead of JSON"), "{}", error.message);
    let login = || Reply::Text(200, "text/html", "<!DOCTYPE html><title>Sign in</title>".into());
    let error = read(&Scripted::start(second(login)).await, &users()).await.unwrap_err();
    assert!(error.message.contains("a page of HTML instead of JSON") && error.hint.is_some());
    for status in [401, 403, 429, 503] {
        let server = Scripted::start(move |_, _| Reply::Text(status, "text/plain", String::new())).await;
        assert!(read(&server, &users()).await.is_err(), "{status} is not an empty service");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_swallowed() {
    let server = Scripted::start(|_, _| Reply::Text(200, "application/json", " ".repeat(33 * 1024 * 1024))).await;
    let error = read(&server, &users()).await.unwrap_err();
    assert!(error.message.contains("more than 32 MB"), "{}", error.message);
}

#[tokio::test]
async fn members_are_asked_for_one_by_one_where_no_listing_shows_any() {
    let script = |asked: &Asked, _| {
        if asked.is("GET", "Groups/g1") {
            return Reply::Json(200, json!({"id": "g1", "displayName": "G", "members": [{"value": "id-1"}]}));
        }
        if asked.is("GET", "Groups/g2") {
            return Reply::Json(200, json!({"id": "g2", "displayName": "H"}));
        }
        if asked.is("GET", "Groups/g3") {
            return Reply::Text(503, "text/plain", String::new());
        }
        match asked.parameter("startIndex") {
            Some("1") => listing(&["g1", "g2", "g3"].map(|id| json!({"id": id, "displayName": id})), &json!(3)),
            _ => listing(&[], &json!(3)),
        }
    };
    let (seen, _) = read(&Scripted::start(script).await, &groups()).await.unwrap();
    assert_eq!(seen, ["g1:[id-1]", "g2:[]", "g3"], "what could not be read is not said to be empty");
}
