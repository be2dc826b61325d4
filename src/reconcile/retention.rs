//! What has been kept long enough: stored plans, the journal of runs, and the records of imports. Pure: it decides by
//! dates, the store deletes. Facts, approvals, links and the log itself are never decided about here.

use std::collections::{BTreeMap, HashSet};

use crate::org::Instant;

/// How many days each is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    pub plans: u32,
    /// Events of the steps of runs, and what the runs came to.
    pub journal: u32,
    pub batches: u32,
}

/// A stored plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPlan {
    pub digest: String,
    pub target: String,
    /// When it was last proposed.
    pub proposed: Instant,
    /// Its place in the order in which plans were proposed for its target, which no clock says; none of one that was made
    /// beside them.
    pub nth: Option<i64>,
    /// Somebody approved it, and no run has used that up.
    pub approved: bool,
}

/// A run with a journal or a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRun {
    pub run: i64,
    pub target: String,
    pub digest: String,
    pub ended: Option<Instant>,
    /// A step of it has no outcome.
    pub unsettled: bool,
}

/// The record of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBatch {
    pub digest: String,
    pub source: String,
    pub recorded: Instant,
    /// It waits for an approval.
    pub held: bool,
}

/// What may go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expired {
    pub plans: Vec<String>,
    /// Runs whose events and summaries go; that they were stays.
    pub runs: Vec<i64>,
    pub batches: Vec<String>,
}

impl Expired {
    pub fn is_empty(&self) -> bool {
        self.plans.is_empty() && self.runs.is_empty() && self.batches.is_empty()
    }
}

impl Retention {
    /// What was kept longer than its days. The newest of each target and source stays whatever its age, and so does
    /// everything that something may still have to be done with.
    pub fn expired(&self, now: Instant, plans: &[KeptPlan], runs: &[KeptRun], batches: &[KeptBatch]) -> Expired {
        let older = |at: Instant, days: u32| at < now.days_earlier(i64::from(days));
        let open = |run: &&KeptRun| run.ended.is_none() || run.unsettled;
        let needed: HashSet<&str> = runs.iter().filter(open).map(|run| run.digest.as_str()).collect();
        let newest_plans = newest(plans.iter().filter_map(|plan| Some((plan.target.as_str(), plan.nth?))));
        let newest_runs = newest(runs.iter().map(|run| (run.target.as_str(), run.run)));
        let newest_batches = newest(batches.iter().map(|batch| (batch.source.as_str(), batch.recorded)));
        let plans = plans.iter().filter(|plan| {
            let is_needed = plan.approved || needed.contains(plan.digest.as_str());
            let is_newest = plan.nth.is_some_and(|nth| newest_plans.get(&*plan.target) == Some(&nth));
            older(plan.proposed, self.plans) && !is_needed && !is_newest
        });
        let runs = runs.iter().filter(|run| {
            let ended = run.ended.is_some_and(|ended| older(ended, self.journal));
            ended && !run.unsettled && newest_runs.get(&*run.target) != Some(&run.run)
        });
        let batches = batches.iter().filter(|batch| {
            let is_newest = newest_batches.get(&*batch.source) == Some(&batch.recorded);
            older(batch.recorded, self.batches) && !batch.held && !is_newest
        });
        Expired {
            plans: plans.map(|plan| plan.digest.clone()).collect(),
            runs: runs.map(|run| run.run).collect(),
            batches: batches.map(|batch| batch.digest.clone()).collect(),
        }
    }
}

/// The greatest of each.
fn newest<'a, T: Ord>(all: impl Iterator<Item = (&'a str, T)>) -> BTreeMap<&'a str, T> {
    let mut newest = BTreeMap::new();
    for (of, at) in all {
        if newest.get(of).is_none_or(|before| *before < at) {
            newest.insert(of, at);
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Retention = Retention { plans: 90, journal: 400, batches: 400 };

    fn days_ago(days: i64) -> Instant {
        now().days_earlier(days)
    }

    fn now() -> Instant {
        Instant::from_micros(1_800_000_000_000_000)
    }

    fn plan(digest: &str, days: i64) -> KeptPlan {
        let (target, proposed) = ("ad".into(), days_ago(days));
        KeptPlan { digest: digest.into(), target, proposed, nth: Some(1000 - days), approved: false }
    }

    fn run(run: i64, days: i64) -> KeptRun {
        let ended = Some(days_ago(days));
        KeptRun { run, target: "ad".into(), digest: format!("p{run}"), ended, unsettled: false }
    }

    fn batch(digest: &str, days: i64) -> KeptBatch {
        KeptBatch { digest: digest.into(), source: "hr".into(), recorded: days_ago(days), held: false }
    }

    #[test]
    fn what_is_older_than_its_days_goes() {
        let plans = [plan("a", 91), plan("b", 90), plan("c", 1)];
        let runs = [run(1, 401), run(2, 400), run(3, 1)];
        let batches = [batch("x", 401), batch("y", 399), batch("z", 1)];
        let expired = POLICY.expired(now(), &plans, &runs, &batches);
        assert_eq!(expired, Expired { plans: vec!["a".into()], runs: vec![1], batches: vec!["x".into()] });
    }

    #[test]
    fn the_newest_of_each_stays_however_old_it_is() {
        let other = KeptRun { target: "cloud".into(), ..run(2, 900) };
        let expired = POLICY.expired(now(), &[plan("a", 900)], &[run(1, 900), other], &[batch("x", 900)]);
        assert!(expired.is_empty(), "{expired:?}");
    }

    /// By the order in which they were proposed, as the last plan is found, and not by a clock that was set back.
    #[test]
    fn the_newest_plan_is_the_one_that_was_proposed_last() {
        let nth = |nth: Option<i64>, plan| KeptPlan { nth, ..plan };
        let plans = [nth(Some(1), plan("a", 95)), nth(Some(2), plan("b", 100)), nth(None, plan("beside", 91))];
        let expired = POLICY.expired(now(), &plans, &[], &[]);
        assert_eq!(expired.plans, ["a", "beside"]);
    }

    #[test]
    fn what_may_still_be_needed_stays() {
        let plans = [KeptPlan { approved: true, ..plan("a", 900) }, plan("p1", 900), plan("p2", 900), plan("n", 1)];
        let runs = [KeptRun { ended: None, ..run(1, 900) }, KeptRun { unsettled: true, ..run(2, 900) }, run(3, 1)];
        let batches = [KeptBatch { held: true, ..batch("x", 900) }, batch("z", 1)];
        let expired = POLICY.expired(now(), &plans, &runs, &batches);
        assert!(expired.is_empty(), "{expired:?}");
    }
}
