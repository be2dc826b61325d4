//! What is not ours: names that are taken, places that are taken, copies that look like ours.

use serde_json::json;

use crate::support::organisation::Organisation;
use crate::support::outside::{one, parent};
use crate::support::site::Site;

#[tokio::test]
async fn a_login_that_somebody_outside_has_is_not_given() {
    let site = Site::new().await;
    let mut admin = site.lab.administrator().await;
    let elsewhere = site.lab.fresh_unit(&mut admin).await;
    let login = format!("dorhol{}", site.word);
    let stranger = format!("CN=stranger,{elsewhere}");
    let upper = login.to_uppercase();
    admin.add(&stranger, &[("objectClass", "user"), ("sAMAccountName", &upper)]).await;
    site.import(&Organisation::small(), 0).await;
    site.apply().await;
    site.in_step().await;
    let mut outside = site.outside().await;
    let dorte = outside.user(&format!("{login}02")).await;
    assert_eq!(one(&dorte, "displayName"), Some("Dorte Holm"));
    assert_eq!(outside.find_in_cloud(&format!("userName eq \"{login}02\"")).await, 1, "one login for all targets");
    assert_eq!(admin.values(&stranger, "adminDescription").await, [""; 0]);
    site.everybody_once(10).await;
}

#[tokio::test]
async fn a_place_that_is_taken_holds_one_person_and_not_the_others() {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    let mut outside = site.outside().await;
    let team = parent(&outside.user(&format!("dorhol{}", site.word)).await.dn).to_owned();
    let dn = format!("CN=Nina Ny (ninny{}),{team}", site.word);
    let foreign = format!("x{}", site.word);
    outside.directory.add(&dn, &[("objectClass", "user"), ("sAMAccountName", &foreign)]).await;
    let before = outside.directory.values(&dn, "uSNChanged").await;
    for (name, given) in [("nina", "Nina"), ("olga", "Olga")] {
        organisation.add_person(name, given, "Ny");
        organisation.employ(name, "team", "Lærer");
    }
    site.import(&organisation, 0).await;
    let run = site.run(&["--format", "json", "apply", "ad", "cloud", "--yes"]).await.expect(0).json();
    let held = run["runs"].as_array().unwrap().iter().find(|run| run["target"] == "ad").unwrap()["held"].clone();
    assert_eq!(held.as_array().unwrap().len(), 1, "{run}");
    assert_eq!((&held[0]["name"], &held[0]["code"]), (&json!("Nina Ny"), &json!("name-taken")));
    assert!(held[0]["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    outside.user(&format!("olgny{}", site.word)).await;
    assert_eq!(outside.directory.values(&dn, "uSNChanged").await, before, "the stranger is not touched");
    assert_eq!(outside.find_in_cloud(&format!("userName eq \"ninny{}\"", site.word)).await, 1);
    outside.directory.rename(&dn, "CN=Somebody else").await;
    site.apply().await;
    site.in_step().await;
    outside.user(&format!("ninny{}", site.word)).await;
}

#[tokio::test]
async fn a_copy_with_our_stamp_is_not_touched() {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    let mut outside = site.outside().await;
    let login = format!("emihol{}", site.word);
    let emil = outside.user(&login).await;
    let dn = format!("CN=copy,{}", parent(&emil.dn));
    let (stamp, name) = (one(&emil, "adminDescription").unwrap(), format!("y{}", site.word));
    let copy = [("objectClass", "user"), ("sAMAccountName", name.as_str()), ("adminDescription", stamp)];
    outside.directory.add(&dn, &copy).await;
    let before = outside.directory.values(&dn, "uSNChanged").await;
    site.in_step().await;
    organisation.set("emil job", "title", "Planlægger");
    organisation.set("emil job", "unit", crate::support::organisation::id("teknik"));
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;
    assert_eq!(one(&outside.user(&login).await, "title"), Some("Planlægger"));
    assert_eq!(outside.directory.values(&dn, "uSNChanged").await, before);
    assert_eq!(outside.directory.values(&dn, "title").await, [""; 0]);
}
