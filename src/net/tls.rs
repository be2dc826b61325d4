//! One TLS configuration for every protocol: rustls with ring, the system's roots or a private CA, names verified.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};

/// Why no TLS configuration could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read the CA file {path}")]
    CaFile { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("the CA file {path} holds no certificate")]
    NoCertificate { path: PathBuf },
    #[error("the CA file {path} holds a certificate that cannot be used")]
    BadCertificate { path: PathBuf, source: rustls::Error },
    #[error("the system's trust store holds no usable certificate: name a `ca_file`")]
    NoRoots,
    #[error("cannot read the client certificate {path}")]
    ClientCertificate { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("the key of the client certificate {path} is no private key in PEM")]
    ClientKey { path: PathBuf },
    #[error("the client certificate {path} and its key cannot be used")]
    Client { path: PathBuf, source: rustls::Error },
}

/// What a client shows for itself: its certificate, those that signed it, and its key.
#[derive(Debug)]
pub struct Identity {
    /// PEM.
    pub certificate: PathBuf,
    /// PEM.
    pub key: SecretString,
}

/// Makes ring the process's only TLS provider. Harmless when called twice.
pub fn install_provider() {
    let _already_there = rustls::crypto::ring::default_provider().install_default();
}

/// A client configuration that trusts the CA of `ca_file` alone, or the system's roots without one.
pub fn client_config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    client_config_as(None, ca_file)
}

/// For who has nobody to speak to over TLS: reading the system's roots takes longer than some whole runs.
pub fn trusting_nobody() -> Arc<ClientConfig> {
    install_provider();
    Arc::new(ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// The same for who shows an identity to a server that asks for one.
pub fn client_config_as(identity: Option<&Identity>, ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    install_provider();
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(path) => add_private(&mut roots, path)?,
        None => {
            let native = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(native.certs);
            if roots.is_empty() {
                return Err(TlsError::NoRoots);
            }
        }
    }
    let trusting = ClientConfig::builder().with_root_certificates(roots);
    let Some(Identity { certificate: path, key }) = identity else {
        return Ok(Arc::new(trusting.with_no_client_auth()));
    };
    let unreadable = |source| TlsError::ClientCertificate { path: path.clone(), source };
    let chain = CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(unreadable)?;
    let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes())
        .map_err(|_| TlsError::ClientKey { path: path.clone() })?;
    let config = trusting.with_client_auth_cert(chain, key);
    Ok(Arc::new(config.map_err(|source| TlsError::Client { path: path.clone(), source })?))
}

fn add_private(roots: &mut RootCertStore, path: &Path) -> Result<(), TlsError> {
    let unreadable = |source| TlsError::CaFile { path: path.to_owned(), source };
    for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
        roots
            .add(certificate.map_err(unreadable)?)
            .map_err(|source| TlsError::BadCertificate { path: path.to_owned(), source })?;
    }
    if roots.is_empty() {
        return Err(TlsError::NoCertificate { path: path.to_owned() });
    }
    Ok(())
}
