//! What connections need: secrets in use and TLS. IO, no protocol.

mod secret;
mod tls;

pub use secret::{SecretError, SecretRef};
pub use tls::{TlsError, client_config, install_provider};
