//! One answer of a server (RFC 4511 section 4), as slices of the bytes that it came in.

use super::element::{Element, Elements, number};
use super::{Malformed, syntax, tag};
use crate::object::Fingerprint;

/// LDAPMessage (section 4.1.1).
#[derive(Debug)]
pub struct Message<'a> {
    /// The request that it answers; 0 for what nobody asked for.
    pub id: u32,
    pub operation: Operation<'a>,
    controls: &'a [u8],
}

/// What an answer says.
#[derive(Debug)]
pub enum Operation<'a> {
    /// SearchResultEntry.
    Entry(EntryView<'a>),
    /// SearchResultReference: the search goes on at another server.
    Reference,
    /// SearchResultDone.
    Done(Outcome<'a>),
    /// BindResponse with the server's part of a SASL exchange.
    Bound(Outcome<'a>, Option<&'a [u8]>),
    /// ExtendedResponse with its name.
    Extended(Outcome<'a>, Option<&'a [u8]>),
    /// The answer to a write or a comparison.
    Written,
    /// IntermediateResponse.
    Intermediate(Intermediate<'a>),
}

/// IntermediateResponse (section 4.13).
#[derive(Debug, Clone, Copy)]
pub struct Intermediate<'a> {
    pub name: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
}

/// LDAPResult (section 4.1.9).
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    pub code: u32,
    pub text: &'a [u8],
}

/// SearchResultEntry (section 4.5.2).
#[derive(Debug, Clone, Copy)]
pub struct EntryView<'a> {
    pub name: &'a [u8],
    attributes: &'a [u8],
}

impl<'a> Message<'a> {
    /// `bytes` is exactly one message.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut message = Elements::new(bytes);
        let mut parts = Elements::new(message.expect(tag::SEQUENCE, "something that is no LDAP message")?);
        let id = number(parts.expect(tag::INTEGER, "a message without a number")?)?;
        let Some(Element { tag, content }) = parts.next()? else {
            return Err(syntax("a message without an operation"));
        };
        let mut operation = match tag {
            tag::ENTRY => Operation::Entry(EntryView::parse(content)?),
            tag::REFERENCE => Operation::Reference,
            tag::DONE => Operation::Done(Outcome::parse(content)?.outcome),
            tag::BOUND => {
                let result = Outcome::parse(content)?;
                Operation::Bound(result.outcome, result.credentials)
            }
            tag::EXTENSION => {
                let result = Outcome::parse(content)?;
                Operation::Extended(result.outcome, result.name)
            }
            tag::MODIFIED | tag::ADDED | tag::DELETED | tag::RENAMED | tag::COMPARED => {
                Outcome::parse(content)?;
                Operation::Written
            }
            tag::INTERMEDIATE => Operation::Intermediate(Intermediate::parse(content)?),
            _ => return Err(syntax("an operation that no server may send")),
        };
        let mut controls: &[u8] = &[];
        match (parts.next()?, &mut operation) {
            (None, _) => {}
            (Some(Element { tag: tag::CONTROLS, content }), _) => controls = content,
            // Active Directory puts the name of a Notice of Disconnection behind the response instead of into it.
            (Some(Element { tag: RESPONSE_NAME, content }), Operation::Extended(_, name)) => *name = Some(content),
            _ => return Err(syntax("something behind the operation that is no control")),
        }
        match parts.next()? {
            None => Ok(Self { id, operation, controls }),
            Some(_) => Err(syntax("something behind the controls")),
        }
    }

    /// Looks at everything in it.
    pub fn check(&self) -> Result<(), Malformed> {
        if let Operation::Entry(entry) = &self.operation {
            let mut attributes = entry.attributes();
            while let Some((_, mut values)) = attributes.next()? {
                while values.next()?.is_some() {}
            }
        }
        self.each_control(|_, _| {})
    }

    /// The cookie of a paged search (RFC 2696); `None` when the server says nothing about pages. An empty one is the
    /// server's word that this was the last page.
    pub fn cookie(&self) -> Result<Option<&'a [u8]>, Malformed> {
        const PAGED_RESULTS: &[u8] = b"1.2.840.113556.1.4.319";
        let Some(value) = self.control(PAGED_RESULTS)? else { return Ok(None) };
        let mut control = Elements::new(value);
        let mut parts = Elements::new(control.expect(tag::SEQUENCE, "a page control without a value")?);
        parts.expect(tag::INTEGER, "a page control without a size")?;
        parts.expect(tag::OCTETS, "a page control without a cookie").map(Some)
    }

    /// The value of a control (section 4.1.11).
    pub fn control(&self, oid: &[u8]) -> Result<Option<&'a [u8]>, Malformed> {
        let mut found = None;
        self.each_control(|name, value| {
            if name == oid {
                found = value;
            }
        })?;
        Ok(found)
    }

    fn each_control(&self, mut see: impl FnMut(&'a [u8], Option<&'a [u8]>)) -> Result<(), Malformed> {
        let mut controls = Elements::new(self.controls);
        while let Some(control) = controls.next()? {
            if control.tag != tag::SEQUENCE {
                return Err(syntax("a control that is none"));
            }
            let mut parts = Elements::new(control.content);
            let name = text(parts.expect(tag::OCTETS, "a control without a name")?)?;
            let mut next = parts.next()?;
            if next.is_some_and(|part| part.tag == tag::BOOLEAN && part.content.len() == 1) {
                next = parts.next()?;
            }
            let value = match next {
                None => None,
                Some(Element { tag: tag::OCTETS, content }) => Some(content),
                Some(_) => return Err(syntax("a control with a part that none has")),
            };
            if parts.next()?.is_some() {
                return Err(syntax("a control that goes on behind its value"));
            }
            see(name, value);
        }
        Ok(())
    }
}

const RESPONSE_NAME: u8 = 0x8a;

/// A result with what some bear beside it.
struct Whole<'a> {
    outcome: Outcome<'a>,
    /// Of an extended one (section 4.12).
    name: Option<&'a [u8]>,
    /// Of a sign-in by SASL (section 4.2.2).
    credentials: Option<&'a [u8]>,
}

impl<'a> Outcome<'a> {
    fn parse(content: &'a [u8]) -> Result<Whole<'a>, Malformed> {
        const REFERRAL: u8 = 0xa3;
        const CREDENTIALS: u8 = 0x87;
        const RESPONSE_VALUE: u8 = 0x8b;
        let mut parts = Elements::new(content);
        let code = number(parts.expect(tag::ENUMERATED, "a result without a code")?)?;
        text(parts.expect(tag::OCTETS, "a result without a name")?)?;
        let said = text(parts.expect(tag::OCTETS, "a result without a text")?)?;
        let (mut name, mut credentials) = (None, None);
        while let Some(part) = parts.next()? {
            match part.tag {
                REFERRAL => {
                    let mut places = Elements::new(part.content);
                    while !places.is_empty() {
                        text(places.expect(tag::OCTETS, "a referral to something that is no place")?)?;
                    }
                }
                RESPONSE_NAME => name = Some(text(part.content)?),
                CREDENTIALS => credentials = Some(part.content),
                RESPONSE_VALUE => {}
                _ => return Err(syntax("a result with a part that none has")),
            }
        }
        Ok(Whole { outcome: Self { code, text: said }, name, credentials })
    }
}

impl<'a> Intermediate<'a> {
    fn parse(content: &'a [u8]) -> Result<Self, Malformed> {
        const NAME: u8 = 0x80;
        const VALUE: u8 = 0x81;
        let mut parts = Elements::new(content);
        let mut intermediate = Self { name: None, value: None };
        while let Some(part) = parts.next()? {
            match part.tag {
                NAME => intermediate.name = Some(part.content),
                VALUE => intermediate.value = Some(part.content),
                _ => return Err(syntax("an intermediate answer with a part that none has")),
            }
        }
        Ok(intermediate)
    }
}

/// LDAPString is UTF-8 (section 4.1.2).
fn text(content: &[u8]) -> Result<&[u8], Malformed> {
    match std::str::from_utf8(content) {
        Ok(_) => Ok(content),
        Err(_) => Err(syntax("a text that is not UTF-8")),
    }
}

impl<'a> EntryView<'a> {
    fn parse(content: &'a [u8]) -> Result<Self, Malformed> {
        let mut parts = Elements::new(content);
        let name = parts.expect(tag::OCTETS, "an entry without a name")?;
        let attributes = parts.expect(tag::SEQUENCE, "an entry without attributes")?;
        Ok(Self { name, attributes })
    }

    /// The entry that is the value of a control (RFC 4527 section 3.2).
    pub fn alone(value: &'a [u8]) -> Result<Self, Malformed> {
        Self::parse(Elements::new(value).expect(tag::ENTRY, "a control without an entry")?)
    }

    /// The bytes of all attributes, names and values.
    pub fn size(&self) -> usize {
        self.attributes.len()
    }

    /// A fingerprint of everything in it. A server that gives the same in another order gives another one.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&[self.name, self.attributes])
    }

    /// The first value of an attribute whose description is exactly this, in whatever case.
    pub fn first(&self, description: &str) -> Option<&'a [u8]> {
        let mut attributes = self.attributes();
        while let Ok(Some((name, mut values))) = attributes.next() {
            if name.eq_ignore_ascii_case(description.as_bytes()) {
                return values.next().ok()?;
            }
        }
        None
    }

    pub fn attributes(&self) -> Attributes<'a> {
        Attributes(Elements::new(self.attributes))
    }
}

/// The attributes of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Attributes<'a>(Elements<'a>);

impl<'a> Attributes<'a> {
    /// The next attribute's description, and its values.
    pub fn next(&mut self) -> Result<Option<(&'a [u8], Values<'a>)>, Malformed> {
        let Some(pair) = self.0.next()? else { return Ok(None) };
        if pair.tag != tag::SEQUENCE {
            return Err(syntax("an attribute that is none"));
        }
        let mut parts = Elements::new(pair.content);
        let description = parts.expect(tag::OCTETS, "an attribute without a name")?;
        let values = parts.expect(tag::SET, "an attribute without a set of values")?;
        Ok(Some((description, Values(Elements::new(values)))))
    }
}

/// The values of one attribute.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a>(Elements<'a>);

impl<'a> Values<'a> {
    pub fn next(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.0.next()? {
            None => Ok(None),
            Some(value) if value.tag == tag::OCTETS => Ok(Some(value.content)),
            Some(_) => Err(syntax("a value that is no string of bytes")),
        }
    }
}
