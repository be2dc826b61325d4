//! Finding an object again by its stamp.

use super::*;

#[tokio::test]
async fn a_stamped_object_is_found_at_its_intended_place() {
    let mut case = Case::new().await;
    let create = case.create(Kind::User, "p1", "Møller, Åse", Vec::new());
    let key = Id::new("p1");
    assert_eq!(case.target.find_stamped(Kind::User, &key, &create).await.unwrap(), None);
    let id = case.done(&create).await;
    let found = case.target.find_stamped(Kind::User, &key, &create).await.unwrap().unwrap();
    assert_eq!((found.id, found.stamp), (id, Some(key.clone())));
    assert_eq!(case.target.find_stamped(Kind::Group, &key, &create).await.unwrap(), None);
}

#[tokio::test]
async fn a_stamped_object_is_found_wherever_it_lies() {
    let mut case = Case::new().await;
    case.unit("u1", "Unit").await;
    let login = set("sAMAccountName", texts(&[&case.login("p")]));
    let create = case.create(Kind::User, "p(1)*", "Ann", vec![set("parent", vec![key("u1")]), login]);
    let id = case.done(&create).await;
    let key = Id::new("p(1)*");
    assert_eq!(case.target.find_stamped(Kind::User, &key, &create).await.unwrap().unwrap().id, id);
    case.admin.rename(&format!("CN=Ann,OU=Unit,{}", case.base), "CN=Other").await;
    assert_eq!(case.target.find_stamped(Kind::User, &key, &create).await.unwrap().unwrap().name, "Other");
    assert_eq!(case.target.find_stamped(Kind::User, &"p".into(), &create).await.unwrap(), None);
}

#[tokio::test]
async fn two_objects_with_one_stamp_are_a_conflict() {
    let mut case = Case::new().await;
    case.user("p1", "One").await;
    case.user("p2", "Two").await;
    case.admin.set(&format!("CN=Two,{}", case.base), "adminDescription", "p1").await;
    let likely = case.create(Kind::User, "p1", "Elsewhere", Vec::new());
    let refusal = case.target.find_stamped(Kind::User, &"p1".into(), &likely).await.unwrap_err();
    assert_eq!(refusal.class, Class::Conflict);
}

#[tokio::test]
async fn links_and_unlinks_do_not_reach_the_directory() {
    let mut case = Case::new().await;
    let id = ObjectId::new("00112233-4455-6677-8899-aabbccddeeff");
    case.target = target(Settings { url: "ldaps://127.0.0.1:1".into(), ..case.settings() });
    let link = Step { object: Some(id), ..step(Op::Link, Kind::User, "p1", vec![]) };
    let refusal = case.refused(&link, Class::Transient).await;
    assert!(refusal.fatal);
}
