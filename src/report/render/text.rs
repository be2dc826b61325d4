//! A report as text. Plain characters only: what is shown is clean of control characters, and the same on a terminal, in
//! a pipe and in a mail.

use super::super::document::{Finding, Part, Report, Role};
use super::super::said::{Said, Tongue};
use super::super::text::Page;

pub(super) fn text(report: &Report, tongue: Tongue<'_>) -> String {
    let mut page = Page::default();
    page.line(0, &tongue.line(&report.title));
    for said in super::lead(report) {
        page.line(0, &tongue.line(&said));
    }
    let mut target = None;
    for part in report.parts.iter().filter(|part| !part.is_empty()) {
        if part.target != target {
            target.clone_from(&part.target);
            page.gap();
            page.line(0, &tongue.line(&part.target.as_deref().into()));
        }
        of_part(&mut page, report, part, tongue);
    }
    page.finish()
}

fn of_part(page: &mut Page, report: &Report, part: &Part, tongue: Tongue<'_>) {
    page.gap();
    let count = if part.kind.columns.is_empty() { String::new() } else { format!(" ({})", part.findings.len()) };
    page.line(2, &format!("== {}{count}", tongue.word(part.kind.title)));
    for line in &part.lines {
        page.line(2, &tongue.line(line));
    }
    for (name, number) in &part.numbers {
        page.line(4, &format!("{:<28}{number:>7}", tongue.word(*name)));
    }
    if let Some(empty) = part.kind.empty.filter(|_| part.findings.is_empty() && part.whole) {
        page.line(4, tongue.word(empty));
    }
    let mut group = None;
    for finding in &part.findings {
        if finding.group(part.kind) != group {
            group = finding.group(part.kind);
            page.gap();
            page.line(2, &group.map_or_else(String::new, |group| format!("-- {}", tongue.line(group))));
        }
        of_finding(page, report, part, finding, tongue);
    }
}

fn of_finding(page: &mut Page, report: &Report, part: &Part, finding: &Finding, tongue: Tongue<'_>) {
    let said = |role| finding.of_role(part.kind, role).map(|(_, said)| tongue.line(said)).collect::<Vec<_>>();
    let tags = said(Role::Tag);
    let tags = if tags.is_empty() { String::new() } else { format!(" ({})", tags.join(", ")) };
    let state = super::state(report, finding).map_or_else(String::new, |state| format!("  [{}]", tongue.line(&state)));
    page.line(4, &format!("{}{tags}{state}", said(Role::Name).join(", ")));
    for (head, said) in lines(finding, part) {
        for (at, one) in each(said).enumerate() {
            match head {
                Some(head) if at == 0 => page.line(8, &format!("{}: {}", tongue.word(head), tongue.line(one))),
                Some(head) => {
                    let indent = " ".repeat(tongue.word(head).chars().count());
                    page.line(8, &format!("{indent}  {}", tongue.line(one)));
                }
                None => page.line(8, &tongue.line(one)),
            }
        }
    }
    if let Some(times) = super::times(report, finding) {
        page.line(8, &tongue.line(&times));
    }
}

/// The lines below a finding, in the order of the columns, those with a heading with it.
fn lines<'a>(finding: &'a Finding, part: &'a Part) -> impl Iterator<Item = (Option<super::Phrase>, &'a Said)> {
    let cells = part.kind.columns.iter().zip(&finding.cells).filter(|(_, said)| !said.is_nothing());
    cells.filter_map(|(column, said)| match column.role {
        Role::Labelled => Some((Some(column.head), said)),
        Role::Line => Some((None, said)),
        Role::Group | Role::Name | Role::Tag | Role::Data => None,
    })
}

/// The parts of a list, each for itself, unless it is one of names.
fn each(said: &Said) -> impl Iterator<Item = &Said> {
    match said {
        Said::List(parts) if !said.is_of_names() => parts.as_slice(),
        one => std::slice::from_ref(one),
    }
    .iter()
}
