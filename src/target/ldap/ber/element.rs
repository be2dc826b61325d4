//! One element: its tag, its length, its content.

use super::{Malformed, syntax};

/// What stands before a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub tag: u8,
    /// Bytes of the header itself.
    pub size: usize,
    /// Bytes of the content.
    pub length: u64,
}

impl Header {
    /// The header at the start of `bytes`; `None` while it is not there whole.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        let Some(&tag) = bytes.first() else { return Ok(None) };
        if tag & 0x1f == 0x1f {
            return Err(syntax("a tag of several bytes"));
        }
        let Some(&first) = bytes.get(1) else { return Ok(None) };
        match first {
            0..0x80 => Ok(Some(Self { tag, size: 2, length: u64::from(first) })),
            // RFC 4511 section 5.1: only the definite form.
            0x80 => Err(syntax("an indefinite length")),
            _ => {
                let digits = usize::from(first & 0x7f);
                if digits > 8 {
                    return Err(syntax("a length of more than eight bytes"));
                }
                let Some(digits) = bytes.get(2..2 + digits) else { return Ok(None) };
                let length = digits.iter().fold(0, |length, digit| length << 8 | u64::from(*digit));
                Ok(Some(Self { tag, size: 2 + digits.len(), length }))
            }
        }
    }

    /// Where the element ends, counted from its start; `None` beyond what can be counted.
    pub fn end(&self) -> Option<usize> {
        usize::try_from(self.length).ok()?.checked_add(self.size)
    }
}

/// One element.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
}

/// The elements of a content, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    pub fn new(content: &'a [u8]) -> Self {
        Self(content)
    }

    /// The next element; `None` at the end. An element that goes beyond the end is an error.
    pub fn next(&mut self) -> Result<Option<Element<'a>>, Malformed> {
        if self.0.is_empty() {
            return Ok(None);
        }
        const CUT: Malformed = syntax("an element that is cut short");
        let header = Header::parse(self.0)?.ok_or(CUT)?;
        let end = header.end().ok_or(CUT)?;
        let content = self.0.get(header.size..end).ok_or(CUT)?;
        self.0 = self.0.get(end..).unwrap_or_default();
        Ok(Some(Element { tag: header.tag, content }))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The content of the next element, which must have this tag.
    pub fn expect(&mut self, tag: u8, missing: &'static str) -> Result<&'a [u8], Malformed> {
        match self.next()? {
            Some(element) if element.tag == tag => Ok(element.content),
            _ => Err(syntax(missing)),
        }
    }
}

/// A number that is not negative, of at most four bytes (RFC 4511 section 4.1.1: `maxInt`).
pub fn number(content: &[u8]) -> Result<u32, Malformed> {
    match content {
        [] => Err(syntax("a number without digits")),
        [0x80..=0xff, ..] => Err(syntax("a negative number")),
        digits if digits.len() <= 4 => Ok(digits.iter().fold(0, |number, digit| number << 8 | u32::from(*digit))),
        _ => Err(syntax("a number of more than four bytes")),
    }
}
