//! The primary engagement, by one rule.
//!
//! Among a person's engagements of the day, the first by this order is the primary one:
//! 1. flagged `primary` before not flagged;
//! 2. the greater fraction of full time (no fraction is full time, the greatest);
//! 3. the earlier start (the first day of the engagement's unbroken run; open is earliest);
//! 4. the lower id.
//!
//! The rule is total and looks at nothing else, so that the answer never depends on the order of rows or runs.

use std::cmp::Ordering;

use super::engagement::Engagement;
use super::id::Id;
use super::time::Day;

/// An engagement of the day, with the first day of its unbroken run (`None`: open).
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub id: &'a Id,
    pub engagement: &'a Engagement,
    pub start: Option<Day>,
}

/// The primary engagement and why it is the one.
#[derive(Debug, Clone)]
pub struct Primary<'a> {
    pub id: &'a Id,
    pub engagement: &'a Engagement,
    /// For people: the first rule that told it from the runner-up.
    pub reason: &'static str,
}

/// Chooses the primary engagement; `None` without candidates.
pub fn primary<'a>(candidates: impl IntoIterator<Item = Candidate<'a>>) -> Option<Primary<'a>> {
    let mut ranked: Vec<Candidate<'a>> = candidates.into_iter().collect();
    ranked.sort_by(|a, b| RULES.iter().map(|rule| (rule.compare)(a, b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal));
    let first = ranked.first()?;
    let reason = match ranked.get(1) {
        None => "the only engagement of the day",
        Some(second) => RULES
            .iter()
            .find(|rule| (rule.compare)(first, second).is_ne())
            .map_or("the only engagement of the day", |rule| rule.reason),
    };
    Some(Primary { id: first.id, engagement: first.engagement, reason })
}

struct Rule {
    compare: fn(&Candidate<'_>, &Candidate<'_>) -> Ordering,
    reason: &'static str,
}

const RULES: [Rule; 4] = [
    Rule { compare: |a, b| flagged(b).cmp(&flagged(a)), reason: "the one flagged primary" },
    Rule { compare: |a, b| by_fraction(b, a), reason: "the greatest fraction of full time" },
    Rule { compare: |a, b| a.start.cmp(&b.start), reason: "the earliest start" },
    Rule { compare: |a, b| a.id.cmp(b.id), reason: "the lowest id" },
];

fn flagged(candidate: &Candidate<'_>) -> bool {
    candidate.engagement.primary == Some(true)
}

fn by_fraction(a: &Candidate<'_>, b: &Candidate<'_>) -> Ordering {
    match (&a.engagement.fraction, &b.engagement.fraction) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => a.cmp(b),
    }
}
