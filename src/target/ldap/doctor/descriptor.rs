//! Who may do what with an object, by its security descriptor ([MS-DTYP] section 2.4.6): the access check of
//! [MS-ADTS] section 5.1.3.3, for one right at a time. Pure.

use std::collections::BTreeSet;

/// Rights of [MS-ADTS] section 5.1.3.2.
pub const LIST: u32 = 0x4;
pub const READ: u32 = 0x10;
pub const WRITE: u32 = 0x20;
pub const CONTROL: u32 = 0x100;
pub const DELETE: u32 = 0x1_0000;

/// User-Force-Change-Password, the right to reset a password.
pub const RESET_PASSWORD: Guid =
    [0x70, 0x95, 0x29, 0x00, 0x6d, 0x24, 0xd0, 0x11, 0xa7, 0x68, 0x00, 0xaa, 0x00, 0x6e, 0x05, 0x29];

/// Sixteen bytes as they stand in the directory.
pub type Guid = [u8; 16];

/// The answer of an access check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    Granted,
    /// An entry takes it away.
    Denied,
    /// No entry gives it.
    Missing,
}

/// The access control entries of an object, in their order.
#[derive(Debug)]
pub struct Descriptor(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    allows: bool,
    mask: u32,
    object: Option<Guid>,
    sid: Vec<u8>,
}

/// INHERIT_ONLY_ACE: it says nothing about the object itself.
const INHERIT_ONLY: u8 = 0x8;

impl Descriptor {
    /// `None` when a part of it is malformed.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let at = usize::try_from(u32_at(bytes, 16)?).ok()?;
        // Without a list everything is allowed; nobody leaves an object so.
        let list = bytes.get(at..).filter(|_| at > 0)?;
        let count = u16_at(list, 4)?;
        let mut rest = list.get(8..)?;
        let mut entries = Vec::new();
        for _ in 0..count {
            let size = usize::from(u16_at(rest, 2)?);
            let (entry, more) = rest.split_at_checked(size)?;
            entries.extend(Entry::decode(entry)?);
            rest = more;
        }
        Some(Self(entries))
    }

    /// Whether these identities have a right; `objects` are the ids of the attribute or control right, and of the set
    /// it belongs to.
    pub fn access(&self, right: u32, objects: &[Guid], identities: &BTreeSet<Vec<u8>>) -> Access {
        let about = |entry: &&Entry| entry.object.is_none_or(|object| objects.contains(&object));
        let ours = |entry: &&Entry| entry.mask & right != 0 && identities.contains(&entry.sid);
        match self.0.iter().filter(about).find(ours) {
            Some(entry) if entry.allows => Access::Granted,
            Some(_) => Access::Denied,
            None => Access::Missing,
        }
    }
}

impl Entry {
    /// The outer `None` is a malformed entry, the inner one an entry that is not about the object, or of a kind that
    /// gives and takes nothing.
    fn decode(bytes: &[u8]) -> Option<Option<Self>> {
        let (kind, flags) = (*bytes.first()?, *bytes.get(1)?);
        let mask = u32_at(bytes, 4)?;
        let (object, sid) = match kind {
            0 | 1 => (None, bytes.get(8..)?),
            5 | 6 => {
                let present = u32_at(bytes, 8)?;
                let mut rest = bytes.get(12..)?;
                let mut object = None;
                if present & 1 != 0 {
                    let (guid, more) = rest.split_at_checked(16)?;
                    (object, rest) = (Guid::try_from(guid).ok(), more);
                }
                if present & 2 != 0 {
                    rest = rest.get(16..)?;
                }
                (object, rest)
            }
            _ => return Some(None),
        };
        let sid = sid.get(..8 + 4 * usize::from(*sid.get(1)?))?.to_vec();
        Some((flags & INHERIT_ONLY == 0).then_some(Self { allows: matches!(kind, 0 | 5), mask, object, sid }))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// A security identifier as people write it, `S-1-5-…`.
pub fn sid_text(sid: &[u8]) -> Option<String> {
    let [1, _, 0, 0, 0, 0, 0, authority, rest @ ..] = sid else { return None };
    let parts = rest.chunks_exact(4).filter_map(|part| Some(u32::from_le_bytes(part.try_into().ok()?)));
    Some(parts.fold(format!("S-1-{authority}"), |text, part| format!("{text}-{part}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TITLE: Guid = [7; 16];

    fn sid(number: u8) -> Vec<u8> {
        vec![1, 1, 0, 0, 0, 0, 0, 5, number, 0, 0, 0]
    }

    fn entry(kind: u8, flags: u8, mask: u32, object: Option<Guid>, who: u8) -> Vec<u8> {
        let mut body = mask.to_le_bytes().to_vec();
        if kind > 4 {
            body.extend(u32::from(object.is_some()).to_le_bytes());
            body.extend(object.into_iter().flatten());
        }
        body.extend(sid(who));
        let size = u16::try_from(body.len() + 4).unwrap_or(0).to_le_bytes();
        [vec![kind, flags], size.to_vec(), body].concat()
    }

    fn access(entries: &[Vec<u8>], right: u32, objects: &[Guid]) -> Option<Access> {
        let mut bytes = vec![1, 0, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 4, 0, 0, 0];
        bytes.extend(u16::try_from(entries.len()).unwrap_or(0).to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(entries.concat());
        Some(Descriptor::decode(&bytes)?.access(right, objects, &[sid(1), sid(2)].into()))
    }

    #[test]
    fn the_first_entry_that_speaks_of_the_right_decides() {
        let all = entry(0, 0, READ, None, 1);
        assert_eq!(access(std::slice::from_ref(&all), READ, &[TITLE]), Some(Access::Granted));
        assert_eq!(access(std::slice::from_ref(&all), WRITE, &[TITLE]), Some(Access::Missing));
        let deny = entry(6, 0, READ, Some(TITLE), 2);
        assert_eq!(access(&[deny.clone(), all.clone()], READ, &[TITLE]), Some(Access::Denied));
        assert_eq!(access(&[deny.clone(), all.clone()], READ, &[[8; 16]]), Some(Access::Granted));
        assert_eq!(access(&[all, deny], READ, &[TITLE]), Some(Access::Granted));
        assert_eq!(access(&[entry(0, INHERIT_ONLY, READ, None, 1)], READ, &[]), Some(Access::Missing));
        assert_eq!(access(&[entry(0, 0, READ, None, 9)], READ, &[]), Some(Access::Missing));
    }

    #[test]
    fn identifiers_are_written_as_everywhere() {
        assert_eq!(sid_text(&sid(18)).as_deref(), Some("S-1-5-18"));
        assert_eq!(sid_text(b""), None);
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_stops_the_reader(bytes: Vec<u8>) {
            let _ = Descriptor::decode(&bytes);
            let _ = sid_text(&bytes);
        }
    }
}
