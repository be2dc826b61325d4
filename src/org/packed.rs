//! Byte records in compressed chunks: appended once, read in order as often as wanted.
//!
//! A million facts take tens of megabytes in this form and a gigabyte as parsed structs. Reading is sequential on
//! purpose: a chunk is unpacked once for all of its records. Knows nothing of what a record means.

use std::fmt;

use super::packing::{Unpacker, put_number};

/// The bytes that are compressed at once; lz4 looks no further back.
const CHUNK: usize = 64 * 1024;

/// What was packed cannot be read back: the memory is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was packed in memory cannot be read back: the memory of this machine is not sound")]
pub struct Damaged;

/// Records, packed.
#[derive(Clone, Default)]
pub struct Packed {
    chunks: Vec<Chunk>,
    open: Vec<u8>,
}

#[derive(Clone)]
struct Chunk {
    bytes: Box<[u8]>,
    /// The bytes once unpacked.
    plain: usize,
}

impl Packed {
    pub fn push(&mut self, record: &[u8]) {
        put_number(&mut self.open, record.len() as u64);
        self.open.extend_from_slice(record);
        if self.open.len() >= CHUNK {
            let bytes = lz4_flex::block::compress(&self.open).as_slice().into();
            self.chunks.push(Chunk { bytes, plain: self.open.len() });
            self.open.clear();
        }
    }

    /// The bytes that it takes.
    pub fn size(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>() + self.open.len()
    }

    /// Nothing more will come: gives up the room for it.
    pub fn close(&mut self) {
        self.open.shrink_to_fit();
        self.chunks.shrink_to_fit();
    }

    pub fn read(&self) -> Cursor<'_> {
        Cursor { packed: self, chunk: 0, plain: Vec::new(), at: 0 }
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Packed({} bytes)", self.size())
    }
}

/// A place between two records.
#[derive(Debug)]
pub struct Cursor<'a> {
    packed: &'a Packed,
    /// The chunk to unpack next; after the last one, what is still open.
    chunk: usize,
    plain: Vec<u8>,
    at: usize,
}

impl Cursor<'_> {
    /// The next record.
    pub fn next_record(&mut self) -> Result<Option<&[u8]>, Damaged> {
        while self.at == self.plain.len() {
            if !self.unpack_next()? {
                return Ok(None);
            }
        }
        let mut rest = Unpacker::new(self.plain.get(self.at..).ok_or(Damaged)?);
        let length = usize::try_from(rest.number()?).map_err(|_| Damaged)?;
        let record = rest.bytes(length)?;
        self.at = self.plain.len() - rest.left();
        Ok(Some(record))
    }

    fn unpack_next(&mut self) -> Result<bool, Damaged> {
        self.at = 0;
        self.plain.clear();
        match self.packed.chunks.get(self.chunk) {
            Some(Chunk { bytes, plain }) => {
                self.plain.resize(*plain, 0);
                let unpacked = lz4_flex::block::decompress_into(bytes, &mut self.plain).map_err(|_| Damaged)?;
                if unpacked != *plain {
                    return Err(Damaged);
                }
            }
            None if self.chunk == self.packed.chunks.len() => self.plain.extend_from_slice(&self.packed.open),
            None => return Ok(false),
        }
        self.chunk += 1;
        Ok(true)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(packed: &Packed) -> Vec<Vec<u8>> {
        let mut cursor = packed.read();
        let mut found = Vec::new();
        while let Some(record) = cursor.next_record().unwrap() {
            found.push(record.to_vec());
        }
        assert_eq!(cursor.next_record(), Ok(None), "the end stays the end");
        found
    }

    #[test]
    fn many_like_records_take_little_room() {
        let mut packed = Packed::default();
        let records: Vec<Vec<u8>> =
            (0..20_000).map(|n| format!("a record like the others, {n}").into_bytes()).collect();
        records.iter().for_each(|record| packed.push(record));
        assert_eq!(read(&packed), records);
        assert!(packed.size() < 20_000 * 16, "{}", packed.size());
    }

    #[test]
    fn damage_is_told_and_never_an_end() {
        let mut packed = Packed::default();
        packed.push(&vec![7; 2 * CHUNK]);
        packed.chunks[0].plain += 1;
        assert_eq!(packed.read().next_record(), Err(Damaged));
        packed.chunks.clear();
        packed.open = vec![200, 1, 0];
        assert_eq!(packed.read().next_record(), Err(Damaged));
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(sizes in prop::collection::vec(0_usize..30_000, 0..20), seed: u8) {
            let records: Vec<Vec<u8>> =
                sizes.iter().map(|size| (0..*size).map(|at| (at * at % 251) as u8 ^ seed).collect()).collect();
            let mut packed = Packed::default();
            records.iter().for_each(|record| packed.push(record));
            packed.close();
            prop_assert_eq!(read(&packed), records);
        }
    }
}
