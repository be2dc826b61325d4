//! The hashes of the chain. Pure; knows bytes, no tables.

use std::fmt;

use blake3::{Hash, Hasher};
use uuid::Uuid;

/// Bytes of the key at least.
const KEY_BYTES: usize = 32;

/// The key that the log is chained with. Shows itself to nobody.
#[derive(Clone)]
pub struct LogKey {
    chain: [u8; 32],
    facts: [u8; 32],
    plans: [u8; 32],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key of the log has {0} bytes; it must have {KEY_BYTES} or more")]
pub struct LogKeyError(usize);

/// What an entry's hash covers, beside the hash before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'a> {
    pub seq: i64,
    pub at: i64,
    pub kind: &'a str,
    pub subject: &'a str,
    pub commitment: &'a [u8],
}

impl LogKey {
    pub fn new(secret: &[u8]) -> Result<Self, LogKeyError> {
        if secret.len() < KEY_BYTES {
            return Err(LogKeyError(secret.len()));
        }
        let derive = |purpose| blake3::derive_key(purpose, secret);
        Ok(Self {
            chain: derive("rosterd log chain 1"),
            facts: derive("rosterd log facts 1"),
            plans: derive("rosterd plan seal 1"),
        })
    }

    /// What stands before the first entry of a roster's log.
    pub(super) fn root(&self, roster: Uuid) -> Hash {
        blake3::keyed_hash(&self.chain, roster.as_bytes())
    }

    pub(super) fn hash(&self, before: &Hash, link: &Link<'_>) -> Hash {
        let mut hasher = Hasher::new_keyed(&self.chain);
        hasher.update(before.as_bytes());
        hasher.update(&link.seq.to_le_bytes()).update(&link.at.to_le_bytes());
        for part in [link.kind.as_bytes(), link.subject.as_bytes(), link.commitment] {
            field(&mut hasher, part);
        }
        hasher.finalize()
    }

    /// The seal of a stored plan.
    pub(in crate::store) fn seal(&self, digest: &str, body: &[u8]) -> Hash {
        let mut hasher = Hasher::new_keyed(&self.plans);
        field(&mut hasher, digest.as_bytes());
        field(&mut hasher, body);
        hasher.finalize()
    }

    pub(super) fn facts(&self) -> Hasher {
        Hasher::new_keyed(&self.facts)
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogKey(…)")
    }
}

/// What an entry says of its payload: without the salt, nothing.
pub(super) fn commitment(salt: &[u8; 32], payload: &str) -> Hash {
    blake3::keyed_hash(salt, payload.as_bytes())
}

/// Adds a field with its length before it, so that no two lists of fields are the same bytes.
pub(super) fn field(hasher: &mut Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        let key = LogKey::new(&[1; 64]).unwrap();
        let before = key.root(Uuid::nil());
        let link = Link { seq: 1, at: 2, kind: "run", subject: "3", commitment: &[4] };
        let hash = key.hash(&before, &link);
        let others = [
            Link { seq: 2, ..link },
            Link { at: 3, ..link },
            Link { kind: "runs", ..link },
            Link { kind: "ru", subject: "n3", ..link },
            Link { commitment: &[5], ..link },
        ];
        assert!(others.iter().all(|other| key.hash(&before, other) != hash));
        assert_ne!(key.hash(&hash, &link), hash);
        assert_ne!(LogKey::new(&[2; 64]).unwrap().hash(&before, &link), hash);
    }

    #[test]
    fn a_short_key_is_refused() {
        assert_eq!(LogKey::new(&[1; 31]).unwrap_err(), LogKeyError(31));
    }
}
