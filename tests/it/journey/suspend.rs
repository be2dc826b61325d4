//! Somebody is to be kept out at once, everywhere, and until somebody says otherwise.

use serde_json::{Value, json};

use crate::support::organisation::id;
use crate::support::outside::{Outside, enabled, one};
use crate::support::site::{Site, Wiring};

const NOTE: &str = "laptop stolen, case 17";

fn login(site: &Site, stem: &str) -> String {
    format!("{stem}{}", site.word)
}

/// Whether the account can be used, in the directory and in the service.
async fn usable(outside: &mut Outside, login: &str) -> (bool, bool) {
    let users = outside.cloud("Users").await;
    let user = users.into_iter().find(|user| user["userName"] == login).unwrap();
    (enabled(&outside.user(login).await), user["active"] == json!(true))
}

/// The document of a verb with this exit code.
async fn asked(site: &Site, words: &[&str], code: i32) -> Value {
    site.run(&[&["--format", "json"], words].concat()).await.expect(code).json()
}

#[tokio::test]
async fn somebody_is_out_everywhere_until_it_is_taken_back() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let dorte = login(&site, "dorhol");
    assert_eq!(usable(&mut outside, &dorte).await, (true, true));

    let said = asked(&site, &["suspend", &dorte, "--note", NOTE], 0).await;
    assert_eq!((&said["person"], &said["name"]), (&json!(id("dorte")), &json!("Dorte Holm")));
    for target in said["targets"].as_array().unwrap() {
        assert_eq!((&target["outcome"], &target["accounts"][0]["how"]), (&json!("done"), &json!("disabled")), "{said}");
        assert!(target["run"].is_i64(), "{said}");
    }
    assert_eq!(usable(&mut outside, &dorte).await, (false, false));

    // what was done is known without another read, and told with when that was
    let seen = asked(&site, &["access", "person", &dorte], 0).await;
    for (target, of) in seen["targets"].as_array().unwrap().iter().zip(said["targets"].as_array().unwrap()) {
        let account = target["lines"].as_array().unwrap().iter().find(|line| line["kind"] == "user").unwrap();
        let span = &account["spans"][0];
        assert_eq!(span["taken_by"], of["run"], "{target}");
        assert_eq!(span["to"], target["done_since"], "{target}");
    }
    let text = site.run(&["access", "person", &dorte]).await.expect(0).out;
    assert!(text.contains("and what rosterd did since, until"), "{text}");
    let told = asked(&site, &["explain", "person", &dorte], 0).await;
    for target in told["targets"].as_array().unwrap() {
        assert_eq!((&target["standing"], &target["object"]["enabled"]), (&json!("in-step"), &json!(false)), "{target}");
    }
    let text = site.run(&["explain", "person", &dorte]).await.expect(0).out;
    assert!(text.contains("and since then by rosterd itself: disable at"), "{text}");
    site.in_step().await;
    let text = site.run(&["access", "person", &dorte]).await.expect(0).out;
    assert!(!text.contains("did since") && text.contains("until"), "{text}");

    // whatever comes later, she stays out, in her groups, and as she was
    organisation.set("dorte job", "title", "Rektor");
    organisation.set("emil job", "title", "Rektor");
    organisation.join("crisis", "dorte");
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;
    assert_eq!(usable(&mut outside, &dorte).await, (false, false));
    let user = outside.user(&dorte).await;
    assert_eq!(one(&user, "title"), Some("Lærer"), "nothing of her changes");
    assert_eq!(user.attrs.get("memberOf").map(Vec::len), Some(1), "she leaves no group and comes into none");
    let emil = outside.user(&login(&site, "emihol")).await;
    assert_eq!(one(&emil, "title"), Some("Rektor"), "of all others it does");

    // it is told wherever somebody looks
    let text = site.run(&["explain", "person", &dorte]).await.expect(0).out;
    assert!(text.contains("suspended by") && text.contains(NOTE), "{text}");
    let shown = asked(&site, &["show", "person", &id("dorte")], 0).await;
    assert_eq!(shown["suspended"]["note"], json!(NOTE));
    let status = asked(&site, &["status"], 0).await;
    assert_eq!(status["suspended"][id("dorte")]["note"], json!(NOTE));
    let again = asked(&site, &["suspend", &dorte, "--note", "once more"], 0).await;
    assert_eq!((&again["again"], &again["order"]["note"]), (&json!(true), &json!(NOTE)));
    assert_eq!(again["targets"][0]["accounts"][0]["how"], json!("already"));

    let back = asked(&site, &["resume", &dorte, "--note", "found again"], 0).await;
    assert_eq!(back["suspended"], json!(false));
    assert_eq!(usable(&mut outside, &dorte).await, (false, false), "the next run does it");
    site.apply().await;
    site.in_step().await;
    assert_eq!(usable(&mut outside, &dorte).await, (true, true));
    let user = outside.user(&dorte).await;
    assert_eq!((one(&user, "title"), user.attrs["memberOf"].len()), (Some("Rektor"), 2));

    // an order and its end are no drift, though no run read the target in between
    asked(&site, &["suspend", &dorte, "--note", "lost again"], 0).await;
    asked(&site, &["resume", &dorte], 0).await;
    site.plans(3).await;
    for target in ["ad", "cloud"] {
        let drift = asked(&site, &["report", "drift", target], 0).await;
        assert_eq!(drift["parts"][0]["findings"], json!([]), "{drift}");
    }
    site.apply().await;
    site.run(&["verify-log"]).await.expect(0);
    let runs = asked(&site, &["runs"], 0).await;
    let lane: Vec<&Value> = runs["runs"].as_array().unwrap().iter().filter(|run| run["verb"] == "suspend").collect();
    assert_eq!(lane.len(), 4, "one for each target, twice, and none where nothing was left: {runs}");
}

#[tokio::test]
async fn a_target_that_is_down_is_told_and_does_it_in_the_next_run_whatever_is_held() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let hans = login(&site, "hankro");
    let wiring = Wiring { ldap_url: "ldaps://127.0.0.1:1".into(), ..site.wiring() };
    site.configure("down.toml", &wiring);
    let words = ["--format", "json", "suspend", &hans, "--note", NOTE];
    let said = site.start("down.toml", &words).ended().await.expect(5).json();
    assert_eq!(usable(&mut outside, &hans).await, (true, false), "{said}");
    let ad = said["targets"].as_array().unwrap().iter().find(|target| target["target"] == "ad").unwrap();
    assert_eq!((&ad["outcome"], &ad["accounts"][0]["how"]), (&json!("partly"), &json!("failed")), "{said}");
    assert_eq!(
        ad["accounts"][0]["name"],
        json!(format!("Hans Krog ({hans})")),
        "as it was called when it was seen last"
    );

    // five of ten leave: the plan is held, and he is out all the same
    for name in ["dorte", "emil", "finn", "gerda", "ida"] {
        organisation.set(&format!("{name} job"), "valid_to", "2026-03-01");
    }
    site.import(&organisation, 4).await;
    let batch = asked(&site, &["status"], 0).await["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|source| source["held"].as_str().map(str::to_owned));
    site.run(&["approve", &batch.unwrap()]).await.expect(0);
    site.import(&organisation, 0).await;
    let held = asked(&site, &["apply", "ad", "--yes"], 4).await;
    assert_eq!(usable(&mut outside, &hans).await, (false, false), "{held}");
    assert_eq!(usable(&mut outside, &login(&site, "finsan")).await, (true, true));
    let digest = held["runs"][0]["digest"].as_str().unwrap();
    assert_eq!(site.plans(4).await["ad"]["digest"], json!(digest), "what is held is what is proposed again");
    site.run(&["approve", digest]).await.expect(0);
    site.run(&["apply", digest]).await.expect(0);
    assert_eq!(usable(&mut outside, &login(&site, "finsan")).await, (false, true));
}

#[tokio::test]
async fn a_person_is_named_exactly_or_not_at_all() {
    let (site, _) = Site::at_work().await;
    for (text, hint) in [("Holm", id("dorte")), ("dor", id("dorte")), ("Nobody", "rosterd find".to_owned())] {
        let ended = site.run(&["suspend", text, "--note", NOTE]).await.expect(1);
        assert!(ended.err.contains(&hint), "{text}: {}", ended.err);
    }
    asked(&site, &["suspend", "dorte holm", "--note", NOTE, "--dry-run"], 0).await;
    assert_eq!(asked(&site, &["status"], 0).await["suspended"], Value::Null, "a rehearsal orders nothing");
    site.run(&["resume", &id("dorte")]).await.expect(4);
    site.run(&["suspend", &id("dorte")]).await.expect(2);
    // who starts next month has no account anywhere yet, and gets none while it stands
    let said = asked(&site, &["suspend", &id("karen"), "--note", NOTE], 0).await;
    assert!(said["targets"].as_array().unwrap().iter().all(|target| target["accounts"] == json!([])), "{said}");
    let merge = ["edit", "merge", "person", &id("dorte"), &id("karen"), "--note", "one person"];
    let refused = site.run(&merge).await;
    assert!(refused.err.contains("is suspended by"), "{}", refused.said());
}

#[tokio::test]
async fn what_one_is_called_in_the_roster_and_another_in_a_target_alone_means_neither() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let dorte = outside.user(&login(&site, "dorhol")).await.dn;
    let shared = format!("shared{}@example.org", site.word);
    outside.directory.set(&dorte, "mail", &shared).await;
    organisation.set("emil job", "number", shared.as_str());
    site.import(&organisation, 0).await;
    site.plans(3).await; // which reads the directory
    let ended = site.run(&["suspend", &shared, "--note", NOTE]).await.expect(1);
    assert!(ended.err.contains(&id("dorte")) && ended.err.contains(&id("emil")), "{}", ended.err);
    assert_eq!(asked(&site, &["status"], 0).await["suspended"], Value::Null);
}

#[tokio::test]
async fn nothing_is_written_to_what_is_paused_but_whoever_is_to_be_out_is_out() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let paused = asked(&site, &["pause", "ad", "--note", "migration"], 0).await;
    assert_eq!((&paused["target"], &paused["again"]), (&json!("ad"), &json!(false)));
    organisation.set("emil job", "title", "Rektor");
    site.import(&organisation, 0).await;
    let before = outside.dump_of("ad").await;
    let plans = site.plans(3).await;
    let digest = plans["ad"]["digest"].as_str().unwrap();
    for words in [&["apply", "ad", "cloud", "--yes"][..], &["apply", digest], &["run"]] {
        let held = asked(&site, words, 4).await;
        let run = held["runs"].as_array().unwrap().iter().find(|run| run["target"] == "ad").unwrap();
        assert_eq!(run["outcome"], json!("held"));
        let message = run["message"].as_str().unwrap();
        assert!(message.contains("paused by") && message.contains("migration"), "{message}");
    }
    assert_eq!(outside.dump_of("ad").await, before);
    let status = asked(&site, &["status"], 0).await;
    let ad = status["targets"].as_array().unwrap().iter().find(|target| target["name"] == "ad").unwrap();
    assert_eq!((&ad["state"], &ad["paused"]["note"]), (&json!("paused"), &json!("migration")));
    let emil = login(&site, "emihol");
    asked(&site, &["suspend", &emil, "--note", NOTE], 0).await;
    assert_eq!(usable(&mut outside, &emil).await, (false, false));
    asked(&site, &["resume", &emil], 0).await;

    asked(&site, &["pause", "--note", "everything"], 0).await;
    site.run(&["unpause", "ad"]).await.expect(4);
    site.run(&["apply", "cloud", "--yes"]).await.expect(4);
    site.run(&["unpause"]).await.expect(0);
    site.apply().await;
    site.in_step().await;
    assert_eq!(usable(&mut outside, &emil).await, (true, true));
    site.run(&["pause", "nowhere", "--note", "x"]).await.expect(2);
    site.run(&["verify-log"]).await.expect(0);
}

#[tokio::test]
async fn what_was_said_of_somebody_who_is_erased_is_erased() {
    let (site, mut organisation) = Site::at_work().await;
    let who = id("finn");
    asked(&site, &["suspend", &who, "--note", "Finn Sand was seen with the stolen laptop"], 0).await;
    organisation.forget_person("finn");
    site.import(&organisation, 0).await;
    site.run(&["edit", "erase", "person", &who, "--note", "case 18"]).await.expect(0);
    let bytes = std::fs::read(site.path("roster.db")).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds("stolen laptop") && !holds("Finn Sand"));
    site.run(&["verify-log"]).await.expect(0);
}
