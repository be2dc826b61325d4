//! Each report in the words of both languages.

use insta::assert_snapshot;
use rosterd::report::{Format, Language, REPORTS, Report, Tongue, render};

use super::documents::zone;
use super::reports::{empty, report_of, reports};

pub(super) fn written(report: &Report, format: Format, language: Language) -> String {
    let zone = zone();
    String::from_utf8(render(report, format, Tongue { language, zone: &zone }).unwrap()).unwrap()
}

#[test]
fn every_report_in_english_and_danish() {
    let made = reports();
    assert_eq!(made.iter().map(|report| report.kind.name).collect::<Vec<_>>(), REPORTS.map(|kind| kind.name));
    for report in made {
        for language in Language::ALL {
            let text = written(&report, Format::Text, language);
            let subject = report.subject(language, &zone());
            assert_snapshot!(format!("{}_{language}", report.kind.name), format!("{subject}\n\n{text}"));
        }
    }
}

/// What a report says when it has nothing to say.
#[test]
fn reports_without_findings_in_english_and_danish() {
    for language in Language::ALL {
        let texts: Vec<String> = empty().iter().map(|report| written(report, Format::Text, language)).collect();
        assert_snapshot!(format!("empty_{language}"), texts.join("\n----\n"));
    }
}

#[test]
fn the_page_and_the_tables_of_the_reconciliation() {
    let report = report_of("reconciliation");
    let page = written(&report, Format::Html, Language::Da);
    let (_, body) = page.split_once("</style>").unwrap();
    assert_snapshot!("page_da", body.replace("><", ">\n<"));
    assert_snapshot!("table_da", written(&report, Format::Csv, Language::Da).replace("\r\n", "\n"));
    assert_snapshot!("json", written(&report, Format::Json, Language::Da));
}

/// What programs read does not depend on the language of people.
#[test]
fn json_is_the_same_in_both_languages() {
    for report in reports() {
        let [en, da] = Language::ALL.map(|language| written(&report, Format::Json, language));
        assert_eq!(en, da, "{}", report.kind.name);
    }
}
