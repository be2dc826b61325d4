//! A site's own habit of writing letters that not everybody has on the keyboard.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

/// The text with each letter of the table replaced, which names them in lower case. A capital gives a capital, and only
/// capitals within a word that is written in them: with å → aa, "Åse" is "Aase" and "ÅSE" is "AASE".
pub fn transliterate(text: &str, table: &BTreeMap<char, String>) -> String {
    if table.is_empty() {
        return text.to_owned();
    }
    let letters: Vec<char> = text.nfc().collect();
    let shouted = |at: Option<usize>| {
        let letter = at.and_then(|at| letters.get(at)).filter(|letter| letter.is_alphabetic());
        letter.map(|letter| letter.is_uppercase())
    };
    let mut out = String::with_capacity(text.len());
    for (at, letter) in letters.iter().enumerate() {
        let small = letter.to_lowercase().next().unwrap_or(*letter);
        match table.get(&small) {
            None => out.push(*letter),
            Some(other) if !letter.is_uppercase() => out.push_str(other),
            Some(other) if shouted(Some(at + 1)).or_else(|| shouted(at.checked_sub(1))) == Some(true) => {
                out.push_str(&other.to_uppercase());
            }
            Some(other) => {
                let mut rest = other.chars();
                out.extend(rest.next().into_iter().flat_map(char::to_uppercase));
                out.push_str(rest.as_str());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_site_writes_letters_in_its_own_way() {
        let table = BTreeMap::from([('ä', "a".to_owned()), ('ö', "o".to_owned()), ('å', "aa".to_owned())]);
        for (text, expected) in [
            ("Björn Östberg", "Bjorn Ostberg"),
            ("Åse", "Aase"),
            ("ÅSE", "AASE"),
            ("A\u{30a}se", "Aase"),
            ("Sørensen", "Sørensen"),
        ] {
            assert_eq!(transliterate(text, &table), expected);
        }
        assert_eq!(transliterate("Åse", &BTreeMap::new()), "Åse");
    }
}
