//! Numbers, days and texts as bytes, small before they are compressed: most of the bytes of a roster are UUIDs, which
//! lz4 cannot make smaller, so each is written as the 16 bytes that it stands for.

use jiff::civil::Date;

use super::packed::Damaged;
use super::time::{Day, Interval};

/// Bytes that no UTF-8 text holds. A UUID in small letters, one in capitals, and the end of a text.
const SMALL: u8 = 0xff;
const CAPITAL: u8 = 0xfe;
const END: u8 = 0xfd;

const UUID: usize = 36;
const DASHES: [usize; 4] = [8, 13, 18, 23];

pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Both days in a fixed width, so that the same days are the same bytes.
pub(super) fn put_interval(out: &mut Vec<u8>, interval: Interval) {
    for day in [interval.from, interval.to] {
        let code = day.map_or(0, |day| {
            let date = day.date();
            (i32::from(date.year()) + 10_000) << 9 | i32::from(date.month()) << 5 | i32::from(date.day())
        });
        out.extend_from_slice(&code.to_le_bytes());
    }
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let (mut copied, mut at) = (0, DASHES[0]);
    while let Some(dash) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'-')) {
        let start = at + dash - DASHES[0];
        match bytes.get(start..start + UUID).filter(|_| start >= copied).and_then(uuid) {
            Some((case, uuid)) => {
                out.extend_from_slice(&bytes[copied..start]);
                out.push(case);
                out.extend_from_slice(&uuid);
                copied = start + UUID;
                at = copied + DASHES[0];
            }
            None => at += dash + 1,
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(END);
}

/// The bytes that a text stands for, if it is a UUID in one case; one without letters is in small ones.
fn uuid(text: &[u8]) -> Option<(u8, [u8; 16])> {
    let mut uuid = [0; 16];
    let (mut digits, mut small, mut capital) = (0, false, false);
    for (at, byte) in text.iter().enumerate() {
        let digit = match byte {
            b'-' if DASHES.contains(&at) => continue,
            _ if DASHES.contains(&at) => return None,
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => {
                small = true;
                byte - b'a' + 10
            }
            b'A'..=b'F' => {
                capital = true;
                byte - b'A' + 10
            }
            _ => return None,
        };
        uuid[digits / 2] = uuid[digits / 2] << 4 | digit;
        digits += 1;
    }
    (!(small && capital)).then_some((if capital { CAPITAL } else { SMALL }, uuid))
}

fn put_uuid(out: &mut Vec<u8>, case: u8, uuid: &[u8]) {
    let digits = if case == CAPITAL { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    for (at, byte) in uuid.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend([digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
    }
}

/// Takes a record apart in the order in which it was put together.
pub(super) struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Bytes that are left.
    pub(super) fn left(&self) -> usize {
        self.0.len()
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        self.bytes(1)?.first().copied().ok_or(Damaged)
    }

    pub(super) fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }

    pub(super) fn interval(&mut self) -> Result<Interval, Damaged> {
        Ok(Interval { from: self.day()?, to: self.day()? })
    }

    fn day(&mut self) -> Result<Option<Day>, Damaged> {
        let code = i32::from_le_bytes(self.bytes(4)?.try_into().map_err(|_| Damaged)?);
        if code == 0 {
            return Ok(None);
        }
        let year = i16::try_from((code >> 9) - 10_000).map_err(|_| Damaged)?;
        let date = Date::new(year, (code >> 5 & 15) as i8, (code & 31) as i8).map_err(|_| Damaged)?;
        Ok(Some(Day::from_date(date)))
    }

    /// A text, in a buffer that is used again.
    pub(super) fn text<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<&'b str, Damaged> {
        buffer.clear();
        loop {
            let special = self.0.iter().position(|byte| *byte >= END).ok_or(Damaged)?;
            buffer.extend_from_slice(self.bytes(special)?);
            match self.byte()? {
                END => return std::str::from_utf8(buffer).map_err(|_| Damaged),
                case => put_uuid(buffer, case, self.bytes(16)?),
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        put_text(&mut out, text);
        out
    }

    fn unpacked(bytes: &[u8]) -> String {
        Unpacker::new(bytes).text(&mut Vec::new()).unwrap().to_owned()
    }

    #[test]
    fn a_uuid_takes_sixteen_bytes_and_keeps_its_case() {
        for text in ["1b4e28ba-2fa1-11d2-883f-0016d3cca427", "1B4E28BA-2FA1-11D2-883F-0016D3CCA427"] {
            assert_eq!(packed(text).len(), 18);
            assert_eq!(unpacked(&packed(text)), text);
            let twice = format!(r#"{{"person":"{text}","unit":"{text}"}}"#);
            assert_eq!(unpacked(&packed(&twice)), twice);
            assert!(packed(&twice).len() < 60);
        }
    }

    #[test]
    fn what_is_nearly_a_uuid_stays_as_it_is() {
        for text in [
            "1b4e28ba-2fa1-11d2-883f-0016D3cca427",
            "1b4e28ba-2fa1-11d2-883f-0016d3cca42",
            "-1b4e28b-2fa1-11d2-883f-0016d3cca427",
            "1b4e28ba-2fa1-11d2-883f0-016d3cca427",
            "--------",
            "",
            "Åse-Ågård",
        ] {
            assert_eq!(packed(text).len(), text.len() + 1, "{text}");
            assert_eq!(unpacked(&packed(text)), text);
        }
        let close = "1b4e28ba-2fa1-11d2-883f-1b4e28ba-2fa1-11d2-883f-0016d3cca427";
        assert_eq!(unpacked(&packed(close)), close);
    }

    proptest! {
        #[test]
        fn texts_come_back(text in "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[-0-9a-fA-Fg]{0,9}|\\PC{0,3}){0,6}") {
            prop_assert_eq!(unpacked(&packed(&text)), text);
        }

        #[test]
        fn numbers_and_days_come_back(number: u64, days in -3_000_000_i64..2_000_000, open: bool) {
            let mut out = Vec::new();
            put_number(&mut out, number);
            let day = |text: &str| text.parse::<Day>().unwrap();
            let interval = Interval { from: Some(day("2026-11-23").plus(days)), to: (!open).then(|| day("2026-02-28")) };
            put_interval(&mut out, interval);
            let mut unpacker = Unpacker::new(&out);
            prop_assert_eq!(unpacker.number().unwrap(), number);
            prop_assert_eq!(unpacker.interval().unwrap(), interval);
            prop_assert_eq!(unpacker.left(), 0);
        }
    }
}
