//! One bucket of objects, as bytes: fingerprints apart from bodies, since most reads need nothing else. Pure.

use std::collections::BTreeMap;

use super::spool::{Packing, damaged};
use crate::object::{Fingerprint, Kind, ObjectKey};
use crate::store::StoreError;

const KEY: usize = 16;
const ROW: usize = 2 * KEY;
/// A bucket that says it is longer once unpacked is damaged.
const LONGEST: usize = 1 << 30;

/// In which bucket an object lies. Ids may differ in a few bits only, such as those of a time.
pub(super) fn place(key: ObjectKey, buckets: u64) -> i64 {
    let bits = key.bits();
    let folded = (bits >> 64) as u64 ^ bits as u64;
    let mixed = (folded ^ folded >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    i64::try_from((mixed >> 32) & (buckets - 1)).unwrap_or_default()
}

/// The keys and fingerprints of a bucket.
pub(super) fn prints(bytes: &[u8]) -> Result<Vec<(ObjectKey, Fingerprint)>, StoreError> {
    let (rows, rest) = bytes.as_chunks::<ROW>();
    if !rest.is_empty() {
        return Err(damaged());
    }
    let row = |row: &[u8; ROW]| {
        let (key, print) = (row.first_chunk::<KEY>()?, row.last_chunk::<KEY>()?);
        let bits = |bytes: &[u8; KEY]| u128::from_be_bytes(*bytes);
        Some((ObjectKey::from_bits(bits(key)), Fingerprint::from_bits(bits(print))))
    };
    rows.iter().map(|bytes| row(bytes).ok_or_else(damaged)).collect()
}

/// The objects of a bucket.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    objects: BTreeMap<ObjectKey, Kept>,
}

#[derive(Debug)]
struct Kept {
    print: Fingerprint,
    kind: Kind,
    body: Vec<u8>,
}

impl Bucket {
    pub fn parse(prints: &[u8], bodies: &[u8]) -> Result<Self, StoreError> {
        let (length, packed) = bodies.split_first_chunk::<4>().ok_or_else(damaged)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length <= LONGEST);
        let plain = lz4_flex::block::decompress(packed, length.ok_or_else(damaged)?).map_err(|_| damaged())?;
        let (mut rest, mut objects) = (plain.as_slice(), BTreeMap::new());
        for (key, print) in self::prints(prints)? {
            let (head, after) = rest.split_first_chunk::<5>().ok_or_else(damaged)?;
            let [kind, length @ ..] = *head;
            let kind = Kind::ALL.into_iter().find(|known| *known as u8 == kind).ok_or_else(damaged)?;
            let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| damaged())?;
            let (body, after) = after.split_at_checked(length).ok_or_else(damaged)?;
            objects.insert(key, Kept { print, kind, body: body.to_vec() });
            rest = after;
        }
        if rest.is_empty() { Ok(Self { objects }) } else { Err(damaged()) }
    }

    /// The fingerprints, and the packed bodies.
    pub fn bytes(&self) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
        let (mut prints, mut plain) = (Vec::with_capacity(self.objects.len() * ROW), Vec::new());
        for (key, Kept { print, kind, body }) in &self.objects {
            prints.extend(key.bits().to_be_bytes());
            prints.extend(print.bits().to_be_bytes());
            plain.push(*kind as u8);
            plain.extend(u32::try_from(body.len()).map_err(|_| damaged())?.to_le_bytes());
            plain.extend(body);
        }
        let mut bodies = u32::try_from(plain.len()).map_err(|_| damaged())?.to_le_bytes().to_vec();
        bodies.extend(lz4_flex::block::compress(&plain));
        Ok((prints, bodies))
    }

    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    pub fn objects(&self) -> impl Iterator<Item = (ObjectKey, Packing<'_>)> {
        self.objects.iter().map(|(key, kept)| (*key, kept.packing(*key)))
    }

    pub fn object(&self, key: ObjectKey) -> Option<Packing<'_>> {
        self.objects.get(&key).map(|kept| kept.packing(key))
    }

    /// Takes an object in, and says of which kind the one in its place was.
    pub fn insert(&mut self, Packing { key, print, kind, body }: Packing<'_>) -> Option<Kind> {
        self.objects.insert(key, Kept { print, kind, body: body.to_vec() }).map(|before| before.kind)
    }

    /// Takes an object out, and says of which kind it was.
    pub fn remove(&mut self, key: ObjectKey) -> Option<Kind> {
        self.objects.remove(&key).map(|before| before.kind)
    }
}

impl Kept {
    fn packing(&self, key: ObjectKey) -> Packing<'_> {
        Packing { key, print: self.print, kind: self.kind, body: &self.body }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn bucket() -> Bucket {
        let mut bucket = Bucket::default();
        for (n, kind) in Kind::ALL.into_iter().enumerate() {
            let print = Fingerprint::of(&[b"x"]);
            let body = vec![b'a'; n * 100];
            bucket.insert(Packing { key: ObjectKey::from_bits(n as u128), print, kind, body: &body });
        }
        bucket
    }

    #[test]
    fn a_bucket_comes_back_as_it_was() {
        let (prints, bodies) = bucket().bytes().unwrap();
        let again = Bucket::parse(&prints, &bodies).unwrap();
        assert_eq!(again.bytes().unwrap(), (prints.clone(), bodies));
        let shown = |bucket: &Bucket| bucket.objects().map(|(_, one)| (one.print, one.kind)).collect::<Vec<_>>();
        assert_eq!(shown(&again), shown(&bucket()));
        assert_eq!(super::prints(&prints).unwrap().len(), again.objects().count());
    }

    #[test]
    fn damage_is_told() {
        let (prints, bodies) = bucket().bytes().unwrap();
        assert!(Bucket::parse(&prints[..prints.len() - 1], &bodies).is_err());
        assert!(Bucket::parse(&prints[..ROW], &bodies).is_err());
        for cut in 0..bodies.len() {
            assert!(Bucket::parse(&prints, &bodies[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn ids_that_differ_in_a_few_bits_are_spread() {
        for shift in [0, 32, 64, 96, 110] {
            let mut filled = std::collections::HashSet::new();
            for n in 0..4096_u128 {
                filled.insert(place(ObjectKey::from_bits(n << shift | 7), 64));
            }
            assert_eq!(filled.len(), 64, "{shift}");
        }
    }
}
