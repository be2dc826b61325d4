//! `[mail]`: the server that takes mail for others. Checked offline; connects to nothing.

use std::path::PathBuf;

use lettre::message::Mailbox;
use serde::Deserialize;

use crate::deliver::{GIVE_UP_DAYS, give_up_problem};
use crate::net::{SecretRef, is_loopback_host};

/// How the connection is kept from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte, port 465 (RFC 8314).
    #[default]
    Tls,
    /// TLS after STARTTLS, port 587; without it, nothing is sent.
    Starttls,
    /// In clear, port 25: to this machine only, unless `allow_clear` is set.
    None,
}

impl Security {
    fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::Starttls => 587,
            Self::None => 25,
        }
    }
}

/// The server that takes mail for others.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The name of the server, as its certificate has it.
    pub server: String,
    /// 465 with tls, 587 with starttls, 25 with none, unless another is written.
    pub port: Option<u16>,
    #[serde(default)]
    pub tls: Security,
    /// A PEM file with the authority of its certificate, relative to the configuration file; the system's without it.
    pub ca_file: Option<PathBuf>,
    /// Who signs in; nobody without it.
    pub user: Option<String>,
    /// Where the password of that user lies.
    pub password: Option<SecretRef>,
    /// Who mails are from: `rosterd <rosterd@example.org>`, or the address alone.
    pub from: String,
    /// What a mail holds at most, in megabytes: what is beyond it is left out, and the mail says so.
    #[serde(default = "largest_mb")]
    pub largest_mb: u32,
    /// For how many days a mail is tried.
    #[serde(default = "give_up_days")]
    pub give_up_days: u32,
    /// Send in clear to another machine.
    #[serde(default)]
    pub allow_clear: bool,
}

fn largest_mb() -> u32 {
    10
}

fn give_up_days() -> u32 {
    GIVE_UP_DAYS
}

impl Settings {
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.tls.port())
    }

    /// What is wrong with the settings, as far as it shows without a connection: the field, and why.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if self.server.trim().is_empty() || self.server.contains(['/', ' ', '@']) {
            problems.push(("server", format!("{:?} is no name of a server: write it alone", self.server)));
        }
        if self.port == Some(0) {
            problems.push(("port", "0 is no port: leave it out for the usual one".into()));
        }
        match (self.tls, self.allow_clear || is_loopback_host(&self.server)) {
            (Security::None, false) => problems.push((
                "tls",
                "mail in clear would show reports and the password to the network: use tls or starttls, or set \
                 allow_clear"
                    .into(),
            )),
            (Security::None, true) if self.ca_file.is_some() => {
                problems.push(("ca_file", "there is no TLS that it could be for: leave it out".into()));
            }
            _ => {}
        }
        if let Some(problem) = address_problem(&self.from) {
            problems.push(("from", problem));
        }
        match (&self.user, &self.password) {
            (Some(_), None) => problems.push(("user", "there is no password: add password = { file = \"…\" }".into())),
            (None, Some(_)) => problems.push(("password", "there is no user that it could be of: add user".into())),
            _ => {}
        }
        let password = self.password.as_ref().and_then(SecretRef::problem);
        problems.extend(password.map(|problem| ("password", problem.to_owned())));
        if !(1..=100).contains(&self.largest_mb) {
            problems.push(("largest_mb", format!("{} is not between 1 and 100", self.largest_mb)));
        }
        problems.extend(give_up_problem(self.give_up_days));
        problems
    }
}

/// What is wrong with an address of mail, if anything is.
pub fn address_problem(text: &str) -> Option<String> {
    match mailbox(text) {
        Ok(mailbox) if mailbox.email.domain().contains('.') || is_loopback_host(mailbox.email.domain()) => None,
        Ok(_) => Some(format!("{text:?} has no whole domain after its @: write name@example.org")),
        Err(_) => {
            Some(format!("{text:?} is no address of mail: write name@example.org, or \"NAME\" <name@example.org>"))
        }
    }
}

/// Nothing of an address gets into a header but what an address is.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, String> {
    if text.chars().any(char::is_control) {
        return Err("it holds control characters".into());
    }
    text.trim().parse::<Mailbox>().map_err(|error| error.to_string())
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<&'static str> {
        let settings: Settings = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        settings.problems().into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn mail_in_clear_is_for_this_machine_only() {
        let from = "from = \"rosterd@example.test\"";
        for good in [
            "server = \"smtp.example.test\"",
            "server = \"smtp.example.test\"\ntls = \"starttls\"",
            "server = \"127.0.0.1\"\ntls = \"none\"",
            "server = \"localhost\"\ntls = \"none\"",
            "server = \"smtp.example.test\"\ntls = \"none\"\nallow_clear = true",
        ] {
            assert_eq!(fields(&format!("{good}\n{from}")), Vec::<&str>::new(), "{good}");
        }
        assert_eq!(fields(&format!("server = \"smtp.example.test\"\ntls = \"none\"\n{from}")), ["tls"]);
    }

    #[test]
    fn every_field_is_checked() {
        let text = "server = \"smtp://a\"\nport = 0\nfrom = \"nobody\"\nuser = \"a\"\nlargest_mb = 0\ngive_up_days = 0";
        assert_eq!(fields(text), ["server", "port", "from", "user", "largest_mb", "give_up_days"]);
    }

    #[test]
    fn an_address_is_an_address() {
        for good in ["it@example.test", "IT <it@example.test>", "\"Ågård, IT\" <it@example.test>", "root@localhost"] {
            assert_eq!(address_problem(good), None, "{good}");
        }
        for bad in
            ["", "it", "it@", "it@example", "a@b.test\r\nBcc: c@d.test", "a@b.test, c@d.test", "it@example.test\n"]
        {
            assert!(address_problem(bad).is_some(), "{bad:?}");
        }
    }
}
