//! The log, broken by hand through SQLite, as somebody who has the file but not the key could: each way is found, and
//! its place is named.

use std::path::PathBuf;

use rosterd::org::{Actor, Instant};
use rosterd::reconcile::{Approval, Digest};
use rosterd::store::{Break, LogKey, Proof, Store, StoreError};
use sqlx::SqlitePool;

use super::fixture::{ANNA, BO, Roster, SMALL, complete, instant, log_key, partial};

/// A roster with five entries: three commits, an approval and a fourth commit.
async fn logged() -> Roster {
    let roster = Roster::with(&complete(&SMALL)).await;
    for (surname, day) in [("Holm", 2), ("Berg", 3)] {
        roster.import(&partial(&[&ANNA.replace("Ågård", surname)]), &at(day).to_string()).await.unwrap();
    }
    let digest: Digest = "a".repeat(32).parse().unwrap();
    roster.store.approve(&Approval::new(digest, Actor::of_uid(0), at(4), 7)).await.unwrap();
    roster.import(&partial(&[&BO.replace("D'Arcy", "Dahl")]), &at(5).to_string()).await.unwrap();
    roster
}

fn at(day: u32) -> Instant {
    instant(&format!("2026-11-{day:02}T06:00:00Z"))
}

fn file(roster: &Roster, name: &str) -> PathBuf {
    roster.folder.path().join(name)
}

async fn sql(roster: &Roster, statements: &str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file(roster, "roster.db")).foreign_keys(false);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned())).execute(&pool).await.unwrap();
    pool.close().await;
}

async fn prove(roster: &Roster) -> Proof {
    roster.store.verify_log(None).await.unwrap()
}

/// Breaks a log, and expects the place and a word of what is said.
async fn broken(statements: &str, entry: Option<i64>, word: &str) {
    let roster = logged().await;
    sql(&roster, statements).await;
    let proof = prove(&roster).await;
    let Some(found) = &proof.broken else { panic!("{statements}: not found") };
    assert!(found.entry == entry && found.what.contains(word), "{statements}: {found:?}");
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole() {
    let roster = logged().await;
    let proof = prove(&roster).await;
    assert_eq!((proof.entries, proof.erased, &proof.broken), (5, 0, &None));
    let said = std::fs::read_to_string(file(&roster, "roster.db.head")).unwrap();
    assert_eq!(said.trim(), proof.head.unwrap().to_string());
    assert_eq!(Roster::new().await.store.verify_log(None).await.unwrap().broken, None, "an empty one is whole too");
}

#[tokio::test]
async fn a_changed_row_is_found() {
    broken("UPDATE log SET subject = 'commit 9' WHERE seq = 2", Some(2), "hash").await;
    broken("UPDATE log SET at = at + 1 WHERE seq = 5", Some(5), "hash").await;
    broken("UPDATE log SET payload = replace(payload, 'test', 'fest') WHERE seq = 3", Some(3), "payload").await;
    broken("UPDATE log SET payload = NULL WHERE seq = 3", Some(3), "payload").await;
    broken("UPDATE fact SET body = replace(body, 'Holm', 'Helm')", Some(2), "facts of commit 2").await;
    broken("UPDATE fact SET valid_from = '2020-01-02' WHERE known_from = 4", Some(5), "facts of commit 4").await;
    broken("UPDATE fact SET known_to = NULL WHERE known_to = 3", Some(3), "closed 1").await;
    broken("UPDATE commit_log SET actor = 'nobody' WHERE seq = 1", Some(1), "commit 1").await;
    broken("UPDATE approval SET actor = 'uid 7'", Some(4), "approval").await;
}

#[tokio::test]
async fn a_removed_row_is_found() {
    broken("DELETE FROM log WHERE seq = 2", Some(2), "missing").await;
    broken("DELETE FROM log WHERE seq = 1", Some(1), "missing").await;
    broken("DELETE FROM log WHERE seq = 2; UPDATE log SET seq = seq - 1 WHERE seq > 2", Some(2), "hash").await;
    broken("DELETE FROM fact WHERE known_from = 2", Some(2), "added 1").await;
    broken("DELETE FROM approval", Some(4), "removed").await;
}

#[tokio::test]
async fn swapped_rows_are_found() {
    let numbers = "UPDATE log SET seq = 99 WHERE seq = 2; UPDATE log SET seq = 2 WHERE seq = 3;
                   UPDATE log SET seq = 3 WHERE seq = 99";
    broken(numbers, Some(2), "hash").await;
    let facts = "UPDATE fact SET row = 99 WHERE row = 3; UPDATE fact SET row = 3 WHERE row = 4;
                 UPDATE fact SET row = 4 WHERE row = 99";
    broken(facts, Some(1), "facts of commit 1").await;
}

#[tokio::test]
async fn a_row_added_with_a_fitting_hash_is_found() {
    // all that can be computed without the key is right: the number, the salt, the commitment, a hash over all of it
    let roster = logged().await;
    let payload = r#"{"row":{"digest":"b","actor":"uid 0","at":1}}"#;
    let commitment = blake3::keyed_hash(&[1; 32], payload.as_bytes());
    let before = prove(&roster).await.head.unwrap().hash;
    let hash = blake3::hash(&[before.as_bytes().as_slice(), commitment.as_bytes()].concat());
    let statements = format!(
        "INSERT INTO approval (digest, actor, at) VALUES ('b', 'uid 0', 1);
         INSERT INTO log VALUES (6, 1, 'approval', 'b', '{payload}', x'{}', x'{commitment}', x'{hash}')",
        "01".repeat(32)
    );
    sql(&roster, &statements).await;
    let found = prove(&roster).await.broken.unwrap();
    assert!(found.entry == Some(6) && found.what.contains("hash"), "{found:?}");
    // and so is one that no entry speaks of
    broken("INSERT INTO approval (digest, actor, at) VALUES ('b', 'uid 0', 1)", None, "(approval, b)").await;
    let fact =
        "INSERT INTO fact (kind, id, body, source, known_from) SELECT kind, 'x', body, source, 2 FROM fact LIMIT 1";
    broken(fact, Some(2), "there are 2").await;
}

#[tokio::test]
async fn a_last_row_that_was_cut_off_is_found() {
    broken("DELETE FROM log WHERE seq = 5", Some(5), "cut off").await;
    // with everything that came with it
    let whole = "DELETE FROM log WHERE seq = 5; UPDATE fact SET known_to = NULL WHERE known_to = 4;
                 DELETE FROM fact WHERE known_from = 4; DELETE FROM commit_log WHERE seq = 4";
    broken(whole, Some(5), "roster.db.head names it").await;
    broken("DELETE FROM log", Some(5), "cut off").await;
    let roster = logged().await;
    sql(&roster, "DELETE FROM log").await;
    let again = Store::open(&file(&roster, "roster.db")).await.unwrap().with_log(log_key(), at(6)).await.unwrap();
    let digest: Digest = "c".repeat(32).parse().unwrap();
    let refused = again.approve(&Approval::new(digest, Actor::of_uid(0), at(6), 7)).await;
    assert!(matches!(refused, Err(StoreError::LogEmptied)), "a cut-off log is not begun anew: {refused:?}");
}

#[tokio::test]
async fn a_changed_head_file_is_found() {
    let roster = logged().await;
    let head = file(&roster, "roster.db.head");
    let said = std::fs::read_to_string(&head).unwrap();
    let copy = file(&roster, "kept");
    std::fs::write(&copy, &said).unwrap();
    let cases = [
        (format!("5 {}", "0".repeat(64)), Some(5), "another hash"),
        (said.replace("5 ", "3 "), Some(3), "another hash"),
        (said.replace("5 ", "7 "), Some(7), "ends with entry 5"),
        ("5".to_owned(), None, "cannot be read"),
    ];
    for (text, entry, word) in cases {
        std::fs::write(&head, &text).unwrap();
        let found = prove(&roster).await.broken.unwrap();
        assert!(found.entry == entry && found.what.contains(word), "{text}: {found:?}");
        assert_eq!(roster.store.verify_log(Some(&copy)).await.unwrap().broken, None);
    }
    std::fs::remove_file(&head).unwrap();
    let Some(Break { entry: None, what }) = prove(&roster).await.broken else { panic!() };
    assert!(what.contains("no head file"), "{what}");
}

#[tokio::test]
async fn an_erased_payload_leaves_the_chain_whole() {
    let roster = logged().await;
    sql(&roster, "UPDATE log SET payload = NULL, salt = NULL WHERE seq IN (2, 4)").await;
    let proof = prove(&roster).await;
    assert_eq!((proof.entries, proof.erased, proof.broken), (5, 2, None));
    roster.import(&partial(&[&ANNA.replace("Ågård", "Lund")]), "2026-11-07T06:00:00Z").await.unwrap();
    assert_eq!(prove(&roster).await.broken, None);
}

#[tokio::test]
async fn nothing_is_written_without_the_key_or_with_another() {
    let roster = logged().await;
    let open = || async { Store::open(&file(&roster, "roster.db")).await.unwrap() };
    let digest: Digest = "c".repeat(32).parse().unwrap();
    let approval = Approval::new(digest, Actor::of_uid(0), at(6), 7);
    let without = open().await;
    assert_eq!(without.snapshot("2026-11-23".parse().unwrap(), None).await.unwrap().people().count(), 2);
    assert!(matches!(without.approve(&approval).await, Err(StoreError::NoLogKey)));
    assert!(matches!(without.verify_log(None).await, Err(StoreError::NoLogKey)));
    let other = open().await.with_log(LogKey::new(&[8; 64]).unwrap(), at(6)).await.unwrap();
    assert!(matches!(other.approve(&approval).await, Err(StoreError::OtherLogKey)));
    assert_eq!(other.verify_log(None).await.unwrap().broken.unwrap().entry, Some(1));
    assert_eq!(prove(&roster).await.broken, None);
}

#[tokio::test]
async fn a_roster_from_before_the_log_gets_one() {
    let roster = logged().await;
    sql(&roster, "DELETE FROM log").await;
    std::fs::remove_file(file(&roster, "roster.db.head")).unwrap();
    let again = Store::open(&file(&roster, "roster.db")).await.unwrap().with_log(log_key(), at(6)).await.unwrap();
    let proof = again.verify_log(None).await.unwrap();
    assert_eq!((proof.entries, &proof.broken), (6, &None), "one that says so, and one for each row");
    sql(&roster, "UPDATE fact SET body = replace(body, 'Holm', 'Helm')").await;
    assert!(again.verify_log(None).await.unwrap().broken.unwrap().what.contains("facts of commit 2"));
}
