//! The report of the days to come as a page.

use maud::html;

use super::super::UpcomingDocument;
use super::super::upcoming::meaning;
use super::super::words::clean;
use super::{page, part};
use crate::org::Zone;

pub(in super::super) fn upcoming(document: &UpcomingDocument, zone: &Zone) -> String {
    let organisation = clean(&document.organisation);
    let title = format!("The next {} days of {organisation}", document.days);
    let body = html! {
        header {
            h1 { (title) }
            p { "From " (document.as_of.to_string()) ", made at " (document.at.local(zone)) "." }
        }
        main {
            section {
                h2 { "How many" }
                @if document.turns.is_empty() { p.quiet { "Nobody comes, and nobody leaves." } }
                dl {
                    @for (rung, count) in document.counts() { dt { (rung.as_str()) } dd { (count) } }
                }
            }
            section {
                h2 { "Day by day" }
                @for (day, turns) in document.by_day() {
                    @let rows = html! {
                        ul.findings {
                            @for turn in &turns {
                                li {
                                    p {
                                        strong { (clean(&turn.name)) } " " span.tag { (turn.rung.as_str()) } " "
                                        span.quiet { (clean(turn.person.as_str())) }
                                    }
                                    p { (meaning(turn.rung)) ", in " (turn.targets.join(", ")) }
                                    p.quiet { (clean(&turn.because)) }
                                }
                            }
                        }
                    };
                    (part(&day.to_string(), turns.len(), &rows))
                }
            }
        }
    };
    page(&format!("{title}, from {}", document.as_of), &body)
}
