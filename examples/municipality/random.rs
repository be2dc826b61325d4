//! Determinism: every choice and every id comes from the seed and a label, never from a clock or the machine.
//!
//! This module knows labels and numbers. It must not know what an organisation is.

/// `SplitMix64` (Steele, Lea and Flood 2014): small, well mixed, and the same on every machine.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream that belongs to `label`. It does not depend on which streams were used before.
    pub fn labelled(seed: u64, label: &str) -> Self {
        let mut random = Self { state: seed };
        random.state = random.bits() ^ fnv1a(label);
        random.bits();
        random
    }

    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`, or 0 when `limit` is 0. The bias of the remainder does not matter for a sample.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits().checked_rem(limit).unwrap_or(0)
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of `choices`, which must not be empty: they are the tables of this program.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// 128 bits in the form of a name-based UUID (RFC 9562, version 5, variant 10).
    pub fn uuid(&mut self) -> String {
        let high = (self.bits() & !0xF000) | 0x5000;
        let low = (self.bits() & !(0b11 << 62)) | (0b10 << 62);
        let mut text = String::with_capacity(36);
        for (at, digit) in format!("{high:016x}{low:016x}").chars().enumerate() {
            if matches!(at, 8 | 12 | 16 | 20) {
                text.push('-');
            }
            text.push(digit);
        }
        text
    }
}

fn fnv1a(label: &str) -> u64 {
    label.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_published_sequence() {
        let mut random = Random { state: 1_234_567 };
        assert_eq!([random.bits(), random.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn labels_have_streams_of_their_own() {
        assert_eq!(Random::labelled(1, "a").bits(), Random::labelled(1, "a").bits());
        assert_ne!(Random::labelled(1, "a").bits(), Random::labelled(1, "b").bits());
        assert_ne!(Random::labelled(1, "a").bits(), Random::labelled(2, "a").bits());
    }

    #[test]
    fn uuids_carry_version_and_variant() {
        let uuid = Random::labelled(1, "x").uuid();
        let parts: Vec<&str> = uuid.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(parts[2].starts_with('5'));
        assert!(parts[3].starts_with(['8', '9', 'a', 'b']));
    }
}
