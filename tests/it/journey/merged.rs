//! Two records of one person, each with or without accounts, made one: nobody loses an account that is in use, and
//! nobody keeps two.

use crate::support::organisation::{CURRENT, Organisation, id};
use crate::support::outside::{enabled, guid, one};
use crate::support::site::Site;

async fn merge(site: &Site, kept: &str, gone: &str) {
    let (kept, gone) = (id(kept), id(gone));
    site.run(&["edit", "merge", "person", &kept, &gone, "--note", "one person"]).await.expect(0);
}

#[tokio::test]
async fn of_two_accounts_one_stays_and_the_other_is_disabled() {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    organisation.add_person("mia", "Mia", "Holm");
    organisation.employ("mia", "team", "Vikar");
    site.import(&organisation, 0).await;
    site.apply().await;
    let mut outside = site.outside().await;
    let (dorte, mia) = (format!("dorhol{}", site.word), format!("miahol{}", site.word));
    let before = guid(&outside.user(&dorte).await);
    assert!(enabled(&outside.user(&mia).await));

    merge(&site, "dorte", "mia").await;
    site.import(&organisation, 0).await;
    site.apply().await;
    let (kept, gone) = (outside.user(&dorte).await, outside.user(&mia).await);
    assert!(enabled(&kept) && !enabled(&gone));
    assert_eq!(guid(&kept), before);
    assert_eq!(outside.users().await.len(), CURRENT.len() + 1, "nothing is deleted");
    site.plans(0).await;
    site.run(&["verify-log"]).await.expect(0);
}

#[tokio::test]
async fn an_account_goes_on_under_the_record_that_is_kept() {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    let mut outside = site.outside().await;
    let login = format!("dorhol{}", site.word);
    let before = outside.user(&login).await;

    organisation.add_person("other", "Dorte", "Holm");
    site.import(&organisation, 0).await;
    merge(&site, "other", "dorte").await;
    site.import(&organisation, 0).await;
    site.apply().await;
    let after = outside.user(&login).await;
    assert!(enabled(&after));
    assert_eq!((guid(&after), one(&after, "title")), (guid(&before), one(&before, "title")));
    assert_eq!(outside.users().await.len(), CURRENT.len());
    site.plans(0).await;

    // whatever the account is called means the record that is kept, by whichever it was found before
    let object = uuid::Uuid::from_slice_le(&guid(&after)).unwrap().to_string();
    for text in [login.as_str(), &object, &after.dn] {
        let words = ["--format", "json", "suspend", text, "--note", "lost", "--dry-run"];
        assert_eq!(site.run(&words).await.expect(0).json()["person"], id("other"), "{text}");
    }
    let found = site.run(&["--format", "json", "find", &login]).await.expect(0).json();
    let found: Vec<&str> = found["matches"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(found, [id("other")]);
}
