//! The same changes in every way that services are changed.

use serde_json::json;

use super::*;

const URN: &str = wire::ENTERPRISE;

fn user() -> Json {
    json!({
        "schemas": [wire::CORE_USER], "id": "1", "externalId": "k", "userName": "a", "active": true, "title": "T",
        "name": {"givenName": "G", "familyName": "F"}, "meta": {"version": "v"}, "groups": [{"value": "g"}],
        "emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "w"}],
        (URN): {"department": "D", "manager": {"value": "2"}},
    })
}

fn edit(path: &str, value: Option<Json>) -> Edit {
    Edit { path: Path::parse(path).unwrap_or_else(|error| panic!("{error}")), value }
}

/// One change of each sort.
fn edits() -> Vec<Edit> {
    vec![
        edit("name.givenName", Some("New".into())),
        edit("title", None),
        edit(r#"emails[type eq "work"].value"#, Some("new".into())),
        edit(r#"phoneNumbers[type eq "mobile"].value"#, Some("1".into())),
        edit(&format!("{URN}:department"), Some("E".into())),
        edit("active", Some(false.into())),
    ]
}

fn profile(form: PatchForm) -> Profile {
    let mut profile = Profile::default();
    profile.patch.form = Some(form);
    profile
}

fn requests(profile: &Profile, edits: &[Edit]) -> Vec<Request> {
    Dialect::new(profile, Kind::User).requests(edits, &user())
}

fn operations(profile: &Profile, edits: &[Edit]) -> Vec<Json> {
    let of = |request| match request {
        Request::Patch(operations) => operations,
        Request::Put(resource) => panic!("PUT {resource}"),
    };
    requests(profile, edits).into_iter().flat_map(of).collect()
}

#[test]
fn with_paths_each_attribute_has_one_operation() {
    let department = format!("{URN}:department");
    assert_eq!(
        operations(&profile(PatchForm::Paths), &edits()),
        [
            json!({"op": "replace", "path": "name.givenName", "value": "New"}),
            json!({"op": "remove", "path": "title"}),
            json!({"op": "replace", "path": r#"emails[type eq "work"].value"#, "value": "new"}),
            json!({"op": "add", "path": "phoneNumbers", "value": [{"type": "mobile", "value": "1"}]}),
            json!({"op": "replace", "path": department, "value": "E"}),
            json!({"op": "replace", "path": "active", "value": false}),
        ]
    );
    let whole = edit(r#"emails[type eq "work"].value"#, None);
    let part = edit(r#"emails[type eq "work"].display"#, None);
    assert_eq!(
        operations(&profile(PatchForm::Paths), &[whole, part]),
        [
            json!({"op": "remove", "path": r#"emails[type eq "work"]"#}),
            json!({"op": "remove", "path": r#"emails[type eq "work"].display"#}),
        ]
    );
}

#[test]
fn with_plain_paths_a_list_is_set_whole() {
    let list = [edit(r#"emails[type eq "work"].value"#, Some("new".into()))];
    let expected = json!([{"type": "home", "value": "h"}, {"type": "work", "value": "new"}]);
    let replace = json!({"op": "replace", "path": "emails", "value": expected});
    assert_eq!(operations(&profile(PatchForm::PlainPaths), &list), [replace]);
    let both = [edit(r#"emails[type eq "work"].value"#, None), edit(r#"emails[type eq "home"].value"#, None)];
    for (clear, expected) in [
        (None, json!({"op": "remove", "path": "emails"})),
        (Some(Clear::Null), json!({"op": "replace", "path": "emails", "value": null})),
        (Some(Clear::Empty), json!({"op": "replace", "path": "emails", "value": []})),
    ] {
        let mut profile = profile(PatchForm::PlainPaths);
        profile.patch.clear = clear;
        assert_eq!(operations(&profile, &both), [expected]);
    }
    let mut empty = profile(PatchForm::PlainPaths);
    empty.patch.clear = Some(Clear::Empty);
    let title = [edit("title", None)];
    assert_eq!(operations(&empty, &title), [json!({"op": "replace", "path": "title", "value": ""})]);
}

#[test]
fn without_paths_what_changes_is_sent_whole_and_what_goes_as_nothing() {
    let parts = [
        ("name", json!({"givenName": "New", "familyName": "F"})),
        ("title", Json::Null),
        ("emails", json!([{"type": "home", "value": "h"}, {"type": "work", "value": "new"}])),
        ("phoneNumbers", json!([{"type": "mobile", "value": "1"}])),
        (URN, json!({"department": "E", "manager": {"value": "2"}})),
        ("active", json!(false)),
    ];
    let each: Vec<Json> = parts.iter().map(|(key, value)| json!({"op": "replace", "value": {(*key): value}})).collect();
    assert_eq!(operations(&profile(PatchForm::OneAttribute), &edits()), each);
    let all: Map<String, Json> = parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let pathless = operations(&profile(PatchForm::Pathless), &edits());
    assert_eq!(pathless, [json!({"op": "replace", "value": all})]);
    let cleared = [edit("name.givenName", None), edit(&format!("{URN}:department"), None)];
    let expected = json!({"name": {"familyName": "F", "givenName": null},
        (URN): {"manager": {"value": "2"}, "department": null}});
    assert_eq!(operations(&profile(PatchForm::Pathless), &cleared), [json!({"op": "replace", "value": expected})]);
}

#[test]
fn without_patch_the_whole_resource_is_sent() {
    let put = |profile: &Profile, edits: &[Edit], before: &Json| match Dialect::new(profile, Kind::User)
        .requests(edits, before)
        .as_slice()
    {
        [Request::Put(resource)] => resource.clone(),
        other => panic!("{other:?}"),
    };
    let whole = put(&profile(PatchForm::None), &edits(), &user());
    assert_eq!(
        whole,
        json!({
            "schemas": [wire::CORE_USER, URN], "id": "1", "externalId": "k", "userName": "a", "active": false,
            "name": {"givenName": "New", "familyName": "F"},
            "emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "new"}],
            "phoneNumbers": [{"type": "mobile", "value": "1"}],
            (URN): {"department": "E", "manager": {"value": "2"}},
        })
    );
    let silent =
        put(&profile(PatchForm::None), &[edit("title", Some("x".into()))], &json!({"id": "1", "userName": "a"}));
    assert_eq!(silent["active"], true, "an absent active may suspend");
    let mut merges = profile(PatchForm::None);
    merges.put = Put::Merges;
    let whole = put(&merges, &[edit("title", None), edit("name.givenName", None)], &user());
    assert_eq!((&whole["title"], &whole["name"]), (&Json::Null, &json!({"familyName": "F", "givenName": null})));
}

#[test]
fn a_group_is_never_sent_without_its_members() {
    let profile = profile(PatchForm::None);
    let dialect = Dialect::new(&profile, Kind::Group);
    let group = json!({"id": "g", "displayName": "G", "members": [{"value": "1", "display": "One", "$ref": "x"}]});
    let name = [edit("displayName", Some("H".into()))];
    let expected = json!({"id": "g", "displayName": "H", "members": [{"value": "1"}], "schemas": [wire::CORE_GROUP]});
    assert_eq!(dialect.requests(&name, &group), [Request::Put(expected)]);
}

#[test]
fn operations_are_spelled_as_the_service_spells_them() {
    let mut profile = profile(PatchForm::Paths);
    profile.patch.op_case = OpCase::Capitalised;
    profile.patch.booleans = Booleans::Text;
    let written = operations(&profile, &[edit("active", Some(false.into())), edit("title", None)]);
    assert_eq!(written[0], json!({"op": "Replace", "path": "active", "value": "False"}));
    assert_eq!(written[1]["op"], "Remove");
    profile.patch.form = Some(PatchForm::Pathless);
    let written = operations(&profile, &[edit("active", Some(true.into()))]);
    assert_eq!(written, [json!({"op": "Replace", "value": {"active": "True"}})]);
}

#[test]
fn requests_are_no_larger_than_the_service_takes_them() {
    let sizes = |profile: &Profile, edits: &[Edit]| -> Vec<usize> {
        let size = |request: &Request| match request {
            Request::Patch(operations) => operations.len(),
            Request::Put(_) => 0,
        };
        requests(profile, edits).iter().map(size).collect()
    };
    let mut profile = profile(PatchForm::Paths);
    assert_eq!(sizes(&profile, &edits()), [6]);
    profile.patch.operations = Some(4);
    assert_eq!(sizes(&profile, &edits()), [4, 2]);
    profile.patch.operations = None;
    profile.wire.body_bytes = Some(300);
    for request in requests(&profile, &edits()) {
        let Request::Patch(operations) = request else { panic!("PUT") };
        assert!(wire::patch(&operations).to_string().len() <= 300);
    }
}

#[test]
fn a_new_login_travels_alone() {
    let mut profile = profile(PatchForm::Paths);
    profile.patch.user_name_apart = true;
    let changes = [edit("active", Some(false.into())), edit("userName", Some("b".into())), edit("title", None)];
    let [Request::Patch(first), Request::Patch(second)] = &requests(&profile, &changes)[..] else { panic!("two") };
    assert_eq!((first.len(), &first[0]["path"]), (1, &json!("userName")));
    assert_eq!(second.len(), 2);
}

#[test]
fn an_extension_may_be_an_object_and_a_manager_a_text() {
    let mut profile = profile(PatchForm::Paths);
    profile.patch.extension_object = true;
    profile.wire.manager_text = true;
    let changes = [
        edit(&format!("{URN}:department"), Some("E".into())),
        edit(&format!("{URN}:manager"), Some(json!({"value": "9"}))),
        edit(&format!("{URN}:division"), None),
    ];
    let written = operations(&profile, &changes);
    assert_eq!(written[0], json!({"op": "replace", "path": URN, "value": {"department": "E"}}));
    assert_eq!(written[1], json!({"op": "replace", "path": URN, "value": {"manager": "9"}}));
    assert_eq!(written[2], json!({"op": "remove", "path": format!("{URN}:division")}));
    profile.patch.clear = Some(Clear::Null);
    assert_eq!(operations(&profile, &changes)[2], json!({"op": "replace", "path": URN, "value": {"division": null}}));
}

#[test]
fn a_list_of_one_is_set_whole_and_its_element_is_primary() {
    let mut profile = profile(PatchForm::Paths);
    let one = vec!["emails".to_owned(), "phoneNumbers".to_owned()];
    profile.user = Attributes { single: one.clone(), primary: one, ..Attributes::default() };
    let mail = [edit(r#"emails[type eq "other"].value"#, Some("o".into()))];
    let written = operations(&profile, &mail);
    let only = json!([{"type": "other", "value": "o", "primary": true}]);
    assert_eq!(written, [json!({"op": "replace", "path": "emails", "value": only})]);
}
