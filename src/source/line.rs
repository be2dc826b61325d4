//! One line of the exchange format: the fields that every fact has, and the kind's own fields.
//!
//! The kind's fields are read straight from the text (not through a buffered value), so that an error keeps its
//! column. Knows the shape of a line; what lines mean together is checked elsewhere.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, Visitor};

use super::national_id::Plain;
use crate::org::{Act, Day, Fact, FactKind, Gaps, Id, Instant, Interval, Reference, Said, UnknownKind, source_field};

/// A line with the national id still beside the fact, in plain text.
#[derive(Debug)]
pub(super) struct RawLine {
    pub(super) kind: FactKind,
    pub(super) id: Id,
    pub(super) interval: Interval,
    pub(super) says: Says,
    pub(super) national_id: Option<Plain>,
}

/// What a line says of its days.
#[derive(Debug)]
pub(super) enum Says {
    Holds(Fact<Reference>, Gaps),
    /// On a line of a history: what was believed, if anything, and who said it.
    WasBelieved(Option<Fact<Reference>>, Gaps, Said),
}

impl Says {
    /// Takes up what there is none of, unless the line has gaps already.
    fn none(&mut self, none: Gaps) {
        let (Self::Holds(_, gaps) | Self::WasBelieved(_, gaps, _)) = self;
        if gaps.is_empty() {
            *gaps = none;
        }
    }

    pub(super) fn fact(&mut self) -> Option<&mut Fact<Reference>> {
        match self {
            Self::Holds(fact, _) => Some(fact),
            Self::WasBelieved(fact, ..) => fact.as_mut(),
        }
    }
}

/// What decides how the line is read.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    /// Only lines of a history have it.
    known_from: Option<IgnoredAny>,
    #[serde(borrow)]
    act: Option<Cow<'a, str>>,
}

/// Reads the text of one line. Lines of the kinds in `shared` may leave fields to other sources.
pub(super) fn parse(text: &str, shared: &BTreeSet<FactKind>) -> Result<RawLine, serde_json::Error> {
    // what is wrong with a line, the long way says best
    if let Some(shape) = usual_shape(text)
        && let Ok(line) = parse_as(text, &shape, shared)
    {
        return Ok(line);
    }
    parse_as(text, &serde_json::from_str::<Shape<'_>>(text)?, shared)
}

/// The shape of a line as registers write them, the kind first and nothing of a history, found without reading it.
fn usual_shape(text: &str) -> Option<Shape<'_>> {
    let (kind, rest) = text.strip_prefix("{\"kind\":\"")?.split_once('"')?;
    let is_usual = !kind.contains('\\') && !rest.contains("known_from");
    is_usual.then_some(Shape { kind: Cow::Borrowed(kind), known_from: None, act: None })
}

fn parse_as(text: &str, shape: &Shape<'_>, shared: &BTreeSet<FactKind>) -> Result<RawLine, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut line = json.deserialize_map(LineVisitor { shape, shared })?;
    json.end()?;
    if says_none(text) {
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)?;
        line.says.none(Gaps::nulls(line.kind, &fields));
    }
    Ok(line)
}

/// Whether a field may be null beside those that every line may have: false is certain.
fn says_none(text: &str) -> bool {
    let mut nulls = text.matches("null").count();
    for usual in ["\"valid_to\":null", "\"valid_from\":null", "\"known_to\":null", "\"note\":null"] {
        if nulls == 0 {
            return false;
        }
        nulls -= usize::from(text.contains(usual));
    }
    nulls > 0
}

struct LineVisitor<'a> {
    shape: &'a Shape<'a>,
    shared: &'a BTreeSet<FactKind>,
}

impl<'de> Visitor<'de> for LineVisitor<'_> {
    type Value = RawLine;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fact")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawLine, A::Error> {
        let is_past = self.shape.known_from.is_some();
        let is_erased = is_past && self.shape.act.as_deref() == Some("erase");
        let mut common = Common::default();
        let kind = self.shape.kind.parse().ok();
        let mut fields = Fields { map, name: &self.shape.kind, kind, is_past, common: &mut common };
        let mut gaps = Gaps::default();
        let (kind, fact) = match kind {
            Some(kind) if is_erased => {
                if let Some(field) = fields.next_key::<String>()? {
                    let message = format_args!("a line that erases says nothing else, but here is `{field}`");
                    return Err(A::Error::custom(message));
                }
                (kind, None)
            }
            Some(kind) if !is_past && self.shared.contains(&kind) => {
                let stated = serde_json::Map::deserialize(MapAccessDeserializer::new(fields))?;
                let (fact, left) = Gaps::read(kind, stated).map_err(A::Error::custom)?;
                gaps = left;
                (kind, Some(fact))
            }
            Some(kind) => (kind, Some(Fact::deserialize(kind, MapAccessDeserializer::new(fields))?)),
            None => fields.refuse_kind()?,
        };
        let Common { id, valid_from, valid_to, national_id, past, .. } = common;
        let id = id.ok_or_else(|| A::Error::missing_field("id"))?;
        let interval = Interval { from: valid_from.flatten(), to: valid_to.flatten() };
        let says = match fact {
            Some(fact) if !is_past => Says::Holds(fact, gaps),
            fact => Says::WasBelieved(fact, gaps, past.said(kind)?),
        };
        Ok(RawLine { kind, id, interval, says, national_id: national_id.flatten() })
    }
}

/// What every line may have. The outer option says whether it was there, to refuse a second one.
#[derive(Default)]
struct Common {
    kind: bool,
    id: Option<Id>,
    valid_from: Option<Option<Day>>,
    valid_to: Option<Option<Day>>,
    national_id: Option<Option<Plain>>,
    past: PastFields,
}

/// What every line of a history has besides.
#[derive(Default)]
struct PastFields {
    known_from: Option<Instant>,
    known_to: Option<Option<Instant>>,
    source: Option<String>,
    actor: Option<String>,
    note: Option<Option<String>>,
    act: Option<Act>,
}

impl PastFields {
    fn said<E: Error>(self, kind: FactKind) -> Result<Said, E> {
        self.act.ok_or_else(|| E::missing_field("act"))?;
        Ok(Said {
            known_from: self.known_from.ok_or_else(|| E::missing_field("known_from"))?,
            known_to: self.known_to.flatten(),
            source: self.source.ok_or_else(|| E::missing_field(source_field(kind)))?,
            actor: self.actor.ok_or_else(|| E::missing_field("actor"))?,
            note: self.note.flatten(),
        })
    }
}

/// The fields of a line without those that every fact has: these go to `common` in passing.
struct Fields<'a, A> {
    map: A,
    name: &'a str,
    kind: Option<FactKind>,
    is_past: bool,
    common: &'a mut Common,
}

impl<'de, A: MapAccess<'de>> Fields<'_, A> {
    /// Takes the key's value if every fact may have it.
    fn take(&mut self, key: &str) -> Result<bool, A::Error> {
        match key {
            "kind" => {
                let twice = std::mem::replace(&mut self.common.kind, true);
                refuse_twice(twice, "kind")?;
                self.map.next_value::<IgnoredAny>()?;
            }
            "id" => fill(&mut self.map, &mut self.common.id, "id")?,
            "valid_from" => fill(&mut self.map, &mut self.common.valid_from, "valid_from")?,
            "valid_to" => fill(&mut self.map, &mut self.common.valid_to, "valid_to")?,
            "national_id" if self.kind == Some(FactKind::Person) => {
                fill(&mut self.map, &mut self.common.national_id, "national_id")?;
            }
            _ if self.is_past => return self.take_past(key),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The same for what every line of a history has.
    fn take_past(&mut self, key: &str) -> Result<bool, A::Error> {
        let past = &mut self.common.past;
        match key {
            "known_from" => fill(&mut self.map, &mut past.known_from, "known_from")?,
            "known_to" => fill(&mut self.map, &mut past.known_to, "known_to")?,
            "actor" => fill(&mut self.map, &mut past.actor, "actor")?,
            "note" => fill(&mut self.map, &mut past.note, "note")?,
            "act" => fill(&mut self.map, &mut past.act, "act")?,
            key if self.kind.map(source_field) == Some(key) => fill(&mut self.map, &mut past.source, "source")?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Goes on to the value of `kind`, so that the error has its column, and fails there.
    fn refuse_kind<T>(mut self) -> Result<T, A::Error> {
        while let Some(key) = self.map.next_key::<Cow<'de, str>>()? {
            self.map.next_value::<IgnoredAny>()?;
            if key == "kind" {
                break;
            }
        }
        Err(A::Error::custom(UnknownKind(self.name.to_owned())))
    }
}

fn fill<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    map: &mut A,
    slot: &mut Option<T>,
    name: &'static str,
) -> Result<(), A::Error> {
    refuse_twice(slot.is_some(), name)?;
    *slot = Some(map.next_value()?);
    Ok(())
}

fn refuse_twice<E: Error>(twice: bool, name: &'static str) -> Result<(), E> {
    if twice { Err(E::duplicate_field(name)) } else { Ok(()) }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<Cow<'de, str>>()? {
            if !self.take(&key)? {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn refusal(text: &str) -> (usize, String) {
        let error = parse(text, &BTreeSet::new()).unwrap_err();
        (error.column(), error.to_string())
    }

    #[test]
    fn errors_have_their_column() {
        let (column, message) = refusal(r#"{"kind":"unit","id":"u","nmae":"x"}"#);
        assert!(message.contains("unknown field `nmae`"), "{message}");
        assert_eq!(column, 30);
        let (column, message) = refusal(r#"{"kind":"unot","id":"u"}"#);
        assert!(message.contains("\"unot\" is no kind of fact: did you mean \"unit\"?"), "{message}");
        assert_eq!(column, 14);
        let (column, message) = refusal(r#"{"kind":"unit","id":"u","valid_from":"2026-02-31","name":"x"}"#);
        assert!(message.contains("is not a day"), "{message}");
        assert_eq!(column, 49);
        let (_, message) = refusal(r#"{"kind":"unit","kind":"unit","id":"u","name":"x"}"#);
        assert!(message.contains("duplicate field"), "{message}");
    }

    #[test]
    fn a_national_id_is_taken_aside_and_never_quoted() {
        let line = r#"{"kind":"person","id":"p","given_name":"A","surname":"B","national_id":"000000-0001"}"#;
        let line = parse(line, &BTreeSet::new()).unwrap();
        assert_eq!(line.national_id.as_ref().unwrap().expose(), "000000-0001");
        assert!(!format!("{line:?}").contains("0001"));
        let (_, message) =
            refusal(r#"{"kind":"person","id":"p","given_name":"A","surname":"B","national_id":1234567}"#);
        assert!(!message.contains("1234567"), "{message}");
    }
}
