//! The file: its mode, who may open it, and that readers and a writer do not disturb each other.

use std::os::unix::fs::PermissionsExt;

use rosterd::org::Instant;
use rosterd::store::{BatchOutcome, BatchRecord, Store, StoreError};

use super::fixture::{ANNA, Roster, SMALL, complete, id, instant, partial};

fn path(roster: &Roster) -> std::path::PathBuf {
    roster.folder.path().join("roster.db")
}

#[tokio::test]
async fn every_file_is_for_its_owner_only() {
    let roster = Roster::with(&complete(&SMALL)).await;
    for entry in std::fs::read_dir(roster.folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
}

#[tokio::test]
async fn what_is_no_roster_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("x.db");
    assert!(matches!(Store::open(&there).await, Err(StoreError::Missing(_))));
    std::fs::write(&there, "not a database at all").unwrap();
    assert!(matches!(Store::open(&there).await, Err(StoreError::NotARoster(_))));
    std::fs::write(&there, [b"SQLite format 3\0".as_slice(), &[0; 4080]].concat()).unwrap();
    assert!(matches!(Store::open_read_only(&there).await, Err(StoreError::NotARoster(_))));
    let created = Store::create(&there, "UTC", Instant::from_micros(0)).await;
    assert!(matches!(created, Err(StoreError::Exists(_))));
}

#[tokio::test]
async fn a_newer_roster_is_refused() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let path = path(&roster);
    roster.store.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'later', 1, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    assert!(matches!(Store::open(&path).await, Err(StoreError::Newer(_))));
    assert!(matches!(Store::open_read_only(&path).await, Err(StoreError::Newer(_))));
}

#[tokio::test]
async fn a_second_process_reads_while_the_first_writes() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let reader = Store::open_read_only(&path(&roster)).await.unwrap();
    assert_eq!(reader.meta(), roster.store.meta());
    roster.import(&partial(&[&ANNA.replace("Ågård", "Holm")]), "2026-11-02T06:00:00Z").await.unwrap();
    let seen = reader.snapshot("2026-11-23".parse().unwrap(), None).await.unwrap();
    assert_eq!(seen.person(&id("anna")).unwrap().surname, "Holm");
    let refused = reader.save_batch(&record(), &rosterd::org::Actor::of_uid(0)).await;
    assert!(matches!(refused, Err(StoreError::ReadOnly)));
}

#[tokio::test]
async fn a_roster_is_the_same_after_it_was_closed() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let path = path(&roster);
    let meta = roster.store.meta().clone();
    roster.store.close().await;
    let store = Store::open(&path).await.unwrap();
    assert_eq!(*store.meta(), meta);
    assert_eq!(store.snapshot("2026-11-23".parse().unwrap(), None).await.unwrap().people().count(), 2);
}

fn record() -> BatchRecord {
    BatchRecord {
        digest: "d".into(),
        source: "roster".into(),
        file: "f".into(),
        taken: None,
        outcome: BatchOutcome::Held,
        counts: serde_json::json!({ "person": { "ended": 3 } }),
        limits: serde_json::json!([]),
        recorded: instant("2026-11-02T06:00:00Z"),
        seq: None,
    }
}

#[tokio::test]
async fn a_held_import_is_remembered_by_its_digest_and_its_bytes() {
    let roster = Roster::new().await;
    roster.store.save_batch(&record(), &rosterd::org::Actor::of_uid(0)).await.unwrap();
    assert_eq!(roster.store.batch("d").await.unwrap(), Some(record()));
    assert_eq!(roster.store.batch_of_file("roster", "f").await.unwrap(), Some(record()));
    assert_eq!(roster.store.batch_of_file("hr", "f").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_may_write_at_once() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let other = Store::open(&path(&roster)).await.unwrap();
    let save = |store, name: &'static str| async move {
        let store: &Store = store;
        for number in 0..20 {
            let batch = BatchRecord { digest: format!("{name}{number}"), ..record() };
            store.save_batch(&batch, &rosterd::org::Actor::of_uid(0)).await.unwrap();
        }
    };
    tokio::join!(save(&roster.store, "a"), save(&other, "b"));
    assert!(other.batch("a19").await.unwrap().is_some() && roster.store.batch("b19").await.unwrap().is_some());
}
