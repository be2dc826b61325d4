//! A server that answers as a script says: what real services and the proxies before them do on bad days. It speaks
//! HTTP by hand, one request per connection, so that it can also break off in the middle. A whole service with faults is
//! in `odd`.

use std::sync::{Arc, Mutex};

use rosterd::target::scim::{ScimTarget, Settings};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::lab::Server;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub head: String,
    pub body: Json,
    /// The body as it came.
    pub text: String,
}

pub enum Reply {
    Json(u16, Json),
    /// A status, more headers, a body.
    With(u16, Vec<(&'static str, String)>, Json),
    /// A status, a content type, a body.
    Text(u16, &'static str, String),
    /// Headers that promise more than comes.
    BrokenOff(u16, String),
    /// The connection is closed without a word.
    Nothing,
}

pub struct Scripted {
    server: Server,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Scripted {
    /// Starts on a free port of this machine. The script sees each request and how many came before.
    pub async fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/scim", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let record = asked.clone();
        let script = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, record) = (script.clone(), record.clone());
                tokio::spawn(async move { answer(stream, &*script, &record).await });
            }
        });
        Self { server: Server { url, token: "a-very-secret-token".into() }, asked }
    }

    pub fn target(&self, change: impl FnOnce(&mut Settings)) -> (ScimTarget, TempDir) {
        self.server.target(change)
    }

    pub fn token(&self) -> String {
        self.server.token.clone()
    }

    pub fn url(&self) -> String {
        self.server.url.clone()
    }

    /// What was asked so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Asked {
    /// The body of a form.
    pub fn form(&self) -> String {
        self.text.clone()
    }

    /// The value of a parameter of the query, as far as it needs no decoding.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let query = self.target.split_once('?')?.1;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// The same, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&format!("http://x{}", self.target)).ok()?;
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The path below the base, in parts.
    pub fn path(&self) -> Vec<&str> {
        let path = self.target.split('?').next().unwrap_or_default();
        path.trim_start_matches("/scim/").split('/').filter(|part| !part.is_empty()).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    pub fn is(&self, method: &str, path: &str) -> bool {
        let target = self.target.split('?').next().unwrap_or_default();
        self.method == method && target == format!("/scim/{path}")
    }
}

pub fn user(number: usize) -> Json {
    json!({"id": format!("id-{number}"), "externalId": format!("key-{number}"), "userName": format!("u{number}"), "active": true})
}

pub fn listing(items: &[Json], total: &Json) -> Reply {
    Reply::Json(200, json!({"totalResults": total, "Resources": items}))
}

async fn answer(
    mut stream: TcpStream,
    script: &(impl Fn(&Asked, usize) -> Reply + Send + Sync),
    record: &Mutex<Vec<Asked>>,
) {
    let Some(asked) = read(&mut stream).await else { return };
    let before = {
        let mut record = record.lock().unwrap();
        record.push(asked.clone());
        record.len() - 1
    };
    let mut more = Vec::new();
    let (status, kind, body, length) = match script(&asked, before) {
        Reply::With(status, headers, json) => {
            more = headers;
            (status, "application/scim+json", json.to_string(), None)
        }
        Reply::Json(status, json) => (status, "application/scim+json", json.to_string(), None),
        Reply::Text(status, kind, body) => (status, kind, body, None),
        Reply::BrokenOff(status, body) => (status, "application/scim+json", body, Some(100_000)),
        Reply::Nothing => return,
    };
    // these have no body, whatever is given
    let body = if matches!(status, 204 | 304) { String::new() } else { body };
    let length = length.unwrap_or(body.len());
    let head =
        format!("HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n");
    let place = if status == 302 { "Location: http://127.0.0.1:1/elsewhere\r\n" } else { "" };
    // whoever is told to come back later is told when, or the tests wait
    if more.is_empty() && matches!(status, 429 | 500..) {
        more.push(("Retry-After", "0".to_owned()));
    }
    let more: String = more.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let _gone = stream.write_all(format!("{head}{place}{more}\r\n{body}").as_bytes()).await;
    let _gone = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let mut words = head.split(' ');
                return Some(Asked {
                    method: words.next()?.into(),
                    target: words.next()?.into(),
                    head: head.into(),
                    body: serde_json::from_str(body).unwrap_or_default(),
                    text: body.into(),
                });
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}
