//! What people read on a terminal.

use insta::assert_snapshot;
use rosterd::object::Op;
use rosterd::org::{Maintenance, Order};
use rosterd::report::*;
use rosterd::schedule::Lack;
use serde_json::json;

use super::documents::*;

#[test]
fn a_plan_with_every_kind_of_step() {
    assert_snapshot!(text::plan(&plan_document(), &zone()));
}

#[test]
fn an_erasure_says_what_is_left_elsewhere() {
    let counts = |counts: &[(&str, u64)]| counts.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
    let left =
        |target: &str, object: &str| ErasedObject { target: target.into(), kind: "user".into(), object: object.into() };
    let rehearsal = EraseDocument {
        person: "p-1".into(),
        outcome: Outcome::Done,
        day: day(),
        again: false,
        digest: None,
        deleted: counts(&[("account", 2), ("person", 1)]),
        rewritten: counts(&[("manager", 1)]),
        plans: 1,
        texts: 12,
        objects: vec![left("ad", "guid-1"), left("cloud", "17")],
        copies: vec!["/var/lib/rosterd/roster.db.before-0005".into()],
        note: Some("case 4711".into()),
        dry_run: true,
    };
    let unfinished = EraseDocument { dry_run: false, outcome: Outcome::Partly, ..rehearsal.clone() };
    assert_snapshot!(format!("{}\n{}", text::erase(&rehearsal), text::erase(&unfinished)));
}

#[test]
fn a_plan_in_short() {
    assert_snapshot!(text::summary(&plan_document(), &zone()));
}

#[test]
fn a_breach_says_how_to_approve() {
    let text = text::summary(&breached(), &zone());
    assert_snapshot!(text);
    let approved = plan_view(plan(steps()), true);
    let approved = text::summary(&PlanDocument { plans: vec![approved], errors: Vec::new() }, &zone());
    assert!(!approved.contains("rosterd approve"), "{approved}");
}

#[test]
fn a_long_list_ends_at_200_and_says_so() {
    let steps = (0..205)
        .map(|at| step(Op::Update, rosterd::object::Kind::User, &format!("a-{at}"), "Bo Åkær", "r", &[]))
        .collect();
    let text = text::plan(&PlanDocument { plans: vec![plan_view(plan(steps), false)], errors: Vec::new() }, &zone());
    assert!(text.contains("… and 5 more (see --format json)"), "{text}");
}

#[test]
fn those_who_are_held_for_one_reason_are_named_together() {
    use rosterd::object::{Hold, HoldCode, Kind};
    let hold = |at: usize, reason: &str| Hold {
        key: format!("a-{at:02}").as_str().into(),
        kind: Kind::User,
        name: format!("Bo Åkær {at}"),
        code: HoldCode::Unread,
        reason: reason.into(),
    };
    let mut one = plan(Vec::new());
    one.held = (0..37).map(|at| hold(at, "the target was read in part")).chain([hold(40, "no login yet")]).collect();
    let text = text::plan(&PlanDocument { plans: vec![plan_view(one, false)], errors: Vec::new() }, &zone());
    let together = "    37 users: Bo Åkær 0, Bo Åkær 1, Bo Åkær 2, Bo Åkær 3, Bo Åkær 4, Bo Åkær 5 and 31 more\n        \
                    the target was read in part\n    user Bo Åkær 40 (a-40)\n        no login yet\n";
    assert!(text.contains(together), "{text}");
}

fn run_view(outcome: Outcome) -> RunView {
    RunView {
        unseen: None,
        run: Some(18),
        target: "ad".into(),
        outcome,
        digest: Some(digest()),
        counts: RunCounts { done: 4, failed: 1, held: 1, ..RunCounts::default() },
        done: plan(steps()).counts(),
        failures: vec![RunFailure {
            key: "a-2".into(),
            name: "Søren O'Neill".into(),
            op: "update".into(),
            class: "permanent".into(),
            message: "constraintViolation (19): telephoneNumber".into(),
        }],
        held: plan(Vec::new()).held,
        limits: vec![measured(1)],
        breaches: Vec::new(),
        ends: Vec::new(),
        consent: None,
        left: Some(1),
        message: None,
    }
}

#[test]
fn a_run_that_was_done_in_part() {
    let done = RunView { failures: Vec::new(), left: Some(0), ..run_view(Outcome::Done) };
    assert_snapshot!(text::run(
        &RunDocument {
            imports: vec![import(Outcome::Done)],
            runs: vec![run_view(Outcome::Partly), done],
            errors: Vec::new()
        },
        &zone()
    ));
}

#[test]
fn a_run_that_stopped_counts_what_it_left_over() {
    let counts = RunCounts { waiting: 7, ..run_view(Outcome::Partly).counts };
    let message = Some("a stop was asked for; the rest waits for the next run".to_owned());
    let stopped = RunView { counts, message, left: None, ..run_view(Outcome::Partly) };
    let text = text::run(&RunDocument { imports: Vec::new(), runs: vec![stopped], errors: Vec::new() }, &zone());
    assert!(text.contains("4 done, 1 failed, 0 of unknown outcome, 1 held, 7 not begun"), "{text}");
}

#[test]
fn a_list_of_links_counts_what_it_lists() {
    let document = LinksDocument {
        target: "ad".into(),
        coverage: None,
        links: Vec::new(),
        unlinked: Vec::new(),
        unmanaged: plan(Vec::new()).unmanaged,
        ambiguous: Vec::new(),
        ignored: Vec::new(),
        errors: Vec::new(),
        only: LinkParts::default(),
    };
    let (count, zone) = (document.unmanaged.len(), rosterd::org::Zone::UTC);
    let head = |document: &LinksDocument| text::links(document, &zone).lines().next().unwrap_or_default().to_owned();
    let whole = format!("ad: 0 links, 0 wanted without one, {count} in scope without one, 0 ignored");
    assert_eq!(head(&document), whole);
    let only = LinkParts { unmanaged: true, ..LinkParts::default() };
    assert_eq!(head(&document.only(only)), format!("ad: {count} in scope without a link"));
}

#[test]
fn problems_are_counted_all_where_some_are_shown() {
    let problem = |line| Problem {
        file: "hr.jsonl".into(),
        line: Some(line),
        column: Some(1),
        message: "not JSON".into(),
        hint: None,
    };
    for (found, said) in [
        (1, "1 problem; nothing was committed"),
        (20, "20 problems; nothing was committed"),
        (30, "30 problems, the first 20 of them are shown; nothing was committed"),
        (1000, "1000 problems or more, the first 20 of them are shown; nothing was committed"),
    ] {
        let import = ImportDocument { problems: (1..=found).map(problem).collect(), ..import(Outcome::Failed) };
        let text = text::import(&import);
        assert!(text.contains(said), "{text}");
        assert_eq!(text.matches("not JSON").count() as u64, found.min(20));
    }
}

#[test]
fn a_run_that_did_nothing() {
    let nothing = || RunView {
        run: None,
        counts: RunCounts::default(),
        done: rosterd::reconcile::Counts::new(),
        failures: Vec::new(),
        held: Vec::new(),
        left: None,
        ..run_view(Outcome::Held)
    };
    let held = RunView { limits: vec![measured(42)], breaches: vec![measured(42)], ends: ended(42), ..nothing() };
    let message = Some("the lease of ad is held by anna, run 17, since 2026-11-23T05:59:00Z".to_owned());
    let busy = RunView { outcome: Outcome::Busy, limits: Vec::new(), message, ..nothing() };
    assert_snapshot!(text::run(
        &RunDocument { imports: Vec::new(), runs: vec![held, busy], errors: Vec::new() },
        &zone()
    ));
}

/// People who end, and the job of one.
fn ended(count: usize) -> Vec<Ended> {
    let one =
        |kind: &str, at: usize| Ended {
            kind: kind.into(), id: format!("{kind}-{at}"), name: format!("Bo Åkær {at}")
        };
    (0..count).map(|at| one("person", at)).chain([one("engagement", 1)]).collect()
}

fn import(outcome: Outcome) -> ImportDocument {
    ImportDocument {
        held: Vec::new(),
        source: "hr".into(),
        digest: Some(digest()),
        outcome,
        counts: json!({"person": {"added": 3, "changed": 1, "ended": 0, "unchanged": 408}, "unit": {"added": 0, "changed": 0, "ended": 0, "unchanged": 60}}),
        complete: true,
        ends: Vec::new(),
        limits: Vec::new(),
        breaches: Vec::new(),
        problems: Vec::new(),
        dry_run: false,
    }
}

#[test]
fn imports() {
    let ends = rosterd::reconcile::Measure { limit: "ends".into(), found: 250, of: 412, allowed: 41 };
    let held =
        ImportDocument { limits: vec![ends.clone()], breaches: vec![ends], ends: ended(21), ..import(Outcome::Held) };
    let problem = |line, column, message: &str, hint: Option<&str>| Problem {
        file: "/srv/hr.jsonl".into(),
        line,
        column,
        message: message.into(),
        hint: hint.map(Into::into),
    };
    let failed = ImportDocument {
        digest: None,
        counts: json!({}),
        problems: vec![
            problem(Some(7), Some(31), "unknown field \"surnme\"", Some("did you mean surname?")),
            problem(Some(9), None, "no person has the id p-12", None),
            problem(None, None, "the file ends after 10 lines, the header counts 12", None),
        ],
        ..import(Outcome::Failed)
    };
    let rehearsal = ImportDocument { dry_run: true, ..import(Outcome::Done) };
    assert_snapshot!([held, failed, rehearsal].map(|one| text::import(&one)).join("\n"));
}

#[test]
fn small_answers() {
    let approval = ApprovalDocument {
        digest: digest(),
        what: "plan of ad".into(),
        not_needed: true,
        by: "anna".into(),
        at: instant(),
        only: Vec::new(),
        released: Some(0),
        consent: None,
    };
    let cut_off = json!({"run": 18, "target": "cloud", "verb": "run", "actor": "daemon", "digest": "89ab", "started": "2026-11-23T02:00:00Z", "ended": null, "outcome": null, "summary": null});
    let target = |name: &str, state: &str| TargetStatus {
        name: name.into(),
        state: state.into(),
        failure: (state == "failing").then(|| TargetFailure {
            since: instant(),
            run: 17,
            why: "connecting to https://cloud.example.test: Connection refused".into(),
        }),
        last_success: (state == "in step").then(instant),
        pending: 3,
        held: 1,
        paused: None,
        quarantined: u64::from(state == "failing"),
        digest: None,
        consent: None,
        schedule: ScheduleStatus { next: Some(instant()), queued: state == "failing", ..ScheduleStatus::default() },
    };
    let why = "held by a limit: intake.ends.person: 250 of 412, allowed 41".to_owned();
    let source = |name: &str, state: &str, held: Option<String>| SourceStatus {
        name: name.into(),
        state: state.into(),
        last_complete: Some(instant()),
        last_failure: Some(ImportFailure { at: instant(), why: why.clone() }),
        held,
        schedule: ScheduleStatus {
            waits: Some(WaitStatus {
                reason: "tried".into(),
                text: "its file is being written".into(),
                since: instant(),
                until: None,
            }),
            lacked: Some(Lack { name: "payroll".into(), day: "2026-11-20".parse().unwrap() }),
            ..ScheduleStatus::default()
        },
    };
    let order = Order { by: "anna".into(), since: instant(), note: "new storage".into() };
    let status = StatusDocument {
        alarms: vec![AlarmView {
            alarm: "expires".into(),
            severity: "warning".into(),
            subject: "target cloud: the token".into(),
            since: instant(),
            what: "Of target cloud, the token ends at 2026-03-20 01:00:00 +01:00".into(),
            todo: "From then on every connection is refused. Then:".into(),
            command: Some("rosterd check --online".into()),
        }],
        daemon: true,
        configuration: Some(ConfigurationStatus {
            read: instant(),
            generation: "89ab".into(),
            refused: Some(RefusedReload {
                since: instant(),
                why: "config.toml:12:1: there is no key \"usr\"".into(),
                needs_restart: None,
            }),
            file: Some(FileStatus::Wrong("config.toml:13:1: there is no key \"usr\" (and 2 more)".into())),
        }),
        retained: None,
        suspended: std::collections::BTreeMap::new(),
        maintenance: Some(Maintenance { order, until: None }),
        reports: vec![ReportStatus {
            name: "weekly".into(),
            last_success: Some(instant()),
            schedule: ScheduleStatus { due: Some(instant()), ..ScheduleStatus::default() },
        }],
        targets: vec![target("ad", "in step"), target("cloud", "failing")],
        sources: vec![source("hr", "held", Some(digest().to_string())), source("payroll", "taken", None)],
        letters: vec![WayStatus {
            channel: "mail".into(),
            to: "it@example.test".into(),
            waiting: 2,
            oldest: Some("2026-11-23T05:30:00Z".parse().unwrap()),
            next_try: Some("2026-11-23T06:30:00Z".parse().unwrap()),
            failed: 0,
            sent: 3,
            last_sent: None,
            why: Some("connecting to the mail server smtp.example.test:465: Connection refused".into()),
        }],
    };
    let imported = json!({"run": 16, "source": "hr", "verb": "import", "actor": "daemon", "digest": "", "started": "2026-11-23T01:00:00Z", "ended": "2026-11-23T01:00:01Z", "outcome": "failed"});
    let check = CheckDocument {
        ok: false,
        problems: Vec::new(),
        targets: vec![TargetCheck {
            target: "ad".into(),
            findings: vec![
                CheckFinding {
                    ok: true,
                    text: "connected to ldaps://dc.example.test".into(),
                    ..CheckFinding::default()
                },
                CheckFinding {
                    ok: false,
                    text: "OU=Org cannot be read".into(),
                    hint: Some("grant List Contents".into()),
                    ..CheckFinding::default()
                },
            ],
        }],
    };
    let shown = json!({"kind": "person", "id": "p-1", "given_name": "Åse", "custom": {}, "tags": ["a", "b"], "versions": [{"valid_from": "2026-01-01", "valid_to": null}, {"valid_from": null}]});
    let parts = [
        text::approval(&approval, &zone()),
        text::runs(&RunsDocument { runs: vec![cut_off, last_run(), imported] }, &zone()),
        text::status(&status, &zone()),
        text::check(&check),
        text::value(&shown),
        text::report_list(),
    ];
    assert_snapshot!(parts.join("\n"));
}

fn last_run() -> serde_json::Value {
    serde_json::json!({"run": 17, "target": "ad", "verb": "apply", "actor": "anna", "digest": digest(),
        "started": "2026-11-22T02:00:00Z", "ended": "2026-11-22T02:01:30Z", "outcome": "done", "summary": {"done": 3}})
}
