//! What services do in their own way, and what the writer makes of it: one case for each.

use rosterd::object::{Bound, Disabling, Kind, Links, ObjectId, Op, Step, Value, aspect};
use rosterd::org::{Id, Instant};
use rosterd::target::scim::Profile;
use rosterd::target::scim::profile::{Clear, Deletion, ETag, ExternalId, Inactive, PatchForm, Put, RemoveForm, Shown};
use rosterd::target::{Class, Receipt, Refusal, Target};
use serde_json::{Value as Json, json};

use super::lab::{DEPARTMENT, PHONE, WORK_MAIL};
use super::service::{Service, Ways};
use crate::contract::{change, step, text, to};

fn create(name: &str) -> Step {
    let changes = vec![change("userName", &[], &text(name)), change("title", &[], &text("T"))];
    step(Op::Create, Kind::User, &Id::new(format!("key-{name}")), name, changes)
}

fn on(op: Op, kind: Kind, id: &str, changes: Vec<rosterd::object::Change>) -> Step {
    Step { object: Some(ObjectId::new(id)), ..step(op, kind, &Id::new("any"), "any", changes) }
}

fn update(id: &str, changes: Vec<rosterd::object::Change>) -> Step {
    on(Op::Update, Kind::User, id, changes)
}

fn disable(id: &str) -> Step {
    on(Op::Disable, Kind::User, id, vec![change(aspect::ENABLED, &[Value::Bool(true)], &[Value::Bool(false)])])
}

fn references(ids: &[&str]) -> Vec<Value> {
    ids.iter().map(|id| to(&ObjectId::new(*id))).collect()
}

fn leave(ids: &[&str]) -> Step {
    on(Op::RemoveMembers, Kind::Group, "g", vec![change(aspect::MEMBERS, &references(ids), &[])])
}

fn join(ids: &[&str]) -> Step {
    on(Op::AddMembers, Kind::Group, "g", vec![change(aspect::MEMBERS, &[], &references(ids))])
}

async fn apply(service: &Service, profile: &Profile, step: &Step) -> Result<Receipt, Refusal> {
    let (target, _folder) = service.target(profile);
    target.apply(step, &Links::default()).await
}

/// A user with something in every place.
fn anna() -> Json {
    json!({
        "externalId": "key-anna", "userName": "anna", "active": true, "title": "T",
        "name": {"givenName": "Anna", "familyName": "A"},
        "emails": [{"type": "home", "value": "home@example.org"}, {"type": "work", "value": "old@example.org"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D", "division": "V"},
    })
}

fn group(members: &[&str]) -> Json {
    let members: Vec<Json> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({"externalId": "key-g", "displayName": "G", "members": members})
}

fn changes() -> Vec<rosterd::object::Change> {
    vec![
        change("name.givenName", &text("Anna"), &text("Anne")),
        change("title", &text("T"), &[]),
        change(WORK_MAIL, &text("old@example.org"), &text("new@example.org")),
        change(PHONE, &[], &text("+45 1")),
        change(DEPARTMENT, &text("D"), &text("E")),
    ]
}

#[tokio::test]
async fn in_every_dialect_the_same_comes_about() {
    for (form, clear) in [
        (None, None),
        (Some(PatchForm::Paths), None),
        (Some(PatchForm::PlainPaths), Some(Clear::Null)),
        (Some(PatchForm::OneAttribute), None),
        (Some(PatchForm::Pathless), None),
        (Some(PatchForm::None), None),
    ] {
        let service = Service::start(Ways::default()).await;
        service.put("Users", "1", anna());
        let mut profile = Profile::default();
        profile.patch.form = form;
        profile.patch.clear = clear;
        let receipt = apply(&service, &profile, &update("1", changes())).await.unwrap();
        assert_eq!(receipt, Receipt::of(ObjectId::new("1")), "{form:?}");
        let after = service.resource("Users", "1");
        assert_eq!((&after["title"], &after["active"]), (&Json::Null, &json!(true)), "{form:?}");
        assert_eq!(after["name"], json!({"givenName": "Anne", "familyName": "A"}), "{form:?}");
        let mails =
            json!([{"type": "home", "value": "home@example.org"}, {"type": "work", "value": "new@example.org"}]);
        assert_eq!(after["emails"], mails, "{form:?}");
        assert_eq!(after["phoneNumbers"], json!([{"type": "mobile", "value": "+45 1"}]), "{form:?}");
        let (urn, _) = DEPARTMENT.rsplit_once(':').unwrap();
        assert_eq!(after[urn], json!({"department": "E", "division": "V"}), "{form:?}");
        let method = if form == Some(PatchForm::None) { "PUT" } else { "PATCH" };
        assert_eq!(service.writes().iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>(), [method], "{form:?}");
        assert!(apply(&service, &profile, &update("1", changes())).await.is_ok(), "{form:?}: it is so already");
        assert_eq!(service.writes().len(), 1, "{form:?}");
        let stale = update("1", vec![change("name.familyName", &text("B"), &text("C"))]);
        assert_eq!(apply(&service, &profile, &stale).await.unwrap_err().class, Class::Stale, "{form:?}");
    }
}

#[tokio::test]
async fn where_there_is_no_patch_the_whole_resource_is_sent() {
    let service = Service::start(Ways { no_patch: true, ..Ways::default() }).await;
    service.put("Users", "1", anna());
    let (target, _folder) = service.target(&Profile::default());
    target.apply(&update("1", changes()), &Links::default()).await.unwrap();
    target.apply(&disable("1"), &Links::default()).await.unwrap();
    let methods: Vec<String> = service.writes().into_iter().map(|seen| seen.method).collect();
    assert_eq!(methods, ["PATCH", "PUT", "PUT"], "it is found out once");
    assert_eq!(service.resource("Users", "1")["active"], false);

    let (next, _folder) = service.target(&Profile::default());
    next.take_up(&target.experience(Instant::from_micros(0)).unwrap(), Instant::from_micros(1));
    next.apply(&update("1", vec![change("nickName", &[], &text("x"))]), &Links::default()).await.unwrap();
    let methods: Vec<String> = service.writes().into_iter().map(|seen| seen.method).collect();
    assert_eq!(methods[3..], ["PUT"], "the next process knows it");

    let known = Profile { put: Put::None, ..Profile::default() };
    let refusal = apply(&service, &known, &update("1", vec![change("title", &[], &text("x"))])).await.unwrap_err();
    assert_eq!(refusal.class, Class::Permanent);
}

#[tokio::test]
async fn a_lost_answer_to_a_change_is_looked_for() {
    // every answer after the work is a 503: the change is found to be done
    let service = Service::start(Ways::default()).await;
    service.put("Users", "1", anna());
    service.state().ways.faults = super::service::Faults { seed: 7, reset: 600, ..Default::default() };
    let receipt = apply(&service, &Profile::default(), &update("1", changes())).await;
    service.state().ways.faults = super::service::Faults::default();
    match receipt {
        Ok(_) => assert_eq!(service.resource("Users", "1")["name"]["givenName"], "Anne"),
        Err(refusal) => assert!(matches!(refusal.class, Class::Unknown | Class::Transient), "{refusal}"),
    }
}

#[tokio::test]
async fn members_come_in_portions_and_a_large_body_is_halved() {
    let ids: Vec<String> = (0..45).map(|number| format!("m{number:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let service = Service::start(Ways { members_at_most: Some(6), ..Ways::default() }).await;
    service.put("Groups", "g", group(&[]));
    apply(&service, &Profile::default(), &join(&ids)).await.unwrap();
    assert_eq!(service.members("g").len(), 45);
    let refused = service.writes().iter().filter(|seen| seen.status == 413).count();
    assert!(refused <= 12, "{refused} were too large");
    let mut profile = Profile::default();
    profile.members.add_at_most = Some(6);
    profile.members.remove_at_most = Some(1);
    service.put("Groups", "g", group(&[]));
    service.forget_seen();
    apply(&service, &profile, &join(&ids)).await.unwrap();
    apply(&service, &profile, &leave(&ids[..3])).await.unwrap();
    assert_eq!(service.writes().iter().map(|seen| seen.status).collect::<Vec<_>>(), [200; 8 + 3]);
    assert_eq!(service.members("g").len(), 42);
}

#[tokio::test]
async fn one_bad_member_is_found_and_all_others_come() {
    let service = Service::start(Ways { knows_members: true, ..Ways::default() }).await;
    let ids: Vec<String> = (0..40).map(|number| format!("m{number:02}")).collect();
    for id in ids.iter().filter(|id| *id != "m17") {
        service.put("Users", id, json!({ "userName": id }));
    }
    service.put("Groups", "g", group(&[]));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let refusal = apply(&service, &Profile::default(), &join(&ids)).await.unwrap_err();
    assert_eq!(refusal.class, Class::Conflict);
    assert!(refusal.message.contains("m17") && !refusal.message.contains("m16"), "{refusal}");
    assert_eq!(service.members("g").len(), 39);
    assert!(service.writes().len() <= 14, "{} requests", service.writes().len());
}

#[tokio::test]
async fn a_service_that_takes_nobody_is_not_asked_for_each() {
    let service = Service::start(Ways { knows_members: true, ..Ways::default() }).await;
    service.put("Groups", "g", group(&[]));
    let ids: Vec<String> = (0..80).map(|number| format!("m{number:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert!(apply(&service, &Profile::default(), &join(&ids)).await.is_err());
    assert!(service.writes().len() <= 16, "{} requests", service.writes().len());
}

#[tokio::test]
async fn members_leave_in_the_form_that_the_service_understands() {
    for (form, ways) in [
        (Some(RemoveForm::Filter), Ways::default()),
        (Some(RemoveForm::Values), Ways { no_path_filters: true, ..Ways::default() }),
        (Some(RemoveForm::Put), Ways { no_patch: true, ..Ways::default() }),
        (None, Ways { no_path_filters: true, ..Ways::default() }),
    ] {
        let service = Service::start(ways).await;
        service.put("Groups", "g", group(&["a", "b", "c", "d"]));
        let mut profile = Profile::default();
        profile.members.remove_form = form;
        apply(&service, &profile, &leave(&["b", "c", "nobody"])).await.unwrap();
        assert_eq!(service.members("g"), ["a", "d"], "{form:?}");
        for seen in service.writes() {
            for operation in seen.body["Operations"].as_array().into_iter().flatten() {
                let whole = operation["path"] == "members" && operation["op"] == "remove";
                assert!(!whole || operation["value"].is_array(), "the whole group is never removed");
            }
        }
    }
}

#[tokio::test]
async fn who_was_taken_out_with_those_who_leave_is_put_back() {
    let service = Service::start(Ways { literal: true, ..Ways::default() }).await;
    service.put("Groups", "g", group(&["a", "b", "c", "d"]));
    let mut profile = Profile::default();
    profile.members.remove_form = Some(RemoveForm::Values);
    let (target, _folder) = service.target(&profile);
    let refusal = target.apply(&leave(&["b"]), &Links::default()).await.unwrap_err();
    assert_eq!(refusal.class, Class::Permanent);
    assert!(refusal.message.contains("members.remove_form"), "{refusal}");
    let mut members = service.members("g");
    members.sort();
    assert_eq!(members, ["a", "c", "d"], "nobody is lost");
    target.apply(&leave(&["c"]), &Links::default()).await.unwrap();
    let mut members = service.members("g");
    members.sort();
    assert_eq!(members, ["a", "d"], "the form is not used again");
}

#[tokio::test]
async fn members_that_are_never_shown_are_written_as_the_step_says() {
    let service = Service::start(Ways { ignores: vec![], ..Ways::default() }).await;
    let mut hidden = group(&[]);
    hidden.as_object_mut().unwrap().remove("members");
    service.put("Groups", "g", hidden);
    let mut profile = Profile::default();
    profile.listing.members = Some(Shown::Never);
    apply(&service, &profile, &leave(&["a"])).await.unwrap();
    assert_eq!(service.writes().len(), 1, "though the group shows no members");
    profile.patch.form = Some(PatchForm::None);
    let mut hidden = group(&[]);
    hidden.as_object_mut().unwrap().remove("members");
    service.put("Groups", "g", hidden);
    assert_eq!(
        apply(&service, &profile, &leave(&["a"])).await.unwrap_err().class,
        Class::Permanent,
        "PUT would empty it"
    );
}

#[tokio::test]
async fn a_new_user_has_what_the_service_needs_and_nothing_that_it_refuses() {
    let service = Service::start(Ways::default()).await;
    let mut profile = Profile::default();
    profile.user.constants.insert("entitlements".into(), json!([{"value": "profile-7"}]));
    profile.user.constants.insert("title".into(), json!("not this"));
    profile.user.primary = vec!["emails".into()];
    profile.user.single = vec!["emails".into()];
    profile.user.forbidden = vec!["externalId".into(), "nickName".into()];
    profile.user.password_at_create = true;
    profile.user.required = vec!["userName".into(), "entitlements".into()];
    let mut anna = create("anna");
    anna.changes.push(change(WORK_MAIL, &[], &text("a@example.org")));
    anna.changes.push(change("nickName", &[], &text("n")));
    apply(&service, &profile, &anna).await.unwrap();
    let sent = &service.writes()[0].body;
    assert_eq!(sent["entitlements"], json!([{"value": "profile-7"}]));
    assert_eq!(sent["title"], "T");
    assert_eq!(sent["emails"], json!([{"type": "work", "value": "a@example.org", "primary": true}]));
    assert_eq!((sent.get("externalId"), sent.get("nickName")), (None, None));
    assert!(sent["password"].as_str().unwrap().len() >= 20);
    anna.changes.push(change(r#"emails[type eq "home"].value"#, &[], &text("b@example.org")));
    assert_eq!(apply(&service, &profile, &anna).await.unwrap_err().class, Class::Permanent);
    profile.user.required.push("name.givenName".into());
    let refusal = apply(&service, &profile, &create("bent")).await.unwrap_err();
    assert!(refusal.class == Class::Permanent && refusal.message.contains("name.givenName"), "{refusal}");
    assert_eq!(service.writes().len(), 1, "nothing was sent that would be refused");
}

#[tokio::test]
async fn a_password_is_in_no_message() {
    let scripted = super::scripted::Scripted::start(|asked, _| match asked.method.as_str() {
        "POST" => super::scripted::Reply::Json(422, json!({"detail": format!("no such thing: {}", asked.body)})),
        _ => super::scripted::listing(&[], &json!(0)),
    })
    .await;
    let mut profile = Profile::default();
    profile.user.password_at_create = true;
    let (target, _folder) = scripted.target(|_| {});
    let refusal = target.with_profile(profile).apply(&create("anna"), &Links::default()).await.unwrap_err();
    let sent = scripted.asked()[0].body["password"].as_str().unwrap().to_owned();
    assert!(refusal.message.contains("[password]") && !refusal.message.contains(&sent), "{refusal}");
}

#[tokio::test]
async fn a_taken_name_says_whose_it_is_and_what_to_do() {
    for (user, ways, says) in [
        (
            json!({"userName": "ANNA", "externalId": "other", "active": true}),
            Ways::default(),
            "a user which is not ours",
        ),
        (json!({"userName": "anna", "active": false}), Ways::default(), "inactive user which is not ours"),
        (json!({"userName": "anna", "active": false}), Ways { vague: true, ..Ways::default() }, "inactive"),
        (json!({"userName": "anna"}), Ways { lowers: true, ..Ways::default() }, "not ours"),
    ] {
        let service = Service::start(ways).await;
        service.put("Users", "7", user);
        let refusal = apply(&service, &Profile::default(), &create("Anna")).await.unwrap_err();
        assert_eq!((refusal.class, refusal.fatal), (Class::Conflict, false), "{refusal}");
        for part in ["taken by 7", says, "adopt"] {
            assert!(refusal.message.contains(part), "{part}: {refusal}");
        }
        assert_eq!(service.writes().len(), 1, "never a loop on POST");
    }
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_the_one() {
    for ways in [Ways::default(), Ways { no_stamps: true, ..Ways::default() }] {
        let mut profile = Profile::default();
        if ways.no_stamps {
            profile.user.external_id = ExternalId::Dropped;
        }
        for seed in 0..8 {
            let service = Service::start(ways.clone()).await;
            service.state().ways.faults =
                super::service::Faults { seed, busy: 250, reset: 200, broken: 50, ..Default::default() };
            let mut made = 0;
            for number in 0..6 {
                made += usize::from(apply(&service, &profile, &create(&format!("u{number}"))).await.is_ok());
            }
            let there = service.state().users.len();
            assert!(there >= made && there <= 6, "{made} made, {there} there");
            let posts = service.writes().iter().filter(|seen| seen.method == "POST" && seen.status == 409).count();
            assert_eq!(posts, 0, "what is there is not created again");
        }
    }
}

#[tokio::test]
async fn where_no_stamp_is_kept_a_namesake_is_nobody_of_ours() {
    let service = Service::start(Ways { no_stamps: true, ..Ways::default() }).await;
    let mut profile = Profile::default();
    profile.user.external_id = ExternalId::Dropped;
    let before = json!({"userName": "anna", "meta": {"created": "2026-03-01T00:00:00Z"}});
    service.put("Users", "7", before);
    let refusal = apply(&service, &profile, &create("anna")).await.unwrap_err();
    assert_eq!(refusal.class, Class::Conflict);
    assert_eq!(service.writes().len(), 0);
    let (target, _folder) = service.target(&profile);
    let (key, step) = (Id::new("key-anna"), create("anna"));
    let made = |at: &str| target.find_made(Kind::User, &key, &step, at.parse().unwrap());
    let found = made("2026-02-28T00:00:00Z").await.unwrap();
    assert_eq!(found.map(|user| user.id), Some(ObjectId::new("7")), "made since this was begun");
    assert_eq!(made("2026-03-02T00:00:00Z").await.unwrap_err().class, Class::Conflict, "there before");
}

#[tokio::test]
async fn a_user_that_the_service_took_over_is_told() {
    let service = Service::start(Ways { adopts: true, ..Ways::default() }).await;
    let meta = json!({"created": "2020-01-01T00:00:00Z", "lastModified": "2026-03-02T08:00:00Z"});
    service.put(
        "Users",
        "7",
        json!({"userName": "old", "title": "T", "emails": [{"value": "a@example.org"}], "meta": meta}),
    );
    let mut profile = Profile::default();
    profile.user.create_adopts = true;
    let mut anna = create("anna");
    anna.changes.push(change(WORK_MAIL, &[], &text("a@example.org")));
    let receipt = apply(&service, &profile, &anna).await.unwrap();
    assert_eq!(receipt.object, ObjectId::new("7"));
    assert!(receipt.note.unwrap().contains("was there before"));
}

#[tokio::test]
async fn what_is_not_taken_up_is_told_with_what_is_shown() {
    for silent in [false, true] {
        let service = Service::start(Ways { ignores: vec!["title"], lowers: true, silent, ..Ways::default() }).await;
        service.put("Users", "1", anna());
        let wanted = vec![
            change("title", &text("T"), &text("New")),
            change("userName", &text("anna"), &text("Anne")),
            change("name.givenName", &text("Anna"), &text("Anne")),
        ];
        let receipt = apply(&service, &Profile::default(), &update("1", wanted)).await.unwrap();
        let told: Vec<_> = receipt.unshown.iter().map(|one| (one.attribute.as_str(), one.shown.clone())).collect();
        assert_eq!(told, [("title", text("T")), ("userName", text("anne"))], "silent: {silent}");
    }
    let service = Service::start(Ways { ignores: vec!["active"], ..Ways::default() }).await;
    service.put("Users", "1", anna());
    let refusal = apply(&service, &Profile::default(), &disable("1")).await.unwrap_err();
    assert_eq!(refusal.class, Class::Permanent, "nobody is told to be out who is in");
}

#[tokio::test]
async fn what_may_be_taken_up_later_is_not_given_up() {
    let service = Service::start(Ways { ignores: vec!["displayName"], ..Ways::default() }).await;
    service.put("Users", "1", anna());
    let mut profile = Profile::default();
    profile.user.verify = true;
    profile.user.not_while_pending = vec!["displayName".into()];
    let wanted = vec![change("displayName", &[], &text("Anna"))];
    let receipt = apply(&service, &profile, &update("1", wanted)).await.unwrap();
    assert_eq!(receipt.unshown.iter().map(|one| one.lasting).collect::<Vec<_>>(), [false]);
}

#[tokio::test]
async fn what_the_profile_says_cannot_be_is_not_sent() {
    let service = Service::start(Ways::default()).await;
    service.put("Users", "1", anna());
    let mut profile = Profile::default();
    profile.user.not_clearable = vec!["title".into()];
    profile.user.forbidden = vec!["nickName".into()];
    let (target, _folder) = service.target(&profile);
    assert_eq!(target.bound(Kind::User, &"title".into()), Some(Bound::NotCleared));
    assert_eq!(target.bound(Kind::User, &"nickName".into()), Some(Bound::NotWritten));
    for step in
        [update("1", vec![change("title", &text("T"), &[])]), update("1", vec![change("nickName", &[], &text("n"))])]
    {
        assert_eq!(target.apply(&step, &Links::default()).await.unwrap_err().class, Class::Permanent);
    }
    assert!(service.writes().is_empty());
}

#[tokio::test]
async fn who_is_hidden_or_deleted_when_inactive_was_disabled() {
    let service = Service::start(Ways { hides_inactive: true, ..Ways::default() }).await;
    service.put("Users", "1", anna());
    let mut profile = Profile::default();
    profile.removal.gone_when_inactive = true;
    let (target, _folder) = service.target(&profile);
    assert_eq!(target.capabilities().disabling, Disabling::Hides);
    for _ in 0..2 {
        target.apply(&disable("1"), &Links::default()).await.unwrap();
    }
    let active = vec![change(aspect::ENABLED, &[Value::Bool(false)], &[Value::Bool(true)])];
    target.apply(&on(Op::Enable, Kind::User, "1", active), &Links::default()).await.unwrap();
    assert_eq!(service.resource("Users", "1")["active"], true);

    let service = Service::start(Ways { deletes_inactive: true, ..Ways::default() }).await;
    service.put("Users", "1", anna());
    profile.removal.gone_when_inactive = false;
    profile.removal.inactive = Inactive::Deletes;
    let (target, _folder) = service.target(&profile);
    assert_eq!(target.capabilities().disabling, Disabling::Deletes);
    for _ in 0..2 {
        target.apply(&disable("1"), &Links::default()).await.unwrap();
    }
    let update = update("1", vec![change("title", &[], &text("x"))]);
    assert_eq!(target.apply(&update, &Links::default()).await.unwrap_err().class, Class::Stale);
}

#[tokio::test]
async fn a_service_that_deletes_nobody_is_not_asked_to() {
    let service = Service::start(Ways::default()).await;
    service.put("Users", "1", anna());
    let mut profile = Profile::default();
    profile.removal.user = Deletion::NotOffered;
    let delete = on(Op::Delete, Kind::User, "1", Vec::new());
    assert_eq!(apply(&service, &profile, &delete).await.unwrap_err().class, Class::Permanent);
    assert!(service.writes().is_empty());
}

#[tokio::test]
async fn a_write_is_bound_to_the_version_that_was_read() {
    for (etag, bound) in
        [(None, true), (Some(ETag::Enforced), true), (Some(ETag::Ignored), false), (Some(ETag::None), false)]
    {
        let service = Service::start(Ways { versions: true, ..Ways::default() }).await;
        let mut user = anna();
        user["meta"] = json!({"version": "W/\"1\""});
        service.put("Users", "1", user);
        let mut profile = Profile::default();
        profile.wire.etag = etag;
        profile.patch.operations = Some(1);
        apply(&service, &profile, &update("1", changes())).await.unwrap();
        for seen in service.writes() {
            assert_eq!(seen.head.to_lowercase().contains("if-match: w/\""), bound, "{etag:?}: {}", seen.head);
        }
    }
}

#[tokio::test]
async fn steps_of_a_window_are_written_side_by_side_and_each_resource_alone() {
    let service = Service::start(Ways::default()).await;
    service.put("Groups", "g", group(&[]));
    let (target, _folder) = service.target(&Profile::default());
    let creates: Vec<Step> = (0..40).map(|number| create(&format!("u{number}"))).collect();
    let outcomes = target.apply_all(&creates, &Links::default()).await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Some(Ok(_)))).count(), 40);
    let ids: Vec<String> = (0..30).map(|number| format!("m{number}")).collect();
    let joins: Vec<Step> = ids.iter().map(|id| join(&[id])).collect();
    target.apply_all(&joins, &Links::default()).await;
    // a login that one leaves may be taken by another in the same window
    let names: Vec<(String, String)> = service
        .state()
        .users
        .iter()
        .map(|(id, user)| (id.clone(), user["userName"].as_str().unwrap().to_owned()))
        .collect();
    let shifts: Vec<Step> = names
        .iter()
        .zip(std::iter::once("free").chain(names.iter().map(|(_, name)| name.as_str())))
        .map(|((id, name), next)| update(id, vec![change("userName", &text(name), &text(next))]))
        .collect();
    assert!(target.apply_all(&shifts, &Links::default()).await.iter().all(|outcome| matches!(outcome, Some(Ok(_)))));
    assert_eq!(service.members("g").len(), 30);
    assert_eq!(service.state().users.len(), 40);
}
