//! What must never come out of a report: markup and formulas of others, control characters, passwords.

use rosterd::object::{HoldCode, Kind, Op, Value};
use rosterd::report::*;

use super::documents::*;

const EVIL: &str = "<script>alert(1)</script>\u{1b}[2J\u{202e}\"&";

/// A report in which every text that others wrote is hostile.
fn hostile() -> ReconciliationDocument {
    let evil = [Value::text(EVIL)];
    let mut document = reconciled();
    document.organisation = EVIL.into();
    document.errors = vec![Trouble { subject: EVIL.into(), message: EVIL.into(), hint: Some(EVIL.into()) }];
    let target = &mut document.targets[0];
    target.target = EVIL.into();
    target.missing = vec![step(Op::Create, Kind::User, EVIL, EVIL, EVIL, &[(EVIL, &[], &evil)])];
    target.differing = vec![step(Op::Update, Kind::User, EVIL, EVIL, EVIL, &[(EVIL, &evil, &evil)])];
    target.held = vec![hold(EVIL, EVIL, HoldCode::Value, EVIL)];
    target.unmanaged[0].name = EVIL.into();
    target.last_run =
        Some(serde_json::json!({"run": EVIL, "actor": EVIL, "started": EVIL, "ended": EVIL, "outcome": EVIL}));
    document
}

#[test]
fn markup_in_names_is_text() {
    let page = reconciliation(&hostile(), Format::Html, &zone()).unwrap();
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn control_characters_never_reach_a_terminal() {
    let plan = plan_view(plan(hostile().targets.remove(0).missing), false);
    let texts = [
        reconciliation(&hostile(), Format::Text, &zone()).unwrap(),
        reconciliation(&hostile(), Format::Html, &zone()).unwrap(),
        text::plan(&PlanDocument { plans: vec![plan], errors: Vec::new() }),
        text::value(&serde_json::json!({EVIL: [EVIL]})),
    ];
    for text in texts {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
    }
}

#[test]
fn a_formula_is_text() {
    let mut document = reconciled();
    let formulas = ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1"];
    for formula in formulas {
        document.targets[0].unmanaged[0].name = formula.into();
        let csv = reconciliation(&document, Format::Csv, &zone()).unwrap();
        let cells: Vec<&str> = csv.split(['\n', ',']).map(|cell| cell.trim_start_matches('"')).collect();
        assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t'])), "{csv}");
    }
}

#[test]
fn no_password_is_ever_shown() {
    // The engine makes passwords late and never stores them; even a document that held one would not show it.
    let secret = "Hemmelig-47";
    let changes: &[(&str, &[Value], &[Value])] =
        &[("password", &[], &[Value::text(secret)]), ("unicodePwd", &[Value::text(secret)], &[Value::text(secret)])];
    let step = || step(Op::Create, Kind::User, "a-1", "Åse Sørensen", "r", changes);
    let mut document = reconciled();
    document.targets[0].missing = vec![step()];
    for format in [Format::Text, Format::Html, Format::Csv] {
        let text = reconciliation(&document, format, &zone()).unwrap();
        assert!(!text.contains(secret) && text.contains("(generated)"), "{text}");
    }
    let plan = PlanDocument { plans: vec![plan_view(plan(vec![step()]), false)], errors: Vec::new() };
    assert!(!text::plan(&plan).contains(secret));
    let json = serde_json::to_string(&plan_view(super::documents::plan(steps()), false)).unwrap();
    assert!(json.contains(r#""after":[{"generated":true}]"#), "{json}");
}
