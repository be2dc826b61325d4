//! The records that are packed by the million: lines of a batch, rows in force, rows to add.

use std::sync::Arc;

use super::batch::Line;
use super::fact::{Fact, Version};
use super::id::Id;
use super::intake_plan::{NewRow, StoredRow};
use super::kind::FactKind;
use super::packed::Damaged;
use super::packing::{Unpacker, put_interval, put_number, put_text};
use super::reference::Reference;
use super::runs::Record;
use super::stated::Gaps;
use super::time::Interval;

/// A line of a file that was checked by itself. The national id in its body is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedLine {
    /// Its place among the lines of the batch.
    pub at: u64,
    /// The number that the file has for it.
    pub number: u64,
    pub kind: FactKind,
    pub id: Id,
    pub interval: Interval,
    /// Canonical JSON; references are as the file writes them.
    pub body: Arc<str>,
    /// The body is that of a statement with gaps, not of a whole fact.
    pub has_gaps: bool,
}

impl PackedLine {
    pub fn new(at: u64, line: &Line) -> Result<Self, serde_json::Error> {
        let Line { number, version: Version { id, interval, fact }, gaps } = line;
        let body = gaps.body(fact)?.into();
        let has_gaps = !gaps.is_empty();
        Ok(Self { at, number: *number, kind: fact.kind(), id: id.clone(), interval: *interval, body, has_gaps })
    }

    /// The line with its fact, read again.
    pub fn typed(&self) -> Result<Line, serde_json::Error> {
        let (fact, gaps) = if self.has_gaps {
            Gaps::read(self.kind, serde_json::from_str(&self.body)?)?
        } else {
            (Fact::<Reference>::from_text(self.kind, &self.body)?, Gaps::default())
        };
        let version = Version { id: self.id.clone(), interval: self.interval, fact };
        Ok(Line { number: self.number, version, gaps })
    }

    /// Whether it may name something by a key; false is certain. So begins the JSON of a
    /// [`SourceKey`](super::SourceKey), and in a text of a value the quotes would be escaped.
    pub fn may_name_by_key(&self) -> bool {
        self.body.contains("{\"source\":")
    }
}

impl Record for PackedLine {
    fn kind(&self) -> FactKind {
        self.kind
    }

    fn id(&self) -> &Id {
        &self.id
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.id.as_str().len() + self.body.len()
    }

    fn pack(&self, out: &mut Vec<u8>) {
        put_number(out, self.at);
        put_number(out, self.number);
        out.push(u8::from(self.has_gaps));
        put_thing(out, self.kind, &self.id, self.interval, &self.body);
    }

    fn unpack(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut rest = Unpacker::new(bytes);
        let (at, number, has_gaps) = (rest.number()?, rest.number()?, rest.byte()? != 0);
        let (kind, id, interval, body) = thing(&mut rest, &mut Vec::new())?;
        Ok(Self { at, number, kind, id, interval, body, has_gaps })
    }
}

impl Record for NewRow {
    fn kind(&self) -> FactKind {
        self.kind
    }

    fn id(&self) -> &Id {
        &self.id
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.id.as_str().len() + self.body.len()
    }

    fn pack(&self, out: &mut Vec<u8>) {
        put_text(out, &self.source);
        put_thing(out, self.kind, &self.id, self.interval, &self.body);
    }

    fn unpack(bytes: &[u8]) -> Result<Self, Damaged> {
        let (mut rest, mut buffer) = (Unpacker::new(bytes), Vec::new());
        let source = rest.text(&mut buffer)?.into();
        let (kind, id, interval, body) = thing(&mut rest, &mut buffer)?;
        Ok(Self { kind, id, interval, source, body })
    }
}

impl Record for StoredRow {
    fn kind(&self) -> FactKind {
        self.kind
    }

    fn id(&self) -> &Id {
        &self.id
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.id.as_str().len() + self.body.len()
    }

    fn pack(&self, out: &mut Vec<u8>) {
        put_number(out, self.row.cast_unsigned());
        put_text(out, &self.source);
        put_thing(out, self.kind, &self.id, self.interval, &self.body);
    }

    fn unpack(bytes: &[u8]) -> Result<Self, Damaged> {
        let (mut rest, mut buffer) = (Unpacker::new(bytes), Vec::new());
        let row = rest.number()?.cast_signed();
        let source = rest.text(&mut buffer)?.into();
        let (kind, id, interval, body) = thing(&mut rest, &mut buffer)?;
        Ok(Self { row, kind, id, interval, source, body })
    }
}

fn put_thing(out: &mut Vec<u8>, kind: FactKind, id: &Id, interval: Interval, body: &str) {
    out.push(kind as u8);
    put_interval(out, interval);
    put_text(out, id.as_str());
    put_text(out, body);
}

/// What [`put_thing`] wrote.
type Unpacked = (FactKind, Id, Interval, Arc<str>);

fn thing(rest: &mut Unpacker<'_>, buffer: &mut Vec<u8>) -> Result<Unpacked, Damaged> {
    let kind = FactKind::ALL.get(usize::from(rest.byte()?)).copied().ok_or(Damaged)?;
    let interval = rest.interval()?;
    let id = Id::from(rest.text(buffer)?);
    Ok((kind, id, interval, rest.text(buffer)?.into()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were() {
        let interval = Interval { from: Some("2026-11-23".parse().unwrap()), to: None };
        let (id, body): (Id, Arc<str>) = ("1b4e28ba-2fa1-11d2-883f-0016d3cca427".into(), r#"{"name":"Å"}"#.into());
        for kind in FactKind::ALL {
            let row =
                StoredRow { row: i64::MAX, kind, id: id.clone(), interval, source: "hr".into(), body: body.clone() };
            let mut bytes = Vec::new();
            row.pack(&mut bytes);
            assert_eq!(StoredRow::unpack(&bytes), Ok(row));
            assert_eq!(StoredRow::unpack(&bytes[..bytes.len() - 1]), Err(Damaged));
            let line =
                PackedLine { at: 7, number: 300, kind, id: id.clone(), interval, body: body.clone(), has_gaps: true };
            bytes.clear();
            line.pack(&mut bytes);
            assert_eq!(PackedLine::unpack(&bytes), Ok(line));
        }
    }

    #[test]
    fn a_line_that_names_by_a_key_is_seen() {
        let line = |body: &str| {
            let fact = Fact::<Reference>::from_text(FactKind::Unit, body).unwrap();
            let version = Version { id: "u".into(), interval: Interval::ALWAYS, fact };
            PackedLine::new(0, &Line { number: 2, version, gaps: Gaps::default() }).unwrap()
        };
        assert!(line(r#"{ "name": "U", "parent": { "key": "1", "source": "hr" } }"#).may_name_by_key());
        assert!(!line(r#"{"name":"{\"source\":","parent":"u2"}"#).may_name_by_key());
    }
}
