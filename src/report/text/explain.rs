//! All that is known of one thing: of each target the answer in one line, then what it rests on.

use super::super::clauses::told;
use std::collections::BTreeMap;

use super::super::words::{Names, clean, hold_code_of, several};
use super::super::{
    Comparison, ExplainDocument, ExplainMembership, ExplainObject, ExplainTarget, MapAttribute, MapSaid, NameState,
    Standing,
};
use super::layout::{Page, table};
use super::mapping::{authority, listed, sources, value};
use super::names::how;
use crate::object::Value;
use crate::org::{FactKind, Id, Zone};

/// Members and groups that are listed; JSON has them all.
const NAMED: usize = 20;

/// The answer of `explain`.
pub fn explain(document: &ExplainDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    let (name, id) = (clean(&document.name), clean(document.id.as_str()));
    page.line(0, &format!("{} {name} ({id}) on {}", document.kind, document.at));
    if let Some(order) = &document.suspended {
        page.line(2, &format!("suspended {}", clean(&order.told(zone))));
    }
    if let Some(blocked) = &document.blocked {
        page.line(2, &format!("blocked by {}", clean(blocked)));
    }
    for target in &document.targets {
        page.line(2, &format!("in {}: {}", clean(&target.wanted.target), clean(&target.answer)));
    }
    if document.attribute.is_none() {
        names(&mut page, document);
    }
    for target in &document.targets {
        page.gap();
        page.line(0, &clean(&target.wanted.target));
        if document.attribute.is_none() {
            head(&mut page, target, zone);
        }
        attributes(&mut page, target, document.attribute.is_some());
        if document.attribute.is_none() {
            aspects(&mut page, target);
            memberships(&mut page, document.kind, target);
        }
        work(&mut page, target, zone);
        facts(&mut page, target, zone);
    }
    page.finish()
}

/// The names of a person, each with the pattern that gave it.
fn names(page: &mut Page, document: &ExplainDocument) {
    if document.names.is_empty() {
        return;
    }
    page.gap();
    page.line(0, "names");
    let rows = document.names.iter().map(|line| {
        let state = match line.state {
            NameState::Kept => "given",
            NameState::New => "to be given",
            NameState::Changed => "to be changed",
            NameState::None => "none",
        };
        let name = line.name.as_deref().unwrap_or_default();
        let other = line.otherwise.as_ref().and_then(|other| other.name.as_deref());
        let why = match (&line.reason, other) {
            (Some(reason), _) => reason.clone(),
            (None, Some(other)) => format!("kept; by the rules of today it were {other}"),
            (None, None) if line.how.pattern.is_none() => "before".to_owned(),
            (None, None) => format!("by {}", how(&line.how)),
        };
        let before = line.instead_of.as_ref().map(|before| format!("instead of {before}; ")).unwrap_or_default();
        vec![line.kind.to_string(), clean(name), state.to_owned(), clean(&format!("{before}{why}"))]
    });
    table(&["kind", "name", "state", "why"], rows.collect()).lines().for_each(|line| page.line(2, line));
}

fn head(page: &mut Page, target: &ExplainTarget, zone: &Zone) {
    let wanted = &target.wanted;
    let mut said = |label: &str, text: &str| page.labelled(label, &[clean(text)]);
    if let Some(when) = &wanted.when {
        said("when", &format!("{}; {}", when.rule, sources(&when.sources)));
    }
    for scope in &wanted.scope {
        let holds = scope.rule.values.contains(&Value::Bool(true));
        let holds = if holds { "holds" } else { "does not hold" };
        said(
            "scope",
            &format!("{}: {} {holds}; {}", scope.deed.as_str(), scope.rule.rule, sources(&scope.rule.sources)),
        );
    }
    said("release", &format!("{} facts at most", wanted.release.as_str()));
    if let Some(made) = &target.made_by {
        let who = made.who.as_ref().map(|who| format!(", of whom {who}")).unwrap_or_default();
        let whose = match (&made.unit, made.managers, made.below) {
            (Some(unit), managers, below) => {
                let below = if below { " and what is below" } else { "" };
                format!("those who {} {unit}{below}", if managers { "lead" } else { "work in" })
            }
            (None, true, _) => "those who lead a unit".to_owned(),
            (None, false, _) => "everybody with an account here".to_owned(),
        };
        said("made by", &format!("the rule {}: {whose}{who}", made.rule));
    }
    if let Some(rungs) = &target.lifecycle {
        let since = rungs.since.map(|since| format!(" since {since}")).unwrap_or_default();
        said("rung", &format!("{}{since}: {}", rungs.rung, rungs.because));
        for one in rungs.reached.iter().filter(|one| one.rung != rungs.rung) {
            let since = one.day.map(|since| format!(" since {since}")).unwrap_or_default();
            said("", &format!("and {}{since}", one.rung));
        }
        for one in &rungs.next {
            let day = one.day.map(|day| day.to_string()).unwrap_or_default();
            said("next", &format!("{} on {day}: {}", one.rung, one.because.as_deref().unwrap_or_default()));
        }
    }
    match &target.object {
        None => said("object", "none is linked"),
        Some(ExplainObject { id, linked_since, seen }) => {
            said("object", &format!("{id}, linked since {}", linked_since.local(zone)));
            match seen {
                None => said("", "the last read did not see it"),
                Some(seen) => {
                    if seen.handle != id.as_str() {
                        said("", &seen.handle);
                    }
                    if let Some(protection) = &seen.protected {
                        said("", &format!("never touched: {protection}"));
                    }
                    said("", &format!("as it was last seen; everything was read at {}", seen.whole_read.local(zone)));
                    for since in &seen.since {
                        let (op, at, run) = (since.op, since.at.local(zone), since.run);
                        said("", &format!("and since then by rosterd itself: {op} at {at}, run {run}"));
                    }
                }
            }
        }
    }
    if let Some(named) = &wanted.named_by {
        said("name", &format!("{}; {}", named.rule, sources(&named.sources)));
    }
    if let Some(placed) = &wanted.placed_by {
        said("place", &format!("{}; {}", placed.rule, sources(&placed.sources)));
    }
}

fn attributes(page: &mut Page, target: &ExplainTarget, alone: bool) {
    // of what is not there and is not to be there nothing is wanted
    if target.wanted.attributes.is_empty() || target.standing == Standing::None {
        return;
    }
    if !alone {
        page.gap();
    }
    let rows = target.wanted.attributes.iter().map(|one| {
        let row = [
            clean(&one.attribute),
            if is_kept(one) { "(kept)".to_owned() } else { value(&one.rule, one.empty) },
            seen(one),
            clean(&one.rule.rule),
            authority(one.authority).to_owned(),
            sources(&one.rule.sources),
        ];
        row.into()
    });
    table(&["attribute", "wanted", "in the target", "rule", "authority", "source"], rows.collect())
        .lines()
        .for_each(|line| page.line(2, line));
    for one in target.wanted.attributes.iter().filter(|one| !is_kept(one)) {
        if let Some(why) = one.rule.problem.as_ref().or(one.rule.nothing.as_ref()) {
            page.line(2, &format!("{}: {}", clean(&one.attribute), clean(why)));
        }
    }
}

fn is_kept(one: &MapAttribute) -> bool {
    one.seen.as_ref().is_some_and(|seen| seen.comparison == Comparison::Kept)
}

fn seen(one: &MapAttribute) -> String {
    let Some(seen) = &one.seen else { return "(not seen)".to_owned() };
    let values = if seen.values.is_empty() { "(nothing)".to_owned() } else { listed(&seen.values) };
    match seen.comparison {
        Comparison::Equal => "the same".to_owned(),
        Comparison::Differs => format!("{values}: differs"),
        Comparison::Accepted => format!("{values}: shown instead of what was written"),
        Comparison::Left => format!("{values}: left"),
        Comparison::Kept => values,
    }
}

/// The rest of the object: first what differs.
fn aspects(page: &mut Page, target: &ExplainTarget) {
    if target.aspects.is_empty() {
        return;
    }
    page.gap();
    for one in &target.aspects {
        let seen = one.seen.as_deref().unwrap_or("nothing");
        let seen = if one.differs { format!("; in the target {seen}: differs") } else { String::new() };
        page.line(2, &format!("{:<10}{}{}", one.aspect, clean(&one.wanted), clean(&seen)));
    }
}

fn memberships(page: &mut Page, kind: FactKind, target: &ExplainTarget) {
    if target.memberships.is_empty() {
        return;
    }
    page.gap();
    let what = if kind == FactKind::Group { "member" } else { "group" };
    page.line(2, &several(target.memberships.len(), what));
    for one in target.memberships.iter().take(NAMED) {
        page.line(4, &membership(one));
    }
    let more = target.memberships.len().saturating_sub(NAMED);
    if more > 0 {
        page.line(4, &format!("… and {more} more (see --format json)"));
    }
}

fn membership(one: &ExplainMembership) -> String {
    let because = one.because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
    let stands = match (one.pending, one.wanted, one.seen, &one.key) {
        (Some(_), true, ..) => "; to be added",
        (Some(_), false, ..) => "; to be removed",
        (None, true, Some(false), _) => "; not there yet",
        (None, true, ..) => "",
        (None, false, _, Some(_)) => "; there, and not wanted",
        (None, false, _, None) => "; there, and none of ours",
    };
    clean(&format!("{}{because}{stands}", one.name))
}

/// What is to be done, what is held, and what was done.
fn work(page: &mut Page, target: &ExplainTarget, zone: &Zone) {
    let names = Names(&target.labels);
    if let Some(planned) = target.planned.filter(|_| !target.pending.is_empty()) {
        page.gap();
        page.line(2, &format!("pending, by the plan of {}", planned.local(zone)));
        for step in &target.pending {
            page.line(4, &format!("{}: {}", step.op, told(&step.reason, zone)));
            names.changes(step).iter().for_each(|line| page.line(8, line));
        }
    }
    if !target.held.is_empty() {
        page.gap();
        page.line(2, "held");
        for hold in &target.held {
            let (code, reason) = (hold_code_of(hold.code), told(&hold.reason, zone));
            let reason = reason.strip_prefix(&format!("{code}: ")).unwrap_or(&reason);
            page.line(4, &format!("{code}: {reason}"));
        }
    }
    if !target.writes.is_empty() {
        page.gap();
        page.line(2, "last writes");
        for write in &target.writes {
            let op = write.step.split(':').next().unwrap_or_default();
            let message = write.message.as_ref().map(|message| format!(": {}", clean(message))).unwrap_or_default();
            let (at, run) = (write.at.local(zone), write.run);
            let (outcome, by) = (write.outcome.as_str(), clean(&write.actor));
            page.line(4, &format!("{at}  {op} {outcome}{message}, run {run} ({}) by {by}", clean(&write.verb)));
        }
    }
}

/// The facts that the rules rest on, each once, with who wrote it.
fn facts(page: &mut Page, target: &ExplainTarget, zone: &Zone) {
    let sources = target.rules().flat_map(|rule| &rule.sources).flat_map(|source| &source.facts);
    let of_rules = sources.filter_map(|fact| Some(((fact.kind, &fact.id), fact.said.as_ref()?)));
    let memberships = target.memberships.iter();
    let of_members =
        memberships.filter_map(|one| Some(((FactKind::Membership, one.fact.as_ref()?), one.said.as_ref()?)));
    let facts: BTreeMap<(FactKind, &Id), &MapSaid> = of_rules.chain(of_members.take(NAMED)).collect();
    if facts.is_empty() {
        return;
    }
    page.gap();
    page.line(2, "facts");
    for ((kind, id), said) in facts {
        let MapSaid { source, actor, known_from, note, .. } = said;
        let note = note.as_ref().map(|note| format!(", {note:?}")).unwrap_or_default();
        let known = known_from.local(zone);
        page.line(4, &clean(&format!("{kind} {id}: from {source}, written by {actor}, known since {known}{note}")));
    }
}
