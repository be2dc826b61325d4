//! The question on the terminal. Without a terminal there is none.

use std::io::{BufRead as _, IsTerminal as _};

use super::output::note;

pub(super) fn on_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Shows what is asked about, and asks.
pub(super) fn ask(shown: &str, question: &str) -> bool {
    note(shown);
    note(&format!("{question} [y/N]"));
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.is_ok() && matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
}
