//! What a failed request means for the next try: whether there is one, and how long the service wants to be left alone.
//! Pure.
//!
//! A refusal that was certainly not done is tried again whatever it was. What may have been done in spite of the
//! failure is tried again only where twice is the same as once; the rest is for who knows what to look at first.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode};

use super::answer::Failure;
use crate::org::Instant;

/// Tries where a limit of the service is reached: it says itself when to come back.
const LIMITED: u32 = 10;
/// Tries where it is overloaded, or something before it is.
const OVERLOADED: u32 = 5;
/// Tries where the connection broke, or it failed.
const FAILED: u32 = 3;
/// A number from here on is a time, below a length of time. In seconds.
const A_TIME: f64 = 1e9;

/// The tries of one request.
#[derive(Debug, Default)]
pub struct Tries {
    limited: u32,
    overloaded: u32,
    failed: u32,
    renewed: bool,
}

impl Tries {
    /// Whether a request that failed is to be sent again. `renewed` says that other credentials can be had.
    pub fn again(&mut self, method: &Method, failure: &Failure, renewed: bool) -> bool {
        let repeatable = matches!(*method, Method::GET | Method::PUT | Method::DELETE);
        if failure.maybe_done && !repeatable {
            return false;
        }
        match failure.status {
            Some(401) => renewed && !std::mem::replace(&mut self.renewed, true),
            Some(429 | 403) if failure.class == crate::target::Class::Transient => one_more(&mut self.limited, LIMITED),
            Some(408 | 425 | 502..=504) => one_more(&mut self.overloaded, OVERLOADED),
            // some services answer so to what they do not understand: once more will do
            Some(500) => one_more(&mut self.failed, FAILED - 1),
            Some(_) => false,
            None => failure.unanswered && one_more(&mut self.failed, FAILED),
        }
    }

    /// The same for an answer that broke off.
    pub fn broken(&mut self) -> bool {
        one_more(&mut self.failed, FAILED)
    }
}

fn one_more(count: &mut u32, tries: u32) -> bool {
    *count += 1;
    *count < tries
}

/// Whether a limit of the service is reached. Some answer 403 then (GitHub's secondary limits), some 503.
pub fn is_limited(status: StatusCode, headers: &HeaderMap) -> bool {
    let none_left = ["x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining"]
        .iter()
        .any(|name| headers.get(*name).is_some_and(|left| left == "0"));
    match status.as_u16() {
        429 => true,
        403 => none_left || headers.contains_key(RETRY_AFTER),
        _ => false,
    }
}

/// How long the service wants to be left alone: `Retry-After` as seconds or as a date (RFC 9110 section 10.2.3), or
/// when its limit begins anew. A date is held against the service's own clock.
pub fn said_rest(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let told = ["retry-after", "x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"]
        .iter()
        .find_map(|name| text(name))?;
    let at = |text: &str| Some(Instant::from_http(text)?.micros() as f64 / 1e6);
    let now = || at(text(DATE.as_str())?);
    let seconds = match told.parse::<f64>() {
        Ok(seconds) if seconds < A_TIME => seconds,
        Ok(time) => time - now()?,
        Err(_) => at(told)? - now()?,
    };
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    fn headers(all: &[(&str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_rest_is_said_in_several_ways() {
        const DAY: &str = "Sun, 29 Nov 2026 10:00:00 GMT";
        for (said, seconds) in [
            (vec![("Retry-After", "7")], Some(7)),
            (vec![("Retry-After", "Sun, 29 Nov 2026 10:01:30 GMT"), ("Date", DAY)], Some(90)),
            (vec![("Retry-After", "Sun, 29 Nov 2026 09:59:00 GMT"), ("Date", DAY)], Some(0)),
            (vec![("Retry-After", "Sun, 29 Nov 2026 10:01:30 GMT")], None),
            (vec![("X-RateLimit-Reset", "1795946460"), ("Date", DAY)], Some(60)),
            (vec![("X-Rate-Limit-Reset", "12")], Some(12)),
            (vec![("Retry-After", "soon")], None),
            (vec![("Retry-After", "-5")], Some(0)),
            (vec![], None),
        ] {
            assert_eq!(said_rest(&headers(&said)), seconds.map(Duration::from_secs), "{said:?}");
        }
    }

    #[test]
    fn a_limit_is_told_by_status_and_headers() {
        let limited =
            |status: u16, all: &[(&str, &str)]| is_limited(StatusCode::from_u16(status).unwrap(), &headers(all));
        assert!(
            limited(429, &[])
                && limited(403, &[("Retry-After", "1")])
                && limited(403, &[("X-RateLimit-Remaining", "0")])
        );
        assert!(!limited(403, &[("X-RateLimit-Remaining", "7")]) && !limited(401, &[("Retry-After", "1")]));
    }

    #[test]
    fn what_may_have_been_done_is_repeated_only_where_that_does_no_harm() {
        let failed = |status: u16, maybe_done: bool| Failure {
            status: Some(status),
            maybe_done,
            ..Failure::new(crate::target::Class::Transient, "")
        };
        let tries = |method: &Method, failure: &Failure| {
            let mut tries = Tries::default();
            (0..100).take_while(|_| tries.again(method, failure, false)).count()
        };
        assert_eq!(tries(&Method::POST, &failed(503, true)), 0);
        assert_eq!(tries(&Method::PATCH, &failed(500, true)), 0);
        assert_eq!(tries(&Method::POST, &failed(429, false)), 9);
        assert_eq!(tries(&Method::DELETE, &failed(503, true)), 4);
        assert_eq!(tries(&Method::GET, &failed(500, false)), 1);
        assert_eq!(tries(&Method::GET, &failed(404, false)), 0);
        assert_eq!(tries(&Method::GET, &failed(401, false)), 0);
    }
}
