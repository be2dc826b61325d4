//! Opening a connection: which server, the way there, and the sign-in. One server is used for a whole run, since
//! others may not have its changes yet; only before anything was asked of it may another be taken.

use std::path::Path;

use ldap3::{LdapConnAsync, LdapConnSettings, StdStream};
use url::Url;

use super::bulk::Bulk;
use super::dn::Dn;
use super::guard::guarded;
use super::server::Server;
use super::session::Session;
use super::settings::Settings;
use super::sign_in::sign_in;
use super::transport::{self, OpenError, Opened};
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
pub async fn connect(settings: &Settings, folder: &Path) -> Result<Opened, OpenError> {
    let mut tries = Tries::of(settings, None)?;
    while let Some(server) = tries.next() {
        match reach(server, settings, folder).await {
            Ok(opened) => return Ok(opened),
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
    let mut opened = reach(server, settings, folder).await?;
    sign_in(&mut opened, settings, folder).await?;
    let base = Dn::parse(&settings.base).map_err(|error| OpenError::new(error.to_string(), None))?;
    let session = session(opened, settings).await?;
    session.learn_domain(&base).await.map_err(|failure| OpenError::new(failure.to_string(), None))
}

async fn bulk_with(server: Server, settings: &Settings, folder: &Path) -> Result<(Bulk, Server), OpenError> {
    let mut opened = reach(server, settings, folder).await?;
    sign_in(&mut opened, settings, folder).await?;
    let Opened { stream, server, .. } = opened;
    Ok((Bulk::new(stream, server.to_string(), settings.time_out(), settings.longest_message()), server))
}

/// Gives a connection to the LDAP crate, behind its guard.
pub async fn session(opened: Opened, settings: &Settings) -> Result<Session, OpenError> {
    let Opened { stream, server, .. } = opened;
    let lost = |error: &dyn std::fmt::Display| OpenError::new(error.to_string(), None);
    let (stream, verdict) = guarded(stream, settings.longest_message()).map_err(|error| lost(&error))?;
    let url = Url::parse("ldapi:///").map_err(|error| lost(&error))?;
    let crate_settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(stream));
    let connected = LdapConnAsync::from_url_with_settings(crate_settings, &url).await;
    let (driver, ldap) = connected.map_err(|error| lost(&error))?;
    let label = server.to_string();
    let task = tokio::spawn(driver.drive());
    tokio::spawn(async move {
        match task.await {
            Ok(Ok(())) => tracing::debug!(server = label, "the connection ended"),
            Ok(Err(error)) => tracing::warn!(server = label, %error, "the connection broke"),
            // The crate panics on what it does not expect; what was in flight ends as lost.
            Err(_) => tracing::error!(server = label, "the server sent something that is not LDAP"),
        }
    });
    Ok(Session::new(ldap, server, settings.time_out(), verdict))
}

/// Until when the certificates of all servers and of the CA file are valid. A server that cannot be reached shows none,
/// which another line of the preflight says.
pub async fn expiries(settings: &Settings, folder: &Path) -> Vec<Expiry> {
    let mut expiries = Vec::new();
    for server in settings.servers().unwrap_or_default() {
        let what = format!("the certificate of {server}");
        let Ok(opened) = reach(server, settings, folder).await else { continue };
        // of a chain the one counts that ends first
        if let Some(until) = opened.certificates.iter().filter_map(|certificate| not_after(certificate)).min() {
            expiries.push(Expiry::of_certificate(what, until));
        }
    }
    let ca_file = settings.ca_file.as_ref().map(|file| expiries_of_file(&folder.join(file)));
    expiries.extend(ca_file.into_iter().flatten());
    expiries
}

/// Connects to one server, without signing in.
pub async fn reach(server: Server, settings: &Settings, folder: &Path) -> Result<Opened, OpenError> {
    let ca_file = settings.ca_file.as_ref().map(|file| folder.join(file));
    let tls = client_config(ca_file.as_deref()).map_err(|error| OpenError::of(&error))?;
    transport::open(server, tls, settings.time_out()).await
}
