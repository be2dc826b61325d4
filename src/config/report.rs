//! `[report.NAME]`: a report that is made on schedule, and who gets it.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use serde::Deserialize;

use super::channels::{self, Channels};
use super::check;
use super::document::Document;
use super::read::Removed;
use super::settings::Sections;
use super::when::WhenText;
use crate::org::nearest;
use crate::report::{Format, Language, REPORTS, report_kind};

/// A report that is made on schedule and sent.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportText {
    /// Which one: a name of `rosterd report --list`.
    pub what: String,
    /// When the daemon makes it; never by itself without one.
    pub schedule: Option<WhenText>,
    /// The targets that it is about; all of them without it.
    #[serde(default)]
    pub targets: Vec<String>,
    /// How many days ahead it looks, where it looks ahead.
    pub days: Option<NonZeroU32>,
    /// The forms that are attached to mail and put into folders.
    #[serde(default = "formats")]
    pub formats: BTreeSet<Format>,
    /// The language that it is written in; that of the roster without it.
    pub language: Option<Language>,
    /// Who gets it.
    pub to: Channels,
    /// Nothing is sent when there is nothing new since the last time.
    #[serde(default)]
    pub only_if_changed: bool,
}

fn formats() -> BTreeSet<Format> {
    BTreeSet::from([Format::Html])
}

/// Checks the sections of reports.
pub(super) fn check(document: &mut Document<'_>, sections: &Sections, removed: &Removed) {
    for (name, report) in &sections.report {
        let at = |key| ["report", name.as_str(), key];
        check::plain_name(document, &["report", name]);
        let near = |word: &str, known: &[&str]| match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("choose one of {}", known.join(", ")),
        };
        let kinds: Vec<&str> = REPORTS.iter().map(|kind| kind.name).collect();
        match report_kind(&report.what) {
            None => {
                let message = format!("there is no report {:?}", report.what);
                document.at_value(&at("what"), message, Some(near(&report.what, &kinds)));
            }
            Some(kind) => {
                let misplaced = [
                    ("targets", !kind.takes.targets && !report.targets.is_empty(), "looks at no target"),
                    ("days", !kind.takes.days && report.days.is_some(), "looks at no days to come"),
                ];
                for (key, _, why) in misplaced.into_iter().filter(|(_, is_so, _)| *is_so) {
                    let hint = Some(format!("leave {key} out"));
                    document.at_value(&at(key), format!("the report {} {why}", kind.name), hint);
                }
            }
        }
        let targets: Vec<&str> = sections.ldap.keys().chain(sections.scim.keys()).map(String::as_str).collect();
        let gone = |target: &str| removed.iter().any(|path| path.last().is_some_and(|last| last == target));
        for wrong in report.targets.iter().filter(|one| !targets.contains(&one.as_str()) && !gone(one)) {
            let hint = near(wrong, &targets);
            document.at_value(&at("targets"), format!("no target is named {wrong:?}"), Some(hint));
        }
        channels::channels(document, &at("to"), &report.to, (sections, removed));
    }
}
