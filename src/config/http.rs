//! `[http]`: where metrics and health can be asked for.

use std::net::SocketAddr;

use serde::Deserialize;

use super::document::Document;

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// An address of this machine and a port, such as `127.0.0.1:9464`. Whoever reaches it may read everything there.
    pub listen: String,
}

impl Http {
    /// The address; none where what is written is none.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listen.parse().ok()
    }
}

/// Refuses what is no address, and what stands for every address there is: who may ask is to be said.
pub(super) fn check(document: &mut Document<'_>, http: Option<&Http>) {
    let Some(http) = http else { return };
    let path = ["http", "listen"];
    match http.address() {
        None => {
            let hint = "write an address and a port, such as \"127.0.0.1:9464\" or \"[::1]:9464\"";
            document.at_value(&path, format!("{:?} is no address", http.listen), Some(hint.to_owned()));
        }
        Some(address) if address.ip().is_unspecified() => {
            let hint = "name the one address that the monitoring reaches; nobody is asked for a password there";
            document.at_value(&path, format!("{address} is every address of this machine"), Some(hint.to_owned()));
        }
        Some(_) => {}
    }
}
