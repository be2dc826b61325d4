//! What every text must hold that means what was asked for: a quick look, before the exact one. Pure.

use std::ops::BitOrAssign;

use super::fold;

/// The runs of letters and digits of a text, folded. Whatever is called by the text, or by words of it, holds them all,
/// however it is punctuated and quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

/// Which of the words something holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held(u64);

impl BitOrAssign for Held {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl Words {
    /// The words of a text; none when it has neither letter nor digit, and may be called anything. Of very many words the
    /// first are looked for.
    pub fn of(text: &str) -> Option<Self> {
        let folded = fold(text);
        let runs = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| !run.is_empty());
        let words: Vec<String> = runs.take(u64::BITS as usize).map(ToOwned::to_owned).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The words that are somewhere in a text.
    pub fn held_by(&self, text: &str) -> Held {
        let folded = fold(text);
        let held = |held: u64, (at, word): (usize, &String)| held | u64::from(folded.contains(word)) << at;
        Held(self.0.iter().enumerate().fold(0, held))
    }

    pub fn are_all(&self, held: Held) -> bool {
        held.0.count_ones() as usize == self.0.len()
    }
}

impl Held {
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn holds(text: &str, asked: &str) -> bool {
        let words = Words::of(asked).unwrap();
        words.are_all(words.held_by(text))
    }

    #[test]
    fn words_are_found_whatever_stands_around_them() {
        assert!(holds(r#"{"given_name":"Åse","surname":"Sø\"rensen"}"#, "AASE  sø"));
        assert!(holds("cn=Holm\\, Åse,ou=x", "Holm, Aase"));
        assert!(holds("Åse Holm ahol", "Åse Holm (ahol)"));
        assert!(!holds("Åse Holm", "Åse Holm (ahol)"));
        assert_eq!(Words::of(" -(.)"), None);
    }

    #[test]
    fn of_a_hundred_words_the_first_are_enough() {
        let many: String = (0..100).map(|n| format!("w{n}x ")).collect();
        assert!(holds(&many, &many));
        assert!(!holds(many.trim_start_matches("w0x "), &many));
    }
}
