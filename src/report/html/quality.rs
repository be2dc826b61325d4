//! The quality report as a page.

use maud::html;

use super::super::words::clean;
use super::super::{QualityDocument, QualityRule};
use super::{page, part};
use crate::org::Zone;
use crate::org::quality::Severity;

pub(in super::super) fn quality(document: &QualityDocument, zone: &Zone) -> String {
    let organisation = clean(&document.organisation);
    let title = format!("Quality of the record of {organisation}");
    let body = html! {
        header {
            h1 { (title) }
            p { "For " (document.as_of.to_string()) ", made at " (document.at.local(zone)) "." }
        }
        main {
            section {
                h2 { "Findings" }
                dl {
                    @for (severity, count) in document.counts() { dt { (severity.as_str()) } dd { (count) } }
                }
            }
            section {
                h2 { "By rule" }
                @for rule in document.rules.iter().filter(|rule| rule.found > 0 || rule.severity != Severity::Off) {
                    @let rows = html! {
                        ul.findings {
                            @for one in document.of(rule) {
                                li {
                                    p { strong { (clean(&one.name)) } " " span.quiet { (one.kind) " " (clean(&one.id)) } }
                                    p.quiet { (clean(&one.detail)) }
                                }
                            }
                        }
                    };
                    (part(&format!("{}: {}", rule.severity.as_str(), rule.text), document.of(rule).count(), &rows))
                }
                @let (clean_rules, off) = document.without_findings();
                p.quiet { "Nothing found: " (texts(&clean_rules)) "." }
                @if !off.is_empty() { p.quiet { "Not looked for: " (texts(&off)) "." } }
            }
        }
    };
    page(&format!("{title} for {}", document.as_of), &body)
}

fn texts(rules: &[&QualityRule]) -> String {
    rules.iter().map(|rule| rule.text.as_str()).collect::<Vec<_>>().join("; ")
}
