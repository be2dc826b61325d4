//! From TOML to the configuration's types. The reader of `serde` stops at the first mistake; so each mistake is noted,
//! its entry taken out, and the rest read again, until nothing is left to complain about.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, Deserializer};

use super::document::{Document, locate, remove, rename, stand_in};
use super::settings::Sections;
use crate::org::nearest;

/// Mistakes of shape that are reported at most.
const MOST: usize = 100;

/// Sections whose entries have a name of their own, such as `[ldap.ad]`.
const NAMED: [&str; 8] = ["csv", "folder", "jsonl", "ldap", "report", "scim", "test", "webhook"];

/// What was taken out: below these, nothing more is said.
pub(super) type Removed = BTreeSet<Vec<String>>;

/// The sections of the file, as many as can be read.
pub(super) fn sections(document: &mut Document<'_>) -> Option<(Sections, Removed)> {
    whole(document)
}

/// A whole file of whatever shape, as much of it as can be read.
pub(super) fn whole<T: DeserializeOwned>(document: &mut Document<'_>) -> Option<(T, Removed)> {
    let mut root = document.root().clone();
    let mut removed = Removed::new();
    for _ in 0..MOST {
        match T::deserialize(Deserializer::from(root.clone())) {
            Ok(read) => return Some((read, removed)),
            Err(error) => note(document, &mut root, &mut removed, &error)?,
        }
    }
    None
}

/// Notes one mistake and mends `root` so that the rest can be read. `None` when it belongs to no entry.
fn note(
    document: &mut Document<'_>,
    root: &mut Spanned<DeTable<'_>>,
    removed: &mut Removed,
    error: &toml::de::Error,
) -> Option<()> {
    let span = error.span().unwrap_or(0..0);
    let path = locate(root.get_ref(), &span).unwrap_or_default();
    let names = quoted(error.message());
    let (first, others) = names.split_first().unwrap_or((&"", &[]));
    if error.message().starts_with("missing field") {
        missing(document, root, removed, span, path, first)
    } else if error.message().starts_with("unknown field") {
        unknown(document, root, removed, span, path, others)
    } else {
        wrong_value(document, span, &path, error.message(), others);
        let taken = remove(root.get_mut(), &path);
        removed.insert(path);
        taken.then_some(())
    }
}

fn missing(
    document: &mut Document<'_>,
    root: &mut Spanned<DeTable<'_>>,
    removed: &mut Removed,
    span: Range<usize>,
    path: Vec<String>,
    field: &str,
) -> Option<()> {
    let entry = [path.as_slice(), &[field.to_owned()]].concat();
    if !removed.contains(&entry) {
        let hint = format!("add {field} = …");
        document.at(span, format!("{field:?} is missing in [{}]", path.join(".")), Some(hint));
    }
    let taken = match path.as_slice() {
        // What a connection needs is a text or a secret: with a stand-in the mapping beside it can be checked.
        [.., last] if last == "connection" => stand_in(root.get_mut(), &path, field),
        [section, name, ..] if NAMED.contains(&section.as_str()) => {
            remove(root.get_mut(), &[section.clone(), name.clone()])
        }
        path => remove(root.get_mut(), path),
    };
    removed.insert(path);
    removed.insert(entry);
    taken.then_some(())
}

fn unknown(
    document: &mut Document<'_>,
    root: &mut Spanned<DeTable<'_>>,
    removed: &mut Removed,
    span: Range<usize>,
    path: Vec<String>,
    known: &[&str],
) -> Option<()> {
    let (name, above) = path.split_last()?;
    if let [.., attributes, first] = above
        && attributes == "attributes"
    {
        let hint = format!("a dot parts keys: write \"{first}.{name}\" = …");
        document.at_redacted(span, format!("the attribute {first}.{name} stands in no quotes"), Some(hint));
        let taken = remove(root.get_mut(), above);
        removed.insert(above.to_vec());
        return taken.then_some(());
    }
    let near = nearest(name, known.iter().copied());
    let hint = match near {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("the keys here are {}", known.join(", ")),
    };
    document.at_redacted(span, format!("there is no key {name:?} here"), Some(hint));
    // A misspelt key is read as the one that was meant, so that it is not missing as well.
    let taken = near.is_some_and(|near| rename(root.get_mut(), &path, near)) || remove(root.get_mut(), &path);
    removed.insert(path);
    taken.then_some(())
}

fn wrong_value(document: &mut Document<'_>, span: Range<usize>, path: &[String], message: &str, choices: &[&str]) {
    if holds_secret(path) {
        let hint = "write { file = \"…\" }, { credential = \"…\" } or { env = \"…\" }".to_owned();
        document.at_redacted(span, "a secret is not written here, only where it lies".into(), Some(hint));
    } else if message.starts_with("unknown variant") {
        let wrong = quoted(message).first().copied().unwrap_or_default();
        let hint = match nearest(wrong, choices.iter().copied()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("choose one of {}", choices.join(", ")),
        };
        document.at(span, format!("{wrong:?} is no choice here"), Some(hint));
    } else {
        let told = plain(message);
        match told.split_once(", expected ") {
            Some((what, instead)) => document.at(span, what.to_owned(), Some(format!("write {instead}"))),
            None => {
                let hint = told
                    .contains("is not a pattern")
                    .then(|| "write a regular expression, such as [0-9]{4}".to_owned());
                document.at(span, told, hint);
            }
        }
    }
}

fn holds_secret(path: &[String]) -> bool {
    path.iter().any(|key| ["password", "secret", "token", "national_id_key", "log_key"].contains(&key.as_str()))
}

/// The names that serde puts between backticks.
fn quoted(message: &str) -> Vec<&str> {
    message.split('`').skip(1).step_by(2).collect()
}

/// serde's words for types in plain ones.
fn plain(message: &str) -> String {
    let words = [
        ("invalid type: ", "this is the wrong type: "),
        ("invalid value: ", "this cannot be: "),
        ("expected a nonzero u32", "expected a whole number above 0"),
        ("expected u32", "expected a whole number"),
        ("expected u64", "expected a whole number"),
        ("expected f64", "expected a number"),
        ("expected a boolean", "expected true or false"),
        ("expected path string", "expected a path in quotes"),
        ("expected a string", "expected a text in quotes"),
        ("expected a map", "expected a table"),
        ("expected a sequence", "expected a list"),
    ];
    let text = words.iter().fold(message.to_owned(), |text, (from, to)| text.replace(from, to));
    match text.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected a table"),
        None => text,
    }
}
