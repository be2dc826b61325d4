//! What a SCIM target needs to know, as it stands in the configuration. Checked offline; connects to nothing.

use std::path::PathBuf;

use serde::Deserialize;
use url::{Host, Url};

use crate::net::SecretRef;

/// The settings of one SCIM 2.0 service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The base URL: what comes before `/Users`, such as `https://hr.example.org/scim/v2`.
    pub url: String,
    /// The bearer token (RFC 6750).
    pub token: SecretRef,
    /// The certificate authority of the service, PEM, relative to the configuration file; without it the system's
    /// trusted roots are used.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How many resources one page of a listing asks for, instead of what the profile of the service says. Services may
    /// send fewer.
    #[serde(default)]
    pub page_size: Option<u32>,
    /// How long one request may take, in seconds, from connecting to the last byte of the answer.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
    /// Allows plain `http` to a host that is not this machine. The token then crosses the network in the clear.
    #[serde(default)]
    pub allow_http: bool,
}

fn default_timeout_seconds() -> u64 {
    30
}

impl Settings {
    /// What is wrong with the settings, as far as it shows without a connection: the field, and why.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        match Url::parse(&self.url) {
            Err(error) => problems.push(("url", format!("{:?} is not a URL: {error}", self.url))),
            Ok(url) => problems.extend(self.url_problem(&url).map(|problem| ("url", problem))),
        }
        if !self.token.is_well_formed() {
            problems.push(("token", "exactly one of file, credential or env is needed".into()));
        }
        if let Some(size) = self.page_size.filter(|size| !(1..=10_000).contains(size)) {
            problems.push(("page_size", format!("{size} is not between 1 and 10000")));
        }
        if !(1..=3600).contains(&self.timeout_seconds) {
            problems.push(("timeout_seconds", format!("{} is not between 1 and 3600", self.timeout_seconds)));
        }
        problems
    }

    fn url_problem(&self, url: &Url) -> Option<String> {
        match url.scheme() {
            "https" => {}
            "http" if self.allow_http || is_loopback(url) => {}
            "http" => {
                return Some("plain http would show the token to the network: use https, or set allow_http".into());
            }
            other => return Some(format!("{other} is neither https nor http")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Some("a URL must not hold credentials: use token".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Some("the base URL ends with its path: no ? and no #".into());
        }
        None
    }
}

/// Whether the URL names this machine itself.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
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
    fn plain_http_is_for_this_machine_only() {
        let token = "token = { file = \"t\" }";
        for good in ["https://a.example/scim", "http://127.0.0.1:8080/v2", "http://localhost/v2", "http://[::1]/"] {
            assert_eq!(fields(&format!("url = {good:?}\n{token}")), Vec::<&str>::new(), "{good}");
        }
        for bad in ["http://a.example/scim", "ftp://a.example", "a.example", "https://u:p@a.example/", "https://a/?x=1"]
        {
            assert_eq!(fields(&format!("url = {bad:?}\n{token}")), ["url"], "{bad}");
        }
        assert!(fields(&format!("url = \"http://a.example/\"\nallow_http = true\n{token}")).is_empty());
    }

    #[test]
    fn every_field_is_checked() {
        let text = "url = \"https://a/\"\npage_size = 0\ntimeout_seconds = 0\ntoken = {}";
        assert_eq!(fields(text), ["token", "page_size", "timeout_seconds"]);
        assert!(toml::from_str::<Settings>("url = \"https://a/\"\ntoken = {}\npages = 3").is_err());
    }
}
