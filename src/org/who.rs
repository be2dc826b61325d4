//! The lines of a batch, understood: what the source calls by ids of its own becomes the thing that is meant, and what
//! nobody can tell is put aside.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;

use super::claims::Sourced;
use super::erased;
use super::fact::Fact;
use super::history::Span;
use super::id::Id;
use super::identity::{self, Known, MatchRule, MatchRules, alias, aliased};
use super::intake_plan::{Held, NewRow, Stored, new_row};
use super::key::Key;
use super::kind::FactKind;
use super::problem::Problem;
use super::records::PackedLine;
use super::reference::{Reference, SourceKey};
use super::runs::{Runs, Sorter};
use super::stated::flat;
use super::things::{ThingAt, Things};
use super::time::Interval;

/// What a source means by its lines.
#[derive(Debug, Default)]
pub(super) struct Understood {
    /// The lines with the ids of the roster; `None` when they are as the file has them.
    pub(super) lines: Option<Runs<PackedLine>>,
    pub(super) held: Vec<Held>,
    /// Things that are held: the batch speaks of them, whatever it means.
    pub(super) unclear: BTreeSet<Id>,
    /// What was found, to be recorded.
    pub(super) aliases: Vec<NewRow>,
}

/// Looks at every line and at what is recorded of the kinds that the rules speak of.
pub(super) fn understand(
    lines: &Runs<PackedLine>,
    stored: &Stored,
    source: &str,
    rules: &MatchRules,
) -> Result<Understood, Vec<Problem>> {
    let view = View::of(lines, stored, source, rules)?;
    let mut same = view.aliases.clone();
    let mut understood = Understood::default();
    let mut reasons: BTreeMap<Id, String> = BTreeMap::new();
    for (kind, rules) in rules {
        let none = BTreeMap::new();
        let strangers = view.strangers.get(kind).unwrap_or(&none);
        let found = identity::identify(rules, strangers, view.known.get(kind).unwrap_or(&none), &view.taken);
        for (local, thing) in found.same {
            let (id, fact) = alias(source, &local, &thing);
            let body = fact.body().map_err(|error| vec![Problem::of_line(0, error.to_string())])?;
            let said = Sourced { source: identity::OWN.into(), body: body.into() };
            let span = Span { interval: Interval::ALWAYS, body: said };
            understood.aliases.push(new_row(&(FactKind::Key, id), span));
            same.insert(local, thing);
        }
        reasons.extend(found.unclear);
    }
    let mut aside = Aside::new(stored, reasons);
    if same.is_empty() && aside.blocks.is_empty() {
        return Ok(understood);
    }
    aside.spread(lines, &same, stored)?;
    rewrite(lines, &view.stated, &same, &aside, &mut understood)?;
    understood.unclear = aside.held.into_keys().collect();
    Ok(understood)
}

/// Things of which lines are put aside.
struct Aside {
    /// Each with why.
    held: BTreeMap<Id, String>,
    /// What puts aside whatever names it: things that are held and that the roster does not have, and erased ones.
    blocks: HashMap<Id, String>,
    /// The same by key.
    keys: HashMap<SourceKey, String>,
}

impl Aside {
    fn new(stored: &Stored, unclear: BTreeMap<Id, String>) -> Self {
        let erased = stored.erased.iter().map(|(id, day)| (id.clone(), erased::reason(id, *day)));
        let named = |id: &Id| (id.clone(), format!("it names {:?}, which is held", id.as_str()));
        let blocks = unclear.keys().map(named).chain(erased).collect();
        Self { held: unclear, blocks, keys: HashMap::new() }
    }

    /// Holds what names what is held, and so on.
    fn spread(
        &mut self,
        lines: &Runs<PackedLine>,
        same: &HashMap<Id, Id>,
        stored: &Stored,
    ) -> Result<(), Vec<Problem>> {
        let mut there = HashSet::new();
        for row in stored.rows.iter()? {
            there.insert(row?.id);
        }
        loop {
            let before = self.held.len();
            for line in lines.iter()? {
                let line = line?;
                if self.held.contains_key(&line.id) {
                    continue;
                }
                let fact = line.typed().map_err(|error| told(&line, &error))?.version.fact;
                let meant = same.get(&line.id).unwrap_or(&line.id);
                let Some(reason) = self.blocks.get(meant).or_else(|| self.by_name(&fact, same)).cloned() else {
                    continue;
                };
                if let Fact::Key(key) = &fact {
                    self.keys.insert(SourceKey { source: key.source.clone(), key: key.value.clone() }, reason.clone());
                }
                if !there.contains(meant) {
                    self.blocks.entry(line.id.clone()).or_insert_with(|| reason.clone());
                }
                self.held.insert(line.id, reason);
            }
            if self.held.len() == before {
                return Ok(());
            }
        }
    }

    fn by_name(&self, fact: &Fact<Reference>, same: &HashMap<Id, Id>) -> Option<&String> {
        fact.references().into_iter().find_map(|(_, reference)| match reference {
            Reference::Id(id) => self.blocks.get(same.get(&id).unwrap_or(&id)),
            Reference::Key(key) => self.keys.get(&key),
        })
    }
}

/// What rules look at.
#[derive(Default)]
struct View {
    /// The ids that the source was understood by before.
    aliases: HashMap<Id, Id>,
    /// Things that the source means already.
    taken: BTreeSet<Id>,
    /// Ids that the batch states.
    stated: BTreeSet<Id>,
    known: BTreeMap<FactKind, BTreeMap<Id, Known>>,
    strangers: BTreeMap<FactKind, BTreeMap<Id, Known>>,
}

impl View {
    fn of(lines: &Runs<PackedLine>, stored: &Stored, source: &str, rules: &MatchRules) -> Result<Self, Vec<Problem>> {
        let mut view = Self::default();
        let mut kinds: HashMap<Id, FactKind> = HashMap::new();
        let mut keys: Vec<(Id, String, String)> = Vec::new();
        let mut things = Things::new(stored, lines)?;
        while let Some(thing) = things.next_thing()? {
            if thing.kind == FactKind::Key {
                view.key(&thing, source, &mut keys);
            }
            if let Some(rules) = rules.get(&thing.kind) {
                kinds.insert(thing.id.clone(), thing.kind);
                view.thing(thing, source, rules);
            }
        }
        view.taken.extend(view.aliases.values().cloned());
        let aliases = &view.aliases;
        view.strangers.values_mut().for_each(|strangers| strangers.retain(|id, _| !aliases.contains_key(id)));
        for (of, of_source, value) in keys {
            let Some(kind) = kinds.get(&of) else { continue };
            for side in [&mut view.known, &mut view.strangers] {
                if let Some(known) = side.get_mut(kind).and_then(|things| things.get_mut(&of)) {
                    known.keys.entry(of_source.clone()).or_default().insert(value.clone());
                }
            }
        }
        Ok(view)
    }

    fn key(&mut self, thing: &ThingAt, source: &str, keys: &mut Vec<(Id, String, String)>) {
        for row in &thing.rows {
            if let Ok(Fact::Key(key)) = Fact::from_body(FactKind::Key, &row.body) {
                if let Some((local, of)) = aliased(&key, source).filter(|(local, of)| local != *of) {
                    self.aliases.insert(local, of.clone());
                }
                keys.push((key.of, key.source, key.value));
            }
        }
        for line in &thing.lines {
            if let Ok(Fact::Key(Key { of: Reference::Id(of), source, value })) =
                Fact::<Reference>::from_text(FactKind::Key, &line.body)
            {
                keys.push((of, source, value));
            }
        }
    }

    fn thing(&mut self, thing: ThingAt, source: &str, rules: &[MatchRule]) {
        let said = |bodies: &mut dyn Iterator<Item = &Arc<str>>| {
            let compared = |field: &str| rules.iter().any(|rule| rule.fields().any(|name| name == field));
            let fields = bodies.filter_map(|body| flat(body).ok()).map(|mut fields| {
                fields.retain(|field, _| compared(field));
                fields
            });
            Known { said: fields.collect(), ..Known::default() }
        };
        let ThingAt { kind, id, rows, claims, lines } = thing;
        if !lines.is_empty() {
            self.stated.insert(id.clone());
        }
        if !rows.is_empty() {
            if rows.iter().chain(&claims).any(|row| *row.source == *source) {
                self.taken.insert(id.clone());
            }
            let known = said(&mut rows.iter().chain(&claims).map(|row| &row.body));
            self.known.entry(kind).or_default().insert(id, known);
        } else if !lines.is_empty() && claims.is_empty() {
            let stranger = said(&mut lines.iter().map(|line| &line.body));
            self.strangers.entry(kind).or_default().insert(id, stranger);
        }
    }
}

/// The lines with other ids, and without those that are held. Of a thing that the source states by its own id too, the
/// line with the other id says nothing more.
fn rewrite(
    lines: &Runs<PackedLine>,
    stated: &BTreeSet<Id>,
    same: &HashMap<Id, Id>,
    aside: &Aside,
    understood: &mut Understood,
) -> Result<(), Vec<Problem>> {
    let mut speaks: HashMap<&Id, &Id> = HashMap::new();
    let mut locals: Vec<(&Id, &Id)> = same.iter().filter(|(local, _)| stated.contains(*local)).collect();
    locals.sort();
    for (local, thing) in locals {
        speaks.entry(thing).or_insert(local);
    }
    let silent = |id: &Id| {
        same.get(id).is_some_and(|thing| stated.contains(thing) || speaks.get(thing).is_some_and(|local| *local != id))
    };
    let mut sorter = Sorter::default();
    for line in lines.iter()? {
        let mut line = line?;
        if let Some(reason) = aside.held.get(&line.id) {
            let PackedLine { number, kind, id, .. } = line;
            understood.held.push(Held { line: number, kind, id, field: None, owner: None, reason: reason.clone() });
        } else if !silent(&line.id) {
            rename(&mut line, same).map_err(|error| told(&line, &error))?;
            sorter.push(line);
        }
    }
    understood.lines = Some(sorter.finish());
    Ok(())
}

/// Puts the ids of the roster into a line.
fn rename(line: &mut PackedLine, same: &HashMap<Id, Id>) -> Result<(), serde_json::Error> {
    let mut typed = line.typed()?;
    let mut changed = false;
    let mut known = |id: Id| match same.get(&id) {
        Some(thing) => {
            changed = true;
            thing.clone()
        }
        None => id,
    };
    typed.version.id = known(typed.version.id);
    let Ok(fact) = typed.version.fact.map(|_, reference| {
        Ok::<Reference, Infallible>(match reference {
            Reference::Id(id) => Reference::Id(known(id)),
            key @ Reference::Key(_) => key,
        })
    });
    typed.version.fact = fact;
    if changed {
        *line = PackedLine::new(line.at, &typed)?;
    }
    Ok(())
}

fn told(line: &PackedLine, error: &serde_json::Error) -> Vec<Problem> {
    vec![Problem::of_line(line.number, error.to_string())]
}
