//! The reference of the mapping says what the program knows: its tables are those of the code.

use rosterd::config::{INTAKE, IntakeRow};
use rosterd::expr::FILTER_DOCS;
use rosterd::expr::roots::{FURTHER_CN, Field, GROUP_ROOTS, HOLDER, NAMING_CN, Shape, UNIT_ROOTS, USER};
use rosterd::reconcile::Limit;
use rosterd::reconcile::guard::{Row, TABLE};

const PAGE: &str = include_str!("../../../docs/mapping.md");

/// The rows of the roots and of their fields; what several roots have alike is said once.
fn rows(roots: &[Field], seen: &mut Vec<&'static [Field]>, rows: &mut Vec<String>) {
    for root in roots {
        rows.push(row(root.name, root.shape, root.doc));
        let (Shape::Object(fields) | Shape::Many(fields)) = root.shape else { continue };
        if seen.contains(&fields) {
            continue;
        }
        seen.push(fields);
        for field in fields {
            let ending = match field.shape {
                Shape::Called(_) => ".TYPE",
                Shape::Custom(_) => ".NAME",
                _ => "",
            };
            let shape = if let Shape::Called(each) = field.shape { *each } else { field.shape };
            rows.push(row(&format!("{}.{}{ending}", root.name, field.name), shape, field.doc));
        }
    }
}

fn row(path: &str, shape: Shape, doc: &str) -> String {
    format!("| `{path}` | {} | {doc} |", shape.name())
}

#[test]
fn every_root_field_and_filter_stands_in_the_reference() {
    let mut expected = Vec::new();
    let mut seen = Vec::new();
    for roots in [USER, UNIT_ROOTS, GROUP_ROOTS, HOLDER, NAMING_CN, FURTHER_CN] {
        rows(roots, &mut seen, &mut expected);
    }
    expected.extend(FILTER_DOCS.iter().map(|(name, doc)| format!("| `{name}` | {doc} |")));
    let missing: Vec<&String> = expected.iter().filter(|row| !PAGE.lines().any(|line| line == **row)).collect();
    assert!(
        missing.is_empty(),
        "docs/mapping.md lacks\n{}",
        missing.iter().map(|row| row.as_str()).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn the_examples_of_the_reference_are_expressions() {
    let section = PAGE.split("\n## ").find(|section| section.starts_with("Examples")).unwrap();
    let examples: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(examples.len() >= 12);
    for example in examples {
        let (_, source) = example.split_once(" = \"").unwrap();
        let source = source.trim_end().strip_suffix('"').unwrap();
        rosterd::expr::Expression::compile(source, USER).unwrap_or_else(|error| panic!("{source}: {error}"));
    }
}

#[test]
fn every_limit_stands_in_the_page_about_safety() {
    let safety = include_str!("../../../docs/safety.md");
    let limit = |limit: Limit| match limit {
        Limit::NEVER => "0 | 0 % | 0".to_owned(),
        Limit { count: u64::MAX, share, floor } => format!("– | {share} % | {floor}"),
        Limit { count, share, floor } => format!("{count} | {share} % | {floor}"),
    };
    let row = |row: &Row| {
        let key = row.key.map_or_else(|| "always waits".to_owned(), |key| format!("`{key}`"));
        let each = if row.by_kind { ", by kind" } else { "" };
        format!("| `{}` | {key} | {} of {}{each} | {} |", row.name, row.counts, row.of, limit(row.limit))
    };
    let subtree =
        |row: &Row| Some(format!("| `{} in …` | `subtree.\"…\".{}` | {} |", row.name, row.key?, limit(row.subtree?)));
    let intake = |row: &IntakeRow| format!("| `{}` | {} |", row.key, limit(row.limit));
    let rows = TABLE.iter().map(row).chain(TABLE.iter().filter_map(subtree)).chain(INTAKE.iter().map(intake));
    let missing: Vec<String> = rows.filter(|row| !safety.lines().any(|line| line.starts_with(row.as_str()))).collect();
    assert!(missing.is_empty(), "docs/safety.md lacks\n{}", missing.join("\n"));
}
