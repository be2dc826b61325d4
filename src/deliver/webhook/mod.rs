//! Webhooks: one POST of JSON to one program, signed so that it knows whom it is from (Standard Webhooks 1.0.0).
//!
//! `webhook-id` is that of the row of the outbox: a program that sees one twice takes it once. 2xx is a yes; 410 a no for
//! good. 408, 425, 429 and 5xx are for another time, at the one that `Retry-After` names (RFC 9110 section 10.2.3). What
//! redirects is not followed: letters go to the configured host and nowhere else.

pub mod settings;
mod signature;

pub use settings::Settings;

use std::path::Path;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use secrecy::ExposeSecret as _;
use url::Url;
use uuid::Uuid;

use super::{Verdict, in_full};
use crate::net::{client_config, is_loopback, said_rest, trusting_nobody};
use crate::org::Instant;
use crate::stops::{self, Moment};
use crate::store::Letter;

/// The way to one program, with the secret as it is now.
pub struct Hook {
    url: Url,
    key: Vec<u8>,
    http: Client,
}

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hook").field("place", &self.place()).finish_non_exhaustive()
    }
}

impl Hook {
    /// Reads the secret and the CA; connects to nothing. `folder` is where relative paths start.
    pub fn new(settings: &Settings, folder: &Path) -> Result<Self, String> {
        let url = Url::parse(&settings.url).map_err(|error| format!("url: {error}"))?;
        let secret = settings.secret.read(folder).map_err(|error| in_full(&error))?;
        let key = signature::key(secret.expose_secret())?;
        let ca_file = settings.ca_file.as_ref().map(|file| folder.join(file));
        let tls = match url.scheme() {
            "https" => client_config(ca_file.as_deref()).map_err(|error| in_full(&error))?,
            _ => trusting_nobody(),
        };
        let timeout = Duration::from_secs(settings.timeout_seconds);
        let mut builder = Client::builder()
            .tls_backend_preconfigured((*tls).clone())
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("rosterd/", env!("CARGO_PKG_VERSION")))
            .timeout(timeout);
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        Ok(Self { key, http: builder.build().map_err(|error| in_full(&error))?, url })
    }

    /// Tries one letter.
    pub async fn send(&self, letter: &Letter, item: &Uuid, now: Instant) -> Verdict {
        let (id, timestamp) = (item.to_string(), now.micros().div_euclid(1_000_000));
        let signature = match signature::signature(&self.key, &id, timestamp, &letter.json) {
            Ok(signature) => signature,
            Err(why) => return Verdict::down(why),
        };
        let request = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .body(letter.json.clone());
        stops::at(Moment::Before, "the call of a webhook");
        let answer = request.send().await;
        stops::at(Moment::After, "the call of a webhook");
        match answer {
            Err(error) => Verdict::down(format!("{}: {}", self.place(), in_full(&error.without_url()))),
            Ok(answer) => {
                let why = format!("{} answered {}", self.place(), answer.status());
                judged(answer.status().as_u16(), said_rest(answer.headers()), why)
            }
        }
    }

    /// Connects, over TLS where that is asked for, and sends nothing that the program would take for a letter.
    pub async fn check(&self) -> Result<String, String> {
        let asked = self.http.head(self.url.clone()).send().await;
        match asked {
            Ok(_) => Ok(format!("the webhook {} is there", self.place())),
            Err(error) => Err(format!("the webhook {}: {}", self.place(), in_full(&error.without_url()))),
        }
    }

    /// Scheme, host and port: paths and queries may hold what is secret.
    fn place(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

/// What a status means for the next try.
fn judged(status: u16, rest: Option<Duration>, why: String) -> Verdict {
    match status {
        200..=299 => Verdict::Taken,
        410 => Verdict::Never { why },
        408 | 425 | 429 | 500..=599 => Verdict::Later { why, rest, all: true },
        _ => Verdict::Refused { why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_verdict() {
        let of = |status| judged(status, Some(Duration::from_secs(7)), String::new());
        let later = Verdict::Later { why: String::new(), rest: Some(Duration::from_secs(7)), all: true };
        for (statuses, verdict) in [
            (&[200, 202, 204][..], Verdict::Taken),
            (&[410], Verdict::Never { why: String::new() }),
            (&[408, 425, 429, 500, 502, 503, 504], later),
            (&[301, 302, 307, 400, 401, 403, 404, 422], Verdict::Refused { why: String::new() }),
        ] {
            for status in statuses {
                assert_eq!(of(*status), verdict, "{status}");
            }
        }
    }
}
