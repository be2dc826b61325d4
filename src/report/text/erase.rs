//! An erasure: what goes, by kind, and what has to be done by hand.

use std::collections::BTreeMap;

use super::super::words::{clean, several};
use super::super::{EraseDocument, Outcome};
use super::layout::Page;

/// The answer of `edit erase`.
pub fn erase(document: &EraseDocument) -> String {
    let mut page = Page::default();
    let ended = match (document.again, document.dry_run) {
        (true, _) => format!("was erased on {}; the file is cleaned again", document.day),
        (false, true) => "would be erased (rehearsal: nothing was done)".to_owned(),
        (false, false) => "erased".to_owned(),
    };
    page.line(0, &format!("person {}: {ended}", clean(document.person.as_str())));
    if let Some(note) = &document.note {
        page.labelled("note", &[clean(note)]);
    }
    page.labelled("gone", &counts(&document.deleted, ""));
    page.labelled("kept", &counts(&document.rewritten, ", without the person"));
    let texts = [(document.plans, "stored plan"), (document.texts, "text")];
    let texts: Vec<String> =
        texts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| several(*count as usize, what)).collect();
    page.labelled("also", &texts);
    if document.outcome == Outcome::Partly {
        page.gap();
        page.line(
            2,
            "THE FILE STILL HOLDS WHAT WAS ERASED: somebody reads the roster all the time, or the disk is full",
        );
        page.line(4, "give the same command again");
    }
    if !document.objects.is_empty() {
        page.gap();
        page.line(2, "left in targets: rosterd leaves them alone, remove them by hand");
        for left in &document.objects {
            page.line(4, &format!("{}: {} {}", clean(&left.target), clean(&left.kind), clean(&left.object)));
        }
    }
    if !document.copies.is_empty() {
        page.gap();
        page.line(2, "copies from before, which may still hold the person");
        document.copies.iter().for_each(|copy| page.line(4, &clean(copy)));
    }
    page.finish()
}

/// `person: 2 versions`, one line per kind of fact.
fn counts(counts: &BTreeMap<String, u64>, how: &str) -> Vec<String> {
    let of_kind =
        |(kind, count): (&String, &u64)| format!("{}: {}{how}", clean(kind), several(*count as usize, "version"));
    counts.iter().map(of_kind).collect()
}
