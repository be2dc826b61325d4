//! The table of metrics: one row defines a metric everywhere. What is served, the table in docs/watching.md, the board and
//! the rules in grafana/ iterate over it.
//!
//! Names follow the conventions of Prometheus: base units, `_seconds`, `_bytes`, `_total`. Labels are names of the
//! configuration, of operations and of alarms: their number is bounded, and no person's name is among them.

mod samples;
mod text;

use self::samples::{Read, one};
use super::process::Process;
use super::watcher::Seen;
use crate::alarm::{Severity, TABLE as ALARMS};
use crate::org::Instant;

/// What a scrape rests on.
#[derive(Debug, Clone)]
pub struct Scrape<'a> {
    /// How everything stood when it was last looked at; none before the first look.
    pub seen: Option<&'a Seen>,
    pub process: Process,
    /// When the loop last went round.
    pub beaten: Option<Instant>,
    pub ready: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Gauge,
    Counter,
    Histogram,
}

/// One metric.
#[derive(Debug)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub labels: &'static [&'static str],
    pub help: &'static str,
    read: Read,
}

/// One line of a metric: the values of its labels, and its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    labels: Vec<String>,
    value: Value,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    /// How many were at most so many seconds, all of them, and their sum.
    Histogram {
        within: Vec<(u32, u64)>,
        count: u64,
        sum: f64,
    },
}

/// Everything, as it is served.
pub fn text(scrape: &Scrape<'_>) -> String {
    let mut out = String::new();
    for metric in TABLE {
        text::write(&mut out, metric, &(metric.read)(scrape));
    }
    out
}

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str, read: Read) -> Metric {
    Metric { name, kind: Kind::Gauge, labels, help, read }
}

const fn counter(name: &'static str, labels: &'static [&'static str], help: &'static str, read: Read) -> Metric {
    Metric { name, kind: Kind::Counter, labels, help, read }
}

const fn histogram(name: &'static str, labels: &'static [&'static str], help: &'static str, read: Read) -> Metric {
    Metric { name, kind: Kind::Histogram, labels, help, read }
}

const TARGET: &[&str] = &["target"];
const SOURCE: &[&str] = &["source"];
const CHANNEL: &[&str] = &["channel"];

/// Every metric, in the order in which they are served.
pub const TABLE: &[Metric] = &[
    gauge("rosterd_build_info", &["version"], "The version that runs; always 1.", |_| {
        vec![Sample::new([env!("CARGO_PKG_VERSION")], 1.0)]
    }),
    gauge("rosterd_ready", &[], "Whether this daemon serves the roster; a standby does not.", |scrape| {
        one(Some(f64::from(u8::from(scrape.ready))))
    }),
    gauge(
        "rosterd_scheduler_last_tick_timestamp_seconds",
        &[],
        "When the loop of the scheduler last went round; it does every five seconds.",
        |scrape| one(scrape.beaten.map(samples::seconds)),
    ),
    gauge("rosterd_last_look_timestamp_seconds", &[], "When the facts of the other metrics were gathered.", |scrape| {
        one(scrape.seen.map(|seen| samples::seconds(seen.watch.health.now)))
    }),
    gauge(
        "rosterd_config_last_reload_successful",
        &[],
        "Whether the configuration was taken when it was last to be read; 0: it is wrong or takes a restart, and the one from before is in force.",
        |scrape| samples::configuration(scrape, |one| f64::from(u8::from(one.refused.is_none()))),
    ),
    gauge(
        "rosterd_config_last_reload_success_timestamp_seconds",
        &[],
        "When the configuration in force was read.",
        |scrape| samples::configuration(scrape, |one| samples::seconds(one.read)),
    ),
    gauge(
        "rosterd_target_last_success_timestamp_seconds",
        TARGET,
        "When a run of the target last got through, if only in part.",
        |scrape| samples::targets(scrape, |target| target.last_success.map(samples::seconds)),
    ),
    gauge(
        "rosterd_source_last_success_timestamp_seconds",
        SOURCE,
        "When a file of the source was last taken.",
        |scrape| samples::sources(scrape, |source| source.last_success.map(samples::seconds)),
    ),
    gauge("rosterd_report_last_success_timestamp_seconds", &["report"], "When the report was last made.", |scrape| {
        let all = scrape.seen.iter().flat_map(|seen| &seen.watch.health.reports);
        all.filter_map(|report| Some(Sample::new([&report.name], samples::seconds(report.last_success?)))).collect()
    }),
    gauge(
        "rosterd_next_run_timestamp_seconds",
        &["kind", "name"],
        "When the schedule brings a source, a target or a report around next.",
        samples::next_runs,
    ),
    counter("rosterd_runs_total", &["target", "outcome"], "Runs that ended, since the roster was made.", |scrape| {
        samples::runs(scrape, false)
    }),
    histogram(
        "rosterd_run_duration_seconds",
        TARGET,
        "How long runs took from their first write; 0 where nothing was written.",
        |scrape| samples::durations(scrape, false),
    ),
    counter("rosterd_imports_total", &["source", "outcome"], "Imports, since the roster was made.", |scrape| {
        samples::runs(scrape, true)
    }),
    histogram("rosterd_import_duration_seconds", SOURCE, "How long imports took.", |scrape| {
        samples::durations(scrape, true)
    }),
    counter(
        "rosterd_steps_total",
        &["target", "op", "outcome"],
        "Steps that were done, or that failed, since the roster was made.",
        samples::steps,
    ),
    gauge("rosterd_plan_steps", TARGET, "Steps of the last plan.", |scrape| {
        samples::targets(scrape, |target| Some(target.pending as f64))
    }),
    gauge(
        "rosterd_plan_holds",
        TARGET,
        "Objects of the last plan that deliberately nothing is done about.",
        |scrape| samples::targets(scrape, |target| Some(target.held as f64)),
    ),
    gauge("rosterd_plan_awaits_approval", TARGET, "Whether the last plan waits for an approval.", |scrape| {
        samples::targets(scrape, |target| Some(f64::from(u8::from(target.held_plan.is_some()))))
    }),
    gauge("rosterd_import_awaits_approval", SOURCE, "Whether an import waits for an approval.", |scrape| {
        samples::sources(scrape, |source| Some(f64::from(u8::from(source.held.is_some()))))
    }),
    gauge("rosterd_quarantined_objects", TARGET, "Steps that fail, or are put off since they failed.", |scrape| {
        samples::targets(scrape, |target| Some(target.quarantine.count as f64))
    }),
    gauge(
        "rosterd_quarantine_oldest_timestamp_seconds",
        TARGET,
        "Since when the oldest of them has been failing.",
        |scrape| samples::targets(scrape, |target| target.quarantine.oldest.map(samples::seconds)),
    ),
    gauge("rosterd_coverage_complete", TARGET, "Whether the last plan rests on a read of everything.", |scrape| {
        samples::targets(scrape, |target| target.whole.map(|whole| f64::from(u8::from(whole))))
    }),
    gauge("rosterd_links", &["target", "kind"], "Objects that are kept in step.", samples::links),
    gauge("rosterd_paused", TARGET, "Whether nothing is written, since somebody ordered so.", |scrape| {
        samples::targets(scrape, |target| Some(f64::from(u8::from(target.paused.is_some()))))
    }),
    gauge("rosterd_maintenance", &[], "Whether nothing is begun, since somebody ordered so.", |scrape| {
        one(scrape.seen.map(|seen| f64::from(u8::from(seen.watch.health.maintenance.is_some()))))
    }),
    gauge("rosterd_alarms", &["alarm", "severity"], "Alarms that are active, by condition.", |scrape| {
        let Some(seen) = scrape.seen else { return Vec::new() };
        let count = |name: &str, severity: Severity| {
            seen.watch.alarms.iter().filter(|one| one.name == name && one.severity == severity).count() as f64
        };
        let all = ALARMS.iter().flat_map(|row| [(row.name, Severity::Warning), (row.name, Severity::Critical)]);
        all.map(|(name, severity)| Sample::new([name, severity.as_str()], count(name, severity))).collect()
    }),
    gauge("rosterd_outbox_waiting_letters", CHANNEL, "Letters that are not delivered yet.", |scrape| {
        samples::channels(scrape, |channel| Some(channel.waiting as f64))
    }),
    gauge("rosterd_outbox_failed_letters", CHANNEL, "Letters that were given up.", |scrape| {
        samples::channels(scrape, |channel| Some(channel.failed as f64))
    }),
    gauge(
        "rosterd_outbox_oldest_timestamp_seconds",
        CHANNEL,
        "When the oldest waiting letter was written.",
        |scrape| samples::channels(scrape, |channel| channel.oldest.map(samples::seconds)),
    ),
    gauge(
        "rosterd_certificate_end_timestamp_seconds",
        &["of", "what"],
        "When a certificate or a token that a connection stands on ends.",
        samples::ends,
    ),
    gauge("rosterd_log_intact", &[], "Whether the last proof of the log held.", |scrape| {
        let log = scrape.seen.and_then(|seen| seen.watch.health.log.as_ref());
        one(log.map(|log| f64::from(u8::from(log.broken.is_none()))))
    }),
    gauge("rosterd_log_proved_timestamp_seconds", &[], "When the log was last proved.", |scrape| {
        one(scrape.seen.and_then(|seen| seen.watch.health.log.as_ref()).map(|log| samples::seconds(log.at)))
    }),
    gauge(
        "rosterd_roster_size_bytes",
        &[],
        "The roster's file, with what is not written into its place yet.",
        |scrape| one(scrape.seen.map(|seen| seen.watch.health.roster_bytes as f64)),
    ),
    gauge("rosterd_disk_free_bytes", &[], "What is free where the roster lies.", |scrape| {
        one(scrape.seen.and_then(|seen| seen.watch.health.disk).map(|disk| disk.free as f64))
    }),
    gauge("rosterd_disk_size_bytes", &[], "The file system that the roster lies on.", |scrape| {
        one(scrape.seen.and_then(|seen| seen.watch.health.disk).map(|disk| disk.size as f64))
    }),
    counter("process_cpu_seconds_total", &[], "Processor time that this process took.", |scrape| {
        one(scrape.process.cpu_seconds)
    }),
    gauge("process_resident_memory_bytes", &[], "Memory of this process.", |scrape| one(scrape.process.resident_bytes)),
    gauge("process_virtual_memory_bytes", &[], "Address space of this process.", |scrape| {
        one(scrape.process.virtual_bytes)
    }),
    gauge("process_open_fds", &[], "Open file descriptors of this process.", |scrape| one(scrape.process.open_fds)),
    gauge("process_max_fds", &[], "How many file descriptors it may open.", |scrape| one(scrape.process.max_fds)),
    gauge("process_threads", &[], "Threads of this process.", |scrape| one(scrape.process.threads)),
    gauge("process_start_time_seconds", &[], "When this process began.", |scrape| one(scrape.process.start_seconds)),
];
