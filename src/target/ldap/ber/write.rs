//! Writing elements. Lengths take as few bytes as they need.

use super::tag;

/// Elements as they are written, one after the other.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// The bytes of what `write` wrote.
    pub fn bytes(write: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut writer = Self::default();
        write(&mut writer);
        writer.0
    }

    pub fn element(&mut self, tag: u8, content: &[u8]) {
        self.0.push(tag);
        self.0.extend(length(content.len()));
        self.0.extend_from_slice(content);
    }

    /// An element whose content is what `write` writes.
    pub fn nested(&mut self, tag: u8, write: impl FnOnce(&mut Self)) {
        self.element(tag, &Self::bytes(write));
    }

    pub fn octets(&mut self, content: impl AsRef<[u8]>) {
        self.element(tag::OCTETS, content.as_ref());
    }

    pub fn boolean(&mut self, value: bool) {
        self.element(tag::BOOLEAN, &[if value { 0xff } else { 0 }]);
    }

    /// INTEGER or ENUMERATED; never written as a negative one.
    pub fn number(&mut self, tag: u8, number: u32) {
        let mut digits = vec![0];
        digits.extend(number.to_be_bytes());
        let needless = digits.windows(2).take_while(|pair| pair[0] == 0 && pair[1] < 0x80).count();
        self.element(tag, &digits[needless..]);
    }
}

fn length(length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short @ 0..0x80) => vec![short],
        _ => {
            let digits = length.to_be_bytes();
            let needless = digits.iter().take_while(|digit| **digit == 0).count();
            let count = u8::try_from(digits.len() - needless).unwrap_or(8);
            let mut bytes = vec![0x80 | count];
            bytes.extend_from_slice(&digits[needless..]);
            bytes
        }
    }
}
