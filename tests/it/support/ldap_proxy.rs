//! A proxy before the directory that ends TLS on both sides and understands just enough of LDAP (RFC 4511): where a
//! message ends, which operation it is, and whether it says success.

use std::sync::Arc;

use rosterd::net::client_config;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::gate::{Act, Gate, Passing};
use crate::lab::Lab;

/// modifyRequest, addRequest, delRequest, modDNRequest.
const WRITES: [u8; 4] = [0x66, 0x68, 0x4a, 0x6c];
/// Their responses.
const ANSWERS: [u8; 4] = [0x67, 0x69, 0x6b, 0x6d];
const SEARCH: u8 = 0x63;
const PAGED_RESULTS: &[u8] = b"1.2.840.113556.1.4.319";

/// Starts a proxy before the domain for as long as the test's runtime lives; answers its URL.
pub async fn start(lab: &Lab, gate: Arc<Gate>) -> String {
    start_before(lab, lab.value("LDAPS_URL"), gate).await
}

/// The same before any server of the lab.
pub async fn start_before(lab: &Lab, url: &str, gate: Arc<Gate>) -> String {
    let server = url::Url::parse(url).unwrap();
    let (host, port) = (server.host_str().unwrap().to_owned(), server.port().unwrap_or(636));
    let certificate = CertificateDer::from_pem_file(lab.path("PROXY_CERT_FILE")).unwrap();
    let key = PrivateKeyDer::from_pem_file(lab.path("PROXY_KEY_FILE")).unwrap();
    let trust = client_config(Some(&lab.path("CA_FILE"))).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let (acceptor, connector) = (TlsAcceptor::from(Arc::new(config)), TlsConnector::from(trust));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldaps://127.0.0.1:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (acceptor, connector) = (acceptor.clone(), connector.clone());
            let (host, gate) = (host.clone(), Arc::clone(&gate));
            tokio::spawn(async move {
                let Ok(client) = acceptor.accept(client).await else { return };
                let server = TcpStream::connect((host.as_str(), port)).await.unwrap();
                let name = ServerName::try_from(host).unwrap();
                let server = connector.connect(name, server).await.unwrap();
                let (from_client, to_client) = tokio::io::split(client);
                let (from_server, to_server) = tokio::io::split(server);
                let (to_client, to_server) = (Mutex::new(to_client), Mutex::new(to_server));
                let requests = pump(from_client, &to_server, Some(&to_client), &gate);
                let answers = pump(from_server, &to_client, None::<&Mutex<Sink>>, &gate);
                // when one side ends, so does the other
                tokio::select! { () = requests => {}, () = answers => {} }
            });
        }
    });
    url
}

/// Passes messages on until one side ends, or the gate says so. `back` leads to where requests come from.
async fn pump<W: AsyncWrite + Unpin, B: AsyncWrite + Unpin>(
    mut from: impl AsyncRead + Unpin,
    to: &Mutex<W>,
    back: Option<&Mutex<B>>,
    gate: &Gate,
) {
    let mut bytes = Vec::new();
    loop {
        while let Some(length) = length(&bytes).filter(|length| bytes.len() >= *length) {
            let mut message: Vec<u8> = bytes.drain(..length).collect();
            if back.is_none() {
                gate.rewrite(&mut message);
            }
            let passing = passing(&message);
            if passing == Passing::Write {
                gate.keep(&message);
            }
            let act = gate.judge(passing);
            match act {
                Act::Kill => return gate.kill(),
                Act::HangUp => return,
                Act::Wait => gate.released().await,
                Act::Busy => {
                    let back = back.expect("only requests are answered here");
                    back.lock().await.write_all(&busy(&message)).await.unwrap();
                    continue;
                }
                Act::Forward | Act::ForwardAndKill => {}
            }
            let mut to = to.lock().await;
            if to.write_all(&message).await.is_err() || to.flush().await.is_err() {
                return;
            }
            if act == Act::ForwardAndKill {
                gate.kill();
            }
        }
        if !matches!(from.read_buf(&mut bytes).await, Ok(1..)) {
            return;
        }
    }
}

/// The whole length of the element that starts here, once its header is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let first = usize::from(*bytes.get(1)?);
    if first < 0x80 {
        return Some(2 + first);
    }
    let digits = bytes.get(2..2 + (first & 0x7f))?;
    Some(2 + digits.len() + digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)))
}

/// What follows the header of the element that starts here.
fn content(bytes: &[u8]) -> &[u8] {
    let first = usize::from(bytes[1]);
    &bytes[2 + if first < 0x80 { 0 } else { first & 0x7f }..]
}

/// The operation in a message, after its number.
fn operation(message: &[u8]) -> &[u8] {
    let number = content(message);
    &number[length(number).unwrap()..]
}

fn passing(message: &[u8]) -> Passing {
    let operation = operation(message);
    let tag = operation[0];
    if WRITES.contains(&tag) {
        Passing::Write
    } else if ANSWERS.contains(&tag) && content(operation).starts_with(&[0x0a, 1, 0]) {
        Passing::Done
    } else if tag == SEARCH
        && message.windows(PAGED_RESULTS.len()).any(|window| window == PAGED_RESULTS)
        && !message.ends_with(&[4, 0])
    {
        Passing::NextPage // its control ends with a cookie that is not empty
    } else {
        Passing::Other
    }
}

/// A searchResDone of the code `busy` for this request.
fn busy(request: &[u8]) -> Vec<u8> {
    let number = content(request);
    let mut answer = number[..length(number).unwrap()].to_vec();
    answer.extend([0x65, 7, 0x0a, 1, 51, 4, 0, 4, 0]);
    answer.splice(0..0, [0x30, u8::try_from(answer.len()).unwrap()]);
    answer
}
