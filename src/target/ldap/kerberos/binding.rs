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
    /// 1.3.14.3.2.26.
    const SHA1: &[u8] = b"\x06\x05\x2b\x0e\x03\x02\x1a";
    if let Some(rest) = identifier.strip_prefix(RSA) {
        return match rest.split_first()? {
            (4 | 5 | 11, _) => Some(&SHA256),
            (12, _) => Some(&SHA384),
            (13, _) => Some(&SHA512),
            // RSASSA-PSS: hashAlgorithm is the parameter [0]; SHA-1 when it is left out (RFC 4055 section 3.1)
            (10, [0x30, _, 0xa0, _, 0x30, _, named @ ..]) if named.starts_with(SHA1) => Some(&SHA256),
            (10, [0x30, _, 0xa0, _, 0x30, _, named @ ..]) => match named.strip_prefix(SHA2)?.first()? {
                1 => Some(&SHA256),
                2 => Some(&SHA384),
                3 => Some(&SHA512),
                _ => None,
            },
            (10, [0x30, ..]) => Some(&SHA256),
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    /// ECDSA with SHA-384, and Ed25519.
    const SHA384_SIGNED: &str = "-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIUenWx5dXzJMxJMcQSvpw5W4flvQQwCgYIKoZIzj0EAwMw
DDEKMAgGA1UEAwwBYTAgFw0yNjExMjkxMDIzNThaGA8yMTI2MTEwNTEwMjM1OFow
DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKJvsumjDGfL
jsxJkz7L1U9eSdEmf1rCgEVCkLVIwI5wzOY7fFNcuiPkrkkkRHPC71rpCkoXmyD1
/rpyqtHDql+jUzBRMB0GA1UdDgQWBBRIPAkg0WffeIR2Se+aHo4qFkB4cjAfBgNV
HSMEGDAWgBRIPAkg0WffeIR2Se+aHo4qFkB4cjAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMDA0gAMEUCIGyzLGruLjTi1u8weUEghysjbDOxwDV/Wfm5LqkYlT0k
AiEAlaN6ZaE/GVhXUTF050BRPG3XPbXm/6tFnko/Xu4NSxo=
-----END CERTIFICATE-----
";
    const ED25519_SIGNED: &str = "-----BEGIN CERTIFICATE-----
MIIBLjCB4aADAgECAhRxKE1nFckZDjjNPVtax5dIZETejDAFBgMrZXAwDDEKMAgG
A1UEAwwBYTAgFw0yNjExMjkxMDI0MDBaGA8yMTI2MTEwNTEwMjQwMFowDDEKMAgG
A1UEAwwBYTAqMAUGAytlcAMhAJhSHHCrlfImThlA0CmKrESpnAHVZwfbVIHG4Yy6
Ai+oo1MwUTAdBgNVHQ4EFgQUT8UFjGWOLNAcvLJ4nkq/NkVSNa0wHwYDVR0jBBgw
FoAUT8UFjGWOLNAcvLJ4nkq/NkVSNa0wDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD
QQB2QP0nDz4THz5q5aZ/LvQdDicOqJvhfgtcJ4VV1s21i40fM/noH8I5WWkFWKPm
m494/EofLuMxe9VSevHJx5ME
-----END CERTIFICATE-----
";

    #[test]
    fn a_certificate_is_digested_as_it_is_signed() {
        let der = CertificateDer::from_pem_slice(SHA384_SIGNED.as_bytes()).unwrap();
        let binding = end_point(&der).unwrap();
        // openssl x509 -outform der | sha384sum
        let expected =
            "45cdb4e8a3853eb520b51aa21c60b40da7167162e29f2120fb0abf965f364a2f3f89df47bbff1c3c9a695260b46f02db";
        let digits: String = binding[21..].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((&binding[..21], digits.as_str()), (&b"tls-server-end-point:"[..], expected));
        let der = CertificateDer::from_pem_slice(ED25519_SIGNED.as_bytes()).unwrap();
        assert_eq!(end_point(&der), None);
    }

    /// As openssl writes them.
    #[test]
    fn every_usual_signature_has_its_digest() {
        let pss = |named: &[u8]| [b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", named].concat();
        for (identifier, expected) in [
            (b"\x06\x07\x2a\x86\x48\xce\x3d\x04\x01".to_vec(), &SHA256),
            (b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02".to_vec(), &SHA256),
            (b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04".to_vec(), &SHA512),
            (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00".to_vec(), &SHA256),
            (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00".to_vec(), &SHA256),
            (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00".to_vec(), &SHA384),
            (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00".to_vec(), &SHA512),
            (pss(b"\x30\x06\xa2\x04\x02\x02\x00\xea"), &SHA256),
            (pss(b"\x30\x35\xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00"), &SHA384),
            // a mask of SHA-384 says nothing of the digest, which is SHA-1 here
            (pss(b"\x30\x1e\xa1\x1c\x30\x1a\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00"), &SHA256),
        ] {
            assert_eq!(algorithm(&identifier), Some(expected), "{identifier:02x?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_stops_the_reader(bytes: Vec<u8>) {
            let _ = algorithm(&bytes);
            let _ = end_point(&bytes);
        }
    }
}
