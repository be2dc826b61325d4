//! Increments through whole runs, as real processes on Samba and OpenLDAP: what somebody changes behind our back comes
//! to the plan that a read of everything comes to, and the plan says how the directory was read, and why.

use serde_json::{Value, json};

use crate::lab::Lab;
use crate::support::organisation::{Organisation, id};
use crate::support::realm::{BOTH, Realm, Vendor};

const PEOPLE: usize = 6;

fn organisation() -> Organisation {
    let mut organisation = Organisation::default();
    organisation.add("unit", "school", json!({"name": "Skole"}));
    organisation.add("unit", "team", json!({"name": "Team", "parent": id("school")}));
    for at in 0..PEOPLE {
        organisation.add_person(&format!("person {at}"), "X", &format!("Holm {at}"));
        organisation.employ(&format!("person {at}"), if at < 4 { "school" } else { "team" }, "Lærer");
    }
    organisation.add("manager", "lead", json!({"unit": id("school"), "person": id("person 0")}));
    organisation.add("group", "group", json!({"name": "Alle"}));
    for at in 0..3 {
        organisation.join("group", &format!("person {at}"));
    }
    organisation
}

/// An installation that reads everything once a day, and has read everything once.
async fn followed(vendor: Vendor) -> Realm {
    let realm = Realm::new(vendor).await;
    realm.configure_more("\n[ldap.dir]\nfull_read_hours = 24\n");
    realm.import(&organisation()).await;
    assert_eq!(why(&realm.plan().await), "it was not read before");
    realm.apply().await;
    in_step(&realm).await;
    realm
}

/// Why everything was read for a plan.
#[track_caller]
fn why(plan: &Value) -> &str {
    plan["coverage"]["extent"]["everything"]["why"].as_str().unwrap_or_else(|| panic!("{}", plan["coverage"]))
}

fn is_of_changes(plan: &Value) -> bool {
    plan["coverage"]["extent"]["changes"]["whole"].is_string()
}

/// The plan by what changed, which is the one that a read of everything would give.
async fn plan_by_changes(realm: &Realm, change: &str) -> Value {
    let plan = realm.plan().await;
    assert!(is_of_changes(&plan), "{change}: {}", plan["coverage"]);
    let scratch = realm.plan_from_scratch().await;
    assert_eq!(why(&scratch), "it was not read before");
    for part in ["steps", "held", "digest"] {
        assert_eq!(plan[part], scratch[part], "{change} at {:?}", realm.vendor);
    }
    plan
}

async fn in_step(realm: &Realm) {
    let plan = plan_by_changes(realm, "nothing").await;
    assert_eq!((&plan["steps"], &plan["held"]), (&json!([]), &json!([])));
}

fn ops(plan: &Value) -> Vec<&str> {
    let mut ops: Vec<&str> =
        plan["steps"].as_array().unwrap().iter().map(|step| step["op"].as_str().unwrap()).collect();
    ops.sort_unstable();
    ops.dedup();
    ops
}

/// Somebody whom nobody knows.
async fn stranger(realm: &mut Realm, dn: &str) {
    match realm.vendor {
        Vendor::Samba => realm.admin.add(dn, &[("objectClass", "user"), ("sAMAccountName", &Lab::word())]).await,
        Vendor::OpenLdap => realm.admin.add(dn, &[("objectClass", "inetOrgPerson"), ("sn", "x")]).await,
    }
}

/// Does something behind our back.
async fn change(realm: &mut Realm, change: &str, outside: &str) {
    let things = realm.things().await;
    let dn = |name: &str| things.of(name).entry.dn.clone();
    match change {
        "a stranger comes" => stranger(realm, &format!("cn=stranger,{}", dn("school"))).await,
        "what is ours is changed" => realm.admin.set(&dn("person 1"), "title", "Intern").await,
        "a unit is renamed" => realm.admin.rename(&dn("school"), "ou=Gymnasium").await,
        "somebody moves out" => realm.admin.carry(&dn("person 2"), outside).await,
        "and back" => realm.admin.carry(&format!("cn=Holm 2,{outside}"), &dn("school")).await,
        "a stranger moves in" => {
            let place = format!("cn=newcomer,{outside}");
            stranger(realm, &place).await;
            realm.admin.carry(&place, &dn("team")).await;
        }
        "members are changed" => {
            realm.admin.take_value(&dn("group"), "member", &dn("person 1")).await;
            realm.admin.add_values(&dn("group"), "member", [dn("person 5")]).await;
        }
        "somebody is deleted" => realm.admin.delete(&dn("person 3")).await,
        other => panic!("{other} is no change"),
    }
}

#[tokio::test]
async fn an_increment_comes_to_the_plan_of_a_complete_read() {
    for vendor in BOTH {
        let mut realm = followed(vendor).await;
        let outside = format!("ou=outside {},{}", Lab::word(), realm.base.split_once(',').unwrap().1);
        realm.admin.add(&outside, &[("objectClass", "organizationalUnit")]).await;
        for (name, mends) in [
            ("a stranger comes", &[][..]),
            ("what is ours is changed", &["update"]),
            ("a unit is renamed", &["rename"]),
            ("a stranger moves in", &[]),
            ("members are changed", &["add-members", "remove-members"]),
        ] {
            change(&mut realm, name, &outside).await;
            let plan = plan_by_changes(&realm, name).await;
            let ops = ops(&plan);
            assert!(mends.iter().all(|op| ops.contains(op)) && ops.is_empty() == mends.is_empty(), "{name}: {ops:?}");
            let again = realm.plan().await;
            assert!(is_of_changes(&again), "{name}");
            assert_eq!(plan["digest"], again["digest"], "{name}");
            if !mends.is_empty() {
                realm.apply().await;
                in_step(&realm).await;
            }
        }
        change(&mut realm, "somebody moves out", &outside).await;
        let plan = plan_by_changes(&realm, "somebody moves out").await;
        assert_eq!((&plan["steps"], &plan["held"][0]["code"]), (&json!([]), &json!("protected")));
        assert!(plan["held"][0]["reason"].as_str().unwrap().contains("moved out of the base"), "{}", plan["held"]);
        change(&mut realm, "and back", &outside).await;
        in_step(&realm).await;
        change(&mut realm, "somebody is deleted", &outside).await;
        let plan = plan_by_changes(&realm, "somebody is deleted").await;
        if vendor == Vendor::Samba {
            assert!(ops(&plan).contains(&"restore"), "{}", plan["steps"]);
        } else {
            assert_eq!(plan["held"][0]["code"], "missing");
        }
    }
}

#[tokio::test]
async fn everything_is_read_where_changes_do_not_serve_and_the_plan_says_why() {
    for vendor in BOTH {
        let realm = followed(vendor).await;
        for (statement, reason) in [
            ("UPDATE observation SET mark = json_set(mark, '$.server', 'dc9')", "the last read was of dc9"),
            (
                "UPDATE observation SET mark = json_set(mark, '$.body', 'x')",
                "where the last read ended cannot be understood",
            ),
            ("UPDATE observation SET mark = NULL", "the target did not say where its changes stood"),
        ] {
            realm.tamper(statement).await;
            let plan = realm.plan().await;
            assert!(plan["coverage"].to_string().contains(reason), "{reason}: {}", plan["coverage"]);
            in_step(&realm).await;
        }
        // a cookie that is in order but for its content, which only the directory can refuse
        let (cookie, spoilt) = match vendor {
            Vendor::Samba => ("dirsync", "'AAAA'"),
            Vendor::OpenLdap => ("syncrepl", "'hello'"),
        };
        // the body of a mark is a text
        for step in [
            "json_set(mark, '$.body', json(json_extract(mark, '$.body')))",
            &format!("json_set(mark, '$.body.position.{cookie}', {spoilt})"),
            "json_set(mark, '$.body', json_extract(mark, '$.body') || '')",
        ] {
            realm.tamper(&format!("UPDATE observation SET mark = {step}")).await;
        }
        let plan = realm.plan().await;
        assert!(["refuses", "no cookie"].iter().any(|word| why(&plan).contains(word)), "{}", why(&plan));
        in_step(&realm).await;
        // the next read of everything is due after a day
        realm.later(23);
        in_step(&realm).await;
        realm.later(1);
        assert_eq!(why(&realm.plan().await), "24 hours have passed since the last read of everything");
        in_step(&realm).await;
        let shown = realm.run(&["plan", "dir"]).await.expect(0).out;
        assert!(shown.contains("complete, by what changed since it was last read as a whole"), "{shown}");
        // so does every need of a name
        let mut organisation = organisation();
        organisation.add_person("newcomer", "X", "Ny");
        organisation.employ("newcomer", "team", "Lærer");
        realm.import(&organisation).await;
        assert!(why(&realm.plan().await).contains("waits for a name"));
        realm.apply().await;
        in_step(&realm).await;
    }
}
