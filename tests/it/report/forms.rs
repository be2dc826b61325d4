//! The reports in their four forms.

use insta::assert_snapshot;
use rosterd::report::{self, Format, QUALITY, REPORTS};

use super::documents;

fn rendered(format: Format) -> String {
    report::reconciliation(&documents::reconciled(), format, &documents::zone()).unwrap()
}

#[test]
fn as_text() {
    assert_snapshot!(rendered(Format::Text));
}

#[test]
fn as_csv() {
    assert_snapshot!(rendered(Format::Csv).replace("\r\n", "\n"));
}

#[test]
fn as_html() {
    let page = rendered(Format::Html);
    let (_, body) = page.split_once("</style>").unwrap();
    assert_snapshot!(body.replace("><", ">\n<"));
}

#[test]
fn as_json_with_the_fields_of_the_document() {
    let json: serde_json::Value = serde_json::from_str(&rendered(Format::Json)).unwrap();
    assert_eq!(json["targets"][0]["missing"][0]["name"], "Åse Sørensen");
    assert_eq!(json["targets"][0]["managed"], 412);
}

#[test]
fn the_page_loads_nothing() {
    let page = rendered(Format::Html);
    for word in ["<script", "src=", "href=", "url(", "@import", "http://", "https://"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("@media print"));
}

#[test]
fn quality_as_text() {
    assert_snapshot!(report::quality(&documents::flawed(), Format::Text, &documents::zone()).unwrap());
}

#[test]
fn every_report_has_every_form_it_claims() {
    for report in REPORTS {
        assert!(!report.description.is_empty());
        for format in report.formats {
            let written = match report.name {
                QUALITY => report::quality(&documents::flawed(), *format, &documents::zone()).unwrap(),
                _ => rendered(*format),
            };
            assert!(!written.is_empty(), "{} as {}", report.name, format.as_str());
        }
    }
}
