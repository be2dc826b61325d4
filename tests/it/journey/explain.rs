//! What `explain` says of people, units and groups after runs on the real servers, as golden texts.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::organisation::{Organisation, id};
use crate::support::outside::one;
use crate::support::site::{PLAIN, Site, Wiring};

const RULES: &str = r#"
[lifecycle]
create_days = 14
hide_days = 0
strip_days = 30
move_days = 60

[ldap.ad.lifecycle]
delete_days = 180
hide = { info = "hidden" }

[ldap.ad.user.scope]
delete = "unit.name != 'Teknik'"

[groups.teachers]
name = "'Lærere'"
who = "engagement.title == 'Lærer'"
"#;

/// Who is no external is in the service, and teachers are a group.
fn configure(site: &Site) {
    let leavers = format!("OU=Leavers,{}", site.base);
    site.configure(PLAIN, &Wiring { more: RULES.into(), ..site.wiring() });
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
    let meant = "[scim.cloud.user]\nwhen = \"person.category != 'external'\"\n\n[scim.cloud.user.attributes]";
    let text = text
        .replace("page_size =", &format!("leavers_base = \"{leavers}\"\npage_size ="))
        .replace("[scim.cloud.user.attributes]", meant)
        .replace("[naming.login]", "[naming]\nforbidden_parts = [\"foridd\"]\n\n[naming.login]");
    std::fs::write(site.path(PLAIN), text).unwrap();
}

/// The same words whatever the site and the run: ids by their first appearance, the site's own word, and DNs.
fn plain(site: &Site, text: &str) -> String {
    let text = text.replace(&site.base.to_lowercase(), "BASE").replace(&site.base, "BASE").replace(&site.word, "WORD");
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    // of the directory with dashes, of the service without
    let is_id = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_hexdigit).count();
        digits == 32 && word.matches('-').count() == word.len() - 32
    };
    let word = |word: &str| {
        let length = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len();
        let (found, rest) = word.split_at(length);
        if !is_id(found) {
            return word.to_owned();
        }
        let next = ids.len() + 1;
        let number = *ids.entry(found.to_owned()).or_insert(next);
        format!("ID{number}{rest}")
    };
    text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-').map(word).collect()
}

async fn told(site: &Site, arguments: &[&str]) -> String {
    let ended = site.run(&[&["explain"], arguments].concat()).await.expect(0);
    plain(site, &ended.out)
}

async fn json_of(site: &Site, arguments: &[&str]) -> Value {
    site.run(&[&["--format", "json", "explain"], arguments].concat()).await.expect(0).json()
}

/// The one line of each target.
async fn answers(site: &Site, arguments: &[&str]) -> Vec<String> {
    let document = json_of(site, arguments).await;
    let targets = document["targets"].as_array().unwrap().iter();
    targets.map(|target| plain(site, target["answer"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn everything_that_is_asked_has_an_answer() {
    let site = Site::new().await;
    let leavers = format!("OU=Leavers,{}", site.base);
    site.lab.administrator().await.add(&leavers, &[("objectClass", "organizationalUnit")]).await;
    configure(&site);
    let mut organisation = Organisation::small();
    organisation.set("hans job", "valid_to", "2026-09-01");
    site.import(&organisation, 0).await;
    insta::assert_snapshot!("before_the_first_plan", told(&site, &["person", &id("dorte"), "--target", "ad"]).await);
    site.apply().await;
    site.in_step().await;

    // all is done
    insta::assert_snapshot!("in_step", told(&site, &["person", "dorte", "--target", "ad"]).await);
    insta::assert_snapshot!("out_of_scope", told(&site, &["person", "ida"]).await);
    insta::assert_snapshot!("without_account", told(&site, &["person", &id("karen")]).await);
    insta::assert_snapshot!("group_by_rule", told(&site, &["group", "lærere", "--target", "ad"]).await);
    insta::assert_snapshot!("group_of_the_roster", told(&site, &["group", "Krisestab"]).await);
    insta::assert_snapshot!("unit", told(&site, &["unit", "team"]).await);

    // the record changes: first nothing is planned, then it is
    organisation.set("dorte job", "title", "Overlærer");
    organisation.set("hans job", "valid_to", "2026-02-20");
    organisation.add_person("forb", "Forb", "Idden");
    organisation.employ("forb", "team", "Lærer");
    for (name, number) in [("gerda", "0202900002"), ("finn", "0202900002")] {
        organisation.set(name, "national_id", number);
    }
    organisation.set("gerda job", "title", "Chefingeniør");
    site.import(&organisation, 0).await;
    let changed = answers(&site, &["person", "dorte"]).await;
    assert_eq!(changed, ["in scope, account dorholWORD, not planned yet: something differs"; 2].map(str::to_owned));
    site.plans(3).await;
    insta::assert_snapshot!("pending", told(&site, &["person", "dorte", "--target", "ad"]).await);
    let one = told(&site, &["person", "dorte", "--target", "ad", "--attribute", "title"]).await;
    insta::assert_snapshot!("pending_attribute", one);
    insta::assert_snapshot!("held_for_a_name", told(&site, &["person", "forb", "--target", "ad"]).await);
    let gerda = told(&site, &["person", "gerda", "--target", "ad"]).await;
    assert!(!gerda.contains("0202900002") && !gerda.contains("020290"), "{gerda}");
    insta::assert_snapshot!("blocked_by_quality", gerda);
    site.run(&["apply", "ad", "cloud", "--yes"]).await;
    insta::assert_snapshot!("descending", told(&site, &["person", "hans", "--target", "ad"]).await);
    let document = json_of(&site, &["person", "dorte", "--target", "ad"]).await;
    assert_eq!(document["targets"][0]["standing"], "in-step");
    let write = &document["targets"][0]["writes"][0];
    assert_eq!(
        (&write["outcome"], write["step"].as_str().unwrap().split(':').next()),
        (&json!("done"), Some("update"))
    );
}

#[tokio::test]
async fn what_somebody_did_in_the_target_is_seen_once_it_was_read() {
    let site = Site::new().await;
    configure(&site);
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
    let text = text.lines().filter(|line| !line.starts_with("leavers_base") && !line.starts_with("move_days"));
    let place = "[ldap.ad.user]\nplace = \"['People', unit.name]\"";
    let text = text.collect::<Vec<_>>().join("\n").replace("[ldap.ad.user]", place);
    std::fs::write(site.path(PLAIN), text).unwrap();
    let organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    let login = format!("dorhol{}", site.word);
    let mut outside = site.outside().await;
    let user = outside.user(&login).await;
    assert_eq!(one(&user, "title"), Some("Lærer"));
    outside.directory.set(&user.dn, "title", "Chef").await;
    let stale = json_of(&site, &["person", "dorte", "--target", "ad"]).await;
    let target = &stale["targets"][0];
    assert_eq!(target["standing"], "in-step", "nothing is looked up");
    assert_eq!(target["place"], json!(["People", "Team Æble"]));
    let place = target["aspects"].as_array().unwrap().iter().find(|aspect| aspect["aspect"] == "place").unwrap();
    let lies = "People / Team Æble";
    assert_eq!(place, &json!({"aspect": "place", "wanted": lies, "seen": lies, "differs": false}));
    assert_eq!(target["placed_by"]["rule"], "['People', unit.name]");
    site.plans(3).await;
    let document = json_of(&site, &["person", "dorte", "--target", "ad", "--attribute", "title"]).await;
    let target = &document["targets"][0];
    assert_eq!(
        (&target["standing"], &target["answer"]),
        (&json!("pending"), &json!(format!("in scope, account {login}, pending: update")))
    );
    let title = &target["attributes"][0];
    assert_eq!(title["seen"], json!({"values": ["Chef"], "comparison": "differs"}), "{title}");
    let fact = &title["sources"][0]["facts"][0];
    assert_eq!(
        (&fact["kind"], &fact["source"], &fact["id"]),
        (&json!("engagement"), &json!("roster"), &json!(id("dorte job")))
    );
    assert!(fact["actor"].is_string() && fact["known_from"].is_string(), "{fact}");
}
