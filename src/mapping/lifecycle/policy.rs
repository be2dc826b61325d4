//! What a site wants to happen on which day of somebody's time here.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::object::{AttributeName, Rung, Value};
use crate::org::{Id, Snapshot};

/// What becomes of somebody who is on leave from all work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnLeave {
    /// Nothing.
    #[default]
    Keep,
    /// The account can be used, and is shown in no address list.
    Hide,
    /// The account cannot be used, and is shown in no address list.
    Disable,
}

/// By which days somebody is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// By the days of the engagements.
    #[default]
    Engagement,
    /// By the days of the person's own record: a service identity has no engagement.
    Person,
}

/// What the record of a person must have before anything is done about the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// Somebody who answers for the person, and works here.
    Sponsor,
    /// A last day.
    End,
}

/// The days of the ladder, for one category of people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// So many days before the first day the account is made, disabled.
    pub create_days: i64,
    /// So many days before the first day it can be used.
    pub enable_days: i64,
    /// Two jobs with at most so many days between them are one; the account stays as it is meanwhile.
    pub gap_days: i64,
    pub leave: OnLeave,
    /// So many days after the last day it cannot be used any more.
    pub disable_days: i64,
    /// So many days after the last day each of the other rungs is reached; never without a number.
    pub strip_days: Option<i64>,
    pub hide_days: Option<i64>,
    pub move_days: Option<i64>,
    pub delete_days: Option<i64>,
    pub needs: BTreeSet<Need>,
    pub basis: Basis,
}

impl Policy {
    /// The rungs after the last day that are ever reached, each with its days.
    pub fn descent(&self) -> impl Iterator<Item = (Rung, i64)> {
        let rungs = [
            (Rung::Disabled, Some(self.disable_days)),
            (Rung::Stripped, self.strip_days),
            (Rung::Hidden, self.hide_days),
            (Rung::Moved, self.move_days),
            (Rung::Deleted, self.delete_days),
        ];
        rungs.into_iter().filter_map(|(rung, days)| Some((rung, days?)))
    }
}

/// What some rungs mean in one target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// The attributes of somebody who is hidden; of others they are as the mapping says, or empty.
    pub hide: BTreeMap<AttributeName, Vec<Value>>,
    /// Those of somebody who is stripped, such as licences.
    pub strip: BTreeMap<AttributeName, Vec<Value>>,
}

/// The ladder of one target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ladder {
    pub everybody: Policy,
    /// By the name of the category, folded.
    pub categories: BTreeMap<String, Policy>,
    pub effects: Effects,
    /// The categories, folded, whose policies hold for further accounts, whatever the person's own is.
    pub further: BTreeSet<String>,
}

impl Ladder {
    /// The policy for a person by the category.
    pub fn policy(&self, snapshot: &Snapshot, person: &Id) -> &Policy {
        if self.categories.is_empty() {
            return &self.everybody;
        }
        let class = snapshot.category(person).and_then(|id| snapshot.class(id));
        let own = class.and_then(|class| self.categories.get(&crate::expr::fold(&class.name)));
        own.unwrap_or(&self.everybody)
    }

    /// The policy for a further account of a person: of the category that its rule names, else that of the person.
    pub fn policy_of(&self, snapshot: &Snapshot, person: &Id, lifecycle: Option<&str>) -> &Policy {
        match lifecycle {
            Some(category) => self.categories.get(category).unwrap_or(&self.everybody),
            None => self.policy(snapshot, person),
        }
    }

    /// Every policy of the ladder.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        std::iter::once(&self.everybody).chain(self.categories.values())
    }
}
