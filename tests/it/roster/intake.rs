//! What a file does to the roster: whose absence counts, and from when.

use rosterd::org::{Counts, FactKind, Lost};

use super::fixture::{
    ANNA, ANNAS_JOB, BELOW, BO, BOS_JOB, Roster, SMALL, UNIT, alone, complete, current, day, id, instant, partial,
};

const NEW: &str = r#"{"kind":"unit","id":"u9","name":"New"}"#;
const NOW: &str = "2026-11-23T06:00:00Z";
const TAKEN: &str = "2026-11-22T23:30:00Z"; // the 23rd in Copenhagen

#[tokio::test]
async fn what_a_complete_timeline_lacks_was_never_true() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let plan = roster.import(&complete(&[UNIT, BELOW, ANNA, ANNAS_JOB]), NOW).await.unwrap();
    assert_eq!(plan.lost[&FactKind::Person], Lost { found: 1, of: 2 });
    assert_eq!(plan.counts[&FactKind::Person], Counts { ended: 1, unchanged: 1, ..Counts::default() });
    assert_eq!(plan.lost[&FactKind::Unit], Lost { found: 0, of: 2 });
    assert!(roster.on("2021-01-01").await.person(&id("bo")).is_none());
    let before = roster.store.snapshot(day("2021-01-01"), Some(instant("2026-11-22T00:00:00Z"))).await.unwrap();
    assert!(before.person(&id("bo")).is_some());
}

#[tokio::test]
async fn what_a_complete_current_file_lacks_ends_on_the_day_it_was_taken() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let plan = roster.import(&current(TAKEN, &[UNIT, BELOW, ANNA, ANNAS_JOB]), NOW).await.unwrap();
    assert_eq!(plan.lost[&FactKind::Person], Lost { found: 1, of: 2 });
    assert!(roster.on("2026-11-22").await.tenure(&id("bo")).current);
    let after = roster.on("2026-11-23").await;
    assert!(!after.tenure(&id("bo")).current);
    assert_eq!(after.tenure(&id("bo")).last_end, Some(day("2026-11-23")));
    assert!(roster.import(&current(TAKEN, &[UNIT, BELOW, ANNA, ANNAS_JOB]), NOW).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_line_of_a_current_file_holds_from_its_day_on() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let married = ANNA.replace("Ågård", "Holm").replace(r#""valid_from":"2020-01-01","#, "");
    let joiner = r#"{"kind":"person","id":"new","valid_from":"2026-11-01","given_name":"N","surname":"N"}"#;
    let lines = [UNIT, BELOW, &married, BO, ANNAS_JOB, BOS_JOB, joiner];
    let plan = roster.import(&current(TAKEN, &lines), NOW).await.unwrap();
    assert_eq!(plan.counts[&FactKind::Person], Counts { added: 1, changed: 1, unchanged: 1, ..Counts::default() });
    assert_eq!(roster.on("2026-11-22").await.person(&id("anna")).unwrap().surname, "Ågård");
    assert_eq!(roster.on("2026-11-23").await.person(&id("anna")).unwrap().surname, "Holm");
    assert!(roster.on("2026-11-01").await.person(&id("new")).is_some());
    assert!(roster.import(&current(TAKEN, &lines), NOW).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_absence_in_a_file_that_is_not_complete_says_nothing() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let plan = roster.import(&partial(&[&ANNA.replace("Ågård", "Holm")]), NOW).await.unwrap();
    assert_eq!(plan.lost.values().map(|lost| lost.found).sum::<u64>(), 0);
    let after = roster.on("2026-11-23").await;
    assert_eq!(after.people().count(), 2);
    assert_eq!(after.person(&id("anna")).unwrap().surname, "Holm");
}

#[tokio::test]
async fn an_absence_counts_for_the_kinds_of_the_header_only() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let people = super::fixture::file(r#""complete":true,"kinds":["person"]"#, &[ANNA]);
    roster.import(&people, NOW).await.unwrap();
    let after = roster.on("2026-11-23").await;
    assert_eq!((after.people().count(), after.units().count(), after.engagements().count()), (1, 2, 2));
}

#[tokio::test]
async fn an_empty_complete_file_loses_everything_and_says_so() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let plan = roster.import(&complete(&[]), NOW).await.unwrap();
    for kind in [FactKind::Person, FactKind::Unit, FactKind::Engagement] {
        assert_eq!(plan.lost[&kind], Lost { found: 2, of: 2 });
    }
}

#[tokio::test]
async fn a_thing_belongs_to_one_source() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let same = roster.import_as("hr", &complete(&SMALL), NOW).await.unwrap();
    assert!(same.is_empty());
    let other = ANNA.replace("Ågård", "Holm");
    let plan = roster.import_as("hr", &partial(&[UNIT, &other, NEW]), NOW).await.unwrap();
    let [held] = plan.held.as_slice() else { panic!("{:?}", plan.held) };
    assert_eq!((held.line, held.id.as_str()), (3, "anna"));
    assert!(held.reason.contains("belongs to the source \"roster\""), "{held:?}");
    assert_eq!((plan.close.len(), plan.add.len()), (0, 1), "the rest goes in");
    assert_eq!(roster.on("2026-11-23").await.person(&id("anna")).unwrap().surname, "Ågård");
    let gone = roster.import_as("hr", &complete(&[]), NOW).await.unwrap();
    assert_eq!((gone.close.len(), gone.add.len()), (1, 0), "its own unit, and nothing of the other source");
}

#[tokio::test]
async fn keys_are_resolved_by_the_file_and_by_the_roster() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let job = r#"{"kind":"engagement","id":"e3","person":{"source":"hr","key":"7"},"unit":{"source":"hr","key":"9"}}"#;
    let person = r#"{"kind":"key","id":"k1","of":"anna","source":"hr","value":"7"}"#;
    let unit = r#"{"kind":"key","id":"k2","of":"u1","source":"hr","value":"9"}"#;
    roster.import(&partial(&[person]), NOW).await.unwrap();
    roster.import(&partial(&[job, unit]), NOW).await.unwrap();
    let snapshot = roster.on("2026-11-23").await;
    let job = snapshot.engagement(&id("e3")).unwrap();
    assert_eq!((job.person.as_str(), job.unit.as_str()), ("anna", "u1"));
    assert_eq!(snapshot.keys_of(&id("anna")).count(), 1);
}

#[tokio::test]
async fn a_plan_is_committed_on_what_it_was_made_for_only() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let plan = roster.import(&partial(&[&ANNA.replace("Ågård", "Holm")]), NOW).await.unwrap();
    let meta = rosterd::store::CommitMeta {
        actor: "test".into(),
        source: "roster".into(),
        batch: None,
        note: None,
        taken: None,
        now: instant(NOW),
    };
    let again = roster.store.commit_intake(&plan, &meta, None).await;
    assert!(matches!(again, Err(rosterd::store::StoreError::Stale)));
}

#[tokio::test]
async fn a_file_that_lost_people_but_not_their_jobs_can_be_guarded_but_not_committed() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let text = complete(&[UNIT, BELOW, ANNAS_JOB, BOS_JOB]);
    let batch = rosterd::source::roster_jsonl::read(text.as_bytes(), "roster", None).unwrap();
    let stored = roster.store.stored().await.unwrap();
    let plan = rosterd::org::intake::plan(batch, &stored, &alone(day("2026-11-23"), &jiff::tz::TimeZone::UTC)).unwrap();
    assert_eq!(plan.lost[&FactKind::Person], Lost { found: 2, of: 2 });
    let lines: Vec<u64> = plan.dangling.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [4, 5]);
    let refusal = roster.import(&text, NOW).await.unwrap_err();
    assert!(refusal.contains("line 4"), "{refusal}");
    assert_eq!(roster.on("2026-11-23").await.people().count(), 2);
}

#[tokio::test]
async fn a_joiner_whose_start_moves_forward_starts_on_the_stated_day() {
    let joiner =
        |from: &str| format!(r#"{{"kind":"person","id":"new","valid_from":"{from}","given_name":"N","surname":"N"}}"#);
    let roster = Roster::with(&complete(&SMALL)).await;
    for (from, taken) in [("2026-12-01", "2026-11-10T06:00:00Z"), ("2026-11-20", TAKEN)] {
        let person = joiner(from);
        let lines: Vec<&str> = SMALL.into_iter().chain([person.as_str()]).collect();
        roster.import(&current(taken, &lines), NOW).await.unwrap();
        assert!(roster.on(from).await.person(&id("new")).is_some(), "{from}");
    }
    assert!(roster.on("2026-11-19").await.person(&id("new")).is_none());
}
