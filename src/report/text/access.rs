//! Who had access, as text.

use super::super::words::clean;
use super::super::{AccessDocument, AccessLine, AccessSpan};
use super::layout::Page;
use crate::object::Kind;
use crate::org::{FactKind, Instant, Zone};

/// The answer of `access`.
pub fn access(document: &AccessDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    let (kind, name, id) = (document.kind.name(), clean(&document.name), clean(document.id.as_str()));
    page.line(0, &format!("{kind} {name} ({id}), on {}", document.at));
    for target in &document.targets {
        page.gap();
        let at = |at: Option<Instant>| at.map_or_else(|| "never".to_owned(), |at| at.local(zone));
        let (since, read) = (at(target.since), at(target.read));
        let done = target
            .done_since
            .map_or_else(String::new, |at| format!(", and what rosterd did since, until {}", at.local(zone)));
        page.line(0, &format!("{}: known since {since}, last read whole {read}{done}", clean(&target.target)));
        if target.since.is_none_or(|since| since.day(zone) > document.at) {
            page.line(2, "Nothing is known of that day.");
        } else if target.lines.is_empty() {
            page.line(
                2,
                if document.kind == FactKind::Group { "Nobody was in it." } else { "No account, and no group." },
            );
        }
        for line in &target.lines {
            page.line(2, &what(document.kind, line));
            line.spans.iter().for_each(|span| page.line(6, &when(span, zone)));
        }
    }
    page.finish()
}

fn what(of: FactKind, line: &AccessLine) -> String {
    let name = clean(&line.name);
    let word = match (of, line.kind) {
        (FactKind::Group, Kind::Group) => "the members of the group ",
        (_, Kind::Group) => "in the group ",
        (FactKind::Group, _) => "",
        _ => "could use the account of ",
    };
    let through =
        line.through.as_ref().map_or_else(String::new, |through| format!(", by the group {}", clean(through)));
    format!("{word}{name}{through}")
}

fn when(span: &AccessSpan, zone: &Zone) -> String {
    let by = |run: Option<i64>| run.map_or_else(String::new, |run| format!(" (run {run})"));
    let from =
        span.from.map_or_else(|| "since before the first read".to_owned(), |at| format!("since {}", at.local(zone)));
    let to = span.to.map_or_else(|| "to this day".to_owned(), |at| format!("until {}", at.local(zone)));
    format!("{from}{}, {to}{}", by(span.given_by), by(span.taken_by))
}
