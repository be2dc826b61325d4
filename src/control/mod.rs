//! The control socket: how a verb has its command done by a running daemon.
//!
//! A unix socket beside the roster, for the daemon's own user and root; approvers may look at plans and approve them. One connection carries one request and
//! its answer, each message one line of JSON: [`Request`], then any number of [`Reply::Progress`], then one other
//! [`Reply`]. Knows commands and answers, and nothing of what they mean.

mod address;
mod client;
mod line;
mod server;
pub mod users;
mod wire;

pub use client::{answers, call};
pub use server::{Desk, Server};
pub use wire::{Ask, Reply, Request};
