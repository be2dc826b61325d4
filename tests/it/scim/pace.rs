//! Limits, overloads and broken connections: what is tried again, what is not, and how long a service is left alone.

use std::sync::atomic::{AtomicUsize, Ordering};

use rosterd::object::{Kind, Links, ObjectId, Op, Step};
use rosterd::org::{Id, Instant};
use rosterd::target::scim::{Profile, ScimTarget};
use rosterd::target::{Class, ObserveRequest, Target};
use serde_json::json;
use tempfile::TempDir;

use super::scripted::{Asked, Reply, Scripted, listing, user};
use crate::contract::{change, step, text};

pub fn create(number: usize) -> Step {
    let (key, name) = (Id::new(format!("key-{number}")), format!("u{number}"));
    step(Op::Create, Kind::User, &key, &name, vec![change("userName", &[], &text(&name))])
}

fn users() -> ObserveRequest {
    ObserveRequest { attributes: [(Kind::User, vec!["title".into()])].into(), ..ObserveRequest::default() }
}

fn now() -> Reply {
    Reply::With(429, vec![("Retry-After", "0".into())], json!({}))
}

/// Answers the first `bad` requests with `answer`, the others as a service does.
async fn after(bad: usize, answer: fn() -> Reply) -> Scripted {
    Scripted::start(move |asked: &Asked, before| {
        if before < bad {
            return answer();
        }
        match asked.method.as_str() {
            "POST" => Reply::Json(201, user(1)),
            _ if asked.target.contains("/Users/") => Reply::Json(200, user(1)),
            _ => listing(&[user(1)], &json!(1)),
        }
    })
    .await
}

#[tokio::test]
async fn a_limit_that_is_reached_is_waited_for() {
    let server = after(5, now).await;
    let (target, _folder) = server.target(|_| {});
    target.apply(&create(1), &Links::default()).await.unwrap();
    assert_eq!(server.asked().len(), 6);
}

#[tokio::test]
async fn a_read_is_tried_again_whatever_went_wrong() {
    for answer in [
        || Reply::Nothing,
        || Reply::BrokenOff(200, "{\"totalResults\": 1, ".into()),
        || Reply::With(503, vec![("Retry-After", "0".into())], json!({})),
        || Reply::Text(500, "text/html", "<html>Oops".into()),
    ] {
        let server = after(1, answer).await;
        let (target, _folder) = server.target(|_| {});
        target.read(Kind::User, &ObjectId::new("id-1")).await.unwrap();
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test]
async fn nothing_is_tried_for_ever() {
    let server = after(usize::MAX, now).await;
    let (target, _folder) = server.target(|_| {});
    let refusal = target.apply(&create(1), &Links::default()).await.unwrap_err();
    assert_eq!((refusal.class, server.asked().len()), (Class::Transient, 10));
}

#[tokio::test]
async fn a_rest_that_is_too_long_is_left_to_the_next_run() {
    let long = || Reply::With(429, vec![("Retry-After", "3000".into())], json!({}));
    let server = after(1, long).await;
    let (target, _folder) = server.target(|_| {});
    let refusal = target.apply(&create(1), &Links::default()).await.unwrap_err();
    assert_eq!((refusal.class, refusal.fatal), (Class::Transient, true));
    assert!(refusal.message.contains("the next run goes on"), "{refusal}");
    assert_eq!(server.asked().len(), 1);

    // the next process knows of it
    let at = |minutes: i64| Instant::from_micros(minutes * 60_000_000);
    let used = target.experience(at(0)).unwrap();
    let asked = async |minutes| {
        let (next, _folder) = server.target(|_| {});
        next.take_up(&used, at(minutes));
        next.observe(&users(), &mut |_| {}).await.is_ok()
    };
    assert!(!asked(30).await);
    assert_eq!(server.asked().len(), 1);
    assert!(asked(60).await);
}

fn limited(server: &Scripted, text: &str) -> (ScimTarget, TempDir) {
    let (target, folder) = server.target(|settings| settings.wait_seconds = 1);
    let profile: Profile = toml::from_str(text).unwrap();
    (target.with_profile(profile), folder)
}

#[tokio::test]
async fn a_stated_limit_is_kept_and_its_rest_is_for_the_next_run() {
    let server = after(0, now).await;
    let text = "[[pace.budget]]\nof = \"users-created\"\nat_most = 3\nper_seconds = 3600";
    let (target, _folder) = limited(&server, text);
    let mut outcomes = Vec::new();
    for number in 0..5 {
        outcomes.push(target.apply(&create(number), &Links::default()).await.map_err(|refusal| refusal.class));
    }
    assert!(outcomes[..3].iter().all(Result::is_ok));
    assert!(outcomes[3..].iter().all(|outcome| *outcome == Err(Class::Transient)));
    assert_eq!(server.asked().iter().filter(|asked| asked.method == "POST").count(), 3);

    // a second look in the same run has the same limits, and the next process too
    assert!(target.again().unwrap().apply(&create(6), &Links::default()).await.is_err());
    let (next, _folder) = limited(&server, text);
    next.take_up(&target.experience(Instant::from_micros(0)).unwrap(), Instant::from_micros(1));
    assert!(next.apply(&create(7), &Links::default()).await.is_err());
    assert_eq!(server.asked().iter().filter(|asked| asked.method == "POST").count(), 3);
}

#[tokio::test]
async fn the_least_time_of_a_plan_follows_from_the_limits() {
    let server = after(0, now).await;
    let (target, _folder) =
        limited(&server, "[[pace.budget]]\nof = \"users-created\"\nat_most = 3\nper_seconds = 3600");
    let steps: Vec<Step> = (0..10).map(create).collect();
    assert_eq!(target.least_time(&mut steps.iter()).as_secs(), 3 * 3600);
    assert_eq!(target.least_time(&mut steps[..3].iter()).as_secs(), 0);
    assert_eq!(server.target(|_| {}).0.least_time(&mut steps.iter()).as_secs(), 0);
}

#[tokio::test]
async fn a_limit_of_requests_is_never_exceeded_at_the_server() {
    // ten in two seconds, and the server measures each stretch of two seconds
    let times = std::sync::Mutex::new(Vec::new());
    let worst = std::sync::Arc::new(AtomicUsize::new(0));
    let seen = worst.clone();
    let server = Scripted::start(move |_, _| {
        let now = tokio::time::Instant::now();
        let mut times = times.lock().unwrap();
        times.push(now);
        let within = times.iter().filter(|at| now - **at < std::time::Duration::from_secs(2)).count();
        seen.fetch_max(within, Ordering::Relaxed);
        Reply::Json(200, user(1))
    })
    .await;
    let (target, _folder) = server.target(|_| {});
    let target = target
        .with_profile(toml::from_str("[[pace.bucket]]\nof = [\"read\"]\nrequests = 10\nper_seconds = 2").unwrap());
    for _ in 0..25 {
        target.read(Kind::User, &ObjectId::new("id-1")).await.unwrap();
    }
    assert_eq!(worst.load(Ordering::Relaxed), 10);
}
