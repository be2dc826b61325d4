//! Who gets letters: the lab's mail server and its program behind a webhook, in a lab of their own, so that a test may stop
//! them, start them, and make them refuse, break off or be slow.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::lab::Lab;

pub struct Receivers {
    folder: TempDir,
}

/// A letter that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The Message-ID of a mail, the webhook-id of a call.
    pub id: String,
    /// The address, or the type of the letter.
    pub what: String,
    /// `answered`, or `lost`: the yes never came to the daemon.
    pub how: String,
}

impl Receivers {
    pub fn start() -> Self {
        let receivers = Self { folder: TempDir::new().unwrap() };
        receivers.lab("up", &["mail", "webhook"]);
        receivers
    }

    fn lab(&self, what: &str, names: &[&str]) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/lab");
        let done = Command::new(script).arg(what).arg(self.folder.path()).args(names).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Their sections of a configuration.
    pub fn sections(&self) -> String {
        let lab = Lab::at(self.folder.path());
        format!(
            r#"
[mail]
server = "127.0.0.1"
port = {}
tls = "starttls"
ca_file = "{}"
user = "{}"
password = {{ file = "{}" }}
from = '"rosterd, Ågård" <rosterd@example.test>'

[webhook.ops]
url = "{}"
secret = {{ file = "{}" }}

[folder.archive]
path = "reports"
"#,
            lab.value("MAIL_PORT"),
            lab.value("MAIL_CA_FILE"),
            lab.value("MAIL_USER"),
            lab.value("MAIL_PASSWORD_FILE"),
            lab.value("WEBHOOK_URL"),
            lab.value("WEBHOOK_SECRET_FILE"),
        )
    }

    /// How one of them behaves from now on; the words are those of its script.
    pub fn behave(&self, name: &str, mode: &str) {
        std::fs::write(self.path(name, "mode.new"), mode).unwrap();
        std::fs::rename(self.path(name, "mode.new"), self.path(name, "mode")).unwrap();
    }

    /// SIGKILL, as when a machine goes.
    pub fn kill(&self, name: &str) {
        let line = std::fs::read_to_string(self.path(name, "pid")).unwrap();
        let kill = format!("kill -KILL {}", line.split_whitespace().next().unwrap());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Back again, on the same port.
    pub fn back(&self, name: &str) {
        self.lab("up", &[name]);
    }

    pub fn taken(&self, name: &str) -> Vec<Taken> {
        let lines = std::fs::read_to_string(self.path(name, "taken")).unwrap_or_default();
        let word = |words: &[&str], at: usize| words[at].trim_matches(['<', '>']).to_owned();
        let taken = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            Taken { id: word(&words, 0), what: word(&words, 1), how: word(&words, 2) }
        };
        lines.lines().map(taken).collect()
    }

    /// How often each letter was taken, by its id.
    pub fn counts(&self, name: &str) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for taken in self.taken(name) {
            *counts.entry(taken.id).or_default() += 1;
        }
        counts
    }

    /// What was not signed as it should be.
    pub fn wrong(&self) -> String {
        std::fs::read_to_string(self.path("webhook", "wrong")).unwrap_or_default()
    }

    pub fn path(&self, name: &str, file: &str) -> PathBuf {
        self.folder.path().join(name).join(file)
    }
}

impl Drop for Receivers {
    fn drop(&mut self) {
        self.lab("down", &[]);
    }
}
