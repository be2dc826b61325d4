//! HTTP: one request, one answer, tried again where that does no harm. Knows the base URL, the credentials, TLS and the
//! pace; knows nothing of users and groups.
//!
//! URLs are built from the base and ids only, never from a `location` that came in an answer, and redirects are not
//! followed: the credentials go to the configured host and nowhere else. A service that does not take them is not asked
//! any more: what it answers then says nothing about users and groups.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH};
use reqwest::{Method, Response};
use serde_json::Value as Json;
use url::Url;

use super::answer::{Asked, Body, Failure, described};
use super::credentials::Credentials;
use super::limits::Limits;
use super::pace::Permit;
use super::retry::{Tries, is_limited};
use crate::net::{Identity, SecretRef, client_config_as, is_loopback, said_rest, trusting_nobody};
use crate::stops::{self, Moment};
use crate::target::Class;
use crate::target::scim::apart;
use crate::target::scim::profile::{Ids, Profile, Wire};
use crate::target::scim::read::page::Page;
use crate::target::scim::settings::{Proxy, Settings};
use crate::target::scim::wire;

/// The largest body that is read, in bytes after decompression.
const LARGEST_BODY: usize = 32 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// So many requests in a row that may not be done mean that nothing may.
const FORBIDDEN_IN_A_ROW: u32 = 5;

/// The way to one service, with the credentials of one run.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    credentials: Credentials,
    wire: Wire,
    limits: Arc<Limits>,
    longest_wait: Duration,
    refused: Mutex<Refused>,
    /// Where users and groups are, below the base, where that is another place than usual.
    endpoints: BTreeMap<String, String>,
    /// A user and a group may bear the same id.
    apart: bool,
}

/// What the service said of our credentials.
#[derive(Debug, Default)]
struct Refused {
    in_a_row: u32,
    /// Why nothing is asked any more.
    open: Option<Failure>,
}

/// One request.
struct Request<'a> {
    asked: Asked,
    url: Url,
    path: &'a [&'a str],
    body: Option<&'a Json>,
    /// The version of the resource that it is about; it is not to be done to another.
    version: Option<&'a str>,
}

/// A body, with the version that a header gives the resource.
type Answer<T = Json> = (Body<T>, Option<String>);

impl Client {
    /// Reads the secrets and the CA; connects to nothing.
    pub fn new(settings: &Settings, profile: &Profile, folder: &Path, limits: Arc<Limits>) -> Result<Self, Failure> {
        if let Some((field, problem)) = settings.problems().into_iter().next() {
            return Err(Failure::unusable(format!("{field}: {problem}"), "correct the target's settings"));
        }
        let base = Url::parse(&settings.url)
            .map_err(|error| Failure::unusable(format!("url: {error}"), "correct the target's settings"))?;
        let read = |secret: &SecretRef| {
            secret
                .read(folder)
                .map_err(|error| Failure::unusable(in_full(&error), "the secret must be readable by rosterd"))
        };
        let wire = profile.wire.clone();
        let http = http(settings, &wire, folder, &base, &read)?;
        let credentials = Credentials::new(settings.token.as_ref(), settings.oauth.as_ref(), &http, read)?;
        let longest_wait = Duration::from_secs(settings.wait_seconds);
        Ok(Self {
            http,
            base,
            credentials,
            wire,
            limits,
            longest_wait,
            refused: Mutex::default(),
            endpoints: BTreeMap::new(),
            apart: profile.ids == Ids::PerKind,
        })
    }

    /// The same with other places for `Users` and `Groups`.
    pub fn with_endpoints(self, endpoints: BTreeMap<String, String>) -> Self {
        Self { endpoints, ..self }
    }

    /// The base URL, for people.
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// GET; success has a JSON body.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Json, Failure> {
        let resource = self.get_as(path, query, json).await?;
        Ok(if self.numbers_apart(path) { apart::marked(resource) } else { resource })
    }

    /// GET of a page of a listing.
    pub async fn page(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Page, Failure> {
        let page = self.get_as(path, query, Page::parse).await?;
        let page = page.map(|page| if self.numbers_apart(path) { page.with(apart::marked) } else { page });
        page.ok_or_else(|| {
            let what = format!("GET {} was answered with JSON that is no listing", self.url(path, &[]));
            Failure::permanent(what).hinted("is the URL that of a SCIM 2.0 service?")
        })
    }

    /// The same with a body that `parse` reads.
    async fn get_as<T>(&self, path: &[&str], query: &[(&str, &str)], parse: Parse<T>) -> Result<T, Failure> {
        let request = self.request(Method::GET, path, query, None);
        let asked = &request.asked;
        match self.send(&request, parse).await?.0 {
            Body::Json(json) => Ok(json),
            Body::Empty => Err(Failure::permanent(format!("{asked} was answered with nothing"))),
            Body::Other(text) => Err(Failure::permanent(format!("{asked} was answered with {text} instead of JSON"))
                .hinted("is the URL that of the SCIM service, or that of a sign-in page or proxy?")),
            Body::TooLarge => Err(Failure {
                // what a service says of a request (RFC 9110 section 15.5.14) holds of its answer, too
                status: Some(413),
                ..Failure::permanent(format!("{asked} was answered with more than 32 MB"))
                    .hinted("ask for smaller pages: see page_size")
            }),
            Body::Broken(text) => {
                Err(Failure { fatal: true, ..Failure::new(Class::Transient, format!("{asked}: {text}")) })
            }
        }
    }

    /// POST, PUT, PATCH or DELETE. A success may have any body or none. What may have been done in spite of a failure
    /// is not tried again here, unless it is the same when done twice.
    pub async fn write(&self, method: Method, path: &[&str], body: Option<&Json>) -> Result<Body, Failure> {
        self.write_if(method, path, body, None).await
    }

    /// The version of a resource: its ETag, or what its meta says.
    pub async fn version(&self, path: &[&str]) -> Result<Option<String>, Failure> {
        let (body, header) = self.send(&self.request(Method::GET, path, &[], None), json).await?;
        let Body::Json(resource) = body else { return Ok(header) };
        let told = || wire::text(wire::member(wire::member(&resource, "meta")?, "version")?);
        Ok(header.or_else(told))
    }

    /// A write that is to be done only if the resource has this version (RFC 7644 section 3.14), where one is known.
    pub async fn write_if(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Json>,
        version: Option<&str>,
    ) -> Result<Body, Failure> {
        let bare = body.filter(|_| self.apart).map(apart::unmarked);
        let request = Request { version, ..self.request(method, path, &[], bare.as_ref().or(body)) };
        Ok(match self.send(&request, json).await?.0 {
            Body::Json(resource) if self.numbers_apart(path) => Body::Json(apart::marked(resource)),
            body => body,
        })
    }

    /// Whether the ids below this path are told apart from those of users by a mark.
    fn numbers_apart(&self, path: &[&str]) -> bool {
        self.apart && path.first() == Some(&"Groups")
    }

    async fn send<T>(&self, request: &Request<'_>, parse: Parse<T>) -> Result<Answer<T>, Failure> {
        let mut tries = Tries::default();
        loop {
            let (failure, renewed) = match self.attempt(request, parse).await {
                Ok((Body::Broken(_), _)) if request.asked.method == Method::GET && tries.broken() => continue,
                Ok(body) => return Ok(body),
                Err(refused) => refused,
            };
            if !tries.again(&request.asked.method, &failure, renewed) {
                return Err(self.judged(failure));
            }
        }
    }

    /// One attempt; a failure says whether other credentials can be had.
    async fn attempt<T>(&self, request: &Request<'_>, parse: Parse<T>) -> Result<Answer<T>, (Failure, bool)> {
        let permit = self.permit(request).await.map_err(|failure| (failure, false))?;
        let shown = self.credentials.shown().await.map_err(|failure| (failure, false))?;
        let mut sent = self.http.request(request.asked.method.clone(), request.url.clone());
        if let Some(shown) = &shown {
            sent = sent.header(AUTHORIZATION, shown.header.clone());
        }
        if let Some(body) = request.body {
            sent = sent.header(CONTENT_TYPE, &self.wire.content_type).body(body.to_string());
        }
        if let Some(version) = request.version {
            sent = sent.header(IF_MATCH, version);
        }
        let taken_out = |failure: Failure| match &shown {
            Some(shown) => Failure { message: shown.taken_out_of(&failure.message), ..failure },
            None => failure,
        };
        stops::message(Moment::Before);
        let sent = sent.send().await;
        stops::message(Moment::After);
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                permit.overloaded(None, chance());
                return Err((taken_out(Failure::unanswered(&request.asked, error)), false));
            }
        };
        let (status, headers) = (response.status(), response.headers().clone());
        tracing::debug!(method = %request.asked.method, url = request.asked.url, status = status.as_u16(), "scim request");
        let limited = is_limited(status, &headers);
        let (body, refusal) = match status.is_success() {
            true => (Some(read_body(response, parse).await), Body::Empty),
            false => (None, read_body(response, json).await),
        };
        match limited || matches!(status.as_u16(), 502..=504) {
            true => drop(permit.overloaded(said_rest(&headers), chance())),
            false => permit.served(),
        }
        if let Some(body) = body {
            self.taken();
            let version = headers.get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
            return Ok((body, version));
        }
        let failure = taken_out(Failure::answered(&request.asked, status, &refusal, limited));
        let renewed = match &shown {
            Some(shown) if failure.is_status(401) => self.credentials.refused(shown).await,
            _ => false,
        };
        Err((failure, renewed))
    }

    async fn permit(&self, request: &Request<'_>) -> Result<Permit, Failure> {
        if let Some(failure) = &self.refused.lock().unwrap_or_else(PoisonError::into_inner).open {
            return Err(failure.clone());
        }
        let counters = self.limits.counting(&request.asked.method, request.path, request.body);
        let permit = self.limits.pace().permit(&counters, self.longest_wait).await.map_err(|wait| {
            let message = format!(
                "{} would have to wait {} s for the limits of the service: the next run goes on",
                request.asked,
                wait.as_secs().max(1)
            );
            Failure { fatal: true, ..Failure::new(Class::Transient, message) }
        })?;
        // another request may have been refused while this one waited
        match &self.refused.lock().unwrap_or_else(PoisonError::into_inner).open {
            Some(failure) => Err(failure.clone()),
            None => Ok(permit),
        }
    }

    fn taken(&self) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).in_a_row = 0;
    }

    /// Takes note of what a failure says about our credentials.
    fn judged(&self, failure: Failure) -> Failure {
        if failure.class != Class::Forbidden {
            return failure;
        }
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.in_a_row += 1;
        if failure.fatal || refused.in_a_row >= FORBIDDEN_IN_A_ROW {
            let message = format!("not asked any more, since {}", failure.message);
            refused.open.get_or_insert(Failure { fatal: true, message, ..failure.clone() });
            return Failure { fatal: true, ..failure };
        }
        failure
    }

    fn request<'a>(
        &self,
        method: Method,
        path: &'a [&'a str],
        query: &[(&str, &str)],
        body: Option<&'a Json>,
    ) -> Request<'a> {
        let asked = Asked { method, url: self.url(path, &[]).into() };
        Request { asked, url: self.url(path, query), path, body, version: None }
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            let place = path.first().map(|first| self.endpoints.get(*first).map_or(*first, String::as_str));
            segments.pop_if_empty().extend(place.iter().flat_map(|place| place.split('/')));
            segments.extend(path.iter().skip(1).map(|id| if self.apart { apart::bare(id) } else { id }));
            if self.wire.trailing_slash {
                segments.push("");
            }
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
            // A blank as %20 is understood everywhere, as + only where queries are read as forms.
            let strict = url.query().unwrap_or_default().replace('+', "%20");
            url.set_query(Some(&strict));
        }
        url
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

type Read<'a> = &'a dyn Fn(&SecretRef) -> Result<secrecy::SecretString, Failure>;

fn http(
    settings: &Settings,
    wire: &Wire,
    folder: &Path,
    base: &Url,
    read: Read<'_>,
) -> Result<reqwest::Client, Failure> {
    let ca_file = settings.ca_file.as_ref().map(|file| folder.join(file));
    let identity = settings
        .client_certificate
        .as_ref()
        .map(|one| Ok::<_, Failure>(Identity { certificate: folder.join(&one.file), key: read(&one.key)? }));
    let tls = match settings.uses_tls() {
        true => client_config_as(identity.transpose()?.as_ref(), ca_file.as_deref()).map_err(|error| {
            Failure::unusable(
                in_full(&error),
                "ca_file is a PEM file with the service's authority, client_certificate ours",
            )
        })?,
        false => trusting_nobody(),
    };
    let timeout = Duration::from_secs(settings.timeout_seconds);
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured((*tls).clone())
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("rosterd/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        .connect_timeout(timeout.min(CONNECT_TIMEOUT))
        .default_headers(headers(wire)?);
    builder = match &settings.proxy {
        Some(proxy) if proxy.url.is_empty() => builder.no_proxy(),
        Some(proxy) => builder.proxy(way_out(proxy, read)?),
        None if is_loopback(base) => builder.no_proxy(),
        None => builder,
    };
    builder.build().map_err(|error| Failure::unusable(error.to_string(), "the HTTP client could not be set up"))
}

/// The headers of every request.
fn headers(wire: &Wire) -> Result<HeaderMap, Failure> {
    let unusable = |name: &str| {
        Failure::unusable(format!("the profile's header {name:?} cannot be sent"), "correct the profile's wire.headers")
    };
    let accept = (ACCEPT.as_str(), &wire.accept);
    let all = std::iter::once(accept).chain(wire.headers.iter().map(|(name, value)| (name.as_str(), value)));
    all.map(|(name, value)| {
        let header = name.parse::<HeaderName>().map_err(|_| unusable(name))?;
        Ok((header, value.parse::<HeaderValue>().map_err(|_| unusable(name))?))
    })
    .collect()
}

fn way_out(proxy: &Proxy, read: Read<'_>) -> Result<reqwest::Proxy, Failure> {
    use secrecy::ExposeSecret as _;
    let way = reqwest::Proxy::all(&proxy.url)
        .map_err(|error| Failure::unusable(format!("proxy.url: {error}"), "correct the target's settings"))?;
    Ok(match (&proxy.user, &proxy.password) {
        (Some(user), Some(password)) => way.basic_auth(user, read(password)?.expose_secret()),
        _ => way,
    })
}

/// What lets clients that were refused together come back apart; without chance they come back together.
fn chance() -> f64 {
    let mut byte = [0_u8];
    let _none = getrandom::fill(&mut byte);
    f64::from(byte[0]) / 255.0
}

/// How a body is read; what is no JSON comes back.
type Parse<T> = fn(Vec<u8>) -> Result<T, Vec<u8>>;

pub fn json(bytes: Vec<u8>) -> Result<Json, Vec<u8>> {
    serde_json::from_slice(&bytes).map_err(|_| bytes)
}

pub async fn read_body<T>(mut response: Response, parse: Parse<T>) -> Body<T> {
    let content_type =
        response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default().min(LARGEST_BODY));
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
    match parse(bytes) {
        Ok(parsed) => Body::Json(parsed),
        Err(bytes) => Body::Other(described(&content_type, &String::from_utf8_lossy(&bytes))),
    }
}

fn in_full(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
