//! Which conditions of the table of alarms a daemon meets in the tests. A test says by its type what it met, and fails when
//! one of that was not told while it ran: what is counted here cannot be claimed by words.

use std::process::{ExitCode, Termination};

use rosterd::alarm::{Row, TABLE};

use super::alarms::Watched;

/// The rows of the table with these names, as bits; a name that is none does not compile.
pub(super) const fn rows(names: &[&str]) -> u32 {
    let (mut bits, mut at) = (0, 0);
    while at < names.len() {
        bits |= 1 << place(names[at]);
        at += 1;
    }
    bits
}

const fn place(name: &str) -> usize {
    let mut at = 0;
    while !is_same(TABLE[at].name, name) {
        at += 1;
    }
    at
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// What a test that is to meet `ROWS` met so far; its end is the end of the test.
#[derive(Debug)]
pub(super) struct Met<const ROWS: u32>(u32);

impl<const ROWS: u32> Met<ROWS> {
    pub fn none() -> Self {
        Self(0)
    }

    /// Waits for the message of a condition about `subject` that has these words too.
    #[track_caller]
    pub fn told(&mut self, watched: &Watched, name: &str, subject: &str, words: &[&str]) {
        let row = &TABLE[place(name)];
        let severity = row.severity.as_str().replace("critical", "CRITICAL");
        let title = format!("{severity} · {name} · {subject}");
        watched.message(&[&[title.as_str()], words].concat());
        self.0 |= 1 << place(name);
    }

    /// Waits for a condition to be counted among those of now.
    #[track_caller]
    pub fn counted(&mut self, address: std::net::SocketAddr, name: &str) {
        let Row { name, severity, .. } = &TABLE[place(name)];
        let line = format!("rosterd_alarms{{alarm=\"{name}\",severity=\"{}\"}} 1", severity.as_str());
        super::http::until(address, "/metrics", |_, body| body.contains(&line));
        self.0 |= 1 << place(name);
    }
}

impl<const ROWS: u32> Termination for Met<ROWS> {
    fn report(self) -> ExitCode {
        assert_eq!(names(self.0), names(ROWS), "met, and what it is to meet");
        ExitCode::SUCCESS
    }
}

fn names(rows: u32) -> Vec<&'static str> {
    TABLE.iter().enumerate().filter(|(at, _)| rows & (1 << at) != 0).map(|(_, row)| row.name).collect()
}

/// What a test meets.
fn by<const ROWS: u32>(_test: fn() -> Met<ROWS>) -> u32 {
    ROWS
}

#[test]
fn every_condition_is_met_by_a_daemon() {
    use super::{alarms, conditions, http, reloads};
    let met = by(alarms::a_target_that_cannot_be_reached_is_told_of_when_it_is_late)
        | by(alarms::a_token_that_ends_is_told_and_told_again_as_the_day_comes)
        | by(alarms::a_log_that_was_altered_and_what_fails_for_days_are_one_message)
        | by(alarms::a_webhook_that_takes_nothing_is_told_by_the_other_way)
        | by(conditions::what_is_old_or_stands_still_and_a_disk_that_is_full)
        | by(conditions::a_file_that_is_not_taken_and_the_report_that_waits_for_it)
        | by(conditions::an_approval_of_two_is_awaited)
        | by(conditions::a_target_that_nothing_is_meant_for_that_stands_still_and_whose_clock_jumps)
        | by(conditions::a_service_that_shows_less_and_does_otherwise_than_before)
        | by(reloads::it_is_told_until_one_succeeds)
        | by(http::a_standby_that_takes_over_is_counted);
    let all: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(names(met), all);
}
