//! From a delivery to the accounts, as real processes, on the real servers.

mod adoption;
mod blocked;
mod brakes;
mod clocks;
mod hidden;
#[cfg(feature = "gssapi")]
mod kerberos;
mod life;
mod merged;
mod names;
mod others;
mod sample;
mod secrets;
mod services;
mod trouble;
mod unchanged;
mod values;
