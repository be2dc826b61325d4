//! Reports through the whole daemon to a real mail server, a program behind a webhook and a folder, each of which fails for
//! part of the time: every letter arrives once, none is lost, none twice. Where a kill or a broken connection comes between
//! the receiver's yes and the record of it, the letter comes again under the same id, and only there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::receivers::Receivers;
use super::{HR, House, delivery};
use crate::support::waiting;

/// A report each second, to two addresses, a program and a folder.
pub const NIGHTLY: &str = r#"
[report.nightly]
what = "quality"
schedule = "* * * * * *"
formats = ["html", "csv"]
to = { mail = ["it@example.test", "hr@example.test"], webhooks = ["ops"], folders = ["archive"] }
"#;

/// A house whose letters go to these receivers, with a roster that there is something to say about.
pub fn house(receivers: &Receivers) -> House {
    let house = House::new(&receivers.sections());
    std::fs::create_dir(house.path("reports")).unwrap();
    house.deliver(&delivery(2));
    let taken = house.raw(&["import", "roster", house.path("hr.jsonl").to_str().unwrap()]);
    assert!(taken.status.success(), "{taken:?}");
    house
}

/// Units with names that would do something if anybody believed them.
fn hostile() -> String {
    let names =
        [r#"<script>alert(1)</script>"#, r#"=HYPERLINK(\"http://evil.test\")"#, r"Hall\r\nBcc: everybody@evil.test"];
    let unit = |(number, name): (usize, &str)| {
        format!(r#"{{"kind":"unit","id":"h{number}","valid_from":"2020-01-01","name":"{name}"}}"#)
    };
    let lines: Vec<String> = names.into_iter().enumerate().map(unit).collect();
    let header =
        format!(r#"{{"roster":1,"complete":false,"kinds":["unit"],"states":"timeline","count":{}}}"#, lines.len());
    format!("{header}\n{}\n", lines.join("\n"))
}

/// Waits until something holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    waiting::until(|| holds().then_some(()), || format!("{what}: not in time"));
}

/// The lines of `status` about letters, by way.
pub fn letters(house: &House) -> BTreeMap<String, Value> {
    let (_, status) = house.verb(&["status"]);
    let lines = status["letters"].as_array().cloned().unwrap_or_default();
    lines.into_iter().map(|line| (format!("{} {}", text(&line["channel"]), text(&line["to"])), line)).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub fn sum(house: &House, what: &str) -> u64 {
    letters(house).values().map(|line| line[what].as_u64().unwrap()).sum()
}

/// How many letters went each way, as the roster has it; nothing waits and nothing was given up.
pub fn settled(house: &House) -> BTreeMap<String, u64> {
    until("every letter is taken", || sum(house, "waiting") == 0);
    let lines = letters(house);
    assert_eq!(sum(house, "failed"), 0, "{lines:#?}");
    lines.into_iter().map(|(way, line)| (way, line["sent"].as_u64().unwrap())).collect()
}

/// The files in the folder, by the letter that they are of.
pub fn files(house: &House) -> BTreeMap<String, BTreeSet<String>> {
    let mut files = BTreeMap::<String, BTreeSet<String>>::new();
    for entry in std::fs::read_dir(house.path("reports")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (stem, ending) = name.rsplit_once('.').unwrap();
        files.entry(stem.to_owned()).or_default().insert(ending.to_owned());
    }
    files
}

#[test]
fn every_letter_arrives_once_though_each_receiver_is_down_for_part_of_the_time() {
    let receivers = Receivers::start();
    let house = house(&receivers);
    house.configure(&format!("{}{NIGHTLY}", receivers.sections()));
    let mut daemon = house.serve();
    until("letters arrive", || receivers.taken("mail").len() > 1 && !receivers.taken("webhook").is_empty());
    // each goes while it takes nothing: else it may have taken what it did not answer
    receivers.behave("mail", "later");
    daemon.line(&["not taken", "try again in a while"]);
    receivers.kill("mail");
    receivers.behave("mail", "up");
    receivers.behave("webhook", "busy");
    let before = files(&house).len();
    until("folders go on", || files(&house).len() > before + 1);
    receivers.back("mail");
    for (mail, webhook) in [("later", "up"), ("busy", "drop"), ("drop", "busy"), ("up", "slow")] {
        receivers.behave("mail", mail);
        receivers.behave("webhook", webhook);
        let before = files(&house).len();
        until("folders go on", || files(&house).len() > before + 1);
    }
    receivers.behave("webhook", "fail");
    daemon.line(&["not taken", "answered 500"]);
    receivers.kill("webhook");
    receivers.behave("webhook", "up");
    let before = receivers.taken("mail").len();
    until("mail goes on", || receivers.taken("mail").len() > before + 1);
    receivers.back("webhook");
    // no more of them, and what waits goes
    house.configure(&receivers.sections());
    daemon.signal("HUP");
    let sent = settled(&house);
    daemon.stop();
    for (way, name) in [("it@example.test", "mail"), ("hr@example.test", "mail"), ("report", "webhook")] {
        let of: Vec<String> =
            receivers.taken(name).into_iter().filter(|taken| taken.what == way).map(|taken| taken.id).collect();
        let distinct: BTreeSet<&String> = of.iter().collect();
        let recorded = sent[&match name {
            "mail" => format!("mail {way}"),
            _ => "webhook ops".to_owned(),
        }];
        assert_eq!((of.len() as u64, distinct.len() as u64), (recorded, recorded), "{way}");
    }
    let distinct: BTreeSet<u64> = sent.values().copied().collect();
    assert_eq!(distinct.len(), 1, "each report went every way: {sent:?}");
    let files = files(&house);
    assert_eq!(files.len() as u64, sent["folder archive"]);
    assert!(files.values().all(|endings| endings.len() == 2), "{files:?}");
    assert_eq!(receivers.wrong(), "");
}

/// Where a daemon is killed, what its letters go by, and how often the receiver then gets the letter: twice only between
/// its yes and the record of it.
#[cfg(feature = "lab")]
const KILLS: [(&str, &str, usize); 13] = [
    ("mail", "before the intent to send a letter", 1),
    ("mail", "after the intent to send a letter", 1),
    ("mail", "before the text of a mail", 1),
    ("mail", "after the text of a mail", 2),
    ("mail", "before what became of a letter", 2),
    ("mail", "after what became of a letter", 1),
    ("webhook", "before the intent to send a letter", 1),
    ("webhook", "after the intent to send a letter", 1),
    ("webhook", "before the call of a webhook", 1),
    ("webhook", "after the call of a webhook", 2),
    ("webhook", "before what became of a letter", 2),
    ("webhook", "after what became of a letter", 1),
    ("folder", "before what became of a letter", 1),
];

#[cfg(feature = "lab")]
#[test]
fn a_kill_loses_nothing_and_what_nobody_can_know_comes_again_under_the_same_id() {
    for (channel, point, times) in KILLS {
        let receivers = Receivers::start();
        std::fs::write(receivers.path("webhook", "any-time"), "").unwrap(); // the daemon's clock stands still
        let house = house(&receivers);
        let to = match channel {
            "mail" => "mail = [\"it@example.test\"]",
            "webhook" => "webhooks = [\"ops\"]",
            _ => "folders = [\"archive\"]",
        };
        let report = format!("[report.nightly]\nwhat = \"quality\"\nschedule = \"0 5 * * *\"\nto = {{ {to} }}\n");
        house.configure(&format!("{}{report}", receivers.sections()));
        house.serve_at(Some("2026-11-23T12:00:00Z")).stop();
        let noon = "2026-11-24T12:00:00Z";
        let stop = format!("stop:{point}");
        house.start(&["serve"], "victim", &[("ROSTERD_STOPS", &stop), ("ROSTERD_NOW", noon)]).dies();
        let after = house.serve_at(Some(noon));
        let sent = settled(&house);
        after.stop();
        assert_eq!(sent.values().copied().collect::<Vec<_>>(), [1], "{channel}, {point}");
        match channel {
            "folder" => assert_eq!(files(&house).len(), times, "{point}"),
            name => assert_eq!(
                receivers.counts(name).into_values().collect::<Vec<_>>(),
                [times],
                "{channel}, {point}: one id, so often"
            ),
        }
    }
}

#[test]
fn what_was_taken_and_never_answered_comes_again_under_the_same_id() {
    let receivers = Receivers::start();
    let house = house(&receivers);
    house.configure(&format!("{}{NIGHTLY}", receivers.sections()));
    receivers.behave("mail", "lost");
    receivers.behave("webhook", "lost");
    let daemon = house.serve();
    until("each took one and gave no answer", || {
        !receivers.taken("mail").is_empty() && !receivers.taken("webhook").is_empty()
    });
    receivers.behave("mail", "up");
    receivers.behave("webhook", "up");
    house.configure(&receivers.sections());
    daemon.signal("HUP");
    let sent = settled(&house);
    daemon.stop();
    let mails = sent["mail it@example.test"] + sent["mail hr@example.test"];
    for (name, letters) in [("mail", mails), ("webhook", sent["webhook ops"])] {
        assert_eq!(receivers.counts(name).len() as u64, letters, "{name}: one id for each");
        let (lost, answered): (Vec<_>, Vec<_>) =
            receivers.taken(name).into_iter().partition(|taken| taken.how == "lost");
        assert!(!lost.is_empty(), "{name}");
        assert_eq!(answered.len() as u64, letters, "{name}: once with an answer");
    }
}

#[test]
fn an_address_that_is_refused_holds_no_other_and_is_told() {
    let receivers = Receivers::start();
    let house = house(&receivers);
    house.configure(&format!("{}{}", receivers.sections(), NIGHTLY.replace("it@example.test", "gone@example.test")));
    receivers.behave("mail", "refuse");
    let mut daemon = house.serve();
    daemon.line(&["given up", "gone@example.test", "550"]);
    house.configure(&receivers.sections());
    daemon.signal("HUP");
    until("all is settled", || sum(&house, "waiting") == 0);
    daemon.stop();
    let lines = letters(&house);
    let (gone, other) = (&lines["mail gone@example.test"], &lines["mail hr@example.test"]);
    assert_eq!((&gone["failed"], &gone["sent"], &other["failed"]), (&other["sent"], &0.into(), &0.into()));
    assert_eq!(receivers.counts("mail").len() as u64, other["sent"].as_u64().unwrap());
    assert!(gone["why"].as_str().unwrap().contains("nobody of that name"), "{gone}");
}

#[test]
fn check_online_signs_in_and_sends_nothing() {
    let receivers = Receivers::start();
    let house = house(&receivers);
    let (code, check) = house.verb(&["check", "--online"]);
    assert_eq!(code, 0, "{check}");
    let names: Vec<&str> =
        check["targets"].as_array().unwrap().iter().map(|one| one["target"].as_str().unwrap()).collect();
    assert_eq!(names, ["mail", "webhook ops", "folder archive"]);
    receivers.kill("webhook");
    std::fs::write(house.path("password"), "wrong").unwrap();
    let sections = receivers.sections();
    let password = sections.lines().find(|line| line.starts_with("password")).unwrap();
    house.configure(&sections.replace(password, "password = { file = \"password\" }"));
    let (code, check) = house.verb(&["check", "--online"]);
    assert_eq!(code, 1, "{check}");
    let told = check.to_string();
    assert!(told.contains("signing in to the mail server") && !told.contains("wrong"), "{told}");
    assert!(receivers.taken("mail").is_empty() && receivers.taken("webhook").is_empty());
}

/// What a mail says, by Python's own reader of mail.
const READ: &str = r#"
import email, email.policy, json, sys
message = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
parts = [(part.get_content_type(), part.get_filename(), part.get_content() if part.get_content_maintype() == "text" else "")
         for part in message.walk() if not part.is_multipart()]
print(json.dumps({"headers": message.items(), "parts": parts}))
"#;

#[test]
fn names_do_nothing_in_a_mail() {
    let receivers = Receivers::start();
    let house = house(&receivers);
    house.deliver(&hostile());
    assert_eq!(house.verb(&["import", "roster", house.path("hr.jsonl").to_str().unwrap()]).0, 0);
    house.configure(&format!(
        "{}{}",
        receivers.sections(),
        NIGHTLY.replace("\"quality\"", "\"units-without-manager\"")
    ));
    let daemon = house.serve();
    until("a mail is there", || !receivers.taken("mail").is_empty());
    daemon.stop();
    let mail = receivers.path("mail", "mails/1.eml");
    let read = std::process::Command::new("/usr/bin/python3").args(["-c", READ]).arg(&mail).output().unwrap();
    let read: Value = serde_json::from_slice(&read.stdout).unwrap_or_else(|_| panic!("{read:?}"));
    let header = |name: &str| -> Vec<String> {
        let pairs = read["headers"].as_array().unwrap().iter();
        pairs.filter(|pair| text(&pair[0]).eq_ignore_ascii_case(name)).map(|pair| text(&pair[1])).collect()
    };
    assert!(header("Bcc").is_empty() && header("To").len() == 1 && header("Subject").len() == 1, "{}", read["headers"]);
    assert_eq!(header("Auto-Submitted"), ["auto-generated"]);
    assert_eq!(header("From"), ["\"rosterd, Ågård\" <rosterd@example.test>"]);
    let parts: Vec<(String, String)> =
        read["parts"].as_array().unwrap().iter().map(|part| (text(&part[0]), text(&part[2]))).collect();
    let types: Vec<&str> = parts.iter().map(|(of, _)| of.as_str()).collect();
    assert_eq!(types, ["text/plain", "text/html", "text/csv"], "the page is the mail itself, the table is attached");
    assert!(!parts[1].1.contains("<script>alert(1)"), "{}", parts[1].1);
    assert!(parts[1].1.contains("&lt;script&gt;alert(1)"), "{}", parts[1].1);
    for line in parts[2].1.lines() {
        assert!(!line.split(',').any(|cell| cell.trim_matches('"').starts_with('=')), "{line}");
    }
}

#[test]
fn an_alarm_arrives_once_though_each_receiver_is_down_when_it_is_raised() {
    let receivers = Receivers::start();
    let house = House::new(&receivers.sections());
    let alarms = "[alarms]\nto = { mail = [\"it@example.test\"], webhooks = [\"ops\"] }\nsettle_minutes = 0\n";
    house.configure(&format!("{}{alarms}{HR}", receivers.sections()));
    receivers.behave("mail", "later");
    receivers.behave("webhook", "fail");
    let mut daemon = house.serve();
    house.deliver(&delivery(60));
    daemon.line(&["imported"]);
    house.deliver(&delivery(1));
    // the limit holds it; both were tried, and took nothing
    until("it waits for both", || sum(&house, "waiting") >= 2);
    daemon.line(&["not taken", "answered 500"]);
    receivers.kill("webhook");
    receivers.behave("webhook", "up");
    receivers.behave("mail", "up");
    receivers.back("webhook");
    let sent = settled(&house);
    daemon.stop();
    for (way, name) in [("mail it@example.test", "mail"), ("webhook ops", "webhook")] {
        let counts = receivers.counts(name);
        assert!(sent[way] >= 1 && counts.len() as u64 == sent[way], "{way}: {counts:?}");
        assert!(counts.values().all(|count| *count == 1), "{way}: {counts:?}");
    }
    assert!(receivers.taken("webhook").iter().all(|taken| taken.what == "alarm"));
}
