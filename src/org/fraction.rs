//! How much of full time an engagement is.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// A part of full time, as the source counts it: a share (0.5), per cent (50) or millionths (500000, as OS2mo does).
///
/// Only the order matters, so the unit is not fixed, but one organisation should keep to one. No fraction means full
/// time. Kept as written, except that 1.0 and 1 are the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Number", into = "Number")]
pub struct Fraction(Number);

/// A number that cannot be a part of full time.
#[derive(Debug, thiserror::Error)]
#[error("a fraction of {0} is out of range: write 0 to 1, as a share of full time")]
pub struct FractionError(Number);

impl Fraction {
    /// More than full time in the finest unit is a mistake.
    const GREATEST: f64 = 1_000_000.0;

    pub fn as_f64(&self) -> f64 {
        self.0.as_f64().unwrap_or(0.0)
    }
}

impl TryFrom<Number> for Fraction {
    type Error = FractionError;

    fn try_from(number: Number) -> Result<Self, FractionError> {
        match number.as_f64() {
            Some(value) if (0.0..=Self::GREATEST).contains(&value) => Ok(Self(whole(value).unwrap_or(number))),
            _ => Err(FractionError(number)),
        }
    }
}

/// A whole number as an integer, so that equal fractions have equal bytes.
fn whole(value: f64) -> Option<Number> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within 0 to a million")]
    (value.fract() == 0.0).then(|| Number::from(value as u64))
}

impl From<Fraction> for Number {
    fn from(fraction: Fraction) -> Self {
        fraction.0
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_f64().total_cmp(&other.as_f64())
    }
}
