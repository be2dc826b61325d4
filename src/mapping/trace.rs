//! How the attributes of one object come about: each rule with its value, what it read and where that is from, and why
//! a value is nothing. For people; planning does not use it.

use super::account::{ORDINARY, engagement_of};
use super::context::Scene;
use super::groups::Made;
use super::mapper::{Mapper, values};
use super::rules::{AttributeRule, KindRules, Place, WhenEmpty};
use crate::expr::{Context, Expression, Outcome, Read, Shape};
use crate::object::{AttributeName, Authority, Deed, Kind, Schema, Value};
use crate::org::{FactKind, Id, Visibility};

/// One object, rule by rule.
#[derive(Debug, Clone)]
pub struct Trace {
    pub kind: Kind,
    pub when: Option<Traced>,
    /// The narrower scopes: what may be done, and the rule that says so.
    pub deeds: Vec<(Deed, Traced)>,
    pub name: Option<Traced>,
    /// The rule of places, where there is one.
    pub place: Option<Traced>,
    pub attributes: Vec<TracedAttribute>,
}

#[derive(Debug, Clone)]
pub struct TracedAttribute {
    pub attribute: AttributeName,
    pub authority: Authority,
    pub empty: WhenEmpty,
    pub traced: Traced,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Traced {
    /// The expression as written.
    pub rule: String,
    /// The values; none is nothing. Or why there are none to be had.
    pub outcome: Result<Vec<Value>, String>,
    pub sources: Vec<Source>,
}

/// Something that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As it is written in the rule.
    pub path: String,
    pub values: Vec<Value>,
    /// The facts that say so.
    pub facts: Vec<(FactKind, Id)>,
    /// There is a value, and the target may not have it: how confidential it is.
    pub withheld: Option<Visibility>,
}

impl Mapper<'_> {
    /// Follows every rule of the kind; `None` for what this target has no rules for.
    pub fn trace(&self, key: &Id) -> Option<Trace> {
        let about = self.about(key)?;
        let rules = self.rules(about.kind)?;
        Some(self.traced(&about, rules))
    }

    /// Whose account it is.
    pub fn holder(&self, account: &Id) -> Option<&Id> {
        self.accounts.get(account).map(|holder| &holder.person)
    }

    fn about(&self, key: &Id) -> Option<About<'_>> {
        let snapshot = &self.inputs.snapshot;
        let rule_of = |made: &Made| self.inputs.rules.groups.get(made.rule).map_or("", |rule| rule.rule.as_str());
        let made = self.made.get(key).map(|made| (made, rule_of(made)));
        let mut account: Box<str> = ORDINARY.into();
        let (kind, person, unit) = match self.accounts.get(key) {
            Some(holder) => {
                account.clone_from(&holder.kind);
                let job = self.scene.job(&holder.person, engagement_of(&holder.kind).as_ref());
                (Kind::User, Some(holder.person.clone()), job.map(|(_, unit)| unit.clone()))
            }
            None if snapshot.unit(key).is_some() => (Kind::Unit, None, Some(key.clone())),
            None => {
                let is_there = snapshot.group(key).is_some() || made.is_some();
                is_there.then(|| (Kind::Group, None, made.and_then(|(made, _)| made.unit.clone())))?
            }
        };
        Some(About { key: key.clone(), kind, person, account, unit, made })
    }

    fn traced(&self, about: &About<'_>, rules: &KindRules) -> Trace {
        let context = about.context(&self.scene);
        let schema = self.inputs.schemas.get(&about.kind).copied();
        let trace = |rule: &Expression, attribute: Option<&AttributeName>| Traced {
            rule: rule.source().to_owned(),
            outcome: outcome(rule, &context, schema.zip(attribute)),
            sources: rule.reads().iter().map(|read| self.source(about, rule, read, &context)).collect(),
        };
        Trace {
            kind: about.kind,
            when: rules.scope.when.as_ref().map(|rule| trace(rule, None)),
            deeds: rules.scope.deeds.iter().map(|(deed, only)| (*deed, trace(only, None))).collect(),
            name: rules.name.as_ref().map(|rule| trace(rule, None)),
            place: match &rules.place {
                Place::Rule(rule) => Some(trace(rule, None)),
                Place::Unit | Place::Top => None,
            },
            attributes: (rules.attributes.iter())
                .map(|(attribute, AttributeRule { value, authority, empty })| TracedAttribute {
                    attribute: attribute.clone(),
                    authority: *authority,
                    empty: *empty,
                    traced: trace(value, Some(attribute)),
                })
                .collect(),
        }
    }

    fn source(&self, about: &About<'_>, rule: &Expression, read: &Read, context: &Context) -> Source {
        let written = rule.source().get(read.range.clone()).unwrap_or_default();
        let found = values_of(rule, read, context);
        let withheld = if found.is_empty() {
            let may_have = |release: &Visibility| {
                !values_of(rule, read, &about.context(&self.scene.released(*release))).is_empty()
            };
            [Visibility::Internal, Visibility::Secret].into_iter().find(may_have)
        } else {
            None
        };
        Source { path: written.to_owned(), values: found, facts: about.facts(&self.scene, read), withheld }
    }
}

/// What the rules of one object are about.
struct About<'a> {
    key: Id,
    kind: Kind,
    person: Option<Id>,
    /// Which of the person's accounts it is.
    account: Box<str>,
    unit: Option<Id>,
    /// The group that a rule of this name made.
    made: Option<(&'a Made, &'a str)>,
}

impl About<'_> {
    fn context(&self, scene: &Scene) -> Context {
        match (&self.person, self.kind, self.made) {
            (Some(person), _, _) => scene.user(person, &self.key, &self.account),
            (None, Kind::Unit, _) => scene.unit_context(&self.key),
            (None, _, Some((made, rule))) => scene.made_group_context(&self.key, made, rule),
            (None, _, None) => scene.group_context(&self.key),
        }
    }

    /// The facts that a path looks at.
    fn facts(&self, scene: &Scene, read: &Read) -> Vec<(FactKind, Id)> {
        let snapshot = scene.snapshot();
        let mut steps = read.path.split(['.', '[']);
        let root = steps.next().unwrap_or_default();
        let field = steps.next().unwrap_or_default();
        let called = steps.next().unwrap_or_default();
        let job = engagement_of(&self.account);
        let manager = || match (&self.person, &self.unit) {
            (Some(person), _) => scene.chief(person, job.as_ref()),
            (None, Some(unit)) => scene.manager_of(unit),
            (None, None) => None,
        };
        let parent = || snapshot.unit(self.unit.as_ref()?)?.parent.as_ref();
        let sponsor = || snapshot.person_here_or_coming(self.person.as_ref()?)?.sponsor.as_ref();
        let owner = match root {
            "person" => self.person.as_ref(),
            "unit" => self.unit.as_ref(),
            "parent" => parent(),
            "manager" => manager().map(|(_, person)| person),
            "sponsor" => sponsor(),
            _ => None,
        };
        let contacts = |called: &str, up_to: Visibility, all: bool| {
            let found = owner.map(|owner| scene.contacts(owner, called, up_to)).unwrap_or_default();
            let count = if all { found.len() } else { 1 };
            found.into_iter().take(count).map(|(id, _)| (FactKind::Contact, id.clone())).collect()
        };
        match field {
            "contact" => return contacts(called, Visibility::Secret, false),
            "contacts" => return contacts(called, Visibility::Secret, true),
            "public_contact" => return contacts(called, Visibility::Public, false),
            "public_contacts" => return contacts(called, Visibility::Public, true),
            "mail" => return contacts("email", Visibility::Secret, false),
            _ => {}
        }
        let one = |kind: FactKind, id: Option<&Id>| id.map(|id| (kind, id.clone())).into_iter().collect();
        match root {
            "person" | "sponsor" => one(FactKind::Person, owner),
            "unit" | "parent" => one(FactKind::Unit, owner),
            // a group that a rule made rests on its unit
            "group" if self.made.is_some() => one(FactKind::Unit, self.unit.as_ref()),
            "group" => one(FactKind::Group, Some(&self.key)),
            "manager" => one(FactKind::Manager, manager().map(|(fact, _)| fact)),
            "engagement" | "engagements" => {
                let person = self.person.as_ref();
                let all = person.map(|person| scene.engagements(person)).unwrap_or_default();
                if let (Some(job), "engagement") = (&job, root) {
                    return one(FactKind::Engagement, Some(job));
                }
                let count = if root == "engagement" { 1 } else { all.len() };
                all.into_iter().take(count).map(|id| (FactKind::Engagement, id.clone())).collect()
            }
            // a login that is only to be given has no fact yet
            "account" | "login" | "mail" | "mail_aliases" | "proxy_addresses" | "upn" | "cn" => {
                one(FactKind::Account, Some(&self.key).filter(|key| snapshot.account(key).is_some()))
            }
            _ => Vec::new(),
        }
    }
}

fn outcome(rule: &Expression, context: &Context, of: Option<(&Schema, &AttributeName)>) -> Result<Vec<Value>, String> {
    let values = values(rule.evaluate(context).map_err(|error| error.to_string())?);
    match of {
        Some((schema, attribute)) => schema.coerce(attribute, values).map_err(|problem| problem.to_string()),
        None => Ok(values),
    }
}

/// What stands at a path; for a thing, whether it is there.
fn values_of(rule: &Expression, read: &Read, context: &Context) -> Vec<Value> {
    let Some(path) = rule.source().get(read.range.clone()) else { return Vec::new() };
    let is_thing = matches!(read.shape, Shape::Object(_) | Shape::Many(_));
    let asked = if is_thing { format!("'there' if {path} is defined") } else { path.to_owned() };
    let outcome = Expression::compile(&asked, rule.roots()).ok().and_then(|path| path.evaluate(context).ok());
    values(outcome.unwrap_or(Outcome::Nothing))
}
