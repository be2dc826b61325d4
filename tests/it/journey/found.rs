//! What is found by a look at the part of the roster in which a text can mean something is what is found in all of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use rosterd::clock::FixedClock;
use rosterd::mapping::{ORDINARY, account_id};
use rosterd::org::{Actor, Day, Id};
use rosterd::run::Engine;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::support::organisation::id;
use crate::support::site::{PLAIN, Site, TODAY};

/// Every text in a value.
fn texts(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = all.insert(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, all)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, all)),
        _ => {}
    }
}

/// Everything by which anything in the roster or in a target may be asked for, and parts of it.
async fn asked(site: &Site) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let roster = SqliteConnectOptions::new().filename(site.path("roster.db")).read_only(true);
    let pool = SqlitePool::connect_with(roster).await.unwrap();
    let facts: Vec<(String, String)> = sqlx::query_as("SELECT id, body FROM fact").fetch_all(&pool).await.unwrap();
    for (id, body) in facts {
        texts(&serde_json::from_str(&body).unwrap(), &mut all);
        all.insert(id);
    }
    for query in [
        "SELECT name FROM given_name",
        "SELECT key FROM link",
        "SELECT object FROM link",
        "SELECT key FROM deleted_object",
    ] {
        all.extend(sqlx::query_scalar::<_, String>(query).fetch_all(&pool).await.unwrap());
    }
    let roster: String = sqlx::query_scalar("SELECT roster FROM meta").fetch_one(&pool).await.unwrap();
    let nowhere = account_id(roster.parse().unwrap(), &Id::new(id("karen")), "ad", ORDINARY);
    all.insert(nowhere.to_string());
    pool.close().await;
    let mut outside = site.outside().await;
    for user in outside.users().await {
        all.extend(["cn", "mail", "sAMAccountName"].iter().filter_map(|name| user.attrs.get(*name)).flatten().cloned());
        all.insert(user.dn.replacen("=D", "=\\44", 1));
        all.insert(user.dn);
    }
    outside.cloud("Users").await.iter().for_each(|user| texts(user, &mut all));
    let words = |text: &String| -> Vec<String> { text.split([' ', ',', '=']).map(str::to_owned).collect() };
    let words: BTreeSet<String> = all.iter().flat_map(words).collect();
    let letters = |text: &String| [text.to_uppercase(), text.replace('æ', "ae").replace('Å', "AA").replace('ø', "oe")];
    let is_word = |text: &&String| text.chars().all(char::is_alphabetic);
    let otherwise: Vec<String> = words.iter().filter(is_word).flat_map(letters).collect();
    let pairs: Vec<String> =
        words.iter().zip(words.iter().skip(7)).map(|(one, other)| format!("{one} {other}")).collect();
    all.extend(words.into_iter().chain(otherwise).chain(pairs));
    all.retain(|text| !text.trim().is_empty());
    all
}

#[tokio::test]
async fn a_look_at_a_part_finds_what_a_look_at_everything_does() {
    let (site, mut organisation) = Site::at_work().await;
    organisation.add_person("mia", "Mia", "Holm");
    organisation.employ("mia", "team", "Vikar");
    organisation.set("emil", "surname", "Sørensen-Holm");
    organisation.set("gerda", "nickname", "Gé");
    organisation.set("finn job", "number", "004711");
    organisation.set("dorte job", "valid_to", "2026-02-01");
    site.import(&organisation, 0).await;
    site.apply().await;
    let merge = ["edit", "merge", "person", &id("ida"), &id("mia"), "--note", "one person"];
    site.run(&merge).await.expect(0);
    organisation.forget_person("hans");
    site.import(&organisation, 0).await;
    let mut outside = site.outside().await;
    let finn = outside.user(&format!("finsan{}", site.word)).await.dn;
    outside.directory.rename(&finn, "CN=Somebody else").await;
    site.plans(3).await; // which reads both
    // from another day on an account is another person's, as a source of accounts may state
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(site.path("roster.db"))).await.unwrap();
    for (login, person, day) in [("benobr", "dorte", "2027-01-01"), ("annaer", "cecilie", "2026-02-01")] {
        let login = format!("{login}{}", site.word);
        let until = "UPDATE fact SET valid_from = '2026-01-01', valid_to = ?
                     WHERE kind = 'account' AND body ->> 'login' = ? AND body ->> 'system' = 'ad'";
        assert_eq!(sqlx::query(until).bind(day).bind(&login).execute(&pool).await.unwrap().rows_affected(), 1);
        let then = "INSERT INTO fact (kind, id, valid_from, body, source, known_from)
                    SELECT kind, id, valid_to, json_set(body, '$.person', ?), source, known_from FROM fact
                    WHERE kind = 'account' AND body ->> 'login' = ? AND body ->> 'system' = 'ad'";
        sqlx::query(then).bind(id(person)).bind(&login).execute(&pool).await.unwrap();
    }
    // and of another nobody states it any more
    let never = "DELETE FROM fact WHERE kind = 'account' AND body ->> 'person' = ?";
    assert_eq!(sqlx::query(never).bind(id("jens")).execute(&pool).await.unwrap().rows_affected(), 2);

    let now = format!("{TODAY}T09:00:00Z").parse().unwrap();
    let engine = Engine::open(&site.path(PLAIN), Arc::new(FixedClock(now)), Actor::of_uid(0)).await.unwrap();
    let asked = asked(&site).await;
    let (mut found, mut narrow) = (0, 0);
    for text in &asked {
        let others = [(Some("2026-05-01"), None), (None, Some(now))];
        for (at, known) in [(None, None)].into_iter().chain(others.into_iter().filter(|_| text.len() % 8 == 0)) {
            let day: Day = at.unwrap_or(TODAY).parse().unwrap();
            let all = engine.find_in_all(text, day, known, 50).await.unwrap();
            found += usize::from(!all.matches.is_empty());
            if let Some(part) = engine.find_in_part(text, day, known, 50).await.unwrap() {
                assert_eq!(part, all, "{text:?}");
                narrow += 1;
            }
        }
    }
    assert!(found > 250 && narrow + 20 > found, "{found} found, {narrow} of them in a part");

    // what cannot be read is not read, unless it has to be
    let damage = r#"UPDATE fact SET body = '{"given_name":1}' WHERE kind = 'person' AND id = ?"#;
    sqlx::query(damage).bind(id("jens")).execute(&pool).await.unwrap();
    pool.close().await;
    let gerda = format!("gerlun{}", site.word);
    assert_eq!(engine.find(&gerda, None, None, 50).await.unwrap().matches[0].id, id("gerda"));
    engine.find_in_all(&gerda, TODAY.parse().unwrap(), None, 50).await.unwrap_err();
}

#[tokio::test]
async fn an_id_in_a_target_that_nothing_shows_any_more_means_its_owner_too() {
    let (site, mut organisation) = Site::at_work().await;
    let cloud = site.run(&["--format", "json", "links", "cloud", "list"]).await.expect(0).json();
    let links = cloud["links"].as_array().unwrap().iter();
    let object = |name: &str| links.clone().find(|link| link["name"] == name).unwrap()["object"].as_str().unwrap();
    organisation.set("emil job", "number", object("Dorte Holm"));
    organisation.set("gerda job", "number", id("finn"));
    organisation.forget_person("finn");
    site.import(&organisation, 0).await;
    // which forgets what all targets showed
    site.run(&["edit", "erase", "person", &id("finn"), "--note", "case 18"]).await.expect(0);
    let said = site.run(&["suspend", object("Dorte Holm"), "--note", "lost"]).await.expect(1).err;
    assert!(said.contains(&id("dorte")) && said.contains(&id("emil")), "{said}");
    let said = site.run(&["suspend", &id("finn"), "--note", "lost"]).await.expect(1).err;
    assert!(said.contains("was erased"), "{said}");
}

#[tokio::test]
async fn two_who_are_called_so_in_the_roster_are_told_apart_by_no_target() {
    let (site, mut organisation) = Site::at_work().await;
    for name in ["one", "two"] {
        organisation.add_person(name, "Tvil", "Ling");
        organisation.employ(name, "team", "Vikar");
        organisation.set(&format!("{name} job"), "number", "tl");
    }
    site.import(&organisation, 0).await;
    site.apply().await;
    let mut outside = site.outside().await;
    let one = outside.user(&format!("tvilin{}", site.word)).await.dn;
    outside.directory.rename(&one, "CN=Tvil Ling (tl)").await;
    site.plans(3).await; // which reads the directory
    let ended = site.run(&["suspend", "Tvil Ling (tl)", "--note", "lost"]).await.expect(1);
    assert!(ended.err.contains(&id("one")) && ended.err.contains(&id("two")), "{}", ended.err);
}
