//! Accounts that were there before rosterd: found by the rules, taken over by their stamp alone, then kept in step.

use std::collections::BTreeMap;

use ldap3::SearchEntry;
use serde_json::{Value, json};

use crate::support::organisation::Organisation;
use crate::support::outside::{guid, one};
use crate::support::site::{PLAIN, Site, Wiring};

const RULES: &str = "\n[ldap.ad.adopt]\nuser = [\"employeeNumber = engagement.number\", \"mail\"]\n\
                     \n[scim.cloud.adopt]\nuser = [\"userName = login\", \"externalId = engagement.number\"]\n";

/// Twenty people of one unit.
fn twenty() -> Organisation {
    let mut organisation = Organisation::default();
    organisation.add("unit", "kommune", json!({"name": "Ærø Kommune"}));
    for at in 0..20 {
        let name = format!("p{at:02}");
        let surname: String = ["Ager", "Berg", "Colding", "Dahl"][at / 5].into();
        organisation.add_person(&name, ["Anna", "Bo", "Carl", "Dora", "Eva"][at % 5], &surname);
        organisation.employ(&name, "kommune", "Lærer");
    }
    organisation
}

async fn with_rules() -> Site {
    let site = Site::new().await;
    let mut wiring = site.wiring();
    wiring.more = RULES.to_owned();
    site.configure(PLAIN, &wiring);
    site
}

/// What of an entry adoption must leave alone.
fn unmarked(entry: &SearchEntry) -> BTreeMap<String, Vec<String>> {
    let marks = ["adminDescription", "uSNChanged", "whenChanged"];
    let kept = entry.attrs.iter().filter(|(name, _)| !marks.contains(&name.as_str()));
    kept.map(|(name, values)| (name.clone(), values.clone())).collect()
}

async fn links(site: &Site, arguments: &[&str], code: i32) -> Value {
    let arguments = [&["--format", "json", "links"], arguments].concat();
    site.run(&arguments).await.expect(code).json()
}

/// A field of the line of a list that has this name.
fn named(list: &Value, part: &str, name: &str, field: &str) -> String {
    let line = list[part].as_array().unwrap().iter().find(|line| line["name"] == name);
    line.unwrap_or_else(|| panic!("{name} in {list}"))[field].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn twenty_accounts_are_taken_over_by_their_stamps() {
    let site = with_rules().await;
    site.import(&twenty(), 0).await;
    let mut outside = site.outside().await;
    let word = site.word.clone();
    // 12 by number, 4 by mail, 2 people for whom there are two each (one of them privileged alone), a stranger
    let mut made = 0;
    let mut account = async |number: Option<&str>, mail: Option<&str>, admin: bool| -> String {
        made += 1;
        let (dn, login) = (format!("CN=old {made},{}", site.base), format!("o{made:02}{word}"));
        let mut attributes = vec![("objectClass", "user"), ("sAMAccountName", login.as_str()), ("info", "by hand")];
        attributes.extend(number.map(|number| ("employeeNumber", number)));
        attributes.extend(mail.map(|mail| ("mail", mail)));
        attributes.extend(admin.then_some(("adminCount", "1")));
        outside.directory.add(&dn, &attributes).await;
        dn
    };
    for at in 0..12 {
        account(Some(&format!("P{at:02}-1")), Some("somebody@example.test"), false).await;
    }
    let login = |given: &str, surname: &str| format!("{given}{surname}{word}").to_lowercase();
    for (given, surname) in [("car", "col"), ("dor", "col"), ("eva", "col"), ("ann", "dah")] {
        account(None, Some(&format!("{}@EXAMPLE.test", login(given, surname).to_uppercase())), false).await;
    }
    account(Some("p16-1"), None, false).await;
    account(Some("p16-1"), None, false).await;
    let admin = account(Some("p17-1"), None, true).await;
    let stranger = account(Some("x-1"), None, false).await;
    let before: BTreeMap<Vec<u8>, SearchEntry> =
        outside.users().await.into_iter().map(|entry| (guid(&entry), entry)).collect();
    assert_eq!(before.len(), 20);

    let rehearsed = links(&site, &["ad", "adopt", "--dry-run"], 3).await;
    let plan = &rehearsed["plans"][0];
    assert_eq!(plan["counts"], json!({"link": 16}), "{rehearsed}");
    let codes: Vec<&str> = plan["held"].as_array().unwrap().iter().map(|hold| hold["code"].as_str().unwrap()).collect();
    assert_eq!(codes.len(), 2, "{plan}");
    assert!(codes.contains(&"ambiguous") && codes.contains(&"protected"));
    for step in plan["steps"].as_array().unwrap() {
        assert_eq!(step["changes"].as_array().unwrap().len(), 1);
        assert_eq!(step["changes"][0]["attribute"], "stamp");
    }
    let digest = plan["digest"].as_str().unwrap();
    let run = site.run(&["--format", "json", "apply", digest]).await.expect(0).json();
    assert_eq!(run["runs"][0]["done"], json!({"link": 16}), "{run}");
    let after = outside.users().await;
    assert_eq!(after.len(), 20);
    for entry in &after {
        assert_eq!(unmarked(entry), unmarked(&before[&guid(entry)]), "only the stamp was written");
    }
    assert_eq!(after.iter().filter(|entry| one(entry, "adminDescription").is_some()).count(), 16);

    let again = links(&site, &["ad", "adopt", "--yes"], 0).await;
    assert_eq!(again["plans"][0]["steps"], json!([]));
    let list = links(&site, &["ad", "list"], 0).await;
    assert_eq!((list["links"].as_array().unwrap().len(), list["unmanaged"].as_array().unwrap().len()), (16, 4));

    // the one that is privileged, by name and with --yes alone
    let name = one(&outside.directory.look(&admin).await.unwrap(), "cn").unwrap().to_owned();
    let admin_id = named(&list, "unmanaged", &name, "object");
    let key = &named(&list, "unlinked", "Carl Dahl", "key");
    site.run(&["links", "ad", "adopt", key, &admin_id]).await.expect(4);
    site.run(&["links", "ad", "adopt", key, &admin_id, "--yes"]).await.expect(0);
    assert_eq!(outside.directory.values(&admin, "adminDescription").await, [key.as_str()]);

    // the stranger is said to be one; the link of the privileged one is taken back, and its stamp with it
    let name = one(&outside.directory.look(&stranger).await.unwrap(), "cn").unwrap().to_owned();
    let unmanaged = links(&site, &["ad", "list", "--unmanaged"], 0).await;
    let stranger_id = &named(&unmanaged, "unmanaged", &name, "object");
    site.run(&["links", "ad", "ignore", stranger_id, "--note", "the door"]).await.expect(0);
    let left = links(&site, &["ad", "list"], 0).await;
    assert_eq!(left["unmanaged"].as_array().unwrap().len(), 2);
    assert_eq!(left["ignored"][0]["note"], "the door");
    site.run(&["links", "ad", "ignore", stranger_id, "--stop", "--note", "a person after all"]).await.expect(0);
    site.run(&["links", "ad", "unlink", key, "--note", "an administrator's own"]).await.expect(0);
    assert_eq!(outside.directory.values(&admin, "adminDescription").await, [""; 0]);
    let left = links(&site, &["ad", "list"], 0).await;
    assert_eq!((left["links"].as_array().unwrap().len(), left["ignored"].as_array().unwrap().len()), (16, 0));
    // without a link the person is to have another account, under a login that this one has: nothing is tried
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(4).json();
    let held = plan["plans"][0]["held"].as_array().unwrap();
    let hold = held.iter().find(|hold| hold["key"] == key.as_str()).unwrap_or_else(|| panic!("{plan}"));
    assert_eq!(hold["code"], "name-taken");
    assert!(hold["reason"].as_str().unwrap().contains(&admin_id), "{hold}");
    // so back it comes
    site.run(&["links", "ad", "adopt", key, &admin_id, "--yes"]).await.expect(0);
    site.run(&["verify-log"]).await.expect(0);

    // the plan that follows brings the adopted ones in step, under their own logins; that all get another address is
    // for somebody to see
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(4).json();
    let breaches = plan["plans"][0]["breaches"].as_array().unwrap();
    assert!(breaches.iter().any(|one| one["limit"] == "mail-changes" && one["found"] == 16), "{breaches:?}");
    site.run(&["approve", plan["plans"][0]["digest"].as_str().unwrap()]).await.expect(0);
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(0).json();
    assert_eq!(plan["plans"][0]["steps"], json!([]), "{plan}");
    let brought = outside.users().await;
    for entry in before.values().filter(|entry| one(entry, "cn").is_some_and(|name| name != "old 19")) {
        let now = brought.iter().find(|now| guid(now) == guid(entry)).unwrap();
        assert_eq!(one(now, "sAMAccountName"), one(entry, "sAMAccountName"));
        assert_eq!(one(now, "info"), Some("by hand"), "what nobody maps stays");
    }
}

#[tokio::test]
async fn accounts_of_a_service_are_found_by_name_or_by_what_others_wrote_there() {
    let site = with_rules().await;
    let mut organisation = twenty();
    for at in 4..20 {
        organisation.forget_person(&format!("p{at:02}"));
    }
    site.import(&organisation, 0).await;
    let outside = site.outside().await;
    let word = &site.word;
    outside.post("Users", &json!({"userName": format!("ANNAGE{word}"), "displayName": "old"})).await;
    outside.post("Users", &json!({"userName": format!("bo.{word}"), "externalId": "p01-1", "displayName": "B"})).await;
    outside.post("Users", &json!({"userName": format!("carage{word}"), "externalId": "another's"})).await;
    let rehearsed = links(&site, &["cloud", "adopt", "--dry-run"], 3).await;
    let plan = &rehearsed["plans"][0];
    assert_eq!(plan["counts"], json!({"link": 2}), "{plan}");
    assert_eq!(plan["held"].as_array().unwrap().len(), 1, "{plan}");
    assert!(plan["held"][0]["reason"].as_str().unwrap().contains("another's"));
    let digest = plan["digest"].as_str().unwrap();
    site.run(&["apply", digest]).await.expect(0);
    let users = outside.cloud("Users").await;
    assert_eq!(users.iter().filter(|user| user["externalId"].as_str().is_some_and(|id| id.len() == 36)).count(), 2);
    assert!(users.iter().any(|user| user["displayName"] == "old"), "nothing else was written");
    let list = links(&site, &["cloud", "list", "--unlinked"], 0).await;
    assert_eq!(list["unlinked"].as_array().unwrap().len(), 2);
    assert_eq!(list["links"], json!([]));
}

/// Units and groups that were there before, with everything that lies in them and with their members.
#[tokio::test]
async fn units_and_groups_are_taken_over_as_they_are() {
    let site = Site::new().await;
    let more = "\n[ldap.ad.adopt]\nunit = [\"description = unit.name\"]\ngroup = [\"displayName\"]\n".to_owned();
    site.configure(PLAIN, &Wiring { more, ..site.wiring() });
    let mut organisation = twenty();
    organisation.add("group", "web", json!({"name": "Webredaktører"}));
    organisation.join("web", "p00");
    site.import(&organisation, 0).await;
    let mut outside = site.outside().await;
    let unit = format!("OU=Ærø Kommune,{}", site.base);
    outside.directory.add(&unit, &[("objectClass", "organizationalUnit"), ("description", "Ærø Kommune")]).await;
    let stranger = format!("CN=Stranger,{unit}");
    let login = format!("str{}", site.word);
    outside.directory.add(&stranger, &[("objectClass", "user"), ("sAMAccountName", login.as_str())]).await;
    let group = format!("CN=Old name,{}", site.base);
    let (name, shown) = (format!("old{}", site.word), ("displayName", "Webredaktører"));
    let made = [("objectClass", "group"), ("sAMAccountName", name.as_str()), shown, ("member", stranger.as_str())];
    outside.directory.add(&group, &made).await;
    let mut before = Vec::new();
    for dn in [&unit, &group] {
        before.push(outside.directory.look(dn).await.unwrap());
    }

    let rehearsed = links(&site, &["ad", "adopt", "--dry-run"], 3).await;
    let plan = &rehearsed["plans"][0];
    let steps = plan["steps"].as_array().unwrap();
    let mut kinds: Vec<&str> = steps.iter().map(|step| step["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["group", "unit"], "{plan}");
    site.run(&["apply", plan["digest"].as_str().unwrap()]).await.expect(0);
    for (dn, before) in [&unit, &group].into_iter().zip(&before) {
        let now = outside.directory.look(dn).await.unwrap();
        assert_eq!(unmarked(&now), unmarked(before), "only the stamp was written");
        assert!(one(&now, "adminDescription").is_some_and(|stamp| stamp.len() == 36));
    }

    // what follows keeps both in step: the same objects, renamed and filled, and nobody's members lost
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    site.run(&["--format", "json", "plan", "ad"]).await.expect(0);
    let renamed = outside.directory.look(&format!("CN=Webredaktører,{}", site.base)).await.unwrap();
    assert_eq!((guid(&renamed), renamed.attrs["member"].len()), (guid(&before[1]), 2));
    assert!(renamed.attrs["member"].contains(&stranger));
    assert_eq!(guid(&outside.directory.look(&unit).await.unwrap()), guid(&before[0]));
    assert_eq!(
        outside.below("(objectClass=organizationalUnit)").await.len(),
        2,
        "the base, and the one that was there"
    );
}
