//! How letters reach people and programs: mail, webhooks, files in folders. IO.
//!
//! Each of the three has its settings, and one way to try one row of the outbox. Knows the letters of the store and what
//! connections need; nothing of what a letter is about, of when it is tried again, or of how long.

pub mod folder;
pub mod mail;
pub mod webhook;

use std::time::Duration;

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The other side has it.
    Taken,
    /// Not now. With `all`, nothing else would be taken there now, either.
    Later { why: String, rest: Option<Duration>, all: bool },
    /// The other side does not want it as it is: a few more tries, in case that was a mistake.
    Refused { why: String },
    /// Never.
    Never { why: String },
}

impl Verdict {
    /// The other side is not there, or not in order.
    pub fn down(why: impl Into<String>) -> Self {
        Self::Later { why: why.into(), rest: None, all: true }
    }
}

/// For how many days a letter is tried unless it is said otherwise: at least four to five (RFC 5321 section 4.5.4.1).
pub const GIVE_UP_DAYS: u32 = 5;

/// What a number of days to go on trying has wrong.
fn give_up_problem(days: u32) -> Option<(&'static str, String)> {
    (!(1..=365).contains(&days))
        .then(|| ("give_up_days", format!("{days} is not between 1 and 365: use {GIVE_UP_DAYS}")))
}

/// An error with its causes, outermost first, each said once.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// A text in one line, with nothing in it but what is seen.
fn plain_line(text: &str) -> String {
    let seen = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    text.chars().map(seen).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
