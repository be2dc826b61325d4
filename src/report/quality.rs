//! The quality report: what the rules found in the record, in its four forms.

use serde::{Deserialize, Serialize};

use super::{Format, csv, html, text};
use crate::org::quality::{Finding, Look, Severities, Severity};
use crate::org::{Day, Instant, Zone, quality};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QualityDocument {
    pub at: Instant,
    pub as_of: Day,
    pub organisation: String,
    /// Every rule, the worst first, also those that found nothing and those that are off.
    pub rules: Vec<QualityRule>,
    /// By severity, by rule, then by id.
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
    /// Looks at a snapshot by every rule that is not off.
    pub fn new(look: Look<'_>, severities: &Severities, organisation: String, at: Instant) -> Self {
        let findings = quality::findings(look, severities);
        let found = |id: &str| findings.iter().filter(|finding| finding.rule.id == id).count() as u64;
        let rules = severities.rules().into_iter().map(|(rule, severity)| QualityRule {
            id: rule.id.to_owned(),
            severity,
            text: rule.text.to_owned(),
            found: found(rule.id),
        });
        let (rules, as_of) = (rules.collect(), look.snapshot.day());
        Self { at, as_of, organisation, rules, findings: findings.into_iter().map(finding).collect() }
    }

    /// How many findings there are of each severity, the worst first.
    pub fn counts(&self) -> [(Severity, usize); 4] {
        Severity::FOUND.map(|severity| (severity, self.findings.iter().filter(|one| one.severity == severity).count()))
    }

    /// The rules that found nothing, and those that did not look.
    pub(super) fn without_findings(&self) -> (Vec<&QualityRule>, Vec<&QualityRule>) {
        let rules = self.rules.iter().filter(|rule| rule.found == 0);
        rules.partition(|rule| rule.severity != Severity::Off)
    }

    /// The findings of one rule.
    pub(super) fn of<'a>(&'a self, rule: &'a QualityRule) -> impl Iterator<Item = &'a QualityFinding> {
        self.findings.iter().filter(|finding| finding.rule == rule.id)
    }
}

fn finding(Finding { rule, severity, flaw }: Finding) -> QualityFinding {
    QualityFinding {
        rule: rule.id.to_owned(),
        severity,
        kind: flaw.kind.to_string(),
        id: flaw.id.to_string(),
        name: flaw.name,
        detail: flaw.detail,
    }
}

/// The report in one form.
pub fn render(document: &QualityDocument, format: Format, zone: &Zone) -> serde_json::Result<String> {
    Ok(match format {
        Format::Text => text::quality(document, zone),
        Format::Html => html::quality(document, zone),
        Format::Csv => csv::quality(document),
        Format::Json => serde_json::to_string_pretty(document)? + "\n",
    })
}
