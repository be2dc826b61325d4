//! What every form of every report has in common.

use rosterd::object::Missing;
use rosterd::report::{Format, Language, REPORTS, Role, Tongue, reconciliation, render};

use super::documents::zone;
use super::golden::written;
use super::reports::{frame, reconciled, report_of, reports};

#[test]
fn every_report_has_every_form() {
    for report in reports() {
        for format in Format::ALL {
            let zone = zone();
            let tongue = Tongue { language: Language::En, zone: &zone };
            let first = render(&report, format, tongue).unwrap();
            assert!(!first.is_empty(), "{} as {format}", report.kind.name);
            assert!(first == render(&report, format, tongue).unwrap(), "{} as {format} differs", report.kind.name);
        }
    }
}

#[test]
fn the_table_of_reports_is_sound() {
    for kind in REPORTS {
        assert!(!kind.description.is_empty(), "{}", kind.name);
        for part in kind.parts {
            let mut heads: Vec<&str> = part.columns.iter().map(|column| column.head.key()).collect();
            let names = part.columns.iter().filter(|column| column.role == Role::Name).count();
            assert_eq!(names, usize::from(!part.columns.is_empty()), "{} of {}", part.name, kind.name);
            heads.extend(["id", "state", "since", "resolved"]);
            let all = heads.len();
            heads.sort_unstable();
            heads.dedup();
            assert_eq!(heads.len(), all, "{} of {} names a column twice", part.name, kind.name);
        }
    }
}

/// A finding is known again by its id: in its part no other one has it.
#[test]
fn ids_are_unique_in_their_part_and_every_part_stands_in_the_table() {
    for report in reports() {
        for part in &report.parts {
            assert!(report.kind.parts.contains(&part.kind), "{} of {}", part.kind.name, report.kind.name);
            let mut ids: Vec<&str> = part.findings.iter().map(|finding| finding.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), part.findings.len(), "{} of {}", part.kind.name, report.kind.name);
            assert!(part.findings.iter().all(|finding| finding.cells.len() == part.kind.columns.len()));
        }
    }
}

#[test]
fn the_page_loads_nothing() {
    for report in reports() {
        let page = written(&report, Format::Html, Language::Da);
        for word in ["<script", "src=", "href=", "url(", "@import", "http://", "https://"] {
            assert!(!page.contains(word), "{word}");
        }
        assert!(page.contains("default-src 'none'") && page.contains("<html lang=\"da\">"));
        assert!(page.contains("prefers-color-scheme: dark") && page.contains("@media print"));
    }
}

/// Every object was seen, and still not everything is known: each form says what may not be read.
#[test]
fn what_is_hidden_stands_at_the_head_of_every_form() {
    let mut targets = reconciled();
    let scope = "title of users".to_owned();
    let why = "it cannot be read on 3 of them, such as Åse Sørensen".to_owned();
    targets[0].plan.coverage.missing = vec![Missing { scope, why }];
    assert!(targets[0].plan.coverage.complete);
    let report = reconciliation(&targets, &[], &frame());
    for format in [Format::Text, Format::Html, Format::Csv, Format::Json] {
        let said = written(&report, format, Language::En);
        let places = ["title of users", "it cannot be read on 3 of them"].map(|words| said.find(words));
        let missing = said.find("asesor").unwrap();
        assert!(places.iter().all(|place| place.is_some_and(|at| at < missing)), "{said}");
    }
    assert!(written(&report, Format::Text, Language::En).contains("Not everything could be read."));
    assert!(written(&report, Format::Text, Language::Da).contains("title for brugere"));
}

#[test]
fn what_a_program_made_in_english_says_so_on_a_danish_page() {
    let page = written(&report_of("quarantine"), Format::Html, Language::Da);
    assert!(page.contains("<span lang=\"en\">the password is too short</span>"), "{page}");
    assert!(!written(&report_of("quarantine"), Format::Html, Language::En).contains("<span lang"));
}

/// The page on reports has a section for each one, and the columns that it has.
#[test]
fn the_documentation_says_what_the_table_of_reports_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reports.md");
    let page = std::fs::read_to_string(path).unwrap();
    let sections: Vec<&str> = page.split("\n### ").skip(1).collect();
    let named: Vec<&str> = sections.iter().map(|section| section.lines().next().unwrap()).collect();
    assert_eq!(named, REPORTS.map(|kind| kind.name));
    for (section, kind) in sections.iter().zip(REPORTS) {
        let rows = kind.parts.iter().map(|part| {
            let columns: Vec<String> = part.columns.iter().map(|column| format!("`{}`", column.head.key())).collect();
            format!("| `{}` | {} |", part.name, columns.join(", ")).replace("|  |", "| |")
        });
        let written: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(written, rows.collect::<Vec<_>>(), "{}", kind.name);
    }
}
