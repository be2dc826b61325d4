//! Creating objects and changing their attributes.

use super::*;

const ENABLED: [Value; 1] = [Value::Bool(true)];
const DISABLED: [Value; 1] = [Value::Bool(false)];

fn enabled_user() -> Vec<Change> {
    vec![set("enabled", ENABLED.to_vec()), set("password", vec![Value::Generated { generated: true }])]
}

#[tokio::test]
async fn a_user_is_created_with_stamp_password_and_enabled() {
    let mut case = Case::new().await;
    let mut more = enabled_user();
    more.push(set("givenName", texts(&["Åse"])));
    more.push(set("department", texts(&[""])));
    let stamp = uuid::Uuid::new_v4().to_string();
    let login = case.login("ase");
    more.push(set("sAMAccountName", texts(&[&login])));
    let create = case.create(Kind::User, &stamp, "Åse Møller", more);
    let id = case.done(&create).await;

    let user = case.read(Kind::User, &id).await;
    assert_eq!((user.enabled, user.stamp), (Some(true), Some(Id::new(stamp))));
    assert_eq!(value(&user.attributes, "givenName"), texts(&["Åse"]));
    let dn = format!("CN=Åse Møller,{}", case.base);
    assert_eq!(case.admin.values(&dn, "userAccountControl").await, ["512"]);
    assert_eq!(case.admin.values(&dn, "sAMAccountName").await, [login]);
    assert_ne!(case.admin.values(&dn, "pwdLastSet").await, ["0"]);
    assert!(case.admin.values(&dn, "department").await.is_empty());
}

#[tokio::test]
async fn the_same_create_twice_is_a_conflict() {
    let mut case = Case::new().await;
    let create = case.create(Kind::User, "p1", "Ann Lee", Vec::new());
    case.done(&create).await;
    let refusal = case.refused(&create, Class::Conflict).await;
    assert!(!refusal.fatal);
    // Another name, the same login.
    let login = set("sAMAccountName", texts(&[&case.login("p1")]));
    let create = case.create(Kind::User, "p2", "Ann Other", vec![login]);
    case.refused(&create, Class::Conflict).await;
}

#[tokio::test]
async fn a_principal_name_that_is_taken_is_a_conflict() {
    let mut case = Case::new().await;
    let name = format!("{}@example.test", case.login("upn"));
    let upn = set("userPrincipalName", texts(&[&name]));
    let create = case.create(Kind::User, "p1", "One", vec![upn.clone()]);
    case.done(&create).await;
    let create = case.create(Kind::User, "p2", "Two", vec![upn]);
    case.refused(&create, Class::Conflict).await;
}

#[tokio::test]
async fn attributes_are_set_changed_and_cleared() {
    let mut case = Case::new().await;
    let id = case.user("p1", "Ann").await;
    let update = |changes| step(Op::Update, Kind::User, "p1", changes);
    case.done(&update(vec![
        set("title", texts(&["Lærer"])),
        set("otherTelephone", texts(&["1", "2", "3"])),
        // The directory itself sets it to zero at creation.
        change("countryCode", vec![Value::Int(0)], vec![Value::Int(208)]),
    ]))
    .await;
    let user = case.read(Kind::User, &id).await;
    assert_eq!(value(&user.attributes, "title"), texts(&["Lærer"]));
    let dn = format!("CN=Ann,{}", case.base);
    case.done(&update(vec![
        change("title", texts(&["Lærer"]), texts(&["lærer"])),
        change("otherTelephone", texts(&["3", "2", "1"]), texts(&["2", "4"])),
    ]))
    .await;
    assert_eq!(case.admin.values(&dn, "title").await, ["lærer"]);
    assert_eq!(case.admin.values(&dn, "otherTelephone").await, ["2", "4"]);
    case.done(&update(vec![
        change("title", texts(&["lærer"]), vec![]),
        change("otherTelephone", texts(&["2", "4"]), vec![]),
    ]))
    .await;
    let user = case.read(Kind::User, &id).await;
    assert!(value(&user.attributes, "title").is_empty() && value(&user.attributes, "otherTelephone").is_empty());
    assert_eq!(value(&user.attributes, "countryCode"), [Value::Int(208)]);
}

#[tokio::test]
async fn a_change_that_the_plan_did_not_see_makes_a_step_stale() {
    let mut case = Case::new().await;
    case.user("p1", "Ann").await;
    let dn = format!("CN=Ann,{}", case.base);
    case.admin.set(&dn, "title", "Boss").await;
    let changes = vec![set("department", texts(&["IT"])), change("title", texts(&["Clerk"]), texts(&["Chief"]))];
    case.refused(&step(Op::Update, Kind::User, "p1", changes), Class::Stale).await;
    assert!(case.admin.values(&dn, "department").await.is_empty(), "nothing is written of a stale step");
    // What is already so is a success, whatever it was before.
    let changes = vec![change("title", texts(&["Clerk"]), texts(&["Boss"]))];
    case.done(&step(Op::Update, Kind::User, "p1", changes)).await;
}

#[tokio::test]
async fn values_that_the_directory_does_not_take_are_refused_for_good() {
    let mut case = Case::new().await;
    case.user("p1", "Ann").await;
    for (attribute, value) in
        [("title", "x".repeat(200)), ("noSuchAttribute", "x".into()), ("employeeID", "x".repeat(17))]
    {
        let changes = vec![set(attribute, texts(&[&value]))];
        case.refused(&step(Op::Update, Kind::User, "p1", changes), Class::Permanent).await;
    }
    let long = case.create(Kind::Unit, "u1", &"ø".repeat(65), Vec::new());
    case.refused(&long, Class::Permanent).await;
    let fits = case.create(Kind::Unit, "u1", &"ø".repeat(64), Vec::new());
    case.done(&fits).await;
}

#[tokio::test]
async fn disabling_touches_one_bit_only() {
    let mut case = Case::new().await;
    let create = case.create(Kind::User, "p1", "Ann", enabled_user());
    let id = case.done(&create).await;
    let dn = format!("CN=Ann,{}", case.base);
    case.admin.set(&dn, "userAccountControl", "66048").await;
    let disable = step(Op::Disable, Kind::User, "p1", vec![change("enabled", ENABLED.to_vec(), DISABLED.to_vec())]);
    case.done(&disable).await;
    assert_eq!(case.admin.values(&dn, "userAccountControl").await, ["66050"]);
    assert_eq!(case.read(Kind::User, &id).await.enabled, Some(false));
    case.done(&disable).await;
    let enable = step(Op::Enable, Kind::User, "p1", vec![change("enabled", DISABLED.to_vec(), ENABLED.to_vec())]);
    case.done(&enable).await;
    assert_eq!(case.admin.values(&dn, "userAccountControl").await, ["66048"]);
}

#[tokio::test]
async fn a_password_is_set_and_shown_nowhere() {
    let mut case = Case::new().await;
    case.user("p1", "Ann").await;
    let dn = format!("CN=Ann,{}", case.base);
    case.admin.set(&dn, "pwdLastSet", "0").await;
    let password = set("password", vec![Value::Generated { generated: true }]);
    case.done(&step(Op::SetPassword, Kind::User, "p1", vec![password])).await;
    assert_ne!(case.admin.values(&dn, "pwdLastSet").await, ["0"]);
    assert!(case.admin.values(&dn, "unicodePwd").await.is_empty());
}

#[tokio::test]
async fn a_manager_is_set_changed_and_cleared() {
    let mut case = Case::new().await;
    let id = case.user("p1", "Ann").await;
    case.user("m1", "Møller, Bo").await;
    case.user("m2", "Carl").await;
    let manager = |before, after| step(Op::Update, Kind::User, "p1", vec![change("manager", before, after)]);
    case.done(&manager(vec![], vec![key("m1")])).await;
    let boss = case.read(Kind::User, &case.links.object(&"m1".into()).unwrap().clone()).await;
    assert_eq!(case.read(Kind::User, &id).await.manager, Some(boss.handle.clone()));
    // The boss is renamed: the plan's handle of him names nothing any more, which proves no difference.
    case.admin.rename(&format!(r"CN=Møller\, Bo,{}", case.base), "CN=Bo").await;
    let seen = Value::Reference(Referent::Handle(boss.handle));
    case.done(&manager(vec![seen.clone()], vec![key("m2")])).await;
    case.refused(&manager(vec![key("m1")], vec![]), Class::Stale).await;
    case.refused(&manager(vec![key("m2")], vec![key("nobody")]), Class::Conflict).await;
    case.done(&manager(vec![key("m2")], vec![])).await;
    assert_eq!(case.read(Kind::User, &id).await.manager, None);
}

#[tokio::test]
async fn a_leaf_is_deleted_and_a_container_with_content_is_not() {
    let mut case = Case::new().await;
    let unit = case.unit("u1", "Unit").await;
    let inside = case.create(Kind::User, "p1", "Ann", vec![set("parent", vec![key("u1")])]);
    let user = case.done(&inside).await;
    case.refused(&step(Op::Delete, Kind::Unit, "u1", vec![]), Class::Conflict).await;
    case.done(&step(Op::Delete, Kind::User, "p1", vec![])).await;
    assert!(case.target.read(Kind::User, &user).await.unwrap().is_none());
    case.done(&step(Op::Delete, Kind::Unit, "u1", vec![])).await;
    assert!(case.target.read(Kind::Unit, &unit).await.unwrap().is_none());
    case.refused(&step(Op::Delete, Kind::Unit, "u1", vec![]), Class::Stale).await;
}
