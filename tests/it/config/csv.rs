//! A CSV source as an administrator writes it: each mistake is told at its place.

use std::fmt::Write as _;

use rosterd::config::{Config, render};
use rosterd::org::{FactKind, Floor, States};
use rosterd::source::csv::{Encoding, Layout, Naming, Proof};

const SOURCE: &str = include_str!("../roster/payroll.toml");

fn layout(changes: &[(&str, &str)]) -> Result<Layout, String> {
    let text = changes.iter().fold(SOURCE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not in the source");
        text.replacen(from, to, 1)
    });
    match Config::parse("config.toml", &text, std::path::PathBuf::new(), &|_, _| rosterd::object::Schema::default()) {
        Ok(loaded) => Ok(loaded.layouts["payroll"].clone()),
        Err(problems) => Err(render(&problems, false)),
    }
}

#[test]
fn what_is_left_out_has_a_customary_value() {
    let lines = ["encoding", "delimiter", "quote =", "decimal", "dates", "complete"];
    let kept: Vec<&str> = SOURCE.lines().filter(|line| !lines.iter().any(|left| line.starts_with(left))).collect();
    let loaded =
        Config::parse("c", &kept.join("\n"), std::path::PathBuf::new(), &|_, _| rosterd::object::Schema::default())
            .expect("good");
    let layout = &loaded.layouts["payroll"];
    assert_eq!((layout.encoding, layout.delimiter, layout.quote, layout.decimal), (Encoding::Utf8, ';', '"', '.'));
    assert_eq!((&layout.proof, layout.states), (&Proof::None, States::Current));
    assert_eq!(layout.days.read("2026-11-23").expect("a day").to_string(), "2026-11-23");
    assert!(loaded.sources["payroll"].is_some());
    assert!(matches!(&layout.statements[2].naming, Naming::Made(columns) if columns.len() == 2));
    assert_eq!(layout.statements[3].kind, FactKind::Manager);
}

/// The first example of the documentation, beside the example configuration.
#[test]
fn the_example_is_good() {
    let documented = include_str!("../../../docs/sources.md");
    let lines = documented.lines().skip_while(|line| *line != "    [csv.payroll]");
    let section: Vec<&str> = lines.take_while(|line| line.is_empty() || line.starts_with("    ")).collect();
    let text = format!("{}\n{}\n", rosterd::config::starter(), section.join("\n"));
    let loaded =
        Config::parse("config.toml", &text, std::path::PathBuf::new(), &|_, _| rosterd::object::Schema::default());
    let loaded = loaded.unwrap_or_else(|problems| panic!("{}", render(&problems, false)));
    assert_eq!(loaded.layouts["payroll"].statements.len(), 4);
}

#[test]
fn a_file_is_complete_in_one_of_three_ways() {
    let proof = |text: &str| layout(&[("{ trailer = \"SLUT\" }", text)]).map(|layout| layout.proof);
    assert_eq!(proof("{ column = \"Nr\" }"), Ok(Proof::Column(0)));
    assert_eq!(proof("{ rows = 9 }"), Ok(Proof::Declared(Floor { rows: 9, share: 80 })));
    assert_eq!(proof("{ rows = 9, share = 50 }"), Ok(Proof::Declared(Floor { rows: 9, share: 50 })));
    for wrong in ["{}", "{ rows = 0 }", "{ share = 50 }", "{ trailer = \"T\", rows = 9 }", "{ trailer = \"\" }"] {
        assert!(proof(wrong).expect_err(wrong).contains("proved complete in exactly one way"), "{wrong}");
    }
}

#[test]
fn mistakes_are_told_at_their_place() {
    let mistakes: [(&str, &[(&str, &str)]); 24] = [
        ("unknown key", &[("delimiter =", "delimeter =")]),
        ("unknown encoding", &[("\"utf-8\"", "\"latin-1\"")]),
        ("two characters", &[("\";\"", "\";;\"")]),
        ("quote is delimiter", &[("'\"'", "\";\"")]),
        ("no form of a day", &[("%d-%m-%Y", "dd-mm-yyyy")]),
        ("cron", &[("0 5 * * *", "0 25 * * *")]),
        ("unknown column", &[("title = \"Stilling\"", "title = \"Stiling\"")]),
        ("unknown column of a key", &[("[\"Nr\", \"Afd\"]\nperson", "[\"Nr\", \"Afdl\"]\nperson")]),
        ("unknown column of a condition", &[("column = \"Leder\"", "column = \"Ledr\"")]),
        ("unknown column of the count", &[("{ trailer = \"SLUT\" }", "{ column = \"Antal\" }")]),
        ("a column twice", &[("\"Nr\", \"Fornavn\"", "\"Fornavn\", \"Fornavn\"")]),
        ("unknown kind", &[("[csv.payroll.manager]", "[csv.payroll.manger]")]),
        ("unknown field", &[("given_name =", "givenname =")]),
        ("missing field", &[("surname = \"Efternavn\"\n", "")]),
        ("neither id nor key", &[("key = \"Nr\"\n", "")]),
        ("both id and key", &[("key = \"Nr\"\n", "key = \"Nr\"\nid = \"Nr\"\n")]),
        ("national id as key", &[("key = \"Nr\"\n", "key = \"CPR\"\n")]),
        ("two ends", &[("last_day =", "valid_to = \"Ansat\"\nlast_day =")]),
        ("two columns for one value", &[("title = \"Stilling\"", "title = [\"Stilling\", \"Afd\"]")]),
        (
            "a thing of any kind",
            &[(
                "[csv.payroll.manager]",
                "[csv.payroll.group]\nkey = \"Afd\"\nname = \"Afd\"\nowner = \"Nr\"\n\n[csv.payroll.manager]",
            )],
        ),
        (
            "a source that does not state it",
            &[
                ("unit = \"Afd\"\nnumber", "unit = { column = \"Afd\", source = \"other\" }\nnumber"),
                (
                    "[csv.payroll]",
                    "[csv.other]\nfile = \"o.csv\"\ncolumns = [\"a\", \"b\"]\nperson = { id = \"a\", given_name = \"b\", surname = \"b\" }\n\n[csv.payroll]",
                ),
            ],
        ),
        ("what says nothing", &[("title = \"Stilling\"", "title = { column = \"Stilling\", is = [\"J\"] }")]),
        ("custom where there is none", &[("[csv.payroll.manager]", "[csv.payroll.manager]\ncustom = { a = \"Nr\" }")]),
        ("a name twice", &[("[csv.payroll]", "[jsonl.payroll]\nfile = \"p.jsonl\"\n\n[csv.payroll]")]),
    ];
    let mut told = String::new();
    for (name, changes) in mistakes {
        let said = layout(changes).expect_err(name);
        let _infallible = writeln!(told, "---- {name}\n{}", said.trim_end());
    }
    insta::assert_snapshot!("csv_mistakes", told);
}
