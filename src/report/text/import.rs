//! An import: what it changed in the roster, or why it did not.

use serde_json::Value;

use crate::org::MOST_PROBLEMS;
use crate::reconcile::Digest;

use super::super::words::{clean, several};
use super::super::{HeldLine, ImportDocument, Outcome, Problem};
use super::layout::Page;
use super::run::outcome;

/// Held statements that are named.
const MOST_HELD: usize = 50;
/// Problems of a file that are shown; JSON has all that were found.
const MOST_SHOWN: usize = 20;
/// What a file does to what it no longer states.
const ENDED: &str = "ended";

/// The answer of `import`.
pub fn import(document: &ImportDocument) -> String {
    let mut page = Page::default();
    write(&mut page, document);
    page.finish()
}

pub(super) fn write(page: &mut Page, import: &ImportDocument) {
    let rehearsal = if import.dry_run { " (rehearsal: nothing was committed)" } else { "" };
    page.line(0, &format!("import of {}: {}{rehearsal}", clean(&import.source), outcome(import.outcome)));
    if let Some(digest) = &import.digest {
        page.labelled("digest", &[digest.to_string()]);
    }
    page.labelled("facts", &facts(&import.counts));
    page.limits(&import.limits);
    if import.outcome == Outcome::Held {
        let approve =
            |digest: &Digest| vec![format!("rosterd approve {digest}"), "and import the same file again".to_owned()];
        let commands = match &import.digest {
            Some(digest) if import.problems.is_empty() => approve(digest),
            // consent would not help: the file has to be mended first
            _ => Vec::new(),
        };
        page.breaches(&import.breaches, "nothing of this file was committed", (&import.ends, ENDED), &commands);
    } else {
        page.ends(2, &import.ends, ENDED);
    }
    if !import.held.is_empty() {
        page.gap();
        page.line(2, &format!("{} held; the rest of the file was taken", several(import.held.len(), "statement")));
        for held in import.held.iter().take(MOST_HELD) {
            let field = held.field.as_ref().map_or(String::new(), |field| format!(", {}", clean(field)));
            let HeldLine { line, kind, id, reason, .. } = held; // the owner is in the reason
            page.line(4, &format!("line {line}: {kind} {}{field}: {}", clean(id), clean(reason)));
        }
        let more = import.held.len().saturating_sub(MOST_HELD);
        if more > 0 {
            page.line(4, &format!("and {more} more"));
        }
        if let Some(owner) = import.held.iter().find_map(|held| held.owner.as_deref()) {
            let (source, owner) = (clean(&import.source), clean(owner));
            page.line(
                4,
                &format!("where this file goes on with what {owner} began: source = \"{owner}\" in [jsonl.{source}];"),
            );
            page.line(4, "where both speak of the same things: say in [owners] who is right about what");
        }
    }
    if !import.problems.is_empty() {
        page.gap();
        let (found, shown) = (import.problems.len(), import.problems.len().min(MOST_SHOWN));
        let all = if found >= MOST_PROBLEMS { " or more" } else { "" };
        let part = if shown < found { format!(", the first {shown} of them are shown") } else { String::new() };
        page.line(2, &format!("{}{all}{part}; nothing was committed", several(found, "problem")));
        problems(page, 4, import.problems.get(..shown).unwrap_or_default());
    }
}

/// Problems as `file:line:column: what`, which editors can follow.
pub(super) fn problems(page: &mut Page, indent: usize, problems: &[Problem]) {
    for problem in problems {
        let mut place = clean(&problem.file);
        for part in [problem.line, problem.column].into_iter().flatten() {
            place.push(':');
            place.push_str(&part.to_string());
        }
        page.line(indent, &format!("{place}: {}", clean(&problem.message)));
        if let Some(hint) = &problem.hint {
            page.line(indent + 4, &format!("hint: {}", clean(hint)));
        }
    }
}

/// `person: added 3, changed 1`, one line per kind of fact.
fn facts(counts: &Value) -> Vec<String> {
    let Some(kinds) = counts.as_object() else { return Vec::new() };
    let of_kind = |(kind, what): (&String, &Value)| {
        let parts: Vec<String> = match what.as_object() {
            Some(what) => what.iter().map(|(word, count)| format!("{word} {count}")).collect(),
            None => vec![what.to_string()],
        };
        format!("{}: {}", clean(kind), parts.join(", "))
    };
    kinds.iter().map(of_kind).collect()
}
