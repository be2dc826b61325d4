//! What each commit did to one thing, found from the versions that it closed and added.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::history::{Span, Timeline};
use super::past::{Act, Believed};
use super::time::{Day, Interval};

/// What the commit `commit`, made on `day`, did to the thing with these versions, of which it added some.
pub fn act(versions: &[Believed], commit: i64, day: Day) -> Act {
    let before = timeline(versions, |version| version.from < commit && version.to.is_none_or(|to| to >= commit));
    let after = timeline(versions, |version| version.from <= commit && version.to.is_none_or(|to| to > commit));
    if before.is_empty() {
        return Act::Add;
    }
    match first_difference(&before, &after) {
        Some(Some(first)) if after == before.end_on(first) => Act::End,
        Some(Some(first)) if first >= day => Act::Change,
        _ => Act::Correction,
    }
}

/// The versions that a commit took away from the thing without adding any: their places, with the commit.
pub fn erased(versions: &[Believed]) -> Vec<(usize, i64)> {
    let added: BTreeSet<i64> = versions.iter().map(|version| version.from).collect();
    let closed = versions.iter().enumerate().filter_map(|(at, version)| Some((at, version.to?)));
    closed.filter(|(_, commit)| !added.contains(commit)).collect()
}

fn timeline(versions: &[Believed], is_in_force: impl Fn(&Believed) -> bool) -> Timeline<Arc<str>> {
    let span = |version: &Believed| Span { interval: version.interval, body: version.body.clone() };
    Timeline::new(versions.iter().filter(|version| is_in_force(version)).map(span).collect()).unwrap_or_default()
}

/// The first day on which two timelines differ: `Some(None)` when they do from the beginning of time.
fn first_difference(before: &Timeline<Arc<str>>, after: &Timeline<Arc<str>>) -> Option<Option<Day>> {
    let mut borders: BTreeSet<Option<Day>> = BTreeSet::from([None]);
    for span in before.spans().iter().chain(after.spans()) {
        borders.insert(span.interval.from);
        borders.extend(span.interval.to.map(Some));
    }
    borders.into_iter().find(|border| held_at(before, *border) != held_at(after, *border))
}

/// What holds on a day, or before all days.
fn held_at(timeline: &Timeline<Arc<str>>, border: Option<Day>) -> Option<&Arc<str>> {
    let is_open = |interval: &Interval| interval.from.is_none();
    match border {
        Some(day) => timeline.on(day),
        None => timeline.spans().iter().find(|span| is_open(&span.interval)).map(|span| &span.body),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn version(from: &str, to: &str, body: &str, known: (i64, Option<i64>)) -> Believed {
        let interval = Interval { from: from.parse().ok(), to: to.parse().ok() };
        Believed { interval, body: body.into(), from: known.0, to: known.1 }
    }

    #[test]
    fn the_acts_as_a_table() {
        let open = ("2020-01-01", "");
        let first = version(open.0, open.1, "a", (1, Some(2)));
        let until = |day| version(open.0, day, "a", (2, None));
        let from = |day, body| version(day, "", body, (2, None));
        let table = [
            (vec![from("2020-01-01", "a")], Act::Add),
            (vec![first.clone(), until("2026-06-01"), from("2026-06-01", "b")], Act::Change),
            (vec![first.clone(), until("2026-05-31"), from("2026-05-31", "b")], Act::Correction),
            (vec![first.clone(), from("2020-01-01", "b")], Act::Correction),
            (vec![first.clone(), from("2019-01-01", "a")], Act::Correction),
            (vec![first.clone(), until("2024-01-01")], Act::End),
            (vec![first.clone(), until("2030-01-01")], Act::End),
            (vec![version(open.0, "2026-01-01", "a", (1, None)), from("2026-07-01", "a")], Act::Change),
            (
                vec![version("", "2026-01-01", "a", (1, Some(2))), version("", "2026-01-01", "b", (2, None))],
                Act::Correction,
            ),
        ];
        for (versions, expected) in table {
            assert_eq!(act(&versions, 2, "2026-06-01".parse().unwrap()), expected, "{versions:?}");
        }
    }

    #[test]
    fn what_is_closed_and_not_replaced_is_erased() {
        let versions = [
            version("", "2024-01-01", "a", (1, Some(2))),
            version("2024-01-01", "", "b", (1, Some(3))),
            version("", "2024-01-01", "c", (2, Some(3))),
        ];
        assert_eq!(erased(&versions), [(1, 3), (2, 3)]);
    }
}
