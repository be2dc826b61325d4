//! What of the alarms is news: compares what is found now with what was told.
//!
//! One message when an alarm comes, one when somebody has to do something else about it or it became worse, one when it
//! is over. What comes and goes does not flood: an alarm is over once it stayed away for the whole *settling time*, and
//! one that returns before is the same alarm, about which nothing is told. What changes again and again is told once in
//! each settling time; what becomes worse, at once.

use serde::{Deserialize, Serialize};

use super::table::{Alarm, row};
use crate::org::Instant;

/// An alarm that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// As it was told last.
    pub alarm: Alarm,
    pub told: Instant,
    /// Since when it is not found any more.
    pub gone: Option<Instant>,
}

/// Why an alarm is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    New,
    Changed,
    Over,
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub turn: Turn,
    pub alarm: Alarm,
    /// Of what is over: since when.
    pub gone: Option<Instant>,
}

/// What is to be told, and what is known afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Telling {
    /// In the order of the turns, then of the alarms.
    pub news: Vec<News>,
    /// All that is known from now on.
    pub known: Vec<Known>,
}

/// Compares. `settle_minutes` is the settling time.
pub fn tell(known: &[Known], found: &[Alarm], settle_minutes: u32, now: Instant) -> Telling {
    let settled = |since: Instant| minutes_later(since, settle_minutes) <= now;
    let mut telling = Telling::default();
    for alarm in found {
        match known.iter().find(|one| is_same(&one.alarm, alarm)) {
            None => {
                telling.news.push(News { turn: Turn::New, alarm: alarm.clone(), gone: None });
                telling.known.push(Known { alarm: alarm.clone(), told: now, gone: None });
            }
            Some(before) => {
                // it is so since it was first seen, whatever is known of it now
                let alarm = Alarm { since: alarm.since.min(before.alarm.since), ..alarm.clone() };
                let worse = alarm.stage > before.alarm.stage;
                let other = alarm.mark != before.alarm.mark || alarm.stage != before.alarm.stage;
                if worse || other && settled(before.told) {
                    telling.news.push(News { turn: Turn::Changed, alarm: alarm.clone(), gone: None });
                    telling.known.push(Known { alarm, told: now, gone: None });
                } else {
                    telling.known.push(Known { gone: None, ..before.clone() });
                }
            }
        }
    }
    for before in known.iter().filter(|one| !found.iter().any(|alarm| is_same(&one.alarm, alarm))) {
        // a clock that was set back must not keep it for ever
        let gone = before.gone.filter(|gone| *gone <= now).unwrap_or(now);
        if !settled(gone) {
            telling.known.push(Known { gone: Some(gone), ..before.clone() });
        } else if row(&before.alarm.name).is_some_and(|row| !row.event) {
            telling.news.push(News { turn: Turn::Over, alarm: before.alarm.clone(), gone: Some(gone) });
        }
    }
    telling.news.sort_by_key(|news| news.turn);
    telling
}

fn is_same(one: &Alarm, other: &Alarm) -> bool {
    one.name == other.name && one.subject == other.subject
}

fn minutes_later(at: Instant, minutes: u32) -> Instant {
    Instant::from_micros(at.micros().saturating_add(i64::from(minutes) * 60_000_000))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use proptest::prelude::*;

    use super::super::{Both, Severity, TABLE};
    use super::*;

    const SETTLE: u32 = 60;

    fn minute(minute: i64) -> Instant {
        Instant::from_micros(minute * 60_000_000)
    }

    fn alarm(name: &str, stage: u8, mark: &str, at: i64) -> Alarm {
        Alarm {
            name: name.to_owned(),
            severity: Severity::Warning,
            subject: "target ad".to_owned(),
            since: minute(at),
            stage,
            mark: mark.to_owned(),
            what: Both::new("what", "hvad"),
            todo: Both::new("todo", "gør"),
            command: None,
        }
    }

    /// Plays a course: at each minute what is found; answers what is told, with the minute.
    fn told(course: &[(i64, Option<Alarm>)]) -> Vec<(i64, Turn)> {
        let (mut known, mut told) = (Vec::new(), Vec::new());
        for (at, found) in course {
            let found: Vec<Alarm> = found.iter().cloned().collect();
            let telling = tell(&known, &found, SETTLE, minute(*at));
            told.extend(telling.news.iter().map(|news| (*at, news.turn)));
            known = telling.known;
        }
        told
    }

    #[test]
    fn every_condition_is_told_when_it_comes_not_while_it_stays_and_when_it_is_over() {
        for row in TABLE {
            let found = |at: i64| Some(alarm(row.name, 0, "a", at));
            let course = [(0, found(0)), (3, found(3)), (600, found(600)), (601, None), (630, None), (700, None)];
            let over = (!row.event).then_some((700, Turn::Over));
            let wanted: Vec<_> = std::iter::once((0, Turn::New)).chain(over).collect();
            assert_eq!(told(&course), wanted, "{}", row.name);
        }
    }

    #[test]
    fn what_comes_and_goes_within_the_hour_is_one_alarm() {
        let found = |at: i64| Some(alarm("target-late", 0, "", at));
        let course: Vec<_> = (0..40).map(|n| (n * 10, if n % 2 == 0 { found(n * 10) } else { None })).collect();
        assert_eq!(told(&course), [(0, Turn::New)]);
        let course = [course, vec![(400, None), (449, None), (450, None)]].concat();
        assert_eq!(told(&course), [(0, Turn::New), (450, Turn::Over)], "an hour after it was first missing");
        let again = [course, vec![(460, found(460))]].concat();
        assert_eq!(told(&again).last(), Some(&(460, Turn::New)), "what was told to be over is new again");
    }

    #[test]
    fn what_changes_is_told_once_an_hour_and_what_becomes_worse_at_once() {
        let of = |mark: &str, stage: u8, at: i64| (at, Some(alarm("limit-breached", stage, mark, at)));
        let course = [of("a", 0, 0), of("b", 0, 30), of("c", 0, 60), of("c", 0, 130), of("c", 1, 131), of("c", 0, 140)];
        assert_eq!(told(&course), [(0, Turn::New), (60, Turn::Changed), (131, Turn::Changed)]);
    }

    #[test]
    fn since_when_is_kept_from_the_first_time() {
        let known = tell(&[], &[alarm("clock", 0, "a", 5)], SETTLE, minute(5)).known;
        let telling = tell(&known, &[alarm("clock", 0, "b", 90)], SETTLE, minute(90));
        assert_eq!(telling.news[0].alarm.since, minute(5));
    }

    #[test]
    fn a_condition_that_no_version_knows_any_more_is_forgotten_in_silence() {
        let known = tell(&[], &[alarm("of-an-older-version", 0, "", 0)], SETTLE, minute(0)).known;
        let gone = tell(&known, &[], SETTLE, minute(1));
        assert_eq!(tell(&gone.known, &[], SETTLE, minute(90)), Telling::default());
    }

    proptest! {
        /// However an alarm comes and goes: at most two messages in each settling time, and none twice in a row.
        #[test]
        fn nothing_floods(course: Vec<bool>, step in 1..30_i64) {
            let course: Vec<_> = course
                .iter()
                .enumerate()
                .map(|(n, is)| (n as i64 * step, is.then(|| alarm("target-late", 0, "", n as i64 * step))))
                .collect();
            let told = told(&course);
            for pair in told.windows(2) {
                prop_assert_ne!(pair[0].1, pair[1].1);
            }
            for three in told.windows(3) {
                prop_assert!(three[2].0 - three[0].0 >= i64::from(SETTLE));
            }
        }
    }
}
