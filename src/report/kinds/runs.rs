//! What the runs came to: the last ones of each target, what failed in the newest, and what was held.

use super::super::clauses::reason;
use super::super::document::{Finding, Part, PartKind, Report, columns};
use super::super::named::word;
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::super::{RunCounts, RunFailure};
use super::{Frame, OF_RUNS, ReportKind};
use crate::org::Instant;
use crate::reconcile::Counts;

pub(super) static KIND: ReportKind = ReportKind::new(
    "runs",
    "the last runs of each target: done, failed, held, and what failed in the newest",
    &[&RUNS, &FAILURES],
)
.of_targets()
.of_now(OF_RUNS);

static RUNS: PartKind = PartKind::new(
    "runs",
    Phrase::RunsPart,
    columns![Run Name, Outcome Tag, Verb Tag, By Labelled, Started Labelled, Ended Labelled, Steps Labelled, Failed Labelled,
        HeldCount Labelled, Message Line, Digest Data],
)
.or(Phrase::NoRuns)
.passing();
static FAILURES: PartKind =
    PartKind::new("failures", Phrase::FailuresPart, columns![Name Name, Op Tag, Class Tag, Message Line, Key Data])
        .or(Phrase::NoFailures);

/// One run of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLine {
    pub run: i64,
    pub verb: String,
    pub by: String,
    pub digest: String,
    pub started: Instant,
    pub ended: Option<Instant>,
    pub outcome: Option<String>,
    pub counts: RunCounts,
    /// Steps done, per operation.
    pub done: Counts,
    pub failures: Vec<RunFailure>,
    pub message: Option<String>,
}

/// The last runs of one target, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunsOfTarget {
    pub target: String,
    pub runs: Vec<RunLine>,
}

pub fn report(targets: &[RunsOfTarget], frame: &Frame) -> Report {
    let mut report = frame.titled(&KIND, Phrase::RunsTitle);
    for RunsOfTarget { target, runs } in targets {
        let mut last = Part::new(&RUNS, Some(target));
        runs.iter().for_each(|run| last.find(of_run(run)));
        let mut failures = Part::new(&FAILURES, Some(target));
        if let Some(newest) = runs.first() {
            let RunCounts { done, failed, held, waiting, .. } = newest.counts;
            last.numbers = vec![(Phrase::Done, done), (Phrase::Failed, failed), (Phrase::HeldCount, held)];
            last.numbers.extend((waiting > 0).then_some((Phrase::NotBegun, waiting)));
            newest.failures.iter().for_each(|failure| failures.find(of_failure(failure)));
        }
        report.parts.extend([last, failures]);
    }
    report
}

/// A run in one sentence.
pub(super) fn last_run(run: &RunLine) -> Said {
    let number = Said::text(run.run.to_string());
    Phrase::LastRun.with([number, Said::text(&run.by), run.started.into(), outcome(run)])
}

fn outcome(run: &RunLine) -> Said {
    match run.outcome.as_deref() {
        None => Phrase::NotEnded.into(),
        Some("held") => Phrase::HeldCount.into(),
        Some(outcome) => word(outcome),
    }
}

fn of_run(run: &RunLine) -> Finding {
    let done = run.done.iter().filter(|(_, count)| **count > 0);
    let done = Said::list(done.map(|(op, count)| Phrase::OpCount.with([word(op.as_str()), (*count).into()])));
    let cells = [
        Said::text(run.run.to_string()),
        outcome(run),
        Said::text(&run.verb),
        Said::text(&run.by),
        run.started.into(),
        run.ended.into(),
        done,
        run.counts.failed.into(),
        run.counts.held.into(),
        run.message.as_deref().map(reason).into(),
        Said::text(&run.digest),
    ];
    Finding::new(run.run.to_string(), cells)
}

fn of_failure(failure: &RunFailure) -> Finding {
    let RunFailure { key, name, op, class, message } = failure;
    let cells = [Said::text(name), word(op), super::quarantine::class(class), Said::english(message), Said::text(key)];
    Finding::new(format!("{op}:{key}"), cells)
}
