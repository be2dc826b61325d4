//! The sample organisation, from its first delivery to its second.

use std::collections::BTreeMap;

use crate::support::outside::{enabled, guid, one};
use crate::support::sample::sample;
use crate::support::site::{Site, TODAY};

const PEOPLE: usize = 120;

#[tokio::test]
async fn the_sample_organisation_and_its_second_delivery() {
    let site = Site::new().await;
    let people = PEOPLE.to_string();
    let file = site.path("sample.jsonl");
    let name = file.display().to_string();
    std::fs::write(&file, sample(&["--day", TODAY, "--people", &people]).0).unwrap();
    site.run(&["import", "roster", &name]).await.expect(0);
    site.apply().await;
    site.in_step().await;
    site.everybody_once(PEOPLE).await;
    let mut outside = site.outside().await;
    let before: BTreeMap<Vec<u8>, String> =
        outside.users().await.iter().map(|user| (guid(user), one(user, "displayName").unwrap().to_owned())).collect();

    std::fs::write(&file, sample(&["--day", TODAY, "--people", &people, "--delivery", "second"]).0).unwrap();
    site.run(&["import", "roster", &name]).await.expect(0);
    site.plans(3).await;
    site.apply().await;
    site.in_step().await;
    site.everybody_once(PEOPLE + 1).await;
    let after = outside.users().await;
    let named = |name: &str| {
        let mut found = after.iter().filter(|user| one(user, "displayName") == Some(name));
        let user = found.next().unwrap_or_else(|| panic!("{name} is not there"));
        assert!(found.next().is_none(), "{name} is there twice");
        user
    };
    assert_eq!(before[&guid(named("Camilla Højgård"))], "Camilla Juul");
    assert!(enabled(named("Villads Øllgaard")));
    assert!(!enabled(named("Grethe Bjerregård")));
    assert_eq!(after.iter().filter(|user| !enabled(user)).count(), 1);
    assert_eq!(one(named("Frederik Nørlund"), "title"), Some("Specialkonsulent"));
    assert!(named("Frederik Nørlund").dn.contains(",OU=Visitation,"));
    assert_eq!(outside.below("(&(objectClass=organizationalUnit)(name=Natur, Klima & Energi))").await.len(), 1);
}
