//! What a failed request means for the next try: whether there is one. Pure.
//!
//! A refusal that was certainly not done is tried again whatever it was. What may have been done in spite of the
//! failure is tried again only where twice is the same as once; the rest is for who knows what to look at first.

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode};

use super::answer::Failure;

/// Tries where a limit of the service is reached: it says itself when to come back.
const LIMITED: u32 = 10;
/// Tries where it is overloaded, or something before it is.
const OVERLOADED: u32 = 5;
/// Tries where the connection broke, or it failed.
const FAILED: u32 = 3;

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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    fn headers(all: &[(&str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
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
