//! The rows of the table, in the order in which alarms are told.

use super::table::{Row, Severity, Threshold};
use super::{clocks, machine, plans, reading, sources};

const SWITCH: Threshold = Threshold::Switch;

const fn hours(usual: u32) -> Threshold {
    Threshold::Number { unit: "hours", usual }
}

const fn days(usual: u32) -> Threshold {
    Threshold::Number { unit: "days", usual }
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "log-broken",
        key: "log",
        severity: Severity::Critical,
        threshold: SWITCH,
        when: "the proof of the log, made once a day, fails: an entry, a row or the head file does not fit",
        event: false,
        find: machine::log,
    },
    Row {
        name: "limit-breached",
        key: "limit",
        severity: Severity::Critical,
        threshold: SWITCH,
        when: "the plan of a target or an import breaches a limit, and nobody approved it",
        event: false,
        find: plans::limit,
    },
    Row {
        name: "approval-awaited",
        key: "approval",
        severity: Severity::Critical,
        threshold: SWITCH,
        when: "some of several approvals are given and more are needed, or the roster was restored from a copy",
        event: false,
        find: plans::approval,
    },
    Row {
        name: "target-late",
        key: "target_late_hours",
        severity: Severity::Critical,
        threshold: hours(6),
        when: "so long ago a target came due, and it did not succeed since; not while it is paused",
        event: false,
        find: reading::late,
    },
    Row {
        name: "source-late",
        key: "source_late_hours",
        severity: Severity::Critical,
        threshold: hours(6),
        when: "for so long the file of a source has not been taken, since it has problems, or never came; not while it is held",
        event: false,
        find: sources::late,
    },
    Row {
        name: "partial-reads",
        key: "partial_runs",
        severity: Severity::Warning,
        threshold: Threshold::Number { unit: "runs", usual: 3 },
        when: "so many runs in a row did not see all of a target",
        event: false,
        find: reading::partial,
    },
    Row {
        name: "scope-empty",
        key: "empty_scope",
        severity: Severity::Warning,
        threshold: SWITCH,
        when: "a kind of objects is mapped, and nothing in the roster is meant by it",
        event: false,
        find: plans::empty,
    },
    Row {
        name: "target-unchanged",
        key: "target_unchanged_days",
        severity: Severity::Warning,
        threshold: days(30),
        when: "for so long nothing had to be written to a target",
        event: false,
        find: plans::unchanged,
    },
    Row {
        name: "source-old",
        key: "source_age_hours",
        severity: Severity::Critical,
        threshold: hours(0),
        when: "so long ago a file of a source was last taken that was not the same as before",
        event: false,
        find: sources::old,
    },
    Row {
        name: "source-unchanged",
        key: "source_unchanged_days",
        severity: Severity::Warning,
        threshold: days(14),
        when: "for so long a source delivered nothing new",
        event: false,
        find: sources::unchanged,
    },
    Row {
        name: "quarantine-old",
        key: "quarantine_days",
        severity: Severity::Warning,
        threshold: days(3),
        when: "an object has been failing, or has been in quarantine, for so long",
        event: false,
        find: plans::quarantine,
    },
    Row {
        name: "expires",
        key: "expires_days",
        severity: Severity::Warning,
        threshold: days(30),
        when: "a certificate or a token ends within so long; told again seven days before, and when it has ended",
        event: false,
        find: machine::expires,
    },
    Row {
        name: "clock",
        key: "clock",
        severity: Severity::Critical,
        threshold: SWITCH,
        when: "our clock jumped and runs are held for it, or a target's clock is more than five minutes off",
        event: false,
        find: clocks::clock,
    },
    Row {
        name: "disk-full",
        key: "free_disk_mib",
        severity: Severity::Critical,
        threshold: Threshold::Number { unit: "MiB", usual: 1024 },
        when: "less than that is free where the roster lies",
        event: false,
        find: machine::disk,
    },
    Row {
        name: "delivery-failing",
        key: "delivery_hours",
        severity: Severity::Warning,
        threshold: hours(2),
        when: "a letter waits for so long, or one was given up",
        event: false,
        find: machine::delivery,
    },
    Row {
        name: "service-changed",
        key: "behaviour",
        severity: Severity::Warning,
        threshold: SWITCH,
        when: "a SCIM service does otherwise than what is pinned",
        event: false,
        find: reading::behaviour,
    },
    Row {
        name: "paused-long",
        key: "paused_hours",
        severity: Severity::Warning,
        threshold: hours(24),
        when: "a target has been paused, or maintenance has been on, for so long",
        event: false,
        find: clocks::paused,
    },
    Row {
        name: "standby-took-over",
        key: "standby",
        severity: Severity::Warning,
        threshold: SWITCH,
        when: "a standby took over, in the last 24 hours",
        event: true,
        find: clocks::took_over,
    },
];
