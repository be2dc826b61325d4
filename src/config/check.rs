//! What the shape alone does not show: names, schedules, zones, secrets, numbers. Reads no secret and no other file.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::document::Document;
use super::http;
use super::limits::{LimitText, LimitsText};
use super::safety;
use super::settings::{Jsonl, Sections};
use crate::net::SecretRef;
use crate::org::CustomTypes;
use crate::org::nearest;
use crate::org::quality::{RULES, Severity};

/// Names that rosterd itself goes by.
const OWN_NAMES: [&str; 2] = ["roster", "rosterd"];

/// Checks the sections that are not about mapping.
pub(super) fn plain_sections(document: &mut Document<'_>, sections: &Sections) {
    if let Some(roster) = &sections.roster {
        if roster.file.as_os_str().is_empty() {
            document.at_value(
                &["roster", "file"],
                "the name of the roster's file is empty",
                Some("write file = \"roster.db\"".to_owned()),
            );
        }
        if let Err(hint) = zone(&roster.zone) {
            let message = format!("there is no time zone {:?}", roster.zone);
            document.at_value(&["roster", "zone"], message, Some(hint));
        }
        secret(document, &["roster", "national_id_key"], &roster.national_id_key);
        secret(document, &["roster", "log_key"], &roster.log_key);
    }
    for (key, text) in sections.intake.limits.written() {
        limit(document, &["intake", "limits", key], text);
    }
    limits(document, &["limits"], &sections.limits);
    safety::check(document, &sections.safety);
    http::check(document, sections.http.as_ref());
    custom(document, &sections.custom.types());
    quality(document, &sections.quality);
    for (name, source) in &sections.jsonl {
        jsonl(document, name, source);
    }
    names(document, sections);
}

/// What settings say of themselves: the field, and why it cannot be so.
pub(super) fn told(document: &mut Document<'_>, section: &[&str], problems: Vec<(&'static str, String)>) {
    for (field, problem) in problems {
        told_at(document, &[section, &[field]].concat(), &format!("{field}: {problem}"));
    }
}

/// The same of one field. Many say after a colon what to write instead.
pub(super) fn told_at(document: &mut Document<'_>, path: &[&str], problem: &str) {
    let instead = ["use ", "write ", "set ", "leave ", "add "];
    let parts = problem.rsplit_once(": ").filter(|(_, last)| instead.iter().any(|verb| last.starts_with(verb)));
    let (problem, hint) = parts.unwrap_or((problem, "the documentation of the section says what can stand here"));
    document.at_value(path, problem, Some(hint.to_owned()));
}

/// A name that commands and files may hold: the last key of `path`.
pub(super) fn plain_name(document: &mut Document<'_>, path: &[&str]) {
    let name = path.last().copied().unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(plain) {
        let hint = Some("use lower-case letters a to z, digits, - and _".to_owned());
        document.at_key(path, format!("{name:?} cannot be a name"), hint);
    }
}

/// The time zone of an IANA name, or a hint.
pub(super) fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "write an IANA name, such as Europe/Copenhagen".to_owned())
}

pub(super) fn limits(document: &mut Document<'_>, path: &[&str], limits: &LimitsText) {
    for (keys, text) in limits.written() {
        limit(document, &[path, &keys].concat(), text);
    }
    for keys in limits.wrong_subtrees() {
        let hint =
            "write the container's name below the base, such as \"OU=Skolen\", or \"*\" for each of them".to_owned();
        document.at_key(&[path, &keys].concat(), format!("{:?} names no container", keys[1]), Some(hint));
    }
}

/// Groups that are never to be empty.
pub(super) fn never_empty(document: &mut Document<'_>, path: &[&str], groups: &[String]) {
    if groups.iter().any(|name| name.trim().is_empty()) {
        let hint = Some("write the name that the target shows, such as \"Administrators\"".to_owned());
        document.at_value(path, "the name of a group is empty", hint);
    }
}

fn limit(document: &mut Document<'_>, path: &[&str], limit: LimitText) {
    if limit.share.is_some_and(|share| !(0.0..=100.0).contains(&share)) {
        let hint = Some("a share is in per cent, from 0 to 100".to_owned());
        document.at_value(&[path, &["share"]].concat(), "this is no share", hint);
    }
    if let (Some(count), Some(floor)) = (limit.count, limit.floor)
        && floor > count
    {
        let message = format!("the floor {floor} is above the count {count}, which is never exceeded");
        let hint = Some(format!("write a floor of at most {count}"));
        document.at_value(&[path, &["floor"]].concat(), message, hint);
    }
}

fn jsonl(document: &mut Document<'_>, name: &str, source: &Jsonl) {
    if source.file.as_os_str().is_empty() {
        let hint = Some("write where the file lies, relative to this one".to_owned());
        document.at_value(&["jsonl", name, "file"], "the name of the file is empty", hint);
    }
}

fn custom(document: &mut Document<'_>, types: &CustomTypes) {
    for (kind, names) in &types.0 {
        for (name, declared) in names {
            let path = ["custom", kind.name(), name];
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(plain) {
                let hint = Some("use lower-case letters a to z, digits and _, a letter first".to_owned());
                document.at_key(&path, format!("{name:?} cannot be a name"), hint);
            }
            for (field, problem) in declared.flaws() {
                let hint = Some(format!("mend {field}, or leave it out"));
                document.at_value(&[path[0], path[1], path[2], field], problem, hint);
            }
        }
    }
}

/// The rules of the record: each by its name.
fn quality(document: &mut Document<'_>, severities: &BTreeMap<String, Severity>) {
    for name in severities.keys().filter(|name| !RULES.iter().any(|rule| rule.id == name.as_str())) {
        let hint = match nearest(name, RULES.iter().map(|rule| rule.id)) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("the rules are {}", RULES.iter().map(|rule| rule.id).collect::<Vec<_>>().join(", ")),
        };
        document.at_key(&["quality", name], format!("there is no rule {name:?}"), Some(hint));
    }
}

fn secret(document: &mut Document<'_>, path: &[&str], secret: &SecretRef) {
    if let Some(problem) = secret.problem() {
        document.at_value(path, problem, None);
    }
}

/// Names stand in commands, reports and facts: each means one thing.
fn names(document: &mut Document<'_>, sections: &Sections) {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let all = (sections.jsonl.keys().map(|name| ("jsonl", name)))
        .chain(sections.csv.keys().map(|name| ("csv", name)))
        .chain(sections.ldap.keys().map(|name| ("ldap", name)))
        .chain(sections.scim.keys().map(|name| ("scim", name)));
    for (section, name) in all {
        let path = [section, name.as_str()];
        if OWN_NAMES.contains(&name.as_str()) {
            let hint = Some(format!("{name:?} is a source that always exists: choose another name"));
            document.at_key(&path, format!("nothing else can be named {name:?}"), hint);
        }
        plain_name(document, &path);
        if let Some(other) = taken.insert(name.clone(), section) {
            let hint = Some("commands name them without their section: choose another name".to_owned());
            document.at_key(&path, format!("[{other}.{name}] has the same name"), hint);
        }
    }
}
