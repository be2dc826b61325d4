//! The pulse of the daemon: whether its loop goes round, and whether it serves. What it is asked over HTTP is answered from
//! here, whatever the loop does meanwhile.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant as Tick};

use tokio::sync::{Notify, watch};

use crate::clock::tick;
use crate::org::Instant;
use crate::run::Engine;

/// A loop that did not go round for so long hangs; it does every five seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Shared by the loop, the watcher, and who answers.
#[derive(Debug)]
pub(super) struct Pulse {
    begun: Tick,
    /// Milliseconds from then until the loop last went round.
    beat: AtomicU64,
    /// The same by the clock, in microseconds since 1970; 0: never.
    at: AtomicI64,
    /// The engine, from when the roster is served.
    serving: OnceLock<watch::Receiver<Arc<Engine>>>,
    stopping: AtomicBool,
    /// Something was done, so that things may stand otherwise.
    pub done: Notify,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            begun: tick(),
            beat: AtomicU64::new(0),
            at: AtomicI64::new(0),
            serving: OnceLock::new(),
            stopping: AtomicBool::new(false),
            done: Notify::new(),
        }
    }
}

impl Pulse {
    /// The loop goes round.
    pub fn beat(&self, now: Instant) {
        let since = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.beat.store(since, Ordering::Release);
        self.at.store(now.micros(), Ordering::Release);
    }

    /// When it last did.
    pub fn beaten(&self) -> Option<Instant> {
        Some(self.at.load(Ordering::Acquire)).filter(|at| *at != 0).map(Instant::from_micros)
    }

    /// How long it has not, when that is too long.
    pub fn hangs(&self) -> Option<Duration> {
        let last = Duration::from_millis(self.beat.load(Ordering::Acquire));
        let since = self.begun.elapsed().saturating_sub(last);
        (since > PATIENCE).then_some(since)
    }

    /// From now on the roster is served.
    pub fn serves(&self, engine: watch::Receiver<Arc<Engine>>) {
        let _only_once = self.serving.set(engine);
    }

    /// Nothing more is begun: the daemon stops, or another one took over.
    pub fn stops(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// The engine of the configuration in force; why there is none to serve with, else.
    pub fn engine(&self) -> Result<Arc<Engine>, &'static str> {
        if self.stopping.load(Ordering::Acquire) {
            return Err("the daemon stops");
        }
        let serving = self.serving.get().ok_or("standby: another daemon serves the roster")?;
        Ok(Arc::clone(&serving.borrow()))
    }
}
