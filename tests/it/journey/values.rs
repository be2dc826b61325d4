//! Values of every syntax in a real directory: what was written is no difference afterwards, another way to write it is
//! none either, and what people see as a change is written.

use serde_json::json;

use crate::support::organisation::Organisation;
use crate::support::outside::one;
use crate::support::site::{PLAIN, Site};

/// An organisation of one, whose account has these attributes beside the usual ones.
async fn with(site: &Site, attributes: &[(&str, &str)]) {
    site.configure(PLAIN, &site.wiring());
    let file = site.path(PLAIN);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines = attributes.iter().map(|(name, source)| format!("{name} = {}\n", json!(source)));
    let after = "employeeNumber = \"engagement.number\"\n";
    let more = format!("{after}{}", lines.collect::<String>());
    assert!(text.contains(after));
    std::fs::write(file, text.replacen(after, &more, 1)).unwrap();
}

/// The attribute, a first way to write its value, another way to write it, and what is another value.
fn table(base: &str) -> Vec<(&'static str, String, String, String)> {
    let dn = |text: String| format!("'{}'", text.replace('\\', "\\\\"));
    let row = |name, one: &str, same: &str, other: &str| (name, one.to_owned(), same.to_owned(), other.to_owned());
    vec![
        row("telephoneNumber", "'+45 12-34 56 78'", "'+4512345678'", "'+45 12 34 56 79'"),
        row("info", "'Åse Ærø'", "'  Åse Ærø '", "'åse ærø'"),
        row("company", "'A\u{30a}se'", "'A\u{30a}se'", "'\u{c5}se'"),
        row("otherTelephone", "['12 34', '5678']", "['56-78', '1234', '12-34']", "['5678']"),
        row("proxyAddresses", "['SMTP:a@x', 'smtp:b@x']", "['smtp:b@x', 'SMTP:a@x']", "['smtp:a@x', 'SMTP:b@x']"),
        row("accountExpires", "'20300101000000Z'", "'203001010100.0+0100'", "'20300101000001Z'"),
        row("countryCode", "208", "'0208'", "'45'"),
        (
            "assistant",
            dn(base.to_owned()),
            dn(base.to_lowercase().replace(',', " , ").replace("ou=test", "ou=t\\65st")),
            // the delegated account may write it at creation alone
            dn(base.to_owned()),
        ),
        row("division", "none", "''", "'a'"),
        row("middleName", "' '", "none", "'b'"),
    ]
}

#[tokio::test]
async fn what_was_written_is_no_difference() {
    let site = Site::new().await;
    let mut organisation = Organisation::default();
    organisation.add("unit", "kommune", json!({"name": "Ærø Kommune"}));
    organisation.add_person("anna", "Anna", "Berg");
    organisation.employ("anna", "kommune", "Lærer");
    site.import(&organisation, 0).await;
    let rows = table(&site.base);
    let column = |at: usize| -> Vec<(&str, &str)> {
        rows.iter().map(|row| (row.0, [&row.1, &row.2, &row.3][at].as_str())).collect()
    };
    with(&site, &column(0)).await;
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    let plan = async || site.run(&["--format", "json", "plan", "ad"]).await;
    assert_eq!(plan().await.expect(0).json()["plans"][0]["steps"], json!([]));
    with(&site, &column(1)).await;
    let same = plan().await.expect(0).json();
    assert_eq!(same["plans"][0]["steps"], json!([]), "another way to write it");
    with(&site, &column(2)).await;
    let other = plan().await.expect(3).json();
    let changed = other["plans"][0]["steps"][0]["changes"].as_array().unwrap().len();
    assert_eq!(changed, rows.iter().filter(|row| row.3 != row.1).count(), "{other}");
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    assert_eq!(plan().await.expect(0).json()["plans"][0]["steps"], json!([]));
    let login = format!("annber{}", site.word);
    let account = site.outside().await.user(&login).await;
    assert_eq!(one(&account, "info"), Some("åse ærø"), "a change of case alone is written");
    assert_eq!(one(&account, "company"), Some("\u{c5}se"));
}

#[tokio::test]
async fn what_the_directory_cannot_hold_holds_one_and_not_the_others() {
    let site = Site::new().await;
    let mut organisation = Organisation::default();
    organisation.add("unit", "kommune", json!({"name": "Ærø Kommune"}));
    for (name, given) in [("anna", "Anna"), ("bo", "Bo"), ("carl", "Carl")] {
        organisation.add_person(name, given, "Berg");
        organisation.employ(name, "kommune", "Lærer");
    }
    organisation.set("bo job", "title", "12345678");
    organisation.set("carl job", "title", "x".repeat(129));
    site.import(&organisation, 0).await;
    // rangeUpper of initials is 6, and of a title 128: what is shipped says so, and so does the server
    with(&site, &[("initials", "engagement.title[:8]")]).await;
    let before = site.outside().await.dump_of("ad").await;
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(3).json();
    let held = plan["plans"][0]["held"].as_array().unwrap().clone();
    assert_eq!(held.len(), 2, "{plan}");
    for hold in &held {
        assert_eq!(hold["code"], "value");
        let reason = hold["reason"].as_str().unwrap();
        assert!(reason.contains("initials holds at most 6 characters, 8 were given"), "{reason}");
    }
    assert_eq!(site.outside().await.dump_of("ad").await, before);
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    site.outside().await.user(&format!("annber{}", site.word)).await;
}

#[tokio::test]
async fn an_attribute_that_the_server_does_not_have_is_refused_before_anything() {
    let site = Site::new().await;
    site.import(&Organisation::small(), 0).await;
    with(&site, &[("noSuchThing", "person.name")]).await;
    let file = site.path(PLAIN);
    let text = std::fs::read_to_string(&file).unwrap();
    let extra = "[ldap.ad]\nextra_attributes = [\"noSuchThing\"]\n\n[ldap.ad.connection]";
    std::fs::write(&file, text.replacen("[ldap.ad.connection]", extra, 1)).unwrap();
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(1).json();
    let error = &plan["errors"][0];
    assert!(error["message"].as_str().unwrap().contains("[ldap.ad.user.attributes] noSuchThing"), "{plan}");
    let check = site.run(&["check", "--online"]).await.expect(1);
    assert!(check.said().contains("noSuchThing"), "{}", check.said());
}
