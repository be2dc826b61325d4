//! What binds a sign-in to its TLS connection: tls-server-end-point (RFC 5929 section 4), a digest of the server's
//! certificate. Pure.

use ring::digest::{Algorithm, SHA256, SHA384, SHA512, digest};

use crate::net::signature_algorithm;

/// The binding of a certificate; `None` where its signature has no single digest of its own.
pub fn end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let algorithm = algorithm(signature_algorithm(certificate)?)?;
    let mut binding = b"tls-server-end-point:".to_vec();
    binding.extend_from_slice(digest(algorithm, certificate).as_ref());
    Some(binding)
}

/// Which digest belongs to the signature of an AlgorithmIdentifier, whose content it gets. MD5 and SHA-1 are replaced
/// by SHA-256, as the RFC says.
fn algorithm(identifier: &[u8]) -> Option<&'static Algorithm> {
    /// 1.2.840.113549.1.1 (RFC 8017), with the length and one more arc.
    const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01";
    /// 1.2.840.10045.4 (RFC 5758).
    const ECDSA_SHA1: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x04\x01";
    const ECDSA_SHA2: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03";
    /// 2.16.840.1.101.3.4.2 (RFC 8017 appendix B.1): SHA-2 by itself.
    const SHA2: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02";
    if let Some(rest) = identifier.strip_prefix(RSA) {
        return match rest.split_first()? {
            (4 | 5 | 11, _) => Some(&SHA256),
            (12, _) => Some(&SHA384),
            (13, _) => Some(&SHA512),
            // RSASSA-PSS names its digest first in its parameters (RFC 4055 section 3.1); SHA-1 when it names none
            (10, parameters) => match parameters.windows(SHA2.len() + 1).find_map(|at| at.strip_prefix(SHA2)) {
                Some([1]) | None => Some(&SHA256),
                Some([2]) => Some(&SHA384),
                Some([3]) => Some(&SHA512),
                Some(_) => None,
            },
            _ => None,
        };
    }
    if identifier.starts_with(ECDSA_SHA1) {
        return Some(&SHA256);
    }
    match identifier.strip_prefix(ECDSA_SHA2)?.first()? {
        2 => Some(&SHA256),
        3 => Some(&SHA384),
        4 => Some(&SHA512),
        _ => None,
    }
}
