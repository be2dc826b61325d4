//! Opening a connection: TCP, TLS with verified names, and the sign-in. Knows why it may fail and what to look at.

use std::path::Path;
use std::time::Duration;

use ldap3::{LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::{TcpSocket, TcpStream, lookup_host};

use super::session::{Failure, Session};
use super::settings::Settings;
use crate::net::client_config;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct OpenError {
    pub message: String,
    pub hint: Option<String>,
    /// The server was reached and did not take our credentials.
    pub credentials: bool,
}

impl OpenError {
    fn new(message: impl Into<String>, hint: Option<&str>) -> Self {
        Self { message: message.into(), hint: hint.map(str::to_owned), credentials: false }
    }
}

/// Connects and signs in. The secret and the CA file are read anew; `folder` is where relative paths start.
pub async fn open(settings: &Settings, folder: &Path) -> Result<Session, OpenError> {
    let session = connect(settings, folder).await?;
    sign_in(&session, settings, folder).await?;
    session.learn_domain().await.map_err(|failure| OpenError::new(failure.to_string(), None))
}

/// Connects over TLS, without signing in.
pub async fn connect(settings: &Settings, folder: &Path) -> Result<Session, OpenError> {
    let (url, host, port) = settings.server().map_err(|problem| OpenError::new(problem, None))?;
    let limit = Duration::from_secs(settings.timeout_seconds);
    let ca_file = settings.ca_file.as_ref().map(|file| folder.join(file));
    let tls = client_config(ca_file.as_deref()).map_err(|error| OpenError::new(with_source(&error), None))?;
    let attempt = async {
        let stream = dial(&host, port).await?;
        let settings = LdapConnSettings::new().set_config(tls).set_std_stream(StdStream::Tcp(stream.into_std()?));
        LdapConnAsync::from_url_with_settings(settings, &url).await
    };
    let (driver, ldap) = match tokio::time::timeout(limit, attempt).await {
        Ok(Ok(pair)) => pair,
        Ok(Err(error)) => return Err(explained(&error)),
        Err(_) => {
            let message = format!("no connection within {} s", limit.as_secs());
            return Err(OpenError::new(message, Some("is the host name right, and does a firewall drop the port?")));
        }
    };
    let server = if port == 636 { host } else { format!("{host}:{port}") };
    let label = server.clone();
    let task = tokio::spawn(driver.drive());
    tokio::spawn(async move {
        match task.await {
            Ok(Ok(())) => tracing::debug!(server = label, "the connection ended"),
            Ok(Err(error)) => tracing::warn!(server = label, %error, "the connection broke"),
            // The decoder panics on malformed answers; what was in flight ends as lost.
            Err(_) => tracing::error!(server = label, "the server sent something that is not LDAP"),
        }
    });
    Ok(Session::new(ldap, server, limit))
}

async fn dial(host: &str, port: u16) -> Result<TcpStream, LdapError> {
    let mut last = std::io::Error::new(std::io::ErrorKind::NotFound, "the host has no address");
    for address in lookup_host((host, port)).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_keepalive(true)?;
        socket.set_nodelay(true)?;
        match socket.connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last.into())
}

/// The simple bind (RFC 4513 section 5.1.3).
pub async fn sign_in(session: &Session, settings: &Settings, folder: &Path) -> Result<(), OpenError> {
    let password: SecretString =
        settings.password.read(folder).map_err(|error| OpenError::new(with_source(&error), None))?;
    let Err(failure) = session.bind(&settings.bind_dn, password.expose_secret()).await else { return Ok(()) };
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

fn explained(error: &LdapError) -> OpenError {
    let LdapError::Io { source } = error else {
        let hint = "the name in the URL cannot be compared with a certificate";
        return OpenError::new(error.to_string(), matches!(error, LdapError::DNSName { .. }).then_some(hint));
    };
    let tls = source.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let hint = match (tls, source.kind()) {
        (Some(rustls::Error::InvalidCertificate(problem)), _) => Some(certificate_hint(problem)),
        (Some(_), _) => Some("is this the port of LDAP over TLS, in most places 636?"),
        (None, std::io::ErrorKind::ConnectionRefused) => Some("nothing listens there: look at host and port of url"),
        (None, std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset) => {
            Some("the server hung up during the handshake: does it have a certificate for LDAP over TLS?")
        }
        _ => None,
    };
    OpenError::new(source.to_string(), hint)
}

fn certificate_hint(problem: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError as Problem;
    match problem {
        Problem::UnknownIssuer => "another CA signed the server's certificate: name that CA's certificate in ca_file",
        Problem::NotValidForName | Problem::NotValidForNameContext { .. } => {
            "the certificate is for another name: write the name of the certificate into url"
        }
        Problem::Expired | Problem::ExpiredContext { .. } => "the server's certificate has expired",
        Problem::NotValidYet | Problem::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet: look at both clocks"
        }
        _ => "the server's certificate cannot be trusted",
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
