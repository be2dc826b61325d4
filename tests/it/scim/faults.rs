//! Writes that go wrong: refused, answered strangely, or not answered. What may have been done is never said to have
//! failed.

use rosterd::object::{Kind, Links, ObjectId, Op, Step, Value, aspect};
use rosterd::org::Id;
use rosterd::target::scim::ScimTarget;
use rosterd::target::{Class, Refusal, Target};
use serde_json::{Value as Json, json};

use super::scripted::{Asked, Reply, Scripted, listing};
use crate::contract::{change, step, text, to};

const TOKEN: &str = "a-very-secret-token";

fn create(kind: Kind) -> Step {
    let naming = if kind == Kind::User { "userName" } else { "displayName" };
    step(Op::Create, kind, &Id::new("key-1"), "u1", vec![change(naming, &[], &text("u1"))])
}

fn update() -> Step {
    let mut step = step(Op::Update, Kind::User, &Id::new("key-1"), "u1", vec![change("title", &[], &text("T"))]);
    step.object = Some(ObjectId::new("id-1"));
    step
}

fn ours() -> Json {
    json!({"id": "id-1", "externalId": "key-1", "userName": "u1"})
}

fn status(status: u16) -> Reply {
    Reply::With(
        status,
        vec![("Retry-After", "0".into())],
        json!({"detail": format!("because of {TOKEN} {}", "x".repeat(2000)), "status": status}),
    )
}

async fn apply(target: &ScimTarget, step: &Step) -> Result<String, Refusal> {
    target.apply(step, &Links::default()).await.map(|receipt| receipt.object.to_string())
}

/// Applies a create to a server that answers the POST and then shows `hits` to every filter.
async fn created(post: fn() -> Reply, hits: Vec<Json>) -> (Result<String, Class>, Vec<Asked>) {
    let script = move |asked: &Asked, _| match asked.method.as_str() {
        "POST" => post(),
        _ => listing(&hits, &json!(hits.len())),
    };
    let server = Scripted::start(script).await;
    let (target, _folder) = server.target(|_| {});
    let outcome = apply(&target, &create(Kind::User)).await;
    (outcome.map_err(|refusal| refusal.class), server.asked())
}

#[tokio::test]
async fn the_class_of_a_refusal_follows_the_status() {
    for (code, class, fatal) in [
        (400, Class::Permanent, false),
        (401, Class::Forbidden, true),
        (404, Class::Stale, false),
        (409, Class::Conflict, false),
        (412, Class::Stale, false),
        (413, Class::Permanent, false),
        (422, Class::Permanent, false),
        (429, Class::Transient, false),
        (500, Class::Transient, false),
        (501, Class::Permanent, false),
        (502, Class::Transient, false),
        (503, Class::Transient, false),
        (504, Class::Transient, false),
    ] {
        let script = move |asked: &Asked, _| match asked.method.as_str() {
            "PATCH" => status(code),
            _ => Reply::Json(200, ours()),
        };
        let server = Scripted::start(script).await;
        let (target, _folder) = server.target(|_| {});
        let refusal = apply(&target, &update()).await.unwrap_err();
        assert_eq!((refusal.class, refusal.fatal), (class, fatal), "{code}: {refusal}");
        assert!(!refusal.message.contains(TOKEN), "{refusal}");
        assert!(refusal.message.chars().count() < 500, "{refusal}");
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_after_a_post_is_unknown() {
    let server = Scripted::start(|_, _| Reply::Nothing).await;
    let (target, _folder) = server.target(|_| {});
    let refusal = apply(&target, &create(Kind::User)).await.unwrap_err();
    assert_eq!((refusal.class, refusal.fatal), (Class::Unknown, true));
    let posts = server.asked().iter().filter(|asked| asked.method == "POST").count();
    assert_eq!(posts, 1, "it is not sent again without a look");
}

#[tokio::test]
async fn an_answer_that_is_lost_after_a_patch_is_unknown_too() {
    let script = |asked: &Asked, _| match asked.method.as_str() {
        "PATCH" => Reply::Nothing,
        _ => Reply::Json(200, ours()),
    };
    let server = Scripted::start(script).await;
    let (target, _folder) = server.target(|_| {});
    let refusal = apply(&target, &update()).await.unwrap_err();
    assert_eq!((refusal.class, refusal.fatal), (Class::Unknown, true));
    let methods: Vec<String> = server.asked().into_iter().map(|asked| asked.method).collect();
    assert_eq!(methods, ["GET", "PATCH"].repeat(5), "it is looked for, and what is left is written");
}

#[tokio::test]
async fn a_connection_that_was_refused_sent_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (target, _folder) = super::lab::Server { url, token: TOKEN.into() }.target(|_| {});
    let refusal = apply(&target, &create(Kind::User)).await.unwrap_err();
    assert_eq!((refusal.class, refusal.fatal), (Class::Transient, true));
    let findings = target.check().await;
    assert!(!findings[0].ok && findings[0].hint.is_some(), "{findings:?}");
}

#[tokio::test]
async fn a_create_without_a_body_is_found_again() {
    let (outcome, _) = created(|| Reply::Text(201, "text/plain", String::new()), vec![ours()]).await;
    assert_eq!(outcome, Ok("id-1".into()));
    let (outcome, _) = created(|| Reply::Text(200, "text/html", "<html>done".into()), vec![ours()]).await;
    assert_eq!(outcome, Ok("id-1".into()));
    let (outcome, _) = created(|| Reply::BrokenOff(201, r#"{"id": "i"#.into()), vec![ours()]).await;
    assert_eq!(outcome, Ok("id-1".into()));
    let (outcome, _) = created(|| Reply::Text(201, "text/plain", String::new()), Vec::new()).await;
    assert_eq!(outcome, Err(Class::Unknown));
}

#[tokio::test]
async fn a_create_that_was_done_in_spite_of_the_answer_is_adopted() {
    for post in [
        || status(409),
        || status(400),
        || status(500),
        || status(503),
        || Reply::Text(500, "text/html", "<html>Oops".into()),
    ] {
        let (outcome, asked) = created(post, vec![ours()]).await;
        assert_eq!(outcome, Ok("id-1".into()));
        assert_eq!(asked.iter().filter(|asked| asked.method == "POST").count(), 1);
    }
}

#[tokio::test]
async fn a_filter_that_is_ignored_gives_away_nobody_else() {
    let others = vec![
        json!({"id": "id-7", "externalId": "key-7", "userName": "u7"}),
        json!({"id": "id-8", "externalId": "key-8", "userName": "u8"}),
    ];
    let (outcome, _) = created(|| status(409), others.clone()).await;
    assert_eq!(outcome, Err(Class::Conflict));
    let everybody = others.into_iter().chain([ours()]).collect();
    let (outcome, _) = created(|| status(409), everybody).await;
    assert_eq!(outcome, Ok("id-1".into()));
}

#[tokio::test]
async fn two_with_one_stamp_are_a_conflict() {
    let twins = vec![ours(), json!({"id": "id-2", "externalId": "key-1", "userName": "u2"})];
    let server = Scripted::start(move |_, _| listing(&twins, &json!(2))).await;
    let (target, _folder) = server.target(|_| {});
    let refusal = target.find_stamped(Kind::User, &Id::new("key-1"), &create(Kind::User)).await.unwrap_err();
    assert_eq!(refusal.class, Class::Conflict);
    assert!(refusal.message.contains("id-1") && refusal.message.contains("id-2"), "{refusal}");
}

#[tokio::test]
async fn a_service_that_cannot_filter_is_listed() {
    let script = |asked: &Asked, _| match (asked.parameter("filter"), asked.parameter("startIndex")) {
        (Some(_), _) => Reply::Json(501, json!({"detail": "no filters here"})),
        (None, Some("1")) => listing(&[ours()], &json!(1)),
        _ => listing(&[], &json!(1)),
    };
    let server = Scripted::start(script).await;
    let (target, _folder) = server.target(|_| {});
    let found = target.find_stamped(Kind::User, &Id::new("key-1"), &create(Kind::User)).await.unwrap();
    assert_eq!(found.map(|user| user.id), Some(ObjectId::new("id-1")));
}

#[tokio::test]
async fn redirects_are_not_followed_and_the_token_stays_here() {
    let server = Scripted::start(|_, _| Reply::Text(302, "text/plain", String::new())).await;
    let (target, _folder) = server.target(|_| {});
    let findings = target.check().await;
    assert!(findings[0].text.contains("302"), "{findings:?}");
    let asked = &server.asked()[0];
    assert!(asked.head.to_lowercase().contains(&format!("authorization: bearer {TOKEN}")));
    assert!(asked.head.to_lowercase().contains("user-agent: rosterd/"));
}

#[tokio::test]
async fn members_leave_one_by_one_and_in_portions() {
    let script = |asked: &Asked, _| match asked.method.as_str() {
        "PATCH" => Reply::Text(204, "text/plain", String::new()),
        _ => {
            let members: Vec<Json> = (0..150).map(|number| json!({"value": format!("id-{number}")})).collect();
            Reply::Json(200, json!({"id": "g1", "displayName": "G", "members": members}))
        }
    };
    let server = Scripted::start(script).await;
    let (target, _folder) = server.target(|_| {});
    let leave: Vec<Value> = (10..140).map(|number| to(&ObjectId::new(format!("id-{number}")))).collect();
    let mut remove =
        step(Op::RemoveMembers, Kind::Group, &Id::new("g"), "G", vec![change(aspect::MEMBERS, &leave, &[])]);
    remove.object = Some(ObjectId::new("g1"));
    assert_eq!(apply(&target, &remove).await.unwrap(), "g1");
    let sent: Vec<Json> =
        server.asked().into_iter().filter(|asked| asked.method == "PATCH").map(|asked| asked.body).collect();
    let operations: Vec<&Json> = sent.iter().flat_map(|body| body["Operations"].as_array().unwrap()).collect();
    assert_eq!(sent.len(), 2);
    assert_eq!(operations.len(), 130);
    for operation in operations {
        assert_eq!(operation["op"], "remove");
        assert!(operation["path"].as_str().unwrap().starts_with(r#"members[value eq "id-"#), "never the whole group");
        assert_eq!(operation.get("value"), None);
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_stops_before_anything_is_sent() {
    let server = Scripted::start(|_, _| listing(&[], &json!(0))).await;
    let (target, _folder) = server.target(|settings| settings.token.as_mut().unwrap().file = Some("missing".into()));
    let findings = target.check().await;
    assert!(!findings[0].ok && findings[0].text.contains("missing"), "{findings:?}");
    assert!(apply(&target, &create(Kind::User)).await.unwrap_err().fatal);
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_token_that_was_changed_is_used_by_the_next_run() {
    let server = Scripted::start(|_, _| listing(&[], &json!(0))).await;
    let (target, folder) = server.target(|_| {});
    target.check().await;
    std::fs::write(folder.path().join("token"), "another").unwrap();
    target.check().await;
    let asked = server.asked();
    assert!(asked.first().unwrap().head.contains(TOKEN));
    assert!(asked.last().unwrap().head.to_lowercase().contains("bearer another"));
}
