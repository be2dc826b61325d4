//! Who could use what on a day that is past, as the reads of the targets showed it.

use serde_json::Value;

use crate::support::organisation::id;
use crate::support::process::{Ended, Victim};
use crate::support::site::{PLAIN, Site};

/// Runs rosterd on another day.
async fn on(site: &Site, day: &str, arguments: &[&str]) -> Ended {
    let mut command = site.command(PLAIN, arguments);
    command.env("ROSTERD_NOW", format!("{day}T09:00:00Z"));
    Victim::default().start(&mut command).ended().await
}

/// What is told of a target: name, by which group, whether a run gave it, whether it is over.
fn lines(document: &Value, target: &str) -> Vec<(String, Option<String>, bool, bool)> {
    let targets = document["targets"].as_array().unwrap();
    let target = targets.iter().find(|one| one["target"] == target).unwrap();
    let line = |line: &Value| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let span = &line["spans"][0];
        (text(&line["name"]).unwrap(), text(&line["through"]), span.get("given_by").is_some(), !span["to"].is_null())
    };
    let mut lines: Vec<_> = target["lines"].as_array().unwrap().iter().map(line).collect();
    lines.sort();
    lines
}

async fn asked(site: &Site, kind: &str, what: &str, day: &str) -> Value {
    on(site, "2026-03-20", &["--format", "json", "access", kind, what, "--at", day]).await.expect(0).json()
}

#[tokio::test]
async fn a_leaver_and_a_member_are_found_on_the_days_on_which_they_had_access() {
    let (site, mut organisation) = Site::at_work().await; // on the second of March
    let word = &site.word;
    // the tenth: Gerda leaves a group by the roster, Emil by somebody's hand; Hans leaves the organisation
    organisation.forget("web gerda");
    organisation.set("hans job", "valid_to", "2026-03-10");
    let file = site.deliver(&organisation);
    on(&site, "2026-03-10", &["import", "roster", &file]).await.expect(0);
    on(&site, "2026-03-10", &["apply", "ad", "cloud", "--yes"]).await.expect(0);
    let mut outside = site.outside().await;
    let finn = outside.user(&format!("finsan{word}")).await.dn;
    let web = outside.below("(&(objectClass=group)(displayName=Webredaktører))").await.remove(0).dn;
    outside.directory.add_values(&web, "member", [finn]).await;
    on(&site, "2026-03-15", &["plan", "ad"]).await.expect(3);

    let in_web = asked(&site, "group", "Webredaktører", "2026-03-05").await;
    let line = |name: &str, by_run: bool, is_over: bool| (name.to_owned(), None, by_run, is_over);
    for target in ["ad", "cloud"] {
        let told = lines(&in_web, target);
        assert_eq!(
            told,
            [line("Dorte Holm", true, false), line("Emil Holm", true, false), line("Gerda Lund", true, true)]
        );
    }
    let later = asked(&site, "group", &id("web"), "2026-03-16").await;
    let by_hand = [line("Dorte Holm", true, false), line("Emil Holm", true, false), line("Finn Sand", false, false)];
    assert_eq!(lines(&later, "ad"), by_hand, "nobody's run put Finn in");
    assert_eq!(lines(&later, "cloud").len(), 2);

    let hans = asked(&site, "person", "Hans Krog", "2026-03-05").await;
    assert_eq!(lines(&hans, "ad"), [line("Hans Krog", true, true), line("Krisestab", true, false)]);
    let gone = asked(&site, "person", &id("hans"), "2026-03-12").await;
    assert_eq!(lines(&gone, "cloud"), [line("Krisestab", true, false)], "he is in the group still, and cannot sign in");
    let text = on(&site, "2026-03-20", &["access", "person", "Hans", "Krog", "--at", "2026-03-05"]).await.expect(0).out;
    assert!(text.contains("could use the account of Hans Krog") && text.contains("in the group Krisestab"), "{text}");

    let before = on(&site, "2026-03-20", &["access", "group", &id("web"), "--at", "2026-02-01"]).await.expect(1);
    assert!(before.said().contains("nothing is known of 2026-02-01"), "{}", before.said());
    let ahead = on(&site, "2026-03-20", &["access", "group", &id("web"), "--at", "2026-04-01"]).await.expect(2);
    assert!(ahead.said().contains("still to come"), "{}", ahead.said());
}
