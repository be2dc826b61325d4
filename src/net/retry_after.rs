//! How long a server wants to be left alone, by the headers of its answer. Pure.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap};

use crate::org::Instant;

/// A number from here on is a time, below a length of time. In seconds.
const A_TIME: f64 = 1e9;

/// How long the server wants to be left alone: `Retry-After` as seconds or as a date (RFC 9110 section 10.2.3), or
/// when its limit begins anew. A date is held against the server's own clock.
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
}
