//! The bounds of a custom attribute's values: pattern, length, least and greatest. What lies outside is said without
//! repeating more of a value than a person would read, and nothing that looks like a national id.

use std::cmp::Ordering;
use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::custom_type::{CustomForm, CustomType};
use super::time::Day;

/// The most characters of a value that a refusal repeats.
const SHOWN: usize = 40;

/// As many digits as a national id may have; a value with that many is not repeated.
const DIGITS_OF_AN_ID: usize = 9;

/// The most bytes that a compiled pattern takes. A pattern comes from a configuration or the header of a file.
const MOST_COMPILED: usize = 256 * 1024;

/// A regular expression that a whole text matches. Matching takes time in proportion to the text, whatever the
/// pattern: there is no backtracking.
#[derive(Clone)]
pub struct Pattern {
    written: String,
    whole: Regex,
}

impl Pattern {
    pub fn new(written: &str) -> Result<Self, String> {
        let compile = |text: &str| RegexBuilder::new(text).size_limit(MOST_COMPILED).nest_limit(50).build();
        // by itself first: `a)(b` is a pattern only between the brackets below
        let whole = compile(written).and_then(|_| compile(&format!(r"\A(?:{written})\z")));
        match whole {
            Ok(whole) => Ok(Self { written: written.to_owned(), whole }),
            Err(regex::Error::CompiledTooBig(_)) => Err(format!("the pattern {written:?} is too large")),
            Err(error) => {
                let said = error.to_string();
                let last = said.lines().last().unwrap_or_default();
                let reason = last.strip_prefix("error: ").unwrap_or(last);
                Err(format!("{written:?} is not a pattern: {reason}"))
            }
        }
    }

    pub fn as_str(&self) -> &str {
        &self.written
    }

    pub fn holds(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.written, f)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Pattern {}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl CustomType {
    /// What contradicts itself in a declaration, by field.
    pub fn flaws(&self) -> Vec<(&'static str, String)> {
        let text = self.form == CustomForm::Text;
        let mut flaws = Vec::new();
        let mut wrong = |field, problem: &str| flaws.push((field, problem.to_owned()));
        if !text && !self.values.is_empty() {
            wrong("values", "only texts can be listed as values");
        }
        if !text && self.pattern.is_some() {
            wrong("pattern", "only a text has a pattern");
        }
        if !text && self.max_length.is_some() {
            wrong("max_length", "only a text has a length");
        }
        let ordered = matches!(self.form, CustomForm::Number | CustomForm::Day);
        for (field, bound) in [("min", &self.min), ("max", &self.max)] {
            match bound {
                Some(_) if !ordered => wrong(field, "only a number or a day has one"),
                Some(bound) if !self.is_bound(bound) => wrong(field, &format!("{} is expected", self.form.noun())),
                _ => {}
            }
        }
        if flaws.is_empty()
            && let (Some(min), Some(max)) = (&self.min, &self.max)
            && self.compare(min, max) == Some(Ordering::Greater)
        {
            flaws.push(("min", format!("{} is more than max, {}", plain(min), plain(max))));
        }
        flaws
    }

    fn is_bound(&self, bound: &Value) -> bool {
        match (self.form, bound) {
            (CustomForm::Day, Value::String(day)) => day.parse::<Day>().is_ok(),
            (CustomForm::Number, bound) => bound.is_number(),
            _ => false,
        }
    }

    /// Why a value of the right form lies outside, if it does.
    pub(super) fn out_of_bounds(&self, value: &Value) -> Option<String> {
        if let Value::String(text) = value
            && self.form == CustomForm::Text
        {
            return self.text_out_of_bounds(text);
        }
        let is = |bound: &Option<Value>, order: Ordering, words: &str| {
            let bound = bound.as_ref().filter(|bound| self.compare(value, bound) == Some(order))?;
            Some(format!("{} is {words} {}", shown(&plain(value)), plain(bound)))
        };
        let (less, more) = if self.form == CustomForm::Day { ("before", "after") } else { ("less than", "more than") };
        is(&self.min, Ordering::Less, less).or_else(|| is(&self.max, Ordering::Greater, more))
    }

    fn text_out_of_bounds(&self, text: &str) -> Option<String> {
        if !self.values.is_empty() && !self.values.iter().any(|value| value == text) {
            return Some(format!("the value is none of {}", self.values.join(", ")));
        }
        let quoted = shown(&format!("{text:?}"));
        let length = text.chars().count();
        if let Some(most) = self.max_length.filter(|most| length > *most as usize) {
            return Some(format!("{quoted} has {length} characters, at most {most} are allowed"));
        }
        let pattern = self.pattern.as_ref().filter(|pattern| !pattern.holds(text))?;
        Some(format!("{quoted} does not match {}", pattern.as_str()))
    }

    fn compare(&self, one: &Value, other: &Value) -> Option<Ordering> {
        match (one, other) {
            // the canonical form of a day sorts as the day does
            (Value::String(one), Value::String(other)) if self.form == CustomForm::Day => Some(one.cmp(other)),
            (Value::Number(one), Value::Number(other)) => match (one.as_i64(), other.as_i64()) {
                (Some(one), Some(other)) => Some(one.cmp(&other)),
                _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
            },
            _ => None,
        }
    }
}

/// A number or day as it is read.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// A value as a refusal repeats it.
fn shown(written: &str) -> String {
    let digits = written.chars().filter(char::is_ascii_digit).count();
    let short = written.chars().count() <= SHOWN && digits < DIGITS_OF_AN_ID;
    if short { written.to_owned() } else { "the value".to_owned() }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_refused_when_it_is_none_or_too_large() {
        assert!(Pattern::new("[0-9").unwrap_err().starts_with("\"[0-9\" is not a pattern: unclosed"));
        assert!(Pattern::new("a)(b").unwrap_err().contains("is not a pattern"));
        assert!(Pattern::new(r"(?:\pL{100}){100}").unwrap_err().contains("is too large"));
        assert!(Pattern::new(&"(".repeat(10_000)).is_err());
        assert!(!Pattern::new("^[0-9]{4}$").unwrap().holds("12345"));
    }

    #[test]
    fn long_values_and_what_may_be_a_national_id_are_not_repeated() {
        let declared = |text: &str| serde_json::from_str::<CustomType>(text).unwrap();
        let pattern = declared(r#"{"type":"text","pattern":"[0-9]{4}"}"#);
        let said = |text: &str| pattern.out_of_bounds(&Value::from(text)).unwrap();
        assert_eq!(said("0101901234"), "the value does not match [0-9]{4}");
        assert_eq!(said(&"x".repeat(39)), "the value does not match [0-9]{4}");
        assert_eq!(said("x12"), "\"x12\" does not match [0-9]{4}");
        let number = declared(r#"{"type":"number","max":10}"#);
        assert_eq!(number.out_of_bounds(&Value::from(101_901_234_i64)).unwrap(), "the value is more than 10");
    }

    #[test]
    fn a_declaration_that_contradicts_itself_as_a_table() {
        let table = [
            (r#"{"type":"bool","pattern":"a"}"#, Some("pattern")),
            (r#"{"type":"number","max_length":3}"#, Some("max_length")),
            (r#"{"type":"text","min":3}"#, Some("min")),
            (r#"{"type":"number","min":"3"}"#, Some("min")),
            (r#"{"type":"day","max":"soon"}"#, Some("max")),
            (r#"{"type":"number","min":3,"max":2}"#, Some("min")),
            (r#"{"type":"day","min":"2020-01-01","max":"2021-01-01"}"#, None),
        ];
        for (text, field) in table {
            let declared: CustomType = serde_json::from_str(text).unwrap();
            assert_eq!(declared.flaws().first().map(|(field, _)| *field), field, "{text}");
        }
    }
}
