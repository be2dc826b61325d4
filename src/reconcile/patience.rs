//! What is not tried now: steps that failed and are tried again later, and values that were written run after run and came
//! back each time. Pure: instants are parameters, and nothing is known of how a target fails.

use std::collections::{BTreeSet, HashMap};

use super::compare::differs;
use super::plan::Plan;
use crate::object::{Change, Clause, Ground, Hold, HoldCode, Op, PairMark, Step, StepId, Value, aspect, shown};
use crate::org::sentence::{BETWEEN, Sentence, also};
use crate::org::{Id, Instant};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

/// How soon another try is worth it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The other side may be well again soon.
    Soon,
    /// Somebody has to mend something first.
    Later,
    /// Nothing changes while the wish is the same and the object looks the same.
    Seldom,
}

impl Worth {
    /// When a step is tried again that failed so often in a row. Once is no pattern: the next run tries it.
    pub fn next(self, failures: u32, now: Instant) -> Instant {
        let (first, most) = match self {
            Self::Soon => (15 * MINUTE, 4 * HOUR),
            Self::Later => (HOUR, 24 * HOUR),
            Self::Seldom => (7 * 24 * HOUR, 7 * 24 * HOUR),
        };
        match failures.checked_sub(2) {
            None => now,
            Some(doublings) => {
                let wait = first.saturating_mul(1 << doublings.min(20)).min(most);
                Instant::from_micros(now.micros().saturating_add(wait))
            }
        }
    }
}

/// A step that failed when it was last tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    pub step: String,
    pub key: Id,
    /// What it was to change.
    pub mark: PairMark,
    /// In a row.
    pub failures: u32,
    pub class: String,
    pub message: String,
    pub since: Instant,
    pub next: Instant,
}

/// A value that was written so many runs in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    pub key: Id,
    pub op: Op,
    pub attribute: String,
    /// Of the wanted value.
    pub mark: PairMark,
    pub runs: u32,
}

/// What is known of earlier tries against one target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tried {
    pub failing: Vec<Failing>,
    pub frozen: Vec<Frozen>,
}

/// All that a step changes, with what it was before.
pub fn mark(step: &Step) -> PairMark {
    let values = |part: fn(&Change) -> &Vec<Value>| -> Vec<Value> {
        let named = |change| std::iter::once(Value::text(change_name(change))).chain(part(change).iter().cloned());
        step.changes.iter().flat_map(named).collect()
    };
    PairMark::of(&values(|change| &change.after), &values(|change| &change.before))
}

fn change_name(change: &Change) -> &str {
    change.attribute.as_str()
}

/// What a change is meant to come to, value by value for members, who come and go one by one.
pub fn wishes(op: Op, change: &Change) -> Vec<PairMark> {
    match (op, change.attribute.is(aspect::MEMBERS)) {
        (Op::RemoveMembers, true) => {
            change.before.iter().map(|one| PairMark::of(std::slice::from_ref(one), &[])).collect()
        }
        (_, true) => change.after.iter().map(|one| PairMark::of(std::slice::from_ref(one), &[])).collect(),
        _ => vec![PairMark::of(&change.after, &[])],
    }
}

/// Whether a step is taken whatever came of it before: nobody keeps what ended because taking it away fails.
pub fn is_never_put_off(step: &Step) -> bool {
    matches!(step.ground, Some(Ground::Ended | Ground::Suspended | Ground::Ordered))
}

impl Tried {
    /// Only what is put off at an instant, in an order of its own: a plan rests on it.
    pub fn revision(&self, now: Instant) -> String {
        let failing = self.failing.iter().filter(|one| one.next > now);
        let mut lines: Vec<String> =
            failing.map(|one| format!("{} {} {:?}", one.step, one.failures, one.mark)).collect();
        lines.extend(self.frozen.iter().map(|one| format!("{} {} {} {:?}", one.key, one.op, one.attribute, one.mark)));
        lines.sort();
        lines.join("\n")
    }

    fn why_failing(&self, step: &Step, now: Instant) -> Option<String> {
        let failing = self.failing.iter().find(|one| one.step == step.id.as_str())?;
        (failing.next > now && failing.mark == mark(step)).then(|| {
            let Failing { failures, since, next, class, message, .. } = failing;
            Clause::FailedBefore.with([&step.op, failures, since, next, class, message])
        })
    }

    fn runs_of(&self, step: &Step, change: &Change, mark: &PairMark) -> Option<u32> {
        let is_it = |one: &&Frozen| {
            one.key == step.key && one.op == step.op && change.attribute.is(&one.attribute) && one.mark == *mark
        };
        self.frozen.iter().find(is_it).map(|one| one.runs)
    }

    /// Takes out of a step what is frozen, and says why.
    fn thin(&self, step: &mut Step) -> Vec<String> {
        let mut why = Vec::new();
        let (op, whole) = (step.op, step.clone());
        let say = |attribute: &str, runs: u32, wanted: &[Value], seen: &[Value]| {
            let came_back = Clause::CameBack.with([&attribute, &runs, &shown(wanted), &shown(seen)]);
            also(&came_back, &Clause::FrozenUntilOther.said())
        };
        step.changes.retain_mut(|change| {
            let of = change.clone();
            let runs = |value: &Value| self.runs_of(&whole, &of, &PairMark::of(std::slice::from_ref(value), &[]));
            if of.attribute.is(aspect::MEMBERS) {
                let removes = op == Op::RemoveMembers;
                let values = if removes { &mut change.before } else { &mut change.after };
                values.retain(|value| {
                    let Some(runs) = runs(value) else { return true };
                    let clause = if removes { Clause::PutInAgain } else { Clause::TakenOutAgain };
                    let came_back = clause.with([&shown(std::slice::from_ref(value)), &runs]);
                    why.push(also(&came_back, &Clause::FrozenUntilReleased.said()));
                    false
                });
                return !(change.before.is_empty() && change.after.is_empty());
            }
            match self.runs_of(&whole, &of, &PairMark::of(&of.after, &[])) {
                Some(runs) => {
                    why.push(say(of.attribute.as_str(), runs, &of.after, &of.before));
                    false
                }
                None => true,
            }
        });
        if op == Op::Update && step.rung.is_none() && !why.is_empty() && !step.is_following() {
            step.reason = differs(&step.changes);
        }
        why
    }
}

impl Plan {
    /// The plan without what is put off, which it holds instead; and without what needs that.
    #[must_use]
    pub fn without_tried(mut self, tried: &Tried, now: Instant) -> Self {
        if tried.failing.is_empty() && tried.frozen.is_empty() {
            return self;
        }
        // what is made now is new: nothing was tried on it
        let made: BTreeSet<Id> = (self.steps.iter())
            .filter(|step| {
                matches!(step.op, Op::Restore) || step.op == Op::Create && tried.why_failing(step, now).is_none()
            })
            .map(|step| step.key.clone())
            .collect();
        let mut held: Vec<Hold> = Vec::new();
        let hold = |step: &Step, code, reason| Hold {
            key: step.key.clone(),
            kind: step.kind,
            name: step.name.clone(),
            code,
            reason,
        };
        let mut put_off: HashMap<StepId, String> = HashMap::new();
        for step in self.steps.iter_mut().filter(|step| !is_never_put_off(step)) {
            if made.contains(&step.key) && step.op != Op::Create {
                continue;
            }
            if let Some(why) = tried.why_failing(step, now) {
                held.push(hold(step, HoldCode::Failing, why.clone()));
                put_off.insert(step.id.clone(), why);
                continue;
            }
            let had_changes = !step.changes.is_empty();
            let why = tried.thin(step);
            if !why.is_empty() {
                held.push(hold(step, HoldCode::Frozen, why.join(BETWEEN)));
            }
            if had_changes && step.changes.is_empty() {
                put_off.insert(step.id.clone(), why.join(BETWEEN));
            }
        }
        // a name is lent only where the object gets its own
        let asides: Vec<StepId> = (self.steps.iter())
            .filter(|step| step.is_aside() && put_off.contains_key(&StepId::new(Op::Rename, &step.key)))
            .map(|step| step.id.clone())
            .collect();
        put_off.extend(asides.into_iter().map(|id| (id, String::new())));
        let steps = std::mem::take(&mut self.steps);
        for step in steps {
            if put_off.contains_key(&step.id) {
                continue;
            }
            match step.without(&|need| put_off.contains_key(need)) {
                Some(possible) => self.steps.push(possible),
                None => {
                    let needs = step.needs.iter().find(|need| put_off.contains_key(*need));
                    let needs = needs.map_or("what is put off", StepId::as_str);
                    held.push(hold(&step, HoldCode::Waits, Clause::WaitsPutOff.with([&step.op, &needs])));
                    put_off.insert(step.id.clone(), String::new());
                }
            }
        }
        let planned: BTreeSet<Id> = self.keys().into_iter().collect();
        self.reservations.retain(|one| planned.contains(&one.account));
        self.held.extend(held);
        self.held.sort();
        self
    }
}

/// What came back of a step that was done in each of several runs: the attributes, and the marks of what was wanted each
/// time.
pub fn recurring(steps: &[&Step]) -> Vec<(String, PairMark)> {
    let Some((last, before)) = steps.split_last() else { return Vec::new() };
    let wanted_before = |step: &Step, attribute: &str, mark: &PairMark| {
        step.op == last.op && step.change(attribute).is_some_and(|change| wishes(step.op, change).contains(mark))
    };
    let mut found = Vec::new();
    for change in &last.changes {
        for mark in wishes(last.op, change) {
            let attribute = change_name(change);
            if before.iter().all(|step| wanted_before(step, attribute, &mark)) {
                found.push((attribute.to_owned(), mark));
            }
        }
    }
    found
}

#[cfg(test)]
#[path = "patience_tests.rs"]
mod tests;
