//! The guard: limits that are on by default, and the proof that a plan passed them.
//!
//! A limit is breached when what was found exceeds what is allowed: `min(count, max(floor, share of the managed))`.
//! The share protects a small organisation, the count a large one; the floor lets a tiny one work at all. A breach
//! holds the whole plan until somebody approves exactly that plan.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::approval::{Consent, Released};
use super::plan::{Digest, Plan};
use crate::object::{Ground, Op, Rung, Step, StepId, aspect};
use crate::org::Id;

/// One brake.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// Never more than this many.
    pub count: u64,
    /// Never more than this share of what is managed, in per cent…
    pub share: f64,
    /// …but this many always.
    pub floor: u64,
}

impl Limit {
    pub const fn new(count: u64, share: f64, floor: u64) -> Self {
        Self { count, share, floor }
    }

    /// How many are allowed out of `of`.
    #[expect(clippy::cast_precision_loss, reason = "populations are far below 2^52")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count is a count")]
    pub fn allowed(&self, of: u64) -> u64 {
        let share = (self.share / 100.0 * of as f64).floor() as u64;
        self.count.min(share.max(self.floor))
    }

    pub fn measure(&self, limit: &str, found: u64, of: u64) -> Measure {
        Measure { limit: limit.to_owned(), found, of, allowed: self.allowed(of) }
    }
}

/// The limits of one target.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    pub disable: Limit,
    pub remove_members: Limit,
    pub delete: Limit,
    /// Objects that one adoption takes over.
    pub adopt: Limit,
    /// Objects that somebody deleted and that are brought back, or created anew.
    pub recreate: Limit,
    /// Accounts of leavers that are taken out of their groups, or lose what else the rung takes.
    pub strip: Limit,
    /// Accounts of leavers that are hidden.
    pub hide: Limit,
    /// Accounts of leavers that are moved among the leavers.
    pub move_leavers: Limit,
    /// Accounts that are disabled since no rule means them any more.
    pub leave_scope: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            disable: Limit::new(25, 5.0, 3),
            remove_members: Limit::new(200, 10.0, 5),
            delete: Limit::new(0, 0.0, 0),
            adopt: Limit::new(100, 100.0, 0),
            recreate: Limit::new(0, 0.0, 0),
            strip: Limit::new(50, 5.0, 5),
            hide: Limit::new(50, 5.0, 5),
            move_leavers: Limit::new(50, 5.0, 5),
            leave_scope: Limit::new(25, 5.0, 3),
        }
    }
}

/// What a plan is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brakes {
    pub limits: Limits,
    /// The configuration, the target's schema or rosterd itself is another than in the last run: what takes something
    /// away by such rules waits for an approval.
    pub new_rules: bool,
}

impl From<Limits> for Brakes {
    fn from(limits: Limits) -> Self {
        Self { limits, new_rules: false }
    }
}

/// The limit of what new rules take away.
pub const NEW_RULES: &str = "new-rules";

/// A limit held against what a plan would do; shown even when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    pub limit: String,
    pub found: u64,
    pub of: u64,
    pub allowed: u64,
}

impl Measure {
    pub fn is_breached(&self) -> bool {
        self.found > self.allowed
    }
}

/// A plan that may be applied. Only [`guard`] makes one, and nothing else can be executed.
#[derive(Debug)]
pub struct Cleared {
    plan: Plan,
    digest: Digest,
    approved: bool,
    /// Of a plan that was approved in part: the steps that may be taken.
    part: Option<BTreeSet<StepId>>,
}

impl Cleared {
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Whether people approved what may be done of it.
    pub fn is_approved(&self) -> bool {
        self.approved
    }

    /// Whether some of its steps stay held.
    pub fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// The steps that may be taken, in their order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.plan.steps.iter().filter(|step| self.part.as_ref().is_none_or(|part| part.contains(&step.id)))
    }

    /// What stays held of it: the plan without the steps that may be taken.
    pub fn rest(&self) -> Plan {
        let mut rest = self.plan.clone();
        rest.steps.retain(|step| self.part.as_ref().is_some_and(|part| !part.contains(&step.id)));
        rest
    }
}

/// The guard's answer.
#[derive(Debug)]
pub enum Verdict {
    Cleared(Cleared),
    Breached { plan: Plan, breaches: Vec<Measure> },
}

/// Holds every limit against a plan.
pub fn measure(plan: &Plan, brakes: &Brakes) -> Vec<Measure> {
    let Brakes { limits, new_rules } = brakes;
    let count = |op: Op| plan.steps.iter().filter(|step| step.op == op).count() as u64;
    let leaving = plan.steps.iter().filter(|step| step.leaves_scope()).count() as u64;
    let removed = plan
        .steps
        .iter()
        .filter(|step| step.op == Op::RemoveMembers && step.rung.is_none())
        .filter_map(|step| step.change(aspect::MEMBERS))
        .map(|change| change.before.len() as u64)
        .sum();
    // who is disabled where that deletes is deleted
    let ended = plan.steps.iter().filter(|step| step.op == Op::Disable && step.irreversible).count() as u64;
    let adopted = plan.steps.iter().filter(|step| step.is_adoption()).count() as u64;
    // no plan but an adoption has such steps
    let adoption = (adopted > 0).then(|| limits.adopt.measure("adopt", adopted, plan.population.objects));
    let recreated = plan.steps.iter().filter(|step| step.is_recreation()).count() as u64;
    let recreation = (recreated > 0).then(|| limits.recreate.measure("recreate", recreated, plan.population.objects));
    let mut measures = vec![
        limits.disable.measure("disable", count(Op::Disable) - leaving, plan.population.users),
        limits.remove_members.measure("remove-members", removed, plan.population.members),
        limits.delete.measure("delete", count(Op::Delete) + ended, plan.population.objects),
    ];
    measures.extend(recreation);
    measures.extend((leaving > 0).then(|| limits.leave_scope.measure("leave-scope", leaving, plan.population.users)));
    // such a change waits for somebody, whatever the limits are
    let renamed = plan.reservations.iter().filter(|one| one.gated).count() as u64;
    if renamed > 0 {
        measures.push(Limit::new(0, 0.0, 0).measure("name-changes", renamed, plan.population.users));
    }
    let taking = plan.steps.iter().filter(|step| step.takes_by_rule()).count() as u64;
    if *new_rules && taking > 0 {
        measures.push(Limit::new(0, 0.0, 0).measure(NEW_RULES, taking, plan.steps.len() as u64));
    }
    measures.extend(descent(plan, limits));
    adoption.map_or(measures, |adoption| vec![adoption])
}

/// The rungs after the disabling, each with a limit of its own; only those that a plan takes.
fn descent(plan: &Plan, limits: &Limits) -> Vec<Measure> {
    let taking = |rung, op| plan.steps.iter().filter(move |step| step.rung == Some(rung) && step.op == op);
    let leaving = taking(Rung::Stripped, Op::RemoveMembers).filter_map(|step| step.change(aspect::MEMBERS));
    let mut stripped: BTreeSet<String> = leaving.flat_map(|change| &change.before).map(ToString::to_string).collect();
    stripped.extend(taking(Rung::Stripped, Op::Update).filter_map(|step| Some(step.object.as_ref()?.to_string())));
    let rungs = [
        ("strip", limits.strip, stripped.len()),
        ("hide", limits.hide, taking(Rung::Hidden, Op::Update).count()),
        ("move-leavers", limits.move_leavers, taking(Rung::Moved, Op::Move).count()),
    ];
    let taken = rungs.into_iter().filter(|(_, _, found)| *found > 0);
    taken.map(|(name, limit, found)| limit.measure(name, found as u64, plan.population.objects)).collect()
}

/// Clears a plan that breaches no limit, or that enough people approved by its digest; or the part that they approved.
pub fn guard(plan: Plan, brakes: &Brakes, consent: &Consent) -> Verdict {
    let breaches: Vec<Measure> = measure(&plan, brakes).into_iter().filter(Measure::is_breached).collect();
    let digest = plan.digest();
    let cleared = |plan, digest, approved, part| Verdict::Cleared(Cleared { plan, digest, approved, part });
    match consent.releases(&plan) {
        Released::All => cleared(plan, digest, true, None),
        _ if breaches.is_empty() => cleared(plan, digest, false, None),
        Released::Part(part) => cleared(plan, digest, true, Some(part)),
        Released::Nothing => Verdict::Breached { plan, breaches },
    }
}

/// Clears a plan that keeps one person out, because somebody ordered just that: it disables accounts of this person and
/// does nothing else. That is its limit, whatever the limits of the target are, and it needs no approval.
pub fn urgent(plan: Plan, person: &Id) -> Result<Cleared, Plan> {
    let keeps_out = |step: &Step| {
        step.op == Op::Disable
            && step.ground == Some(Ground::Suspended)
            && step.person.as_ref() == Some(person)
            && !step.irreversible
    };
    if !plan.reservations.is_empty() || !plan.steps.iter().all(keeps_out) {
        return Err(plan);
    }
    let digest = plan.digest();
    Ok(Cleared { plan, digest, approved: false, part: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_of_count_and_share_rules_but_the_floor_is_always_allowed() {
        let limit = Limit::new(25, 5.0, 3);
        assert_eq!(limit.allowed(10), 3);
        assert_eq!(limit.allowed(420), 21);
        assert_eq!(limit.allowed(10_000), 25);
        assert_eq!(Limit::new(0, 0.0, 0).allowed(10_000), 0);
    }

    #[test]
    fn more_found_never_turns_a_breach_into_none() {
        let limit = Limit::new(25, 5.0, 3);
        for of in 0..2_000 {
            let mut breached = false;
            for found in 0..60 {
                let now = limit.measure("disable", found, of).is_breached();
                assert!(now || !breached, "found {found} of {of}");
                breached = now;
            }
        }
    }
}
