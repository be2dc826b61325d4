//! What waits to be told, for `status` and `send`.

use super::super::words::clean;
use super::super::{SentDocument, WayStatus};
use super::layout::{Page, table};
use crate::org::{Instant, Zone};

/// The table of all ways, and why something was not taken; nothing where no letter ever went.
pub(super) fn letters(ways: &[WayStatus], zone: &Zone) -> String {
    if ways.is_empty() {
        return String::new();
    }
    let when = |at: Option<Instant>| at.map_or_else(|| "-".to_owned(), |at| at.local(zone));
    let rows = ways.iter().map(|way| {
        let name = format!("{} {}", way.channel, clean(&way.to));
        let (waiting, failed) = (way.waiting.to_string(), way.failed.to_string());
        vec![name, waiting, when(way.oldest), when(way.next_try), failed, when(way.last_sent)]
    });
    let head = ["letters to", "waiting", "since", "next try", "given up", "last taken"];
    let text = format!("\n{}", table(&head, rows.collect()));
    let mut page = Page::default();
    for way in ways {
        if let Some(why) = &way.why {
            page.line(0, &format!("{} {}: {}", way.channel, clean(&way.to), clean(why)));
        }
    }
    let why = page.finish();
    if why.is_empty() { text } else { format!("{text}\n{why}") }
}

/// The answer of `send`.
pub(super) fn sent(document: &SentDocument) -> String {
    let mut page = Page::default();
    page.line(0, &format!("{}: {}", clean(&document.report), clean(&document.subject)));
    for letter in &document.letters {
        page.line(2, &format!("{}  {} {}", letter.state, letter.channel, clean(&letter.to)));
        if let Some(why) = &letter.why {
            page.line(10, &clean(why));
        }
    }
    page.finish()
}
