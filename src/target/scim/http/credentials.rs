//! What a request shows for itself: a bearer token as it was given, or one that an authorisation server gives for
//! OAuth 2.0 client credentials (RFC 6749 section 4.4), got when it is first needed, kept as long as it is valid, and got
//! anew when the service does not take it.

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

use super::answer::{Body, Failure};
use super::client::{json, read_body};
use crate::clock::tick;
use crate::net::{Expiry, SecretRef, expiries_of_file};
use crate::org::Instant as Moment;
use crate::target::Class;
use crate::target::scim::settings::{ClientAuthentication, OAuth, Settings};
use crate::target::scim::wire;

/// A token is not used any more so long before it ends: the request takes its time, and clocks differ.
const MARGIN: Duration = Duration::from_secs(30);
/// How long a token counts whose length is not said (RFC 6749 section 5.1 leaves it out then).
const UNSAID: Duration = Duration::from_mins(5);
/// In bytes. What is shorter is no token, and would be found anywhere.
const SHORTEST: usize = 8;

/// The credentials of one target in one run.
pub enum Credentials {
    /// The certificate of the connection says who we are.
    None,
    Bearer(SecretString),
    OAuth(Box<Grant>),
}

/// Client credentials, and what was got for them.
pub struct Grant {
    http: reqwest::Client,
    url: Url,
    client_id: String,
    secret: SecretString,
    scope: Option<String>,
    audience: Option<String>,
    way: ClientAuthentication,
    /// One request for a token at a time: the others wait for its answer.
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: SecretString,
    until: Instant,
}

/// What goes with a request: the header, and the token in it, so that it can be taken out of what is shown, and named
/// as the one that was refused.
#[derive(Clone)]
pub struct Shown {
    pub header: HeaderValue,
    token: SecretString,
}

impl Credentials {
    /// `http` is for the authorisation server; `read` reads a secret.
    pub fn new(
        token: Option<&SecretRef>,
        oauth: Option<&OAuth>,
        http: &reqwest::Client,
        read: impl Fn(&SecretRef) -> Result<SecretString, Failure>,
    ) -> Result<Self, Failure> {
        if let Some(token) = token {
            let token = read(token)?;
            bearer(&token)?;
            return Ok(Self::Bearer(token));
        }
        let Some(oauth) = oauth else { return Ok(Self::None) };
        let url = Url::parse(&oauth.token_url)
            .map_err(|error| Failure::unusable(format!("oauth.token_url: {error}"), "correct the target's settings"))?;
        Ok(Self::OAuth(Box::new(Grant {
            http: http.clone(),
            url,
            client_id: oauth.client_id.clone(),
            secret: read(&oauth.client_secret)?,
            scope: oauth.scope.clone(),
            audience: oauth.audience.clone(),
            way: oauth.client_authentication,
            token: Mutex::new(None),
        })))
    }

    /// What goes with the next request; nothing where the certificate says it all.
    pub async fn shown(&self) -> Result<Option<Shown>, Failure> {
        match self {
            Self::None => Ok(None),
            Self::Bearer(token) => bearer(token).map(Some),
            Self::OAuth(grant) => grant.shown().await.map(Some),
        }
    }

    /// The service did not take these: whether others can be had, so that it is worth another try.
    pub async fn refused(&self, shown: &Shown) -> bool {
        let Self::OAuth(grant) = self else { return false };
        let mut token = grant.token.lock().await;
        // somebody else may have got another one meanwhile
        if token.as_ref().is_some_and(|token| token.text.expose_secret() == shown.token.expose_secret()) {
            *token = None;
        }
        true
    }
}

/// When the token and the certificates of the settings end, as far as that is to be seen: a token by what is configured,
/// or by what it says itself.
pub fn expiries(settings: &Settings, folder: &Path) -> Vec<Expiry> {
    const RENEWAL: &str =
        "make a new token at the service, write it to its place, and set token_expires to its last day";
    const OURS: &str = "renew the certificate by which the service knows us, and write it to client_certificate.file";
    let claimed = || {
        let token = settings.token.as_ref()?.read(folder).ok()?;
        Some(Moment::from_micros(claimed_end(token.expose_secret())?.checked_mul(1_000_000)?))
    };
    let until =
        settings.token_expires.and_then(|day| format!("{}T00:00:00Z", day.plus(1)).parse().ok()).or_else(claimed);
    let token = until.map(|until| Expiry { what: "the token".into(), until, renewal: RENEWAL });
    let ours = settings.client_certificate.iter().flat_map(|one| expiries_of_file(&folder.join(&one.file)));
    let ours = ours.map(|one| Expiry { what: format!("our {}", one.what), renewal: OURS, ..one });
    let theirs = settings.ca_file.iter().flat_map(|file| expiries_of_file(&folder.join(file)));
    token.into_iter().chain(ours).chain(theirs).collect()
}

impl Shown {
    /// A text without the token in it: a service may repeat what it was sent.
    pub fn taken_out_of(&self, text: &str) -> String {
        without(text, &self.token)
    }
}

impl Grant {
    async fn shown(&self) -> Result<Shown, Failure> {
        let mut place = self.token.lock().await;
        if let Some(token) = place.as_ref().filter(|token| token.until > tick()) {
            return bearer(&token.text);
        }
        let token = self.ask().await?;
        let shown = bearer(&token.text)?;
        *place = Some(token);
        Ok(shown)
    }

    async fn ask(&self) -> Result<Token, Failure> {
        let mut request = self.http.post(self.url.clone()).header(ACCEPT, "application/json");
        if self.way == ClientAuthentication::Header {
            request = request.header(AUTHORIZATION, self.basic()?);
        }
        let asked = tick();
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(self.form());
        let response = request.send().await.map_err(|error| self.unreached(error))?;
        let status = response.status();
        let body = read_body(response, json).await;
        if !status.is_success() {
            return Err(self.refused(status, &body));
        }
        let Body::Json(json) = body else {
            return Err(self.failed(Class::Permanent, "it answered with something else than JSON"));
        };
        let text = wire::member(&json, "access_token").and_then(Json::as_str);
        let text = text.ok_or_else(|| self.failed(Class::Permanent, "it gave no access_token"))?;
        let kind = wire::member(&json, "token_type").and_then(Json::as_str).unwrap_or("Bearer");
        if !kind.eq_ignore_ascii_case("bearer") {
            return Err(self.failed(Class::Permanent, &format!("it gave a token of type {kind}, not Bearer")));
        }
        let told = wire::member(&json, "expires_in").and_then(seconds).unwrap_or(UNSAID);
        Ok(Token { text: SecretString::from(text), until: asked + told.saturating_sub(MARGIN.min(told / 2)) })
    }

    fn form(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        for (name, value) in [("scope", &self.scope), ("audience", &self.audience)] {
            value.iter().for_each(|value| _ = form.append_pair(name, value));
        }
        if self.way == ClientAuthentication::Body {
            form.append_pair("client_id", &self.client_id).append_pair("client_secret", self.secret.expose_secret());
        }
        form.finish()
    }

    /// The client's id and secret in the header, each form-encoded first (RFC 6749 section 2.3.1).
    fn basic(&self) -> Result<HeaderValue, Failure> {
        use base64::Engine as _;
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&self.client_id), encoded(self.secret.expose_secret()));
        let text = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
        let mut header = HeaderValue::from_str(&text).map_err(|_| self.failed(Class::Permanent, "no header"))?;
        header.set_sensitive(true);
        Ok(header)
    }

    fn refused(&self, status: reqwest::StatusCode, body: &Body) -> Failure {
        let said = match body {
            Body::Json(json) => wire::member(json, "error").and_then(Json::as_str).unwrap_or_default(),
            _ => "",
        };
        let hint = match said {
            "invalid_client" => "client_id or client_secret is wrong, or the secret has expired",
            "invalid_scope" => "the scope is not known there, or not granted to this client",
            "unauthorized_client" => "this client may not use client credentials",
            _ => "look at oauth.token_url, client_id, client_secret and scope",
        };
        let colon = if said.is_empty() { "" } else { ": " };
        let class =
            if status.is_server_error() || status.as_u16() == 429 { Class::Transient } else { Class::Forbidden };
        let said = without(said, &self.secret);
        self.failed(class, &format!("it answered {status}{colon}{said}")).hinted(hint)
    }

    fn unreached(&self, error: reqwest::Error) -> Failure {
        self.failed(Class::Transient, &error.without_url().to_string()).hinted("is oauth.token_url right?")
    }

    fn failed(&self, class: Class, why: &str) -> Failure {
        Failure { fatal: true, ..Failure::new(class, format!("no token from {}: {why}", self.url)) }
    }
}

fn bearer(token: &SecretString) -> Result<Shown, Failure> {
    let mut header = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| {
        Failure::unusable("the token holds characters that a header cannot carry", "is it one line of text?")
    })?;
    header.set_sensitive(true);
    Ok(Shown { header, token: token.clone() })
}

fn without(text: &str, secret: &SecretString) -> String {
    let secret = secret.expose_secret();
    if secret.len() < SHORTEST { text.to_owned() } else { text.replace(secret, "[secret]") }
}

/// A number, or a text that holds one.
fn seconds(value: &Json) -> Option<Duration> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(number).ok()
}

/// `exp` of a JSON Web Token. Nothing is checked: it is for people who have to renew it in time.
fn claimed_end(token: &str) -> Option<i64> {
    use base64::Engine as _;
    let claims = token.split('.').nth(1)?;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let claims: Json = serde_json::from_slice(&claims).ok()?;
    claims.get("exp")?.as_f64().map(|end| end as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_may_tell_its_end() {
        // {"alg":"none"} . {"exp":1798761600}
        assert_eq!(claimed_end("eyJhbGciOiJub25lIn0.eyJleHAiOjE3OTg3NjE2MDB9.x"), Some(1_798_761_600));
        for other in ["plain-token", "a.b.c", "a.e30.c", ""] {
            assert_eq!(claimed_end(other), None, "{other}");
        }
    }

    #[test]
    fn a_length_of_time_is_a_number_in_some_form() {
        assert_eq!(seconds(&3600.into()), Some(Duration::from_hours(1)));
        assert_eq!(seconds(&"90".into()), Some(Duration::from_secs(90)));
        assert_eq!(seconds(&(-1).into()), None);
        assert_eq!(seconds(&Json::Null), None);
    }

    #[test]
    fn a_secret_is_taken_out_of_what_is_shown() {
        assert_eq!(without("wrong: abcdefgh!", &SecretString::from("abcdefgh")), "wrong: [secret]!");
        assert_eq!(without("an a is an a", &SecretString::from("a")), "an a is an a");
    }
}
