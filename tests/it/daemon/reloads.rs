//! A reload that is refused: told as an alarm, in the metrics and by `status`, until one succeeds; and looking works
//! while the file is wrong.

#![cfg(feature = "lab")]

use serde_json::{Value, json};

use super::HR;
use super::alarms::Watched;
use super::http::until;
use super::met::{Met, rows};

/// The configuration of a house, and the same with a line that is wrong.
fn texts(watched: &Watched) -> (String, String) {
    let good = std::fs::read_to_string(watched.house.path("config.toml")).unwrap();
    let wrong = good.replace("[jsonl.hr]", "[jsonl.hr]\nusr = 1");
    (good, wrong)
}

fn write(watched: &Watched, text: &str) {
    std::fs::write(watched.house.path("config.toml"), text).unwrap();
}

/// What `status` says of the configuration.
fn configuration(watched: &Watched) -> Value {
    let (code, status) = watched.verb(&["status"]);
    assert_eq!((code, &status["daemon"]), (0, &json!(true)), "{status}");
    status["configuration"].clone()
}

fn in_words(watched: &Watched) -> String {
    let output = watched.house.command(&["status"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
pub(super) fn it_is_told_until_one_succeeds() -> Met<{ rows(&["configuration-refused"]) }> {
    let mut met = Met::none();
    let watched = Watched::new("", HR);
    let (good, wrong) = texts(&watched);
    let mut daemon = watched.serve();
    until(watched.address, "/metrics", |_, body| body.contains("rosterd_config_last_reload_successful 1"));
    assert_eq!(configuration(&watched)["refused"], Value::Null);

    write(&watched, &wrong);
    let file = configuration(&watched)["file"].clone();
    assert_eq!(file["state"], json!("wrong"), "nobody asked for a reload yet: {file}");
    daemon.signal("HUP");
    daemon.line(&["ERROR", "the configuration stays as it was"]);
    met.told(&watched, "configuration-refused", "configuration", &["config.toml:", "usr", "rosterd check"]);
    until(watched.address, "/metrics", |_, body| body.contains("rosterd_config_last_reload_successful 0"));
    until(watched.address, "/readyz", |status, _| status == 200);
    daemon.signal("HUP");
    watched.nothing_more(1);
    let told = configuration(&watched);
    assert!(told["refused"]["why"].as_str().unwrap().contains("usr") && told["refused"]["since"].is_string(), "{told}");
    let text = in_words(&watched);
    for wanted in ["RELOAD REFUSED since ", "THE CONFIGURATION FILE IS WRONG: ", "is in force", "usr", "next run"] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    assert!(!text.contains("+00:00"), "in the zone of the roster: {text}");
    assert_eq!(watched.verb(&["runs"]).0, 0);

    write(&watched, &good);
    let told = configuration(&watched);
    assert!(told["refused"].is_object() && told["file"].is_null(), "{told}");
    daemon.signal("HUP");
    daemon.line(&["the configuration was read anew"]);
    assert_eq!(watched.message(&["Over", "configuration-refused"]), 2);
    until(watched.address, "/metrics", |_, body| body.contains("rosterd_config_last_reload_successful 1"));
    assert_eq!(configuration(&watched)["refused"], Value::Null);

    // a change that no reload can make is no mistake, and is told as what it is
    write(&watched, &good.replace("roster.db\"", "other.db\""));
    daemon.signal("HUP");
    watched.message(&["configuration-refused", "takes a restart", "roster.file changed", "systemctl restart rosterd"]);
    daemon.stop();
    met
}

#[test]
fn what_takes_a_restart_is_told_as_that_and_by_nothing_else() {
    let watched = Watched::new("", HR);
    let (good, wrong) = texts(&watched);
    let mut daemon = watched.serve();
    let other = super::http::free().to_string();
    write(&watched, &good.replace(&watched.address.to_string(), &other));
    daemon.signal("HUP");
    daemon.line(&["ERROR", "the configuration stays as it was", "http.listen changed"]);
    let told = configuration(&watched);
    assert_eq!(
        (told["refused"]["needs_restart"].is_string(), &told["file"]["state"]),
        (true, &json!("restart")),
        "{told}"
    );
    let text = in_words(&watched);
    let lines = ["RELOAD REFUSED since ", ": http.listen changed\n  it takes a restart: systemctl restart rosterd\n"];
    for wanted in lines {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    assert!(!text.contains("systemctl reload"), "{text}");
    // with a file that is wrong by now nothing would run after a restart
    write(&watched, &wrong);
    let text = in_words(&watched);
    assert!(text.contains("THE CONFIGURATION FILE IS WRONG") && !text.contains("it takes a restart"), "{text}");
    daemon.stop();
}

#[test]
fn it_survives_nothing_and_without_a_daemon_a_wrong_file_ends_the_verb() {
    let watched = Watched::new("", HR);
    let (good, wrong) = texts(&watched);
    let mut daemon = watched.serve();
    write(&watched, &wrong);
    daemon.signal("HUP");
    daemon.line(&["ERROR", "the configuration stays as it was"]);
    daemon.stop();
    let output = watched.house.raw(&["status"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("usr"), "{said}");
    assert_eq!(watched.house.raw(&["serve"]).status.code(), Some(2), "it does not start at all");
    write(&watched, &good);
    assert_eq!(watched.verb(&["status"]).1["configuration"], Value::Null, "nobody serves");
    let daemon = watched.serve();
    let told = configuration(&watched);
    assert!(told["refused"].is_null() && told["read"].is_string(), "{told}");
    daemon.stop();
}
