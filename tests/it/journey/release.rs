//! What a target may not have never reaches it: not in a plan, a report, an explanation or a log either.

use serde_json::json;

use crate::support::gate::Fault;
use crate::support::organisation::{Organisation, id};
use crate::support::process::{Ended, Victim};
use crate::support::site::{PLAIN, PROXIED, Site};

const SECRET: [&str; 3] = ["+45 11 11 11 11", "Beredskabsvagt 7", "Vagtstue Nord"];
const INTERNAL: [&str; 2] = ["+45 22 22 22 22", "Kontrolrum"];
const PUBLIC: &str = "+45 33 33 33 33";

fn organisation() -> Organisation {
    let mut organisation = Organisation::small();
    organisation.add("class", "mobile", json!({"vocabulary": "contact_type", "name": "Mobile"}));
    organisation.add(
        "class",
        "desk",
        json!({"vocabulary": "contact_type", "name": "Desk phone", "scope": "telephone"}),
    );
    organisation.add(
        "class",
        "watch",
        json!({"vocabulary": "job_function", "name": "Vagtstue Nord", "scope": "SECRET"}),
    );
    organisation.add(
        "class",
        "control",
        json!({"vocabulary": "job_function", "name": "Kontrolrum", "scope": "internal"}),
    );
    for (name, class, value, visibility) in [
        ("anna mobile", "mobile", SECRET[0], "secret"),
        ("anna desk", "desk", INTERNAL[0], "internal"),
        ("anna front desk", "desk", PUBLIC, "public"),
    ] {
        let contact = json!({"person": id("anna"), "type": id(class), "value": value, "visibility": visibility});
        organisation.add("contact", name, contact);
    }
    organisation.set("gerda job", "title", SECRET[1]);
    organisation.set("gerda job", "job_function", id("watch"));
    organisation.set("hans job", "title", "");
    organisation.set("hans job", "job_function", id("control"));
    organisation.set("jens second job", "title", SECRET[1]);
    organisation.set("jens second job", "job_function", id("watch"));
    organisation
}

/// The mapping asks for all of it, of both targets; the directory may have what is internal.
fn configure(site: &Site, file: &str) {
    let text = std::fs::read_to_string(site.path(file)).unwrap();
    let text = text
        .replace("[ldap.ad.connection]", "[ldap.ad]\nrelease = \"internal\"\n\n[ldap.ad.connection]")
        .replace(
            "title = \"truncate(engagement.title or engagement.job_function.name, 128)\"",
            "title = \"engagement.job_title\"\nmobile = \"person.contact.mobile\"\n\
             otherTelephone = \"person.contacts.telephone + [manager.contact.telephone, manager.contact.mobile]\"\n\
             info = \"engagements.job_title|join(', ')\"\ncomment = \"manager.job_title\"",
        )
        .replace(
            "title = \"engagement.title or engagement.job_function.name\"",
            "title = \"engagements.job_title|join(', ')\"\n\
             'phoneNumbers[type eq \"work\"].value' = \"person.contact.desk_phone\"\n\
             'phoneNumbers[type eq \"mobile\"].value' = \"person.contact.mobile\"",
        );
    std::fs::write(site.path(file), text).unwrap();
}

#[tokio::test]
async fn what_a_target_may_not_have_reaches_nothing() {
    let site = Site::new().await;
    configure(&site, PLAIN);
    site.import(&organisation(), 0).await;
    let mut said: Vec<(String, Ended)> = Vec::new();
    let mut traced = async |config: &str, arguments: &[&str]| {
        let mut command = site.command(config, arguments);
        command.env("RUST_LOG", "trace");
        said.push((arguments.join(" "), Victim::default().start(&mut command).ended().await));
    };
    let mut wires = Vec::new();
    for (target, other) in [("cloud", "ad"), ("ad", "cloud")] {
        let (_, gate) = site.proxied(target, Fault::Nothing, site.wiring()).await;
        configure(&site, PROXIED);
        traced(PROXIED, &["check"]).await;
        for person in ["anna", "bent", "gerda", "hans", "jens"] {
            traced(PROXIED, &["map", "test", &id(person), "--target", target]).await;
            traced(PROXIED, &["--format", "json", "map", "test", &id(person), "--target", target]).await;
        }
        if target == "cloud" {
            traced(PLAIN, &["plan", other]).await; // its names are needed
        }
        traced(PROXIED, &["--format", "json", "plan", target]).await;
        traced(PROXIED, &["plan", target]).await;
        traced(PROXIED, &["apply", target, "--yes"]).await;
        traced(PROXIED, &["report", "reconciliation"]).await;
        for person in ["anna", "bent", "gerda", "hans", "jens"] {
            traced(PROXIED, &["explain", "person", &id(person), "--target", target]).await;
            traced(PROXIED, &["--format", "json", "explain", "person", &id(person), "--target", target]).await;
        }
        wires.push((target, gate.kept()));
    }
    for (arguments, ended) in &said {
        assert!(matches!(ended.code, Some(0 | 3)), "{arguments}: {}", ended.said());
        for secret in SECRET {
            assert!(!ended.said().contains(secret), "{arguments} tells {secret}");
        }
    }
    let cloud = said.iter().filter(|(arguments, _)| arguments.ends_with("cloud") || arguments.contains("cloud "));
    for (arguments, ended) in cloud {
        for internal in INTERNAL {
            assert!(!ended.said().contains(internal), "{arguments} tells {internal}");
        }
    }
    let on_wire = |target: &str, word: &str| {
        let kept = wires.iter().find(|(name, _)| *name == target).map(|(_, kept)| kept).unwrap();
        kept.iter().any(|message| message.windows(word.len()).any(|window| window == word.as_bytes()))
    };
    for (target, word, reaches) in [
        ("cloud", PUBLIC, true),
        ("cloud", "Jurist", true),
        ("cloud", INTERNAL[0], false),
        ("cloud", INTERNAL[1], false),
        ("ad", INTERNAL[0], true),
        ("ad", INTERNAL[1], true),
        ("ad", SECRET[0], false),
        ("ad", SECRET[1], false),
        ("ad", SECRET[2], false),
        ("cloud", SECRET[0], false),
        ("cloud", SECRET[1], false),
        ("cloud", SECRET[2], false),
    ] {
        assert_eq!(on_wire(target, word), reaches, "{word} in {target}");
    }
    assert!(said.iter().any(|(arguments, ended)| arguments.starts_with("map") && ended.said().contains("is secret")));
    let mut outside = site.outside().await;
    for target in ["ad", "cloud"] {
        let dump = outside.dump_of(target).await;
        assert!(SECRET.iter().all(|secret| !dump.contains(secret)), "{target}");
    }
}
