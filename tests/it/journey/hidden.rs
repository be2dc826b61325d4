//! Rights to read that are taken away, from the account that rosterd is: what is hidden is neither gone nor empty.

use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use crate::support::organisation::Organisation;
use crate::support::site::{Site, TODAY};

const TITLE: Uuid = uuid!("bf967a55-0de6-11d0-a285-00aa003049e2");
const USER_ACCOUNT_CONTROL: Uuid = uuid!("bf967a68-0de6-11d0-a285-00aa003049e2");
/// Read properties.
const READ: u32 = 0x10;
/// An entry that what lies below inherits.
const INHERITED: u8 = 2;

async fn applied() -> (Site, Organisation) {
    let site = Site::new().await;
    let organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    (site, organisation)
}

fn missing(plan: &Value) -> String {
    plan["coverage"]["missing"].to_string()
}

/// Everything that a preflight found wrong, in one text.
async fn wrong(site: &Site) -> String {
    let document = site.run(&["--format", "json", "check", "--online"]).await.json();
    let findings =
        document["targets"].as_array().unwrap().iter().flat_map(|target| target["findings"].as_array().unwrap());
    findings.filter(|finding| finding["ok"] == false).map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn an_attribute_that_may_not_be_read_is_not_an_empty_one() {
    let (site, mut organisation) = applied().await;
    let mut outside = site.outside().await;
    let account = site.lab.value("SYNC_DN").to_owned();
    // what an object grants itself stands before what it inherits
    for user in outside.users().await {
        outside.directory.deny(&user.dn, &account, 0, READ, Some(TITLE)).await;
    }
    let before = outside.dump().await;
    let plan = site.plans(5).await.remove("ad").unwrap();
    assert_eq!((&plan["steps"], &plan["held"]), (&json!([]), &json!([])), "{plan}");
    let text = missing(&plan);
    assert!(text.contains("title of users") && text.contains("on 10 of them"), "{text}");
    let run = site.run(&["--format", "json", "apply", "ad", "--yes"]).await.expect(5).json();
    assert_eq!(run["runs"][0]["outcome"], "partly", "{run}");
    let report = site.run(&["report", "reconciliation"]).await.expect(5).out;
    assert!(report.contains("title of users"), "{report}");
    let found = wrong(&site).await;
    assert!(found.contains("forbids to read title of 10 of 10 users") && found.contains("samba-tool dsacl"), "{found}");
    assert_eq!(outside.dump().await, before, "nothing was written");
    // everything else goes on
    organisation.set("emil job", "title", "Planlægger");
    organisation.set("emil", "surname", "Holmgaard");
    site.import(&organisation, 0).await;
    site.run(&["apply", "ad", "--yes"]).await.expect(5);
    let emil = outside.user(&format!("emihol{}", site.word)).await;
    assert_eq!((emil.attrs["title"][0].as_str(), emil.attrs["sn"][0].as_str()), ("Lærer", "Holmgaard"));
}

#[tokio::test]
async fn a_unit_that_may_not_be_read_is_named_and_left_as_it_is() {
    let (site, mut organisation) = applied().await;
    let mut outside = site.outside().await;
    let account = site.lab.value("SYNC_DN").to_owned();
    let teknik = outside.below("(ou=Teknik)").await.remove(0).dn;
    outside.directory.hide(&teknik, &account).await;
    let before = outside.dump_of("ad").await;
    // one leaves, one is gone from the record: both would be disabled
    organisation.set("gerda job", "valid_to", TODAY);
    organisation.forget_person("hans");
    site.import(&organisation, 0).await;
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(5).json()["plans"][0].clone();
    assert_eq!(plan["steps"], json!([]), "{plan}");
    let text = missing(&plan);
    assert!(
        text.contains("what lies in Teknik") && text.contains("linked objects") && text.contains(&teknik),
        "{text}"
    );
    site.run(&["apply", "ad", "--yes"]).await.expect(5);
    let report = site.run(&["report", "reconciliation", "--format", "csv"]).await.expect(5).out;
    assert!(report.contains("Not read") && report.contains("what lies in Teknik"), "{report}");
    let found = wrong(&site).await;
    let grant = format!("samba-tool dsacl set --objectdn=\\\"{teknik}\\\" --sddl=\\\"(A;CI;RPLCLORC;;;");
    assert!(found.contains(&grant), "{found}");
    assert_eq!(outside.dump_of("ad").await, before, "nothing was disabled, made anew or written");
    // more than half of all is hidden: the read is not believed, and the units are named all the same
    let skole = outside.below("(ou=Skole, Børn & Unge)").await.remove(0).dn;
    outside.directory.hide(&skole, &account).await;
    let before = outside.dump_of("ad").await;
    site.run(&["apply", "ad", "--yes"]).await.expect(5);
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(5).json()["plans"][0].clone();
    assert!(missing(&plan).contains("what lies in Skole, Børn & Unge"), "{plan}");
    assert_eq!(plan["steps"], json!([]), "{plan}");
    assert_eq!(outside.dump_of("ad").await, before);
}

#[tokio::test]
async fn who_is_dismissed_is_disabled_while_most_of_the_directory_cannot_be_read() {
    let (site, mut organisation) = applied().await;
    let mut outside = site.outside().await;
    let account = site.lab.value("SYNC_DN").to_owned();
    for unit in ["(ou=Teknik)", "(ou=Skole, Børn & Unge)"] {
        let unit = outside.below(unit).await.remove(0).dn;
        outside.directory.hide(&unit, &account).await;
    }
    // anna is dismissed, and jens is gone from the record, which only complete reads would make him
    organisation.set("anna job", "valid_to", TODAY);
    organisation.forget_person("jens");
    site.import(&organisation, 0).await;
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(5).json()["plans"][0].clone();
    let steps = plan["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["op"] == "disable" && step["ground"] == "ended"), "{plan}");
    let of_target = |step: &&Value| ["remove-members", "unlink", "create", "delete"].iter().any(|op| step["op"] == *op);
    assert_eq!(steps.iter().filter(of_target).count(), 0, "{plan}");
    site.run(&["apply", "ad", "--yes"]).await.expect(5);
    let anna = outside.below("(givenName=Anna)").await.remove(0);
    assert!(!crate::support::outside::enabled(&anna), "{anna:?}");
}

#[tokio::test]
async fn users_whose_flags_are_hidden_are_not_disabled_again() {
    let (site, mut organisation) = applied().await;
    let mut outside = site.outside().await;
    let (base, account) = (site.base.clone(), site.lab.value("SYNC_DN").to_owned());
    outside.directory.deny(&base, &account, INHERITED, READ, Some(USER_ACCOUNT_CONTROL)).await;
    organisation.set("gerda job", "valid_to", TODAY);
    site.import(&organisation, 0).await;
    let before = outside.dump_of("ad").await;
    let run = site.run(&["--format", "json", "apply", "ad", "--yes"]).await.expect(5).json();
    assert_eq!(run["runs"][0]["done"], json!({}), "{run}");
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(5).json()["plans"][0].clone();
    assert!(missing(&plan).contains("userAccountControl cannot be read"), "{plan}");
    assert_eq!(outside.dump_of("ad").await, before);
}
