//! The canary of a large run: some objects go ahead and are read back before the rest follows. Which ones is pure; what a
//! value means is the target's schema.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::execute::Executed;
use crate::object::{
    Accepted, Change, Kind, Links, ObjectId, Observed, Op, Schema, Step, StepId, Value, aspect, shown,
};
use crate::reconcile::Cleared;
use crate::reconcile::patience::is_never_put_off;
use crate::report::time;
use crate::run::command::{Phase, Progress};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::stops;
use crate::store::RunId;
use crate::target::Target;

/// A run of no more steps has no canary: what goes wrong with it is a handful.
const SMALL: usize = 20;

/// A run in two parts, each in the order of the plan.
struct Split<'a> {
    ahead: Vec<&'a Step>,
    rest: Vec<&'a Step>,
    /// What of the first part is read back.
    canaries: Vec<&'a Step>,
}

impl Engine {
    /// Applies the steps of a cleared plan that are not in `settled`; of a large one a few first.
    pub(super) async fn execute(
        &self,
        port: &dyn Target,
        cleared: &Cleared,
        run: RunId,
        settled: &HashSet<String>,
        progress: &dyn Progress,
    ) -> Result<Executed, Failure> {
        let target = cleared.plan().target.as_str();
        let of = cleared.plan().steps.len();
        let at = |left: &[&Step], later: usize| {
            let least = port.least_time(&mut left.iter().copied()).as_secs();
            let doing = if least == 0 { "applying".into() } else { format!("applying, {} at least", time(least)) };
            let done = of.saturating_sub(left.len() + later) as u64;
            progress.at(Phase { subject: target.to_owned(), doing, done, of: Some(of as u64) });
        };
        let steps: Vec<&Step> = cleared.steps().filter(|step| !settled.contains(step.id.as_str())).collect();
        stops::plan(&steps);
        let Some(split) = split(&steps, self.config.config.safety.canary as usize) else {
            let (executed, _) = self.execute_steps(port, cleared, run, (steps, None), &|left| at(left, 0)).await?;
            at(&[], 0);
            return Ok(executed);
        };
        let Split { ahead, rest, canaries } = split;
        let later = rest.len();
        let (mut executed, before) =
            self.execute_steps(port, cleared, run, (ahead, None), &|left| at(left, later)).await?;
        let mut followed = false;
        if executed.stopped.is_none() {
            let count = canaries.len();
            let done: Vec<&Step> = canaries.into_iter().filter(|step| !before.failed.contains(&step.id)).collect();
            if done.is_empty() && count > 0 {
                let why = executed.failures.first().map(|failure| format!(": {}", failure.message)).unwrap_or_default();
                executed.stopped =
                    Some(format!("none of the first {count} steps could be done, so the rest waits{why}"));
            } else if let Some(wrong) = self.wrong(port, target, done, &before.lasting).await? {
                executed.stopped =
                    Some(format!("the first objects are not as they should be, so the rest waits: {wrong}"));
            } else {
                let (others, _) =
                    self.execute_steps(port, cleared, run, (rest, Some(before)), &|left| at(left, 0)).await?;
                executed.and(others);
                followed = true;
            }
        }
        if executed.stopped.is_some() && !followed {
            executed.counts.waiting += later as u64;
        }
        at(&[], 0);
        Ok(executed)
    }

    /// What the objects of done steps show otherwise than was written; none when all is as it should be.
    async fn wrong(
        &self,
        port: &dyn Target,
        target: &str,
        steps: Vec<&Step>,
        lasting: &HashSet<StepId>,
    ) -> Result<Option<String>, Failure> {
        let links = self.store.links(target).await?;
        let accepted = self.store.accepted(target, self.clock.now()).await?;
        // who was ordered out meanwhile is not as the plan meant, and is to be so
        let suspended = self.store.orders().await?.suspended;
        let is_out = |step: &&Step| step.person.as_ref().is_some_and(|person| suspended.contains_key(person));
        let mut objects: BTreeMap<(Kind, ObjectId), Vec<&Step>> = BTreeMap::new();
        for step in steps.into_iter().filter(|step| !is_out(step)) {
            if let Some(object) = object_of(step, &links) {
                objects.entry((step.kind, object)).or_default().push(step);
            }
        }
        for ((kind, object), steps) in objects {
            let name = steps.first().map_or("", |step| step.name.as_str());
            match port.read(kind, &object).await {
                Err(refusal) => return Ok(Some(format!("{kind} {name} could not be read back: {refusal}"))),
                Ok(None) => return Ok(Some(format!("{kind} {name} is not to be seen"))),
                Ok(Some(seen)) => {
                    // a value that the target itself said at once to be otherwise is told as that, and is no surprise;
                    // whether somebody can sign in is never a detail
                    let changes = steps.iter().flat_map(|step| step.changes.iter().map(move |change| (*step, change)));
                    let changes = changes
                        .filter(|(step, change)| change.attribute.is(aspect::ENABLED) || !lasting.contains(&step.id))
                        .map(|(_, change)| change);
                    let mut wrong = changes.filter_map(|change| otherwise(change, &seen, port.schema(kind), &accepted));
                    if let Some(wrong) = wrong.next() {
                        return Ok(Some(format!("{kind} {name}: {wrong}")));
                    }
                }
            }
        }
        Ok(None)
    }
}

fn object_of(step: &Step, links: &Links) -> Option<ObjectId> {
    step.object.clone().or_else(|| links.object(&step.key).cloned())
}

/// How an object is otherwise than a change made it. References are read by name, and are compared after the run.
fn otherwise(change: &Change, seen: &Observed, schema: &Schema, accepted: &Accepted) -> Option<String> {
    let Change { attribute, after, .. } = change;
    let differs = |seen: &[Value]| format!("{attribute} was written as {}, and shows {}", shown(after), shown(seen));
    if attribute.is(aspect::ENABLED) {
        let enabled = [Value::Bool(seen.enabled?)];
        return (!seen.shows(attribute, after, schema, |_| None)).then(|| differs(&enabled));
    }
    // an attribute that is not among what was read says nothing
    if aspect::ALL.iter().any(|aspect| attribute.is(aspect)) || !seen.attributes.contains_key(attribute) {
        return None;
    }
    let values = seen.values(attribute);
    let is_so = seen.shows(attribute, after, schema, |_| None) || accepted.holds(&seen.id, attribute, after, values);
    (!is_so).then(|| differs(values))
}

/// Which steps go ahead: of each operation on each kind the first objects, with what they need; and all that is never put
/// off. None where the run is small, or where nothing would be left for later.
fn split<'a>(steps: &[&'a Step], count: usize) -> Option<Split<'a>> {
    if count == 0 || steps.len() <= SMALL {
        return None;
    }
    let mut objects: BTreeMap<(Op, Kind), BTreeSet<&str>> = BTreeMap::new();
    let mut chosen: HashSet<&StepId> = HashSet::new();
    for step in steps.iter().filter(|step| shows_itself(step)) {
        let known = objects.entry((step.op, step.kind)).or_default();
        if known.len() < count || known.contains(step.key.as_str()) {
            known.insert(step.key.as_str());
            chosen.insert(&step.id);
        }
    }
    let by_id: HashMap<&StepId, &Step> = steps.iter().map(|step| (&step.id, *step)).collect();
    let mut ahead: HashSet<&StepId> = HashSet::new();
    let mut open: Vec<&Step> =
        steps.iter().copied().filter(|step| chosen.contains(&step.id) || is_never_put_off(step)).collect();
    while let Some(step) = open.pop() {
        if ahead.insert(&step.id) {
            open.extend(step.needs.iter().filter_map(|need| by_id.get(need).copied()));
        }
    }
    let (ahead, rest): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(|step| ahead.contains(&step.id));
    let canaries = ahead.iter().copied().filter(|step| chosen.contains(&step.id)).collect();
    (!rest.is_empty()).then_some(Split { ahead, rest, canaries })
}

/// Whether what a step did is seen on its object, and stays so within the run. Who is not active yet is hidden by some.
fn shows_itself(step: &Step) -> bool {
    matches!(step.op, Op::Create | Op::Update | Op::Rename | Op::Move | Op::Enable | Op::Restore)
        && !is_never_put_off(step)
        && step.after(aspect::ENABLED) != Some(&[Value::Bool(false)])
        && !step.is_aside()
        && !step.is_following()
}

#[cfg(test)]
#[path = "canary_tests.rs"]
mod tests;
