//! Chance that is the same on every machine.

use rosterd::org::Day;

/// SplitMix64.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// A day less than so many days after `first`.
    pub fn day(&mut self, first: Day, days: u64) -> Day {
        first.plus(self.below(days).cast_signed())
    }
}

#[expect(clippy::disallowed_methods, reason = "the runner of the tests says how long to hunt, and from where")]
pub fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect(name))
}
