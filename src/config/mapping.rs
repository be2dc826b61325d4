//! The mapping as it is written: for one kind of object in one target, who is meant and what its attributes are.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::mapping::{Leaves, WhenEmpty};
use crate::object::{Authority, Deed, DriftPolicy, Membership};

/// `[ldap.ad.user]` and its like. All texts but the keys are expressions.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KindMapping {
    /// Which people, units or groups are meant: all of them without a condition.
    pub when: Option<String>,
    /// What becomes of the account of somebody whom `when` does not mean any more. Users only.
    pub leaves: Option<Leaves>,
    /// Of those that are meant, to whom what may be done.
    #[serde(default)]
    pub scope: ScopeText,
    /// The relative name (RDN) in a directory; SCIM has none.
    pub name: Option<String>,
    /// Where users or units lie in a directory: `unit`, `top`, or an expression that names organisational units, outermost
    /// first. SCIM has no places.
    pub place: Option<String>,
    /// Whether the user's manager is written; yes unless it says no. Users only.
    pub manager: Option<bool>,
    /// Whether groups are members of groups. Groups of a directory only.
    pub nested: Option<bool>,
    /// Who is taken out of a group that the roster does not have in it. Groups only.
    pub members: Option<Membership>,
    /// What becomes of what somebody else changed, by attribute.
    #[serde(default)]
    pub drift: BTreeMap<String, DriftPolicy>,
    /// As written: two names may differ in case only, which is a problem that the check finds.
    #[serde(default)]
    pub attributes: BTreeMap<String, Rule>,
}

/// Conditions for what is done, each of its own; without one it may be done to all.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScopeText {
    /// For whom an object may be made.
    pub create: Option<String>,
    /// Whose object may be changed.
    pub change: Option<String>,
    /// Whose object may be disabled.
    pub disable: Option<String>,
    /// Whose object may be deleted.
    pub delete: Option<String>,
}

impl ScopeText {
    pub(super) fn named(&self) -> [(Deed, Option<&String>); 4] {
        let Self { create, change, disable, delete } = self;
        let texts = [create, change, disable, delete].map(Option::as_ref);
        [0, 1, 2, 3].map(|at| (Deed::ALL[at], texts[at]))
    }
}

/// The rule of one attribute: an expression alone, or a table.
#[derive(Debug, Clone)]
pub struct Rule {
    pub value: String,
    pub authority: Authority,
    pub empty: WhenEmpty,
    /// Whether it is written as a table; for the place of errors.
    pub(super) in_full: bool,
}

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    /// The expression.
    value: String,
    #[serde(default)]
    authority: Authority,
    #[serde(default)]
    empty: WhenEmpty,
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RuleVisitor)
    }
}

struct RuleVisitor;

impl<'de> Visitor<'de> for RuleVisitor {
    type Value = Rule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an expression in quotes, or a table with `value`, `authority`, `empty`")
    }

    fn visit_str<E>(self, value: &str) -> Result<Rule, E> {
        Ok(Rule { value: value.into(), authority: Authority::Own, empty: WhenEmpty::Clear, in_full: false })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rule, A::Error> {
        let RuleTable { value, authority, empty } = RuleTable::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Rule { value, authority, empty, in_full: true })
    }
}
