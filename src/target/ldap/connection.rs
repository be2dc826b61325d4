//! Opening a connection: which server, the way there, and the sign-in. One server is used for a whole run, since
//! others may not have its changes yet; only before anything was asked of it may another be taken.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ldap3::{LdapConnAsync, LdapConnSettings, StdStream};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::bulk::Bulk;
use super::dn::Dn;
use super::guard::guarded;
use super::server::Server;
use super::session::{Failure, Session};
use super::settings::Settings;
use super::transport::{self, OpenError, Transport};
use crate::net::{Expiry, client_config, expiries_of_file, not_after};

/// Connects to the first server that lets us and signs in. Where one is `pinned`, it is that one or none. The secret
/// and the CA file are read anew; `folder` is where relative paths start.
pub async fn open(settings: &Settings, folder: &Path, pinned: Option<&Server>) -> Result<Session, OpenError> {
    let mut tries = Tries::of(settings, pinned)?;
    while let Some(server) = tries.next() {
        match session_with(server, settings, folder).await {
            Ok(session) => return Ok(session),
            Err(error) => tries.failed(error)?,
        }
    }
    Err(tries.outcome())
}

/// The same for large reads; says which server it was.
pub async fn open_bulk(
    settings: &Settings,
    folder: &Path,
    pinned: Option<&Server>,
) -> Result<(Bulk, Server), OpenError> {
    let mut tries = Tries::of(settings, pinned)?;
    while let Some(server) = tries.next() {
        match bulk_with(server, settings, folder).await {
            Ok(open) => return Ok(open),
            Err(error) => tries.failed(error)?,
        }
    }
    Err(tries.outcome())
}

/// Connects to the first server that lets us, without signing in.
pub async fn connect(settings: &Settings, folder: &Path) -> Result<Session, OpenError> {
    let mut tries = Tries::of(settings, None)?;
    while let Some(server) = tries.next() {
        match connect_to(server, settings, folder).await {
            Ok(session) => return Ok(session),
            Err(error) => tries.failed(error)?,
        }
    }
    Err(tries.outcome())
}

/// One server after the other, and why those before could not be used.
struct Tries {
    servers: std::vec::IntoIter<Server>,
    several: bool,
    /// The one that is tried.
    name: String,
    error: Option<OpenError>,
}

impl Tries {
    fn of(settings: &Settings, pinned: Option<&Server>) -> Result<Self, OpenError> {
        let servers = match pinned {
            Some(server) => vec![server.clone()],
            None => settings.servers().map_err(|problem| OpenError::new(problem, None))?,
        };
        Ok(Self { several: servers.len() > 1, servers: servers.into_iter(), name: String::new(), error: None })
    }

    fn next(&mut self) -> Option<Server> {
        let server = self.servers.next()?;
        self.name = server.to_string();
        Some(server)
    }

    /// Takes note of an error, or says that it is the end: credentials that one server refuses are not tried at the
    /// next, since that could lock the account.
    fn failed(&mut self, error: OpenError) -> Result<(), OpenError> {
        if error.credentials || !self.several {
            return Err(error);
        }
        let name = &self.name;
        tracing::warn!(server = name, %error, "a server cannot be used");
        let message = format!("{name}: {error}");
        self.error = Some(match self.error.take() {
            None => OpenError { message, ..error },
            Some(before) => OpenError { message: format!("{before}; {message}"), ..before },
        });
        Ok(())
    }

    fn outcome(self) -> OpenError {
        self.error.unwrap_or_else(|| OpenError::new("no server is configured", None))
    }
}

async fn session_with(server: Server, settings: &Settings, folder: &Path) -> Result<Session, OpenError> {
    let session = connect_to(server, settings, folder).await?;
    sign_in(&session, settings, folder).await?;
    let base = Dn::parse(&settings.base).map_err(|error| OpenError::new(error.to_string(), None))?;
    session.learn_domain(&base).await.map_err(|failure| OpenError::new(failure.to_string(), None))
}

async fn bulk_with(server: Server, settings: &Settings, folder: &Path) -> Result<(Bulk, Server), OpenError> {
    let (stream, place) = reach(server, settings, folder).await?;
    let mut bulk = Bulk::new(stream, place.to_string(), limit(settings), settings.longest_message());
    let password = password(settings, folder)?;
    signed_in(bulk.bind(&settings.bind_dn, password.expose_secret()).await, settings)?;
    Ok((bulk, place))
}

/// Connects to one server, without signing in.
pub async fn connect_to(server: Server, settings: &Settings, folder: &Path) -> Result<Session, OpenError> {
    let (stream, place) = reach(server, settings, folder).await?;
    let lost = |error: &dyn std::fmt::Display| OpenError::new(error.to_string(), None);
    let (stream, verdict) = guarded(stream, settings.longest_message()).map_err(|error| lost(&error))?;
    let url = Url::parse("ldapi:///").map_err(|error| lost(&error))?;
    let crate_settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(stream));
    let connected = LdapConnAsync::from_url_with_settings(crate_settings, &url).await;
    let (driver, ldap) = connected.map_err(|error| lost(&error))?;
    let label = place.to_string();
    let task = tokio::spawn(driver.drive());
    tokio::spawn(async move {
        match task.await {
            Ok(Ok(())) => tracing::debug!(server = label, "the connection ended"),
            Ok(Err(error)) => tracing::warn!(server = label, %error, "the connection broke"),
            // The crate panics on what it does not expect; what was in flight ends as lost.
            Err(_) => tracing::error!(server = label, "the server sent something that is not LDAP"),
        }
    });
    Ok(Session::new(ldap, place, limit(settings), verdict))
}

/// Until when the certificates of all servers and of the CA file are valid. A server that cannot be reached shows none,
/// which another line of the preflight says.
pub async fn expiries(settings: &Settings, folder: &Path) -> Vec<Expiry> {
    let mut expiries = Vec::new();
    for server in settings.servers().unwrap_or_default() {
        let Ok(tls) = tls(settings, folder) else { continue };
        let shown = transport::certificates(&server, tls, limit(settings)).await.unwrap_or_default();
        // of a chain the one counts that ends first
        if let Some(until) = shown.iter().filter_map(|certificate| not_after(certificate)).min() {
            expiries.push(Expiry::of_certificate(format!("the certificate of {server}"), until));
        }
    }
    let ca_file = settings.ca_file.as_ref().map(|file| expiries_of_file(&folder.join(file)));
    expiries.extend(ca_file.into_iter().flatten());
    expiries
}

async fn reach(server: Server, settings: &Settings, folder: &Path) -> Result<(Transport, Server), OpenError> {
    let (stream, address) = transport::open(&server, tls(settings, folder)?, limit(settings)).await?;
    Ok((stream, Server { address: Some(address), ..server }))
}

fn tls(settings: &Settings, folder: &Path) -> Result<Arc<ClientConfig>, OpenError> {
    let ca_file = settings.ca_file.as_ref().map(|file| folder.join(file));
    client_config(ca_file.as_deref()).map_err(|error| OpenError::new(with_source(&error), None))
}

fn limit(settings: &Settings) -> Duration {
    Duration::from_secs(settings.timeout_seconds)
}

/// The simple bind (RFC 4513 section 5.1.3).
pub async fn sign_in(session: &Session, settings: &Settings, folder: &Path) -> Result<(), OpenError> {
    let password = password(settings, folder)?;
    signed_in(session.bind(&settings.bind_dn, password.expose_secret()).await, settings)
}

fn password(settings: &Settings, folder: &Path) -> Result<SecretString, OpenError> {
    settings.password.read(folder).map_err(|error| OpenError::new(with_source(&error), None))
}

fn signed_in(outcome: Result<(), Failure>, settings: &Settings) -> Result<(), OpenError> {
    let Err(failure) = outcome else { return Ok(()) };
    let account = &settings.bind_dn;
    let hint = match &failure {
        Failure::Refused { code: 49, text, .. } => Some(sign_in_hint(text)),
        Failure::Refused { code: 8 | 13, .. } => Some("the server wants a stronger sign-in than a password over TLS"),
        _ => None,
    };
    let credentials = matches!(failure, Failure::Refused { .. });
    let message = format!("the sign-in as {account} failed: {failure}");
    Err(OpenError { message, hint: hint.map(str::to_owned), credentials })
}

/// Active Directory hides the reason of a refused sign-in in the text: `data` and a Win32 code.
fn sign_in_hint(text: &str) -> &'static str {
    let code = text.split("data ").nth(1).and_then(|rest| rest.split([',', ' ']).next()).unwrap_or_default();
    match code.to_ascii_lowercase().as_str() {
        "525" => "there is no such account: look at bind_dn",
        "52e" => "the password is wrong, or there is no such account: look at bind_dn and at the password's file",
        "530" | "531" => "the account may not sign in at this hour or from this host",
        "532" => "the account's password has expired",
        "533" => "the account is disabled",
        "701" => "the account has expired",
        "773" => "the account must change its password at the next logon: clear that flag",
        "775" => "the account is locked out",
        _ => "look at bind_dn and at the password's file",
    }
}

/// An error with the one below it, which its own text leaves out.
fn with_source(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

#[cfg(test)]
mod tests {
    use super::sign_in_hint;

    #[test]
    fn a_refused_sign_in_is_explained() {
        let text = "80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 533, v4563";
        assert!(sign_in_hint(text).contains("disabled"));
        assert!(sign_in_hint("80090308: data 52E").contains("password is wrong"));
        assert!(sign_in_hint("").contains("bind_dn"));
    }
}
