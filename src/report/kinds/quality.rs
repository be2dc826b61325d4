//! What the rules of quality find in the record of a day.

use super::super::clauses::reason;
use super::super::document::{Finding, Part, PartKind, Report, columns};
use super::super::named::Named;
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::{Frame, ReportKind};
use crate::org::quality::{self, Look, Rule, Severities, Severity};

pub(super) static KIND: ReportKind = ReportKind::new(
    "quality",
    "the roster of a day by rules: what contradicts itself, is likely a mistake, or is worth a look",
    &[&PART],
)
.of_a_day();

static PART: PartKind = PartKind::new(
    "findings",
    Phrase::Findings,
    columns![Rule Group, Name Name, Severity Tag, Detail Line, Kind Tag, RuleId Data, Thing Data],
)
.or(Phrase::NothingFound);

/// Looks at a snapshot by every rule that is not off.
pub fn report(look: Look<'_>, severities: &Severities, frame: &Frame) -> Report {
    let mut report = frame.titled(&KIND, Phrase::QualityTitle);
    let mut part = Part::new(&PART, None);
    let findings = quality::findings(look, severities);
    for severity in Severity::FOUND {
        let count = findings.iter().filter(|finding| finding.severity == severity).count();
        part.numbers.push((severity.phrase(), count as u64));
    }
    let found = |rule: &Rule| findings.iter().any(|finding| finding.rule == rule);
    let (off, clean): (Vec<_>, Vec<_>) = severities
        .rules()
        .into_iter()
        .filter(|(rule, _)| !found(rule))
        .partition(|(_, severity)| *severity == Severity::Off);
    for (phrase, rules) in [(Phrase::LookedFor, clean), (Phrase::NotLookedFor, off)] {
        let texts = Said::list(rules.iter().map(|(rule, _)| text(rule)));
        part.lines.extend((!texts.is_nothing()).then(|| phrase.with([texts])));
    }
    for quality::Finding { rule, severity, flaw } in findings {
        let cells = [
            text(rule),
            Said::text(flaw.name),
            severity.said(),
            reason(&flaw.detail),
            flaw.kind.said(),
            Said::text(rule.id),
            (&flaw.id).into(),
        ];
        part.find(Finding::new(format!("{}:{}", rule.id, flaw.id), cells));
    }
    report.parts.push(part);
    report
}

/// What a rule looks for; one that has no words here yet says it in English.
fn text(rule: &Rule) -> Said {
    let phrase = match rule.id {
        "duplicate-national-id" => Phrase::DuplicateNationalId,
        "engagement-without-person" => Phrase::EngagementWithoutPerson,
        "engagement-without-unit" => Phrase::EngagementWithoutUnit,
        "unit-below-ended" => Phrase::UnitBelowEnded,
        "engagement-outside-person" => Phrase::EngagementOutsidePerson,
        "manager-outside-unit" => Phrase::ManagerOutsideUnit,
        "membership-of-nobody" => Phrase::MembershipOfNobody,
        "overlapping-primary" => Phrase::OverlappingPrimary,
        "manager-without-unit" => Phrase::ManagerWithoutUnit,
        "manager-not-employed" => Phrase::ManagerNotEmployed,
        "unit-without-manager" => Phrase::UnitWithoutManager,
        "person-without-engagement" => Phrase::PersonWithoutEngagement,
        "external-expired" => Phrase::ExternalExpired,
        "custom-required" => Phrase::CustomRequired,
        "missing-mail" => Phrase::MissingMail,
        "account-of-nobody" => Phrase::AccountOfNobody,
        "group-without-members" => Phrase::GroupWithoutMembers,
        "same-name-in-unit" => Phrase::SameNameInUnit,
        _ => return Said::english(rule.text),
    };
    phrase.into()
}
