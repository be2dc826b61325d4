//! Where a message ends, and whether its shape can be given to a decoder that recurses.

use super::element::Header;
use super::message::Message;
use super::{MAX_DEPTH, Malformed, syntax, tag};

/// The length of the message at the start of `bytes`; `None` while it is not there whole. What cannot become a
/// message of at most `most` bytes is an error as soon as its header says so.
pub fn frame(bytes: &[u8], most: usize) -> Result<Option<usize>, Malformed> {
    match bytes.first() {
        None => return Ok(None),
        Some(&tag::SEQUENCE) => {}
        Some(_) => return Err(syntax("something that is no LDAP message")),
    }
    let Some(header) = Header::parse(bytes)? else { return Ok(None) };
    match header.end() {
        Some(end) if end <= most => Ok((bytes.len() >= end).then_some(end)),
        _ => Err(Malformed::TooLong { length: header.length, most }),
    }
}

/// Checks one whole message: every element ends within the one around it, none lies too deep, and it is an answer that
/// RFC 4511 knows. A recursive decoder can take what passes.
pub fn check(message: &[u8]) -> Result<(), Malformed> {
    const BEYOND: Malformed = syntax("an element that ends beyond the one around it");
    let mut around = [0; MAX_DEPTH];
    let (mut depth, mut at, mut end) = (0, 0, message.len());
    loop {
        while at == end {
            if depth == 0 {
                return Message::parse(message)?.check();
            }
            depth -= 1;
            end = around[depth];
        }
        let header = Header::parse(&message[at..end])?.ok_or(BEYOND)?;
        let stop = header.end().and_then(|length| at.checked_add(length)).filter(|stop| *stop <= end).ok_or(BEYOND)?;
        let constructed = header.tag & 0x20 != 0;
        if !constructed {
            at = stop;
            continue;
        }
        if depth == MAX_DEPTH {
            return Err(Malformed::TooDeep);
        }
        around[depth] = end;
        depth += 1;
        (at, end) = (at + header.size, stop);
    }
}
