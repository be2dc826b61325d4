//! An edit by hand: how it changes the timeline of one thing. Pure: no store, no references, no kinds.
//!
//! - *Add* states a thing on days on which nothing holds yet: a new thing, or one that comes back.
//! - *Change* says that something became different on a day. It holds as long as the old value would have: a later
//!   change of the same field that is recorded already stands.
//! - *Correct* says that it was so on all days of an interval, whatever is recorded there.
//! - *End* says that the thing no longer holds from a day on.
//!
//! A change and a correction touch the fields they name and no others, on the days on which the thing holds and no
//! others: gaps stay gaps.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::history::{Span, Timeline, pieces};
use super::time::{Day, Interval};

/// The fields of a fact, as its body has them.
pub type Fields = Map<String, Value>;

/// What is done to a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Add { interval: Interval },
    Change { from: Day },
    Correct { interval: Interval },
    End { on: Day },
}

/// Why an edit makes no sense for the timeline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("the interval holds on no day")]
    NoDay,
    #[error("it holds already: {0}")]
    Holds(Interval),
    #[error("it does not hold on {0}")]
    HoldsNot(Day),
    #[error("it holds on no day of the interval")]
    HoldsNever,
    #[error("it does not hold from {0} on")]
    Ended(Day),
    #[error("what is recorded has no readable fields")]
    Body,
}

impl Act {
    /// For people and records.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Change { .. } => "change",
            Self::Correct { .. } => "correct",
            Self::End { .. } => "end",
        }
    }

    /// The timeline after the act. A field that is null is taken away. A custom attribute alone is named
    /// `custom.NAME`.
    pub fn on(&self, stored: &Timeline<Arc<str>>, fields: &Fields) -> Result<Timeline<Arc<str>>, EditError> {
        match self {
            Self::Add { interval } => add(stored, *interval, fields),
            Self::Change { from } => change(stored, *from, fields),
            Self::Correct { interval } => correct(stored, *interval, fields),
            Self::End { on } => {
                let ended = stored.end_on(*on);
                if ended == *stored { Err(EditError::Ended(*on)) } else { Ok(ended) }
            }
        }
    }
}

fn add(stored: &Timeline<Arc<str>>, interval: Interval, fields: &Fields) -> Result<Timeline<Arc<str>>, EditError> {
    if interval.is_empty() {
        return Err(EditError::NoDay);
    }
    if let Some(there) = stored.within(&interval).spans().first() {
        return Err(EditError::Holds(there.interval));
    }
    Ok(stored.overlay(interval, merged("{}", fields.iter())?))
}

fn change(stored: &Timeline<Arc<str>>, from: Day, fields: &Fields) -> Result<Timeline<Arc<str>>, EditError> {
    let before = read(stored.on(from).ok_or(EditError::HoldsNot(from))?)?;
    let mut standing: BTreeSet<&String> = fields.keys().collect();
    let mut changed = stored.clone();
    for Span { interval, body } in stored.within(&Interval { from: Some(from), to: None }).spans() {
        let now = read(body)?;
        standing.retain(|field| value(&now, field) == value(&before, field));
        let fields = fields.iter().filter(|(field, _)| standing.contains(field));
        changed = changed.overlay(*interval, merged(body, fields)?);
    }
    Ok(changed)
}

fn correct(stored: &Timeline<Arc<str>>, interval: Interval, fields: &Fields) -> Result<Timeline<Arc<str>>, EditError> {
    if interval.is_empty() {
        return Err(EditError::NoDay);
    }
    let within = stored.within(&interval);
    if within.is_empty() {
        return Err(EditError::HoldsNever);
    }
    let mut corrected = stored.clone();
    for Span { interval, body } in within.spans() {
        corrected = corrected.overlay(*interval, merged(body, fields.iter())?);
    }
    Ok(corrected)
}

/// The field of a person that is never edited by hand, nor shown: it is recorded sealed.
pub const SEALED: &str = "national_id";

/// What stands before the name of a custom attribute.
const CUSTOM: &str = "custom.";

fn value<'a>(body: &'a Fields, field: &str) -> Option<&'a Value> {
    match field.strip_prefix(CUSTOM) {
        Some(name) => body.get("custom")?.get(name),
        None => body.get(field),
    }
}

fn read(body: &str) -> Result<Fields, EditError> {
    serde_json::from_str(body).map_err(|_| EditError::Body)
}

/// A body with some of its fields replaced.
fn merged<'a>(body: &str, fields: impl Iterator<Item = (&'a String, &'a Value)>) -> Result<Arc<str>, EditError> {
    let mut body = read(body)?;
    for (field, value) in fields {
        match field.strip_prefix(CUSTOM) {
            None => put(&mut body, field, value),
            Some(name) => {
                let custom = body.entry("custom").or_insert_with(|| Value::Object(Fields::new()));
                if custom.is_null() {
                    *custom = Value::Object(Fields::new());
                }
                put(custom.as_object_mut().ok_or(EditError::Body)?, name, value);
            }
        }
    }
    serde_json::to_string(&body).map(Arc::from).map_err(|_| EditError::Body)
}

fn put(fields: &mut Fields, name: &str, value: &Value) {
    if value.is_null() {
        fields.shift_remove(name);
    } else {
        fields.insert(name.to_owned(), value.clone());
    }
}

/// The days on which two timelines differ, and what each says there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference<B> {
    pub interval: Interval,
    pub before: Option<B>,
    pub after: Option<B>,
}

/// Every difference, in the order of days; days that differ in the same way are one.
pub fn differences<B: Clone + Eq>(before: &Timeline<B>, after: &Timeline<B>) -> Vec<Difference<B>> {
    let spans = before.spans().iter().chain(after.spans()).map(|span| span.interval);
    let mut found: Vec<Difference<B>> = Vec::new();
    for interval in pieces(spans) {
        let says = |timeline: &Timeline<B>| timeline.in_all_of(&interval).cloned();
        let (before, after) = (says(before), says(after));
        if before == after {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.interval.to == interval.from && last.before == before && last.after == after => {
                last.interval.to = interval.to;
            }
            _ => found.push(Difference { interval, before, after }),
        }
    }
    found
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// `2020..2022 title=A fte=1; 2023.. title=B`: years, half-open; no year is open.
    fn timeline(text: &str) -> Timeline<Arc<str>> {
        let span = |text: &str| {
            let (days, fields) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
            let body = fields.split_whitespace().filter_map(|field| field.split_once('='));
            let body: Fields = body.map(|(field, value)| (field.to_owned(), Value::from(value))).collect();
            Span { interval: interval(days), body: Arc::from(serde_json::to_string(&body).unwrap()) }
        };
        Timeline::new(text.split(';').filter(|span| !span.trim().is_empty()).map(span).collect()).unwrap()
    }

    fn day(year: &str) -> Option<Day> {
        (!year.is_empty()).then(|| format!("{year}-01-01").parse().unwrap())
    }

    fn interval(days: &str) -> Interval {
        let (from, to) = days.split_once("..").unwrap();
        Interval { from: day(from), to: day(to) }
    }

    fn act(text: &str) -> Act {
        let (act, days) = text.split_once(' ').unwrap();
        match act {
            "add" => Act::Add { interval: interval(days) },
            "change" => Act::Change { from: day(days).unwrap() },
            "correct" => Act::Correct { interval: interval(days) },
            _ => Act::End { on: day(days).unwrap() },
        }
    }

    fn fields(text: &str) -> Fields {
        let field = |text: &str| {
            let (field, value) = text.split_once('=').unwrap();
            (field.to_owned(), if value == "null" { Value::Null } else { Value::from(value) })
        };
        text.split_whitespace().map(field).collect()
    }

    #[test]
    fn an_act_changes_the_days_and_fields_it_names_and_no_others() {
        const PLANNED: &str = "2020..2024 t=A f=1; 2024..2025 t=B f=1; 2025.. t=B f=2";
        const GAP: &str = "2020..2022 t=A; 2023.. t=A";
        for (before, what, with, after) in [
            ("", "add 2020..", "t=A", "2020.. t=A"),
            ("2020..2022 t=A", "add 2022..", "t=B", "2020..2022 t=A; 2022.. t=B"),
            ("2020..2022 t=A", "add 2022..", "t=A", "2020.. t=A"), // touching and equal: one
            (GAP, "add 2022..2023", "t=X", "2020..2022 t=A; 2022..2023 t=X; 2023.. t=A"),
            ("2020.. t=A f=1", "change 2022", "t=B", "2020..2022 t=A f=1; 2022.. t=B f=1"),
            ("2020.. t=A", "change 2020", "t=B", "2020.. t=B"),
            ("2020.. t=A f=1", "change 2022", "f=null", "2020..2022 t=A f=1; 2022.. t=A"),
            ("2020.. t=A", "change 2022", "t=A", "2020.. t=A"),
            ("..2030 t=A", "change 2022", "t=B", "..2022 t=A; 2022..2030 t=B"),
            (GAP, "change 2021", "t=B", "2020..2021 t=A; 2021..2022 t=B; 2023.. t=B"),
            // a change that is planned already stands, field by field
            (
                PLANNED,
                "change 2021",
                "t=C",
                "2020..2021 t=A f=1; 2021..2024 t=C f=1; 2024..2025 t=B f=1; 2025.. t=B f=2",
            ),
            (
                PLANNED,
                "change 2021",
                "f=3",
                "2020..2021 t=A f=1; 2021..2024 t=A f=3; 2024..2025 t=B f=3; 2025.. t=B f=2",
            ),
            (PLANNED, "change 2024", "t=C", "2020..2024 t=A f=1; 2024..2025 t=C f=1; 2025.. t=C f=2"),
            (
                "2020..2021 t=A; 2021..2022 t=B; 2022.. t=A",
                "change 2020",
                "t=C",
                "2020..2021 t=C; 2021..2022 t=B; 2022.. t=A",
            ),
            // a correction does not ask what was planned
            (PLANNED, "correct ..", "t=C", "2020..2025 t=C f=1; 2025.. t=C f=2"),
            (
                PLANNED,
                "correct 2023..2025",
                "f=7",
                "2020..2023 t=A f=1; 2023..2024 t=A f=7; 2024..2025 t=B f=7; 2025.. t=B f=2",
            ),
            ("2020..2022 t=A; 2023.. t=B", "correct ..", "f=1", "2020..2022 t=A f=1; 2023.. t=B f=1"),
            ("2020.. t=A", "correct 2010..2021", "t=B", "2020..2021 t=B; 2021.. t=A"),
            (PLANNED, "end 2021", "", "2020..2021 t=A f=1"),
            (GAP, "end 2022", "", "2020..2022 t=A"),
            ("2020.. t=A", "end 2019", "", ""),
        ] {
            let (before, after) = (timeline(before), timeline(after));
            let got = act(what).on(&before, &fields(with)).unwrap();
            let said = |timeline: &Timeline<Arc<str>>| -> Vec<(Interval, Fields)> {
                timeline.spans().iter().map(|span| (span.interval, read(&span.body).unwrap())).collect()
            };
            assert_eq!(said(&got), said(&after), "{what} {with} on {before:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (before, what, error) in [
            ("2020.. t=A", "add 2019..2021", EditError::Holds(interval("2020..2021"))),
            ("", "add 2021..2021", EditError::NoDay),
            ("2020..2022 t=A", "change 2022", EditError::HoldsNot(day("2022").unwrap())),
            ("2020..2022 t=A", "change 2019", EditError::HoldsNot(day("2019").unwrap())),
            ("2020..2022 t=A", "correct 2022..", EditError::HoldsNever),
            ("2020..2022 t=A", "correct 2022..2020", EditError::NoDay),
            ("2020..2022 t=A", "end 2022", EditError::Ended(day("2022").unwrap())),
        ] {
            assert_eq!(act(what).on(&timeline(before), &fields("t=X")).unwrap_err(), error, "{what}");
        }
    }

    #[test]
    fn one_custom_attribute_is_changed_and_the_others_stay() {
        let body: Arc<str> = Arc::from(r#"{"t":"A","custom":{"a":1,"b":2}}"#);
        let before = Timeline::default().overlay(interval("2020.."), body);
        let after = act("change 2022").on(&before, &fields("custom.a=null custom.c=x")).unwrap();
        assert_eq!(&*after.spans()[1].body, r#"{"t":"A","custom":{"b":2,"c":"x"}}"#);
        assert_eq!(after.spans()[0], before.within(&interval("..2022")).spans()[0]);
    }

    #[test]
    fn differences_are_the_days_that_differ() {
        let texts = |before: &str, after: &str| -> Vec<String> {
            let differences = differences(&timeline(before), &timeline(after));
            differences.iter().map(|one| format!("{}: {:?} {:?}", one.interval, one.before, one.after)).collect()
        };
        assert!(texts("2020.. t=A", "2020.. t=A").is_empty());
        assert_eq!(
            texts("2020..2024 t=A; 2024.. t=B", "2020..2022 t=A; 2022..2024 t=C; 2024..2025 t=B"),
            [
                r#"2022-01-01 to 2024-01-01: Some("{\"t\":\"A\"}") Some("{\"t\":\"C\"}")"#,
                r#"2025-01-01 onwards: Some("{\"t\":\"B\"}") None"#
            ]
        );
        assert_eq!(texts("", ".. t=A"), [r#"… onwards: None Some("{\"t\":\"A\"}")"#]);
    }
}
