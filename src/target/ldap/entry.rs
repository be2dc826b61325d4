//! One entry of a search result, decoded by hand: bytes stay bytes, and what cannot be decoded is `None`, not a
//! panic. Pure.

use ldap3::ResultEntry;
use ldap3::asn1::StructureTag;

use super::dn::Dn;

/// An entry with the attributes that the server showed.
#[derive(Debug)]
pub struct Entry {
    pub dn: Dn,
    attributes: Vec<Attribute>,
}

#[derive(Debug)]
struct Attribute {
    name: String,
    range: Option<Range>,
    values: Vec<Vec<u8>>,
}

/// The part of a large attribute that a server gave unasked ([MS-ADTS] section 3.1.1.3.1.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Where the next part begins; `None` when this is the last.
    pub next: Option<u64>,
}

impl Entry {
    /// `None` when a part of it is malformed, or its name is no DN.
    pub fn decode(raw: ResultEntry) -> Option<Self> {
        let mut parts = raw.0.match_id(4)?.expect_constructed()?.into_iter();
        let dn = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
        let mut attributes = Vec::new();
        for pair in parts.next()?.expect_constructed()? {
            let mut pair = pair.expect_constructed()?.into_iter();
            let description = String::from_utf8(pair.next()?.expect_primitive()?).ok()?;
            let values: Option<Vec<Vec<u8>>> =
                pair.next()?.expect_constructed()?.into_iter().map(StructureTag::expect_primitive).collect();
            let (name, range) = described(&description)?;
            attributes.push(Attribute { name, range, values: values? });
        }
        let dn = if dn.is_empty() { Dn::root() } else { Dn::parse(&dn).ok()? };
        Some(Self { dn, attributes })
    }

    /// The values of an attribute, without those of parts that are still to be fetched.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.of(name).flat_map(|attribute| attribute.values.iter().map(Vec::as_slice))
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
        self.attributes.iter().filter(|attribute| !attribute.values.is_empty()).map(|attribute| attribute.name.as_str())
    }

    /// Attributes of which a part is still to be fetched, with the place where it begins.
    pub fn unfinished(&self) -> Vec<(String, u64)> {
        let unfinished = |attribute: &Attribute| Some((attribute.name.clone(), attribute.range?.next?));
        self.attributes.iter().filter_map(unfinished).collect()
    }

    /// Where the next part of `name` begins, in an answer to a request for a part.
    pub fn range(&self, name: &str) -> Option<Range> {
        self.of(name).find_map(|attribute| attribute.range)
    }

    /// Adds fetched values of a large attribute and takes it for whole.
    pub fn finish(&mut self, name: &str, values: Vec<Vec<u8>>) {
        for attribute in self.attributes.iter_mut().filter(|attribute| attribute.name.eq_ignore_ascii_case(name)) {
            attribute.range = None;
        }
        self.attributes.push(Attribute { name: name.to_owned(), range: None, values });
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(move |attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}

/// An attribute description without its options, but for the range.
fn described(description: &str) -> Option<(String, Option<Range>)> {
    let mut parts = description.split(';');
    let name = parts.next()?.to_owned();
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
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_attribute_says_where_the_next_begins() {
        let range = |text| described(text).and_then(|(_, range)| range);
        assert_eq!(described("member;range=0-1499"), Some(("member".into(), Some(Range { next: Some(1500) }))));
        assert_eq!(range("member;Range=1500-*"), Some(Range { next: None }));
        assert_eq!(range("userCertificate;binary"), None);
        assert!(described("member;range=x").is_none());
        assert!(described("member;range=0-18446744073709551615").is_none());
    }

    #[test]
    fn parts_add_up() {
        let part = |range, values: &[&str]| Attribute {
            name: "member".into(),
            range,
            values: values.iter().map(|value| value.as_bytes().to_vec()).collect(),
        };
        // Active Directory adds the attribute without values beside the part.
        let attributes = vec![part(None, &[]), part(Some(Range { next: Some(2) }), &["a", "b"])];
        let mut entry = Entry { dn: Dn::root(), attributes };
        assert_eq!(entry.unfinished(), [("member".to_owned(), 2)]);
        entry.finish("Member", vec![b"c".to_vec()]);
        assert_eq!(entry.texts("member"), ["a", "b", "c"]);
        assert!(entry.unfinished().is_empty());
    }
}
