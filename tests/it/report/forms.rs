//! The reports in their four forms.

use insta::assert_snapshot;
use rosterd::object::Missing;
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

/// Every object was seen, and still not everything is known: each form says what may not be read.
#[test]
fn what_is_hidden_stands_at_the_head_of_every_form() {
    let mut document = documents::reconciled();
    let scope = "title of users".to_owned();
    let why = "it cannot be read on 3 of them, such as Åse Sørensen".to_owned();
    document.targets[0].coverage.missing = vec![Missing { scope, why }];
    assert!(document.targets[0].coverage.complete);
    let render = |format| report::reconciliation(&document, format, &documents::zone()).unwrap();
    let said = "title of users: it cannot be read on 3 of them, such as Åse Sørensen";
    let text = render(Format::Text);
    let head = text.lines().take(9).collect::<Vec<_>>().join("\n");
    assert!(head.contains("complete, but for what could not be read:") && head.contains("title of users"), "{head}");
    let html = render(Format::Html);
    assert!(html.contains("Not everything could be read.") && html.contains(said), "{html}");
    assert!(render(Format::Csv).contains(&format!("ad,not read,,,,,,\"{said}\"")), "{}", render(Format::Csv));
    let json: serde_json::Value = serde_json::from_str(&render(Format::Json)).unwrap();
    assert_eq!(json["targets"][0]["coverage"]["missing"][0]["scope"], "title of users");
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
