//! Lines, indents and columns.

use super::super::clauses::told;
use std::collections::BTreeMap;

use super::super::ends::{by_kind, listed};
use super::super::words::{clean, extent, gaps, measure, several};
use super::super::{Ended, Trouble};
use crate::object::{Hold, Kind};
use crate::org::Zone;
use crate::reconcile::{Digest, Measure, Reach};

/// What a plan does to those whom it takes an object from.
pub(super) const TAKEN: &str = "disabled or deleted";

const ONLY_LINKED: &str = "what is linked, since the target lists nothing; nothing is concluded from what was not seen";

/// Names that are listed of those who are held for one reason. JSON and CSV have them all.
const NAMED_HOLDS: usize = 6;

/// A text that grows line by line.
#[derive(Debug, Default)]
pub(in super::super) struct Page(String);

impl Page {
    pub fn line(&mut self, indent: usize, text: &str) {
        self.0.extend(std::iter::repeat_n(' ', indent));
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// An empty line between two parts; none at the start.
    pub fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// A labelled list: the label before the first line, the others below it.
    pub fn labelled(&mut self, label: &str, lines: &[String]) {
        for (at, line) in lines.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            self.line(2, &format!("{label:<8}{line}"));
        }
    }

    pub fn reach(&mut self, reach: &Reach) {
        if reach.is_whole() {
            let how = if reach.linked_only { ONLY_LINKED.to_owned() } else { extent(reach, "complete") };
            self.labelled("read", &[how]);
        } else if reach.linked_only {
            self.labelled("read", &[format!("{ONLY_LINKED}; and of these:")]);
            self.labelled("", &gaps(reach));
        } else if reach.complete {
            self.labelled("read", &[extent(reach, "complete, but for what could not be read") + ":"]);
            self.labelled("", &gaps(reach));
        } else {
            self.labelled("read", &["IN PART: nothing is concluded from what was not seen".to_owned()]);
            self.labelled("", &gaps(reach));
        }
    }

    /// The limits of which something was found, and how many others there are. JSON has them all.
    pub fn limits(&mut self, limits: &[Measure]) {
        let (touched, others): (Vec<&Measure>, Vec<&Measure>) = limits.iter().partition(|measure| measure.found > 0);
        let mut lines: Vec<String> = touched.into_iter().map(measure).collect();
        match others.as_slice() {
            [] => {}
            [other] => lines.push(measure(other)),
            others if lines.is_empty() => lines.push(format!("{}: nothing found", several(others.len(), "limit"))),
            others => lines.push(format!("{} others: nothing found", others.len())),
        }
        self.labelled("limits", &lines);
    }

    /// What tripped, and the commands that release it.
    pub fn breaches(&mut self, breaches: &[Measure], what: &str, ends: (&[Ended], &str), release: &[String]) {
        if breaches.is_empty() {
            return;
        }
        self.gap();
        self.line(2, &format!("HELD: a limit is breached, so {what}:"));
        for breach in breaches {
            self.line(6, &measure(breach));
        }
        self.ends(6, ends.0, ends.1);
        if !release.is_empty() {
            self.line(2, "If it is meant to be so, approve exactly this:");
            release.iter().for_each(|command| self.line(6, command));
        }
    }

    pub fn holds(&mut self, held: &[Hold], zone: &Zone) {
        if held.is_empty() {
            return;
        }
        self.gap();
        self.line(2, &format!("held ({})", held.len()));
        // many are held for one cause, and the few that are not must not drown among them
        let mut by_reason: BTreeMap<(&str, Kind), Vec<&Hold>> = BTreeMap::new();
        for hold in held {
            by_reason.entry((&hold.reason, hold.kind)).or_default().push(hold);
        }
        let mut groups: Vec<_> = by_reason.into_iter().collect();
        groups.sort_by_key(|(_, holds)| holds.first().copied());
        for ((reason, kind), holds) in groups {
            match holds.as_slice() {
                [hold] => self.line(4, &format!("{kind} {} ({})", clean(&hold.name), clean(hold.key.as_str()))),
                several => {
                    let names: Vec<&str> = several.iter().map(|hold| hold.name.as_str()).collect();
                    self.line(4, &format!("{} {kind}s: {}", several.len(), listed(&names, NAMED_HOLDS)));
                }
            }
            self.line(8, &told(reason, zone));
        }
    }

    /// Who ends, by name, and how.
    pub fn ends(&mut self, indent: usize, ends: &[Ended], what: &str) {
        by_kind(ends, what).iter().for_each(|line| self.line(indent, line));
    }

    pub fn troubles(&mut self, troubles: &[Trouble]) {
        for trouble in troubles {
            self.gap();
            self.line(0, &format!("{}: FAILED: {}", clean(&trouble.subject), clean(&trouble.message)));
            if let Some(hint) = &trouble.hint {
                self.line(2, &format!("hint: {}", clean(hint)));
            }
        }
    }

    pub fn finish(self) -> String {
        self.0
    }
}

/// The commands that release a held plan.
pub(super) fn release(digest: &Digest) -> Vec<String> {
    vec![format!("rosterd approve {digest}"), apply(digest)]
}

/// The command that applies exactly a plan.
pub(super) fn apply(digest: &Digest) -> String {
    format!("rosterd apply {digest}")
}

/// Rows in columns; the last column is as wide as it needs to be.
pub(super) fn table(head: &[&str], mut rows: Vec<Vec<String>>) -> String {
    rows.insert(0, head.iter().map(|&cell| cell.to_owned()).collect());
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut page = Page::default();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        page.line(0, cells.join("  ").trim_end());
    }
    page.finish()
}
