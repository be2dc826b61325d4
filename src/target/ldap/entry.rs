//! One entry of a search result: its name parsed, its values as bytes, all in two buffers. What cannot be decoded is
//! `None`, not a panic. Pure.

use std::ops::Range as Span;

use ldap3::ResultEntry;
use ldap3::asn1::StructureTag;

use super::ber::EntryView;
use super::dn::Dn;

/// Attributes of a usual entry, and the length of their names.
const USUAL: usize = 16;
const NAMES: usize = 200;

/// An entry with the attributes that the server showed.
#[derive(Debug, Clone)]
pub struct Entry {
    pub dn: Dn,
    names: String,
    bytes: Vec<u8>,
    attributes: Vec<Attribute>,
    values: Vec<Span<usize>>,
}

#[derive(Debug, Clone)]
struct Attribute {
    name: Span<usize>,
    range: Option<Range>,
    values: Span<usize>,
}

/// The part of a large attribute that a server gave unasked ([MS-ADTS] section 3.1.1.3.1.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Where the next part begins; `None` when this is the last.
    pub next: Option<u64>,
}

impl Entry {
    fn named(name: &[u8]) -> Option<Self> {
        let name = std::str::from_utf8(name).ok()?;
        let dn = if name.is_empty() { Dn::root() } else { Dn::parse(name).ok()? };
        Some(Self { dn, names: String::new(), bytes: Vec::new(), attributes: Vec::new(), values: Vec::new() })
    }

    /// The entry in an answer; `None` when a part of it is malformed, or its name is no DN.
    pub fn of(view: &EntryView<'_>) -> Option<Self> {
        let mut entry = Self::named(view.name)?;
        // One allocation each is enough for all but groups, whose values are many.
        entry.bytes.reserve(view.size());
        entry.names.reserve(NAMES);
        entry.attributes.reserve(USUAL);
        entry.values.reserve(USUAL);
        let mut attributes = view.attributes();
        while let Some((description, mut values)) = attributes.next().ok()? {
            entry.begin(description)?;
            while let Some(value) = values.next().ok()? {
                entry.add(value);
            }
        }
        Some(entry)
    }

    /// The same of what the LDAP crate decoded.
    pub fn decode(raw: ResultEntry) -> Option<Self> {
        let mut parts = raw.0.match_id(4)?.expect_constructed()?.into_iter();
        let mut entry = Self::named(&parts.next()?.expect_primitive()?)?;
        for pair in parts.next()?.expect_constructed()? {
            let mut pair = pair.expect_constructed()?.into_iter();
            entry.begin(&pair.next()?.expect_primitive()?)?;
            for value in pair.next()?.expect_constructed()?.into_iter().map(StructureTag::expect_primitive) {
                entry.add(&value?);
            }
        }
        Some(entry)
    }

    fn begin(&mut self, description: &[u8]) -> Option<()> {
        let (name, range) = described(std::str::from_utf8(description).ok()?)?;
        let at = self.names.len();
        self.names.push_str(name);
        let values = self.values.len()..self.values.len();
        self.attributes.push(Attribute { name: at..self.names.len(), range, values });
        Some(())
    }

    fn add(&mut self, value: &[u8]) {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.values.push(at..self.bytes.len());
        if let Some(attribute) = self.attributes.last_mut() {
            attribute.values.end = self.values.len();
        }
    }

    /// The values of an attribute, without those of parts that are still to be fetched.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let values = self.of_name(name).flat_map(|attribute| &self.values[attribute.values.clone()]);
        values.map(|value| &self.bytes[value.clone()])
    }

    /// The only value as text; `None` when there is none, several, or other bytes.
    pub fn text(&self, name: &str) -> Option<&str> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (Some(only), None) => std::str::from_utf8(only).ok(),
            _ => None,
        }
    }

    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.values(name).filter_map(|value| std::str::from_utf8(value).ok()).collect()
    }

    /// The names of all attributes that have values.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let with_values = self.attributes.iter().filter(|attribute| !attribute.values.is_empty());
        with_values.map(|attribute| self.name(attribute))
    }

    /// Attributes of which a part is still to be fetched, with the place where it begins.
    pub fn unfinished(&self) -> Vec<(String, u64)> {
        let unfinished = |attribute: &Attribute| Some((self.name(attribute).to_owned(), attribute.range?.next?));
        self.attributes.iter().filter_map(unfinished).collect()
    }

    /// Whether a part of any attribute is still to be fetched.
    pub fn is_whole(&self) -> bool {
        self.attributes.iter().all(|attribute| attribute.range.is_none_or(|range| range.next.is_none()))
    }

    /// Where the next part of `name` begins, in an answer to a request for a part.
    pub fn range(&self, name: &str) -> Option<Range> {
        self.of_name(name).find_map(|attribute| attribute.range)
    }

    /// Adds fetched values of a large attribute and takes it for whole.
    pub fn finish(&mut self, name: &str, values: &[Vec<u8>]) {
        let Self { attributes, names, .. } = self;
        for attribute in attributes.iter_mut().filter(|one| names[one.name.clone()].eq_ignore_ascii_case(name)) {
            attribute.range = None;
        }
        if self.begin(name.as_bytes()).is_some() {
            values.iter().for_each(|value| self.add(value));
        }
    }

    fn name(&self, attribute: &Attribute) -> &str {
        &self.names[attribute.name.clone()]
    }

    fn of_name(&self, name: &str) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(move |attribute| self.name(attribute).eq_ignore_ascii_case(name))
    }
}

/// An attribute description without its options, but for the range.
fn described(description: &str) -> Option<(&str, Option<Range>)> {
    let mut parts = description.split(';');
    let name = parts.next()?;
    let mut range = None;
    for option in parts {
        let Some((key, span)) = option.split_once('=') else { continue };
        if key.eq_ignore_ascii_case("range") {
            let (_, last) = span.split_once('-')?;
            let next = if last == "*" { None } else { Some(last.parse::<u64>().ok()?.checked_add(1)?) };
            range = Some(Range { next });
        }
    }
    Some((name, range))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_attribute_says_where_the_next_begins() {
        let range = |text| described(text).and_then(|(_, range)| range);
        assert_eq!(described("member;range=0-1499"), Some(("member", Some(Range { next: Some(1500) }))));
        assert_eq!(range("member;Range=1500-*"), Some(Range { next: None }));
        assert_eq!(range("userCertificate;binary"), None);
        assert!(described("member;range=x").is_none());
        assert!(described("member;range=0-18446744073709551615").is_none());
    }

    #[test]
    fn parts_add_up() {
        // Active Directory adds the attribute without values beside the part.
        let mut entry = Entry::named(b"").unwrap();
        entry.begin(b"member").unwrap();
        entry.begin(b"member;range=0-1").unwrap();
        [b"a", b"b"].iter().for_each(|value| entry.add(*value));
        assert!(!entry.is_whole());
        assert_eq!(entry.unfinished(), [("member".to_owned(), 2)]);
        entry.finish("Member", &[b"c".to_vec()]);
        assert_eq!(entry.texts("member"), ["a", "b", "c"]);
        assert!(entry.unfinished().is_empty() && entry.is_whole());
    }
}
