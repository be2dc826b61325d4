//! Erasing a person: what goes, what stays, what the log says of it, and which bytes are left in the files.

use rosterd::object::{Kind, ObjectId, Op, Reservation, Space, StepId};
use rosterd::org::edit::Act;
use rosterd::org::{CustomTypes, Day, Edit, ErasureRefused, FactKind, Instant, Interval, plan_edit};
use rosterd::reconcile::journal::Event;
use rosterd::reconcile::{Digest, Plan};
use rosterd::store::{
    CommitMeta, Entry, Erasure, ExportOptions, Linking, Page, Store, StoreError, StoredFinding, Telling, TellingPart,
};

use super::fixture::{Roster, complete, day, id, instant, log_key, partial, sealer};

const UNIT: &str = r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","name":"Town hall"}"#;
const CLASSES: [&str; 2] = [
    r#"{"kind":"class","id":"c-mail","vocabulary":"contact_type","name":"Mail"}"#,
    r#"{"kind":"class","id":"c-rel","vocabulary":"relation","name":"with"}"#,
];
const GONE: [&str; 10] = [
    r#"{"kind":"person","id":"p-1","valid_from":"2020-01-01","given_name":"Xanthippe","surname":"Quistgaard","national_id":"010203-4567"}"#,
    r#"{"kind":"engagement","id":"e-1","valid_from":"2020-01-01","valid_to":"2025-01-01","person":"p-1","unit":"u1","title":"Falconer"}"#,
    r#"{"kind":"leave","id":"l-1","valid_from":"2021-01-01","valid_to":"2021-02-01","person":"p-1","engagement":"e-1"}"#,
    r#"{"kind":"association","id":"s-1","valid_from":"2020-01-01","unit":"u1","person":"p-1"}"#,
    r#"{"kind":"account","id":"a-1","valid_from":"2020-01-01","person":"p-1","system":"cloud","login":"xantquis"}"#,
    r#"{"kind":"contact","id":"t-1","valid_from":"2020-01-01","person":"p-1","type":"c-mail","value":"xq@falcons.test","visibility":"public"}"#,
    r#"{"kind":"membership","id":"n-1","valid_from":"2020-01-01","group":"g-1","member_person":"p-1"}"#,
    r#"{"kind":"membership","id":"n-2","valid_from":"2020-01-01","group":"g-1","member_account":"a-1"}"#,
    r#"{"kind":"relation","id":"r-1","valid_from":"2020-01-01","from":"p-1","to":"u1","type":"c-rel"}"#,
    r#"{"kind":"key","id":"k-1","valid_from":"2020-01-01","of":"p-1","source":"hr","value":"HR-887766"}"#,
];
const NAMING: [&str; 4] = [
    r#"{"kind":"person","id":"p-2","valid_from":"2020-01-01","given_name":"Bo","surname":"Dahl","sponsor":"p-1"}"#,
    r#"{"kind":"manager","id":"m-1","valid_from":"2020-01-01","valid_to":"2025-01-01","unit":"u1","person":"p-1","engagement":"e-1"}"#,
    r#"{"kind":"association","id":"s-2","valid_from":"2020-01-01","unit":"u1","person":"p-2","substitute":"p-1"}"#,
    r#"{"kind":"group","id":"g-1","valid_from":"2020-01-01","name":"Falcons","owner":"p-1"}"#,
];
const OTHERS: [&str; 2] = [
    r#"{"kind":"person","id":"p-3","valid_from":"2020-01-01","given_name":"Cora","surname":"Ebel","national_id":"010203-9999"}"#,
    r#"{"kind":"engagement","id":"e-3","valid_from":"2020-01-01","person":"p-3","unit":"u1","title":"Clerk"}"#,
];
/// What nobody may find in a file afterwards.
const TRACES: [&str; 8] =
    ["Xanthippe", "Quistgaard", "Falconer", "xq@falcons.test", "HR-887766", "Falkland", "Zebedee", "xantquis@"];

fn at(day: u32) -> Instant {
    instant(&format!("2026-11-{day:02}T06:00:00Z"))
}

fn lines() -> Vec<&'static str> {
    [&[UNIT], &CLASSES[..], &GONE, &NAMING, &OTHERS].concat()
}

fn meta(note: &str, source: &str, now: Instant) -> CommitMeta {
    CommitMeta { actor: "test".into(), source: source.into(), batch: None, note: Some(note.into()), taken: None, now }
}

fn plan_naming(target: &str, text: &str) -> Plan {
    let plan = serde_json::json!({
        "target": target, "as_of": "2026-11-02", "coverage": { "complete": true }, "steps": [], "held": [],
        "reservations": [], "population": { "users": 0, "objects": 0, "members": 0 }, "unmanaged": [],
        "labels": { "x": text }, "basis": text,
    });
    serde_json::from_value(plan).unwrap()
}

/// A roster with a past: corrections, an edit with a note, a linked account, plans, and a run that failed for the person.
async fn lived() -> Roster {
    let roster = Roster::with(&complete(&lines())).await;
    let renamed = GONE[0].replace("Quistgaard", "Quistgaard-Falkland");
    roster.import(&partial(&[&renamed]), &at(2).to_string()).await.unwrap();
    roster.import(&partial(&[&OTHERS[0].replace("Ebel", "Ebert")]), &at(3).to_string()).await.unwrap();
    let nickname = serde_json::json!({ "nickname": "Zeb" }).as_object().unwrap().clone();
    let act = Act::Correct { interval: Interval::ALWAYS };
    let edit = Edit { kind: FactKind::Person, id: id("p-1"), act, fields: nickname };
    let stored = roster.store.stored().await.unwrap();
    let plan = plan_edit(&edit, &stored, &CustomTypes::default(), &rosterd::org::Owners::default(), "edit").unwrap();
    roster.store.commit_intake(&plan.rows, &meta("Zebedee asked for it", "edit", at(4)), None).await.unwrap();
    run(&roster.store).await;
    for (target, text) in [("cloud", "Zebedee p-1"), ("ad", "somebody else")] {
        roster.store.keep_plan(&plan_naming(target, text), &rosterd::org::Actor::of_uid(0), at(6)).await.unwrap();
    }
    roster.store.keep_telling(&telling()).await.unwrap();
    roster
}

/// A report told of the person, and of somebody else.
fn telling() -> Telling {
    let finding = |id: &str, body: &str| StoredFinding { id: id.into(), body: body.into() };
    let findings =
        vec![finding("guid-x", r#"{"cells":["Xanthippe Quistgaard"]}"#), finding("guid-y", r#"{"cells":["Cora"]}"#)];
    let part = TellingPart { name: "leavers".into(), target: Some("ad".into()), whole: true, findings };
    Telling { job: "weekly".into(), report: "leavers".into(), targets: vec!["ad".into()], at: at(6), parts: vec![part] }
}

async fn run(store: &Store) {
    let digest: Digest = "a".repeat(32).parse().unwrap();
    let run = store.begin_run("ad", "apply", "test", Some(&digest), at(5)).await.unwrap();
    let object = ObjectId::new("guid-of-x");
    let create = StepId::new(Op::Create, &id("a-2"));
    let intent = Entry { run, step: &create, event: Event::Intended, object: None, class: None, message: None };
    assert_eq!(reserve(store, intent, &reservation(), day("2026-11-01"), at(5)).await, None);
    for (step, event, message) in [
        (StepId::new(Op::Create, &id("a-2")), Event::Done, None),
        (StepId::new(Op::Disable, &id("a-2")), Event::Refused, Some("CN=Zebedee: no such thing")),
        (StepId::new(Op::Disable, &id("a-3")), Event::Refused, Some("something else")),
    ] {
        let intended = Entry { run, step: &step, event: Event::Intended, object: None, class: None, message: None };
        store.record(&intended, None, at(5)).await.unwrap();
        let is_create = message.is_none();
        let object = is_create.then_some(&object);
        let entry = Entry { run, step: &step, event, object, class: None, message };
        let account = id("a-2");
        let link = is_create.then_some(("ad", Linking::Made(&account, Kind::User)));
        store.record(&entry, link, at(5)).await.unwrap();
    }
    let failure = |key: &str, message: &str| serde_json::json!({ "key": key, "name": "somebody", "message": message });
    let failures = [
        failure("a-2", "CN=Zebedee: no such thing"),
        failure("a-3", "something else"),
        failure("a-4", "sponsored by Dahl, Bo"),
    ];
    store.end_run(run, "partly", &serde_json::json!({ "failures": failures }), at(5)).await.unwrap();
}

fn reservation() -> Reservation {
    Reservation::of_login(id("a-2"), id("p-1"), "XantQuis".into())
}

/// Writes an intent with what it reserves; says why it cannot be.
async fn reserve(
    store: &Store,
    intent: Entry<'_>,
    reservation: &Reservation,
    today: Day,
    now: Instant,
) -> Option<String> {
    let page = Page {
        outcomes: Vec::new(),
        intents: vec![(intent, Some(reservation))],
        written: Vec::new(),
        joined: Vec::new(),
        tries: Vec::new(),
    };
    store.write_page(&page, "ad", today, &meta("run 1", "rosterd", now)).await.unwrap().remove(0)
}

async fn found(store: &Store, person: &str) -> Erasure {
    store.find_erasure(&id(person), day("2026-11-23")).await.unwrap().unwrap()
}

async fn erase(store: &Store, person: &str, now: Instant) {
    let erasure = found(store, person).await;
    store.erase(&erasure, day("2026-11-23"), &meta("request 17", "edit", now)).await.unwrap();
    assert!(store.scrub().await.unwrap());
}

async fn is_whole(store: &Store) {
    assert_eq!(store.verify_log(None).await.unwrap().broken, None);
}

async fn everything(roster: &Roster) -> String {
    let sealer = sealer();
    roster.export(ExportOptions { national_ids: Some(&sealer), ..ExportOptions::default() }).await
}

/// The traces in any file of the folder, sealed national ids and all.
fn traces(roster: &Roster, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let sealed = serde_json::to_value(sealer().seal(&id("p-1"), "010203-4567").unwrap()).unwrap();
    let sealed = [sealed.as_str().unwrap().to_owned(), sealer().index("010203-4567").unwrap()];
    for entry in std::fs::read_dir(roster.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_str().unwrap().starts_with(name) {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for trace in TRACES.iter().map(|trace| (*trace).to_owned()).chain(sealed.clone()) {
            let folded = trace.to_lowercase();
            for wanted in [trace.as_bytes(), folded.as_bytes()] {
                if bytes.windows(wanted.len()).any(|window| window == wanted) {
                    found.push(format!("{trace} in {}", path.display()));
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn nothing_of_the_person_is_left_and_others_are_as_they_were() {
    let roster = lived().await;
    let before = everything(&roster).await;
    let erasure = found(&roster.store, "p-1").await;
    assert_eq!((erasure.things(), erasure.deleted[&FactKind::Person], erasure.deleted[&FactKind::Account]), (11, 3, 2));
    assert_eq!(erasure.rewritten.values().sum::<u64>(), 4);
    assert_eq!((erasure.objects.len(), erasure.plans, erasure.texts), (1, 1, 4));
    assert_eq!((erasure.objects[0].target.as_str(), erasure.objects[0].object.as_str()), ("ad", "guid-of-x"));
    erase(&roster.store, "p-1", at(23)).await;
    let expected: Vec<String> = before
        .lines()
        .skip(1)
        .filter(|line| !GONE.iter().any(|gone| id_of(gone) == id_of(line)) && id_of(line) != "a-2")
        .map(|line| line.replace(r#","sponsor":"p-1""#, "").replace(r#","person":"p-1","engagement":"e-1""#, ""))
        .map(|line| line.replace(r#","substitute":"p-1""#, "").replace(r#","owner":"p-1""#, ""))
        .collect();
    let after = everything(&roster).await;
    assert_eq!(after.lines().skip(1).collect::<Vec<_>>(), expected);
    for known in [1, 2, 4, 23].map(at) {
        let snapshot = roster.store.snapshot(day("2024-06-01"), Some(known)).await.unwrap();
        assert!(snapshot.person(&id("p-1")).is_none() && snapshot.engagement(&id("e-1")).is_none());
        assert!(snapshot.person(&id("p-3")).is_some() || known < at(1));
        let shown = roster.store.show(FactKind::Person, &id("p-1"), day("2024-06-01"), Some(known)).await.unwrap();
        assert_eq!(shown, None);
    }
    assert!(roster.store.history(FactKind::Person, &id("p-1")).await.unwrap().is_empty());
    assert!(!roster.history().await.contains("p-1"));
    assert_eq!(roster.store.links("ad").await.unwrap().len(), 0);
    assert_eq!(roster.store.left_objects(&id("p-1")).await.unwrap(), erasure.objects, "whoever asks again is told");
    assert!(roster.store.people_with_national_id(&sealer().index("010203-4567").unwrap()).await.unwrap().is_empty());
    assert_eq!(
        roster.store.people_with_national_id(&sealer().index("010203-9999").unwrap()).await.unwrap(),
        [id("p-3")]
    );
    let ledger = roster.store.ledger().await.unwrap();
    let of = ledger.owner(Space::Login, "xantquis").map(|holder| &holder.person);
    assert_eq!(of, Some(&id("p-1")), "nobody gets the login again");
    let tombstone = roster.store.tombstone(&id("a-2")).await.unwrap().unwrap();
    assert_eq!((tombstone.kind, tombstone.day), (FactKind::Account, day("2026-11-23")));
}

fn id_of(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    line["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_bytes_are_gone_from_every_file_and_from_a_new_copy() {
    let roster = lived().await;
    assert!(traces(&roster, "roster.db").len() > 5, "they are there before");
    erase(&roster.store, "p-1", at(23)).await;
    assert_eq!(traces(&roster, "roster.db"), Vec::<String>::new());
    roster.store.backup(&roster.folder.path().join("copy.db"), at(24)).await.unwrap();
    assert_eq!(traces(&roster, ""), Vec::<String>::new());
    assert_eq!(traces(&roster, "roster.db-wal"), Vec::<String>::new());
}

#[tokio::test]
async fn the_log_is_whole_after_one_and_after_two_erasures() {
    let roster = lived().await;
    is_whole(&roster.store).await;
    erase(&roster.store, "p-1", at(23)).await;
    is_whole(&roster.store).await;
    roster.import(&partial(&[&OTHERS[1].replace("Clerk", "Head")]), &at(24).to_string()).await.unwrap();
    is_whole(&roster.store).await;
    erase(&roster.store, "p-2", at(25)).await;
    is_whole(&roster.store).await;
    let proof = roster.store.verify_log(None).await.unwrap();
    assert_eq!(
        proof.erased, 4,
        "a note, a receipt, the end of the run; and the first erasure's, said again by the second"
    );
    let again = Store::open(&roster.folder.path().join("roster.db")).await.unwrap();
    let again = again.with_log(log_key(), at(26)).await.unwrap();
    is_whole(&again).await;
    let bytes = std::fs::read(roster.folder.path().join("roster.db")).unwrap();
    assert!(!bytes.windows(4).any(|window| window == b"Dahl"), "nor is the second one left");
}

#[tokio::test]
async fn what_was_cut_off_before_the_file_was_cleaned_is_finished_later() {
    let roster = lived().await;
    let erasure = found(&roster.store, "p-1").await;
    roster.store.erase(&erasure, day("2026-11-23"), &meta("request 17", "edit", at(23))).await.unwrap();
    assert!(!traces(&roster, "roster.db").is_empty());
    let path = roster.folder.path().join("roster.db");
    let again = Store::open(&path).await.unwrap().with_log(log_key(), at(24)).await.unwrap();
    let reader =
        sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(&path)).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    sqlx::query("SELECT count(*) FROM fact").execute(&mut *reading).await.unwrap();
    assert!(!again.scrub().await.unwrap(), "somebody reads what was");
    reading.rollback().await.unwrap();
    assert!(again.scrub().await.unwrap());
    assert_eq!(traces(&roster, "roster.db"), Vec::<String>::new());
    is_whole(&again).await;
}

#[tokio::test]
async fn a_run_that_began_before_does_not_bring_the_person_back() {
    let roster = lived().await;
    erase(&roster.store, "p-1", at(23)).await;
    let step = StepId::new(Op::Create, &id("a-2"));
    let intent = Entry { run: 1, step: &step, event: Event::Intended, object: None, class: None, message: None };
    let refused = reserve(&roster.store, intent, &reservation(), day("2026-11-23"), at(24)).await;
    assert_eq!(refused, Some("the person was erased".to_owned()));
}

#[tokio::test]
async fn what_is_left_goes_into_an_empty_roster_with_its_history() {
    let roster = lived().await;
    erase(&roster.store, "p-1", at(23)).await;
    let history = roster.history().await;
    let other = Roster::new().await;
    other.import(&history, &at(24).to_string()).await.unwrap();
    let lines = |text: &str| text.lines().skip(1).map(ToOwned::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&other.history().await), lines(&history));
}

#[tokio::test]
async fn what_is_done_by_hand_is_found_beside_an_erasure() {
    let tampered = [
        ("DELETE FROM fact WHERE id = 'e-3'", "facts of commit 1"),
        ("DELETE FROM fact WHERE id = 'p-3' AND known_to IS NULL", "facts of commit 3"),
        ("UPDATE fact SET body = replace(body, 'Ebel', 'Abel')", "facts of commit 1"),
        ("UPDATE fact SET body = json_set(body, '$.person', 'p-3') WHERE id = 'm-1'", "facts of commit 1"),
        ("UPDATE fact SET known_to = NULL WHERE id = 'p-3'", "facts of commit 3"),
        (
            "INSERT INTO fact SELECT 99, kind, 'x', valid_from, valid_to, body, source, 2, NULL FROM fact LIMIT 1",
            "facts of commit 2",
        ),
        ("UPDATE fact SET row = 98 WHERE id = 'e-3'", "facts of commit 1"),
        ("DELETE FROM tombstone WHERE id = 'a-1'", "erasure"),
        ("UPDATE step_event SET message = 'Zebedee' WHERE message = '(erased)'", "receipt"),
        ("UPDATE run SET summary = '{}'", "run-ended"),
        ("INSERT INTO step_event (run, step, event, at) VALUES (1, 'x', 'done', 1)", "added by hand"),
        ("UPDATE log SET payload = replace(payload, '\"added\":', '\"added\":1') WHERE kind = 'erasure'", "commit 1"),
        ("DELETE FROM log WHERE kind = 'erasure'", "commit 1"),
        ("UPDATE log SET payload = NULL, salt = NULL WHERE kind = 'erasure'", "commit 1"),
    ];
    for (statement, word) in tampered {
        let roster = lived().await;
        erase(&roster.store, "p-1", at(23)).await;
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(roster.folder.path().join("roster.db"))
            .foreign_keys(false);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::raw_sql(statement).execute(&pool).await.unwrap();
        pool.close().await;
        let broken = roster.store.verify_log(None).await.unwrap().broken;
        assert!(broken.as_ref().is_some_and(|found| found.what.contains(word)), "{statement}: {broken:?}");
    }
}

#[tokio::test]
async fn nothing_is_erased_that_is_not_there_or_in_use_or_was_found_before() {
    let roster = lived().await;
    let refused = |person: &'static str| async {
        roster.store.find_erasure(&id(person), day("2026-11-23")).await.unwrap().unwrap_err()
    };
    assert!(matches!(refused("p-9").await, ErasureRefused::Unknown(_)));
    assert!(matches!(refused("e-3").await, ErasureRefused::Unknown(_)));
    assert!(matches!(refused("p-3").await, ErasureRefused::Engaged { .. }));
    let early = found(&roster.store, "p-1").await;
    roster.import(&partial(&[&OTHERS[1].replace("Clerk", "Head")]), &at(22).to_string()).await.unwrap();
    let stale = roster.store.erase(&early, day("2026-11-23"), &meta("x", "edit", at(23))).await;
    assert!(matches!(stale, Err(StoreError::Stale)));
    assert!(roster.on("2026-11-23").await.person(&id("p-1")).is_some(), "all of it or nothing");
}

#[tokio::test]
async fn lines_of_an_erased_person_are_held_and_take_nothing_with_them() {
    let roster = lived().await;
    erase(&roster.store, "p-1", at(23)).await;
    let before = everything(&roster).await;
    // of a post that was somebody else's too, neither version is taken: what is there stays
    let since =
        NAMING[1].replace(r#""valid_from":"2020-01-01","valid_to":"2025-01-01""#, r#""valid_from":"2025-01-01""#);
    let since = since.replace("p-1", "p-2").replace(r#","engagement":"e-1""#, "");
    // the same delivery as ever, with the person, and with things that name what it brings of the person
    let keyed = r#"{"kind":"contact","id":"t-9","person":{"source":"hr","key":"HR-887766"},"type":"c-mail","value":"a@b.test","visibility":"public"}"#;
    let mut text = lines();
    text.extend([keyed, since.as_str()]);
    let plan = roster.import(&complete(&text).replace("Ebel", "Ebert"), &at(24).to_string()).await.unwrap();
    assert_eq!(plan.held.len(), GONE.len() + NAMING.len() + 2);
    assert!(plan.held[0].reason.contains("was erased on 2026-11-23"), "{:?}", plan.held[0]);
    assert!(plan.is_empty(), "{plan:?}");
    assert_eq!(everything(&roster).await, before);
    is_whole(&roster.store).await;
}
