//! The accounts that rosterd makes: its own facts, which no import ends.

use rosterd::org::{Account, Id, Interval};
use rosterd::store::{CommitMeta, ExportOptions, OWN_SOURCE, StoreError};

use super::fixture::{ANNA, ANNAS_JOB, BELOW, Roster, SMALL, UNIT, complete, id, instant, partial};

fn meta() -> CommitMeta {
    CommitMeta {
        actor: "test".into(),
        source: "anything".into(),
        batch: None,
        note: Some("made by an apply".into()),
        taken: None,
        now: instant("2026-11-20T06:00:00Z"),
    }
}

fn account(login: &str) -> (Id, Interval, Account) {
    let json = serde_json::json!({ "person": "bo", "system": "ad", "login": login });
    (id("a1"), Interval::ALWAYS, serde_json::from_value(json).unwrap())
}

#[tokio::test]
async fn they_are_stated_once_and_survive_a_complete_import() {
    let roster = Roster::with(&complete(&SMALL)).await;
    assert_eq!(roster.store.put_accounts(&meta(), &[account("bo")]).await.unwrap(), Some(2));
    assert_eq!(roster.store.put_accounts(&meta(), &[account("bo")]).await.unwrap(), None);
    let snapshot = roster.on("2026-11-23").await;
    assert_eq!(snapshot.accounts_of(&id("bo")).count(), 1);

    roster.import(&complete(&[UNIT, BELOW, ANNA, ANNAS_JOB]), "2026-11-23T06:00:00Z").await.unwrap();
    let snapshot = roster.on("2026-11-23").await;
    assert!(snapshot.person(&id("bo")).is_none());
    assert_eq!(snapshot.account(&id("a1")).unwrap().login.as_deref(), Some("bo"));
    let shown =
        roster.store.show(rosterd::org::FactKind::Account, &id("a1"), snapshot.day(), None).await.unwrap().unwrap();
    assert_eq!((shown.source.as_str(), shown.note.as_deref()), (OWN_SOURCE, Some("made by an apply")));
}

#[tokio::test]
async fn an_export_with_the_account_of_a_forgotten_person_goes_into_an_empty_roster() {
    let roster = Roster::with(&complete(&SMALL)).await;
    roster.store.put_accounts(&meta(), &[account("bo")]).await.unwrap();
    roster.import(&complete(&[UNIT, BELOW, ANNA, ANNAS_JOB]), "2026-11-23T06:00:00Z").await.unwrap();
    let exported = roster.export(ExportOptions::default()).await;
    assert!(exported.contains(r#""person":"bo""#), "the account names whom nobody knows");
    let copy = Roster::with(&exported).await;
    assert_eq!(copy.on("2026-11-23").await.account(&id("a1")).unwrap().login.as_deref(), Some("bo"));
}

#[tokio::test]
async fn an_account_of_another_source_is_not_overwritten() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let theirs = r#"{"kind":"account","id":"a1","person":"bo","system":"ad","login":"theirs"}"#;
    roster.import(&partial(&[theirs]), "2026-11-02T06:00:00Z").await.unwrap();
    let refused = roster.store.put_accounts(&meta(), &[account("ours")]).await;
    assert!(matches!(refused, Err(StoreError::NotOurs(_, _))));
}
