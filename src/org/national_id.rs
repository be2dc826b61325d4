//! National ids at rest: sealed with AES-SIV (RFC 5297), found again by a keyed hash.
//!
//! Sealing is deterministic, so that an unchanged id stays an unchanged fact; the person's id is associated data, so
//! that two people's seals cannot be swapped or compared. The plain text exists in two places only: where a file is
//! read and where an export asks for it by name. This module must never put it into an error or a log.

use std::fmt;

use aes_siv::KeyInit;
use aes_siv::siv::Aes256Siv;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::id::Id;

/// The length of the key: 512 bits, as AES-256-SIV wants them.
pub const KEY_BYTES: usize = 64;

/// A sealed national id, as every fact, row and snapshot holds it: `index.ciphertext`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

/// Seals and opens national ids with the roster's key.
pub struct Sealer {
    key: [u8; KEY_BYTES],
    index_key: [u8; 32],
}

/// Why a national id could not be sealed or opened. Never holds the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("a national id has 1 to 32 digits, letters or hyphens")]
    Format,
    #[error("the key for national ids has {0} bytes; it must have {KEY_BYTES}")]
    KeyLength(usize),
    #[error("the national id cannot be opened: it was sealed with another key or for another person")]
    Unreadable,
}

impl Sealed {
    /// The keyed hash that equal national ids share, in hexadecimal.
    pub fn index(&self) -> &str {
        self.0.split_once('.').map_or("", |(index, _)| index)
    }

    /// The sealed national id in the body of a person, without reading the rest of it.
    pub fn in_body(body: &str) -> Result<Option<Self>, serde_json::Error> {
        #[derive(Deserialize)]
        struct Only {
            national_id: Option<Sealed>,
        }
        // most people have none: their bodies need no parser
        if body.contains("\"national_id\":") { Ok(serde_json::from_str::<Only>(body)?.national_id) } else { Ok(None) }
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    pub fn new(key: &[u8]) -> Result<Self, SealError> {
        let key = <[u8; KEY_BYTES]>::try_from(key).map_err(|_| SealError::KeyLength(key.len()))?;
        let index_key = blake3::derive_key("rosterd national id index 1", &key);
        Ok(Self { key, index_key })
    }

    /// Seals the national id of a person.
    pub fn seal(&self, person: &Id, plain: &str) -> Result<Sealed, SealError> {
        let index = self.index(plain)?;
        let ciphertext =
            self.cipher().encrypt([person.as_str().as_bytes()], plain.as_bytes()).map_err(|_| SealError::Unreadable)?;
        Ok(Sealed(format!("{index}.{}", URL_SAFE_NO_PAD.encode(ciphertext))))
    }

    /// The national id of a person in plain text.
    pub fn unseal(&self, person: &Id, sealed: &Sealed) -> Result<String, SealError> {
        let (_, text) = sealed.0.split_once('.').ok_or(SealError::Unreadable)?;
        let ciphertext = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Unreadable)?;
        let plain =
            self.cipher().decrypt([person.as_str().as_bytes()], &ciphertext).map_err(|_| SealError::Unreadable)?;
        String::from_utf8(plain).map_err(|_| SealError::Unreadable)
    }

    /// The keyed hash to look a national id up by: the same with and without hyphens.
    pub fn index(&self, plain: &str) -> Result<String, SealError> {
        if !is_well_formed(plain) {
            return Err(SealError::Format);
        }
        let bare: String = plain.chars().filter(|c| *c != '-').flat_map(char::to_uppercase).collect();
        let hash = blake3::keyed_hash(&self.index_key, bare.as_bytes());
        Ok(hash.to_hex()[..32].to_owned())
    }

    fn cipher(&self) -> Aes256Siv {
        Aes256Siv::new(&self.key.into())
    }
}

fn is_well_formed(plain: &str) -> bool {
    (1..=32).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        Sealer::new(&[7; KEY_BYTES]).unwrap()
    }

    #[test]
    fn a_seal_opens_for_its_person_only() {
        let (anna, bo) = (Id::from("anna"), Id::from("bo"));
        let sealed = sealer().seal(&anna, "000000-0001").unwrap();
        assert_eq!(sealer().unseal(&anna, &sealed).unwrap(), "000000-0001");
        assert_eq!(sealer().unseal(&bo, &sealed), Err(SealError::Unreadable));
        let other = Sealer::new(&[8; KEY_BYTES]).unwrap();
        assert_eq!(other.unseal(&anna, &sealed), Err(SealError::Unreadable));
        assert!(!format!("{sealed:?} {:?}", sealed.0).contains("000000"));
    }

    #[test]
    fn the_same_id_seals_alike_and_indexes_alike_for_everyone() {
        let (anna, bo) = (Id::from("anna"), Id::from("bo"));
        let one = sealer().seal(&anna, "000000-0001").unwrap();
        assert_eq!(one, sealer().seal(&anna, "000000-0001").unwrap());
        let other = sealer().seal(&bo, "0000000001").unwrap();
        assert_ne!(one, other);
        assert_eq!(one.index(), other.index());
    }

    #[test]
    fn odd_ids_are_refused_without_naming_them() {
        for odd in ["", "0000 0000", "000000‑0001", &"0".repeat(33)] {
            assert_eq!(sealer().seal(&Id::from("anna"), odd), Err(SealError::Format));
        }
        assert_eq!(Sealer::new(b"short").unwrap_err(), SealError::KeyLength(5));
    }
}
