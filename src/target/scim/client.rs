//! HTTP: one request, one answer. Knows the base URL, the token and TLS; knows nothing of users and groups.
//!
//! URLs are built from the base and ids only, never from a `location` that came in an answer, and redirects are not
//! followed: the token goes to the configured host and nowhere else.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MATCH, RETRY_AFTER};
use reqwest::{Method, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;
use url::Url;

use super::answer::{Asked, Body, Failure, described};
use super::settings::{Settings, is_loopback};
use crate::net::client_config;

/// The largest body that is read, in bytes after decompression.
const LARGEST_BODY: usize = 32 * 1024 * 1024;
/// In bytes.
const SHORTEST_TOKEN: usize = 8;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The way to one service, with the token of one run.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    token: SecretString,
}

impl Client {
    /// Reads the token and the CA; connects to nothing.
    pub fn new(settings: &Settings, folder: &Path) -> Result<Self, Failure> {
        if let Some((field, problem)) = settings.problems().into_iter().next() {
            return Err(Failure::unusable(format!("{field}: {problem}"), "correct the target's settings"));
        }
        let base = Url::parse(&settings.url)
            .map_err(|error| Failure::unusable(format!("url: {error}"), "correct the target's settings"))?;
        let token = settings
            .token
            .read(folder)
            .map_err(|error| Failure::unusable(in_full(&error), "the token must be readable by rosterd"))?;
        let ca_file = settings.ca_file.as_ref().map(|file| folder.join(file));
        let tls = client_config(ca_file.as_deref()).map_err(|error| {
            Failure::unusable(in_full(&error), "ca_file is a PEM file with the service's authority")
        })?;
        let timeout = Duration::from_secs(settings.timeout_seconds);
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured((*tls).clone())
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("rosterd/", env!("CARGO_PKG_VERSION")))
            .timeout(timeout)
            .connect_timeout(timeout.min(CONNECT_TIMEOUT))
            .default_headers(headers(&token)?);
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|error| Failure::unusable(error.to_string(), "the HTTP client could not be set up"))?;
        Ok(Self { http, base, token })
    }

    /// The base URL, for people.
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// GET; success has a JSON body.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Json, Failure> {
        let asked = self.asked(Method::GET, path);
        match self.send(&asked, path, query, None, None).await? {
            Body::Json(json) => Ok(json),
            Body::Empty => Err(Failure::permanent(format!("{asked} was answered with nothing"))),
            Body::Other(text) => Err(Failure::permanent(format!("{asked} was answered with {text} instead of JSON"))
                .hinted("is the URL that of the SCIM service, or that of a sign-in page or proxy?")),
            Body::TooLarge => Err(Failure::permanent(format!("{asked} was answered with more than 32 MB"))
                .hinted("ask for smaller pages: see page_size")),
            Body::Broken(text) => Err(Failure {
                fatal: true,
                ..Failure::new(crate::target::Class::Transient, format!("{asked}: {text}"))
            }),
        }
    }

    /// POST, PATCH or DELETE. A success may have any body or none.
    pub async fn write(&self, method: Method, path: &[&str], body: Option<&Json>) -> Result<Body, Failure> {
        let asked = self.asked(method, path);
        self.send(&asked, path, &[], body, None).await
    }

    /// The same, bound to a version of the resource (RFC 7644 section 3.14).
    pub async fn write_if(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Json>,
        version: Option<&str>,
    ) -> Result<Body, Failure> {
        let asked = self.asked(method, path);
        self.send(&asked, path, &[], body, version).await
    }

    async fn send(
        &self,
        asked: &Asked,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Json>,
        version: Option<&str>,
    ) -> Result<Body, Failure> {
        let mut request = self.http.request(asked.method.clone(), self.url(path, query));
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/scim+json").body(body.to_string());
        }
        if let Some(version) = version {
            request = request.header(IF_MATCH, version);
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Err(self.redacted(Failure::unanswered(asked, error))),
        };
        let status = response.status();
        tracing::debug!(method = %asked.method, url = asked.url, status = status.as_u16(), "scim request");
        let limited = is_limited(response.headers());
        let body = read_body(response).await;
        if status.is_success() {
            return Ok(body);
        }
        Err(self.redacted(Failure::answered(asked, status, &body, limited)))
    }

    fn asked(&self, method: Method, path: &[&str]) -> Asked {
        Asked { method, url: self.url(path, &[]).into() }
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
            // A blank as %20 is understood everywhere, as + only where queries are read as forms.
            let strict = url.query().unwrap_or_default().replace('+', "%20");
            url.set_query(Some(&strict));
        }
        url
    }

    /// A service may repeat what it was sent, even the token. What is too short for a token would match anywhere.
    fn redacted(&self, mut failure: Failure) -> Failure {
        let token = self.token.expose_secret();
        if token.len() >= SHORTEST_TOKEN {
            failure.message = failure.message.replace(token, "[token]");
        }
        failure
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

fn headers(token: &SecretString) -> Result<HeaderMap, Failure> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| {
        Failure::unusable("the token holds characters that a header cannot carry", "is it one line of text?")
    })?;
    bearer.set_sensitive(true);
    let accept = HeaderValue::from_static("application/scim+json, application/json;q=0.9");
    Ok(HeaderMap::from_iter([(AUTHORIZATION, bearer), (ACCEPT, accept)]))
}

/// Some services answer 403 for a rate limit (GitHub's secondary limits).
fn is_limited(headers: &HeaderMap) -> bool {
    headers.contains_key(RETRY_AFTER) || headers.get("x-ratelimit-remaining").is_some_and(|left| left == "0")
}

async fn read_body(mut response: Response) -> Body {
    let content_type =
        response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > LARGEST_BODY => {
                return Body::TooLarge;
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Body::Broken(format!("the answer broke off: {}", error.without_url())),
        }
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Body::Empty;
    }
    match serde_json::from_slice(&bytes) {
        Ok(json) => Body::Json(json),
        Err(_) => Body::Other(described(&content_type, &String::from_utf8_lossy(&bytes))),
    }
}

fn in_full(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
