//! What the port does not speak of, against a real server.

use std::collections::{BTreeMap, BTreeSet};

use rosterd::object::{Change, Kind, Links, ObjectId, Op, Space, Step, Value, aspect};
use rosterd::org::Id;
use rosterd::target::scim::ScimTarget;
use rosterd::target::{Class, ObserveRequest, Refusal, Seen, Target};
use serde_json::json;

use super::lab::{DEPARTMENT, PHONE, Server, WORK_MAIL, server};
use crate::contract::{change, own_prefix, step, text, to};

fn user(prefix: &str, more: Vec<Change>) -> Step {
    let mut changes = vec![change("userName", &[], &text(prefix))];
    changes.extend(more);
    step(Op::Create, Kind::User, &Id::new(format!("key-{prefix}")), prefix, changes)
}

async fn apply(target: &ScimTarget, step: &Step) -> Result<ObjectId, Refusal> {
    target.apply(step, &Links::default()).await.map(|receipt| receipt.object)
}

async fn update(target: &ScimTarget, id: &ObjectId, changes: Vec<Change>) -> Result<ObjectId, Refusal> {
    let mut update = step(Op::Update, Kind::User, &Id::new("any"), "any", changes);
    update.object = Some(id.clone());
    apply(target, &update).await
}

async fn values(target: &ScimTarget, id: &ObjectId, name: &str) -> Vec<Value> {
    let user = target.read(Kind::User, id).await.unwrap().unwrap();
    user.attributes.get(&name.into()).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_wrong_token_is_told_apart_from_an_empty_service() {
    let real = server("SCIM");
    let (target, _folder) = Server { token: "wrong".into(), ..real }.target(|_| {});
    let findings = target.check().await;
    assert_eq!(findings.len(), 1, "nothing else is tried: {findings:?}");
    assert!(findings[0].text.contains("401"));
    assert_eq!(findings[0].hint.as_deref(), Some("the token is wrong, expired or withdrawn"));
    let request = ObserveRequest { attributes: BTreeMap::from([(Kind::User, Vec::new())]), ..Default::default() };
    assert!(target.observe(&request, &mut |_| {}).await.is_err());
    let refusal = apply(&target, &user(&own_prefix(), Vec::new())).await.unwrap_err();
    assert_eq!((refusal.class, refusal.fatal), (Class::Forbidden, true));
}

#[tokio::test]
async fn a_wrong_url_is_explained() {
    let real = server("SCIM");
    let (target, _folder) = Server { url: format!("{}/nowhere", real.url), ..real }.target(|_| {});
    let findings = target.check().await;
    assert!(!findings[0].ok && findings[0].hint.is_some(), "{findings:?}");
}

#[tokio::test]
async fn small_pages_show_everybody_once() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|settings| settings.page_size = Some(3));
    let prefix = own_prefix();
    let mut made = BTreeSet::new();
    for number in 0..10 {
        made.insert(apply(&target, &user(&format!("{prefix}{number}"), Vec::new())).await.unwrap());
    }
    let request = ObserveRequest { attributes: BTreeMap::from([(Kind::User, Vec::new())]), ..Default::default() };
    // Other tests delete users meanwhile, which shifts the pages; a read that noticed nothing has seen everybody.
    for _ in 0..50 {
        let mut seen = Vec::new();
        let mut see = |object| match object {
            Seen::Object(object, _) if object.name.starts_with(&prefix) => seen.push(object.id),
            _ => {}
        };
        let coverage = target.observe(&request, &mut see).await.unwrap();
        assert!(seen.len() <= made.len(), "nobody is seen twice");
        if coverage.complete().is_some() {
            assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), made);
            return;
        }
    }
    panic!("no read was complete");
}

#[tokio::test]
async fn the_enterprise_extension_is_written_and_read() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let id = apply(&target, &user(&own_prefix(), vec![change(DEPARTMENT, &[], &text("Børn & Unge"))])).await.unwrap();
    assert_eq!(values(&target, &id, DEPARTMENT).await, text("Børn & Unge"));
    let raw = real.raw("GET", &format!("Users/{id}"), None).await;
    let (urn, _) = DEPARTMENT.rsplit_once(':').unwrap();
    assert_eq!(raw[urn]["department"], "Børn & Unge");
    assert!(raw["schemas"].as_array().unwrap().contains(&json!(urn)));
    update(&target, &id, vec![change(DEPARTMENT, &text("Børn & Unge"), &text("Teknik"))]).await.unwrap();
    assert_eq!(values(&target, &id, DEPARTMENT).await, text("Teknik"));
    update(&target, &id, vec![change(DEPARTMENT, &text("Teknik"), &[])]).await.unwrap();
    assert_eq!(values(&target, &id, DEPARTMENT).await, Vec::new());
    let late = apply(&target, &user(&own_prefix(), Vec::new())).await.unwrap();
    update(&target, &late, vec![change(DEPARTMENT, &[], &text("Teknik"))]).await.unwrap();
    assert_eq!(values(&target, &late, DEPARTMENT).await, text("Teknik"), "of a user that had no extension");
}

#[tokio::test]
async fn an_element_of_a_list_is_added_changed_and_removed_alone() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let id = apply(&target, &user(&own_prefix(), Vec::new())).await.unwrap();
    let home = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
        {"op": "add", "path": "emails", "value": [{"type": "home", "value": "private@example.org"}]}]});
    real.raw("PATCH", &format!("Users/{id}"), Some(home)).await;
    update(&target, &id, vec![change(WORK_MAIL, &[], &text("a@example.org"))]).await.unwrap();
    assert_eq!(values(&target, &id, WORK_MAIL).await, text("a@example.org"));
    update(&target, &id, vec![change(WORK_MAIL, &text("a@example.org"), &text("b@example.org"))]).await.unwrap();
    assert_eq!(values(&target, &id, WORK_MAIL).await, text("b@example.org"));
    let raw = real.raw("GET", &format!("Users/{id}"), None).await;
    assert_eq!(raw["emails"].as_array().unwrap().len(), 2, "changed, not added again");
    update(&target, &id, vec![change(WORK_MAIL, &text("b@example.org"), &[])]).await.unwrap();
    let raw = real.raw("GET", &format!("Users/{id}"), None).await;
    assert_eq!(raw["emails"], json!([{"type": "home", "value": "private@example.org"}]));
}

#[tokio::test]
async fn several_parts_of_a_new_address_become_one_address() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let id = apply(&target, &user(&own_prefix(), Vec::new())).await.unwrap();
    let part = |name: &str| format!(r#"addresses[type eq "work"].{name}"#);
    let changes = vec![
        change(&part("locality"), &[], &text("Ærøskøbing")),
        change(PHONE, &[], &text("+45 11 22 33 44")),
        change(&part("postalCode"), &[], &text("5970")),
        change("name.familyName", &[], &text("Øster")),
    ];
    update(&target, &id, changes).await.unwrap();
    let raw = real.raw("GET", &format!("Users/{id}"), None).await;
    assert_eq!(raw["addresses"].as_array().unwrap().len(), 1, "{raw}");
    assert_eq!(raw["addresses"][0]["locality"], "Ærøskøbing");
    assert_eq!(raw["addresses"][0]["postalCode"], "5970");
    assert_eq!(raw["name"]["familyName"], "Øster");
    update(&target, &id, vec![change(&part("country"), &[], &text("DK"))]).await.unwrap();
    update(&target, &id, vec![change(&part("locality"), &text("Ærøskøbing"), &[])]).await.unwrap();
    let raw = real.raw("GET", &format!("Users/{id}"), None).await;
    let address = &raw["addresses"][0];
    assert_eq!((&address["country"], &address["postalCode"]), (&json!("DK"), &json!("5970")));
    assert_eq!(address.get("locality"), None);
}

#[tokio::test]
async fn many_members_come_and_go_in_portions() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let prefix = own_prefix();
    let named = vec![change("displayName", &[], &text(&prefix))];
    let mut group = step(Op::Create, Kind::Group, &Id::new(format!("key-{prefix}")), &prefix, named);
    let id = apply(&target, &group).await.unwrap();
    let members: Vec<Value> = (0..250).map(|number| to(&ObjectId::new(format!("{prefix}{number:03}")))).collect();
    group.object = Some(id.clone());
    let count = || async { target.read(Kind::Group, &id).await.unwrap().unwrap().members.unwrap().len() };
    for (op, before, after, left) in [
        (Op::AddMembers, &members[..0], &members[..], 250),
        (Op::AddMembers, &members[..0], &members[100..], 250),
        (Op::RemoveMembers, &members[..150], &members[..0], 100),
        (Op::RemoveMembers, &members[..], &members[..0], 0),
    ] {
        group.op = op;
        group.changes = vec![change(aspect::MEMBERS, before, after)];
        apply(&target, &group).await.unwrap();
        assert_eq!(count().await, left);
    }
}

#[tokio::test]
async fn a_create_that_was_done_before_is_adopted_by_its_stamp() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let prefix = own_prefix();
    let create = user(&prefix, vec![change("title", &[], &text("T"))]);
    let before = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": prefix,
        "externalId": create.key.as_str()});
    let made = real.raw("POST", "Users", Some(before)).await;
    assert_eq!(apply(&target, &create).await.unwrap().as_str(), made["id"]);
}

#[tokio::test]
async fn a_name_of_somebody_else_is_a_conflict_that_names_him() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let prefix = own_prefix();
    let foreign = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": prefix.to_uppercase(),
        "externalId": "of another system"});
    let made = real.raw("POST", "Users", Some(foreign)).await;
    let refusal = apply(&target, &user(&prefix, Vec::new())).await.unwrap_err();
    assert_eq!((refusal.class, refusal.fatal), (Class::Conflict, false));
    assert!(refusal.message.contains(made["id"].as_str().unwrap()), "{refusal}");
}

#[tokio::test]
async fn a_login_that_is_changed_to_a_taken_one_is_a_conflict() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let (one, other) = (own_prefix(), own_prefix());
    apply(&target, &user(&one, Vec::new())).await.unwrap();
    let id = apply(&target, &user(&other, Vec::new())).await.unwrap();
    let refusal = update(&target, &id, vec![change("userName", &text(&other), &text(&one))]).await.unwrap_err();
    assert_eq!(refusal.class, Class::Conflict);
    assert_eq!(values(&target, &id, "userName").await, text(&other));
}

#[tokio::test]
async fn an_attribute_that_the_service_does_not_know_is_refused_for_good() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let id = apply(&target, &user(&own_prefix(), Vec::new())).await.unwrap();
    let refusal = update(&target, &id, vec![change("shoeSize", &[], &text("43"))]).await.unwrap_err();
    assert_eq!((refusal.class, refusal.fatal), (Class::Permanent, false), "{refusal}");
    for reserved in ["id", "externalId", "active", "emails"] {
        let refusal = update(&target, &id, vec![change(reserved, &[], &text("x"))]).await.unwrap_err();
        assert_eq!(refusal.class, Class::Permanent, "{reserved}");
    }
}

#[tokio::test]
async fn an_account_that_does_not_say_whether_it_is_active_can_be_disabled() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let silent = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": own_prefix()});
    let made = real.raw("POST", "Users", Some(silent)).await;
    let id = ObjectId::new(made["id"].as_str().unwrap());
    assert_eq!(target.read(Kind::User, &id).await.unwrap().unwrap().enabled, Some(true));
    let changes = vec![change(aspect::ENABLED, &[Value::Bool(true)], &[Value::Bool(false)])];
    let mut disable = step(Op::Disable, Kind::User, &Id::new("any"), "any", changes);
    disable.object = Some(id.clone());
    apply(&target, &disable).await.unwrap();
    assert_eq!(target.read(Kind::User, &id).await.unwrap().unwrap().enabled, Some(false));
}

#[tokio::test]
async fn taken_names_are_told_of_everybody() {
    let real = server("SCIM");
    let (target, _folder) = real.target(|_| {});
    let prefix = own_prefix();
    let foreign = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": prefix});
    let made = real.raw("POST", "Users", Some(foreign)).await;
    let attributes = BTreeMap::from([(Kind::User, Vec::new())]);
    let request = ObserveRequest { attributes, spaces: [Space::Login].into(), ..Default::default() };
    let mut taken = Vec::new();
    let mut see = |seen| match seen {
        Seen::Name(name) if name.name == prefix => taken.push(name.object),
        _ => {}
    };
    target.observe(&request, &mut see).await.unwrap();
    assert_eq!(taken, [ObjectId::new(made["id"].as_str().unwrap())]);
}
