//! The drift report as a page.

use maud::html;

use super::super::drift::fate;
use super::super::words::{Names, attribute_name, clean};
use super::super::{DriftDocument, DriftState};
use super::{page, part};
use crate::org::Zone;

pub(in super::super) fn drift(document: &DriftDocument, zone: &Zone) -> String {
    let body = html! {
        header {
            h1 { "Drift" }
            p { "What somebody else changed in the targets. Made at " (document.at.local(zone)) "." }
        }
        main {
            @for target in &document.targets {
                @let names = Names(&target.labels);
                section {
                    h2 { (clean(&target.target)) }
                    p.quiet {
                        "Last read whole: "
                        @match target.read { Some(read) => (read.local(zone)), None => "never" }
                    }
                    @if target.drifts.is_empty() { p.quiet { "Nothing that is known." } }
                    @for state in DriftState::ALL {
                        @let lines = target.of_state(state);
                        @let rows = html! {
                            ul.findings {
                                @for line in &lines {
                                    @let attribute = line.drift.attribute.as_str();
                                    li {
                                        p {
                                            strong { (clean(&line.drift.name)) } " "
                                            span.tag { (attribute_name(attribute)) } " "
                                            span.quiet { (line.drift.kind.as_str()) }
                                        }
                                        dl {
                                            dt { "wanted" } dd { (names.values(attribute, &line.drift.wanted)) }
                                            dt { "shown" } dd { (names.values(attribute, &line.drift.shown)) }
                                        }
                                        p.quiet { (fate(line, zone)) }
                                    }
                                }
                            }
                        };
                        (part(state.as_str(), lines.len(), &rows))
                    }
                }
            }
        }
    };
    page("Drift", &body)
}
