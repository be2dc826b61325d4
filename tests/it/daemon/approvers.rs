//! Who may do what at the control socket, by the kernel's word on who calls. Needs root, to call as somebody else.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Output;

use serde_json::Value;

use super::{Daemon, House, NOWHERE, delivery};

/// Users that nobody else is.
pub(super) const ANNA: u32 = 61_001;
pub(super) const BO: u32 = 61_002;
const STRANGER: u32 = 61_003;

impl House {
    /// An installation that others may look into: they read the configuration, and nothing else.
    fn open_to_others(sections: &str) -> Self {
        let house = Self::new(sections);
        house.open();
        house
    }

    pub(super) fn open(&self) {
        std::fs::set_permissions(self.path(""), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(super) fn verb_as(&self, uid: u32, words: &[&str]) -> Output {
        self.command(&[&["--format", "json"], words].concat()).uid(uid).gid(uid).output().unwrap()
    }

    fn mode(&self) -> u32 {
        std::fs::metadata(self.path("roster.db.sock")).unwrap().permissions().mode() & 0o777
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn safety(more: &str) -> String {
    format!("\n[safety]\napprovers = [{ANNA}, {BO}]\n{more}{NOWHERE}")
}

/// A held import: its digest.
fn held(house: &House, _daemon: &Daemon) -> String {
    for people in [40, 10] {
        std::fs::write(house.path("people.jsonl"), delivery(people)).unwrap();
        let file = house.path("people.jsonl");
        let (code, import) = house.verb(&["import", "roster", file.to_str().unwrap()]);
        if code == 4 {
            return import["digest"].as_str().unwrap().to_owned();
        }
    }
    panic!("nothing was held")
}

#[test]
fn an_approver_may_approve_and_plan_and_nothing_else_and_a_stranger_nothing() {
    let house = House::open_to_others(&safety(""));
    let daemon = house.serve();
    assert_eq!(house.mode(), 0o666);
    let digest = held(&house, &daemon);
    let file = house.path("people.jsonl");
    for (words, code, word) in [
        (vec!["import", "roster", file.to_str().unwrap()], 1, "who may only approve"),
        (vec!["apply", "cloud", "--yes"], 1, "who may only approve"),
        (vec!["plan"], 1, ""), // the target is nowhere
    ] {
        let output = house.verb_as(ANNA, &words);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", said(&output));
        assert!(said(&output).contains(word), "{words:?}: {}", said(&output));
    }
    let refused = house.verb_as(STRANGER, &["approve", &digest]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains(&format!("takes no command from user {STRANGER}")), "{}", said(&refused));
    let approved = house.verb_as(ANNA, &["approve", &digest]);
    assert_eq!(approved.status.code(), Some(0), "{}", said(&approved));
    let approval: Value = serde_json::from_slice(&approved.stdout).unwrap();
    assert_eq!(approval["by"], format!("uid {ANNA}"));
    assert_eq!(house.verb(&["import", "roster", file.to_str().unwrap()]).0, 0, "one approval is enough by default");
}

#[test]
fn who_may_call_follows_the_configuration() {
    let house = House::open_to_others(NOWHERE);
    let mut daemon = house.serve();
    assert_eq!(house.mode(), 0o600);
    house.configure(&safety(""));
    daemon.signal("HUP");
    daemon.line(&["the configuration was read anew"]);
    // the answer to a call comes after the socket was opened for it
    let reached = |house: &House| {
        let output = house.verb_as(BO, &["approve", &"0".repeat(32)]);
        (output.status.code(), said(&output))
    };
    assert_eq!(house.verb(&["status"]).0, 0);
    let (code, words) = reached(&house);
    assert!(code == Some(4) && words.contains("is stored"), "{words}");
    house.configure(NOWHERE);
    daemon.signal("HUP");
    daemon.line(&["the configuration was read anew"]);
    assert_eq!(house.verb(&["status"]).0, 0);
    let (code, words) = reached(&house);
    assert!(code == Some(1), "{words}");
}
