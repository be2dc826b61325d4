//! The rules of one target, compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::account::AccountRule;
use super::groups::GroupRule;
use super::lifecycle::{Effects, Ladder};
use super::scope::Scope;
use crate::expr::Expression;
use crate::object::{AttributeName, Authority, DriftPolicy, Kind, Membership, aspect};
use crate::org::Visibility;

/// The rules of one target. A kind without rules is neither read nor written there.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Groups that are made of the roster, beside those that it holds.
    pub groups: Vec<GroupRule>,
    /// How confidential what the target may have is, at most: to its expressions, all else is nothing.
    pub release: Visibility,
    pub kinds: BTreeMap<Kind, KindRules>,
    /// By what an object that is there already is known: of each kind, the first rule that finds any object decides.
    pub adopt: BTreeMap<Kind, Vec<AdoptRule>>,
    /// Who has an account on which days, and what becomes of it.
    pub ladder: Ladder,
    /// Who has which further accounts here.
    pub accounts: Vec<Arc<AccountRule>>,
}

/// An object whose attribute has this value is meant.
#[derive(Debug, Clone)]
pub struct AdoptRule {
    pub attribute: AttributeName,
    pub value: Expression,
}

/// The rules of one kind of object.
#[derive(Debug, Clone, Default)]
pub struct KindRules {
    /// The relative name, in targets with a tree.
    pub name: Option<Expression>,
    /// Which people, units or groups have such an object, and what may be done to it.
    pub scope: Scope,
    pub place: Place,
    /// Whether the user's manager is kept in step.
    pub manager: bool,
    /// Whether groups are members of groups; else a group within a group stands for its members.
    pub nested: bool,
    pub membership: Membership,
    pub attributes: BTreeMap<AttributeName, AttributeRule>,
    /// What becomes of what somebody else changed, where that is not written back.
    pub drift: BTreeMap<AttributeName, DriftPolicy>,
}

/// Where users or units lie in the tree.
#[derive(Debug, Clone, Default)]
pub enum Place {
    /// Users: in the object of the primary engagement's unit. Units: in that of the unit above. Where that has none, in the
    /// nearest further up that has one.
    #[default]
    Unit,
    /// In the container that the configuration names.
    Top,
    /// In organisational units that the rule names, outermost first, and that are made for it.
    Rule(Expression),
}

/// What happens when an expression says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WhenEmpty {
    /// The attribute is to have no value.
    #[default]
    Clear,
    /// The attribute is left as it is.
    Keep,
}

/// The rule of one attribute.
#[derive(Debug, Clone)]
pub struct AttributeRule {
    pub value: Expression,
    pub authority: Authority,
    pub empty: WhenEmpty,
}

impl Rules {
    /// The attributes of each kind that the rules speak about: what a read has to ask for.
    pub fn attributes(&self) -> BTreeMap<Kind, Vec<AttributeName>> {
        let names = |rules: &KindRules| rules.attributes.keys().cloned().collect();
        let mut all: BTreeMap<Kind, Vec<AttributeName>> =
            self.kinds.iter().map(|(kind, rules)| (*kind, names(rules))).collect();
        if let Some(of_users) = all.get_mut(&Kind::User) {
            let Effects { hide, strip } = &self.ladder.effects;
            let more: BTreeSet<&AttributeName> = hide.keys().chain(strip.keys()).collect();
            of_users.extend(
                more.into_iter().filter(|name| !self.kinds[&Kind::User].attributes.contains_key(*name)).cloned(),
            );
        }
        all
    }

    /// The same with those that the adoption rules look at, and the login of users.
    pub fn attributes_for_adoption(&self, login: &str) -> BTreeMap<Kind, Vec<AttributeName>> {
        let mut all = self.attributes();
        for (kind, names) in &mut all {
            let looked_at = self.adopt.get(kind).into_iter().flatten().map(|rule| rule.attribute.clone());
            let looked_at = looked_at.filter(|name| !name.is(aspect::STAMP));
            let login = (*kind == Kind::User).then(|| AttributeName::new(login));
            names.extend(looked_at.chain(login));
            names.sort();
            names.dedup();
        }
        all
    }
}
