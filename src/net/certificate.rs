//! Until when a certificate is valid, for people who have to renew it in time, and how it is signed. Whether it is good,
//! TLS decides.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::org::Instant;

/// Something that a connection stands on and that ends: a certificate, a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// What and whose it is, for people.
    pub what: String,
    pub until: Instant,
    /// How to renew it.
    pub renewal: &'static str,
}

impl Expiry {
    pub fn of_certificate(what: String, until: Instant) -> Self {
        let renewal = "renew it, and put a new CA's certificate into ca_file before servers use it";
        Self { what, until, renewal }
    }
}

/// The certificates of a PEM file; what is none there is left out.
pub fn expiries_of_file(path: &Path) -> Vec<Expiry> {
    let Ok(all) = CertificateDer::pem_file_iter(path) else { return Vec::new() };
    let what = |at: usize| format!("certificate {} of {}", at + 1, path.display());
    let read = all.flatten().enumerate();
    read.filter_map(|(at, der)| Some(Expiry::of_certificate(what(at), not_after(&der)?))).collect()
}

/// notAfter of a certificate (RFC 5280 section 4.1.2.5); `None` where it is not understood.
pub fn not_after(certificate: &[u8]) -> Option<Instant> {
    const SEQUENCE: u8 = 0x30;
    const VERSION: u8 = 0xa0;
    let (_, whole, _) = element(certificate)?;
    let (_, mut fields, _) = element(whole)?;
    if fields.first() == Some(&VERSION) {
        (_, _, fields) = element(fields)?;
    }
    // serialNumber, signature, issuer
    for _ in 0..3 {
        (_, _, fields) = element(fields)?;
    }
    let (tag, validity, _) = element(fields)?;
    let (_, _, rest) = element(validity).filter(|_| tag == SEQUENCE)?;
    let (tag, text, _) = element(rest)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// The content of the AlgorithmIdentifier of a certificate's signature (RFC 5280 section 4.1.1.2); `None` where it is not
/// understood.
pub fn signature_algorithm(certificate: &[u8]) -> Option<&[u8]> {
    let (_, whole, _) = element(certificate)?;
    let (_, _, rest) = element(whole)?;
    let (_, algorithm, _) = element(rest)?;
    Some(algorithm)
}

/// UTCTime, of which the years from 50 on are those of the last century, or GeneralizedTime.
fn time(tag: u8, text: &str) -> Option<Instant> {
    let digits = text.strip_suffix('Z').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let whole = match (tag, digits.len()) {
        (0x17, 12) => format!("{}{digits}", if digits < "50" { "20" } else { "19" }),
        (0x18, 14) => digits.to_owned(),
        _ => return None,
    };
    let at = |from: usize, to: usize| whole.get(from..to).unwrap_or_default();
    let (date, hour) = (format!("{}-{}-{}", at(0, 4), at(4, 6), at(6, 8)), at(8, 10));
    format!("{date}T{hour}:{}:{}Z", at(10, 12), at(12, 14)).parse().ok()
}

/// The tag and the content of the first element of DER, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBbjCCARWgAwIBAgIUQcArWDTaFHP0I6uOGr+r87sxfkswCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBYTAgFw0yNjExMjkwNjI3MTRaGA8yMTI2MTEwNTA2MjcxNFow
DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABF08Kk2smgAY
u66VZMFbqIHyhFIqc41Q6he9ERVa+V9l04qQx/r/ZDLSfGu/E65ShQae0R2MDFOB
KtmuRbXq9nOjUzBRMB0GA1UdDgQWBBSlvMJPKc4F50amW2qDNNDNmNagBzAfBgNV
HSMEGDAWgBSlvMJPKc4F50amW2qDNNDNmNagBzAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0cAMEQCIALb7o1zlCqopkQc0gC25lUdtyGkApkClH/HAzTuAMrg
AiBoMt2o6RqXqCk3HIyrzOiUfqrq27Hx8SMwrJsTNKLsqw==
-----END CERTIFICATE-----
";

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let der = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
        assert_eq!(not_after(&der), "2126-11-05T06:27:14Z".parse().ok());
        assert_eq!(not_after(&der[..60]), None);
    }

    #[test]
    fn years_have_their_century() {
        assert_eq!(time(0x17, "491231235959Z"), "2049-12-31T23:59:59Z".parse().ok());
        assert_eq!(time(0x17, "500101000000Z"), "1950-01-01T00:00:00Z".parse().ok());
        assert_eq!(time(0x18, "491231235959Z"), None);
        assert_eq!(time(0x17, "4912312359ø9Z"), None);
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_stops_the_reader(bytes: Vec<u8>) {
            let _ = not_after(&bytes);
            let _ = signature_algorithm(&bytes);
        }
    }
}
