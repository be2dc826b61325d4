//! Who owns which field, and which thing a source means: what is written, and each mistake in it.

use std::fmt::Write as _;

use super::parse;
use rosterd::org::FactKind;

const SECTIONS: &str = r#"
[custom.person]
desk = { type = "text", source = "portal" }

[owners.person]
default = ["payroll", "roster"]
nickname = "edit"

[csv.portal]
file = "portal.csv"
columns = ["nr", "nick", "desk"]

[csv.portal.person]
id = "nr"
custom = { desk = "desk" }

[csv.payroll]
file = "payroll.csv"
columns = ["no", "first", "last"]

[csv.payroll.match]
person = ["given_name + surname", "key:portal"]

[csv.payroll.person]
key = "no"
given_name = "first"
surname = "last"
"#;

fn with(changes: &[(&str, &str)]) -> Result<rosterd::config::Loaded, String> {
    let sections = changes.iter().fold(SECTIONS.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not there");
        text.replacen(from, to, 1)
    });
    parse(&(super::BASE.to_owned() + &sections)).map_err(|problems| rosterd::config::render(&problems, false))
}

#[test]
fn the_matrix_is_read_with_what_custom_attributes_say() {
    let loaded = with(&[]).unwrap_or_else(|told| panic!("{told}"));
    let people = &loaded.owners.0[&FactKind::Person];
    assert_eq!(people.of("surname"), ["payroll", "roster"]);
    assert_eq!(
        (people.of("nickname"), people.of("custom.desk")),
        (&["edit".to_owned()][..], &["portal".to_owned()][..])
    );
    assert!(people.may("roster", "birth_date") && !people.may("portal", "birth_date"));
    let rules: Vec<String> = loaded.matches["payroll"][&FactKind::Person].iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["given_name+surname", "key:portal"]);
    assert!(loaded.layouts["portal"].shared.contains(&FactKind::Person), "some fields will do");
}

#[test]
fn mistakes_are_told_at_their_place() {
    let mistakes: [(&str, &[(&str, &str)]); 17] = [
        (
            "a kind that cannot be shared",
            &[("[owners.person]", "[owners.contact]\ndefault = \"portal\"\n\n[owners.person]")],
        ),
        ("unknown kind", &[("[owners.person]", "[owners.persn]\ndefault = \"portal\"\n\n[owners.person]")]),
        ("unknown field", &[("nickname =", "nickame =")]),
        ("unknown source", &[("\"edit\"", "\"edits\"")]),
        ("a source twice", &[("[\"payroll\", \"roster\"]", "[\"payroll\", \"payroll\"]")]),
        ("nobody", &[("\"edit\"", "[]")]),
        ("no list", &[("\"edit\"", "7")]),
        ("no default", &[("default = [\"payroll\", \"roster\"]\n", "")]),
        ("unknown custom attribute", &[("nickname = \"edit\"", "\"custom.dsk\" = \"edit\"")]),
        ("two owners of one attribute", &[("nickname = \"edit\"", "\"custom.desk\" = \"payroll\"")]),
        ("unknown source of a custom attribute", &[("source = \"portal\"", "source = \"potal\"")]),
        ("a column that somebody else owns", &[("custom = { desk", "surname = \"nick\"\ncustom = { desk")]),
        ("a custom column that somebody else owns", &[("source = \"portal\"", "source = \"payroll\"")]),
        ("match without owners", &[("[csv.payroll.match]\n", "[csv.payroll.match]\nunit = [\"name\"]\n")]),
        ("a rule with an unknown field", &[("given_name + surname", "given_name + surnme")]),
        ("an empty rule", &[("given_name + surname", "given_name +")]),
        ("keys of an unknown source", &[("key:portal", "key:portl")]),
    ];
    let mut told = String::new();
    for (name, changes) in mistakes {
        let said = with(changes).expect_err(name);
        let _infallible = writeln!(told, "---- {name}\n{}", said.trim_end());
    }
    insta::assert_snapshot!("owner_mistakes", told);
}
