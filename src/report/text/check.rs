//! The configuration's problems, and the preflight of each target.

use super::super::CheckDocument;
use super::super::words::{clean, several};
use super::import::problems;
use super::layout::Page;

/// The answer of `check`.
pub fn check(document: &CheckDocument) -> String {
    let mut page = Page::default();
    problems(&mut page, 0, &document.problems);
    if document.problems.is_empty() {
        page.line(0, "the configuration is in order");
    } else {
        page.line(0, &several(document.problems.len(), "problem"));
    }
    for target in &document.targets {
        page.gap();
        page.line(0, &clean(&target.target));
        for finding in &target.findings {
            let mark = match (finding.ok, finding.warning) {
                (false, _) => "FAILED",
                (true, true) => "warn  ",
                (true, false) => "ok    ",
            };
            page.line(2, &format!("{mark}  {}", clean(&finding.text)));
            if let Some(hint) = &finding.hint {
                page.line(10, &format!("hint: {}", clean(hint)));
            }
            if let Some(breaks) = &finding.breaks {
                page.line(10, &format!("without it: {}", clean(breaks)));
            }
            if let Some(command) = &finding.command {
                page.line(10, &format!("mend it: {}", clean(command)));
            }
        }
    }
    page.finish()
}
