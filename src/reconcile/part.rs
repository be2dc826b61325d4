//! Parts of a plan, as somebody names them who approves no more than that. Pure.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::plan::Plan;
use crate::object::{Kind, Op, Step, StepId};
use crate::org::Id;

/// Some steps of a plan: `disable`, `kind=group`, an id, or the id of one step such as `disable:ID`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Every step with this operation.
    Op(Op),
    /// Every step about objects of this kind.
    Kind(Kind),
    /// Every step about one account, unit or group.
    Key(Id),
    Step(String),
}

/// A text that names no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no part of a plan: write an operation, kind=KIND, the id of an object, or the id of a step")]
pub struct NoPart(String);

impl Part {
    fn holds(&self, step: &Step) -> bool {
        match self {
            Self::Op(op) => step.op == *op,
            Self::Kind(kind) => step.kind == *kind,
            Self::Key(key) => step.key == *key,
            Self::Step(id) => step.id.as_str() == id,
        }
    }

    /// Whether the plan has any such step.
    pub fn is_in(&self, plan: &Plan) -> bool {
        plan.steps.iter().any(|step| self.holds(step))
    }

    /// The steps of these parts, with all that they need; all steps where no part is named.
    pub fn of_plan(parts: &[Self], plan: &Plan) -> BTreeSet<StepId> {
        let is_named = |step: &&Step| parts.is_empty() || parts.iter().any(|part| part.holds(step));
        let by_id: HashMap<&StepId, &Step> = plan.steps.iter().map(|step| (&step.id, step)).collect();
        let mut found = BTreeSet::new();
        let mut open: Vec<&Step> = plan.steps.iter().filter(is_named).collect();
        while let Some(step) = open.pop() {
            if found.insert(step.id.clone()) {
                open.extend(step.needs.iter().filter_map(|need| by_id.get(need).copied()));
            }
        }
        found
    }
}

impl FromStr for Part {
    type Err = NoPart;

    /// A word alone is an operation, the id of a step, or the id of an object; `op=`, `key=` and `step=` say which.
    fn from_str(text: &str) -> Result<Self, NoPart> {
        let none = || NoPart(text.to_owned());
        let op = |word: &str| serde_json::from_value::<Op>(serde_json::Value::String(word.to_owned())).ok();
        let part = match text.trim().split_once('=') {
            Some((_, "")) => None,
            Some(("op", word)) => op(word).map(Self::Op),
            Some(("kind", word)) => Kind::ALL.into_iter().find(|kind| kind.as_str() == word).map(Self::Kind),
            Some(("key", word)) => Some(Self::Key(Id::new(word))),
            Some(("step", word)) => Some(Self::Step(word.to_owned())),
            _ => match text.trim() {
                "" => None,
                word if word.contains(':') => Some(Self::Step(word.to_owned())),
                word => Some(op(word).map_or_else(|| Self::Key(Id::new(word)), Self::Op)),
            },
        };
        part.ok_or_else(none)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Op(op) => write!(f, "op={op}"),
            Self::Kind(kind) => write!(f, "kind={kind}"),
            Self::Key(key) => write!(f, "key={key}"),
            Self::Step(step) => write!(f, "step={step}"),
        }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn a_word_alone_is_understood_and_what_is_written_says_which() {
        for (text, written) in [
            ("disable", "op=disable"),
            ("op=add-members", "op=add-members"),
            ("kind=group", "kind=group"),
            ("4711", "key=4711"),
            ("key=disable", "key=disable"),
            ("disable:4711", "step=disable:4711"),
            ("step=follow:4711", "step=follow:4711"),
        ] {
            let part: Part = text.parse().unwrap();
            assert_eq!(part.to_string(), written, "{text}");
            assert_eq!(part.to_string().parse::<Part>().unwrap(), part, "{text}");
        }
        for text in ["", "op=", "op=burn", "kind=door"] {
            assert!(text.parse::<Part>().is_err(), "{text}");
        }
    }
}
