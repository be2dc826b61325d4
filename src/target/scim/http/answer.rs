//! What came back from a service: the body as far as it could be read, or a failure with its class.
//!
//! The class is decided by the HTTP status alone (RFC 7644 section 3.12): services and the proxies before them answer
//! errors with SCIM JSON, other JSON, HTML, or nothing. Their text is shown to people, shortened, and never read for
//! meaning.

use reqwest::{Method, StatusCode};
use serde_json::Value as Json;

use crate::target::scim::wire;
use crate::target::{Class, Refusal, TargetError};

/// The most of the other side's text that a message repeats, in characters.
const SHOWN: usize = 300;

/// A body, after a successful status.
#[derive(Debug)]
pub enum Body<T = Json> {
    Json(T),
    Empty,
    /// Something else than JSON, described for people.
    Other(String),
    /// The connection broke while it came.
    Broken(String),
    /// It was larger than is read.
    TooLarge,
}

/// A request that failed. Becomes a [`Refusal`] of a step or the [`TargetError`] of a read.
#[derive(Debug, Clone)]
pub struct Failure {
    pub class: Class,
    pub message: String,
    pub fatal: bool,
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    pub hint: Option<&'static str>,
    /// A write that may have been done in spite of this.
    pub maybe_done: bool,
    /// Nothing came back at all.
    pub unanswered: bool,
}

/// What was asked, for messages: never the query, which holds names.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    pub url: String,
}

impl Failure {
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            fatal: false,
            status: None,
            hint: None,
            maybe_done: false,
            unanswered: false,
        }
    }

    pub fn stale(message: impl Into<String>) -> Self {
        Self::new(Class::Stale, message)
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Class::Conflict, message)
    }

    pub fn permanent(message: impl Into<String>) -> Self {
        Self::new(Class::Permanent, message)
    }

    pub fn unknown(message: impl Into<String>) -> Self {
        Self { fatal: true, maybe_done: true, ..Self::new(Class::Unknown, message) }
    }

    /// Nothing can be asked at all: the settings, the secret or the CA cannot be used.
    pub fn unusable(message: impl Into<String>, hint: &'static str) -> Self {
        Self { fatal: true, hint: Some(hint), ..Self::new(Class::Permanent, message) }
    }

    pub fn hinted(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub fn is_status(&self, status: u16) -> bool {
        self.status == Some(status)
    }

    /// No answer came. A write that may have been sent is `Unknown`; one that found no connection was never sent.
    pub fn unanswered(asked: &Asked, error: reqwest::Error) -> Self {
        let connecting = error.is_connect();
        let timed_out = error.is_timeout();
        let message = format!("{asked}: {}", chain(&error.without_url()));
        let class = if connecting || asked.method == Method::GET { Class::Transient } else { Class::Unknown };
        let hint = if is_certificate(&message) {
            "the certificate is not trusted: name the service's authority as ca_file"
        } else if connecting {
            "is the URL right, and does the service run?"
        } else if timed_out {
            "the service did not answer in time: see timeout_seconds"
        } else {
            "the connection broke off"
        };
        let maybe_done = class == Class::Unknown;
        Self { class, message, fatal: true, status: None, hint: Some(hint), maybe_done, unanswered: true }
    }

    /// An answer came, and its status was no success. `limited` says that its headers speak of a rate limit. What fails
    /// behind a proxy, or late, may have been done before.
    pub fn answered(asked: &Asked, status: StatusCode, body: &Body, limited: bool) -> Self {
        let write = asked.method != Method::GET;
        let class = match status.as_u16() {
            403 if limited => Class::Transient,
            401 | 403 => Class::Forbidden,
            404 | 410 | 412 if write && asked.method != Method::POST => Class::Stale,
            409 => Class::Conflict,
            408 | 425 | 429 | 500 | 502 | 503 | 504 => Class::Transient,
            _ => Class::Permanent,
        };
        let hint = match status.as_u16() {
            401 => Some("the token is wrong, expired or withdrawn"),
            403 => Some("the token may not do this"),
            404 if !write || asked.method == Method::POST => Some("is the base URL right? It ends before /Users"),
            300..=399 => Some("the service redirects, which is not followed: use the URL it redirects to"),
            _ => None,
        };
        let said = said(body);
        let colon = if said.is_empty() { "" } else { ": " };
        let message = format!("{asked} was answered {status}{colon}{said}");
        let maybe_done = write
            && (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
                || status == StatusCode::REQUEST_TIMEOUT);
        let fatal = status == StatusCode::UNAUTHORIZED;
        Self { class, message, fatal, status: Some(status.as_u16()), hint, maybe_done, unanswered: false }
    }

    pub fn into_target_error(self, attempted: String) -> TargetError {
        TargetError { attempted, message: self.message, hint: self.hint.map(str::to_owned) }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { class: failure.class, message: failure.message, fatal: failure.fatal }
    }
}

impl std::fmt::Display for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

/// Shortens what the other side said to what a message may repeat.
pub fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        return line;
    }
    line.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// Describes a body that is not JSON.
pub fn described(content_type: &str, text: &str) -> String {
    let start = text.trim_start().chars().take(15).collect::<String>().to_ascii_lowercase();
    if content_type.contains("html") || start.starts_with("<!doctype") || start.starts_with("<html") {
        return "a page of HTML".into();
    }
    shortened(text)
}

fn said(body: &Body) -> String {
    match body {
        Body::Json(json) => shortened(&wire::error_detail(json).unwrap_or_default()),
        Body::Empty | Body::TooLarge => String::new(),
        Body::Other(text) | Body::Broken(text) => shortened(text),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(source) = next {
        let text = source.to_string();
        if parts.last().is_none_or(|last| !last.contains(&text)) {
            parts.push(text);
        }
        next = source.source();
    }
    shortened(&parts.join(": "))
}

fn is_certificate(message: &str) -> bool {
    message.contains("certificate") || message.contains("UnknownIssuer")
}
