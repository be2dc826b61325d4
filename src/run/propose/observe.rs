//! Reading everything in scope of a target, with its progress.

use std::collections::BTreeMap;

use crate::expr::taken_forms;
use crate::object::{Coverage, Evidence, Kind, ObjectId, TakenName};
use crate::run::command::{Phase, Progress};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::ShownNames;
use crate::target::{ObserveRequest, Seen, Target, TargetError};

/// A read that is finished.
#[derive(Debug)]
pub(super) struct Reading {
    pub coverage: Coverage,
    /// The names that are taken in the target.
    pub names: Vec<TakenName>,
}

impl Engine {
    /// What is linked, for a target that can be read in no other way.
    pub(super) async fn linked(&self, port: &dyn Target) -> Result<BTreeMap<Kind, Vec<ObjectId>>, Failure> {
        let mut linked: BTreeMap<Kind, Vec<ObjectId>> = BTreeMap::new();
        if port.capabilities().lists {
            return Ok(linked);
        }
        for row in self.store.link_rows(port.name()).await? {
            if let Some(kind) = row.kind {
                linked.entry(kind).or_default().push(row.object);
            }
        }
        Ok(linked)
    }
}

/// How often progress is told, in objects.
const STRIDE: u64 = 100;

/// Reads everything in scope; each object is handed to `take` as it comes.
pub(super) async fn observe(
    port: &dyn Target,
    request: &ObserveRequest,
    progress: &dyn Progress,
    take: &mut (dyn FnMut(Seen) + Send),
) -> Result<Reading, TargetError> {
    let mut names = Vec::new();
    let mut count: u64 = 0;
    let expected: u64 = request.floor.values().sum::<u64>().saturating_mul(FLOOR_DIVISOR);
    let at = |done| {
        let of = (expected > 0).then_some(expected.max(done));
        progress.at(Phase { subject: port.name().to_owned(), doing: "reading".into(), done, of });
    };
    at(0);
    let mut see = |seen| match seen {
        Seen::Name(name) => names.push(name),
        other => {
            take(other);
            count += 1;
            if count.is_multiple_of(STRIDE) {
                at(count);
            }
        }
    };
    let coverage = port.observe(request, &mut see).await?;
    at(count);
    Ok(Reading { coverage, names })
}

/// A read that sees less than this part of the last complete one is not believed: half.
const FLOOR_DIVISOR: u64 = 2;

/// The floors for the next read: half of what the last complete one saw of each kind.
pub(super) fn floors(last: Option<&Evidence>) -> BTreeMap<Kind, u64> {
    let mut floors = BTreeMap::new();
    for part in last.map(|evidence| evidence.scopes.as_slice()).unwrap_or_default() {
        if let Some(kind) = part.kind {
            *floors.entry(kind).or_default() += part.seen / FLOOR_DIVISOR;
        }
    }
    floors
}

/// Taken names in all the forms in which they are taken, with the objects that have them.
pub(super) fn shown(names: &[TakenName], request: &ObserveRequest) -> ShownNames {
    let forms = |taken: &TakenName| {
        let (space, object) = (taken.space, taken.object.clone());
        taken_forms(&taken.name).into_iter().map(move |form| (space, form, object.clone()))
    };
    ShownNames { spaces: request.spaces.clone(), taken: names.iter().flat_map(forms).collect() }
}
