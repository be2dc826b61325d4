//! Fingerprints: whether an object is still as it was read before, without keeping what was read.

use std::collections::BTreeMap;

use super::observed::ObjectId;

/// 128 bits of a hash over everything that was read of an object. Two reads that ask for the same things and give one
/// fingerprint have read the same values; what a different one means, only a comparison of the values tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; Self::LENGTH]);

impl Fingerprint {
    /// In bytes.
    pub const LENGTH: usize = 16;

    pub const fn new(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

/// The fingerprints of the objects that an earlier read showed.
#[derive(Debug, Clone, Default)]
pub struct Fingerprints(BTreeMap<ObjectId, Fingerprint>);

impl Fingerprints {
    /// Whether the object was read before, and looked exactly like this.
    pub fn is(&self, object: &ObjectId, like: Fingerprint) -> bool {
        self.0.get(object) == Some(&like)
    }
}

impl FromIterator<(ObjectId, Fingerprint)> for Fingerprints {
    fn from_iter<I: IntoIterator<Item = (ObjectId, Fingerprint)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}
