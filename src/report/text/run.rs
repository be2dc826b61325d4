//! Runs: what was done, what was not, and what is left.

use super::super::words::{clean, counts, several};
use super::super::{Outcome, RunCounts, RunDocument, RunView};
use super::import;
use super::layout::{Page, TAKEN, release};
use crate::org::Zone;

/// The answer of `apply` and `run`.
pub fn run(document: &RunDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    for one in &document.imports {
        page.gap();
        import::write(&mut page, one);
    }
    for one in &document.runs {
        page.gap();
        write(&mut page, one, zone);
    }
    page.troubles(&document.errors);
    page.finish()
}

/// How something ended, in a word.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Partly => "PARTLY DONE",
        Outcome::Failed => "FAILED",
        Outcome::Held => "HELD, nothing was written",
        Outcome::Busy => "BUSY, nothing was done",
    }
}

fn write(page: &mut Page, run: &RunView, zone: &Zone) {
    let number = run.run.map(|number| format!(" (run {number})")).unwrap_or_default();
    page.line(0, &format!("{}: {}{number}", clean(&run.target), outcome(run.outcome)));
    let is_held = run.outcome == Outcome::Held && !run.breaches.is_empty(); // which is said below
    if let Some(message) = run.message.as_ref().filter(|_| !is_held) {
        page.line(2, &clean(message));
    }
    if !matches!(run.outcome, Outcome::Held | Outcome::Busy) {
        page.labelled("steps", &[totals(run.counts)]);
    }
    if !run.done.is_empty() {
        page.labelled("done", &[counts(&run.done)]);
    }
    match run.left {
        Some(0) => page.labelled("after", &["read again: nothing is left to do".to_owned()]),
        Some(left) => {
            let left = several(usize::try_from(left).unwrap_or(usize::MAX), "step");
            page.labelled("after", &[format!("read again: {left} still to do")]);
        }
        None => {}
    }
    page.limits(&run.limits);
    if let Some(consent) = &run.consent {
        page.labelled("consent", &consent.lines(zone));
    }
    if run.outcome == Outcome::Held {
        let commands = run.digest.as_ref().map(release).unwrap_or_default();
        page.breaches(&run.breaches, "nothing of the plan was applied", (&run.ends, TAKEN), &commands);
    }
    if !run.failures.is_empty() {
        page.gap();
        page.line(2, &format!("not done ({})", run.failures.len()));
    }
    for failure in &run.failures {
        page.line(4, &format!("{} {} ({})", clean(&failure.op), clean(&failure.name), clean(&failure.key)));
        page.line(8, &format!("{}: {}", clean(&failure.class), clean(&failure.message)));
    }
    page.holds(&run.held, zone);
}

fn totals(counts: RunCounts) -> String {
    let RunCounts { done, failed, held, unknown, waiting } = counts;
    let left = if waiting == 0 { String::new() } else { format!(", {waiting} not begun") };
    format!("{done} done, {failed} failed, {unknown} of unknown outcome, {held} held{left}")
}
