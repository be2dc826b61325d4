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

/// How the wait for what comes ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    Came,
    /// Nothing can come any more.
    NoMore,
    Late,
}

/// Takes what comes until it is what is waited for; within a time, however much else comes meanwhile.
pub fn take<T>(coming: &Receiver<T>, within: Duration, mut is_it: impl FnMut(T) -> bool) -> End {
    let begun = Instant::now();
    loop {
        match coming.recv_timeout(within.saturating_sub(begun.elapsed())) {
            Ok(one) => {
                if is_it(one) {
                    return End::Came;
                }
                if begun.elapsed() >= within {
                    return End::Late;
                }
            }
            Err(RecvTimeoutError::Disconnected) => return End::NoMore,
            Err(RecvTimeoutError::Timeout) => return End::Late,
        }
    }
}
