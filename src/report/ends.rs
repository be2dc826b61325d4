//! Who ends: named before anything else of what is held, because it is the first that people ask.

use serde::{Deserialize, Serialize};

use super::words::clean;
use crate::object::{Op, Step};

/// Names of one kind that are listed; the others are counted.
const NAMED: usize = 20;

/// A thing that an import ends, or that a plan disables or deletes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// A kind of the exchange format, or of object.
    pub kind: String,
    pub id: String,
    /// What people call it.
    pub name: String,
}

impl Ended {
    /// Whom a plan disables or deletes.
    pub fn of_steps(steps: &[Step]) -> Vec<Self> {
        let ends = steps.iter().filter(|step| matches!(step.op, Op::Disable | Op::Delete));
        ends.map(|step| Self {
            kind: step.kind.to_string(),
            id: step.person.as_ref().unwrap_or(&step.key).to_string(),
            name: step.name.clone(),
        })
        .collect()
    }
}

/// One line for each kind: `person, ended: Anna Berg, Bo Dahl and 31 more`.
pub(super) fn by_kind(ends: &[Ended], what: &str) -> Vec<String> {
    let mut kinds: Vec<&str> = ends.iter().map(|one| one.kind.as_str()).collect();
    kinds.dedup();
    let of_kind =
        |kind: &str| ends.iter().filter(|one| one.kind == kind).map(|one| one.name.as_str()).collect::<Vec<_>>();
    kinds.into_iter().map(|kind| format!("{}, {what}: {}", clean(kind), listed(&of_kind(kind), NAMED))).collect()
}

/// The first names, and how many there are besides.
pub(super) fn listed(names: &[&str], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(|name| clean(name)).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
