//! A national id in plain text, on its way from a line of a file to its seal. Shows itself to nobody.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// Plain text that no error, log or debug output shows.
pub(super) struct Plain(String);

impl Plain {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plain(…)")
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor)
    }
}

/// Takes text only; refuses the rest without serde's usual quote of the value.
struct PlainVisitor;

fn refused<E: Error>(what: &'static str) -> E {
    E::invalid_type(Unexpected::Other(what), &"a national id as text")
}

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a national id as text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Plain, E> {
        Ok(Plain(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Plain, E> {
        Err(refused("a number"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Plain, E> {
        Err(refused("a number"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Plain, E> {
        Err(refused("a number"))
    }
}
