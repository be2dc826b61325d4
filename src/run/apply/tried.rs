//! What came of earlier tries: put off in the next plan, shown, and released.

use std::collections::BTreeSet;

use crate::object::{HoldCode, Step};
use crate::org::Id;
use crate::reconcile::Plan;
use crate::reconcile::patience::{Worth, is_never_put_off, recurring};
use crate::report::{Document, QuarantineDocument, QuarantineLine};
use crate::run::command::{Answer, Exit};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::{RunId, TriedRow};
use crate::target::Class;

/// How soon a step is worth another try that was refused so.
pub(super) fn worth(class: Class) -> Worth {
    match class {
        Class::Transient | Class::Unknown | Class::Stale => Worth::Soon,
        Class::Conflict | Class::Forbidden | Class::Policy => Worth::Later,
        Class::Permanent | Class::Protected => Worth::Seldom,
    }
}

impl Engine {
    /// After a run: freezes what was done in each of the last runs, and forgets what is no more to be done. Answers what
    /// people should know: what somebody gives back again and again that ended.
    pub(super) async fn learn(&self, plan: &Plan, run: RunId) -> Result<Option<String>, Failure> {
        self.forget_settled(plan).await?;
        let enough = self.config.config.safety.freeze_after;
        let runs = self.store.last_runs(&plan.target, enough).await?;
        let full = u32::try_from(runs.len()).is_ok_and(|count| count == enough);
        let (Some((newest, _)), Some((first, _)), true) = (runs.first(), runs.last(), full && enough > 1) else {
            return Ok(None);
        };
        let ids: Vec<RunId> = runs.iter().map(|(id, _)| *id).collect();
        let again: BTreeSet<String> = self.store.done_in_each(&ids).await?.into_iter().collect();
        if *newest != run || again.is_empty() {
            return Ok(None);
        }
        let mut plans = Vec::new();
        for (_, digest) in runs.iter().rev() {
            let Ok(digest) = digest.parse() else { return Ok(None) };
            match self.store.plan(&digest).await? {
                Some(plan) => plans.push(plan),
                None => return Ok(None),
            }
        }
        let (mut found, mut given_back) = (Vec::new(), Vec::new());
        for id in &again {
            let same: Vec<&Step> =
                plans.iter().filter_map(|plan| plan.steps.iter().find(|step| step.id.as_str() == id)).collect();
            let Some(last) = same.last().filter(|_| same.len() == plans.len()) else { continue };
            let values = recurring(&same).into_iter().map(|(attribute, mark)| (*last, attribute, mark));
            if is_never_put_off(last) {
                given_back.extend(values.take(1).map(|_| format!("{} {}", last.op, last.name)));
            } else {
                found.extend(values);
            }
        }
        self.store.freeze(&plan.target, &found, (enough, *first), self.clock.now()).await?;
        let message = || {
            format!(
                "done in each of the last {enough} runs, and somebody or something undoes it each time: {}",
                given_back.join(", ")
            )
        };
        Ok((!given_back.is_empty()).then(message))
    }

    /// What a whole look at the target shows as settled, or the roster does not want any more, is no failure any more.
    pub(super) async fn forget_settled(&self, plan: &Plan) -> Result<(), Failure> {
        if !plan.coverage.complete || plan.is_adoption() || plan.reverts.is_some() {
            return Ok(());
        }
        let held = |codes: &[HoldCode]| -> BTreeSet<&Id> {
            plan.held.iter().filter(|hold| codes.contains(&hold.code)).map(|hold| &hold.key).collect()
        };
        let steps: BTreeSet<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
        let (put_off, frozen) = (held(&[HoldCode::Failing, HoldCode::Waits]), held(&[HoldCode::Frozen]));
        let is_open = |step: &str, key: &Id| steps.contains(step) || put_off.contains(key);
        Ok(self.store.forget_tried(&plan.target, &is_open, &|key| frozen.contains(key)).await?)
    }

    /// `quarantine list`.
    pub(in crate::run) async fn quarantine(&self, target: Option<&str>) -> Result<Answer, Failure> {
        target.map_or(Ok(()), |target| self.entry(target).map(|_| ()))?;
        let rows = self.store.quarantined(target, self.clock.now()).await?;
        let document = QuarantineDocument { objects: rows.into_iter().map(line).collect(), released: None };
        Ok(Answer { exit: Exit::Done, document: Document::Quarantine(document) })
    }

    /// `quarantine release`.
    pub(in crate::run) async fn release(&self, target: &str, key: Option<&Id>) -> Result<Answer, Failure> {
        self.entry(target)?;
        let released = self.store.release_tried(target, key).await?;
        if released == 0
            && let Some(key) = key
        {
            return Err(Failure::new(Exit::Failed, format!("nothing of {key} is put off in {target}"))
                .hint("`rosterd quarantine list` shows what is"));
        }
        let document = QuarantineDocument { objects: Vec::new(), released: Some(released) };
        Ok(Answer { exit: Exit::Done, document: Document::Quarantine(document) })
    }

    /// How many objects of a target are put off.
    pub(in crate::run) async fn count_quarantined(&self, target: &str) -> Result<u64, Failure> {
        let rows = self.store.quarantined(Some(target), self.clock.now()).await?;
        let keys: BTreeSet<&Id> = rows.iter().map(|row| &row.key).collect();
        Ok(keys.len() as u64)
    }
}

pub(in crate::run) fn line(row: TriedRow) -> QuarantineLine {
    QuarantineLine {
        target: row.target,
        key: row.key.to_string(),
        kind: row.kind,
        name: row.name,
        op: row.op,
        attribute: row.attribute,
        class: row.class,
        message: row.message,
        times: row.times,
        since: row.since,
        next: row.next,
    }
}
