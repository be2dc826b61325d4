//! Who gives the command: the user that stands in runs and approvals.

use crate::control::users;
use crate::org::Actor;

/// The process's real user; with sudo the name says who called it, and the user is root.
pub(super) fn actor() -> Actor {
    let Some(own) = users::own() else { return Actor::unknown("unknown") };
    match caller() {
        Some(caller) if own.is_root() && caller != own.name => Actor::new(own.uid, format!("{caller} (as {own})")),
        _ => own,
    }
}

#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
fn caller() -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    std::env::var("SUDO_USER").ok().filter(|name| !name.is_empty() && name.chars().all(plain))
}
