//! The quality report as text.

use super::super::words::clean;
use super::super::{QualityDocument, QualityRule};
use super::layout::Page;
use crate::org::Zone;
use crate::org::quality::Severity;

/// Findings of one rule that are listed. More than a person reads; JSON and CSV have them all.
const LISTED: usize = 200;

/// What the rules found, the worst first.
pub fn quality(document: &QualityDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    page.line(0, &format!("Quality of the record of {} for {}", clean(&document.organisation), document.as_of));
    page.line(0, &format!("made at {}", document.at.local(zone)));
    page.gap();
    for (severity, count) in document.counts() {
        page.line(2, &format!("{:<24}{count:>7}", severity.as_str()));
    }
    if document.findings.iter().any(|one| one.severity == Severity::Block) {
        page.line(2, "What blocks is held by every target until the record is mended, but for ends with a date.");
    }
    for rule in document.rules.iter().filter(|rule| rule.found > 0) {
        page.gap();
        page.line(2, &format!("== {}: {} ({}, {})", rule.severity.as_str(), clean(&rule.text), rule.id, rule.found));
        for one in document.of(rule).take(LISTED) {
            page.line(4, &format!("{} {} ({}): {}", one.kind, clean(&one.name), clean(&one.id), clean(&one.detail)));
        }
        let more = document.of(rule).count().saturating_sub(LISTED);
        if more > 0 {
            page.line(4, &format!("… and {more} more (see --format csv)"));
        }
    }
    let (clean_rules, off) = document.without_findings();
    let ids = |rules: &[&QualityRule]| rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>().join(", ");
    if !clean_rules.is_empty() || !off.is_empty() {
        page.gap();
    }
    if !clean_rules.is_empty() {
        page.line(2, &format!("nothing found by: {}", ids(&clean_rules)));
    }
    if !off.is_empty() {
        page.line(2, &format!("off: {}", ids(&off)));
    }
    page.finish()
}
