//! Reports opened by other programs: pages in Chromium, wide and narrow, light and dark; workbooks by openpyxl. Needs what
//! `scripts/lab install` installs.

#![allow(clippy::disallowed_methods, reason = "whoever looks at the pictures says where they go")]

use std::fs;
use std::path::Path;
use std::process::Command;

use rosterd::object::{HoldCode, Kind, Op, Value};
use rosterd::report::*;

use super::documents::*;
use super::reports::{frame, reconciled, reports};

/// Names that somebody chose to do harm, or that come so in life.
const NAMES: [&str; 12] = [
    "<script>window.evil = 1</script>",
    "<img src=x onerror=\"window.evil = 1\">",
    "\"><svg onload=window.evil=1>",
    "</style><script>window.evil = 1</script>",
    "=HYPERLINK(\"http://evil.test\", \"see\")",
    "http://evil.test/",
    "@SUM(A1:A9)",
    "＝1+1",
    "\u{202e}nereves\u{202c} \u{2066}x",
    "two\nlines\tand a tab",
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzespersonalvertretungsvorsitzendenstellvertreterin",
    "{{ 7 * 7 }} ${7 * 7} %{7}",
];

/// A reconciliation in which each of these names stands wherever one can.
fn named(names: &[&str]) -> Report {
    let mut targets = reconciled();
    let target = &mut targets[0].plan;
    target.held.clear();
    for (at, name) in names.iter().enumerate() {
        let (key, value) = (format!("k-{at}"), [Value::text(*name)]);
        target.steps.push(step(Op::Create, Kind::User, &key, name, name, &[(name, &[], &value)]));
        target.steps.push(step(Op::Update, Kind::Group, &key, name, name, &[(name, &value, &value)]));
        target.held.push(hold(&key, name, HoldCode::Value, name));
    }
    target.target = names.join(" ");
    let troubles = names.iter().map(|name| Trouble {
        subject: (*name).to_owned(),
        message: (*name).to_owned(),
        hint: Some((*name).to_owned()),
    });
    let frame = Frame { organisation: names.join(", "), ..frame() };
    reconciliation(&targets, &troubles.collect::<Vec<_>>(), &frame).beside(None)
}

/// As many findings as nobody wants to see on one page.
fn ten_thousand() -> Report {
    let mut targets = reconciled();
    let one = targets[0].plan.unmanaged[0].clone();
    targets[0].plan.unmanaged = (0..10_000)
        .map(|at| rosterd::reconcile::Unmanaged {
            object: rosterd::object::ObjectId::new(format!("guid-{at}")),
            ..one.clone()
        })
        .collect();
    reconciliation(&targets, &[], &frame()).beside(None)
}

/// Some time later: something of every state.
fn later() -> Report {
    let before = reconciliation(&reconciled(), &[], &frame()).beside(None);
    let mut finding = before.findings().nth(3).unwrap().clone();
    finding.id = "gone".to_owned();
    let kept = before.parts.iter().flat_map(|part| {
        let of = |finding: &Finding| ToldFinding {
            part: part.kind.name.to_owned(),
            target: part.target.clone(),
            finding: finding.clone(),
        };
        part.findings.iter().take(1).map(of).collect::<Vec<_>>()
    });
    let mut findings: Vec<ToldFinding> = kept.collect();
    findings.push(ToldFinding { part: "differing".to_owned(), target: Some("ad".to_owned()), finding });
    let told = Told { at: instant().days_earlier(1), findings };
    reconciliation(&reconciled(), &[], &frame()).beside(Some(told))
}

fn write(folder: &Path, name: &str, report: &Report, language: Language) {
    let zone = zone();
    for format in [Format::Html, Format::Xlsx] {
        let bytes = render(report, format, Tongue { language, zone: &zone }).unwrap();
        fs::write(folder.join(format!("{name}.{}", format.extension())), bytes).unwrap();
    }
}

#[test]
fn pages_and_workbooks_are_well_for_those_who_open_them() {
    let folder = tempfile::tempdir().unwrap();
    // to look at the pictures oneself: ROSTERD_PICTURES=FOLDER
    let kept = std::env::var_os("ROSTERD_PICTURES");
    let folder = kept.as_deref().map_or(folder.path(), Path::new);
    for report in reports() {
        write(folder, report.kind.name, &report, Language::Da);
    }
    write(folder, "names", &named(&NAMES), Language::En);
    write(folder, "later", &later(), Language::En);
    write(folder, "many", &ten_thousand(), Language::Da);
    let pages = fs::read_to_string(folder.join("many.html")).unwrap();
    assert!(pages.contains("… og 9000 mere") && pages.len() < 500_000, "{}", pages.len());
    let mut look = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/lab"));
    look.arg("read-reports").arg(folder).args(kept.is_some().then_some("--pictures"));
    let output = look.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr)
    );
}

/// What looks on is no use when it sees nothing: a page and a workbook that are not well are told.
#[test]
fn what_is_not_well_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let wide = "<body><p style='width:3000px'>wide</p><script>window.evil = 1; console.log('said')</script>\
                <img src='http://127.0.0.1:9/x'>";
    fs::write(folder.path().join("bad.html"), wide).unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_formula(0, 0, "=1+1").unwrap();
    sheet.write_url(1, 0, "http://127.0.0.1:9/").unwrap();
    fs::write(folder.path().join("bad.xlsx"), book.save_to_buffer().unwrap()).unwrap();
    let mut look = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/lab"));
    let output = look.arg("read-reports").arg(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    for words in ["console: said", "request: http", "the page is 3", "a script of a name", "A1: f", "a link to"] {
        assert!(said.contains(words), "{words}: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(output.status.code(), Some(1));
}
