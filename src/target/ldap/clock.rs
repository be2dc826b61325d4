//! The server's clock, which it tells in its rootDSE ([MS-ADTS] section 3.1.1.3.2.2); others than Active Directory do
//! not.

use super::ber::Filter;
use super::session::{Failure, Session};
use crate::org::Instant;

/// The server's time; `None` where it tells none, or nothing that is one.
pub async fn time(session: &Session) -> Result<Option<Instant>, Failure> {
    let root = session.entry("", &Filter::everything(), &["currentTime".to_owned()]).await?;
    Ok(root.and_then(|root| instant(root.text("currentTime")?)))
}

/// Generalized time as directories write it, `20261123175000.0Z` (RFC 4517 section 3.3.13, in UTC).
pub fn instant(text: &str) -> Option<Instant> {
    let (digits, rest) = (text.get(..14)?, text.get(14..)?);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !rest.ends_with('Z') {
        return None;
    }
    let at = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let (date, hour, minute) = (format!("{}-{}-{}", at(0, 4), at(4, 6), at(6, 8)), at(8, 10), at(10, 12));
    format!("{date}T{hour}:{minute}:{}Z", at(12, 14)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generalized_time_is_understood() {
        let known: Option<Instant> = "2026-11-23T17:50:01Z".parse().ok();
        assert!(known.is_some());
        assert_eq!(instant("20261123175001.0Z"), known);
        assert_eq!(instant("20261123175001Z"), known);
        for text in ["", "2026", "20261123175001", "20261323175001Z", "20261123175001+0100", "2026112317500øZ"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
