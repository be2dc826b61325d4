//! Somebody of whom the source no longer has any fact, and who has accounts still: what a plan prints is what every verb
//! understands, and the name is the last one that was known.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::organisation::id;
use crate::support::site::Site;

async fn asked(site: &Site, words: &[&str]) -> Value {
    site.run(&[&["--format", "json"], words].concat()).await.expect(0).json()
}

#[tokio::test]
async fn whoever_is_gone_is_named_and_found_by_all_that_is_printed() {
    let (site, mut organisation) = Site::at_work().await;
    let login = format!("hankro{}", site.word);
    let objects: Vec<String> = {
        let rows = asked(&site, &["links", "ad", "list"]).await;
        let cloud = asked(&site, &["links", "cloud", "list"]).await;
        let links = [&rows, &cloud].into_iter().flat_map(|rows| rows["links"].as_array().unwrap());
        let his = links.filter(|link| link["name"] == "Hans Krog");
        his.flat_map(|link| [&link["key"], &link["object"]].map(|id| id.as_str().unwrap().to_owned())).collect()
    };
    assert_eq!(objects.len(), 4);
    organisation.forget_person("hans");
    site.import(&organisation, 0).await;

    let label = format!("Hans Krog ({login})");
    for (target, plan) in site.plans(3).await {
        let names: BTreeSet<&str> =
            plan["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
        assert!(names.contains(label.as_str()) && !names.contains(login.as_str()), "{target}: {plan}");
    }
    let (mail, guid) = (format!("{login}@example.test"), format!("{{{}}}", objects[1].to_uppercase()));
    let texts = [&label, &login, &mail, &guid, "hans krog", &id("hans")].map(str::to_owned);
    for text in texts.iter().chain(&objects) {
        for words in [&["explain", "person", text][..], &["access", "person", text], &["map", "test", text]] {
            let told = asked(&site, words).await;
            let person = if words[0] == "map" { &told["person"] } else { &told["id"] };
            assert_eq!((person, &told["name"]), (&json!(id("hans")), &json!("Hans Krog")), "{words:?}");
        }
        let order = asked(&site, &["suspend", text, "--note", "case 7", "--dry-run"]).await;
        assert_eq!((&order["person"], &order["name"]), (&json!(id("hans")), &json!("Hans Krog")), "{text}");
    }
    let found = asked(&site, &["find", &login]).await;
    assert_eq!(found["matches"].as_array().unwrap().len(), 1, "{found}");
    let text = site.run(&["find", "krog"]).await.expect(0).out;
    assert!(
        text.contains("Hans Krog") && text.contains(&format!("not in the roster on the day; login {login}")),
        "{text}"
    );
    // somebody whose name is only like it is another one
    let said = site.run(&["suspend", "Krog", "--note", "case 7"]).await.expect(1).err;
    assert!(said.contains(&id("hans")) && said.contains(&id("jens")), "{said}");

    site.apply().await;
    let told = asked(&site, &["explain", "person", &login, "--target", "ad"]).await;
    assert_eq!(told["targets"][0]["standing"], "in-step", "{told}");
    let seen = asked(&site, &["access", "person", &login]).await;
    let line = &seen["targets"][0]["lines"][0];
    assert!(line["spans"][0]["to"].is_string() && line["spans"][0]["taken_by"].is_i64(), "{seen}");
}
