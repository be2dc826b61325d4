//! A server that answers what is not LDAP, or not an answer: an error each time, and the process lives on.

use std::sync::Arc;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::rewriting::nested;
use super::*;

const BOUND: &[u8] = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
const DONE: &[u8] = b"\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00";

/// Answers each request with the next of `answers`, then hangs up.
async fn server(lab: &Lab, answers: Vec<Vec<u8>>) -> String {
    let certificates =
        CertificateDer::pem_file_iter(lab.path("PROXY_CERT_FILE")).unwrap().map(Result::unwrap).collect();
    let private = PrivateKeyDer::from_pem_file(lab.path("PROXY_KEY_FILE")).unwrap();
    rosterd::net::install_provider();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, private).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldaps://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut buffer = [0; 4096];
            for answer in &answers {
                if stream.read(&mut buffer).await.unwrap_or(0) == 0 || stream.write_all(answer).await.is_err() {
                    break;
                }
            }
        }
    });
    url
}

#[tokio::test]
async fn nonsense_is_an_error() {
    let lab = Lab::open();
    let entry = |dn: &[u8]| {
        let name = [&[0x04, u8::try_from(dn.len()).unwrap()], dn, &[0x30, 0x00]].concat();
        let op = [&[0x64, u8::try_from(name.len()).unwrap()], name.as_slice()].concat();
        let body = [&[0x02, 0x01, 0x02], op.as_slice()].concat();
        [&[0x30, u8::try_from(body.len()).unwrap()], body.as_slice(), DONE].concat()
    };
    let cases: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("hangs up", vec![]),
        ("no BER", vec![vec![0xff; 300]]),
        ("no operation", vec![b"\x30\x03\x02\x01\x01".to_vec()]),
        ("an empty answer", vec![b"\x30\x05\x02\x01\x01\x61\x00".to_vec()]),
        ("an answer cut short", vec![BOUND[..9].to_vec()]),
        ("a length of a gigabyte", vec![b"\x30\x84\x40\x00\x00\x00".to_vec()]),
        ("a length of a gigabyte later", vec![BOUND.to_vec(), b"\x30\x84\x40\x00\x00\x00".to_vec()]),
        ("a length without an end", vec![b"\x30\x80\x02\x01\x01".to_vec()]),
        ("elements in elements", vec![nested(60_000)]),
        ("elements in elements later", vec![BOUND.to_vec(), nested(60_000)]),
        ("a text that is not UTF-8", vec![b"\x30\x0d\x02\x01\x01\x61\x08\x0a\x01\x00\x04\x00\x04\x01\xff".to_vec()]),
        ("hangs up later", vec![BOUND.to_vec()]),
        ("an unknown operation", vec![BOUND.to_vec(), b"\x30\x05\x02\x01\x02\x7e\x00".to_vec()]),
        ("a name that is not UTF-8", vec![BOUND.to_vec(), entry(b"\xff\xfe")]),
        ("a name that is no name", vec![BOUND.to_vec(), entry(b"nonsense")]),
        ("a search without its end", vec![BOUND.to_vec(), entry(b"DC=x")[..12].to_vec()]),
    ];
    for (what, answers) in cases {
        let url = server(&lab, answers).await;
        let target =
            target(Settings { url: url.into(), timeout_seconds: 2, ..settings(&lab, "OU=x,DC=example,DC=test") });
        assert!(observe(&target, &everything()).await.is_err(), "{what}");
        let refusal =
            target.read(Kind::User, &ObjectId::new("00112233-4455-6677-8899-aabbccddeeff")).await.unwrap_err();
        assert_eq!(refusal.class, Class::Transient, "{what}: {refusal}");
    }
}
