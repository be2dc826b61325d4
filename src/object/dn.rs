//! Distinguished names: parsed, compared and written by components (RFC 4514). Pure.
//!
//! Servers write one and the same name in several ways (`\,` or `\2C`, `CN` or `cn`), so names are never compared as
//! they came: [`Dn::handle`] is the form in which equal names are equal texts.

use std::fmt;

use super::observed::Handle;

/// A distinguished name, as written, parsed.
#[derive(Debug, Clone)]
pub struct Dn {
    rdns: Vec<Rdn>,
    handle: Handle,
}

/// One component: attribute and unescaped value, in most cases one pair.
#[derive(Debug, Clone)]
struct Rdn(Vec<(String, String)>);

/// A text that is no distinguished name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a distinguished name: {why}")]
pub struct DnError {
    pub text: String,
    pub why: &'static str,
}

impl Dn {
    pub fn parse(text: &str) -> Result<Self, DnError> {
        let mut reader = Reader { bytes: text.as_bytes(), at: 0 };
        let rdns = reader.rdns().map_err(|why| DnError { text: text.to_owned(), why })?;
        Ok(Self::of(rdns))
    }

    /// The name of the server itself, the empty one.
    pub fn root() -> Self {
        Self::of(Vec::new())
    }

    fn of(rdns: Vec<Rdn>) -> Self {
        let mut canonical = String::with_capacity(rdns.len() * 24);
        for (i, rdn) in rdns.iter().enumerate() {
            if i > 0 {
                canonical.push(',');
            }
            rdn.canonical(&mut canonical);
        }
        Self { rdns, handle: Handle::new(canonical) }
    }

    /// The canonical form: types and values in lower case, one way of escaping, no blanks around separators.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    pub fn same(&self, other: &Self) -> bool {
        self.handle == other.handle
    }

    /// The container; `None` for the root of the tree.
    pub fn parent(&self) -> Option<Self> {
        match self.rdns.as_slice() {
            [] | [_] => None,
            [_, rest @ ..] => Some(Self::of(rest.to_vec())),
        }
    }

    /// The attribute and unescaped value of the first component.
    pub fn name(&self) -> Option<(&str, &str)> {
        let (attribute, value) = self.rdns.first()?.0.first()?;
        Some((attribute, value))
    }

    /// The first component, escaped, as a rename wants it.
    pub fn rdn(&self) -> Option<String> {
        self.rdns.first().map(ToString::to_string)
    }

    /// Whether this lies strictly below `other`.
    pub fn below(&self, other: &Self) -> bool {
        let Some(above) = self.rdns.len().checked_sub(other.rdns.len()) else { return false };
        let canonical = |rdn: &Rdn| {
            let mut text = String::new();
            rdn.canonical(&mut text);
            text
        };
        above > 0 && self.rdns[above..].iter().zip(&other.rdns).all(|(mine, its)| canonical(mine) == canonical(its))
    }

    pub fn child(&self, attribute: &str, value: &str) -> Self {
        let mut rdns = vec![Rdn(vec![(attribute.to_owned(), value.to_owned())])];
        rdns.extend(self.rdns.iter().cloned());
        Self::of(rdns)
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, rdn) in self.rdns.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            write!(f, "{rdn}")?;
        }
        Ok(())
    }
}

impl Rdn {
    fn canonical(&self, text: &mut String) {
        let lower = |(attribute, value): &(String, String), text: &mut String| {
            text.extend(attribute.chars().map(|c| c.to_ascii_lowercase()));
            text.push('=');
            if value.is_ascii() {
                escape_into(value.bytes().map(|byte| char::from(byte.to_ascii_lowercase())), value.len(), text);
            } else {
                let value = value.to_lowercase();
                escape_into(value.chars(), value.chars().count(), text);
            }
        };
        if let [only] = self.0.as_slice() {
            return lower(only, text);
        }
        let written = |pair| {
            let mut text = String::new();
            lower(pair, &mut text);
            text
        };
        let mut pairs: Vec<String> = self.0.iter().map(written).collect();
        pairs.sort();
        text.push_str(&pairs.join("+"));
    }
}

impl fmt::Display for Rdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (attribute, value)) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("+")?;
            }
            f.write_str(&pair(attribute, value))?;
        }
        Ok(())
    }
}

fn pair(attribute: &str, value: &str) -> String {
    format!("{attribute}={}", escape(value))
}

/// Escapes an attribute value for use in a name (RFC 4514 section 2.4).
pub fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 4);
    escape_into(value.chars(), value.chars().count(), &mut escaped);
    escaped
}

/// The same for `count` characters, at the end of `escaped`.
fn escape_into(value: impl Iterator<Item = char>, count: usize, escaped: &mut String) {
    for (i, c) in value.enumerate() {
        match c {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '#' if i == 0 => escaped.push_str("\\#"),
            ' ' if i == 0 || i + 1 == count => escaped.push_str("\\ "),
            '\0'..='\x1f' | '\x7f' => escaped.push_str(&format!("\\{:02X}", u32::from(c))),
            _ => escaped.push(c),
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn rdns(&mut self) -> Result<Vec<Rdn>, &'static str> {
        let mut rdns = Vec::new();
        loop {
            let mut pairs = Vec::new();
            let separator = loop {
                let attribute = self.attribute()?;
                let value = self.value()?;
                pairs.push((attribute, value));
                match self.next() {
                    Some(b'+') => {}
                    other => break other,
                }
            };
            rdns.push(Rdn(pairs));
            match separator {
                Some(b',') => {}
                None => return Ok(rdns),
                Some(_) => return Err("something follows a value"),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn skip_blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    fn attribute(&mut self) -> Result<String, &'static str> {
        self.skip_blanks();
        let mut name = String::new();
        loop {
            match self.next() {
                Some(b'=') => break,
                Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b' ') => {
                    name.push(char::from(byte));
                }
                Some(_) => return Err("an attribute has a character that none can have"),
                None => return Err("a component has no equals sign"),
            }
        }
        let name = name.trim_end();
        if name.is_empty() || name.contains(' ') { Err("an attribute has no proper name") } else { Ok(name.to_owned()) }
    }

    fn value(&mut self) -> Result<String, &'static str> {
        self.skip_blanks();
        if self.peek() == Some(b'#') {
            self.at += 1;
            return self.encoded_value();
        }
        let mut bytes = Vec::new();
        // What lies beyond is blanks that nobody escaped: they are no part of the value.
        let mut kept = 0;
        while let Some(byte) = self.peek() {
            match byte {
                b',' | b'+' => break,
                b'\\' => {
                    self.at += 1;
                    bytes.push(self.escaped()?);
                    kept = bytes.len();
                    continue;
                }
                b'"' | b';' | b'<' | b'>' | 0 => return Err("a special character is not escaped"),
                _ => bytes.push(byte),
            }
            self.at += 1;
            if byte != b' ' {
                kept = bytes.len();
            }
        }
        bytes.truncate(kept);
        text(bytes)
    }

    fn escaped(&mut self) -> Result<u8, &'static str> {
        match self.next() {
            Some(byte) if b" \"#+,;<=>\\".contains(&byte) => Ok(byte),
            Some(high) => {
                let low = self.next().ok_or("a backslash is followed by nothing it can escape")?;
                hex(high, low).ok_or("a backslash is followed by nothing it can escape")
            }
            None => Err("it ends with a backslash"),
        }
    }

    /// `#` and the hexadecimal BER encoding of a string (RFC 4514 section 2.4).
    fn encoded_value(&mut self) -> Result<String, &'static str> {
        const WRONG: &str = "a # is not followed by the encoding of a string";
        let mut bytes = Vec::new();
        while let Some(high) = self.peek().filter(u8::is_ascii_hexdigit) {
            self.at += 1;
            bytes.push(hex(high, self.next().ok_or(WRONG)?).ok_or(WRONG)?);
        }
        self.skip_blanks();
        match bytes.as_slice() {
            // OCTET STRING, UTF8String, PrintableString, IA5String; short lengths only.
            [0x04 | 0x0c | 0x13 | 0x16, length @ 0..=127, content @ ..] if content.len() == usize::from(*length) => {
                text(content.to_vec())
            }
            _ => Err(WRONG),
        }
    }
}

fn text(bytes: Vec<u8>) -> Result<String, &'static str> {
    match String::from_utf8(bytes) {
        Ok(value) if value.is_empty() => Err("a value is empty"),
        Ok(value) => Ok(value),
        Err(_) => Err("a value is not UTF-8"),
    }
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
#[path = "dn_tests.rs"]
mod tests;
