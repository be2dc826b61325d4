//! The quality report: what the rules found in the record, in its four forms.

use serde::{Deserialize, Serialize};

use super::{Format, csv, html, text};
use crate::org::quality::{Finding, RULES, Severity};
use crate::org::{Day, Instant, Snapshot, quality};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QualityDocument {
    pub at: Instant,
    pub as_of: Day,
    pub organisation: String,
    /// Every rule, also those that found nothing.
    pub rules: Vec<QualityRule>,
    /// By rule, then by id.
    pub findings: Vec<QualityFinding>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityRule {
    pub id: String,
    pub severity: Severity,
    pub text: String,
    pub found: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityFinding {
    pub rule: String,
    pub severity: Severity,
    pub kind: String,
    pub id: String,
    pub name: String,
    pub detail: String,
}

impl QualityDocument {
    /// Looks at a snapshot by every rule.
    pub fn new(snapshot: &Snapshot, organisation: String, at: Instant) -> Self {
        let findings = quality::findings(snapshot);
        let found = |id: &str| findings.iter().filter(|finding| finding.rule.id == id).count() as u64;
        let rules = RULES.iter().map(|rule| QualityRule {
            id: rule.id.to_owned(),
            severity: rule.severity,
            text: rule.text.to_owned(),
            found: found(rule.id),
        });
        let rules = rules.collect();
        Self { at, as_of: snapshot.day(), organisation, rules, findings: findings.into_iter().map(finding).collect() }
    }

    /// How many findings there are of each severity, the worst first.
    pub fn counts(&self) -> [(Severity, usize); 3] {
        [Severity::Error, Severity::Warning, Severity::Info]
            .map(|severity| (severity, self.findings.iter().filter(|one| one.severity == severity).count()))
    }

    /// The findings of one rule.
    pub(super) fn of<'a>(&'a self, rule: &'a QualityRule) -> impl Iterator<Item = &'a QualityFinding> {
        self.findings.iter().filter(|finding| finding.rule == rule.id)
    }
}

fn finding(Finding { rule, flaw }: Finding) -> QualityFinding {
    QualityFinding {
        rule: rule.id.to_owned(),
        severity: rule.severity,
        kind: flaw.kind.to_string(),
        id: flaw.id.to_string(),
        name: flaw.name,
        detail: flaw.detail,
    }
}

/// The report in one form.
pub fn render(document: &QualityDocument, format: Format) -> serde_json::Result<String> {
    Ok(match format {
        Format::Text => text::quality(document),
        Format::Html => html::quality(document),
        Format::Csv => csv::quality(document),
        Format::Json => serde_json::to_string_pretty(document)? + "\n",
    })
}
