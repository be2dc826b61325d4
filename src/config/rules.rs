//! The rules of the mapping, compiled: what the planner works with. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::expr::Expression;
use crate::object::{AttributeName, Authority, Kind};

/// Where users lie in a target that has a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the container of the primary engagement's unit.
    #[default]
    Unit,
    /// In the one container that the connection names for users.
    Top,
}

/// What happens to an attribute when its rule says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenEmpty {
    /// There should be no value.
    #[default]
    Clear,
    /// What is there stays.
    Keep,
}

/// What one target should hold. A kind that is not in the map is left alone.
#[derive(Debug, Clone, Default)]
pub struct TargetRules {
    pub kinds: BTreeMap<Kind, KindRules>,
}

/// The rules of one kind of object in one target.
#[derive(Debug, Clone)]
pub struct KindRules {
    /// Which people, units or groups are meant: all without a condition.
    pub when: Option<Expression>,
    /// The relative name; `None` where the target has none.
    pub name: Option<Expression>,
    pub place: Place,
    /// Whether the manager of users is ours.
    pub manager: bool,
    pub attributes: BTreeMap<AttributeName, Rule>,
}

/// The rule of one attribute.
#[derive(Debug, Clone)]
pub struct Rule {
    pub value: Expression,
    pub authority: Authority,
    pub empty: WhenEmpty,
}

/// How a person gets a login.
#[derive(Debug, Clone)]
pub struct LoginRule {
    /// The login before a counter, over the person.
    pub stem: Expression,
    pub counter_digits: usize,
    /// In characters, counter included.
    pub max_length: usize,
    /// Logins that nobody gets, folded by [`crate::expr::fold`].
    pub reserved: Vec<String>,
}
