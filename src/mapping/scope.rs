//! Who is meant: the scope of a kind of object, and the narrower ones of what may be done.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::expr::{Context, Expression};
use crate::object::{Clause, Deed};
use crate::org::sentence::Sentence;

/// Who is meant, and what may be done to whom.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Which people, units or groups have such an object; none is all of them.
    pub when: Option<Expression>,
    pub leaves: Leaves,
    /// Which of those that are meant may be created, and so on; all of them where there is no condition.
    pub deeds: Vec<(Deed, Expression)>,
}

/// What becomes of the account of somebody whom `when` does not mean any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Leaves {
    /// It is disabled.
    #[default]
    Disable,
    /// It is left as it is, and told of.
    Keep,
}

impl Scope {
    /// Whether the thing that the context shows is meant.
    pub fn means(&self, context: &dyn Fn() -> Context) -> Result<bool, String> {
        let Some(when) = &self.when else { return Ok(true) };
        when.holds(&context()).map_err(|error| format!("when: {error}"))
    }

    /// Why something that is there is not meant any more.
    pub fn left(&self) -> String {
        let when = self.when.as_ref().map_or("", Expression::source);
        Clause::LeavesScope.with([&when])
    }

    /// What is not to be done to the thing.
    pub fn outside(&self, context: &Context) -> Result<BTreeSet<Deed>, String> {
        let mut outside = BTreeSet::new();
        for (deed, only) in &self.deeds {
            if !only.holds(context).map_err(|error| format!("scope.{}: {error}", deed.as_str()))? {
                outside.insert(*deed);
            }
        }
        Ok(outside)
    }
}
