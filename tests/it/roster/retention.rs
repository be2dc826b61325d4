//! What was kept long enough goes, what may still be needed stays, and the log is whole either way.

use rosterd::object::{ObjectId, Op, StepId};
use rosterd::org::Instant;
use rosterd::reconcile::journal::Event;
use rosterd::reconcile::{Approval, Digest, Plan, Retention};
use rosterd::store::{BatchOutcome, BatchRecord, CommitMeta, Entry, Store};

use super::fixture::{ANNA, Roster, day, id, instant, partial};

const DAYS: Retention = Retention { plans: 90, journal: 400, batches: 400 };

fn now() -> Instant {
    instant("2026-11-23T06:00:00Z")
}

fn plan(target: &str, key: &str) -> Plan {
    let hold = serde_json::json!({ "key": key, "kind": "user", "name": key, "code": "unread", "reason": "r" });
    let plan = serde_json::json!({
        "target": target, "as_of": "2026-11-02", "coverage": { "complete": true }, "steps": [], "held": [hold],
        "reservations": [], "population": { "users": 0, "objects": 0, "members": 0 }, "unmanaged": [],
        "labels": {}, "basis": "",
    });
    serde_json::from_value(plan).unwrap()
}

/// A run with two receipts; without an end, one that was cut off.
async fn run(store: &Store, digest: &Digest, days_ago: i64, ends: bool) -> i64 {
    let at = now().days_earlier(days_ago);
    let run = store.begin_run("ad", "apply", "test", Some(digest), at).await.unwrap();
    let object = ObjectId::new("guid-1");
    for (op, message) in [(Op::Create, None), (Op::Disable, Some("p-1: refused"))] {
        let step = StepId::new(op, &id("a-1"));
        let entry = |event, message| Entry { run, step: &step, event, object: Some(&object), class: None, message };
        store.record(&entry(Event::Intended, None), None, at).await.unwrap();
        store
            .record(&entry(if message.is_some() { Event::Refused } else { Event::Done }, message), None, at)
            .await
            .unwrap();
    }
    if ends {
        store
            .end_run(run, "partly", &serde_json::json!({ "failures": [{ "message": "p-1: refused" }] }), at)
            .await
            .unwrap();
    }
    run
}

async fn batch(store: &Store, digest: &str, days_ago: i64, outcome: BatchOutcome) {
    let counts = serde_json::json!({});
    let recorded = now().days_earlier(days_ago);
    let (limits, digest, source) = (counts.clone(), digest.to_owned(), "hr".to_owned());
    let record =
        BatchRecord { file: digest.clone(), digest, source, taken: None, outcome, counts, limits, recorded, seq: None };
    store.save_batch(&record, &rosterd::org::Actor::of_uid(0)).await.unwrap();
}

/// Old and new of everything.
async fn lived() -> (Roster, Vec<Digest>) {
    let roster = Roster::with(&partial(&[ANNA])).await;
    let store = &roster.store;
    let (mut digests, by) = (Vec::new(), rosterd::org::Actor::of_uid(0));
    for (key, days_ago) in [("old", 100), ("approved", 100), ("cut-off", 100), ("new", 1)] {
        digests.push(store.keep_plan(&plan("ad", key), &by, now().days_earlier(days_ago)).await.unwrap());
    }
    let at = now().days_earlier(100);
    store.approve(&Approval::new(digests[1].clone(), by.clone(), at, 7)).await.unwrap();
    run(store, &digests[0], 500, true).await;
    run(store, &digests[2], 450, false).await;
    run(store, &digests[0], 410, true).await;
    run(store, &digests[3], 401, true).await;
    for (digest, days_ago, outcome) in [
        ("old", 500, BatchOutcome::Committed),
        ("held", 500, BatchOutcome::Held),
        ("newest", 450, BatchOutcome::Unchanged),
    ] {
        batch(store, digest, days_ago, outcome).await;
    }
    (roster, digests)
}

async fn is_whole(store: &Store) -> u64 {
    let proof = store.verify_log(None).await.unwrap();
    assert_eq!(proof.broken, None);
    proof.erased
}

#[tokio::test]
async fn what_is_old_goes_and_the_log_stays_whole() {
    let (roster, digests) = lived().await;
    let store = &roster.store;
    assert_eq!((is_whole(store).await, store.last_retained().await.unwrap()), (0, None));
    let expired = store.retain(&DAYS, now()).await.unwrap();
    assert_eq!((expired.plans.clone(), expired.runs.clone()), (vec![digests[0].to_string()], vec![1, 3]));
    assert_eq!(expired.batches, ["old"]);
    assert_eq!(is_whole(store).await, 6, "of each of two runs, two receipts and the end");
    assert_eq!(store.last_retained().await.unwrap(), Some(now()));
    assert!(store.plan(&digests[0]).await.unwrap().is_none() && store.plan(&digests[1]).await.unwrap().is_some());
    assert!(store.batch("old").await.unwrap().is_none() && store.batch("held").await.unwrap().is_some());
    assert_eq!((store.events(1).await.unwrap().len(), store.events(2).await.unwrap().len()), (0, 4));
    let runs = store.runs(10).await.unwrap();
    let told: Vec<(i64, bool)> = runs.iter().map(|run| (run.run, run.summary.is_some())).collect();
    assert_eq!(told, [(4, true), (3, false), (2, false), (1, false)], "that they were stays");
    assert_eq!(store.unsettled_runs("ad").await.unwrap().len(), 1);
    assert!(store.retain(&DAYS, now()).await.unwrap().is_empty(), "there is nothing left to do");
    is_whole(store).await;
}

#[tokio::test]
async fn an_erasure_and_retention_leave_the_log_whole_in_either_order() {
    for erase_first in [true, false] {
        let (roster, _) = lived().await;
        let store = &roster.store;
        let person = ANNA.replace("anna", "p-1");
        roster.import(&partial(&[&person]), "2026-11-02T06:00:00Z").await.unwrap();
        let erase = async || {
            let erasure = store.find_erasure(&id("p-1"), day("2026-11-23")).await.unwrap().unwrap();
            let (actor, source, note) = ("test".to_owned(), "edit".to_owned(), Some("case".to_owned()));
            let meta = CommitMeta { actor, source, batch: None, note, taken: None, now: now() };
            store.erase(&erasure, day("2026-11-23"), &meta).await.unwrap();
        };
        if erase_first {
            erase().await;
            is_whole(store).await;
        }
        store.retain(&DAYS, now()).await.unwrap();
        is_whole(store).await;
        if !erase_first {
            erase().await;
            is_whole(store).await;
        }
        run(store, &"c".repeat(32).parse().unwrap(), 0, true).await;
        assert_eq!(store.retain(&Retention { journal: 1, ..DAYS }, now()).await.unwrap().runs, [4]);
        is_whole(store).await;
    }
}

#[tokio::test]
async fn what_is_done_by_hand_is_found_after_retention() {
    let tampered = [
        ("INSERT INTO step_event (run, step, event, at) VALUES (1, 'create:a-1', 'done', 1)", "added by hand"),
        ("DELETE FROM step_event WHERE run = 4", "receipt"),
        ("UPDATE run SET summary = '{}' WHERE id = 1", "run-ended"),
        ("UPDATE run SET outcome = 'done' WHERE id = 1", "run-ended"),
    ];
    for (statement, word) in tampered {
        let (roster, _) = lived().await;
        roster.store.retain(&DAYS, now()).await.unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(roster.folder.path().join("roster.db"));
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::raw_sql(statement).execute(&pool).await.unwrap();
        pool.close().await;
        let broken = roster.store.verify_log(None).await.unwrap().broken;
        assert!(broken.as_ref().is_some_and(|found| found.what.contains(word)), "{statement}: {broken:?}");
    }
}

#[tokio::test]
async fn what_is_forgotten_of_accesses_changes_no_answer_about_the_days_that_are_kept() {
    use rosterd::object::Links;
    use rosterd::reconcile::access::{Access, Dated, Span, Turn, spans};

    let (roster, links) = (Roster::with(&partial(&[ANNA])).await, Links::default());
    let store = &roster.store;
    let ago = |days| now().days_earlier(days);
    let turn = |subject: &str, group: Option<&str>, came| {
        let access = Access { subject: ObjectId::new(subject), group: group.map(ObjectId::new) };
        Turn { access, name: subject.to_owned(), came }
    };
    store.keep_turns("ad", &[], &links, (None, ago(900))).await.unwrap();
    for (days, turns) in [
        (800, vec![turn("a", None, true), turn("b", None, true), turn("a", Some("g"), true), turn("c", None, false)]),
        (700, vec![turn("a", Some("g"), false), turn("b", None, false)]),
        (600, vec![turn("a", Some("g"), true)]),
        (100, vec![turn("a", Some("g"), false), turn("b", None, true)]),
    ] {
        store.keep_turns("ad", &turns, &links, (None, ago(days))).await.unwrap();
    }
    let from = ago(400);
    let told = async || {
        let mut told = Vec::new();
        for (subject, group, now) in [("a", None, true), ("a", Some("g"), false), ("b", None, true), ("c", None, false)]
        {
            let turns: Vec<Dated> = store.turns_of("ad", &ObjectId::new(subject)).await.unwrap();
            let of_it = turns.iter().filter(|one| one.turn.access.group == group.map(ObjectId::new));
            let times: Vec<(Instant, bool)> = of_it.map(|one| (one.seen, one.turn.came)).collect();
            let later = spans(&times, now).into_iter().filter(|span| span.to.is_none_or(|to| to >= from));
            told.push(later.collect::<Vec<Span>>());
        }
        told
    };
    let before = told().await;
    assert_eq!(before.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1, 0]);
    assert_eq!(store.forget_access(from).await.unwrap(), 5, "two accesses that were over, and an account's end");
    assert_eq!(told().await, before);
    assert_eq!(store.access_since("ad").await.unwrap(), Some(from));
    assert_eq!(store.forget_access(from).await.unwrap(), 0, "there is nothing left to do");
    assert_eq!(store.forget_access(ago(500)).await.unwrap(), 0);
    assert_eq!(store.access_since("ad").await.unwrap(), Some(from), "what is forgotten does not come back");
}

/// Not by the clock: two may be of one instant, and it may be set back.
#[tokio::test]
async fn the_last_plan_is_the_one_that_was_proposed_last() {
    let roster = Roster::with(&partial(&[ANNA])).await;
    let (store, by) = (&roster.store, rosterd::org::Actor::of_uid(0));
    for (key, days_ago) in [("b", 1), ("a", 1), ("c", 1), ("a", 1), ("b", 2)] {
        let digest = store.keep_plan(&plan("ad", key), &by, now().days_earlier(days_ago)).await.unwrap();
        let (last, _) = store.last_plan("ad").await.unwrap().unwrap();
        assert_eq!(last.digest(), digest, "{key}");
    }
    assert!(store.last_plan("cloud").await.unwrap().is_none());
}
