//! All integration tests, in one binary: it links once, and the real servers are started once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop at once")]

mod architecture;
mod config;
mod contract;
mod daemon;
mod lab;
mod ldap;
mod roster;
mod scim;
