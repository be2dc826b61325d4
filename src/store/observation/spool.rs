//! Objects of a read, packed in memory as the store keeps them: some hundred bytes each, where an object takes a
//! thousand. Pure.

use crate::object::{Fingerprint, Kind, ObjectKey, Observed};
use crate::org::Packed;
use crate::store::StoreError;

/// Objects in the order in which they were read.
#[derive(Debug, Clone, Default)]
pub struct Spool {
    objects: Packed,
    count: usize,
}

impl Spool {
    /// Adds an object whose [`body`](Self::body) is given.
    pub fn push(&mut self, key: ObjectKey, print: Fingerprint, kind: Kind, body: &[u8]) {
        self.objects.push(&Packing { key, print, kind, body }.bytes());
        self.count += 1;
    }

    /// The form in which an object is kept.
    pub fn body(object: &Observed) -> Result<Vec<u8>, StoreError> {
        Ok(serde_json::to_vec(object)?)
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Shows every object.
    pub fn each(&self, see: &mut dyn FnMut(Observed)) -> Result<(), StoreError> {
        self.each_packed(&mut |packing| {
            see(packing.object()?);
            Ok(())
        })
    }

    pub(super) fn each_packed(
        &self,
        see: &mut dyn FnMut(Packing<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut records = self.objects.read();
        while let Some(record) = records.next_record()? {
            see(Packing::parse(record).ok_or_else(damaged)?)?;
        }
        Ok(())
    }
}

/// One object, packed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packing<'a> {
    pub key: ObjectKey,
    pub print: Fingerprint,
    pub kind: Kind,
    pub body: &'a [u8],
}

const KEY: usize = 16;

impl<'a> Packing<'a> {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2 * KEY + 1 + self.body.len());
        bytes.extend(self.key.bits().to_be_bytes());
        bytes.extend(self.print.bits().to_be_bytes());
        bytes.push(self.kind as u8);
        bytes.extend(self.body);
        bytes
    }

    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (key, rest) = bytes.split_first_chunk::<KEY>()?;
        let (print, rest) = rest.split_first_chunk::<KEY>()?;
        let (kind, body) = rest.split_first()?;
        let kind = Kind::ALL.into_iter().find(|known| *known as u8 == *kind)?;
        let (key, print) = (u128::from_be_bytes(*key), u128::from_be_bytes(*print));
        Some(Self { key: ObjectKey::from_bits(key), print: Fingerprint::from_bits(print), kind, body })
    }

    pub fn object(&self) -> Result<Observed, StoreError> {
        Ok(serde_json::from_slice(self.body)?)
    }
}

pub(super) fn damaged() -> StoreError {
    StoreError::Damaged("what was kept of a target's objects".into())
}
