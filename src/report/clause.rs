//! What the engine says in English, known again by its words: clauses of the table of phrases, joined by semicolons.

use super::language::Language;
use super::phrases::Phrase;
use super::said::Said;
use crate::org::Instant;

/// A reason of a step or of a hold. What no clause is, stays English.
pub(super) fn reason(text: &str) -> Said {
    let clauses: Vec<Option<Said>> = text.split("; ").map(clause).collect();
    if clauses.len() > 1 && clauses.iter().all(Option::is_some) {
        return Said::List(clauses.into_iter().flatten().collect());
    }
    match clause(text) {
        Some(said) => said,
        None if clauses.len() > 1 => {
            let each = text.split("; ").zip(clauses);
            Said::list(each.map(|(one, said)| said.unwrap_or_else(|| Said::english(one))))
        }
        None => Said::english(text),
    }
}

fn clause(text: &str) -> Option<Said> {
    Phrase::CLAUSES.iter().find_map(|phrase| {
        let parts = matched(phrase.in_language(Language::En), text)?;
        Some(Said::Phrase(*phrase, parts.into_iter().map(part).collect()))
    })
}

/// A day or an instant is told as the language tells it; a part that is a clause itself is one.
fn part(text: &str) -> Said {
    match (text.parse(), text.parse::<Instant>()) {
        (Ok(day), _) => Said::Day(day),
        (_, Ok(at)) => Said::Instant(at),
        _ => clause(text).unwrap_or_else(|| Said::text(text)),
    }
}

/// What stands at the marks of a pattern, if the text is one of it. Marks stand in their order, each once.
fn matched<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_what_stands_at_its_marks() {
        assert_eq!(matched("is here", "is here"), Some(vec![]));
        assert_eq!(matched("is here", "is there"), None);
        assert_eq!(matched("from {0} to {1}", "from a to b"), Some(vec!["a", "b"]));
        assert_eq!(matched("{0} is {1}, left", "å is b is c, left"), Some(vec!["å", "b is c"]));
        assert_eq!(matched("last day {0}", "last day "), None);
    }

    #[test]
    fn a_clause_is_known_again_with_its_day() {
        let said = reason("the last engagement ended, last day 2026-11-22");
        assert_eq!(said, Phrase::EngagementEnded.with([Said::Day("2026-11-22".parse().unwrap())]));
    }

    /// No clause hides another: each is known again by what it says itself.
    #[test]
    fn each_clause_is_known_again() {
        for phrase in Phrase::CLAUSES {
            let mut text = phrase.in_language(Language::En).to_owned();
            let parts = ["a", "b", "c", "d"].map(|part| format!("<{part}>"));
            for (at, part) in parts.iter().enumerate() {
                text = text.replace(&format!("{{{at}}}"), part);
            }
            let found = clause(&text);
            assert!(matches!(&found, Some(Said::Phrase(known, _)) if known == phrase), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_nobody_translated_stays_english() {
        let said = reason("is here; the moon is full");
        assert_eq!(said, Said::list([Phrase::IsHere.into(), Said::english("the moon is full")]));
        assert_eq!(reason("the moon is full"), Said::english("the moon is full"));
    }
}
