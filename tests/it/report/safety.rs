//! What must never come out of a report: markup and formulas of others, control characters, passwords.

use rosterd::object::{HoldCode, Kind, Op, Value};
use rosterd::report::*;

use super::documents::*;
use super::golden::written;
use super::reports::{frame, reconciled};

const EVIL: &str = "<script>alert(1)</script>\u{1b}[2J\u{202e}\"&";

/// A report in which every text that others wrote is hostile.
fn hostile() -> Report {
    let evil = [Value::text(EVIL)];
    let mut targets = reconciled();
    let target = &mut targets[0];
    target.plan.target = EVIL.into();
    target.plan.steps = vec![
        step(Op::Create, Kind::User, EVIL, EVIL, EVIL, &[(EVIL, &[], &evil)]),
        step(Op::Update, Kind::User, EVIL, EVIL, EVIL, &[(EVIL, &evil, &evil)]),
    ];
    target.plan.held = vec![hold(EVIL, EVIL, HoldCode::Value, EVIL)];
    target.plan.unmanaged[0].name = EVIL.into();
    if let Some(run) = &mut target.last_run {
        run.by = EVIL.into();
    }
    let trouble = Trouble { subject: EVIL.into(), message: EVIL.into(), hint: Some(EVIL.into()) };
    let frame = Frame { organisation: EVIL.into(), ..frame() };
    reconciliation(&targets, &[trouble], &frame).beside(None)
}

#[test]
fn markup_in_names_is_text() {
    let page = written(&hostile(), Format::Html, Language::Da);
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn control_characters_never_reach_a_terminal() {
    let steps = vec![step(Op::Create, Kind::User, EVIL, EVIL, EVIL, &[(EVIL, &[], &[Value::text(EVIL)])])];
    let texts = [
        written(&hostile(), Format::Text, Language::En),
        written(&hostile(), Format::Html, Language::En),
        hostile().subject(Language::En, &zone()),
        text::plan(&PlanDocument { plans: vec![plan_view(plan(steps), false)], errors: Vec::new() }, &zone()),
        text::value(&serde_json::json!({EVIL: [EVIL]})),
    ];
    for text in texts {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
    }
}

#[test]
fn a_formula_is_text() {
    let formulas = ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "＋1", "－1", "＠1"];
    for formula in formulas {
        let mut targets = reconciled();
        targets[0].plan.unmanaged[0].name = formula.into();
        let csv = written(&reconciliation(&targets, &[], &frame()), Format::Csv, Language::En);
        let cells: Vec<&str> = csv.split(['\n', ',']).map(|cell| cell.trim_start_matches('"')).collect();
        let marks = ['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠'];
        assert!(cells.iter().all(|cell| !cell.starts_with(marks)), "{csv}");
    }
}

#[test]
fn no_password_is_ever_shown() {
    // The engine makes passwords late and never stores them; even a document that held one would not show it.
    let secret = "Hemmelig-47";
    let changes: &[(&str, &[Value], &[Value])] =
        &[("password", &[], &[Value::text(secret)]), ("unicodePwd", &[Value::text(secret)], &[Value::text(secret)])];
    let step = || step(Op::Create, Kind::User, "a-1", "Åse Sørensen", "r", changes);
    let mut targets = reconciled();
    targets[0].plan.steps = vec![step()];
    for format in [Format::Text, Format::Html, Format::Csv, Format::Json] {
        let text = written(&reconciliation(&targets, &[], &frame()), format, Language::En);
        assert!(!text.contains(secret) && text.contains("(generated)"), "{text}");
    }
    let plan = PlanDocument { plans: vec![plan_view(plan(vec![step()]), false)], errors: Vec::new() };
    assert!(!text::plan(&plan, &zone()).contains(secret));
    let json = serde_json::to_string(&plan_view(super::documents::plan(steps()), false)).unwrap();
    assert!(json.contains(r#""after":[{"generated":true}]"#), "{json}");
}
