//! What the service manager is told: sd_notify(3). Without one, nobody is told anything.

use std::time::Duration;

use sd_notify::NotifyState;

/// Started, or reloaded.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The configuration is read anew: both lines in one message, as `Type=notify-reload` asks.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(since) => tell(&[NotifyState::Reloading, since]),
        Err(error) => tracing::warn!(%error, "the service manager is not told of the reload"),
    }
}

pub(super) fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
}

/// One line for `systemctl status`.
pub(super) fn status(text: &str) {
    tell(&[NotifyState::Status(text)]);
}

/// The scheduler's loop goes round.
pub(super) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often the service manager wants to hear that: half of what it waits for.
pub(super) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|patience| patience / 2)
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the service manager was not reached");
    }
}
