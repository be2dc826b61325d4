//! From TOML to the configuration's types. The reader of `serde` stops at the first mistake; so each mistake is noted,
//! its entry taken out, and the rest read again, until nothing is left to complain about.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, Deserializer};

use super::document::{Document, locate, remove};
use super::settings::Sections;
use crate::expr::nearest;

/// Mistakes of shape that are reported at most.
const MOST: usize = 100;

/// Sections whose entries have a name of their own, such as `[ldap.ad]`.
const NAMED: [&str; 3] = ["jsonl", "ldap", "scim"];

/// What was taken out: below these, nothing more is said.
pub(super) type Removed = BTreeSet<Vec<String>>;

/// The sections of the file, as many as can be read.
pub(super) fn sections(document: &mut Document<'_>) -> Option<(Sections, Removed)> {
    let mut root = document.root().clone();
    let mut removed = Removed::new();
    for _ in 0..MOST {
        match Sections::deserialize(Deserializer::from(root.clone())) {
            Ok(sections) => return Some((sections, removed)),
            Err(error) => note(document, &mut root, &mut removed, &error)?,
        }
    }
    None
}

/// Notes one mistake and takes its entry out of `root`. `None` when it belongs to no entry.
fn note(
    document: &mut Document<'_>,
    root: &mut Spanned<DeTable<'_>>,
    removed: &mut Removed,
    error: &toml::de::Error,
) -> Option<()> {
    let span = error.span().unwrap_or(0..0);
    let path = locate(root.get_ref(), &span).unwrap_or_default();
    let message = error.message();
    let names = quoted(message);
    if message.starts_with("missing field") {
        let field = names.first().copied().unwrap_or_default();
        let known = removed.contains(&[path.as_slice(), &[field.to_owned()]].concat());
        if !known {
            let message = match path.len() {
                0 => format!("the section [{field}] is missing"),
                _ => format!("{field:?} is missing in [{}]", path.join(".")),
            };
            document.at(span, message, None);
        }
    } else if message.starts_with("unknown field") {
        let (name, others) = names.split_first().unwrap_or((&"", &[]));
        let hint = unknown_hint(&path, name, others);
        document.at(span, format!("there is no key {name:?} here"), Some(hint));
    } else if holds_secret(&path) {
        let hint = "write { file = \"…\" }, { credential = \"…\" } or { env = \"…\" }".to_owned();
        document.at(span, "a secret is not written here, only where it lies".into(), Some(hint));
    } else {
        document.at(span, plain(message), None);
    }
    let whole = match path.as_slice() {
        [section, name, ..] if message.starts_with("missing field") && NAMED.contains(&section.as_str()) => {
            vec![section.clone(), name.clone()]
        }
        path => path.to_vec(),
    };
    let taken = remove(root.get_mut(), &whole);
    removed.insert(path);
    removed.insert(whole);
    taken.then_some(())
}

fn holds_secret(path: &[String]) -> bool {
    path.iter().any(|key| ["password", "token", "national_id_key"].contains(&key.as_str()))
}

fn unknown_hint(path: &[String], name: &str, others: &[&str]) -> String {
    if let [.., attributes, first, _] = path
        && attributes == "attributes"
    {
        return format!("the name of an attribute with a dot stands in quotes: \"{first}.{name}\"");
    }
    match nearest(name, others.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("the keys here are {}", others.join(", ")),
    }
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
