//! The reference pages are what the program makes of its own tables.

use rosterd::cli;
use rosterd::report::REPORTS;

use super::{root, text};

#[test]
fn the_reference_pages_are_those_of_this_program() {
    for page in cli::pages() {
        let committed = std::fs::read_to_string(root().join("docs").join(page.file)).unwrap_or_default();
        assert!(
            committed == page.text,
            "docs/{} is not what the program says: `cargo run -- generate reference docs` makes it anew",
            page.file
        );
    }
}

#[test]
fn the_reports_of_the_page_are_all_reports() {
    let page = text(&root().join("docs/reference-reports.md"));
    for report in REPORTS {
        assert!(page.contains(&format!("| `{}` |", report.name)), "{}", report.name);
    }
}

#[test]
fn every_section_of_the_configuration_has_its_heading() {
    let page = text(&root().join("docs/reference-configuration.md"));
    let schema = rosterd::config::schema().to_value();
    for section in schema["properties"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("\n## [{section}")), "[{section}] is nowhere");
    }
}

#[test]
fn every_line_of_the_configuration_is_explained() {
    let page = cli::pages().into_iter().find(|page| page.file == "reference-configuration.md").unwrap();
    // names of a site's own are explained by the table that they are in
    let keys = page.text.lines().filter(|line| line.starts_with("| `") && !line.starts_with("| `NAME`"));
    let silent: Vec<&str> = keys.filter(|line| line.ends_with("|  |")).collect();
    assert!(silent.is_empty(), "these keys need a doc comment where they are declared:\n{}", silent.join("\n"));
}
