//! The profile of a SCIM service: a shipped one by its name, or a file that may build on one and says only what differs.

use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::document::Document;
use super::problem::ConfigProblem;
use super::read;
use super::settings::Scim;
use crate::org::nearest;
use crate::target::scim::attribute_problem;
use crate::target::scim::profile::{Attributes, GENERIC, Profile, SHIPPED};

/// The shipped profile of that name.
pub fn shipped_profile(name: &str) -> Option<Profile> {
    toml::from_str(text(name)?).ok()
}

fn text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}

/// The profile of a target; `None` when it has a problem, which is noted.
pub(super) fn profile(document: &mut Document<'_>, name: &str, scim: &Scim, folder: &Path) -> Option<Profile> {
    let Some(file) = &scim.profile_file else {
        let chosen = scim.profile.as_deref().unwrap_or(GENERIC);
        let profile = shipped_profile(chosen);
        if profile.is_none() {
            document.at_value(&["scim", name, "profile"], unknown(chosen), Some(hint(chosen)));
        }
        return profile;
    };
    let path = ["scim", name, "profile_file"];
    if scim.profile.is_some() {
        let hint = "write based_on = \"…\" in the file, and leave profile out here".to_owned();
        document.at_value(&path, "profile and profile_file are two profiles", Some(hint));
        return None;
    }
    let file = folder.join(file);
    let shown = file.display().to_string();
    match std::fs::read_to_string(&file) {
        Ok(text) => match parse(&shown, &text) {
            Ok(profile) => Some(profile),
            Err(problems) => {
                problems.into_iter().for_each(|problem| document.add(problem));
                None
            }
        },
        Err(error) => {
            let hint = Some("the name is relative to the configuration file".to_owned());
            document.at_value(&path, format!("cannot read the profile {shown}: {error}"), hint);
            None
        }
    }
}

fn unknown(name: &str) -> String {
    format!("there is no profile {name:?}")
}

fn hint(name: &str) -> String {
    let names = SHIPPED.map(|(name, _)| name);
    match nearest(name, names) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("choose one of {}; or write one, and name it as profile_file", names.join(", ")),
    }
}

/// Reads a profile; what it says nothing of, the one that it is based on says.
fn parse(file: &str, written: &str) -> Result<Profile, Vec<ConfigProblem>> {
    let mut document = Document::parse(file, written);
    if !document.is_good() {
        return Err(document.into_problems());
    }
    let Some((alone, _)) = read::whole::<Profile>(&mut document) else { return Err(document.into_problems()) };
    let base = alone.based_on.as_deref().unwrap_or(GENERIC);
    let Some(beneath) = text(base) else {
        document.at_value(&["based_on"], unknown(base), Some(hint(base)));
        return Err(document.into_problems());
    };
    let merged = toml::from_str::<Table>(beneath)
        .and_then(|beneath| Ok(over(toml::from_str(written)?, beneath)))
        .and_then(Profile::deserialize);
    match merged {
        Ok(profile) => {
            check(&mut document, &profile);
            if document.is_good() { Ok(profile) } else { Err(document.into_problems()) }
        }
        Err(error) => {
            document.at(0..0, error.message().to_owned(), None);
            Err(document.into_problems())
        }
    }
}

/// One table laid over another: field by field; a list stands for itself.
fn over(upper: Table, mut lower: Table) -> Table {
    for (key, value) in upper {
        let value = match (value, lower.remove(&key)) {
            (Value::Table(upper), Some(Value::Table(lower))) => Value::Table(over(upper, lower)),
            (value, _) => value,
        };
        lower.insert(key, value);
    }
    lower
}

/// What the shape alone does not show.
fn check(document: &mut Document<'_>, profile: &Profile) {
    let above_nothing = |document: &mut Document<'_>, path: &[&str], number: Option<u32>| {
        if number == Some(0) {
            document.at_value(path, "this is a whole number above 0", None);
        }
    };
    above_nothing(document, &["listing", "page_size"], profile.listing.page_size);
    above_nothing(document, &["listing", "page_cap"], profile.listing.page_cap);
    above_nothing(document, &["patch", "operations"], profile.patch.operations);
    above_nothing(document, &["wire", "body_bytes"], profile.wire.body_bytes);
    above_nothing(document, &["pace", "concurrency"], profile.pace.concurrency);
    for field in ["add_at_most", "remove_at_most", "create_at_most"] {
        let members = &profile.members;
        let number = match field {
            "add_at_most" => members.add_at_most,
            "remove_at_most" => members.remove_at_most,
            _ => members.create_at_most,
        };
        above_nothing(document, &["members", field], number);
    }
    for bucket in &profile.pace.bucket {
        if bucket.of.is_empty() || bucket.requests == 0 || bucket.per_seconds == 0 || bucket.burst == Some(0) {
            let hint =
                "of names at least one class of requests; requests, per_seconds and burst are above 0".to_owned();
            document.at_value(&["pace", "bucket"], "a bucket lets nothing through", Some(hint));
        }
    }
    for budget in &profile.pace.budget {
        if budget.at_most == 0 || budget.per_seconds == 0 {
            let hint = Some("at_most and per_seconds are above 0".to_owned());
            document.at_value(&["pace", "budget"], "a budget lets nothing through", hint);
        }
    }
    for name in profile.wire.headers.keys() {
        if ["authorization", "content-type", "accept", "host", "content-length"].contains(&name.to_lowercase().as_str())
        {
            document.at_key(&["wire", "headers", name], format!("{name} is not set here"), None);
        }
    }
    attributes(document, "user", &profile.user);
    attributes(document, "group", &profile.group);
}

fn attributes(document: &mut Document<'_>, kind: &str, attributes: &Attributes) {
    let lists = [
        ("required", &attributes.required),
        ("single", &attributes.single),
        ("primary", &attributes.primary),
        ("forbidden", &attributes.forbidden),
        ("not_clearable", &attributes.not_clearable),
        ("not_while_pending", &attributes.not_while_pending),
        ("normalised", &attributes.normalised),
    ];
    for (field, names) in lists {
        for name in names.iter().filter(|name| !is_path(name)) {
            document.at_value(&[kind, field], format!("{name:?} is not the path of an attribute"), None);
        }
    }
    for name in attributes.constants.keys().filter(|name| !is_path(name)) {
        document.at_key(&[kind, "constants", name], format!("{name:?} is not the path of an attribute"), None);
    }
}

/// Whether it is a path in form; a profile speaks of attributes that no mapping may set, too.
fn is_path(name: &str) -> bool {
    attribute_problem(&name.into()).is_none_or(|problem| !problem.contains("is not an attribute path"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;
    use crate::config::render;
    use crate::target::scim::profile::{Deletion, Paging, Put, Shown};

    #[test]
    fn every_shipped_profile_is_good_and_says_where_it_was_read() {
        for (name, text) in SHIPPED {
            let profile = parse(name, text).map_err(|problems| render(&problems, false)).unwrap();
            assert!(!profile.source.is_empty(), "{name}");
            assert!(profile.source.iter().all(|source| source.starts_with("https://")), "{name}");
            assert!(profile.date.parse::<jiff::civil::Date>().is_ok(), "{name}: {:?}", profile.date);
            assert_eq!(shipped_profile(name), Some(profile), "{name} builds on nothing");
        }
    }

    #[test]
    fn the_generic_profile_says_nothing_but_its_source() {
        let generic = shipped_profile(GENERIC).unwrap();
        let nothing = Profile { source: generic.source.clone(), date: generic.date.clone(), ..Profile::default() };
        assert_eq!(generic, nothing);
    }

    #[test]
    fn a_file_says_only_what_differs() {
        let written = "based_on = \"aws-identity-center\"\nput = \"merges\"\n[listing]\npage_size = 10\nmembers = \"single\"\n[user]\nsingle = []\n";
        let profile = parse("my.toml", written).unwrap();
        let aws = shipped_profile("aws-identity-center").unwrap();
        assert_eq!((profile.put, profile.listing.page_size), (Put::Merges, Some(10)));
        assert_eq!((profile.listing.paging, profile.listing.members), (Some(Paging::Cursor), Some(Shown::Single)));
        assert_eq!((profile.user.single, profile.user.required), (Vec::new(), aws.user.required));
        assert_eq!(profile.members, aws.members);
        assert_eq!(parse("my.toml", "").unwrap(), shipped_profile(GENERIC).unwrap());
        assert_eq!(parse("my.toml", "[removal]\nuser = \"not-offered\"").unwrap().removal.user, Deletion::NotOffered);
    }

    #[test]
    fn what_is_wrong_in_a_profile_is_told_with_its_place() {
        let told = |text: &str| render(&parse("my.toml", text).unwrap_err(), false);
        for (text, parts) in [
            ("[listing]\npagesize = 3\n", ["my.toml:2:1", "did you mean \"page_size\"?"]),
            ("[listing]\npaging = \"cursors\"\n", ["my.toml:2:10", "did you mean \"cursor\"?"]),
            ("[listing]\npage_size = \"many\"\n", ["my.toml:2:13", "write a whole number"]),
            ("based_on = \"entr\"\n", ["my.toml:1:12", "did you mean \"entra\"?"]),
            ("[listing]\npage_cap = 0\n", ["my.toml:2:12", "above 0"]),
            ("[user]\nrequired = [\"a b\"]\n", ["my.toml:2:12", "\"a b\" is not the path of an attribute"]),
            ("[[pace.bucket]]\nof = []\nrequests = 1\nper_seconds = 1\n", ["my.toml:", "lets nothing through"]),
        ] {
            let shown = told(text);
            assert!(parts.iter().all(|part| shown.contains(part)), "{text}\n{shown}");
        }
    }
}
