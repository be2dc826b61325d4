//! Copies: whole, marked, never in the place of something else; and a roster that is older than its head file.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rosterd::org::Instant;
use rosterd::reconcile::{Approval, Digest};
use rosterd::store::{Store, StoreError};

use super::fixture::{ANNA, Roster, SMALL, complete, instant, log_key, partial};

fn at(day: u32) -> Instant {
    instant(&format!("2026-11-{day:02}T06:00:00Z"))
}

fn file(roster: &Roster, name: &str) -> PathBuf {
    roster.folder.path().join(name)
}

async fn open(path: &Path) -> Store {
    Store::open(path).await.unwrap().with_log(log_key(), at(20)).await.unwrap()
}

async fn rename(roster: &Roster, surname: &str, day: u32) {
    roster.import(&partial(&[&ANNA.replace("Ågård", surname)]), &at(day).to_string()).await.unwrap();
}

fn approval(letter: &str, day: u32) -> Approval {
    Approval::new(letter.repeat(32).parse().unwrap(), rosterd::org::Actor::of_uid(0), at(day), 7)
}

async fn surname(store: &Store) -> String {
    let people = store.snapshot("2026-11-23".parse().unwrap(), None).await.unwrap();
    people.person(&"anna".into()).unwrap().surname.clone()
}

#[tokio::test]
async fn a_copy_is_whole_and_knows_what_it_is() {
    let roster = Roster::with(&complete(&SMALL)).await;
    rename(&roster, "Holm", 2).await;
    let to = file(&roster, "kept.db");
    roster.store.backup(&to, at(3)).await.unwrap();
    assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(roster.store.held_as_copy("ad").await.unwrap(), None, "the original is none");
    rename(&roster, "Berg", 4).await;
    let copy = open(&to).await;
    assert_eq!((copy.meta(), surname(&copy).await.as_str()), (roster.store.meta(), "Holm"));
    assert_eq!(copy.held_as_copy("ad").await.unwrap().unwrap().taken, at(3));
    let names: Vec<String> = std::fs::read_dir(roster.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("partial"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
}

#[tokio::test]
async fn a_copy_is_put_on_nothing_and_leaves_nothing_behind() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let to = file(&roster, "kept.db");
    std::fs::write(&to, "mine").unwrap();
    let refused = roster.store.backup(&to, at(3)).await;
    assert!(matches!(refused, Err(StoreError::Exists(_))), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "mine");
    let nowhere = roster.store.backup(&file(&roster, "no/kept.db"), at(3)).await;
    assert!(matches!(nowhere, Err(StoreError::File { .. })), "{nowhere:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn others_write_while_a_copy_is_made() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let writing = async {
        for day in 2..12 {
            rename(&roster, &format!("Holm-{day}"), day).await;
        }
    };
    let copying = async {
        for number in 0..5 {
            roster.store.backup(&file(&roster, &format!("kept-{number}.db")), at(15)).await.unwrap();
        }
    };
    tokio::join!(writing, copying);
    for number in 0..5 {
        // against the head of the original: each entry fits its rows, and only the end is missing
        let proof = open(&file(&roster, &format!("kept-{number}.db"))).await;
        let proof = proof.verify_log(Some(&file(&roster, "roster.db.head"))).await.unwrap();
        assert!(proof.broken.is_none_or(|found| found.what.contains("cut off")));
    }
}

#[tokio::test]
async fn a_target_is_released_by_an_approved_plan_and_held_again_by_the_next_copy() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let (one, two) = (file(&roster, "one.db"), file(&roster, "two.db"));
    roster.store.backup(&one, at(3)).await.unwrap();
    let copy = open(&one).await;
    copy.approve(&approval("a", 4)).await.unwrap();
    let digest: Digest = "a".repeat(32).parse().unwrap();
    copy.release_copy("ad", &digest, at(4)).await.unwrap();
    assert_eq!(copy.held_as_copy("ad").await.unwrap(), None);
    assert!(copy.held_as_copy("cloud").await.unwrap().is_some(), "each target by itself");
    assert_eq!(copy.verify_log(None).await.unwrap().broken, None);
    copy.backup(&two, at(5)).await.unwrap();
    assert_eq!(open(&two).await.held_as_copy("ad").await.unwrap().unwrap().taken, at(5));
}

#[tokio::test]
async fn any_other_copy_is_older_than_the_head_file_beside_it() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let path = file(&roster, "roster.db");
    let old = file(&roster, "old.db");
    roster.store.backup(&old, at(3)).await.unwrap();
    // as if it had been copied by other means
    let plain = sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(&old)).await.unwrap();
    sqlx::query("DELETE FROM copy").execute(&plain).await.unwrap();
    plain.close().await;
    rename(&roster, "Berg", 4).await;
    roster.store.approve(&approval("a", 5)).await.unwrap();
    roster.store.close().await;
    std::fs::rename(&old, &path).unwrap();
    let restored = open(&path).await;
    assert_eq!(surname(&restored).await, "Ågård");
    assert_eq!(restored.held_as_copy("ad").await.unwrap().unwrap().taken, instant("2026-11-01T06:00:00Z"));
    let cut_off = |what: &str| what.contains("cut off") && what.contains("entry 1");
    let found = restored.verify_log(None).await.unwrap().broken.unwrap();
    assert!(found.entry == Some(3) && cut_off(&found.what), "{found:?}");
    // what is written next does not make it forgotten
    restored.approve(&approval("b", 21)).await.unwrap();
    restored.close().await;
    let again = open(&path).await;
    let found = again.verify_log(None).await.unwrap().broken.unwrap();
    assert!(found.entry == Some(3) && found.what.contains("roster.db.head.lost"), "{found:?}");
    assert!(again.held_as_copy("ad").await.unwrap().is_some());
    std::fs::remove_file(file(&roster, "roster.db.head.lost")).unwrap();
    assert_eq!(again.verify_log(None).await.unwrap().broken, None);
}
