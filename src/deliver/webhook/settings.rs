//! `[webhook.NAME]`: a program that is told over HTTPS. Checked offline; connects to nothing.

use std::path::PathBuf;

use serde::Deserialize;

use crate::deliver::{GIVE_UP_DAYS, give_up_problem};
use crate::net::{Confidential, SecretRef};

/// A program that is told over HTTPS.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where it listens.
    pub url: String,
    /// Where the secret lies that both sides know: base64, with or without `whsec_` before it.
    pub secret: SecretRef,
    /// A PEM file with the authority of its certificate, relative to the configuration file; the system's without it.
    pub ca_file: Option<PathBuf>,
    /// How long an answer may take.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
    /// For how many days a letter is tried.
    #[serde(default = "give_up_days")]
    pub give_up_days: u32,
    /// Send in clear to another machine.
    #[serde(default)]
    pub allow_http: bool,
}

fn timeout_seconds() -> u64 {
    30
}

fn give_up_days() -> u32 {
    GIVE_UP_DAYS
}

impl Settings {
    /// What is wrong with the settings, as far as it shows without a connection: the field, and why.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let reports = Confidential { what: "reports", credentials: "secret", allow_http: self.allow_http };
        problems.extend(reports.url(&self.url).err().map(|problem| ("url", problem)));
        problems.extend(self.secret.problem().map(|problem| ("secret", problem.to_owned())));
        if !(1..=600).contains(&self.timeout_seconds) {
            problems.push(("timeout_seconds", format!("{} is not between 1 and 600", self.timeout_seconds)));
        }
        problems.extend(give_up_problem(self.give_up_days));
        problems
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_checked() {
        let fields = |text: &str| -> Vec<&'static str> {
            let settings: Settings = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
            settings.problems().into_iter().map(|(field, _)| field).collect()
        };
        let secret = "secret = { file = \"s\" }";
        for good in ["https://a.example/hook?x=1", "http://127.0.0.1:8080/", "http://[::1]/"] {
            assert_eq!(fields(&format!("url = {good:?}\n{secret}")), Vec::<&str>::new(), "{good}");
        }
        for bad in ["http://a.example/", "ftp://a.example", "a.example", "https://u:p@a.example/"] {
            assert_eq!(fields(&format!("url = {bad:?}\n{secret}")), ["url"], "{bad}");
        }
        let text = "url = \"https://a/\"\nsecret = {}\ntimeout_seconds = 0\ngive_up_days = 400";
        assert_eq!(fields(text), ["secret", "timeout_seconds", "give_up_days"]);
    }
}
