//! `approve`: somebody's consent, checked when it is given and recorded.

use crate::reconcile::{Approval, Consent, Digest, Measure, Part, Plan, Released, guard};
use crate::report::{ApprovalDocument, ConsentView, Document};
use crate::run::command::{Answer, Exit};
use crate::run::engine::Engine;
use crate::run::failure::Failure;

/// What a digest names.
enum Named {
    Plan(Box<Plan>),
    Import { source: String },
}

impl Engine {
    /// Records consent to a stored plan, to parts of one, or to a held import.
    pub(in crate::run) async fn approve(&self, digest: &str, only: &[Part]) -> Result<Answer, Failure> {
        let digest: Digest = digest.parse().map_err(|error| Failure::because(Exit::Usage, "approve", &error))?;
        let named = self.named(&digest).await?;
        check_parts(&named, only)?;
        let consent = self.consent(&digest).await?;
        self.may_approve(&consent, &named, only)?;
        let approval = Approval {
            only: only.to_vec(),
            ..Approval::new(digest.clone(), self.actor.clone(), self.clock.now(), self.approval_days())
        };
        if !consent.approvals().contains(&approval) {
            self.store.approve(&approval).await?;
            tracing::info!(digest = digest.as_str(), uid = self.actor.uid, by = self.actor.name, "approved");
        }
        let consent = self.consent(&digest).await?;
        let (what, not_needed) = match &named {
            Named::Plan(plan) => (format!("plan of {}", plan.target), self.needs_no_approval(plan).await?),
            Named::Import { source } => (format!("import of {source}"), false),
        };
        let released = match &named {
            Named::Plan(plan) => match consent.releases(plan) {
                Released::Nothing => 0,
                Released::Part(steps) => steps.len() as u64,
                Released::All => plan.steps.len() as u64,
            },
            Named::Import { .. } => 0,
        };
        let document = ApprovalDocument {
            digest,
            what,
            not_needed,
            by: approval.by.name,
            at: approval.at,
            only: approval.only,
            released: matches!(named, Named::Plan(_)).then_some(released),
            consent: ConsentView::of(&consent),
        };
        Ok(Answer { exit: Exit::Done, document: Document::Approval(document) })
    }

    async fn named(&self, digest: &Digest) -> Result<Named, Failure> {
        match (self.store.plan(digest).await?, self.store.batch(digest.as_str()).await?) {
            (Some(plan), _) => Ok(Named::Plan(Box::new(plan))),
            (None, Some(batch)) => Ok(Named::Import { source: batch.source }),
            (None, None) => Err(Failure::new(Exit::Held, format!("nothing with the digest {digest} is stored"))
                .hint("`rosterd plan` shows the digests of plans, a held import shows its own")),
        }
    }

    /// Refuses whoever would not count, and who said the same before.
    fn may_approve(&self, consent: &Consent, named: &Named, only: &[Part]) -> Result<(), Failure> {
        let needed = consent.quorum().needed;
        if let Some(excluded) = consent.quorum().excludes(&self.actor) {
            let message = format!("the approval of {} is refused: {}", self.actor, excluded.why());
            return Err(Failure::new(Exit::Held, message)
                .hint(format!("it takes {needed} people of those that [safety] names as approvers")));
        }
        let own =
            consent.approvals().iter().filter(|one| one.by.uid == self.actor.uid && consent.why_not(one).is_none());
        let says_the_same = |one: &Approval| match named {
            Named::Plan(plan) => Part::of_plan(&one.only, plan).is_superset(&Part::of_plan(only, plan)),
            Named::Import { .. } => true,
        };
        let (true, Some(before)) = (needed > 1, own.into_iter().find(|one| says_the_same(one))) else { return Ok(()) };
        let at = before.at.local(self.zone());
        let message = format!("{} approved it already, at {at}, and one person counts once", self.actor);
        Err(Failure::new(Exit::Held, message).hint(format!("it takes {needed} different people")))
    }

    /// Whether a plan would be applied without anybody's consent.
    async fn needs_no_approval(&self, plan: &Plan) -> Result<bool, Failure> {
        if !self.targets.contains_key(&plan.target) {
            return Ok(false);
        }
        let breached = guard::measure(plan, &self.brakes(&plan.target).await?).iter().any(Measure::is_breached);
        let held =
            self.store.held_as_copy(&plan.target).await?.is_some() || self.clock_jump(&plan.target).await?.is_some();
        Ok(!breached && !held)
    }
}

/// Refuses parts that are none of what is approved.
fn check_parts(named: &Named, only: &[Part]) -> Result<(), Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    match named {
        Named::Import { .. } if !only.is_empty() => Err(usage("an import is approved whole, or not at all".to_owned())),
        Named::Import { .. } => Ok(()),
        Named::Plan(plan) => match only.iter().find(|part| !part.is_in(plan)) {
            None => Ok(()),
            Some(part) => Err(usage(format!("the plan has no step that {part} means"))
                .hint("`rosterd plan --stored DIGEST` shows its steps")),
        },
    }
}
