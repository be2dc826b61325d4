//! The complete read, its proof, and what breaks it.

use super::*;

#[tokio::test]
async fn a_read_shows_every_object_once_and_proves_that_it_is_complete() {
    let mut case = Case::new().await;
    case.unit("u1", "Skole & Børn").await;
    let more = vec![
        set("parent", vec![key("u1")]),
        set("title", texts(&["Lærer"])),
        set("countryCode", vec![Value::Int(208)]),
    ];
    let user = case.create(Kind::User, "p1", "Åse Møller", more);
    let id = case.done(&user).await;
    case.user("p2", "Bo Bøgh").await;
    case.group("g1").await;

    let reading = case.observe().await;
    assert!(reading.complete(), "{:?}", reading.coverage);
    assert_eq!(reading.names_of(Kind::Unit), ["Skole & Børn"]);
    assert_eq!(reading.names_of(Kind::User), ["Bo Bøgh", "Åse Møller"]);
    let (unit, user) = (reading.stamped("u1"), reading.stamped("p1"));
    assert_eq!(unit.parent, case.target.root(Kind::Unit));
    assert_eq!(user.parent.as_ref(), Some(&unit.handle));
    assert_eq!((&user.id, user.enabled, &user.protected), (&id, Some(false), &None));
    assert_eq!(value(&user.attributes, "title"), texts(&["Lærer"]));
    assert_eq!(value(&user.attributes, "countryCode"), [Value::Int(208)]);
    assert_eq!(reading.stamped("g1").members, Some(Vec::new()));
    assert_eq!((unit.enabled, &unit.members), (None, &None));
}

#[tokio::test]
async fn a_read_goes_on_to_the_last_page() {
    let mut case = Case::new().await;
    // Nine: the count is a multiple of the page size, so the last page is an empty one.
    for i in 0..9 {
        case.user(&format!("p{i}"), &format!("User {i}")).await;
    }
    let target = target(Settings { page_size: 3, names_base: Some(case.base.clone()), ..case.settings() });
    let reading = observe(&target, &everything()).await.unwrap();
    assert!(reading.complete(), "{:?}", reading.coverage);
    assert_eq!(reading.objects.len(), 9);
    case.user("p9", "User 9").await;
    let reading = observe(&target, &everything()).await.unwrap();
    assert!(reading.complete());
    assert_eq!(reading.objects.len(), 10);
}

#[tokio::test]
async fn a_base_that_is_not_there_never_reads_as_empty() {
    let case = Case::new().await;
    let gone = format!("OU=gone,{}", case.base);
    for settings in [
        Settings { base: gone.clone(), ..case.settings() },
        Settings { user_base: Some(gone.clone()), ..case.settings() },
        Settings { base: "OU=x,DC=other,DC=test".into(), names_base: None, ..case.settings() },
    ] {
        match observe(&target(settings), &everything()).await {
            Ok(reading) => assert!(!reading.complete()),
            Err(error) => panic!("the other kinds could be read: {error}"),
        }
    }
}

#[tokio::test]
async fn a_base_that_may_not_be_read_never_reads_as_empty() {
    let mut case = Case::new().await;
    case.user("p1", "One").await;
    case.admin.hide(&case.base.clone(), case.lab.value("SYNC_DN")).await;
    let reading = case.observe().await;
    assert!(!reading.complete() && reading.objects.is_empty());
}

/// Nothing in the answers tells of a part that is hidden from us: only the count does.
#[tokio::test]
async fn a_hidden_part_shows_by_the_count_alone() {
    let mut case = Case::new().await;
    case.unit("u1", "Secret").await;
    let inside = case.create(Kind::User, "p1", "One", vec![set("parent", vec![key("u1")])]);
    let id = case.done(&inside).await;
    case.user("p2", "Two").await;
    case.admin.hide(&format!("OU=Secret,{}", case.base), case.lab.value("SYNC_DN")).await;
    let mut request = everything();
    let reading = observe(&case.target, &request).await.unwrap();
    assert!(reading.complete());
    assert_eq!(reading.names_of(Kind::User), ["Two"]);
    request.floor.insert(Kind::User, 2);
    assert!(!observe(&case.target, &request).await.unwrap().complete());
    assert!(case.target.read(Kind::User, &id).await.unwrap().is_none());
    case.refused(&step(Op::Delete, Kind::User, "p1", vec![]), Class::Stale).await;
}

#[tokio::test]
async fn fewer_objects_than_expected_make_a_read_partial() {
    let mut case = Case::new().await;
    case.user("p1", "One").await;
    let mut request = everything();
    request.floor.insert(Kind::User, 1);
    assert!(observe(&case.target, &request).await.unwrap().complete());
    request.floor.insert(Kind::User, 2);
    assert!(!observe(&case.target, &request).await.unwrap().complete());
}

#[tokio::test]
async fn the_containers_of_the_configuration_are_no_units() {
    let mut case = Case::new().await;
    let people = format!("OU=People,{}", case.base);
    case.admin.add(&people, &[("objectClass", "organizationalUnit")]).await;
    case.target = target(Settings { user_base: Some(people.to_lowercase()), ..case.settings() });
    case.unit("u1", "One").await;
    case.user("p1", "Ann").await;
    let reading = case.observe().await;
    assert!(reading.complete());
    assert_eq!(reading.names_of(Kind::Unit), ["One"]);
    assert_eq!(reading.stamped("p1").parent, case.target.root(Kind::User));
    assert_ne!(case.target.root(Kind::User), case.target.root(Kind::Unit));
}

#[tokio::test]
async fn names_are_taken_outside_the_base_too() {
    let mut case = Case::new().await;
    let outside = case.lab.fresh_unit(&mut case.admin).await;
    let (login, principal) = (case.login("x"), case.login("y"));
    let dn = format!("CN=Outsider,{outside}");
    let upn = format!("{principal}@example.test");
    case.admin.add(&dn, &[("objectClass", "user"), ("sAMAccountName", &login), ("userPrincipalName", &upn)]).await;
    let reading = case.observe().await;
    assert!(reading.complete());
    assert!(reading.objects.is_empty());
    for name in [&login, &principal, &upn] {
        assert!(reading.names.contains_key(name), "{name}");
    }
    assert!(reading.names.contains_key("krbtgt"));
}

#[tokio::test]
async fn only_the_kinds_that_are_asked_for_are_read() {
    let mut case = Case::new().await;
    case.user("p1", "One").await;
    case.unit("u1", "Two").await;
    let mut request = everything();
    request.attributes.retain(|kind, _| *kind == Kind::Unit);
    let reading = observe(&case.target, &request).await.unwrap();
    assert!(reading.complete());
    assert_eq!(reading.objects.len(), 1);
    assert!(reading.names.is_empty());
}

#[tokio::test]
async fn what_may_not_be_read_is_not_taken_for_gone() {
    let mut case = Case::new().await;
    let id = case.user("p1", "One").await;
    assert!(case.target.read(Kind::User, &id).await.unwrap().is_some());
    let nobody = ObjectId::new("00112233-4455-6677-8899-aabbccddeeff");
    assert!(case.target.read(Kind::User, &nobody).await.unwrap().is_none());
    assert!(case.target.read(Kind::Group, &id).await.unwrap().is_none());
    assert_eq!(case.target.read(Kind::User, &ObjectId::new("one")).await.unwrap_err().class, Class::Permanent);
}

#[tokio::test]
async fn values_have_the_types_of_the_servers_own_schema() {
    let mut case = Case::new().await;
    let create = case.create(Kind::User, "p1", "Ann", vec![set("codePage", vec![text("1252")])]);
    let id = case.done(&create).await;
    let request = || ObserveRequest {
        attributes: BTreeMap::from([(Kind::User, vec!["codePage".into()])]),
        ..ObserveRequest::default()
    };
    let now = async |case: &Case| {
        let reading = observe(&case.target, &request()).await.unwrap();
        let single = case.read(Kind::User, &id).await;
        assert_eq!(value(&single.attributes, "codePage"), value(&reading.stamped("p1").attributes, "codePage"));
        value(&single.attributes, "codePage").to_vec()
    };
    assert_eq!(now(&case).await, texts(&["1252"]), "the shipped schema does not know it");
    case.target.learn_schema(None).await.unwrap();
    assert_eq!(now(&case).await, [Value::Int(1252)]);
}
