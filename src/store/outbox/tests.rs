//! The outbox in a roster of its own.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::store::{Fence, Store};

const LEASE: &str = "@schedule";

fn letter(number: u128, at: Instant) -> Letter {
    Letter {
        id: Uuid::from_u128(number),
        name: "nightly".to_owned(),
        subject: "Nightly".to_owned(),
        text: "Ågård".to_owned(),
        html: Some("<p>".to_owned()),
        files: vec![LetterFile { ending: "csv".to_owned(), media: "text/csv".to_owned(), content: vec![0, 1] }],
        json: "{}".to_owned(),
        missing: String::new(),
        at,
    }
}

fn ways(all: &[(Channel, &str)]) -> Vec<Way> {
    all.iter().map(|(channel, to)| Way { channel: *channel, to: (*to).to_owned() }).collect()
}

async fn posted(store: &Store, letter: &Letter, ways: &[Way]) {
    let mut transaction = store.begin().await.unwrap();
    store.post(&mut transaction, letter, ways).await.unwrap();
    store.commit(transaction).await.unwrap();
}

async fn empty(folder: &tempfile::TempDir) -> (Store, Fence, Instant) {
    let now = Instant::from_micros(1_795_000_000_000_000);
    let store = Store::create(&folder.path().join("roster.db"), "Europe/Copenhagen", now).await.unwrap();
    let fence = store.next_fence(LEASE).await.unwrap();
    (store, fence, now)
}

#[tokio::test]
async fn a_letter_is_there_with_its_transaction_and_its_content_goes_with_the_last_way() {
    let folder = tempfile::tempdir().unwrap();
    let (store, fence, now) = empty(&folder).await;
    let one = letter(1, now);
    let both = ways(&[(Channel::Mail, "it@example.test"), (Channel::Folder, "archive")]);
    let mut lost = store.begin().await.unwrap();
    store.post(&mut lost, &one, &both).await.unwrap();
    drop(lost);
    assert!(store.waiting_letters().await.unwrap().is_empty());
    posted(&store, &one, &both).await;
    let waiting = store.waiting_letters().await.unwrap();
    assert_eq!(waiting.iter().map(|row| row.way.clone()).collect::<Vec<_>>(), both);
    assert_eq!(store.letter(&one.id).await.unwrap(), one);
    for (row, is_last) in waiting.iter().zip([false, true]) {
        assert!(store.begin_sending(LEASE, fence, &row.id, now).await.unwrap());
        assert!(!store.begin_sending(LEASE, fence, &row.id, now).await.unwrap(), "once");
        store.sent(&row.id, now).await.unwrap();
        assert_eq!(store.letter(&one.id).await.unwrap().files.is_empty(), is_last);
    }
    assert_eq!(store.letter(&one.id).await.unwrap().text, "");
    assert_eq!(store.forget_letters(now).await.unwrap(), 0);
    assert_eq!(store.forget_letters(now.hours_later(1)).await.unwrap(), 1);
    assert!(store.outbox().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_being_sent_goes_again_under_the_same_id_and_by_the_newest_lease_only() {
    let folder = tempfile::tempdir().unwrap();
    let (store, fence, now) = empty(&folder).await;
    posted(&store, &letter(1, now), &ways(&[(Channel::Webhook, "ops")])).await;
    let row = store.waiting_letters().await.unwrap().remove(0);
    assert!(store.begin_sending(LEASE, fence, &row.id, now).await.unwrap());
    assert!(store.waiting_letters().await.unwrap().is_empty());
    let newer = store.next_fence(LEASE).await.unwrap();
    assert!(matches!(store.resend_unknown(LEASE, fence, now).await, Err(StoreError::LeaseLost { .. })));
    assert_eq!(store.resend_unknown(LEASE, newer, now).await.unwrap(), 1);
    let again = store.waiting_letters().await.unwrap().remove(0);
    assert_eq!((again.id, again.tries), (row.id, 1));
    let refused = store.begin_sending(LEASE, fence, &row.id, now).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost { .. })));
}

#[tokio::test]
async fn a_way_that_is_down_rests_as_a_whole_and_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (store, fence, now) = empty(&folder).await;
    let all = ways(&[(Channel::Mail, "a@x.test"), (Channel::Mail, "b@x.test"), (Channel::Webhook, "ops")]);
    posted(&store, &letter(1, now), &all).await;
    let rows = store.waiting_letters().await.unwrap();
    let later = now.hours_later(1);
    assert!(store.begin_sending(LEASE, fence, &rows[0].id, now).await.unwrap());
    store.put_off(&rows[0].id, (later, true), "down", now).await.unwrap();
    let next = |rows: Vec<Waiting>| rows.iter().map(|row| row.next).collect::<Vec<_>>();
    assert_eq!(next(store.waiting_letters().await.unwrap()), [later, later, now]);
    assert!(store.begin_sending(LEASE, fence, &rows[1].id, later).await.unwrap());
    store.sent(&rows[1].id, now).await.unwrap();
    assert_eq!(next(store.waiting_letters().await.unwrap()), [now, now], "the way is open again");
    store.put_off(&rows[0].id, (later, false), "not this one", now).await.unwrap();
    store.give_up(&rows[2].id, "gone", now).await.unwrap();
    let lines = store.outbox().await.unwrap();
    let line = |to: &str| lines.iter().find(|line| line.way.to == to).unwrap();
    assert_eq!((line("a@x.test").waiting, line("a@x.test").why.as_deref()), (1, Some("not this one")));
    assert_eq!((line("b@x.test").waiting, line("b@x.test").last_sent), (0, Some(now)));
    assert_eq!((line("ops").failed, line("ops").why.as_deref()), (1, Some("gone")));
}
