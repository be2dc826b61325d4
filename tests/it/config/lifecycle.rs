//! The ladder as it is written.

use rosterd::mapping::lifecycle::{Basis, Need, OnLeave, Policy};
use rosterd::object::Value;

use super::{BASE, parse, told};

/// The base configuration with more at its end.
fn with(more: &str) -> String {
    BASE.to_owned() + more
}

fn mistakes(more: &str) -> String {
    let text = with(more);
    rosterd::config::render(&parse(&text).expect_err("this is wrong"), false)
}

#[test]
fn the_words_of_a_target_and_of_a_category_count_before_the_others() {
    let text = with(
        r#"
[lifecycle]
create_days = 14
leave = "disable"
strip_days = 30
hide_days = 0
move_days = 60

[lifecycle.category.external]
create_days = 0
needs = ["sponsor", "end"]

[lifecycle.category.Robot]
basis = "person"

[ldap.ad.lifecycle]
strip_days = "never"
move_days = "never"
delete_days = 365
hide = { title = "gone" }

[ldap.ad.lifecycle.category.external]
delete_days = 90
"#,
    );
    let loaded = parse(&text).unwrap();
    let ad = &loaded.targets["ad"].rules.ladder;
    let everybody = Policy {
        create_days: 14,
        leave: OnLeave::Disable,
        hide_days: Some(0),
        delete_days: Some(365),
        ..Policy::default()
    };
    assert_eq!(ad.everybody, everybody);
    let external =
        Policy { create_days: 0, delete_days: Some(90), needs: [Need::Sponsor, Need::End].into(), ..everybody.clone() };
    assert_eq!(ad.categories["external"], external);
    assert_eq!(ad.categories["robot"], Policy { basis: Basis::Person, ..everybody });
    assert_eq!(ad.effects.hide[&"title".into()], [Value::text("gone")]);
    let cloud = &loaded.targets["cloud"].rules.ladder;
    assert_eq!((cloud.everybody.strip_days, cloud.everybody.delete_days), (Some(30), None));
    assert_eq!((cloud.everybody.hide_days, cloud.everybody.move_days), (None, None), "they mean nothing there");
}

#[test]
fn without_a_word_accounts_are_as_the_jobs_are() {
    let loaded = parse(BASE).unwrap();
    assert_eq!(loaded.targets["ad"].rules.ladder.everybody, Policy::default());
}

#[test]
fn leavers_need_a_place() {
    let move_days = "\n[lifecycle]\nmove_days = 30\n";
    insta::assert_snapshot!("leavers_need_a_place", mistakes(move_days));
    let base = "base = \"OU=Org,DC=example,DC=test\"\n";
    let text = with(move_days).replace(base, &format!("{base}leavers_base = \"OU=Gone,OU=Org,DC=example,DC=test\"\n"));
    assert_eq!(parse(&text).unwrap().targets["ad"].rules.ladder.everybody.move_days, Some(30));
    insta::assert_snapshot!("leavers_outside", told(&[(base, &format!("{base}leavers_base = \"OU=Gone,DC=test\"\n"))]));
}

#[test]
fn ladders_that_cannot_be() {
    insta::assert_snapshot!(
        "ladders_that_cannot_be",
        mistakes(
            r#"
[lifecycle]
create_days = 3
enable_days = 5
delete_days = 30
hide = { title = "x" }
leave = "sleep"
needs = ["boss"]

[lifecycle.category.external]
strip_days = "soon"

[ldap.ad.lifecycle]
disable_days = 10
strip_days = 5
hide_days = 3
delete_days = 4
strip = { sn = "" }
hide_day = 3

[scim.cloud.lifecycle]
move_days = 9999
hide = { tilte = "x" }
"#
        )
    );
}
