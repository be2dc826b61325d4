//! What goes over the socket.

use serde::{Deserialize, Serialize};

use crate::run::{Answer, Command, Failure, Phase};

/// The version of these messages: raised when one side could misread the other.
pub(super) const PROTOCOL: u32 = 1;

/// A command, with what shows that both sides mean the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub protocol: u32,
    /// Of the program that asks.
    pub version: String,
    /// The hash of the configuration that the verb read.
    pub generation: String,
    /// On whose behalf root asks, for the records. Who asks, and whether they may, is the kernel's word.
    pub actor: String,
    pub ask: Ask,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Whether anybody is there.
    Hello,
    Do(Command),
}

impl Request {
    pub fn new(generation: &str, actor: String, ask: Ask) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { protocol: PROTOCOL, version, generation: generation.to_owned(), actor, ask }
    }
}

/// What comes back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Progress(Phase),
    Hello { version: String },
    Answer(Box<Answer>),
    Failure(Failure),
}
