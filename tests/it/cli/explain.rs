//! `explain` where no target was ever read: what the record and the rules say alone.

use super::map::{plain, site};
use super::stdout;

fn explained(arguments: &[&str]) -> String {
    let site = site();
    let output = site.run(&[&["explain"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    plain(stdout(&output))
}

#[test]
fn somebody_of_whom_nothing_was_compared() {
    insta::assert_snapshot!(explained(&["person", "åse"]));
}

#[test]
fn somebody_without_an_account() {
    insta::assert_snapshot!(explained(&["person", "carl", "--target", "ad"]));
}

#[test]
fn somebody_who_left() {
    insta::assert_snapshot!(explained(&["person", "ida", "--target", "ad"]));
}

#[test]
fn one_attribute_for_programs() {
    let site = site();
    let (code, json) = site.json(&["explain", "person", "p1", "--target", "ad", "--attribute", "MOBILE"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(plain(&serde_json::to_string_pretty(&json).unwrap()));
    let text = stdout(&site.run(&["explain", "person", "p1", "--target", "ad"])).to_owned();
    assert!(text.contains("mobile withheld, secret") || text.contains("withheld, secret"), "{text}");
    assert!(!text.contains("+45 11"), "{text}");
}

#[test]
fn what_cannot_be_explained_is_said() {
    let site = site();
    let said = |arguments: &[&str]| {
        let output = site.run(&[&["explain"], arguments].concat());
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert!(said(&["person", "sørensen"]).1.contains("2 people are called"));
    assert!(said(&["unit", "nowhere"]).1.contains("no unit is called \"nowhere\""));
    assert!(said(&["group", "nobody"]).1.contains("no group is called \"nobody\""));
    let (code, told) = said(&["engagement", "e1"]);
    assert!(code == Some(2) && told.contains("a target holds no engagement of its own"), "{told}");
    let (code, told) = said(&["person", "p1", "--attribute", "shoeSize"]);
    assert!(code == Some(1) && told.contains("no rule of a person gives \"shoeSize\""), "{told}");
    assert_eq!(said(&["person", "p1", "--target", "da"]).0, Some(2));
}
