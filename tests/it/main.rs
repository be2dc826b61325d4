//! All integration tests, in one binary: it links once, and the real servers are started once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop at once")]

mod architecture;
mod cli;
mod config;
mod contract;
mod convergence;
mod crash;
mod daemon;
mod docs;
mod incidents;
mod increments;
mod journey;
mod lab;
mod ldap;
mod packaging;
mod report;
mod roster;
mod schedule;
mod scim;
mod support;
