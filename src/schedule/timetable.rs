//! A schedule in its time zone: what is due, and what comes next. Pure: every instant is a parameter.

use jiff::tz::TimeZone;

use super::cron_line::Schedule;
use crate::org::Instant;

/// When a source or a target comes around.
#[derive(Debug, Clone)]
pub struct Timetable {
    schedule: Schedule,
    zone: TimeZone,
}

/// A record further ahead of the clock than this was written under a wrong clock, in microseconds: one hour.
const AHEAD: i64 = 3_600_000_000;

impl Timetable {
    pub fn new(schedule: Schedule, zone: TimeZone) -> Self {
        Self { schedule, zone }
    }

    /// What is due at `now`, when everything until `served` was done: the last instant of the schedule after `served`
    /// and not after `now`. One missed run stands for all of them. A clock that was set back waits for what was done
    /// already; a record far ahead of the clock does not count.
    pub fn due(&self, served: Instant, now: Instant) -> Option<Instant> {
        self.schedule.last_due(served, now, &self.zone)
    }

    /// `served`, or `now` where `served` can only come from a clock that was wrong.
    pub fn believed(served: Instant, now: Instant) -> Instant {
        if served.micros() > now.micros().saturating_add(AHEAD) { now } else { served }
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub fn next_after(&self, now: Instant) -> Option<Instant> {
        self.schedule.next_after(now, &self.zone)
    }

    /// Schedule and zone as text: equal texts are due at the same instants.
    pub fn text(&self) -> String {
        format!("{} {}", self.schedule, self.zone.iana_name().unwrap_or("UTC"))
    }

    /// An instant as a clock in the zone shows it: the day is left out when it is that of `now`.
    pub fn local(&self, at: Instant, now: Instant) -> String {
        let zoned = |at: Instant| at.timestamp().to_zoned(self.zone.clone());
        let (at, now) = (zoned(at), zoned(now));
        let format = if at.date() == now.date() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" };
        at.strftime(format).to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn timetable(schedule: &str) -> Timetable {
        Timetable::new(Schedule::parse(schedule).unwrap(), TimeZone::get("Europe/Copenhagen").unwrap())
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// Schedule, done until, now, what is due. The zone is one hour ahead of UTC, two in summer.
    const DUE: &[(&str, &str, &str, Option<&str>)] = &[
        // nothing yet, on the dot, once only
        ("0 5 * * *", "2026-11-23T03:00:00Z", "2026-11-23T03:59:59Z", None),
        ("0 5 * * *", "2026-11-23T03:00:00Z", "2026-11-23T04:00:00Z", Some("2026-11-23T04:00:00Z")),
        ("0 5 * * *", "2026-11-23T04:00:00Z", "2026-11-23T04:00:00Z", None),
        ("0 5 * * *", "2026-11-23T04:00:00Z", "2026-11-23T23:00:00Z", None),
        // a fortnight switched off: the last one stands for all
        ("0 5 * * *", "2026-11-09T04:00:00Z", "2026-11-23T11:00:00Z", Some("2026-11-23T04:00:00Z")),
        ("*/30 6-20 * * Mon-Fri", "2026-11-09T04:00:00Z", "2026-11-22T11:00:00Z", Some("2026-11-20T19:30:00Z")),
        // 02:30 is skipped in the night of 29 March: it runs at 03:30, once
        ("30 2 * * *", "2026-03-28T01:30:00Z", "2026-03-29T01:29:00Z", None),
        ("30 2 * * *", "2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", Some("2026-03-29T01:30:00Z")),
        ("30 2 * * *", "2026-03-29T01:30:00Z", "2026-03-29T12:00:00Z", None),
        // 02:30 comes twice in the night of 25 October: it runs the first time
        ("30 2 * * *", "2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", Some("2026-10-25T00:30:00Z")),
        ("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", None),
        // what runs every hour runs in both
        ("0 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", Some("2026-10-25T01:00:00Z")),
        ("0 * * * *", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", Some("2026-10-25T02:00:00Z")),
        // missed over a change of clocks
        ("0 5 * * *", "2026-03-27T04:00:00Z", "2026-03-29T10:00:00Z", Some("2026-03-29T03:00:00Z")),
        // a clock set back does nothing twice
        ("0 5 * * *", "2026-11-23T04:00:00Z", "2026-11-23T03:59:58Z", None),
    ];

    #[test]
    fn what_is_due() {
        for (schedule, served, now, expected) in DUE {
            let due = timetable(schedule).due(at(served), at(now));
            assert_eq!(due, expected.map(at), "{schedule} since {served} at {now}");
        }
    }

    #[test]
    fn a_record_from_a_wrong_clock_is_not_believed() {
        let (now, little, far) = (at("2026-11-23T04:00:00Z"), at("2026-11-23T04:30:00Z"), at("2099-01-01T00:00:00Z"));
        assert_eq!(Timetable::believed(little, now), little);
        assert_eq!(Timetable::believed(far, now), now);
    }

    #[test]
    fn an_instant_is_told_by_the_clock_on_the_wall() {
        let table = timetable("0 5 * * *");
        let now = at("2026-07-01T22:30:00Z");
        assert_eq!(table.local(at("2026-07-02T03:00:00Z"), now), "05:00:00");
        assert_eq!(table.local(at("2026-07-03T03:00:00Z"), now), "2026-07-03 05:00");
    }
}
