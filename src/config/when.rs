//! `schedule` of a source, target or report: five or six cron fields in quotes, or a table with more to it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use jiff::tz::TimeZone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::check;
use super::document::Document;
use super::settings::Sections;
use crate::org::nearest;
use crate::schedule::{Fresh, JobKind, Schedule, Timetable, WeekSpan, When, Windows};

/// When something runs, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhenText {
    /// Minute, hour, day, month, weekday; with seconds before them when there are six.
    pub cron: String,
    /// The IANA name of its own time zone; that of the roster without it.
    pub zone: Option<String>,
    /// It runs up to so many minutes later.
    pub jitter_minutes: u32,
    /// Parts of the week in which nothing is started.
    pub quiet: Vec<String>,
    /// Parts of the week in which alone something is started.
    pub only: Vec<String>,
    /// Sources and targets that must have come first.
    pub after: Vec<String>,
    /// How old their last success may be; of the same day without it.
    pub fresh_hours: Option<NonZeroU32>,
    /// What came due while no daemon served is left out instead of done once, later.
    pub no_catch_up: bool,
}

/// More minutes than this are no spread but another time.
const MOST_MINUTES: u32 = 12 * 60;

/// The table.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScheduleTable")]
struct Table {
    /// Minute, hour, day, month, weekday; with seconds before them when there are six.
    cron: String,
    /// The IANA name of its own time zone; that of the roster without it.
    zone: Option<String>,
    /// It runs up to so many minutes later.
    #[serde(default)]
    jitter_minutes: u32,
    /// Parts of the week in which nothing is started, such as "22:00-06:00" or "Sat,Sun".
    #[serde(default)]
    quiet: Vec<String>,
    /// Parts of the week in which alone something is started, such as "Mon-Fri 06:00-20:00".
    #[serde(default)]
    only: Vec<String>,
    /// Sources and targets that must have come first.
    #[serde(default)]
    after: Vec<String>,
    /// How old their last success may be; of the same day without it.
    fresh_hours: Option<NonZeroU32>,
    /// Whether what came due while no daemon served is done once, as soon as one does.
    #[serde(default = "yes")]
    catch_up: bool,
}

fn yes() -> bool {
    true
}

impl JsonSchema for WhenText {
    fn schema_name() -> Cow<'static, str> {
        "Schedule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Five or six cron fields, or a table with more to it.",
            "anyOf": [{ "type": "string" }, generator.subschema_for::<Table>()],
        })
    }
}

impl<'de> Deserialize<'de> for WhenText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WhenVisitor)
    }
}

struct WhenVisitor;

impl<'de> Visitor<'de> for WhenVisitor {
    type Value = WhenText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("five or six fields in quotes, such as \"30 6 * * Mon-Fri\", or a table with cron = \"…\"")
    }

    fn visit_str<E: serde::de::Error>(self, cron: &str) -> Result<WhenText, E> {
        Ok(WhenText { cron: cron.to_owned(), ..WhenText::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WhenText, A::Error> {
        let Table { cron, zone, jitter_minutes, quiet, only, after, fresh_hours, catch_up } =
            Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(WhenText { cron, zone, jitter_minutes, quiet, only, after, fresh_hours, no_catch_up: !catch_up })
    }
}

/// When a job runs; nothing when it has no schedule, or one that is wrong. `path` is that of its section.
pub(super) fn when(
    document: &mut Document<'_>,
    path: &[&str],
    (kind, name): (JobKind, &str),
    text: Option<&WhenText>,
    zone: &TimeZone,
) -> Option<When> {
    let text = text?;
    let at = |key: &'static str| [path, &["schedule", key]].concat();
    let schedule = match Schedule::parse(&text.cron) {
        Ok(schedule) => Some(schedule),
        Err(error) => {
            document.at_value(&at("cron"), error.message, error.hint);
            None
        }
    };
    let zone = match text.zone.as_deref().map(|name| (name, check::zone(name))) {
        None => Some(zone.clone()),
        Some((_, Ok(zone))) => Some(zone),
        Some((name, Err(hint))) => {
            document.at_value(&at("zone"), format!("there is no time zone {name:?}"), Some(hint));
            None
        }
    };
    if text.jitter_minutes > MOST_MINUTES {
        let hint = Some(format!("write {MOST_MINUTES} at most, or another time in cron"));
        document.at_value(&at("jitter_minutes"), format!("{} minutes are no spread", text.jitter_minutes), hint);
    }
    if let (Some(_), true) = (text.fresh_hours, text.after.is_empty()) {
        let hint = Some("add after = [\"…\"] with the source that has to come first".to_owned());
        document.at_value(&at("fresh_hours"), "nothing has to come first, so nothing has to be fresh", hint);
    }
    let (quiet, only) = (spans(document, &at("quiet"), &text.quiet), spans(document, &at("only"), &text.only));
    let windows = Windows::new(&quiet?, &only?);
    if windows.is_none() {
        let key = if text.only.is_empty() { "quiet" } else { "only" };
        let hint = Some("leave some hour of the week in which it may run".to_owned());
        document.at_value(&at(key), "quiet and only leave no time to run in", hint);
    }
    let fresh = text.fresh_hours.map_or(Fresh::Today, |hours| Fresh::Hours(hours.get()));
    Some(When {
        timetable: Timetable::new(schedule?, zone?),
        job: kind.job(name),
        jitter_minutes: text.jitter_minutes,
        windows: windows?,
        after: text.after.clone(),
        fresh,
        catch_up: !text.no_catch_up,
    })
}

/// All of them, or nothing when one is wrong.
fn spans(document: &mut Document<'_>, path: &[&str], texts: &[String]) -> Option<Vec<WeekSpan>> {
    let mut spans = Vec::new();
    for text in texts {
        match WeekSpan::parse(text) {
            Ok(span) => spans.push(span),
            Err(error) => document.at_value(path, error.message, error.hint),
        }
    }
    (spans.len() == texts.len()).then_some(spans)
}

/// Everything that can have a schedule: kind, section, name, schedule.
fn all(sections: &Sections) -> Vec<(JobKind, &'static str, &String, Option<&WhenText>)> {
    let jsonl = sections.jsonl.iter().map(|(name, of)| (JobKind::Source, "jsonl", name, of.schedule.as_ref()));
    let csv = sections.csv.iter().map(|(name, of)| (JobKind::Source, "csv", name, of.schedule.as_ref()));
    let ldap = sections.ldap.iter().map(|(name, of)| (JobKind::Target, "ldap", name, of.schedule.as_ref()));
    let scim = sections.scim.iter().map(|(name, of)| (JobKind::Target, "scim", name, of.schedule.as_ref()));
    let report = sections.report.iter().map(|(name, of)| (JobKind::Report, "report", name, of.schedule.as_ref()));
    jsonl.chain(csv).chain(ldap).chain(scim).chain(report).collect()
}

/// What has to come first: sources and targets that there are, sources before sources, and nothing in a circle.
pub(super) fn order(document: &mut Document<'_>, sections: &Sections) {
    let all = all(sections);
    // a report may have the name of a source or target; nothing comes after a report
    let named = || all.iter().filter(|(kind, ..)| *kind != JobKind::Report);
    let kinds: BTreeMap<&str, JobKind> = named().map(|(kind, _, name, _)| (name.as_str(), *kind)).collect();
    let first: BTreeMap<&str, &[String]> =
        named().filter_map(|(_, _, name, text)| Some((name.as_str(), text.as_ref()?.after.as_slice()))).collect();
    for (kind, section, name, text) in &all {
        for before in text.map(|text| text.after.as_slice()).unwrap_or_default() {
            let path = [*section, name.as_str(), "schedule", "after"];
            let can_be = |of: &JobKind| of <= kind;
            let known = || kinds.iter().filter(|(_, of)| can_be(of)).map(|(name, _)| *name);
            match kinds.get(before.as_str()) {
                Some(of) if of == kind && before == *name => {
                    document.at_value(&path, format!("{name} waits for itself"), Some("leave it out".to_owned()));
                }
                Some(of) if can_be(of) && *kind != JobKind::Report && leads_to(before, name, &first) => {
                    let hint = Some("leave one of the two out".to_owned());
                    document.at_value(&path, format!("{name} and {before} wait for each other"), hint);
                }
                Some(of) if can_be(of) => {}
                Some(of) => {
                    let (kind, of) = (kind.as_str(), of.as_str());
                    let hint = Some("sources come first, then targets, then reports".to_owned());
                    document.at_value(&path, format!("a {kind} does not come after the {of} {before}"), hint);
                }
                None => {
                    let hint = match nearest(before, known()) {
                        Some(near) => format!("did you mean {near:?}?"),
                        None => format!("it can come after {}", known().collect::<Vec<_>>().join(", ")),
                    };
                    document.at_value(&path, format!("nothing is named {before:?}"), Some(hint));
                }
            }
        }
    }
}

/// Whether `from` has to wait for `to`, over others too.
fn leads_to(from: &str, to: &str, first: &BTreeMap<&str, &[String]>) -> bool {
    let (mut seen, mut open) = (Vec::new(), vec![from]);
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if !seen.contains(&name) {
            seen.push(name);
            open.extend(first.get(name).into_iter().flat_map(|names| names.iter()).map(String::as_str));
        }
    }
    false
}
