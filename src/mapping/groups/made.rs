//! Groups that the rules make out of the roster: one for a rule, or one for each unit. The roster itself need not know them.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::expr::{Context, Expression};
use crate::mapping::context::Scene;
use crate::org::Id;

/// A rule that makes groups.
#[derive(Debug, Clone)]
pub struct GroupRule {
    /// What the configuration calls it.
    pub rule: String,
    /// One group for each unit; else a single one.
    pub each_unit: bool,
    /// Which units have one.
    pub when: Option<Expression>,
    /// What the group is called; with units, seen from the unit.
    pub name: Expression,
    pub description: Option<Expression>,
    /// Of those in question, who is a member; all of them without it.
    pub who: Option<Expression>,
    /// Everything below the unit counts, too.
    pub below: bool,
    /// Those who lead are in question, instead of those who work there.
    pub managers: bool,
}

/// A group that a rule made.
#[derive(Debug)]
pub struct Made {
    pub rule: usize,
    pub unit: Option<Id>,
    /// What it is called, or why that cannot be said.
    pub name: Result<String, String>,
    pub description: Option<String>,
}

impl Made {
    /// What it is called where people read it.
    pub fn label(&self, rules: &[GroupRule]) -> String {
        match &self.name {
            Ok(name) => name.clone(),
            Err(_) => rules.get(self.rule).map_or_else(String::new, |rule| format!("a group of {}", rule.rule)),
        }
    }
}

/// The id of a group that a rule makes: as stable as the rule's name and the unit.
pub fn group_id(roster: Uuid, rule: &str, unit: Option<&Id>) -> Id {
    let unit = unit.map_or("", Id::as_str);
    // the separator cannot be confused with the parts: the length stands before the rule
    Id::new(Uuid::new_v5(&roster, format!("group {}:{rule}:{unit}", rule.len()).as_bytes()).to_string())
}

/// All groups that the rules make, by their ids.
pub fn made(rules: &[GroupRule], scene: &Scene, roster: Uuid) -> BTreeMap<Id, Made> {
    let mut all = BTreeMap::new();
    for (at, rule) in rules.iter().enumerate() {
        if !rule.each_unit {
            all.insert(group_id(roster, &rule.rule, None), one(at, rule, None, &Context::new()));
            continue;
        }
        for (unit, _) in scene.snapshot().units() {
            let context = scene.unit_context(unit);
            let group = match rule.when.as_ref().map_or(Ok(true), |when| when.holds(&context)) {
                Ok(false) => continue,
                Ok(true) => one(at, rule, Some(unit), &context),
                Err(error) => {
                    let name = Err(format!("groups.{}.when: {error}", rule.rule));
                    Made { rule: at, unit: Some(unit.clone()), name, description: None }
                }
            };
            all.insert(group_id(roster, &rule.rule, Some(unit)), group);
        }
    }
    all
}

fn one(at: usize, rule: &GroupRule, unit: Option<&Id>, context: &Context) -> Made {
    let text = |field: &str, expression: &Expression| match expression.evaluate(context) {
        Ok(outcome) => Ok(outcome.into_text()),
        Err(error) => Err(format!("groups.{}.{field}: {error}", rule.rule)),
    };
    let said = |name: Option<String>| name.ok_or_else(|| format!("groups.{}.name: it says nothing", rule.rule));
    let description = rule.description.as_ref().map(|expression| text("description", expression)).transpose();
    let (name, description) = match (text("name", &rule.name).and_then(said), description) {
        (name, Ok(description)) => (name, description.flatten()),
        (_, Err(error)) => (Err(error), None),
    };
    Made { rule: at, unit: unit.cloned(), name, description }
}
