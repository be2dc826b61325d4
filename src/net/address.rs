//! Where something goes that nobody else may hear: over TLS, or to this machine itself.

use std::net::IpAddr;

use url::{Host, Url};

/// What is sent to a URL.
#[derive(Debug, Clone, Copy)]
pub struct Confidential<'a> {
    /// For people: what others would see.
    pub what: &'a str,
    /// The field that holds the credentials.
    pub credentials: &'a str,
    /// The configuration allows it to go in clear.
    pub allow_http: bool,
}

impl Confidential<'_> {
    /// The URL, or what is wrong with it, as far as it shows without a connection.
    pub fn url(&self, text: &str) -> Result<Url, String> {
        let Self { what, credentials, allow_http } = self;
        let url = Url::parse(text).map_err(|error| format!("{text:?} is not a URL: {error}"))?;
        match url.scheme() {
            "https" => {}
            "http" if *allow_http || is_loopback(&url) => {}
            "http" => {
                return Err(format!("plain http would show {what} to the network: use https, or set allow_http"));
            }
            other => return Err(format!("{other} is neither https nor http: use https")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(format!("a URL must not hold credentials: use {credentials}"));
        }
        Ok(url)
    }
}

/// Whether the URL names this machine itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether the host, a name or an address, is this machine itself.
pub fn is_loopback_host(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
