//! How much later than its time a job runs: not at random, but by its name and the time, so that equal rosters do the
//! same and a job does not run at the very second at which everybody's jobs run.

use crate::org::Instant;

const SECOND: i64 = 1_000_000;

/// Microseconds from `due`, in whole seconds: at most `most`, and always before the next time.
pub(super) fn delay(job: &str, due: Instant, most: i64, next: Option<Instant>) -> i64 {
    let gap = next.map_or(i64::MAX, |next| next.micros().saturating_sub(due.micros()).saturating_sub(SECOND));
    let seconds = u64::try_from(most.min(gap) / SECOND).unwrap_or(0);
    let hash = blake3::hash(format!("{job} {}", due.micros()).as_bytes());
    let number = hash.as_bytes().iter().take(7).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    i64::try_from(number % (seconds + 1)).unwrap_or(0) * SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_the_same_every_time() {
        let at = |minute: i64| Instant::from_micros(minute * 60 * SECOND);
        let delays: Vec<i64> = (0..500).map(|n| delay("target ad", at(n), 600 * SECOND, Some(at(n + 60)))).collect();
        assert!(delays.iter().all(|delay| (0..=600 * SECOND).contains(delay)));
        assert!(delays.iter().any(|delay| *delay < 60 * SECOND) && delays.iter().any(|delay| *delay > 540 * SECOND));
        assert_eq!(delays[7], delay("target ad", at(7), 600 * SECOND, Some(at(67))));
        assert_ne!(delays[7], delay("target cloud", at(7), 600 * SECOND, Some(at(67))));
        let every_minute = (0..500).map(|n| delay("target ad", at(n), 600 * SECOND, Some(at(n + 1))));
        assert!(every_minute.into_iter().all(|delay| delay < 60 * SECOND), "before the next time");
    }
}
