//! Reports as self-contained pages, here the reconciliation report: no script, no other file, light and dark, for a phone and
//! for paper. Every text is escaped by the template.

mod chart;
mod drift;
mod quality;
mod style;
mod upcoming;

use maud::{DOCTYPE, Markup, PreEscaped, html};

pub(super) use drift::drift;
pub(super) use quality::quality;
pub(super) use upcoming::upcoming;

use super::reconciliation::Numbers;
use super::text::last_run;
use super::words::{Names, attribute_name, clean, extent, gaps};
use super::{ReconciliationDocument, TargetReconciliation};
use crate::object::{Change, Hold, Op, Step, aspect};
use crate::org::Zone;
use crate::reconcile::{Reach, Unmanaged};

/// Longer lists are closed at first.
const OPENED: usize = 200;

pub(super) fn reconciliation(document: &ReconciliationDocument, zone: &Zone) -> String {
    let organisation = clean(&document.organisation);
    let body = html! {
        header {
            h1 { "Reconciliation of " (organisation) }
            p { "For " (document.as_of.to_string()) ", made at " (document.at.local(zone)) "." }
        }
        main {
            @for trouble in &document.errors {
                section.trouble {
                    h2 { (clean(&trouble.subject)) ": not compared" }
                    p { (clean(&trouble.message)) }
                    @if let Some(hint) = &trouble.hint { p.quiet { "Hint: " (clean(hint)) } }
                }
            }
            @for target in &document.targets { (of_target(target, zone)) }
        }
    };
    page(&format!("Reconciliation of {organisation} for {}", document.as_of), &body)
}

/// A whole page around what it says.
fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(style::SHEET)) }
            }
            body {
                (body)
                footer { p.quiet { "Made by rosterd. This page loads nothing from anywhere." } }
            }
        }
    };
    page.into_string() + "\n"
}

fn of_target(target: &TargetReconciliation, zone: &Zone) -> Markup {
    let numbers = Numbers::of(target);
    let names = Names(&target.labels);
    html! {
        section {
            h2 { (clean(&target.target)) }
            (reach(&target.coverage))
            (chart::bar(numbers))
            p.quiet { "Last run: " @match &target.last_run { Some(run) => (last_run(run, zone)), None => "none yet" } }
            (steps("Missing in the target", &target.missing, &names))
            (steps("Differing", &target.differing, &names))
            (holds(&target.held))
            (unmanaged(&target.unmanaged))
        }
    }
}

fn reach(reach: &Reach) -> Markup {
    html! {
        @if reach.is_whole() {
            p.quiet {
                @if reach.linked_only { "The target lists nothing: what is linked was read." }
                @else { (extent(reach, "The target was read completely")) "." }
            }
        } @else if reach.complete || reach.linked_only {
            div.trouble {
                p { strong { "Not everything could be read." } " What cannot be read is left as it is." }
                ul { @for gap in gaps(reach) { li { (gap) } } }
            }
        } @else {
            div.trouble {
                p { strong { "The target was read in part." } " Nothing is concluded from what was not seen." }
                ul { @for gap in gaps(reach) { li { (gap) } } }
            }
        }
    }
}

/// A part that opens and closes; on paper it is always open.
fn part(title: &str, count: usize, body: &Markup) -> Markup {
    html! {
        @if count > 0 {
            details open[count <= OPENED] {
                summary { (title) " " span.count { (count) } }
                (body)
            }
        }
    }
}

fn steps(title: &str, steps: &[Step], names: &Names<'_>) -> Markup {
    let rows = html! {
        ul.findings {
            @for step in steps {
                li {
                    p { strong { (clean(&step.name)) } " " span.tag { (step.op.as_str()) } " " span.quiet { (step.kind.as_str()) } }
                    @if !step.changes.is_empty() {
                        dl { @for one in &step.changes { (change(step.op, one, names)) } }
                    }
                    @if !step.reason.is_empty() { p.quiet { (clean(&step.reason)) } }
                }
            }
        }
    };
    part(title, steps.len(), &rows)
}

fn change(op: Op, change: &Change, names: &Names<'_>) -> Markup {
    let attribute = change.attribute.as_str();
    let members = change.attribute.is(aspect::MEMBERS);
    html! {
        dt title=[attribute.starts_with("urn:").then_some(clean(attribute))] { (attribute_name(attribute)) }
        dd {
            @if members {
                @for line in names.change(op, change) { span.line { (line) } }
            } @else {
                @if op != Op::Create { del { (names.values(attribute, &change.before)) } " → " }
                ins { (names.values(attribute, &change.after)) }
            }
        }
    }
}

fn holds(held: &[Hold]) -> Markup {
    let rows = html! {
        ul.findings {
            @for hold in held {
                li {
                    p { strong { (clean(&hold.name)) } " " span.quiet { (hold.kind.as_str()) } }
                    p.quiet { (clean(&hold.reason)) }
                }
            }
        }
    };
    part("Held, with the reason", held.len(), &rows)
}

fn unmanaged(objects: &[Unmanaged]) -> Markup {
    let rows = html! {
        ul.findings {
            @for one in objects {
                li {
                    p { strong { (clean(&one.name)) } " " span.quiet { (one.kind.as_str()) } }
                    p.quiet {
                        (clean(one.object.as_str()))
                        @if let Some(stamp) = &one.stamp { ", bears the stamp of " (clean(stamp.as_str())) }
                    }
                }
            }
        }
    };
    part("In the target only, left alone", objects.len(), &rows)
}
