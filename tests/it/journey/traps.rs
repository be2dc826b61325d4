//! What an Active Directory has that a small one has not: members from elsewhere, conflicts of replication, primary
//! groups, and an account that may not see what was deleted. As real processes, on Samba.

use serde_json::{Value, json};

use crate::lab::Lab;
use crate::support::organisation::Organisation;
use crate::support::realm::{Realm, Vendor};

/// Everybody who signed in: a principal that no domain holds.
const SIGNED_IN: &str = "S-1-5-11";

fn organisation() -> Organisation {
    let mut organisation = Organisation::default();
    organisation.add("unit", "unit", json!({"name": "Skole"}));
    organisation.add("group", "group", json!({"name": "Alle"}));
    for person in ["anna", "bent", "carl"] {
        organisation.add_person(person, "X", person);
        organisation.employ(person, "unit", "Clerk");
        organisation.join("group", person);
    }
    organisation
}

async fn settled() -> (Realm, Organisation) {
    let (realm, organisation) = (Realm::new(Vendor::Samba).await, organisation());
    realm.settle(&organisation).await;
    (realm, organisation)
}

fn one_hold(plan: &Value) -> (&str, &str) {
    let held = plan["held"].as_array().unwrap();
    assert_eq!(held.len(), 1, "{held:?}");
    (held[0]["code"].as_str().unwrap(), held[0]["reason"].as_str().unwrap())
}

#[tokio::test]
async fn a_member_from_elsewhere_stays_whatever_happens_to_the_group() {
    let (mut realm, mut organisation) = settled().await;
    let foreign = format!("CN={SIGNED_IN},CN=ForeignSecurityPrincipals,{}", realm.lab.value("BASE_DN"));
    let group = realm.things().await.of("group").entry.dn.clone();
    realm.admin.add_values(&group, "member", [foreign.clone()]).await;
    realm.in_step().await;
    organisation.forget("group anna");
    organisation.set("group", "name", "Andre");
    organisation.add_person("dora", "X", "dora");
    organisation.employ("dora", "unit", "Clerk");
    organisation.join("group", "dora");
    realm.settle(&organisation).await;
    let things = realm.things().await;
    let members = &things.of("group").entry.attrs["member"];
    assert!(members.len() == 4 && members.contains(&foreign), "{members:?}");
}

/// Two servers made one name at a time: one of the two got another name, with its id and a line feed in it.
#[tokio::test]
async fn a_conflict_of_replication_is_a_stranger_even_with_our_stamp() {
    let (mut realm, organisation) = settled().await;
    let things = realm.things().await;
    let (unit, stamp) =
        (things.of("unit").entry.dn.clone(), things.of("anna").entry.attrs["adminDescription"][0].clone());
    let conflict = format!("CN=anna\\0ACNF:{},{unit}", uuid::Uuid::new_v4());
    let login = Lab::word();
    let fields = [("objectClass", "user"), ("sAMAccountName", login.as_str()), ("adminDescription", stamp.as_str())];
    realm.admin.add(&conflict, &fields).await;
    realm.admin.add_values(&things.of("group").entry.dn, "member", [conflict.clone()]).await;
    let plan = realm.plan().await;
    assert_eq!(plan["coverage"]["complete"], true, "{}", plan["coverage"]);
    realm.in_step().await;
    let report = realm.run(&["report", "reconciliation"]).await.expect(0).out;
    assert!(report.contains("CNF:"), "{report}");
    // the unit goes on being ours, with the stranger in it
    let mut organisation = organisation;
    organisation.set("unit", "name", "Gymnasium");
    realm.settle(&organisation).await;
}

#[tokio::test]
async fn who_has_a_group_as_his_primary_group_is_held_with_what_to_do() {
    let (mut realm, mut organisation) = settled().await;
    let things = realm.things().await;
    let sid = &things.of("group").entry.bin_attrs["objectSid"][0];
    let number = u32::from_le_bytes(*sid.last_chunk::<4>().unwrap()).to_string();
    let anna = things.of("anna").entry.dn.clone();
    realm.admin.set(&anna, "primaryGroupID", &number).await;
    realm.in_step().await;
    organisation.forget("group anna");
    organisation.forget("group bent");
    realm.import(&organisation).await;
    let plan = realm.plan().await;
    let (code, reason) = one_hold(&plan);
    assert!(code == "fixed-member" && reason.contains("primaryGroupID"), "{reason}");
    assert_eq!(plan["steps"].as_array().unwrap().len(), 1, "bent leaves all the same: {plan}");
    realm.apply().await;
    let again = realm.plan().await;
    assert_eq!((&again["steps"], &again["held"]), (&json!([]), &plan["held"]));
    // the directory makes the old primary group an ordinary one
    realm.admin.set(&anna, "primaryGroupID", "513").await;
    assert_eq!(realm.plan().await["held"], json!([]));
    realm.apply().await;
    realm.in_step().await;
    assert_eq!(realm.things().await.of("group").entry.attrs["member"].len(), 1);
}

/// An account of its own that nobody gave the right to look into `CN=Deleted Objects`.
async fn sign_in_as_another(realm: &mut Realm) {
    let (name, secret) = (Lab::word(), format!("Lab1.{}", Lab::word()));
    let dn = format!("CN={name},CN=Users,{}", realm.lab.value("BASE_DN"));
    let quoted: String = format!("\"{secret}\"").chars().flat_map(|letter| [letter, '\0']).collect();
    let fields = [
        ("objectClass", "user"),
        ("sAMAccountName", name.as_str()),
        ("userAccountControl", "512"),
        ("unicodePwd", quoted.as_str()),
    ];
    realm.admin.add(&dn, &fields).await;
    let file = realm.path("another-password");
    std::fs::write(&file, secret).unwrap();
    realm.configure_account(&dn, &file);
}

#[tokio::test]
async fn without_a_look_at_what_was_deleted_nothing_is_proved() {
    let (mut realm, mut organisation) = settled().await;
    let things = realm.things().await;
    for person in ["anna", "bent"] {
        realm.admin.delete(&things.of(person).entry.dn).await;
    }
    // anna is wanted, bent has left
    organisation.set("bent job", "valid_to", crate::support::site::TODAY);
    realm.import(&organisation).await;
    let plan = realm.plan().await;
    let ops: Vec<&str> = plan["steps"].as_array().unwrap().iter().map(|step| step["op"].as_str().unwrap()).collect();
    assert!(ops.contains(&"restore"), "who may look sees the tombstone: {ops:?}");
    sign_in_as_another(&mut realm).await;
    for more in ["", "\n[ldap.dir]\nfull_read_hours = 24\n"] {
        realm.configure_more(more);
        let plan = realm.plan().await;
        assert_eq!(plan["steps"], json!([]), "nothing is made anew, and nothing let go: {plan}");
        let held = plan["held"].as_array().unwrap();
        let missing = held.iter().filter(|hold| hold["code"] == "missing");
        let reasons: Vec<&str> = missing.map(|hold| hold["reason"].as_str().unwrap()).collect();
        assert_eq!(reasons.len(), 2, "{held:?}");
        assert!(reasons.iter().all(|reason| reason.contains("nothing proves that it was deleted")), "{reasons:?}");
    }
    let changes = realm.plan().await;
    assert!(changes["coverage"]["extent"]["changes"].is_object(), "{}", changes["coverage"]);
    assert_eq!(changes["steps"], json!([]));
    let checked = realm.run(&["--format", "json", "check", "--online"]).await.json();
    let findings = checked["targets"][0]["findings"].as_array().unwrap();
    let deleted =
        findings.iter().find(|finding| finding["text"] == "deleted objects cannot be read").expect("a finding");
    assert!(deleted["command"].as_str().unwrap().contains("CN=Deleted Objects,DC=example,DC=test"), "{deleted}");
    assert!(deleted["breaks"].as_str().unwrap().contains("stays held"), "{deleted}");
}
