//! What a SCIM target needs to know, as it stands in the configuration. Checked offline; connects to nothing.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use crate::net::{Confidential, SecretRef, is_loopback};
use crate::org::Day;

/// The settings of one SCIM 2.0 service.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScimConnection")]
pub struct Settings {
    /// The base URL: what comes before `/Users`, such as `https://hr.example.org/scim/v2`.
    pub url: String,
    /// A bearer token (RFC 6750) as the service gave it out. Instead of it `oauth`, or a client certificate alone.
    #[serde(default)]
    pub token: Option<SecretRef>,
    /// The last day of the token, where it is known: there is a warning from thirty days before.
    #[serde(default)]
    pub token_expires: Option<Day>,
    /// Where tokens are got for OAuth 2.0 client credentials.
    #[serde(default)]
    pub oauth: Option<OAuth>,
    /// A certificate that the service knows us by (mutual TLS).
    #[serde(default)]
    pub client_certificate: Option<ClientCertificate>,
    /// The way out, where it is not the one that the environment names (`HTTPS_PROXY`, `NO_PROXY`).
    #[serde(default)]
    pub proxy: Option<Proxy>,
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
    /// How many requests may be under way at once. The profile's number, unless another is written.
    #[serde(default)]
    pub concurrency: Option<u32>,
    /// How long one request may wait for the service's limits, in seconds. A run that would have to wait longer ends,
    /// and the next one goes on.
    #[serde(default = "default_wait_seconds")]
    pub wait_seconds: u64,
    /// Allows plain `http` to a host that is not this machine. The token then crosses the network in the clear.
    #[serde(default)]
    pub allow_http: bool,
}

/// OAuth 2.0 client credentials (RFC 6749 section 4.4).
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// The token endpoint of the authorisation server.
    pub token_url: String,
    /// The name of the client, as the authorisation server gave it out.
    pub client_id: String,
    pub client_secret: SecretRef,
    /// What the token is to be good for, as the service names it.
    #[serde(default)]
    pub scope: Option<String>,
    /// Whom the token is for; some authorisation servers ask for it (Auth0, Okta).
    #[serde(default)]
    pub audience: Option<String>,
    /// How the client shows who it is.
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
}

/// Where the client's id and secret go (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuthentication {
    /// HTTP Basic.
    #[default]
    Header,
    /// `client_id` and `client_secret` in the form.
    Body,
}

/// A client certificate and its key, PEM.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCertificate {
    /// The certificate, and those between it and the authority; relative to the configuration file.
    pub file: PathBuf,
    pub key: SecretRef,
}

/// An HTTP proxy.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proxy {
    /// Such as `http://proxy.example.org:3128`; empty for none, whatever the environment says.
    pub url: String,
    /// Who signs in to the proxy.
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub password: Option<SecretRef>,
}

fn default_wait_seconds() -> u64 {
    600
}

fn default_timeout_seconds() -> u64 {
    30
}

impl Settings {
    /// Those of a service with a token; everything else is as usual.
    pub fn new(url: String, token: SecretRef) -> Self {
        Self {
            url,
            token: Some(token),
            token_expires: None,
            oauth: None,
            client_certificate: None,
            proxy: None,
            ca_file: None,
            page_size: None,
            timeout_seconds: default_timeout_seconds(),
            concurrency: None,
            wait_seconds: default_wait_seconds(),
            allow_http: false,
        }
    }

    /// What decides how objects are understood: nothing, for all of it is the way to the service.
    pub fn of_objects(&self) -> Self {
        let nowhere = SecretRef { file: None, credential: None, env: None };
        Self { token: None, ..Self::new(String::new(), nowhere) }
    }

    /// Whether anything is to be asked over TLS.
    pub fn uses_tls(&self) -> bool {
        let token_url = self.oauth.as_ref().map(|oauth| oauth.token_url.as_str());
        let proxy = self.proxy.as_ref().map(|proxy| proxy.url.as_str()).filter(|url| !url.is_empty());
        // the environment may name a proxy for everything but this machine
        let is_plain = |url: &str| Url::parse(url).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url));
        ![Some(self.url.as_str()), token_url, proxy].into_iter().flatten().all(is_plain)
    }

    /// What is wrong with the settings, as far as it shows without a connection: the field, and why.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        problems.extend(self.url_problem(&self.url).map(|problem| ("url", problem)));
        problems.extend(self.credentials_problems());
        if let Some(size) = self.page_size.filter(|size| !(1..=10_000).contains(size)) {
            problems.push(("page_size", format!("{size} is not between 1 and 10000")));
        }
        if !(1..=3600).contains(&self.timeout_seconds) {
            problems.push(("timeout_seconds", format!("{} is not between 1 and 3600", self.timeout_seconds)));
        }
        if !(1..=86_400).contains(&self.wait_seconds) {
            problems.push(("wait_seconds", format!("{} is not between 1 and 86400", self.wait_seconds)));
        }
        if self.concurrency.is_some_and(|most| !(1..=100).contains(&most)) {
            problems.push(("concurrency", "it is a number between 1 and 100".into()));
        }
        problems
    }

    fn credentials_problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let mut secret = |field: &'static str, secret: Option<&SecretRef>| {
            let problem = secret.and_then(SecretRef::problem);
            problems.extend(problem.map(|problem| (field, problem.to_owned())));
        };
        secret("token", self.token.as_ref());
        secret("oauth", self.oauth.as_ref().map(|oauth| &oauth.client_secret));
        secret("client_certificate", self.client_certificate.as_ref().map(|certificate| &certificate.key));
        secret("proxy", self.proxy.as_ref().and_then(|proxy| proxy.password.as_ref()));
        match (&self.token, &self.oauth, &self.client_certificate) {
            (None, None, None) => {
                problems.push(("token", "a token, oauth or a client_certificate is needed".into()));
            }
            (Some(_), Some(_), _) => {
                problems.push(("oauth", "a token is given already: only one of them counts".into()));
            }
            _ => {}
        }
        if self.token.is_none() && self.token_expires.is_some() {
            problems.push(("token_expires", "there is no token that could expire".into()));
        }
        if let Some(oauth) = &self.oauth {
            let problem = self.url_problem(&oauth.token_url);
            problems.extend(problem.map(|problem| ("oauth", format!("token_url: {problem}"))));
        }
        if let Some(proxy) = self.proxy.as_ref().filter(|proxy| !proxy.url.is_empty()) {
            match Url::parse(&proxy.url) {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.username().is_empty() => {}
                Ok(_) => {
                    problems.push(("proxy", "url is http:// or https:// and holds no credentials: use user".into()));
                }
                Err(error) => {
                    problems.push(("proxy", format!("url {:?} is not a URL: {error}", proxy.url)));
                }
            }
            if proxy.user.is_some() != proxy.password.is_some() {
                problems.push(("proxy", "user and password belong together".into()));
            }
        }
        problems
    }

    fn url_problem(&self, url: &str) -> Option<String> {
        let tokens = Confidential { what: "the token", credentials: "token", allow_http: self.allow_http };
        let ends = |url: Url| url.query().is_some() || url.fragment().is_some();
        match tokens.url(url).map(ends) {
            Err(problem) => Some(problem),
            Ok(true) => Some("the base URL ends with its path: no ? and no #".into()),
            Ok(false) => None,
        }
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
    fn tls_is_for_all_but_this_machine() {
        let uses = |text: &str| toml::from_str::<Settings>(text).unwrap_or_else(|error| panic!("{error}")).uses_tls();
        assert!(!uses("url = \"http://127.0.0.1/\""));
        assert!(uses("url = \"https://127.0.0.1/\""));
        assert!(uses("url = \"http://127.0.0.1/\"\nproxy = { url = \"https://127.0.0.1:3128\" }"));
        assert!(uses("url = \"http://a.example/\"\nallow_http = true"));
    }

    #[test]
    fn every_field_is_checked() {
        let text = "url = \"https://a/\"\npage_size = 0\ntimeout_seconds = 0\ntoken = {}";
        assert_eq!(fields(text), ["token", "page_size", "timeout_seconds"]);
        assert!(toml::from_str::<Settings>("url = \"https://a/\"\ntoken = {}\npages = 3").is_err());
    }
}
