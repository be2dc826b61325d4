//! What waits to be told, and what could not be.

use serde::{Deserialize, Serialize};

use crate::org::Instant;

/// What the outbox holds of one way that letters go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayStatus {
    /// `mail`, `webhook`, `folder`.
    pub channel: String,
    /// An address, or the name of the section.
    pub to: String,
    pub waiting: u64,
    /// When the oldest that waits was posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try: Option<Instant>,
    /// What was given up, as long as it is remembered.
    pub failed: u64,
    /// What was taken, as long as it is remembered.
    pub sent: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sent: Option<Instant>,
    /// Why one that waits or failed was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The answer of `send`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentDocument {
    pub report: String,
    pub subject: String,
    pub letters: Vec<SentLetter>,
}

/// One way of a letter, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentLetter {
    pub channel: String,
    pub to: String,
    /// What the receiver knows it by.
    pub id: String,
    /// `waiting`, `sending`, `sent`, `failed`.
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}
