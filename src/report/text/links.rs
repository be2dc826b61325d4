//! Links, and what has none.

use super::super::words::{clean, several};
use super::super::{IgnoreDocument, LinksDocument};
use super::layout::{Page, table};
use crate::org::Zone;

/// The answer of `links TARGET list`.
pub fn links(document: &LinksDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    page.line(0, &format!("{}: {}", clean(&document.target), counts(document).join(", ")));
    if let Some(reach) = document.coverage.as_ref().filter(|reach| !reach.complete) {
        page.reach(reach);
    }
    let links = document.links.iter().map(|link| {
        vec![
            link.kind.map_or_else(String::new, |kind| kind.to_string()),
            link.name.as_deref().map_or_else(|| "(not in the roster)".to_owned(), clean),
            clean(link.key.as_str()),
            clean(link.object.as_str()),
            link.since.local(zone).to_string(),
        ]
    });
    part(&mut page, "linked", &["kind", "name", "key", "object", "since"], links.collect());
    let unlinked = document.unlinked.iter().map(|one| {
        let adoptable = one.adoptable.as_ref().map_or_else(String::new, |object| clean(object.as_str()));
        vec![one.kind.to_string(), clean(&one.name), clean(one.key.as_str()), adoptable]
    });
    part(&mut page, "wanted without a link", &["kind", "name", "key", "adoptable"], unlinked.collect());
    let unmanaged = document.unmanaged.iter().map(|one| {
        let stamp = one.stamp.as_ref().map_or_else(String::new, |stamp| clean(stamp.as_str()));
        vec![one.kind.to_string(), clean(&one.name), clean(one.object.as_str()), stamp]
    });
    part(&mut page, "in scope without a link", &["kind", "name", "object", "stamp"], unmanaged.collect());
    let ignored = document
        .ignored
        .iter()
        .map(|one| vec![clean(one.object.as_str()), clean(&one.by), one.at.local(zone).to_string(), clean(&one.note)]);
    part(&mut page, "ignored", &["object", "by", "at", "note"], ignored.collect());
    page.holds(&document.ambiguous, zone);
    page.troubles(&document.errors);
    page.finish()
}

/// The answer of `links TARGET ignore`.
pub fn ignore(document: &IgnoreDocument) -> String {
    let what = if document.ignored { "is ignored from now on" } else { "is ignored no longer" };
    let mut page = Page::default();
    page.line(0, &format!("{}: the object {} {what}", clean(&document.target), clean(document.object.as_str())));
    page.labelled("note", &[clean(&document.note)]);
    page.finish()
}

/// How many there are of what is listed.
fn counts(document: &LinksDocument) -> Vec<String> {
    let LinksDocument { links, unlinked, unmanaged, ambiguous, ignored, only, .. } = document;
    if only.is_all() {
        return vec![
            several(links.len(), "link"),
            format!("{} wanted without one", unlinked.len()),
            format!("{} in scope without one", unmanaged.len()),
            format!("{} ignored", ignored.len()),
        ];
    }
    let counts = [
        (only.unlinked, format!("{} wanted without a link", unlinked.len())),
        (only.unmanaged, format!("{} in scope without a link", unmanaged.len())),
        (only.ambiguous, format!("{} ambiguous or held", ambiguous.len())),
    ];
    counts.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, count)| count).collect()
}

fn part(page: &mut Page, title: &str, head: &[&str], rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    page.gap();
    page.line(2, title);
    table(head, rows).lines().for_each(|line| page.line(4, line));
}
