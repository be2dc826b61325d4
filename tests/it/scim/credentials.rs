//! Credentials: how tokens are got, kept and renewed, that a refusal of them never means that there is nobody, and that
//! they go to the configured host alone.

use rosterd::net::SecretRef;
use rosterd::object::{Kind, Links, ObjectId};
use rosterd::target::scim::{ClientAuthentication, OAuth, ScimTarget, Settings};
use rosterd::target::{Class, ObserveRequest, Target};
use serde_json::json;
use tempfile::TempDir;

use super::scripted::{Asked, Reply, Scripted, listing, user};

const SECRET: &str = "a client's very own secret";

fn file(name: &str) -> SecretRef {
    SecretRef { file: Some(name.into()), credential: None, env: None }
}

/// A target that gets its tokens from `/scim/token` of the same server.
fn with_oauth(server: &Scripted, change: impl FnOnce(&mut OAuth)) -> (ScimTarget, TempDir) {
    let mut oauth = OAuth {
        token_url: format!("{}/token", server.url()),
        client_id: "rosterd & sons".into(),
        client_secret: file("secret"),
        scope: Some("scim.write".into()),
        audience: None,
        client_authentication: ClientAuthentication::Header,
    };
    change(&mut oauth);
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    let settings = Settings { token: None, oauth: Some(oauth), ..Settings::new(server.url(), file("token")) };
    (ScimTarget::new("scim".into(), settings, folder.path()), folder)
}

fn users() -> ObserveRequest {
    ObserveRequest { attributes: [(Kind::User, vec!["title".into()])].into(), ..ObserveRequest::default() }
}

fn bearer(asked: &Asked) -> &str {
    let line = asked.head.lines().find(|line| line.to_lowercase().starts_with("authorization: "));
    line.map_or("", |line| &line["authorization: ".len()..])
}

/// An authorisation server that numbers its tokens, before a service that takes those that `taken` says.
async fn service(expires: u64, taken: fn(&str) -> bool) -> Scripted {
    let given = std::sync::atomic::AtomicU32::new(0);
    Scripted::start(move |asked, _| {
        if asked.is("POST", "token") {
            let number = given.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            let token = format!("token-number-{number}");
            return Reply::Json(200, json!({"access_token": token, "token_type": "bearer", "expires_in": expires}));
        }
        if !taken(bearer(asked)) {
            return Reply::Json(401, json!({"detail": format!("not with {}", bearer(asked))}));
        }
        listing(&[user(1)], &json!(1))
    })
    .await
}

fn tokens_asked_for(server: &Scripted) -> usize {
    server.asked().iter().filter(|asked| asked.is("POST", "token")).count()
}

#[tokio::test]
async fn a_token_is_got_once_and_kept() {
    let server = service(3600, |shown| shown == "Bearer token-number-1").await;
    let (target, _folder) = with_oauth(&server, |_| {});
    target.observe(&users(), &mut |_| {}).await.unwrap();
    target.read(Kind::User, &ObjectId::new("id-1")).await.unwrap_err(); // a listing is no user
    assert_eq!(tokens_asked_for(&server), 1);
    let asked = &server.asked()[0];
    assert_eq!(bearer(asked), format!("Basic {}", base64("rosterd+%26+sons:a+client%27s+very+own+secret")));
    assert_eq!(asked.form(), "grant_type=client_credentials&scope=scim.write");
    assert_eq!(bearer(&server.asked()[1]), "Bearer token-number-1");
}

#[tokio::test]
async fn the_secret_may_go_into_the_form() {
    let server = service(3600, |_| true).await;
    let (target, _folder) = with_oauth(&server, |oauth| {
        oauth.client_authentication = ClientAuthentication::Body;
        oauth.audience = Some("api".into());
        oauth.scope = None;
    });
    target.observe(&users(), &mut |_| {}).await.unwrap();
    let form = "grant_type=client_credentials&audience=api&client_id=rosterd+%26+sons\
                &client_secret=a+client%27s+very+own+secret";
    assert_eq!((server.asked()[0].form(), bearer(&server.asked()[0])), (form.to_owned(), ""));
}

#[tokio::test]
async fn a_token_that_is_not_taken_any_more_is_renewed_once() {
    let server = service(3600, |shown| shown == "Bearer token-number-2").await;
    let (target, _folder) = with_oauth(&server, |_| {});
    target.observe(&users(), &mut |_| {}).await.unwrap();
    assert_eq!(tokens_asked_for(&server), 2);

    let server = service(3600, |_| false).await;
    let (target, _folder) = with_oauth(&server, |_| {});
    let error = target.observe(&users(), &mut |_| {}).await.unwrap_err();
    assert_eq!(tokens_asked_for(&server), 2, "another token would not be taken either");
    assert!(error.message.contains("401") && !error.message.contains("token-number"), "{error}");
}

#[tokio::test]
async fn a_token_that_ends_at_once_is_got_for_each_request() {
    let server = service(0, |_| true).await;
    let (target, _folder) = with_oauth(&server, |_| {});
    target.observe(&users(), &mut |_| {}).await.unwrap();
    assert!(tokens_asked_for(&server) > 1);
}

#[tokio::test]
async fn a_refusal_by_the_authorisation_server_is_told() {
    let script = |asked: &Asked, _| match asked.is("POST", "token") {
        true => Reply::Json(401, json!({"error": "invalid_client", "error_description": SECRET})),
        false => listing(&[], &json!(0)),
    };
    let server = Scripted::start(script).await;
    let (target, _folder) = with_oauth(&server, |_| {});
    let error = target.observe(&users(), &mut |_| {}).await.unwrap_err();
    assert!(error.message.contains("invalid_client") && !error.message.contains(SECRET), "{error}");
    assert!(error.hint.unwrap().contains("client_secret"));
    assert_eq!(server.asked().len(), 1, "without a token nothing is asked");
}

#[tokio::test]
async fn who_is_not_let_in_asks_no_more() {
    let server = Scripted::start(|_, _| Reply::Json(401, json!({}))).await;
    let (target, _folder) = server.target(|_| {});
    for _ in 0..3 {
        let refusal = target.read(Kind::User, &ObjectId::new("id-1")).await.unwrap_err();
        assert_eq!((refusal.class, refusal.fatal), (Class::Forbidden, true));
    }
    assert_eq!(server.asked().len(), 1);
    // the next run begins anew
    target.observe(&users(), &mut |_| {}).await.unwrap_err();
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn what_is_forbidden_again_and_again_is_forbidden_altogether() {
    let server = Scripted::start(|_, _| Reply::Json(403, json!({}))).await;
    let (target, _folder) = server.target(|_| {});
    let mut fatal = Vec::new();
    for _ in 0..7 {
        let refusal = target.read(Kind::User, &ObjectId::new("id-1")).await.unwrap_err();
        assert_eq!(refusal.class, Class::Forbidden);
        fatal.push(refusal.fatal);
    }
    assert_eq!(fatal, [false, false, false, false, true, true, true]);
    assert_eq!(server.asked().len(), 5);
}

#[tokio::test]
async fn one_that_may_be_done_says_that_not_all_is_forbidden() {
    let script = |asked: &Asked, _| match asked.target.ends_with("id-1") {
        true => Reply::Json(200, user(1)),
        false => Reply::Json(403, json!({})),
    };
    let server = Scripted::start(script).await;
    let (target, _folder) = server.target(|_| {});
    for id in ["id-2", "id-3", "id-4", "id-5", "id-1", "id-6", "id-7"] {
        let answer = target.read(Kind::User, &ObjectId::new(id)).await;
        assert_eq!(answer.map_err(|refusal| refusal.fatal).map(|_| ()), if id == "id-1" { Ok(()) } else { Err(false) });
    }
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_way() {
    // a proxy of plain HTTP is asked for whole URLs
    let proxy = Scripted::start(|_, _| listing(&[user(1)], &json!(1))).await;
    let way = proxy.url().replace("/scim", "");
    let (target, folder) = proxy.target(|settings| {
        settings.url = "http://service.example.test/scim".into();
        settings.allow_http = true;
        settings.proxy = Some(
            toml::from_str(&format!("url = {way:?}\nuser = \"me\"\npassword = {{ file = \"password\" }}")).unwrap(),
        );
    });
    std::fs::write(folder.path().join("password"), "open sesame").unwrap();
    target.observe(&users(), &mut |_| {}).await.unwrap();
    let asked = &proxy.asked()[0];
    assert!(asked.target.starts_with("http://service.example.test/scim/Users?"), "{}", asked.target);
    let header = format!("proxy-authorization: Basic {}", base64("me:open sesame"));
    assert!(asked.head.to_lowercase().contains(&header.to_lowercase()), "{}", asked.head);
}

#[tokio::test]
async fn a_token_that_tells_its_end_is_watched() {
    // {"alg":"none"} . {"exp":1798761600}
    let claims = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3OTg3NjE2MDB9.x";
    let server = super::lab::Server { url: "https://a.example.test/scim".into(), token: claims.into() };
    let ends = async |change: fn(&mut Settings)| {
        let (target, _folder) = server.target(change);
        target.expiries().await.into_iter().map(|one| one.until.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ends(|_| {}).await, ["2027-01-01T00:00:00Z"]);
    assert_eq!(ends(|settings| settings.token_expires = "2026-12-31".parse().ok()).await, ["2027-01-01T00:00:00Z"]);
    assert_eq!(ends(|settings| settings.token_expires = "2026-12-01".parse().ok()).await, ["2026-12-02T00:00:00Z"]);
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[tokio::test]
async fn nothing_of_a_step_is_written_after_a_refusal_of_the_credentials() {
    let server = Scripted::start(|_, _| Reply::Json(401, json!({}))).await;
    let (target, _folder) = server.target(|_| {});
    let steps: Vec<_> = (0..40).map(super::pace::create).collect();
    let outcomes = target.apply_all(&steps, &Links::default()).await;
    assert!(outcomes[0].as_ref().unwrap().as_ref().is_err_and(|refusal| refusal.fatal));
    // some were under way when the first was refused
    assert!(server.asked().len() <= 8, "{}", server.asked().len());
    assert!(outcomes.iter().any(Option::is_none), "nothing is begun after it");
}
