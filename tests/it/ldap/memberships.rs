//! Members of groups: by value, and nobody else's.

use super::*;

fn add(members: &[&str]) -> Step {
    let after = members.iter().map(|member| key(member)).collect();
    step(Op::AddMembers, Kind::Group, "g1", vec![change("members", vec![], after)])
}

fn remove(members: &[&str]) -> Step {
    let before = members.iter().map(|member| key(member)).collect();
    step(Op::RemoveMembers, Kind::Group, "g1", vec![change("members", before, vec![])])
}

async fn case_with(users: &[&str]) -> (Case, ObjectId) {
    let mut case = Case::new().await;
    let group = case.group("g1").await;
    for user in users {
        case.user(user, &format!("{user}, Ærø")).await;
    }
    (case, group)
}

async fn members(case: &Case, group: &ObjectId) -> Vec<String> {
    let handles = case.read(Kind::Group, group).await.members.expect("the members were read whole");
    let reading = case.observe().await;
    let mut names: Vec<String> = reading
        .objects
        .iter()
        .filter(|object| handles.contains(&object.handle))
        .filter_map(|object| Some(object.stamp.as_ref()?.to_string()))
        .collect();
    assert_eq!(names.len(), handles.len());
    names.sort();
    names
}

#[tokio::test]
async fn members_come_and_go() {
    let (mut case, group) = case_with(&["a", "b", "c"]).await;
    case.done(&add(&["a", "b"])).await;
    assert_eq!(members(&case, &group).await, ["a", "b"]);
    case.done(&remove(&["a"])).await;
    assert_eq!(members(&case, &group).await, ["b"]);
}

#[tokio::test]
async fn who_is_a_member_already_is_no_error() {
    let (mut case, group) = case_with(&["a", "b", "c"]).await;
    case.done(&add(&["a"])).await;
    case.done(&add(&["a"])).await;
    case.done(&add(&["a", "b", "c"])).await;
    assert_eq!(members(&case, &group).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn who_is_no_member_any_more_is_no_error() {
    let (mut case, group) = case_with(&["a", "b", "c"]).await;
    case.done(&remove(&["a"])).await;
    case.done(&add(&["b", "c"])).await;
    case.done(&remove(&["a", "b"])).await;
    assert_eq!(members(&case, &group).await, ["c"]);
}

#[tokio::test]
async fn others_stay() {
    let (mut case, _) = case_with(&["a", "b"]).await;
    let group = format!("CN=g1 {},{}", case.word, case.base);
    let administrator = case.lab.value("BIND_DN").to_owned();
    case.admin.set(&group, "member", &administrator).await;
    case.done(&add(&["a", "b"])).await;
    case.done(&remove(&["a", "b"])).await;
    assert_eq!(case.admin.values(&group, "member").await, [administrator]);
}

#[tokio::test]
async fn a_member_without_an_object_is_a_conflict() {
    let (mut case, group) = case_with(&["a"]).await;
    case.refused(&add(&["a", "nobody"]), Class::Conflict).await;
    case.links.add("ghost".into(), ObjectId::new("00112233-4455-6677-8899-aabbccddeeff"));
    case.refused(&add(&["a", "ghost"]), Class::Conflict).await;
    assert!(members(&case, &group).await.is_empty());
}

#[tokio::test]
async fn many_members_are_looked_up_together() {
    let users: Vec<String> = (0..120).map(|i| format!("m{i}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let (mut case, group) = case_with(&users).await;
    // A new target knows no names yet.
    case.target = target(case.settings());
    case.done(&add(&users)).await;
    assert_eq!(members(&case, &group).await.len(), 120);
}

#[tokio::test]
async fn a_membership_that_comes_in_parts_is_read_whole() {
    let users: Vec<String> = (0..7).map(|i| format!("m{i}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let (mut case, _) = case_with(&users).await;
    case.done(&add(&users)).await;
    // Samba gives parts only when asked to; Active Directory does so by itself from 1,500 members on.
    let mut request = everything();
    request.attributes.insert(Kind::Group, vec!["member;range=0-2".into()]);
    let reading = observe(&case.target, &request).await.unwrap();
    assert!(reading.complete());
    assert_eq!(reading.stamped("g1").members.as_ref().map(Vec::len), Some(7));
}

#[tokio::test]
async fn who_has_a_group_as_his_primary_group_is_in_it() {
    let (mut case, group) = case_with(&["a", "b"]).await;
    let dn = format!("CN=g1 {},{}", case.word, case.base);
    case.done(&add(&["a", "b"])).await;
    // the directory takes the user out of `member` by itself
    let sid = case.admin.look(&dn).await.unwrap().bin_attrs.remove("objectSid").unwrap().remove(0);
    let number = u32::from_le_bytes(*sid.last_chunk::<4>().unwrap());
    let user = format!(r"CN=a\, Ærø,{}", case.base);
    case.admin.set(&user, "primaryGroupID", &number.to_string()).await;
    assert_eq!(case.admin.values(&dn, "member").await.len(), 1, "no member names the first");
    assert_eq!(members(&case, &group).await, ["a", "b"]);
    let seen = case.observe().await;
    assert!(seen.complete());
    assert_eq!(seen.stamped("g1").members.as_ref().map(Vec::len), Some(2), "so nobody is to be added");
    case.done(&add(&["a", "b"])).await;
    let refusal = case.refused(&remove(&["a", "b"]), Class::Permanent).await;
    assert!(refusal.message.contains("primary group"), "{refusal}");
    assert_eq!(members(&case, &group).await, ["a", "b"], "nobody left");
    case.done(&remove(&["b"])).await;
    assert_eq!(members(&case, &group).await, ["a"]);
}
