//! What servers say with the changes that they tell: the values of the controls and messages of DirSync
//! ([MS-ADTS] section 3.1.1.3.4.1.3) and of Content Synchronization (RFC 4533).

use uuid::Uuid;

use super::element::{Element, Elements, number};
use super::{Malformed, syntax, tag};

pub const DIRSYNC: &[u8] = b"1.2.840.113556.1.4.841";
pub const SYNC_STATE: &[u8] = b"1.3.6.1.4.1.4203.1.9.1.2";
pub const SYNC_DONE: &[u8] = b"1.3.6.1.4.1.4203.1.9.1.3";
pub const SYNC_INFO: &[u8] = b"1.3.6.1.4.1.4203.1.9.1.4";

/// Where DirSync stands after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirSync<'a> {
    /// More changes wait: the next request bears the cookie.
    pub more: bool,
    pub cookie: &'a [u8],
}

impl<'a> DirSync<'a> {
    pub fn parse(value: &'a [u8]) -> Result<Self, Malformed> {
        let mut parts = sequence(value)?;
        let more = parts.expect(tag::INTEGER, "a DirSync control without a flag")?;
        parts.expect(tag::INTEGER, "a DirSync control without a size")?;
        let cookie = parts.expect(tag::OCTETS, "a DirSync control without a cookie")?;
        Ok(Self { more: more.iter().any(|byte| *byte != 0), cookie })
    }
}

/// What an entry of a refresh is (section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is in scope, and did not change.
    Present,
    /// It came, or changed.
    Changed,
    /// It is in scope no more.
    Deleted,
}

/// The Sync State Control: the entry's state and its entryUUID.
pub fn sync_state(value: &[u8]) -> Result<(State, Uuid), Malformed> {
    let mut parts = sequence(value)?;
    let state = match number(parts.expect(tag::ENUMERATED, "a sync state without a state")?)? {
        0 => State::Present,
        1 | 2 => State::Changed,
        3 => State::Deleted,
        _ => return Err(syntax("a sync state that there is not")),
    };
    Ok((state, uuid(parts.expect(tag::OCTETS, "a sync state without an entryUUID")?)?))
}

/// The Sync Done Control (section 2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncDone<'a> {
    pub cookie: Option<&'a [u8]>,
    /// What went was told as deleted; otherwise what was not told as present is gone.
    pub deletes: bool,
}

impl<'a> SyncDone<'a> {
    pub fn parse(value: &'a [u8]) -> Result<Self, Malformed> {
        let mut parts = sequence(value)?;
        let (cookie, next) = cookie_first(&mut parts)?;
        let deletes = flag(next, false)?;
        Ok(Self { cookie, deletes })
    }
}

/// A Sync Info Message (section 2.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncInfo<'a> {
    Cookie(&'a [u8]),
    /// The end of a phase; with the present phase what was not told in it is gone.
    Phase {
        deletes: bool,
        cookie: Option<&'a [u8]>,
    },
    /// Entries that went, or that are there without a change.
    Entries {
        deleted: bool,
        ids: Vec<Uuid>,
        cookie: Option<&'a [u8]>,
    },
}

impl<'a> SyncInfo<'a> {
    pub fn parse(value: &'a [u8]) -> Result<Self, Malformed> {
        const NEW_COOKIE: u8 = 0x80;
        const REFRESH_DELETE: u8 = 0xa1;
        const REFRESH_PRESENT: u8 = 0xa2;
        const ID_SET: u8 = 0xa3;
        let Some(choice) = Elements::new(value).next()? else { return Err(syntax("an empty sync info")) };
        let mut parts = Elements::new(choice.content);
        match choice.tag {
            NEW_COOKIE => Ok(Self::Cookie(choice.content)),
            REFRESH_DELETE | REFRESH_PRESENT => {
                let (cookie, _done) = cookie_first(&mut parts)?;
                Ok(Self::Phase { deletes: choice.tag == REFRESH_DELETE, cookie })
            }
            ID_SET => {
                let (cookie, mut next) = cookie_first(&mut parts)?;
                let deleted = flag(next, false)?;
                if next.is_some_and(|part| part.tag == tag::BOOLEAN) {
                    next = parts.next()?;
                }
                let Some(Element { tag: tag::SET, content }) = next else {
                    return Err(syntax("a set of entries that is none"));
                };
                let (mut set, mut ids) = (Elements::new(content), Vec::new());
                while !set.is_empty() {
                    ids.push(uuid(set.expect(tag::OCTETS, "a set of entries with something else in it")?)?);
                }
                Ok(Self::Entries { deleted, ids, cookie })
            }
            _ => Err(syntax("a sync info of a kind that there is not")),
        }
    }
}

fn sequence(value: &[u8]) -> Result<Elements<'_>, Malformed> {
    Elements::new(value).expect(tag::SEQUENCE, "a control whose value is no sequence").map(Elements::new)
}

/// A cookie that may be absent, and what comes next.
fn cookie_first<'a>(parts: &mut Elements<'a>) -> Result<(Option<&'a [u8]>, Option<Element<'a>>), Malformed> {
    match parts.next()? {
        Some(Element { tag: tag::OCTETS, content }) => Ok((Some(content), parts.next()?)),
        other => Ok((None, other)),
    }
}

fn flag(element: Option<Element<'_>>, default: bool) -> Result<bool, Malformed> {
    match element {
        Some(Element { tag: tag::BOOLEAN, content: [byte] }) => Ok(*byte != 0),
        Some(Element { tag: tag::BOOLEAN, .. }) => Err(syntax("a flag that is none")),
        _ => Ok(default),
    }
}

fn uuid(content: &[u8]) -> Result<Uuid, Malformed> {
    Uuid::from_slice(content).map_err(|_| syntax("an entryUUID that is none"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: [u8; 16] = [7; 16];

    #[test]
    fn what_samba_and_openldap_say() {
        let dirsync = b"\x30\x0a\x02\x01\x01\x02\x01\x00\x04\x02ab";
        assert_eq!(DirSync::parse(dirsync).unwrap(), DirSync { more: true, cookie: b"ab" });
        let state = [&b"\x30\x15\x0a\x01\x01\x04\x10"[..], &ID].concat();
        assert_eq!(sync_state(&state).unwrap(), (State::Changed, Uuid::from_bytes(ID)));
        let done = SyncDone::parse(b"\x30\x07\x04\x02ab\x01\x01\xff").unwrap();
        assert_eq!(done, SyncDone { cookie: Some(b"ab"), deletes: true });
        assert_eq!(SyncDone::parse(b"\x30\x00").unwrap(), SyncDone { cookie: None, deletes: false });
        let set = [&b"\xa3\x17\x01\x01\xff\x31\x12\x04\x10"[..], &ID].concat();
        let entries = SyncInfo::Entries { deleted: true, ids: vec![Uuid::from_bytes(ID)], cookie: None };
        assert_eq!(SyncInfo::parse(&set).unwrap(), entries);
        let present = SyncInfo::parse(b"\xa2\x04\x04\x02ab").unwrap();
        assert_eq!(present, SyncInfo::Phase { deletes: false, cookie: Some(b"ab") });
        assert_eq!(SyncInfo::parse(b"\x80\x02ab").unwrap(), SyncInfo::Cookie(b"ab"));
    }

    #[test]
    fn what_is_cut_short_or_something_else_is_refused() {
        let set = [&b"\xa3\x17\x01\x01\xff\x31\x12\x04\x10"[..], &ID].concat();
        for cut in 0..set.len() {
            assert!(SyncInfo::parse(&set[..cut]).is_err(), "{cut}");
        }
        assert!(SyncInfo::parse(b"\xa3\x02\x31\x00").is_ok());
        assert!(SyncInfo::parse(b"\xa7\x00").is_err());
        assert!(sync_state(b"\x30\x06\x0a\x01\x01\x04\x01x").is_err());
        assert!(sync_state(b"\x30\x06\x0a\x01\x09\x04\x01x").is_err());
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_stops_the_reader(bytes: Vec<u8>) {
            let _ = (DirSync::parse(&bytes), sync_state(&bytes), SyncDone::parse(&bytes), SyncInfo::parse(&bytes));
        }
    }
}
