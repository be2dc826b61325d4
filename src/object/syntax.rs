//! How values of an attribute are compared. Pure.
//!
//! There are two questions. *Is there anything to write?* is answered by [`Syntax::written`]: what differs for people,
//! such as a letter's case in a name, is a difference. *Do both mean the same thing?* is answered by
//! [`Syntax::matching`]: what the directory itself takes for equal, for finding objects by their values.

use unicode_normalization::UnicodeNormalization;

use super::dn::Dn;
use super::group_type::GroupType;
use super::time;
use super::value::Value;

/// How values of an attribute are written and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// Text that the directory compares without case (caseIgnoreMatch, RFC 4517 section 4.2.11). A change of case alone
    /// is a change that people see, and is written.
    #[default]
    Text,
    /// Text of which case counts for the directory, too (caseExactMatch, section 4.2.4).
    CaseExact,
    /// A whole number (integerMatch, section 4.2.19): leading zeros and a plus sign mean nothing.
    Integer,
    /// TRUE or FALSE (booleanMatch, section 4.2.3), in whatever case they were written.
    Boolean,
    /// Case, spaces and hyphens do not matter (telephoneNumberMatch, section 4.2.29).
    Telephone,
    /// Digits and spaces; the spaces do not matter (numericStringMatch, section 4.2.22).
    Numeric,
    /// A distinguished name, compared by components (distinguishedNameMatch, section 4.2.15).
    Dn,
    /// A point in time (generalizedTimeMatch, section 4.2.16): fractions, offsets and `Z` are ways to write it.
    Time,
    /// A FILETIME: units of 100 ns since 1601-01-01 UTC. 0 and the largest number both mean *never* (accountExpires,
    /// \[MS-ADA1\] section 2.1).
    FileTime,
    /// What a group of Active Directory is: a number, or words such as `universal distribution`.
    GroupType,
    /// Bytes (octetStringMatch, section 4.2.27), as hexadecimal digits.
    Octets,
}

impl Syntax {
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::CaseExact,
        Self::Integer,
        Self::Boolean,
        Self::Telephone,
        Self::Numeric,
        Self::Dn,
        Self::Time,
        Self::FileTime,
        Self::GroupType,
        Self::Octets,
    ];

    /// The form in which two values are the same exactly when there is nothing to write. What cannot be understood
    /// stands for itself.
    pub fn written(self, value: &Value) -> Value {
        let Some(text) = text(value) else { return value.clone() };
        match self {
            Self::Text | Self::CaseExact => Value::Text(text),
            Self::Telephone => Value::Text(telephone(&text)),
            Self::Numeric => Value::Text(text.chars().filter(|c| *c != ' ').collect()),
            Self::Integer => text.trim().parse().map_or(Value::Text(text), Value::Int),
            Self::Boolean => boolean(&text).map_or(Value::Text(text), Value::Bool),
            Self::Dn => Value::Text(Dn::parse(&text).map_or_else(|_| text.clone(), |dn| dn.handle().to_string())),
            Self::Time => Value::Text(time::generalized(&text).map_or(text, |time| time.to_string())),
            Self::FileTime => match file_time(&text) {
                Some(0 | i64::MAX) => Value::Int(0),
                Some(time) => Value::Int(time),
                None => Value::Text(text),
            },
            Self::GroupType => match GroupType::parse(&text) {
                Some(known) => Value::Int(known.number()),
                // those that came with the domain have bits that no new group has
                None => text.trim().parse().map_or(Value::Text(text), Value::Int),
            },
            Self::Octets => Value::Text(octets(&text).unwrap_or(text)),
        }
    }

    /// The form in which two values are the same exactly when the directory takes them for equal. Text is prepared as
    /// by RFC 4518: composed, without case, blanks that mean nothing taken out.
    pub fn matching(self, value: &Value) -> Value {
        match (self, text(value)) {
            (Self::Text, Some(text)) => Value::Text(prepared(&text).to_lowercase().nfkc().collect()),
            (Self::CaseExact, Some(text)) => Value::Text(prepared(&text)),
            _ => self.written(value),
        }
    }

    /// The value in the type of the syntax, or what it should have been.
    pub(super) fn typed(self, value: &Value) -> Result<Value, &'static str> {
        let Some(text) = text(value) else { return Err(self.wanted()) };
        let typed = match self {
            Self::Text | Self::CaseExact | Self::Telephone => Some(Value::Text(text)),
            Self::Numeric => numeric(&text).then_some(Value::Text(text)),
            Self::Integer => text.trim().parse().ok().map(Value::Int),
            Self::Boolean => boolean(&text).map(Value::Bool),
            Self::Dn => Dn::parse(&text).is_ok().then_some(Value::Text(text)),
            Self::Time => time::generalized(&text).map(|_| Value::Text(text)),
            Self::FileTime => file_time(&text).map(Value::Int),
            Self::GroupType => GroupType::parse(&text).map(|known| Value::Int(known.number())),
            Self::Octets => octets(&text).map(Value::Text),
        };
        typed.ok_or(self.wanted())
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Text | Self::CaseExact | Self::Telephone => "text",
            Self::Numeric => "digits and spaces",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::Dn => "a distinguished name",
            Self::Time => "a time such as 20260302080000Z",
            Self::FileTime => "a FILETIME, or a time such as 20260302080000Z",
            Self::GroupType => "global, domain-local or universal, with security or distribution",
            Self::Octets => "bytes as hexadecimal digits",
        }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Reference(_) | Value::Generated { .. } => None,
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn numeric(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c == ' ') && text.contains(|c: char| c.is_ascii_digit())
}

/// The hyphens are those of RFC 4518 section 2.6.3.
fn telephone(text: &str) -> String {
    const HYPHENS: [char; 7] = ['-', '\u{58a}', '\u{2010}', '\u{2011}', '\u{2212}', '\u{fe63}', '\u{ff0d}'];
    text.chars().filter(|c| *c != ' ' && !HYPHENS.contains(c)).collect::<String>().to_lowercase()
}

fn file_time(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.parse::<i64>() {
        // a generalized time has twelve digits and more, and then a zone
        Ok(number) => (number >= 0).then_some(number),
        Err(_) => time::generalized(text)?.file_time(),
    }
}

fn octets(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | ':' | '-')).collect();
    let good = digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (good && !digits.is_empty()).then(|| digits.to_ascii_lowercase())
}

/// Normalised and with single blanks between words (RFC 4518 sections 2.3 and 2.6.1).
fn prepared(text: &str) -> String {
    let composed: String = text.nfkc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "syntax_tests.rs"]
mod tests;
