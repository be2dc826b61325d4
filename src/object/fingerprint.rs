//! Fingerprints: whether an object is still as it was read before, without keeping what was read.

use uuid::Uuid;

use super::observed::ObjectId;

/// 128 bits of a hash over everything that was read of an object. Two reads that ask for the same things and give one
/// fingerprint have read the same values; what a different one means, only a comparison of the values tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// The fingerprint of something that is told in parts; a part ends where its length says.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(short(&hasher.finalize()))
    }

    pub fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    pub fn bits(self) -> u128 {
        self.0
    }
}

/// The id of an object in 128 bits: a UUID as it is, any other id by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(u128);

impl ObjectKey {
    pub fn of(id: &ObjectId) -> Self {
        match Uuid::try_parse(id.as_str()) {
            Ok(uuid) => uuid.into(),
            Err(_) => Self(short(&blake3::hash(id.as_str().as_bytes()))),
        }
    }

    pub fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    pub fn bits(self) -> u128 {
        self.0
    }
}

impl From<Uuid> for ObjectKey {
    fn from(uuid: Uuid) -> Self {
        Self(uuid.as_u128())
    }
}

/// The first 128 bits.
fn short(hash: &blake3::Hash) -> u128 {
    hash.as_bytes().first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

/// The fingerprints of the objects that an earlier read showed: 32 bytes each.
#[derive(Debug, Clone, Default)]
pub struct Fingerprints {
    keys: Vec<ObjectKey>,
    prints: Vec<Fingerprint>,
}

/// Which of the objects that were read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(usize);

impl Fingerprints {
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// All objects.
    pub fn all(&self) -> impl Iterator<Item = (Position, ObjectKey)> {
        self.keys.iter().enumerate().map(|(at, key)| (Position(at), *key))
    }

    /// The object, if it was read before.
    pub fn position(&self, key: ObjectKey) -> Option<Position> {
        self.keys.binary_search(&key).ok().map(Position)
    }

    /// The object, if it was read before and looked exactly like this.
    pub fn same(&self, key: ObjectKey, print: Fingerprint) -> Option<Position> {
        self.position(key).filter(|position| self.prints[position.0] == print)
    }
}

impl FromIterator<(ObjectKey, Fingerprint)> for Fingerprints {
    fn from_iter<I: IntoIterator<Item = (ObjectKey, Fingerprint)>>(all: I) -> Self {
        let mut all: Vec<_> = all.into_iter().collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all.dedup_by_key(|(key, _)| *key);
        let (keys, prints) = all.into_iter().unzip();
        Self { keys, prints }
    }
}

/// Some of the objects that were read before.
#[derive(Debug, Clone, Default)]
pub struct Positions(Vec<u64>);

impl Positions {
    /// None of them.
    pub fn none(of: &Fingerprints) -> Self {
        Self(vec![0; of.len().div_ceil(64)])
    }

    /// Adds one; false when it was among them.
    pub fn insert(&mut self, position: Position) -> bool {
        let (word, bit) = (position.0 / 64, 1 << (position.0 % 64));
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    pub fn contains(&self, position: Position) -> bool {
        self.0[position.0 / 64] >> (position.0 % 64) & 1 == 1
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_looks_the_same() {
        let (a, b) = (ObjectKey::of(&ObjectId::new("a")), ObjectKey::of(&ObjectId::new("b")));
        let print = Fingerprint::of(&[b"x", b"yz"]);
        assert_ne!(print, Fingerprint::of(&[b"xy", b"z"]), "parts are not run together");
        let known: Fingerprints = [(b, Fingerprint::of(&[b"y"])), (a, print)].into_iter().collect();
        assert!(known.same(a, print).is_some() && known.same(a, Fingerprint::of(&[b"x"])).is_none());
        assert!(known.same(b, print).is_none() && known.position(b).is_some());
        let mut seen = Positions::none(&known);
        for position in [known.position(a), known.position(b)].into_iter().flatten() {
            assert!(!seen.contains(position) && seen.insert(position) && !seen.insert(position));
        }
        assert_eq!(seen.count(), 2);
    }

    #[test]
    fn a_uuid_is_its_own_key_however_it_is_written() {
        let id = ObjectId::new("00112233-4455-6677-8899-AABBCCDDEEFF");
        assert_eq!(ObjectKey::of(&id).bits(), 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
    }
}
