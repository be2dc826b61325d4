//! Tables of sentences. What is said to people of a step, a hold, a read or a finding is a row of a table: said from it
//! in English, which is how plans and logs keep it, and known again by its words when a report tells it in another
//! language. So no sentence is written in two places, and none of a table is said that a report does not know.

use std::fmt::Display;

/// What stands between several sentences about one thing.
pub const BETWEEN: &str = "; ";

/// Two sentences about one thing.
pub fn also(one: &str, another: &str) -> String {
    format!("{one}{BETWEEN}{another}")
}

/// A row of a table of sentences. `{0}`, `{1}` are the marks where something is put in: in this order, each once.
pub trait Sentence: Copy + Sized + 'static {
    const ALL: &'static [Self];

    /// The English sentence with its marks.
    fn pattern(self) -> &'static str;

    /// Its name in JSON.
    fn key(self) -> &'static str;

    /// The sentence with something at each of its marks.
    fn with<const N: usize>(self, parts: [&dyn Display; N]) -> String {
        let pattern = self.pattern();
        debug_assert_eq!(pattern.matches('{').count(), N, "{pattern}");
        let mut text = String::with_capacity(pattern.len() + 16 * N);
        let mut pieces = pattern.split('{');
        text.push_str(pieces.next().unwrap_or_default());
        for (part, piece) in parts.into_iter().zip(pieces) {
            text.push_str(&part.to_string());
            text.push_str(piece.split_once('}').map_or(piece, |(_, after)| after));
        }
        text
    }

    /// A sentence without marks.
    fn said(self) -> String {
        self.with([])
    }

    /// The sentence that a text is, with what stands at its marks.
    fn read(text: &str) -> Option<(Self, Vec<&str>)> {
        Self::ALL.iter().find_map(|sentence| Some((*sentence, parts(sentence.pattern(), text)?)))
    }
}

/// What stands at the marks of a pattern, if the text is one of it.
fn parts<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = Vec::new();
    let Some((start, mut pattern)) = pattern.split_once('{') else { return (pattern == text).then_some(parts) };
    let mut rest = text.strip_prefix(start)?;
    loop {
        let (_, after) = pattern.split_once('}')?;
        let (between, more) = after.split_once('{').map_or((after, None), |(between, more)| (between, Some(more)));
        let at = match more {
            Some(_) => rest.find(between)?,
            None => rest.len().checked_sub(between.len()).filter(|_| rest.ends_with(between))?,
        };
        let (part, left) = rest.split_at_checked(at)?;
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        rest = left.strip_prefix(between)?;
        match more {
            Some(more) => pattern = more,
            None => return Some(parts),
        }
    }
}

/// Makes a table of sentences.
macro_rules! sentences {
    ($(#[$doc:meta])* $name:ident { $($(#[$row_doc:meta])* $row:ident: $pattern:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$row_doc])* $row,)* }

        impl $crate::org::sentence::Sentence for $name {
            const ALL: &'static [Self] = &[$(Self::$row,)*];

            fn pattern(self) -> &'static str {
                match self { $(Self::$row => $pattern,)* }
            }

            fn key(self) -> &'static str {
                match self { $(Self::$row => stringify!($row),)* }
            }
        }
    };
}
pub(crate) use sentences;

#[cfg(test)]
mod tests {
    use super::*;

    sentences! {
        Example {
            Here: "is here";
            Between: "from {0} to {1}";
            Left: "{0} is {1}, left";
        }
    }

    #[test]
    fn what_is_said_is_known_again() {
        assert_eq!(Example::Here.said(), "is here");
        assert_eq!(Example::read("is here"), Some((Example::Here, vec![])));
        assert_eq!(Example::Between.with([&1, &"b"]), "from 1 to b");
        assert_eq!(Example::read("from 1 to b"), Some((Example::Between, vec!["1", "b"])));
        assert_eq!(Example::read("å is b is c, left"), Some((Example::Left, vec!["å", "b is c"])));
    }

    #[test]
    fn what_is_no_sentence_of_the_table_is_not_known() {
        for text in ["is there", "from a", "from  to b", "from a to ", " is b, left", ""] {
            assert_eq!(Example::read(text), None, "{text:?}");
        }
    }
}
