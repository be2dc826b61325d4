//! A sum of keyed hashes, modulo 2^256: the hash of a set of rows from which rows can be taken out again. Pure.
//!
//! Why a sum: a hash over all rows in a row could not be told anymore once one of them is erased. Why not exclusive or:
//! there, two equal rows cancel each other, and sets that have the same hash are found by solving linear equations over
//! bits. A sum of keyed hashes has neither fault, as long as what is hashed is bound to its place: a row counts with its
//! number and its commit, so that a hash that was seen once fits nowhere else.
//! See Clarke et al., *Incremental Multiset Hash Functions* (2003), MSet-Add-Hash.

use blake3::Hash;
use serde::{Deserialize, Serialize};

/// 256 bits, the lowest word first; written in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(in crate::store) struct Sum([u64; 4]);

#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("a sum has 64 hexadecimal digits")]
pub(in crate::store) struct NoSum;

impl Sum {
    pub(super) fn of(hash: &Hash) -> Self {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(hash.as_bytes().as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Self(words)
    }

    #[must_use]
    pub(super) fn plus(self, other: Self) -> Self {
        let mut carry = false;
        Self(std::array::from_fn(|at| {
            let (sum, first) = self.0[at].overflowing_add(other.0[at]);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            carry = first || second;
            sum
        }))
    }

    #[must_use]
    pub(super) fn minus(self, other: Self) -> Self {
        let complement = Self(other.0.map(|word| !word)).plus(Self([1, 0, 0, 0]));
        self.plus(complement)
    }
}

impl From<Sum> for String {
    fn from(sum: Sum) -> Self {
        sum.0.iter().rev().map(|word| format!("{word:016x}")).collect()
    }
}

impl TryFrom<String> for Sum {
    type Error = NoSum;

    fn try_from(text: String) -> Result<Self, NoSum> {
        let mut words = [0; 4];
        let digits = text.as_bytes().as_chunks::<16>();
        if digits.0.len() != words.len() || !digits.1.is_empty() {
            return Err(NoSum);
        }
        for (word, digits) in words.iter_mut().rev().zip(digits.0) {
            let digits = std::str::from_utf8(digits).map_err(|_| NoSum)?;
            *word = u64::from_str_radix(digits, 16).map_err(|_| NoSum)?;
        }
        Ok(Self(words))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_can_be_taken_out_in_any_order() {
        let [a, b, c] = ["a", "b", "c"].map(|text| Sum::of(&blake3::hash(text.as_bytes())));
        assert_eq!(a.plus(b).plus(c), c.plus(a).plus(b));
        assert_eq!(a.plus(b).plus(c).minus(b), a.plus(c));
        assert_eq!(a.minus(a), Sum::default());
        assert_ne!(a.plus(a), Sum::default());
        assert_eq!(Sum::default().minus(a).plus(a), Sum::default());
    }

    #[test]
    fn a_sum_carries_over_its_words_and_is_read_back() {
        let one = Sum([1, 0, 0, 0]);
        assert_eq!(Sum([u64::MAX, u64::MAX, 0, 0]).plus(one), Sum([0, 0, 1, 0]));
        assert_eq!(Sum([0, 0, 1, 0]).minus(one), Sum([u64::MAX, u64::MAX, 0, 0]));
        let text = String::from(Sum([2, 0, 0, 1]));
        assert_eq!((text.len(), Sum::try_from(text).unwrap()), (64, Sum([2, 0, 0, 1])));
        assert!(Sum::try_from("12".to_owned()).is_err() && Sum::try_from("x".repeat(64)).is_err());
    }
}
