//! `[owners.KIND]` and the `match` rules of sources: who is right about which field, and which thing a source means.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::document::Document;
use super::settings::Sections;
use crate::org::nearest;
use crate::org::{CustomTypes, FactKind, KindOwners, MatchRule, MatchRules, Owners};
use crate::source::csv::fields;

/// As written: by kind and field, the owning sources. `default` are those of every other field.
pub type OwnersText = BTreeMap<String, BTreeMap<String, Names>>;

/// As written: by kind, rules such as `surname+birth_date`.
pub type MatchText = BTreeMap<String, Vec<String>>;

const DEFAULT: &str = "default";
const CUSTOM: &str = "custom.";

/// Sources that are in no section.
const ALWAYS: [&str; 2] = ["roster", "edit"];

/// One name, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Names;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a source, or a list of sources, the first one right before the others")
            }

            fn visit_str<E>(self, name: &str) -> Result<Names, E> {
                Ok(Names(vec![name.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Names, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Names)
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

/// What the two sections mean.
#[derive(Debug, Clone, Default)]
pub(super) struct Sharing {
    pub owners: Owners,
    /// By source.
    pub matches: BTreeMap<String, MatchRules>,
}

/// Checks and compiles both.
pub(super) fn sharing(document: &mut Document<'_>, sections: &Sections, custom: &CustomTypes) -> Sharing {
    let sources = sources(sections);
    let mut owners = Owners::default();
    for (kind, written) in &sections.owners {
        if let Some((kind, row)) = row(document, kind, written, &sources, custom) {
            owners.0.insert(kind, row);
        }
    }
    declared(document, &mut owners, &sources, custom);
    let written = (sections.jsonl.iter().map(|(name, jsonl)| (["jsonl", name], &jsonl.matches)))
        .chain(sections.csv.iter().map(|(name, csv)| (["csv", name], &csv.matches)));
    let mut matches = BTreeMap::new();
    for (place, written) in written {
        let source = owner(sections, place[1]);
        let rules = match_rules(document, place, source, written, &owners, &sources, custom);
        if !rules.is_empty() {
            matches.insert(source.to_owned(), rules);
        }
    }
    for (name, csv) in &sections.csv {
        for (kind, stated) in csv.stated() {
            let Some(row) = owners.0.get(&kind).filter(|row| row.names(name)) else { continue };
            let custom = stated.custom.keys().map(|name| (format!("{CUSTOM}{name}"), vec!["custom", name]));
            let plain = stated.fields.keys().filter(|field| fields(kind).iter().any(|spec| spec.name == **field));
            for (field, place) in plain.map(|field| (field.clone(), vec![field.as_str()])).chain(custom) {
                if !row.may(name, &field) {
                    let path = [&["csv", name.as_str(), kind.name()], place.as_slice()].concat();
                    let message =
                        format!("{field} of a {kind} belongs to {}, not to {name}", row.of(&field).join(", "));
                    let hint = format!("leave it out, or name {name} in [owners.{kind}]");
                    document.at_key(&path, message, Some(hint));
                }
            }
        }
    }
    Sharing { owners, matches }
}

/// A custom attribute may say where it is declared which source owns it.
fn declared(document: &mut Document<'_>, owners: &mut Owners, sources: &BTreeSet<&str>, custom: &CustomTypes) {
    for (kind, names) in &custom.0 {
        for (name, source) in names.iter().filter_map(|(name, declared)| Some((name, declared.source.as_ref()?))) {
            let path = ["custom", kind.name(), name, "source"];
            if !sources.contains(source.as_str()) {
                let near = nearest(source, sources.iter().copied());
                let hint = near.map(|near| format!("did you mean {near:?}?"));
                document.at_value(&path, format!("there is no source {source:?}"), hint);
                continue;
            }
            let Some(row) = owners.0.get_mut(kind) else {
                let hint = format!("add [owners.{kind}] with {DEFAULT} = the source that says which {kind} there is");
                document.at_value(&path, format!("who owns the rest of a {kind} is not said"), Some(hint));
                continue;
            };
            if row.fields.insert(format!("{CUSTOM}{name}"), vec![source.clone()]).is_some() {
                let hint = format!("say it here, or in [owners.{kind}]");
                document.at_value(&path, format!("{name} has two owners: here and in [owners.{kind}]"), Some(hint));
            }
        }
    }
}

/// The source that the facts of a configured file belong to.
fn owner<'a>(sections: &'a Sections, name: &'a str) -> &'a str {
    sections.jsonl.get(name).and_then(|jsonl| jsonl.source.as_deref()).unwrap_or(name)
}

fn sources(sections: &Sections) -> BTreeSet<&str> {
    let jsonl = sections.jsonl.keys().map(|name| owner(sections, name));
    jsonl.chain(sections.csv.keys().map(String::as_str)).chain(ALWAYS).collect()
}

fn row(
    document: &mut Document<'_>,
    name: &str,
    written: &BTreeMap<String, Names>,
    sources: &BTreeSet<&str>,
    custom: &CustomTypes,
) -> Option<(FactKind, KindOwners)> {
    let kind = shared_kind(document, &["owners", name], name)?;
    let mut row = KindOwners::default();
    for (field, Names(names)) in written {
        let path = ["owners", name, field];
        if names.is_empty() {
            document.at_value(&path, "no source is named", None);
        }
        for (at, source) in names.iter().enumerate() {
            if !sources.contains(source.as_str()) {
                let near = nearest(source, sources.iter().copied());
                let hint = near.map(|near| format!("did you mean {near:?}?"));
                document.at_value(&path, format!("there is no source {source:?}"), hint);
            } else if names[..at].contains(source) {
                document.at_value(&path, format!("{source:?} is named twice"), None);
            }
        }
        if field == DEFAULT {
            row.default.clone_from(names);
        } else if known_field(document, &path, kind, field, custom) {
            row.fields.insert(field.clone(), names.clone());
        }
    }
    if row.default.is_empty() && !written.contains_key(DEFAULT) {
        let hint =
            Some(format!("add {DEFAULT} = [\"hr\"]: the sources that say which {kind} there is, first the best"));
        document.at_key(&["owners", name], "who owns all other fields is missing", hint);
    }
    Some((kind, row))
}

fn shared_kind(document: &mut Document<'_>, path: &[&str], name: &str) -> Option<FactKind> {
    let kind = Owners::KINDS.into_iter().find(|kind| kind.name() == name);
    if kind.is_none() {
        let names = Owners::KINDS.map(FactKind::name);
        let hint = nearest(name, names)
            .map_or(format!("shared are {}", names.join(", ")), |near| format!("did you mean {near:?}?"));
        document.at_key(path, format!("{name:?} is no kind that sources can share"), Some(hint));
    }
    kind
}

fn known_field(document: &mut Document<'_>, path: &[&str], kind: FactKind, field: &str, custom: &CustomTypes) -> bool {
    if let Some(name) = field.strip_prefix(CUSTOM) {
        let Some(names) = custom.of(kind) else { return true };
        if names.contains_key(name) {
            return true;
        }
        let hint = nearest(name, names.keys().map(String::as_str)).map(|near| format!("did you mean {CUSTOM}{near}?"));
        document.at_key(path, format!("there is no custom attribute {name:?} of a {kind}"), hint);
        return false;
    }
    let names = fields(kind).iter().map(|spec| spec.name);
    if names.clone().any(|name| name == field) {
        return true;
    }
    let hint = nearest(field, names).map(|near| format!("did you mean {near:?}?"));
    document.at_key(path, format!("a {kind} has no field {field:?}"), hint);
    false
}

fn match_rules(
    document: &mut Document<'_>,
    place: [&str; 2],
    source: &str,
    written: &MatchText,
    owners: &Owners,
    sources: &BTreeSet<&str>,
    custom: &CustomTypes,
) -> MatchRules {
    let mut rules = MatchRules::new();
    for (name, texts) in written {
        let path = [place[0], place[1], "match", name];
        let Some(kind) = shared_kind(document, &path, name) else { continue };
        if owners.sharing(kind, source).is_none() {
            let hint = Some(format!("add [owners.{kind}] and name {source} there"));
            document.at_key(&path, format!("who is right about a {kind} that both state is not said"), hint);
        }
        for text in texts {
            match text.parse::<MatchRule>() {
                Ok(rule) => {
                    let mut good = true;
                    for field in rule.fields() {
                        good &= known_field(document, &path, kind, field, custom);
                    }
                    if let Some(unknown) = rule.sources().find(|source| !sources.contains(source)) {
                        document.at_value(&path, format!("there is no source {unknown:?}"), None);
                    } else if good {
                        rules.entry(kind).or_default().push(rule);
                    }
                }
                Err(message) => document.at_value(&path, message, Some("write \"surname+birth_date\"".into())),
            }
        }
    }
    rules
}
