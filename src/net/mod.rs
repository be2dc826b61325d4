//! What connections need: secrets in use and TLS. IO, no protocol.

mod address;
mod certificate;
mod retry_after;
mod secret;
mod tls;

pub use address::{Confidential, is_loopback, is_loopback_host};
pub use certificate::{Expiry, expiries_of_file, not_after, signature_algorithm};
pub use retry_after::said_rest;
pub use secret::{SecretError, SecretRef};
pub use tls::{Identity, TlsError, client_config, client_config_as, install_provider, trusting_nobody};
