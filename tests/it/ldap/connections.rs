//! Connections that cannot be had, that break, and that fall silent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use rosterd::target::Finding;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

async fn no_read(settings: Settings) -> TargetError {
    match observe(&target(settings), &everything()).await {
        Err(error) => error,
        Ok(_) => panic!("it was to fail"),
    }
}

async fn no_write(case: &mut Case, settings: Settings) -> Refusal {
    case.target = target(settings);
    let create = case.create(Kind::User, "p1", "Ann", Vec::new());
    case.apply(&create).await.expect_err("it was to be refused")
}

#[tokio::test]
async fn a_certificate_of_another_ca_is_refused() {
    let mut case = Case::new().await;
    let settings = Settings { ca_file: Some(case.lab.path("PROXY_CERT_FILE")), ..case.settings() };
    let error = no_read(settings.clone()).await;
    assert!(error.hint.unwrap().contains("ca_file"));
    let refusal = no_write(&mut case, settings).await;
    assert_eq!((refusal.class, refusal.fatal), (Class::Transient, true));
}

#[tokio::test]
async fn a_wrong_password_is_fatal_and_not_shown() {
    let mut case = Case::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "Not-The-Passw0rd\n").unwrap();
    let mut settings = case.settings();
    settings.password = Some(SecretRef { file: Some(file), credential: None, env: None });
    let error = no_read(settings.clone()).await;
    assert!(error.hint.as_ref().unwrap().contains("password"));
    assert!(!format!("{error:?}").contains("Not-The-Passw0rd"));
    let refusal = no_write(&mut case, settings.clone()).await;
    assert_eq!((refusal.class, refusal.fatal), (Class::Forbidden, true));
    let findings = target(settings).check().await;
    assert!(findings[0].ok && !findings[1].ok, "{findings:?}");
}

#[tokio::test]
async fn nothing_that_listens_and_no_host_are_told_apart_from_wrong_settings() {
    let case = Case::new().await;
    let error = no_read(Settings { url: "ldaps://127.0.0.1:1".into(), ..case.settings() }).await;
    assert!(error.hint.unwrap().contains("nothing listens"));
    let error = no_read(Settings { url: "ldap://127.0.0.1".into(), ..case.settings() }).await;
    assert!(error.to_string().contains("ldaps://"));
    let error = no_read(Settings { ca_file: Some("/no/such/ca.pem".into()), ..case.settings() }).await;
    assert!(error.to_string().contains("/no/such/ca.pem"));
}

#[tokio::test]
async fn a_preflight_of_a_good_target_finds_nothing_wrong() {
    let mut case = Case::new().await;
    case.unit("u1", "Unit").await;
    case.user("p1", "Ann").await;
    case.group("g1").await;
    let findings = case.target.check().await;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:#?}");
    assert!(findings.len() >= 9);
}

#[tokio::test]
async fn a_preflight_names_the_right_that_is_missing() {
    let case = Case::new().await;
    let base = case.lab.value("BASE_DN").to_owned();
    let findings = target(Settings { base: base.clone(), ..case.settings() }).check().await;
    let wrong: Vec<&str> = findings.iter().filter(|finding| !finding.ok).map(|finding| finding.text.as_str()).collect();
    assert!(wrong.iter().any(|text| text.contains("may not create user")), "{wrong:?}");
    let findings = target(Settings { base: format!("OU=none,{base}"), ..case.settings() }).check().await;
    assert!(findings.iter().any(|finding| !finding.ok && finding.text.contains("cannot be seen")));
}

const PASS: u8 = 0;
/// Takes requests to the server, and hangs up instead of passing on the answer.
const CUT: u8 = 1;
/// Takes requests to the server, and never passes on an answer.
const HOLD: u8 = 2;

/// A forwarder in front of the directory; TLS goes through it untouched.
async fn forwarder(case: &Case) -> (Settings, Arc<AtomicU8>) {
    let server: SocketAddr =
        format!("{}:636", case.lab.value("LDAPS_URL").trim_start_matches("ldaps://")).parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldaps://localhost:{}", listener.local_addr().unwrap().port());
    let mode = Arc::new(AtomicU8::new(PASS));
    let shared = Arc::clone(&mode);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(forward(client, TcpStream::connect(server).await.unwrap(), Arc::clone(&shared)));
        }
    });
    (Settings { url: url.into(), ..case.settings() }, mode)
}

async fn forward(client: TcpStream, server: TcpStream, mode: Arc<AtomicU8>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut buffer = vec![0; 65536];
    loop {
        match from_server.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) if mode.load(Ordering::SeqCst) == CUT => return,
            Ok(_) if mode.load(Ordering::SeqCst) == HOLD => {}
            Ok(count) => {
                if to_client.write_all(&buffer[..count]).await.is_err() {
                    return; // it waited long enough, and went
                }
            }
        }
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let case = Case::new().await;
    let (settings, _) = forwarder(&case).await;
    let other = Settings { url: settings.url.to_string().replace("localhost", "127.0.0.1").into(), ..settings };
    assert!(no_read(other).await.hint.unwrap().contains("another name"));
}

#[tokio::test]
async fn a_write_without_an_answer_is_unknown_and_can_be_found_again() {
    let mut case = Case::new().await;
    let (settings, mode) = forwarder(&case).await;
    case.target = target(settings);
    case.user("p0", "First").await;
    let create = case.create(Kind::User, "p1", "Ann", Vec::new());
    mode.store(CUT, Ordering::SeqCst);
    let refusal = case.refused(&create, Class::Unknown).await;
    assert!(refusal.fatal);
    mode.store(PASS, Ordering::SeqCst);
    // The next call connects anew.
    let found = case.target.find_stamped(Kind::User, &"p1".into(), &create).await.unwrap();
    assert_eq!(found.expect("the server had done it").name, "Ann");
}

#[tokio::test]
async fn a_read_that_loses_its_connection_before_a_write_wrote_nothing() {
    let mut case = Case::new().await;
    let (settings, mode) = forwarder(&case).await;
    case.target = target(settings);
    case.user("p1", "Ann").await;
    mode.store(CUT, Ordering::SeqCst);
    let update = step(Op::Update, Kind::User, "p1", vec![set("title", texts(&["x"]))]);
    let refusal = case.refused(&update, Class::Transient).await;
    assert!(refusal.fatal);
    assert!(case.admin.values(&format!("CN=Ann,{}", case.base), "title").await.is_empty());
}

#[tokio::test]
async fn a_read_that_breaks_off_is_an_error() {
    let mut case = Case::new().await;
    for i in 0..4 {
        case.user(&format!("p{i}"), &format!("User {i}")).await;
    }
    let (settings, mode) = forwarder(&case).await;
    let target = target(Settings { page_size: 1, ..settings });
    let mut see = |seen: Seen| {
        if let Seen::Object(..) = seen {
            mode.store(CUT, Ordering::SeqCst);
        }
    };
    assert!(target.observe(&everything(), &mut see).await.is_err());
}

#[tokio::test]
async fn silence_ends_with_the_time_out() {
    let mut case = Case::new().await;
    let (settings, mode) = forwarder(&case).await;
    case.target = target(Settings { timeout_seconds: 1, ..settings });
    case.user("p0", "First").await;
    mode.store(HOLD, Ordering::SeqCst);
    let create = case.create(Kind::User, "p1", "Ann", Vec::new());
    let refusal = case.refused(&create, Class::Unknown).await;
    assert!(refusal.fatal);
    // A server that takes the connection and says nothing.
    let refusal = case.refused(&create, Class::Transient).await;
    assert!(refusal.fatal);
}

#[tokio::test]
async fn starttls_is_as_good_as_ldaps() {
    let mut case = Case::new().await;
    let url = case.lab.value("LDAP_URL").to_owned();
    let starttls = Settings { url: url.clone().into(), starttls: true, ..case.settings() };
    case.target = target(starttls.clone());
    case.user("p1", "Ann").await;
    assert!(case.observe().await.complete());
    let findings = case.target.check().await;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:#?}");
    let wrong_ca = Settings { ca_file: Some(case.lab.path("PROXY_CERT_FILE")), ..starttls };
    assert!(no_read(wrong_ca).await.hint.unwrap().contains("ca_file"));
    // In the clear the directory takes no password, and we send none unless it is written that we may.
    let plain = Settings { url: url.clone().into(), plain: true, ..case.settings() };
    assert!(no_read(plain).await.hint.unwrap().contains("stronger sign-in"));
    assert!(no_read(Settings { url: url.into(), ..case.settings() }).await.to_string().contains("in the clear"));
}

/// Answers StartTLS, and what else `more` says in the same breath.
async fn answers_starttls(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut buffer = [0; 100];
            let _request = client.read(&mut buffer).await;
            let _answered = client.write_all(answer).await;
            let _hold_the_connection = client.read(&mut buffer).await;
        }
    });
    url
}

#[tokio::test]
async fn without_tls_nothing_is_sent() {
    let case = Case::new().await;
    for (answer, expected) in [
        (&b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"[..], "refused with result 52"),
        (b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00\x30", "in the clear"),
        (b"\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00", "could not be understood"),
        (b"HTTP/1.1 400 Bad Request", "no LDAP message"),
    ] {
        let url = answers_starttls(answer).await.into();
        let error = no_read(Settings { url, starttls: true, timeout_seconds: 5, ..case.settings() }).await;
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn the_next_server_serves_only_before_the_first_was_used() {
    let mut case = Case::new().await;
    let nobody = "ldaps://127.0.0.1:1".to_owned();
    let (settings, mode) = forwarder(&case).await;
    let (first, second) = (settings.url.to_string(), case.lab.value("LDAPS_URL").to_owned());
    let two = Settings { url: vec![nobody.clone(), second.clone()].into(), ..settings.clone() };
    let findings = target(two.clone()).check().await;
    let wrong: Vec<&Finding> = findings.iter().filter(|finding| !finding.ok).collect();
    assert!(matches!(wrong[..], [one] if one.text.starts_with("127.0.0.1:1 cannot be used")), "{wrong:?}");
    let reading = observe(&target(two), &everything()).await.unwrap();
    let server = second.trim_start_matches("ldaps://").to_owned();
    let evidence = reading.coverage.complete().unwrap().evidence();
    assert_eq!(evidence.server, Some(server), "the read says which server it was");

    case.target = target(Settings { url: vec![first, second].into(), timeout_seconds: 2, ..settings.clone() });
    case.user("p1", "Ann").await;
    mode.store(HOLD, Ordering::SeqCst);
    assert!(observe(&case.target, &everything()).await.is_err(), "the first server is silent, and stays the one");
    let again = case.target.again().unwrap();
    assert!(again.observe(&everything(), &mut |_| {}).await.is_err(), "nor does the read that verifies a run move on");
    mode.store(PASS, Ordering::SeqCst);
    assert!(observe(&case.target, &everything()).await.is_ok());
    let coverage = again.observe(&everything(), &mut |_| {}).await.unwrap();
    let evidence = coverage.complete().unwrap().evidence();
    assert!(evidence.server.as_ref().unwrap().starts_with("localhost:"), "{evidence:?}");

    let none = Settings { url: vec![nobody.clone(), "ldaps://127.0.0.1:2".to_owned()].into(), ..settings };
    let error = no_read(none).await.to_string();
    assert!(error.contains("127.0.0.1:1: ") && error.contains("127.0.0.1:2: "), "{error}");
}

#[tokio::test]
async fn credentials_that_one_server_refuses_are_not_tried_at_the_next() {
    let case = Case::new().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), "Not-The-Passw0rd").unwrap();
    let url = case.lab.value("LDAPS_URL").to_owned();
    let mut settings = Settings { url: vec![url.clone(), url].into(), ..case.settings() };
    settings.password = Some(SecretRef { file: Some(folder.path().join("password")), credential: None, env: None });
    let error = no_read(settings).await.to_string();
    assert_eq!(error.matches("invalidCredentials").count(), 1, "{error}");
}
