//! A proxy before the SCIM service: plain HTTP/1.1 (RFC 9112), one exchange after the other on each connection.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::gate::{Act, Gate, Passing};

/// Starts a proxy for as long as the test's runtime lives; answers the URL that stands for `url`.
pub async fn start(url: &str, gate: Arc<Gate>) -> String {
    let server = url::Url::parse(url).unwrap();
    let address = (server.host_str().unwrap().to_owned(), server.port().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}{}", listener.local_addr().unwrap(), server.path());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(exchanges(client, address.clone(), Arc::clone(&gate)));
        }
    });
    url
}

async fn exchanges(mut client: TcpStream, (host, port): (String, u16), gate: Arc<Gate>) {
    let mut server = TcpStream::connect((host, port)).await.unwrap();
    while let Some(request) = message(&mut client).await {
        let writes = ["POST ", "PATCH ", "PUT ", "DELETE "].iter().any(|method| request.starts_with(method.as_bytes()));
        match gate.judge(if writes { Passing::Write } else { Passing::Other }) {
            Act::Kill => return gate.kill(),
            act => assert_eq!(act, Act::Forward),
        }
        gate.keep(&request);
        server.write_all(&request).await.unwrap();
        let Some(answer) = message(&mut server).await else { return };
        let done = writes && answer.starts_with(b"HTTP/1.1 2");
        let act = gate.judge(if done { Passing::Done } else { Passing::Other });
        match act {
            Act::Kill => return gate.kill(),
            Act::Wait => gate.released().await,
            act => assert!(matches!(act, Act::Forward | Act::ForwardAndKill)),
        }
        if client.write_all(&answer).await.is_err() {
            return;
        }
        if act == Act::ForwardAndKill {
            gate.kill();
        }
    }
}

/// The bytes of the next message; none when the peer has said all.
async fn message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = find(&bytes, b"\r\n\r\n") {
            let head = head + 4;
            let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
            let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let whole = if header("transfer-encoding:") == Some("chunked") {
                bytes[head..].ends_with(b"0\r\n\r\n")
            } else {
                let body: usize = header("content-length:").map_or(0, |length| length.parse().unwrap());
                bytes.len() >= head + body
            };
            if whole {
                return Some(bytes);
            }
        }
        if !matches!(from.read_buf(&mut bytes).await, Ok(1..)) {
            return None;
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
