//! Text to plain ASCII, for logins and for comparing names.
//!
//! Danish and German letters go by the habit of those languages (æ/ä → ae, ø/ö → oe, å → aa, ü → ue, ß → ss); all
//! other letters by the general table of `deunicode`, which alone would make "aeoa" of "æøå".

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization;

/// The text in ASCII letters, case kept: "Åse Sørensen" is "Aase Soerensen", "ÆRØ" is "AEROE".
pub fn ascii(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let composed: Vec<char> = text.nfc().collect();
    let mut out = String::with_capacity(text.len() + 4);
    for (at, letter) in composed.iter().enumerate() {
        let upper = |at: Option<usize>| {
            at.and_then(|at| composed.get(at)).filter(|c| c.is_alphabetic()).map(|c| c.is_uppercase())
        };
        let shouted = upper(Some(at + 1)).or_else(|| upper(at.checked_sub(1))) == Some(true);
        match pair(*letter) {
            Some(pair) if letter.is_uppercase() && shouted => out.push_str(&pair.to_ascii_uppercase()),
            Some(pair) if letter.is_uppercase() => {
                out.push_str(&pair[..1].to_ascii_uppercase());
                out.push_str(&pair[1..]);
            }
            Some(pair) => out.push_str(pair),
            None if letter.is_ascii() => out.push(*letter),
            None => out.push_str(deunicode::deunicode_char(*letter).unwrap_or_default()),
        }
    }
    out
}

/// Two names that people would call the same have the same folded text: no case, no accents.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let folded = CaseMapper::new().fold_string(text);
    ascii(&folded).to_ascii_lowercase()
}

/// The forms in which a login is taken: as people write it in ASCII, where ü is ue, and as directories compare it, where ü
/// is u. Two logins are one as soon as they share a form.
pub fn taken_forms(login: &str) -> Vec<String> {
    // a control character is none of a directory's letters
    if login.is_ascii() && !login.contains(|c: char| c.is_ascii_control()) {
        return vec![login.to_ascii_lowercase()];
    }
    let folded = CaseMapper::new().fold_string(login);
    let bare = folded.nfc().map(|letter| deunicode::deunicode_char(letter).unwrap_or_default()).collect::<String>();
    let mut forms = vec![fold(login), bare.to_ascii_lowercase()];
    forms.dedup();
    forms
}

/// Lower-case ASCII letters and digits only: "D'Ångström-Ø" is "daangstroemoe".
pub fn slug(text: &str) -> String {
    fold(text).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The first letter of each word, in upper case: "anna-maria berg" is "AMB".
pub fn initials(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c == '-')
        .filter_map(|word| word.chars().find(|c| c.is_alphabetic()))
        .flat_map(char::to_uppercase)
        .collect()
}

fn pair(letter: char) -> Option<&'static str> {
    Some(match letter {
        'æ' | 'Æ' | 'ä' | 'Ä' => "ae",
        'ø' | 'Ø' | 'ö' | 'Ö' => "oe",
        'å' | 'Å' => "aa",
        'ü' | 'Ü' => "ue",
        'ß' | 'ẞ' => "ss",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_ascii_by_the_local_habit() {
        assert_eq!(ascii("Åse Sørensen"), "Aase Soerensen");
        assert_eq!(ascii("ÆRØ Kommune"), "AEROE Kommune");
        assert_eq!(ascii("Øm"), "Oem");
        assert_eq!(ascii("André Łukasz"), "Andre Lukasz");
        assert_eq!(ascii("A\u{30a}se"), "Aase"); // decomposed Å
    }

    #[test]
    fn slugs_are_letters_and_digits_and_stay_what_they_are() {
        assert_eq!(slug("Jørgen D'Angelo-Çelik 2"), "joergendangelocelik2");
        assert_eq!(slug("张伟"), "zhangwei");
        for name in ["Åse Sørensen", "STRASSE", "Straße", "İpek"] {
            assert_eq!(slug(&slug(name)), slug(name));
        }
    }

    #[test]
    fn folding_makes_equal_what_people_call_equal() {
        assert_eq!(fold("STRASSE"), fold("straße"));
        assert_eq!(fold("René"), fold("RENE"));
        assert_ne!(fold("Berg"), fold("Borg"));
    }

    #[test]
    fn a_login_is_taken_in_the_form_of_people_and_in_that_of_directories() {
        assert_eq!(taken_forms("Müller"), ["mueller", "muller"]);
        assert_eq!(taken_forms("Åse.Øm"), ["aase.oem", "ase.om"]);
        assert_eq!(taken_forms("Weiß"), ["weiss"]);
        assert_eq!(taken_forms("BERG"), ["berg"]);
    }

    /// What is ASCII already takes a short way, which leads to the same.
    #[test]
    fn ascii_is_folded_as_it_is_beside_any_other_letter() {
        let all: String = (0..128).map(|code: u8| char::from(code)).collect();
        let beside = format!("{all} æ");
        assert_eq!(ascii(&all) + " ae", ascii(&beside));
        assert_eq!(fold(&all) + " ae", fold(&beside));
        let letters = all.replace(char::is_control, "");
        assert_eq!(taken_forms(&letters), [fold(&letters)]);
        assert_eq!(taken_forms(&beside)[0], fold(&all) + " ae");
    }

    #[test]
    fn initials_are_first_letters() {
        assert_eq!(initials("anna-maria berg"), "AMB");
        assert_eq!(initials("Øjvind 'Ib' Åkjær"), "ØIÅ");
    }

    #[test]
    fn a_login_with_what_no_directory_takes_is_taken_without_it_too() {
        assert!(taken_forms("admin\n").contains(&"admin".to_owned()));
        assert_eq!(taken_forms("Ad-Min.1"), ["ad-min.1"]);
        assert_eq!(taken_forms("Jürgen"), ["juergen", "jurgen"]);
    }
}
