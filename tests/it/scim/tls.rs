//! Certificates: the service's own authority is trusted when it is named, and nobody else's.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rosterd::target::{Class, Target};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::lab::Server;

const EMPTY: &str = r#"{"totalResults":0,"Resources":[]}"#;

/// Makes the authority `name`, and a certificate of it for 127.0.0.1; false where there is no openssl.
fn certificates(folder: &Path, name: &str) -> bool {
    let make = |name: &str, more: &[&str]| {
        let made = Command::new("openssl")
            .current_dir(folder)
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
            .args(["-subj", &format!("/CN={name}"), "-keyout", &format!("{name}.key"), "-out", &format!("{name}.pem")])
            .args(more)
            .output();
        made.is_ok_and(|output| output.status.success())
    };
    let (authority, key) = (format!("{name}.pem"), format!("{name}.key"));
    let of = ["-CA", authority.as_str(), "-CAkey", key.as_str()];
    let server = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"];
    make(name, &[]) && make(&format!("{name}-server"), &[&of[..], &server[..]].concat())
}

/// A service of nobody over TLS, with the certificate `right-server` of the folder.
async fn service(folder: &Path) -> Server {
    rosterd::net::install_provider();
    let chain = vec![CertificateDer::from_pem_file(folder.join("right-server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join("right-server.key")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _request = stream.read(&mut [0; 4096]).await;
            let length = EMPTY.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{EMPTY}");
            let _gone = stream.write_all(answer.as_bytes()).await;
            let _gone = stream.shutdown().await;
        }
    });
    Server { url, token: "t".into() }
}

#[tokio::test]
async fn only_the_named_authority_is_trusted() {
    let made = TempDir::new().unwrap();
    let folder = made.path();
    if !certificates(folder, "right") || !certificates(folder, "wrong") {
        return; // no openssl here
    }
    let server = service(folder).await;
    let (target, _folder) = server.target(|settings| settings.ca_file = Some(folder.join("right.pem")));
    let findings = target.check().await;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");

    let (target, _folder) = server.target(|settings| settings.ca_file = Some(folder.join("wrong.pem")));
    let findings = target.check().await;
    assert!(!findings[0].ok && findings[0].hint.as_deref().unwrap().contains("ca_file"), "{findings:?}");
    let refusal = target.read(rosterd::object::Kind::User, &rosterd::object::ObjectId::new("1")).await.unwrap_err();
    assert_eq!((refusal.class, refusal.fatal), (Class::Transient, true));

    let (target, _folder) = server.target(|settings| settings.ca_file = Some(folder.join("none.pem")));
    let findings = target.check().await;
    assert!(!findings[0].ok && findings[0].text.contains("none.pem"), "{findings:?}");
}
