//! Organisational units that are there for a rule of places, and stand for no unit of the roster: they are made when something
//! is to lie in them.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::mapper::{Mapper, present, values};
use super::rules::Place;
use crate::expr::Context;
use crate::object::{Desired, Kind, Referent, Wanted};
use crate::org::Id;

/// One such organisational unit.
#[derive(Debug)]
pub(super) struct Folder {
    name: String,
    above: Option<Id>,
}

impl Mapper<'_> {
    /// The folders that the places of everybody and of every unit need.
    pub(super) fn folders(&self) -> BTreeMap<Id, Folder> {
        let mut folders = BTreeMap::new();
        if let Some(rule @ Place::Rule(_)) = self.rules(Kind::User).map(|rules| &rules.place) {
            for (account, holder) in self.accounts.iter().filter(|(_, holder)| holder.is_kept_in_step()) {
                self.add(rule, &self.scene.user(&holder.person, account, &holder.kind), &mut folders);
            }
        }
        if let Some(rule @ Place::Rule(_)) = self.rules(Kind::Unit).map(|rules| &rules.place) {
            for (unit, _) in self.inputs.snapshot.units().filter(|(unit, _)| self.unit_is_in_scope(unit)) {
                self.add(rule, &self.scene.unit_context(unit), &mut folders);
            }
        }
        folders
    }

    fn add(&self, rule: &Place, context: &Context, folders: &mut BTreeMap<Id, Folder>) {
        // what cannot be said is told of the thing itself
        let Ok(path) = path(rule, context) else { return };
        let mut above = None;
        for (depth, name) in path.iter().enumerate() {
            let id = folder_id(self.inputs.roster, self.inputs.target, &path[..=depth]);
            folders.entry(id.clone()).or_insert_with(|| Folder { name: name.clone(), above: above.clone() });
            above = Some(id);
        }
    }

    /// Where a rule says that something lies.
    pub(super) fn by_rule(&self, rule: &Place, context: &Context) -> Result<Referent, String> {
        let path = path(rule, context)?;
        Ok(match path.is_empty() {
            true => Referent::Root,
            false => Referent::Key(folder_id(self.inputs.roster, self.inputs.target, &path)),
        })
    }

    /// The names of the units or folders down to this one.
    pub fn path(&self, container: &Id) -> Vec<String> {
        if !self.folders.contains_key(container) {
            let snapshot = &self.inputs.snapshot;
            let units = snapshot.tree().path(container).into_iter().filter_map(|unit| snapshot.unit(unit));
            return units.map(|unit| unit.name.clone()).collect();
        }
        let mut names = Vec::new();
        let mut next = self.folders.get(container);
        while let Some(folder) = next {
            names.push(folder.name.clone());
            next = folder.above.as_ref().and_then(|above| self.folders.get(above));
        }
        names.reverse();
        names
    }

    pub(super) fn folder(&self, key: &Id) -> Wanted {
        let Folder { name, above } = self.folders.get(key)?;
        Some(Ok(Desired {
            name: Some(name.clone()),
            parent: Some(above.clone().map_or(Referent::Root, Referent::Key)),
            ..present(key, Kind::Unit, name)
        }))
    }
}

/// The names that a rule gives, outermost first.
fn path(rule: &Place, context: &Context) -> Result<Vec<String>, String> {
    let Place::Rule(rule) = rule else { return Ok(Vec::new()) };
    let outcome = rule.evaluate(context).map_err(|error| format!("place: {error}"))?;
    Ok(values(outcome).iter().map(ToString::to_string).filter(|name| !name.is_empty()).collect())
}

/// The id of a folder: as stable as the names that lead to it.
fn folder_id(roster: Uuid, target: &str, path: &[String]) -> Id {
    // the separator cannot be confused with the parts: a length stands before each
    let path: String = path.iter().map(|name| format!("{}:{}", name.len(), name.to_lowercase())).collect();
    Id::new(Uuid::new_v5(&roster, format!("folder {}:{target}{path}", target.len()).as_bytes()).to_string())
}
