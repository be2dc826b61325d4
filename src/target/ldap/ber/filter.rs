//! Filters as values: what is written to a server is never glued together from strings. As text (RFC 4515) they are
//! for the requests that the LDAP crate makes.

use std::fmt;

use super::write::Writer;

/// The part of a search filter (RFC 4511 section 4.5.1.7) that is needed here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Equal(String, Vec<u8>),
    /// Greater or equal, by the attribute's ordering rule.
    AtLeast(String, Vec<u8>),
    Present(String),
}

impl Filter {
    /// Every entry.
    pub fn everything() -> Self {
        Self::present("objectClass")
    }

    pub fn present(attribute: impl Into<String>) -> Self {
        Self::Present(attribute.into())
    }

    pub fn equal(attribute: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self::Equal(attribute.into(), value.into())
    }

    pub fn at_least(attribute: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self::AtLeast(attribute.into(), value.into())
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let each = |filters: &[Self], writer: &mut Writer| filters.iter().for_each(|filter| filter.write(writer));
        match self {
            Self::All(filters) => writer.nested(0xa0, |writer| each(filters, writer)),
            Self::Any(filters) => writer.nested(0xa1, |writer| each(filters, writer)),
            Self::Equal(attribute, value) => writer.nested(0xa3, |writer| {
                writer.octets(attribute);
                writer.octets(value);
            }),
            Self::AtLeast(attribute, value) => writer.nested(0xa5, |writer| {
                writer.octets(attribute);
                writer.octets(value);
            }),
            Self::Present(attribute) => writer.element(0x87, attribute.as_bytes()),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = |f: &mut fmt::Formatter<'_>, sign: char, filters: &[Self]| {
            write!(f, "({sign}")?;
            filters.iter().try_for_each(|filter| write!(f, "{filter}"))?;
            f.write_str(")")
        };
        match self {
            Self::All(filters) => several(f, '&', filters),
            Self::Any(filters) => several(f, '|', filters),
            Self::Present(attribute) => write!(f, "({attribute}=*)"),
            Self::Equal(attribute, value) => compared(f, attribute, "=", value),
            Self::AtLeast(attribute, value) => compared(f, attribute, ">=", value),
        }
    }
}

fn compared(f: &mut fmt::Formatter<'_>, attribute: &str, sign: &str, value: &[u8]) -> fmt::Result {
    write!(f, "({attribute}{sign}")?;
    for byte in value {
        // RFC 4515 section 3: everything but plain characters may be written by its digits.
        if byte.is_ascii_alphanumeric() || b" -._@".contains(byte) {
            write!(f, "{}", char::from(*byte))?;
        } else {
            write!(f, "\\{byte:02x}")?;
        }
    }
    f.write_str(")")
}
