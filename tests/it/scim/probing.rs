//! The probe: what it finds out of services with ways of their own, that it leaves nothing behind unsaid, and that a
//! service which does otherwise than before is told of.

use std::collections::BTreeMap;

use rosterd::object::{Kind, Op};
use rosterd::org::Id;
use rosterd::target::scim::ScimTarget;
use rosterd::target::scim::profile::{Paging, Profile};
use rosterd::target::{Finding, ObserveRequest, Target, ToldSchema};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::lab::server;
use super::odd::{Deleting, Filtering, Odd, Patching, Saying, Showing, Total, Ways};
use crate::contract::{change, own_prefix, step, text};

fn target(odd: &Odd, canary: bool) -> (ScimTarget, TempDir) {
    let (target, folder) = odd.server.target(|settings| settings.page_size = Some(3));
    (target.with_canary(canary.then(|| "Rosterd-Canary".into())), folder)
}

/// What was found out, in the form in which it is kept.
async fn found(odd: &Odd, canary: bool) -> (Json, Vec<Finding>) {
    let (target, _folder) = target(odd, canary);
    let findings = target.diagnose(&BTreeMap::new()).await;
    let told = target.found().unwrap_or_else(|| panic!("{findings:?}"));
    (serde_json::from_str(&told.body).unwrap(), findings)
}

fn said(findings: &[Finding], what: &str) -> bool {
    findings.iter().any(|finding| finding.text.contains(what))
}

#[tokio::test]
async fn what_shows_by_reading_is_found_out() {
    let config = json!({"patch": {"supported": true}, "filter": {"supported": true}, "pagination": {"cursor": true}});
    let rows: Vec<(&str, Ways, &str, Json)> = vec![
        ("by index", Ways::default(), "paging", json!("index")),
        ("ignored", Ways { index: false, ..Ways::default() }, "paging", Json::Null),
        ("a cap", Ways { cap: 2, ..Ways::default() }, "page_cap", json!(2)),
        (
            "a cursor that is announced",
            Ways { cursor: true, saying: Saying::Config(config.clone()), ..Ways::default() },
            "paging",
            json!("cursor"),
        ),
        ("a cursor that lies", Ways { saying: Saying::Config(config), ..Ways::default() }, "paging", json!("index")),
        ("pages for people", Ways { saying: Saying::Html, ..Ways::default() }, "paging", json!("index")),
        ("wrong words", Ways { saying: Saying::Config(json!(["x"])), ..Ways::default() }, "paging", json!("index")),
        ("members in the group", Ways { showing: Showing::Single, ..Ways::default() }, "members", json!("single")),
        ("members with the users", Ways { showing: Showing::Users, ..Ways::default() }, "members", json!("users")),
        ("totals that lie", Ways { total: Total::Zero, ..Ways::default() }, "paging", json!("index")),
    ];
    for (what, ways, field, value) in rows {
        let odd = Odd::with_users(ways, 5).await;
        odd.state().groups = vec![json!({"id": "g1", "displayName": "G", "members": [{"value": "id-1"}]})];
        let (kept, findings) = found(&odd, false).await;
        assert_eq!(kept[field], value, "{what}: {kept}");
        assert!(findings.iter().all(|finding| finding.ok), "{what}: {findings:?}");
        assert!(odd.server.asked().iter().all(|asked| asked.method == "GET"), "{what}: nothing is written");
    }
}

#[tokio::test]
async fn a_filter_counts_when_it_finds_who_is_there_and_nobody_else() {
    for (filtering, usable) in [
        (Filtering::Works, true),
        (Filtering::Ignored, false),
        (Filtering::Nothing, false),
        (Filtering::Refused(400), false),
        (Filtering::Refused(501), false),
        (Filtering::Refused(500), false),
    ] {
        let odd = Odd::with_users(Ways { filtering, ..Ways::default() }, 5).await;
        let (kept, findings) = found(&odd, false).await;
        assert_eq!(kept["filters"]["userName of Users"], json!(usable), "{filtering:?}");
        assert_eq!(said(&findings, "does not find what is there"), !usable, "{findings:?}");
    }
}

/// A filter that says nothing makes no twins: the listing is looked through.
#[tokio::test]
async fn who_is_looked_for_is_found_without_a_filter() {
    for filtering in [Filtering::Works, Filtering::Ignored, Filtering::Nothing, Filtering::Refused(400)] {
        let odd = Odd::with_users(Ways { filtering, ..Ways::default() }, 7).await;
        let (target, _folder) = target(&odd, false);
        let likely =
            |key: &str| step(Op::Create, Kind::User, &Id::new(key), "x", vec![change("userName", &[], &text("x"))]);
        let one = target.find_stamped(Kind::User, &Id::new("key-5"), &likely("key-5")).await.unwrap();
        assert_eq!(one.map(|user| user.id.to_string()).as_deref(), Some("id-5"), "{filtering:?}");
        let nobody = target.find_stamped(Kind::User, &Id::new("key-8"), &likely("key-8")).await.unwrap();
        assert!(nobody.is_none(), "{filtering:?}");
        let listed = odd.server.asked().iter().filter(|asked| asked.query("startIndex").is_some()).count();
        assert_eq!(listed > 0, filtering != Filtering::Works, "{filtering:?}");
    }
}

#[tokio::test]
async fn what_shows_by_writing_is_found_out_with_the_canary() {
    let rows: Vec<(&str, Ways, &str, Json)> = vec![
        ("paths", Ways::default(), "patch", json!("paths")),
        ("plain paths", Ways { patching: Patching::PlainPaths, ..Ways::default() }, "patch", json!("plain-paths")),
        ("without paths", Ways { patching: Patching::Pathless, ..Ways::default() }, "patch", json!("pathless")),
        ("one alone", Ways { patching: Patching::OneAttribute, ..Ways::default() }, "patch", json!("one-attribute")),
        ("none", Ways { patching: Patching::None, ..Ways::default() }, "patch", json!("none")),
        (
            "a success that does nothing",
            Ways { patching: Patching::Pretends, ..Ways::default() },
            "patch",
            json!("none"),
        ),
        ("put replaces", Ways::default(), "put", json!("replaces")),
        ("put merges", Ways { put_merges: Some(true), ..Ways::default() }, "put", json!("merges")),
        ("no put", Ways { put_merges: None, ..Ways::default() }, "put", json!("none")),
        ("by filter", Ways::default(), "remove_form", json!("filter")),
        ("by value", Ways { removes_by_filter: false, ..Ways::default() }, "remove_form", json!("values")),
        (
            "by put alone",
            Ways { removes_by_filter: false, removes_by_value: false, ..Ways::default() },
            "remove_form",
            json!("put"),
        ),
        ("externalId", Ways::default(), "external_id", json!("kept")),
        ("no externalId", Ways { keeps_external_id: false, ..Ways::default() }, "external_id", json!("dropped")),
        ("lower case", Ways { lowers_names: true, ..Ways::default() }, "name_case", json!("lowered")),
        ("no versions", Ways::default(), "etag", json!("none")),
        ("versions to look at", Ways { versions: Some(false), ..Ways::default() }, "etag", json!("ignored")),
        ("versions that count", Ways { versions: Some(true), ..Ways::default() }, "etag", json!("enforced")),
        ("delete deletes", Ways::default(), "user_deletion", json!("deletes")),
        (
            "delete disables",
            Ways { deleting: Deleting::Deactivates, ..Ways::default() },
            "user_deletion",
            json!("deactivates"),
        ),
        ("no delete", Ways { deleting: Deleting::Refused, ..Ways::default() }, "user_deletion", Json::Null),
    ];
    for (what, ways, field, value) in rows {
        let odd = Odd::with_users(ways.clone(), 2).await;
        let before = odd.state().users.clone();
        let (kept, findings) = found(&odd, true).await;
        assert_eq!(kept[field], value, "{what}: {kept}");
        let remains = ways.deleting != Deleting::Deletes;
        assert_eq!(said(&findings, "remains"), remains, "{what}: {findings:?}");
        let after = odd.state().users.clone();
        assert_eq!(after[..2], before[..], "{what}: nobody else was touched");
        assert_eq!(after.len(), 2 + usize::from(remains), "{what}");
        assert!(after[2..].iter().all(|canary| canary["active"] == json!(false)), "{what}: {after:?}");
        assert!(odd.state().groups.is_empty(), "{what}");
        if remains {
            let (again, _) = found(&odd, true).await;
            assert_eq!(again, kept, "{what}: the canary that remained is taken up again");
            assert_eq!(odd.state().users.len(), 3, "{what}");
        }
    }
}

#[tokio::test]
async fn a_user_who_is_no_canary_is_not_taken_for_one() {
    let odd = Odd::with_users(Ways::default(), 2).await;
    odd.state().users[0]["userName"] = json!("Rosterd-Canary");
    let before = odd.state().users.clone();
    let (target, _folder) = target(&odd, true);
    let findings = target.diagnose(&BTreeMap::new()).await;
    assert!(said(&findings, "is taken by somebody else"), "{findings:?}");
    assert_eq!(odd.state().users, before);
}

#[tokio::test]
async fn what_a_service_does_otherwise_is_told_until_somebody_takes_it() {
    let odd = Odd::with_users(Ways::default(), 5).await;
    let (first, _folder) = target(&odd, false);
    let told = first.learn_schema(None).await.unwrap().unwrap();
    let old = ToldSchema { old: true, ..told.clone() };

    let (same, _folder) = target(&odd, false);
    assert_eq!(same.learn_schema(Some(&told)).await.unwrap(), None);
    let asked = odd.server.asked().len();
    assert_eq!(same.learn_schema(Some(&told)).await.unwrap(), None);
    assert_eq!(odd.server.asked().len(), asked, "what is young is not asked for again");
    assert_eq!(same.learn_schema(Some(&old)).await.unwrap(), Some(told.clone()), "it holds still");

    odd.change(|ways| ways.filtering = Filtering::Nothing);
    let (other, _folder) = target(&odd, false);
    assert_eq!(other.learn_schema(Some(&old)).await.unwrap(), None, "what was kept stays");
    let attributes = BTreeMap::from([(Kind::User, Vec::new())]);
    let request = ObserveRequest { attributes, ..ObserveRequest::default() };
    let coverage = other.observe(&request, &mut |_| {}).await.unwrap();
    let gaps = coverage.evidence().unwrap().gaps.clone();
    assert!(
        gaps.iter().any(|gap| gap.why.contains("the filter by userName of Users works: no now, yes before")),
        "{gaps:?}"
    );

    let (doctor, _folder) = target(&odd, false);
    doctor.recall(&told);
    let findings = doctor.diagnose(&BTreeMap::new()).await;
    let alarm = findings.iter().find(|finding| !finding.ok).unwrap();
    assert!(alarm.text.contains("does otherwise than before") && alarm.hint.is_some(), "{alarm:?}");
    let taken = doctor.found().unwrap();
    let (again, _folder) = target(&odd, false);
    again.recall(&taken);
    assert!(again.diagnose(&BTreeMap::new()).await.iter().all(|finding| finding.ok));
}

#[tokio::test]
async fn endpoints_are_taken_from_the_service_only_below_its_base() {
    let server = super::scripted::Scripted::start(|asked, _| match asked.path().as_slice() {
        ["ResourceTypes"] => super::scripted::Reply::Json(
            200,
            json!([
                {"schema": "urn:ietf:params:scim:schemas:core:2.0:User", "endpoint": "/hr/People"},
                {"schema": "urn:ietf:params:scim:schemas:core:2.0:Group", "endpoint": "https://elsewhere.example/Groups"},
            ]),
        ),
        ["hr", "People"] | ["Groups"] => super::scripted::listing(&[], &json!(0)),
        ["Users"] => super::scripted::listing(&[], &json!(0)),
        _ => super::scripted::Reply::Text(404, "text/html", "<html>".into()),
    })
    .await;
    let (target, _folder) = server.target(|_| {});
    target.learn_schema(None).await.unwrap().unwrap();
    let asked = server.asked().len();
    let attributes = BTreeMap::from([(Kind::User, Vec::new()), (Kind::Group, Vec::new())]);
    let request = ObserveRequest { attributes, ..ObserveRequest::default() };
    target.observe(&request, &mut |_| {}).await.unwrap();
    let places: Vec<Vec<String>> =
        server.asked()[asked..].iter().map(|asked| asked.path().into_iter().map(str::to_owned).collect()).collect();
    assert_eq!(places, [vec!["hr", "People"], vec!["Groups"]]);
}

#[tokio::test]
async fn a_service_that_cannot_be_listed_is_not_listed_by_the_probe() {
    let odd = Odd::with_users(Ways { listings: false, ..Ways::default() }, 5).await;
    let mut profile = Profile::default();
    profile.listing.paging = Some(Paging::None);
    let (target, _folder) = target(&odd, false);
    let target = target.with_profile(profile);
    let findings = target.diagnose(&BTreeMap::new()).await;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
    assert!(said(&findings, "has no listings"), "{findings:?}");
}

#[tokio::test]
async fn the_real_server_is_found_out() {
    let real = server("SCIM");
    let name = format!("Canary-{}", own_prefix());
    let (target, _folder) = real.target(|settings| settings.page_size = Some(100));
    let target = target.with_canary(Some(name.clone()));
    let findings = target.diagnose(&BTreeMap::new()).await;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
    let kept: Json = serde_json::from_str(&target.found().unwrap().body).unwrap();
    for (field, value) in [
        ("patch", json!("paths")),
        ("put", json!("replaces")),
        ("remove_form", json!("filter")),
        ("external_id", json!("kept")),
        ("user_deletion", json!("deletes")),
        ("group_deletion", json!("deletes")),
    ] {
        assert_eq!(kept[field], value, "{field}: {kept}");
    }
    assert_eq!(kept["announced"]["cursor"], json!(true));
    assert_eq!(kept["paging"], json!("cursor"));
    let left = real.raw("GET", &format!("Users?filter=userName%20eq%20%22{name}%22"), None).await;
    assert_eq!(left["totalResults"], json!(0), "nothing is left behind: {findings:?}");
}
