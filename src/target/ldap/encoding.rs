//! Whether names come as UTF-8, as RFC 4511 section 4.1.2 has it. A program that once wrote names in another encoding
//! leaves values that are no text, or letters in twos where one belongs.

use super::dn::Dn;
use super::entry::Entry;
use super::profile::Profile;
use super::session::{Failure, Query, Session};
use crate::object::Kind;
use crate::target::Finding;

/// Users that are looked at.
const SAMPLE: u32 = 500;
const NAMES: [&str; 4] = ["cn", "displayName", "givenName", "sn"];

/// One finding about the names below `base`; none where there are none.
pub async fn look(session: &Session, profile: Profile, base: &Dn) -> Result<Option<Finding>, Failure> {
    let query = Query::subtree(base, profile.filter(Kind::User), &NAMES);
    let page = session.page(&query, SAMPLE, &[]).await?;
    page.end?;
    Ok(judged(&page.entries))
}

fn judged(entries: &[Entry]) -> Option<Finding> {
    let values = |entry: &Entry| NAMES.iter().flat_map(|name| entry.values(name).map(<[u8]>::to_vec)).collect();
    let of_entry = |entry: &Entry| (entry.dn.to_string(), values(entry));
    let all: Vec<(String, Vec<Vec<u8>>)> = entries.iter().map(of_entry).collect();
    let first = |is: &dyn Fn(&[u8]) -> bool| {
        all.iter().find(|(_, values)| values.iter().any(|value| is(value))).map(|(dn, _)| dn.as_str())
    };
    let mend = "write its names anew: the mapping does, where it maps them";
    if let Some(dn) = first(&|value| std::str::from_utf8(value).is_err()) {
        let text = format!("a name of {dn} is not UTF-8");
        let finding = Finding::bad(text).breaks("the object is not understood, and the read counts as partial");
        return Some(Finding { hint: Some(mend.into()), ..finding });
    }
    if let Some(dn) = first(&is_twice) {
        let text = format!("a name of {dn} was encoded twice, such as Ã¦ for æ");
        let finding = Finding::warning(text).breaks("people read it so, and it is found by nobody who types the name");
        return Some(Finding { hint: Some(mend.into()), ..finding });
    }
    let beyond = first(&|value| !value.is_ascii())?;
    Some(Finding::good(format!("names with letters beyond ASCII come as UTF-8, such as {beyond}")))
}

/// Whether a text is UTF-8 whose bytes were taken for Latin-1 and encoded again.
fn is_twice(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    !text.is_ascii() && bytes.is_some_and(|bytes| std::str::from_utf8(&bytes).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_twos_are_recognised() {
        for twice in ["SÃ¸ren", "Ã\u{85}se", "MÃ¼ller"] {
            assert!(is_twice(twice.as_bytes()), "{twice}");
        }
        for good in ["Søren", "Åse", "Müller", "Ann", "São", "Ã", "Łódź"] {
            assert!(!is_twice(good.as_bytes()), "{good}");
        }
        assert!(!is_twice(b"S\xf8ren"));
    }
}
