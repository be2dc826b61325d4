//! A report as a self-contained page: no script, no other file, light and dark, for a phone and for paper. Every text is
//! escaped by the template.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::super::document::{Finding, FindingState, Part, Report, Role};
use super::super::phrases::Phrase;
use super::super::said::{Said, Tongue};
use super::super::words::clean;
use super::{chart, style};

/// Longer lists are closed at first.
const OPENED: usize = 200;
/// So many findings of a part are shown; a page with more would be of no use. The tables have them all.
const SHOWN: usize = 1000;
/// Nothing is loaded from anywhere, and nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) fn html(report: &Report, tongue: Tongue<'_>) -> String {
    let title = tongue.line(&report.title);
    let parts: Vec<&Part> = report.parts.iter().filter(|part| !part.is_empty()).collect();
    let page = html! {
        (DOCTYPE)
        html lang=(tongue.language) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(style::SHEET)) }
            }
            body {
                header {
                    h1 { bdi { (title) } }
                    @for said in super::lead(report) { p { (words(&said, tongue)) } }
                }
                main {
                    @for of_target in parts.chunk_by(|a, b| a.target == b.target) {
                        section {
                            @if let Some(target) = of_target.first().and_then(|part| part.target.as_deref()) {
                                h2 { bdi { (clean(target)) } }
                            }
                            @for part in of_target { (of_part(report, part, tongue)) }
                        }
                    }
                }
                footer { p.quiet { (tongue.word(Phrase::Footer)) } }
            }
        }
    };
    page.into_string() + "\n"
}

fn of_part(report: &Report, part: &Part, tongue: Tongue<'_>) -> Markup {
    let trouble = part.kind.name == super::super::trouble::PART.name || !part.whole && !part.lines.is_empty();
    html! {
        @if part.kind.columns.is_empty() || part.findings.is_empty() {
            div.trouble[trouble] {
                @if !part.kind.columns.is_empty() { h3 { (tongue.word(part.kind.title)) } }
                (chart::bar(&part.numbers, tongue))
                @for line in &part.lines { p.quiet { (words(line, tongue)) } }
                @if let Some(empty) = part.kind.empty.filter(|_| part.whole) { p.quiet { (tongue.word(empty)) } }
            }
        } @else {
            details.trouble[trouble] open[part.findings.len() <= OPENED] {
                summary { (tongue.word(part.kind.title)) " " span.count { (part.findings.len()) } }
                (chart::bar(&part.numbers, tongue))
                @for line in &part.lines { p.quiet { (words(line, tongue)) } }
                @let shown = part.findings.get(..SHOWN).unwrap_or(&part.findings);
                @for of_group in shown.chunk_by(|a, b| a.group(part.kind) == b.group(part.kind)) {
                    @if let Some(group) = of_group.first().and_then(|finding| finding.group(part.kind)) {
                        h3 { bdi { (words(group, tongue)) } }
                    }
                    ul.findings { @for finding in of_group { (of_finding(report, part, finding, tongue)) } }
                }
                @if part.findings.len() > SHOWN {
                    @let more = Said::count(part.findings.len() - SHOWN);
                    p { (words(&Phrase::AndMore.with([more]), tongue)) }
                }
            }
        }
    }
}

fn of_finding(report: &Report, part: &Part, finding: &Finding, tongue: Tongue<'_>) -> Markup {
    let gone = finding.state == FindingState::Resolved;
    html! {
        li.gone[gone] {
            p {
                @if let Some(state) = super::state(report, finding) {
                    span.state.(finding.state.as_str()) { (words(&state, tongue)) } " "
                }
                @for (_, said) in finding.of_role(part.kind, Role::Name) { strong { bdi { (words(said, tongue)) } } " " }
                @for (_, said) in finding.of_role(part.kind, Role::Tag) { span.tag { bdi { (words(said, tongue)) } } " " }
            }
            @for (_, said) in finding.of_role(part.kind, Role::Line) { (line(said, tongue)) }
            (pairs(part, finding, tongue))
            @if let Some(times) = super::times(report, finding) { p.quiet { (words(&times, tongue)) } }
        }
    }
}

/// The lines that have a heading.
fn pairs(part: &Part, finding: &Finding, tongue: Tongue<'_>) -> Markup {
    let mut pairs = finding.of_role(part.kind, Role::Labelled).peekable();
    html! {
        @if pairs.peek().is_some() {
            dl { @for (head, said) in pairs { dt { (tongue.word(head)) } dd { (several(said, tongue)) } } }
        }
    }
}

/// A line without one; changes stand as before and after.
fn line(said: &Said, tongue: Tongue<'_>) -> Markup {
    let is_change = |one: &Said| matches!(one, Said::Phrase(Phrase::Changed | Phrase::SetTo, _));
    match said {
        Said::List(parts) if parts.iter().any(is_change) => html! {
            dl { @for part in parts { (change(part, tongue)) } }
        },
        other => html! { p.quiet { (several(other, tongue)) } },
    }
}

fn change(said: &Said, tongue: Tongue<'_>) -> Markup {
    match said {
        Said::Phrase(Phrase::Changed, parts) => match parts.as_slice() {
            [attribute, before, after] => html! {
                dt { bdi { (words(attribute, tongue)) } }
                dd { del { bdi { (words(before, tongue)) } } " → " ins { bdi { (words(after, tongue)) } } }
            },
            _ => html! {},
        },
        Said::Phrase(Phrase::SetTo, parts) => match parts.as_slice() {
            [attribute, after] => html! {
                dt { bdi { (words(attribute, tongue)) } }
                dd { ins { bdi { (words(after, tongue)) } } }
            },
            _ => html! {},
        },
        other => html! { dd.member { bdi { (words(other, tongue)) } } },
    }
}

/// The parts of a list: names one after the other, sentences a line each.
fn several(said: &Said, tongue: Tongue<'_>) -> Markup {
    match said {
        Said::List(parts) if said.is_of_names() => html! {
            @for (at, part) in parts.iter().enumerate() {
                @if at > 0 { ", " }
                bdi { (words(part, tongue)) }
            }
        },
        Said::List(parts) => html! { @for part in parts { span.line { bdi { (words(part, tongue)) } } } },
        one => html! { bdi { (words(one, tongue)) } },
    }
}

/// The words, and which of them are in English on a page of another language.
fn words(said: &Said, tongue: Tongue<'_>) -> Markup {
    html! {
        @for piece in tongue.pieces(said) {
            @if piece.english { span lang="en" { (piece.text) } } @else { (piece.text) }
        }
    }
}
