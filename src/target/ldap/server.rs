//! Which server, and how its connection is secured: what a URL of the configuration means. Pure.

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Deserializer};
use url::Url;

/// How what is sent is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after a request for it.
    StartTls,
    /// None.
    Plain,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The name that its certificate must bear.
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Where it was reached. A name may stand for several servers: once reached, it stands for this one.
    pub address: Option<SocketAddr>,
}

impl Server {
    /// `ldaps://` has TLS; `ldap://` needs one of the two switches.
    pub fn parse(text: &str, starttls: bool, plain: bool) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("{text:?} is not a URL: {error}"))?;
        let security = match (url.scheme(), starttls, plain) {
            ("ldaps", false, false) => Security::Tls,
            ("ldaps", ..) => return Err(format!("{text} has TLS by itself: starttls and plain are for ldap://")),
            ("ldap", true, false) => Security::StartTls,
            ("ldap", false, true) => Security::Plain,
            ("ldap", true, true) => return Err("starttls and plain exclude each other".into()),
            ("ldap", false, false) => {
                return Err("ldap:// sends passwords in the clear: use ldaps://, or set starttls = true".into());
            }
            (other, ..) => return Err(format!("{other}:// is no LDAP over TLS: use ldaps://")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("it names no host")?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = url.port().unwrap_or(if security == Security::Tls { 636 } else { 389 });
        Ok(Self { host, port, security, address: None })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = if self.security == Security::Tls { 636 } else { 389 };
        if self.port == usual { f.write_str(&self.host) } else { write!(f, "{}:{}", self.host, self.port) }
    }
}

/// One URL, or several in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls(Vec<String>);

impl Urls {
    pub fn all(&self) -> &[String] {
        &self.0
    }
}

impl From<&str> for Urls {
    fn from(url: &str) -> Self {
        Self(vec![url.to_owned()])
    }
}

impl From<String> for Urls {
    fn from(url: String) -> Self {
        Self(vec![url])
    }
}

impl From<Vec<String>> for Urls {
    fn from(urls: Vec<String>) -> Self {
        Self(urls)
    }
}

impl fmt::Display for Urls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" or "))
    }
}

/// As written.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(untagged, expecting = "a URL, or a list of URLs")]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for Urls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(url) => Self(vec![url]),
            OneOrMany::Many(urls) => Self(urls),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn passwords_go_in_the_clear_only_where_somebody_wrote_so() {
        let security = |url, starttls, plain| Server::parse(url, starttls, plain).map(|server| server.security);
        assert_eq!(security("ldaps://a", false, false), Ok(Security::Tls));
        assert_eq!(security("ldap://a", true, false), Ok(Security::StartTls));
        assert_eq!(security("ldap://a", false, true), Ok(Security::Plain));
        for (url, starttls, plain) in [
            ("ldap://a", false, false),
            ("ldap://a", true, true),
            ("ldaps://a", true, false),
            ("http://a", true, false),
        ] {
            assert!(security(url, starttls, plain).is_err(), "{url} {starttls} {plain}");
        }
    }

    #[test]
    fn the_usual_port_is_not_told() {
        let told = |url, starttls| Server::parse(url, starttls, false).unwrap().to_string();
        assert_eq!(told("ldaps://dc1.example.org", false), "dc1.example.org");
        assert_eq!(told("ldaps://dc1.example.org:3269", false), "dc1.example.org:3269");
        assert_eq!(told("ldap://dc1.example.org", true), "dc1.example.org");
        assert_eq!(Server::parse("ldaps://[::1]:1636", false, false).unwrap().host, "::1");
    }
}
