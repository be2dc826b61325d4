//! What the rules make of one person, attribute by attribute.

use super::super::words::clean;
use super::super::{MapDocument, MapRule, MapSource, MapTarget};
use super::layout::{Page, table};
use crate::object::{Authority, Value};

/// The answer of `map test`.
pub fn mapping(document: &MapDocument) -> String {
    let mut page = Page::default();
    page.line(0, &format!("{} ({}) on {}", clean(&document.name), clean(document.person.as_str()), document.at));
    for target in &document.targets {
        page.gap();
        of_target(&mut page, target);
    }
    page.finish()
}

fn of_target(page: &mut Page, target: &MapTarget) {
    let why = target.reason.as_deref().map_or_else(String::new, |reason| format!(": {}", clean(reason)));
    let kind = target.kind.as_deref().map_or_else(String::new, |kind| format!(" ({})", clean(kind)));
    page.line(0, &format!("{}{kind}: {}{why}", clean(&target.target), target.state));
    let mut labelled = |label: &str, text: &str| page.labelled(label, &[clean(text)]);
    if let Some(login) = &target.login {
        labelled("login", login);
    }
    if let Some(name) = &target.object_name {
        labelled("name", name);
    }
    if let Some(place) = &target.place {
        labelled("place", &if place.is_empty() { "(top)".to_owned() } else { place.join(" / ") });
    }
    if let Some(manager) = &target.manager {
        let login = manager.login.as_deref().map_or_else(String::new, |login| format!(" ({login})"));
        labelled("manager", &format!("{}{login}", manager.name));
    }
    labelled("release", &format!("{} facts at most", target.release.as_str()));
    if let Some(when) = &target.when {
        labelled("when", &format!("{}; {}", when.rule, sources(&when.sources)));
    }
    if target.attributes.is_empty() {
        return;
    }
    page.gap();
    let rows = target.attributes.iter().map(|one| {
        let (value, authority) = (value(&one.rule, one.empty), authority(one.authority).to_owned());
        vec![clean(&one.attribute), value, clean(&one.rule.rule), authority, sources(&one.rule.sources)]
    });
    table(&["attribute", "value", "rule", "authority", "source"], rows.collect())
        .lines()
        .for_each(|line| page.line(2, line));
    for one in &target.attributes {
        let why = one.rule.problem.as_ref().or(one.rule.nothing.as_ref());
        if let Some(why) = why {
            page.line(2, &format!("{}: {}", clean(&one.attribute), clean(why)));
        }
    }
}

pub(super) fn authority(authority: Authority) -> &'static str {
    match authority {
        Authority::Own => "own",
        Authority::CreateOnly => "create-only",
        Authority::IfEmpty => "if-empty",
        Authority::Never => "never",
    }
}

pub(super) fn value(rule: &MapRule, empty: &str) -> String {
    match (&rule.problem, rule.values.as_slice()) {
        (Some(_), _) => "(fails)".to_owned(),
        (None, []) => format!("(nothing: {empty})"),
        (None, values) => listed(values),
    }
}

pub(super) fn listed(values: &[Value]) -> String {
    clean(&values.iter().map(Value::to_string).collect::<Vec<_>>().join(", "))
}

pub(super) fn sources(sources: &[MapSource]) -> String {
    if sources.is_empty() {
        return "(the same for everybody)".to_owned();
    }
    let told = sources.iter().map(|source| {
        let facts: Vec<String> = source.facts.iter().map(|fact| format!("{} {}", fact.kind, fact.id)).collect();
        let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
        match (source.withheld, source.values.is_empty()) {
            (Some(level), _) => clean(&format!("{} withheld, {}", source.path, level.as_str())),
            (None, true) => clean(&format!("{} nothing{facts}", source.path)),
            (None, false) => clean(&format!("{} = {}{facts}", source.path, listed(&source.values))),
        }
    });
    told.collect::<Vec<_>>().join("; ")
}
