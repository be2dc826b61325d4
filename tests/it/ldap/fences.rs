//! What is never written: beyond the base, the containers of the configuration, protected objects.

use rosterd::object::Handle;

use super::*;

fn update() -> Step {
    step(Op::Update, Kind::User, "x", vec![set("title", texts(&["x"]))])
}

#[tokio::test]
async fn nothing_is_written_outside_the_base() {
    let mut case = Case::new().await;
    // The account itself may write there: only the fence stands in between.
    let outside = case.lab.fresh_unit(&mut case.admin).await;
    let mut other = Case { target: target(settings(&case.lab, &outside)), ..Case::new().await };
    let id = other.user("x", "Outsider").await;
    case.links.add("x".into(), id.clone());

    case.refused(&update(), Class::Forbidden).await;
    case.refused(&step(Op::Delete, Kind::User, "x", vec![]), Class::Forbidden).await;
    let beyond = Value::Reference(Referent::Handle(other.read(Kind::User, &id).await.parent.unwrap()));
    let create = case.create(Kind::User, "y", "New", vec![set("parent", vec![beyond.clone()])]);
    case.refused(&create, Class::Forbidden).await;
    case.user("z", "Mine").await;
    let root = Value::Reference(Referent::Root);
    let away = step(Op::Move, Kind::User, "z", vec![change("parent", vec![root.clone()], vec![beyond.clone()])]);
    case.refused(&away, Class::Forbidden).await;
    let here = step(Op::Move, Kind::User, "x", vec![change("parent", vec![beyond], vec![root])]);
    case.refused(&here, Class::Forbidden).await;
    assert!(!other.read(Kind::User, &id).await.attributes.contains_key(&"title".into()));
}

#[tokio::test]
async fn the_containers_of_the_configuration_are_left_alone() {
    let mut case = Case::new().await;
    let groups = format!("OU=Groups,{}", case.base);
    case.admin.add(&groups, &[("objectClass", "organizationalUnit")]).await;
    // Seen with another configuration, it is an ordinary unit.
    let reading = case.observe().await;
    let id = reading.objects.iter().find(|object| object.name == "Groups").unwrap().id.clone();
    case.target = target(Settings { group_base: Some(groups), ..case.settings() });
    case.links.add("x".into(), id);
    case.refused(&step(Op::Delete, Kind::Unit, "x", vec![]), Class::Forbidden).await;
    let rename = step(Op::Rename, Kind::Unit, "x", vec![change("name", texts(&["Groups"]), texts(&["G"]))]);
    case.refused(&rename, Class::Forbidden).await;
}

#[tokio::test]
async fn protected_objects_are_left_alone() {
    let mut case = Case::new().await;
    let id = case.user("x", "Chief").await;
    case.admin.set(&format!("CN=Chief,{}", case.base), "adminCount", "1").await;
    assert_eq!(case.read(Kind::User, &id).await.protected, Some(Protection::Administrative));
    case.refused(&update(), Class::Protected).await;
    let disable = change("enabled", vec![Value::Bool(true)], vec![Value::Bool(false)]);
    case.refused(&step(Op::Disable, Kind::User, "x", vec![disable]), Class::Protected).await;
}

#[tokio::test]
async fn an_object_of_another_kind_is_left_alone() {
    let mut case = Case::new().await;
    let id = case.group("g1").await;
    case.refused(&Step { object: Some(id), ..update() }, Class::Forbidden).await;
}

#[tokio::test]
async fn what_the_account_may_not_do_is_forbidden() {
    let mut case = Case::new().await;
    case.user("x", "Ann").await;
    let refusal = case
        .refused(
            &step(Op::Update, Kind::User, "x", vec![set("homeDirectory", texts(&[r"\\server\x"]))]),
            Class::Forbidden,
        )
        .await;
    assert!(!refusal.fatal);
}

/// A move to another domain or naming context is no rename, so it is refused before anything is sent.
#[tokio::test]
async fn nothing_is_moved_into_another_naming_context() {
    let mut case = Case::new().await;
    let user = case.user("x", "Ann").await;
    case.unit("u", "Unit").await;
    let root = Value::Reference(Referent::Root);
    let domain = case.lab.value("BASE_DN").to_lowercase();
    for place in ["ou=people,dc=other,dc=test", &format!("cn=configuration,{domain}"), &format!("dc=sub,{domain}")] {
        let beyond = Value::Reference(Referent::Handle(Handle::new(place)));
        for (kind, key) in [(Kind::User, "x"), (Kind::Unit, "u")] {
            let away = change("parent", vec![root.clone()], vec![beyond.clone()]);
            let refusal = case.refused(&step(Op::Move, kind, key, vec![away]), Class::Forbidden).await;
            assert!(refusal.message.contains("does not lie below") && !refusal.fatal, "{refusal}");
        }
    }
    assert_eq!(case.read(Kind::User, &user).await.name, "Ann");
}
