//! Who said what the rules rest on: for each fact its source, who wrote it, when and why.

use std::collections::{BTreeMap, BTreeSet};

use crate::org::{Day, FactKind, Id};
use crate::report::{ExplainTarget, MapFact, MapRule, MapSaid};
use crate::run::failure::Failure;
use crate::store::{Shown, Store};

/// Members whose memberships are told in full.
const TOLD: usize = 200;

/// The facts that were asked for, each once.
pub(super) struct Facts<'a> {
    store: &'a Store,
    day: Day,
    known: BTreeMap<(FactKind, Id), Option<MapSaid>>,
}

impl<'a> Facts<'a> {
    pub fn new(store: &'a Store, day: Day) -> Self {
        Self { store, day, known: BTreeMap::new() }
    }

    /// Says of each fact that a target's rules rest on who said so. Of a fact that the target may not have, not why.
    pub async fn tell(&mut self, target: &mut ExplainTarget) -> Result<(), Failure> {
        let mut withheld: BTreeSet<(FactKind, Id)> = BTreeSet::new();
        for rule in rules(target) {
            for source in rule.sources.iter().filter(|source| source.withheld.is_some()) {
                withheld.extend(source.facts.iter().map(|fact| (fact.kind, fact.id.clone())));
            }
        }
        for rule in rules(target) {
            for fact in rule.sources.iter_mut().flat_map(|source| &mut source.facts) {
                let MapFact { kind, id, said } = fact;
                *said = self.said(*kind, id).await?;
                if let Some(said) = said.as_mut().filter(|_| withheld.contains(&(*kind, id.clone()))) {
                    said.note = None;
                }
            }
        }
        for membership in target.memberships.iter_mut().take(TOLD) {
            if let Some(fact) = &membership.fact {
                membership.said = self.said(FactKind::Membership, fact).await?;
            }
        }
        Ok(())
    }

    async fn said(&mut self, kind: FactKind, id: &Id) -> Result<Option<MapSaid>, Failure> {
        let of = (kind, id.clone());
        if let Some(known) = self.known.get(&of) {
            return Ok(known.clone());
        }
        let shown = match self.store.show(kind, id, self.day, None).await? {
            Some(shown) => Some(shown),
            // of what is only to come, the next version
            None => {
                let mut all = self.store.history(kind, id).await?.into_iter();
                all.find(|one| one.known_to.is_none() && one.version.interval.from.is_some_and(|from| from > self.day))
            }
        };
        let said = shown.map(said);
        self.known.insert(of, said.clone());
        Ok(said)
    }
}

fn rules(target: &mut ExplainTarget) -> impl Iterator<Item = &mut MapRule> {
    let wanted = &mut target.wanted;
    let attributes = wanted.attributes.iter_mut().map(|one| &mut one.rule);
    let scopes = wanted.scope.iter_mut().map(|one| &mut one.rule);
    wanted.when.iter_mut().chain(scopes).chain(&mut wanted.named_by).chain(&mut wanted.placed_by).chain(attributes)
}

fn said(shown: Shown) -> MapSaid {
    let Shown { version, source, actor, note, known_from, .. } = shown;
    let interval = version.interval;
    MapSaid { source, actor, known_from, valid_from: interval.from, valid_to: interval.to, note }
}
