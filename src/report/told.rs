//! What is new, known and resolved: a report beside what was told the time before.
//!
//! What could not be read is not resolved: a part that saw not everything, and a target that was not compared, leave
//! what was told of them as it was.

use std::collections::BTreeMap;

use super::document::{Finding, FindingState, Part, Report};
use super::said::Said;
use crate::org::{Day, Instant};

/// What was told the time before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub at: Instant,
    pub findings: Vec<ToldFinding>,
}

/// A finding that was told, and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldFinding {
    pub part: String,
    pub target: Option<String>,
    pub finding: Finding,
}

impl Report {
    /// Says of each finding whether it is new since it was told before, and adds what is no more. Without anything told
    /// before nothing can be said: everything stays new.
    #[must_use]
    pub fn beside(mut self, told: Option<Told>) -> Self {
        let at = self.at;
        for finding in self.parts.iter_mut().flat_map(|part| &mut part.findings) {
            finding.since.get_or_insert(at);
        }
        let Some(told) = told else { return self };
        self.told = Some(told.at);
        let mut before: BTreeMap<(String, Option<String>), BTreeMap<String, Finding>> = BTreeMap::new();
        for ToldFinding { part, target, finding } in told.findings {
            before.entry((part, target)).or_default().insert(finding.id.clone(), finding);
        }
        for part in &mut self.parts {
            if part.kind.dated {
                part.findings.iter_mut().for_each(|finding| date(finding, told.at));
            } else {
                let place = (part.kind.name.to_owned(), part.target.clone());
                compare(part, before.remove(&place).unwrap_or_default(), (self.as_of, self.until), at);
            }
            sort(part);
        }
        self
    }
}

/// The new before the known and the resolved, below what they stand below, which keep their order.
fn sort(part: &mut Part) {
    let mut order: BTreeMap<Option<Said>, usize> = BTreeMap::new();
    for finding in &part.findings {
        let next = order.len();
        order.entry(finding.group(part.kind).cloned()).or_insert(next);
    }
    let kind = part.kind;
    part.findings.sort_by_cached_key(|finding| (order.get(&finding.group(kind).cloned()).copied(), finding.state));
}

/// Of what has its own times, those count: new is what was first seen after the time before.
fn date(finding: &mut Finding, told: Instant) {
    finding.state = match finding.state {
        FindingState::Resolved => FindingState::Resolved,
        _ if finding.since.is_some_and(|since| since > told) => FindingState::New,
        _ => FindingState::Known,
    };
}

fn compare(part: &mut Part, mut before: BTreeMap<String, Finding>, (today, last): (Day, Option<Day>), at: Instant) {
    for finding in &mut part.findings {
        if let Some(known) = before.remove(&finding.id) {
            finding.state = FindingState::Known;
            finding.since = known.since;
        }
    }
    // what passes, or lies beyond the days that are looked at, is not resolved
    let passes = |until: Day| until <= today || last.is_some_and(|last| until > last);
    let gone = before.into_values().filter(|gone| !gone.until.is_some_and(passes));
    if part.whole && !part.kind.passing {
        part.findings.extend(gone.map(|gone| Finding { state: FindingState::Resolved, resolved: Some(at), ..gone }));
    }
}
