//! The way to one server: TCP, and TLS with verified names, at once or after StartTLS. Knows why it may fail and what
//! to look at; knows no operations but StartTLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::ber::{Message, Operation, start_tls};
use super::incoming::Incoming;
use super::server::{Security, Server};

/// Bytes that are taken from a socket at once.
const CHUNK: usize = 64 * 1024;

/// A stream of bytes to a server, in most cases through TLS.
pub type Transport = Box<dyn Duplex>;

pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// A connection on which nobody has signed in yet.
pub struct Opened {
    pub stream: Transport,
    /// The server, with the address at which it was reached.
    pub server: Server,
    /// The certificates that it showed, its own first; none without TLS.
    pub certificates: Vec<CertificateDer<'static>>,
}

/// Why there is no connection.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct OpenError {
    pub message: String,
    pub hint: Option<String>,
    /// The server was reached and did not take our credentials.
    pub credentials: bool,
}

impl OpenError {
    pub fn new(message: impl Into<String>, hint: Option<&str>) -> Self {
        Self { message: message.into(), hint: hint.map(str::to_owned), credentials: false }
    }

    /// An error with the one below it, which its own text leaves out.
    pub fn of(error: &dyn std::error::Error) -> Self {
        let message = error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        Self::new(message, None)
    }
}

/// Connects within `limit`.
pub async fn open(server: Server, tls: Arc<ClientConfig>, limit: Duration) -> Result<Opened, OpenError> {
    tokio::time::timeout(limit, attempt(server, tls, limit)).await.unwrap_or_else(|_| {
        let message = format!("no connection within {} s", limit.as_secs());
        Err(OpenError::new(message, Some("is the host name right, and does a firewall drop the port?")))
    })
}

async fn attempt(server: Server, tls: Arc<ClientConfig>, limit: Duration) -> Result<Opened, OpenError> {
    let (stream, address) = dial(&server, limit).await.map_err(|error| explained(&error))?;
    let server = Server { address: Some(address), ..server };
    if server.security == Security::Plain {
        return Ok(Opened { stream: Box::new(stream), server, certificates: Vec::new() });
    }
    let stream = secured(&server, tls, stream).await?;
    let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default().to_vec();
    Ok(Opened { stream: Box::new(stream), server, certificates })
}

async fn secured(
    server: &Server,
    tls: Arc<ClientConfig>,
    mut stream: TcpStream,
) -> Result<TlsStream<BufReader<TcpStream>>, OpenError> {
    if server.security == Security::StartTls {
        ask_for_tls(&mut stream).await?;
    }
    let name = ServerName::try_from(server.host.clone()).map_err(|error| {
        OpenError::new(error.to_string(), Some("the name in the URL cannot be compared with a certificate"))
    })?;
    // by itself TLS takes four kilobytes at a time from the socket
    let stream = BufReader::with_capacity(CHUNK, stream);
    TlsConnector::from(tls).connect(name, stream).await.map_err(|error| explained(&error))
}

async fn dial(server: &Server, limit: Duration) -> std::io::Result<(TcpStream, SocketAddr)> {
    let mut last = std::io::Error::new(std::io::ErrorKind::NotFound, "the host has no address");
    let addresses: Vec<SocketAddr> = match server.address {
        Some(address) => vec![address],
        None => lookup_host((server.host.as_str(), server.port)).await?.collect(),
    };
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                tune(&stream, limit)?;
                return Ok((stream, address));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A peer that is gone without a word must be noticed, also while nothing is asked of it and while a request is on its
/// way; Active Directory ends a connection that was idle for fifteen minutes.
fn tune(stream: &TcpStream, limit: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(15)).with_retries(4);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(limit))?;
    Ok(())
}

/// StartTLS (RFC 4511 section 4.14).
async fn ask_for_tls(stream: &mut TcpStream) -> Result<(), OpenError> {
    const HINT: Option<&str> = Some("does the server have a certificate? Without starttls, use ldaps://");
    const LONGEST: usize = 64 * 1024;
    stream.write_all(&start_tls(1)).await.map_err(|error| explained(&error))?;
    let mut incoming = Incoming::new(LONGEST);
    let answer = incoming.next(stream).await.map_err(|broken| OpenError::new(format!("StartTLS: {broken}"), HINT))?;
    match Message::parse(answer).map(|message| message.operation) {
        Ok(Operation::Extended(outcome, _)) if outcome.code == 0 => {}
        Ok(Operation::Extended(outcome, _)) => {
            let text = String::from_utf8_lossy(outcome.text);
            return Err(OpenError::new(format!("StartTLS was refused with result {}: {text}", outcome.code), HINT));
        }
        _ => return Err(OpenError::new("StartTLS: what came could not be understood", HINT)),
    }
    // Bytes that came before TLS could have been put there by anybody.
    if incoming.is_empty() {
        Ok(())
    } else {
        Err(OpenError::new("StartTLS: something followed the answer in the clear", None))
    }
}

fn explained(error: &std::io::Error) -> OpenError {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let hint = match (tls, error.kind()) {
        (Some(rustls::Error::InvalidCertificate(problem)), _) => Some(certificate_hint(problem)),
        (Some(_), _) => Some("is this the port of LDAP over TLS, in most places 636?"),
        (None, std::io::ErrorKind::ConnectionRefused) => Some("nothing listens there: look at host and port of url"),
        (None, std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset) => {
            Some("the server hung up during the handshake: does it have a certificate for LDAP over TLS?")
        }
        _ => None,
    };
    OpenError::new(error.to_string(), hint)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_peer_that_is_gone_without_a_word_is_noticed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("ldaps://127.0.0.1:{}", address.port());
        let server = Server::parse(&url, false, false).unwrap();
        let (stream, reached) = dial(&server, Duration::from_secs(7)).await.unwrap();
        let socket = SockRef::from(&stream);
        assert_eq!(reached, address);
        assert!(socket.keepalive().unwrap() && stream.nodelay().unwrap());
        #[cfg(target_os = "linux")]
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(7)));
    }
}
