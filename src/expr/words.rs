//! What every text must hold that means what was asked for: a quick look, before the exact one. Pure.

use std::ops::BitOrAssign;

use super::fold;

/// Of a longer word the beginning is looked for.
const LONGEST: usize = 64;

/// The runs of letters and digits of a text, folded. Whatever is called by the text as it is written, or by words of it, holds
/// them all, whatever stands between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

/// Which of the words something holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held(u64);

/// One of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word(usize);

impl Words {
    /// The words of a text; none when it has neither letter nor digit, and may be called anything. Of very many words the
    /// first are looked for.
    pub fn of(text: &str) -> Option<Self> {
        let folded = text.split_whitespace().map(fold);
        let runs = |part: String| -> Vec<String> {
            let runs = part.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| !run.is_empty());
            runs.map(|run| run[..run.len().min(LONGEST)].to_owned()).collect()
        };
        let words: Vec<String> = folded.flat_map(runs).take(u64::BITS as usize).collect();
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

    /// Whether any of the words may be in what has texts among other bytes, as JSON has: letters beyond ASCII may be anything.
    pub fn may_be_in(&self, bytes: &[u8]) -> bool {
        let Some(ascii) = str::from_utf8(bytes).ok().filter(|text| text.is_ascii()) else { return true };
        let lower = ascii.to_ascii_lowercase();
        self.iter().any(|word| lower.contains(word))
    }

    /// The word that the fewest hold.
    pub fn rarest(&self, all: impl Iterator<Item = Held>) -> Word {
        let mut counts = vec![0_usize; self.0.len()];
        for held in all {
            counts.iter_mut().enumerate().for_each(|(at, count)| *count += usize::from(held.has(Word(at))));
        }
        let fewest = counts.iter().enumerate().min_by_key(|(_, count)| **count);
        Word(fewest.map_or(0, |(at, _)| at))
    }
}

impl Held {
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    pub fn has(self, word: Word) -> bool {
        self.0 >> word.0 & 1 == 1
    }
}

impl BitOrAssign for Held {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn holds(text: &str, asked: &str) -> bool {
        let words = Words::of(asked).unwrap();
        let held = words.held_by(text);
        (0..words.0.len()).all(|at| held.has(Word(at)))
    }

    #[test]
    fn words_are_found_whatever_stands_around_them() {
        assert!(holds("Åse \"Sø\" Rensen", "AASE  sø"));
        assert!(holds("cn=Holm\\, Åse,ou=x", "Holm, Aase"));
        assert!(holds("Åse Holm ahol", "Åse Holm (ahol)"));
        assert!(!holds("Åse Holm", "Åse Holm (ahol)"));
        assert!(holds("Åse und Holm", "Åse\u{85}Holm"));
        assert_eq!(Words::of(" -(.)"), None);
        let may_be_in = |bytes: &[u8]| Words::of("ase holm").unwrap().may_be_in(bytes);
        assert!(may_be_in(br#"{"name":"A HOLM"}"#) && may_be_in("Åse".as_bytes()) && !may_be_in(b"Asta Hol"));
    }

    #[test]
    fn of_what_is_very_long_the_beginning_is_enough() {
        let many: String = (0..100).map(|n| format!("w{n}x ")).collect();
        assert!(holds(&many, &many));
        assert!(!holds(many.trim_start_matches("w0x "), &many));
        assert!(holds(&"z".repeat(100_000), &"z".repeat(60_000)));
        assert!(Words::of(&"z".repeat(60_000)).unwrap().iter().all(|word| word.len() <= LONGEST));
    }

    #[test]
    fn the_rarest_word_is_the_one_that_fewest_hold() {
        let words = Words::of("per hansen").unwrap();
        let texts = ["Per Hansen", "Åse Hansen", "hans", ""];
        let rarest = words.rarest(texts.iter().map(|text| words.held_by(text)));
        assert!(words.held_by("per").has(rarest) && !words.held_by("hansen").has(rarest));
    }
}
