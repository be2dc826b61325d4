//! The clock: the only caller of the system's "now". Everything else takes an instant as a parameter.

use crate::org::Instant;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The current instant, to the microsecond.
    fn now(&self) -> Instant;

    /// Whether it runs, so that it can be compared with another.
    fn is_real(&self) -> bool {
        true
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that may ask for the time")]
    fn now(&self) -> Instant {
        Instant::from_micros(jiff::Timestamp::now().as_microsecond())
    }
}

/// A mark to measure a length of time from: nobody sets it, and it says nothing of the time of day.
#[expect(clippy::disallowed_methods, reason = "the one place that may ask for the time")]
pub fn tick() -> std::time::Instant {
    std::time::Instant::now()
}

/// A clock that stands still: `ROSTERD_NOW` in the environment of a test or a rehearsal sets it.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Instant);

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        self.0
    }

    fn is_real(&self) -> bool {
        false
    }
}
