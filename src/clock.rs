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

    /// How long the machine is up, where it tells that.
    fn uptime(&self) -> Option<Uptime> {
        None
    }
}

/// How long the machine is up, also while it slept: no clock that anybody sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uptime {
    /// Another one after each start of the machine.
    pub boot: String,
    /// In microseconds.
    pub micros: i64,
}

/// Where the service manager tells the id of the boot (`%b`), since a hardened service does not see that part of /proc.
const BOOT_ID: &str = "ROSTERD_BOOT_ID";
const BOOT_ID_FILE: &str = "/proc/sys/kernel/random/boot_id";

/// What the kernel says: CLOCK_BOOTTIME, and the id of the boot.
#[expect(clippy::disallowed_methods, reason = "the one place that may ask for the time")]
fn uptime() -> Option<Uptime> {
    let told = std::env::var(BOOT_ID).ok().filter(|told| !told.is_empty());
    let boot = told.or_else(|| std::fs::read_to_string(BOOT_ID_FILE).ok())?.trim().replace('-', "");
    let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let micros = since.tv_sec.checked_mul(1_000_000)?.checked_add(since.tv_nsec / 1_000)?;
    Some(Uptime { boot, micros })
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that may ask for the time")]
    fn now(&self) -> Instant {
        Instant::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    fn uptime(&self) -> Option<Uptime> {
        uptime()
    }
}

/// The machine's clock, moved by the seconds that a file says, which is read each time: what a clock that somebody sets
/// looks like to a running daemon. For tests alone; no release has it.
#[cfg(feature = "lab")]
#[derive(Debug, Clone)]
pub struct MovedClock(pub std::path::PathBuf);

#[cfg(feature = "lab")]
impl Clock for MovedClock {
    fn now(&self) -> Instant {
        let said = std::fs::read_to_string(&self.0).unwrap_or_default();
        let seconds: i64 = said.trim().parse().unwrap_or_default();
        Instant::from_micros(SystemClock.now().micros() + seconds * 1_000_000)
    }

    fn uptime(&self) -> Option<Uptime> {
        uptime()
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
