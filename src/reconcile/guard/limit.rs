//! One limit: how many are allowed out of how many, and what was found. Knows no plan.

use serde::{Deserialize, Serialize};

/// A limit is breached when what was found exceeds what is allowed: `min(count, max(floor, share of the managed))`.
/// The share protects a small organisation, the count a large one; the floor lets a tiny one work at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// Never more than this many.
    pub count: u64,
    /// Never more than this share of what is managed, in per cent…
    pub share: f64,
    /// …but this many always.
    pub floor: u64,
}

impl Limit {
    /// Nothing without an approval.
    pub const NEVER: Self = Self::new(0, 0.0, 0);

    pub const fn new(count: u64, share: f64, floor: u64) -> Self {
        Self { count, share, floor }
    }

    /// A limit that only the share sets, and the floor below it.
    pub const fn of_share(share: f64, floor: u64) -> Self {
        Self::new(u64::MAX, share, floor)
    }

    /// How many are allowed out of `of`.
    #[expect(clippy::cast_precision_loss, reason = "populations are far below 2^52")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count is a count")]
    pub fn allowed(&self, of: u64) -> u64 {
        let share = (self.share / 100.0 * of as f64).floor() as u64;
        self.count.min(share.max(self.floor))
    }

    pub fn measure(&self, limit: impl Into<String>, found: u64, of: u64) -> Measure {
        Measure { limit: limit.into(), found, of, allowed: self.allowed(of) }
    }
}

/// A limit as somebody wrote it: any part may be left out, and is then the default's.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenLimit {
    pub count: Option<u64>,
    /// In per cent of what is managed.
    pub share: Option<f64>,
    pub floor: Option<u64>,
}

impl WrittenLimit {
    pub fn over(self, default: Limit) -> Limit {
        Limit {
            count: self.count.unwrap_or(default.count),
            share: self.share.unwrap_or(default.share),
            floor: self.floor.unwrap_or(default.floor),
        }
    }

    /// The same where another writing says what this one leaves out.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { count: self.count.or(other.count), share: self.share.or(other.share), floor: self.floor.or(other.floor) }
    }
}

impl From<Limit> for WrittenLimit {
    fn from(limit: Limit) -> Self {
        Self { count: Some(limit.count), share: Some(limit.share), floor: Some(limit.floor) }
    }
}

/// A limit held against what a plan or an import would do; shown even when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    pub limit: String,
    pub found: u64,
    pub of: u64,
    pub allowed: u64,
}

impl Measure {
    pub fn is_breached(&self) -> bool {
        self.found > self.allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_of_count_and_share_rules_but_the_floor_is_always_allowed() {
        let limit = Limit::new(25, 5.0, 3);
        assert_eq!(limit.allowed(10), 3);
        assert_eq!(limit.allowed(420), 21);
        assert_eq!(limit.allowed(10_000), 25);
        assert_eq!(Limit::NEVER.allowed(10_000), 0);
        assert_eq!(Limit::of_share(50.0, 5).allowed(30_000), 15_000);
    }

    #[test]
    fn more_found_never_turns_a_breach_into_none() {
        let limit = Limit::new(25, 5.0, 3);
        for of in 0..2_000 {
            let mut breached = false;
            for found in 0..60 {
                let now = limit.measure("disable", found, of).is_breached();
                assert!(now || !breached, "found {found} of {of}");
                breached = now;
            }
        }
    }

    #[test]
    fn what_is_left_out_is_said_elsewhere() {
        let (mine, others) = (
            WrittenLimit { count: Some(7), ..WrittenLimit::default() },
            WrittenLimit { share: Some(50.0), ..WrittenLimit::default() },
        );
        assert_eq!(mine.or(others).over(Limit::new(25, 5.0, 3)), Limit::new(7, 50.0, 3));
        assert_eq!(mine.over(Limit::new(25, 5.0, 3)), Limit::new(7, 5.0, 3));
    }
}
