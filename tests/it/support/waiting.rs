//! Waiting for another process, which nobody is told by: looking again and again, with a bound.

#![allow(clippy::disallowed_methods, reason = "what another process does is no event here")]

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// What takes longer than this will not come.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks.
const REST: Duration = Duration::from_millis(20);

/// Looks until something is there. When that takes too long, `missing` says what was seen instead.
#[track_caller]
pub fn until<T>(mut look: impl FnMut() -> Option<T>, missing: impl Fn() -> String) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "{}", missing());
        std::thread::sleep(REST);
    }
}

/// All that comes until nothing can come any more, however much that is; what came, when that takes too long.
pub fn all<T>(coming: &Receiver<T>, within: Duration) -> Result<Vec<T>, Vec<T>> {
    let (mut all, begun) = (Vec::new(), Instant::now());
    loop {
        match coming.recv_timeout(within.saturating_sub(begun.elapsed())) {
            Ok(one) if begun.elapsed() < within => all.push(one),
            Ok(_) => return Err(all),
            Err(RecvTimeoutError::Disconnected) => return Ok(all),
            Err(RecvTimeoutError::Timeout) => return Err(all),
        }
    }
}
