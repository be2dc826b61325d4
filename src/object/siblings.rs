//! Which relative names a directory takes for one, so that a plan finds out before the directory refuses. Pure.
//!
//! The folding may take more names for one than a server of the kind does (Samba tells accents apart): then an object
//! is held with the reason, where a refusal would have come in every run.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::observed::Kind;
use super::syntax::Syntax;
use super::value::Value;

/// By what rule a directory keeps the names in one container apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Siblings {
    /// caseIgnoreMatch with the preparation of RFC 4518, for each naming attribute by itself: OpenLDAP has a
    /// `cn=IT` beside an `ou=IT`.
    #[default]
    Standard,
    /// Active Directory: without case, accents, width and kind of kana (Microsoft KB 938447 and 415097; in a domain of
    /// 2012 R2 å is a, ø is o, æ is ae and ß is ss), and the value alone counts, not the naming attribute (\[MS-ADTS\]
    /// section 3.1.1.3.1.2.1).
    ActiveDirectory,
}

impl Siblings {
    /// The form in which names are the same that cannot stand side by side.
    pub fn folded(self, name: &str) -> String {
        let is_plain = name.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !name.contains("  ");
        if is_plain && name.trim().len() == name.len() {
            return name.to_ascii_lowercase();
        }
        // a mark without its letter may leave a blank that was none before
        let mut folded = self.once(name);
        for _ in 0..3 {
            let again = self.once(&folded);
            if again == folded {
                break;
            }
            folded = again;
        }
        folded
    }

    fn once(self, name: &str) -> String {
        let text = Value::Text(name.to_owned());
        let prepared = Syntax::Text.matching(&text).as_text().unwrap_or(name).to_owned();
        match self {
            Self::Standard => prepared,
            Self::ActiveDirectory => plain(&prepared),
        }
    }

    /// Whether units have names of their own, which no user and no group can take.
    pub fn sets_units_apart(self) -> bool {
        self == Self::Standard
    }

    /// Whether objects of two kinds share one space of names.
    pub fn share(self, one: Kind, other: Kind) -> bool {
        !self.sets_units_apart() || (one == Kind::Unit) == (other == Kind::Unit)
    }
}

/// Letters without their marks. Vowel signs that stand for themselves, as in Devanagari, are no marks.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| canonical_combining_class(*letter) == 0) {
        match letter {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'þ' => plain.push_str("th"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' => plain.push('d'),
            'ħ' => plain.push('h'),
            'ŧ' => plain.push('t'),
            'ς' => plain.push('σ'),
            // hiragana as katakana
            'ぁ'..='ゖ' => plain.extend(char::from_u32(u32::from(letter) + 0x60)),
            _ => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAME_EVERYWHERE: [(&str, &str); 10] = [
        ("Müller", "MÜLLER"),
        ("é", "e\u{301}"),
        ("Å", "\u{212b}"),
        ("A", "\u{ff21}"),
        ("\u{fb01}n", "fin"),
        ("a b", "a  b"),
        ("a b", " a b"),
        ("a b", "a b "),
        ("A, B + C", "a, b + c"),
        ("a b", "a \t b"),
    ];

    const SAME_IN_ACTIVE_DIRECTORY: [(&str, &str); 10] = [
        ("Müller", "Muller"),
        ("Meißner", "Meissner"),
        ("MEIẞNER", "Meissner"),
        ("Åse", "ase"),
        ("Søren", "SOREN"),
        ("Bærum", "Baerum"),
        ("Łukasz", "lukasz"),
        ("Σίσυφος", "ΣΙΣΥΦΟΣ"),
        ("がく", "カク"),
        ("René Dvořák", "Rene Dvorak"),
    ];

    #[test]
    fn directories_take_some_names_for_one() {
        for (one, other) in SAME_EVERYWHERE {
            for siblings in [Siblings::Standard, Siblings::ActiveDirectory] {
                assert_eq!(siblings.folded(one), siblings.folded(other), "{one} {other}");
            }
        }
        for (one, other) in SAME_IN_ACTIVE_DIRECTORY {
            assert_eq!(Siblings::ActiveDirectory.folded(one), Siblings::ActiveDirectory.folded(other), "{one} {other}");
        }
        for (one, other) in SAME_IN_ACTIVE_DIRECTORY.iter().filter(|(one, _)| !one.starts_with(['Σ', 'M'])) {
            assert_ne!(Siblings::Standard.folded(one), Siblings::Standard.folded(other), "{one} {other}");
        }
    }

    #[test]
    fn a_mark_without_a_letter_leaves_nothing_behind() {
        for siblings in [Siblings::Standard, Siblings::ActiveDirectory] {
            let folded = siblings.folded("¨\ta");
            assert_eq!(siblings.folded(&folded), folded);
        }
    }

    #[test]
    fn other_names_are_other_names() {
        for (one, other) in [("a b", "ab"), ("#a", "a"), ("कि", "का"), ("汉", "漢"), ("a-b", "a b"), ("x.", "x")]
        {
            for siblings in [Siblings::Standard, Siblings::ActiveDirectory] {
                assert_ne!(siblings.folded(one), siblings.folded(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn a_unit_and_a_group_of_one_name_stand_side_by_side_where_the_naming_attribute_counts() {
        assert!(!Siblings::Standard.share(Kind::Unit, Kind::Group));
        assert!(Siblings::Standard.share(Kind::User, Kind::Group));
        assert!(Siblings::ActiveDirectory.share(Kind::Unit, Kind::Group));
    }

    proptest! {
        #[test]
        fn what_is_folded_stays_folded(name in "(?s).{0,12}") {
            for siblings in [Siblings::Standard, Siblings::ActiveDirectory] {
                let folded = siblings.folded(&name);
                prop_assert_eq!(siblings.folded(&folded), folded);
            }
        }

        #[test]
        fn what_the_standards_take_for_one_so_does_active_directory(one in "[aAåÅ e\u{301}ﬁ]{0,6}", other in "[aAåÅ e\u{301}ﬁ]{0,6}") {
            if Siblings::Standard.folded(&one) == Siblings::Standard.folded(&other) {
                prop_assert_eq!(Siblings::ActiveDirectory.folded(&one), Siblings::ActiveDirectory.folded(&other));
            }
        }
    }
}
