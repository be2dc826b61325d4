//! A stored plan, to look at: nothing is asked of the target, and nothing is proposed.

use crate::reconcile::{Digest, Released, guard};
use crate::report::{ConsentView, Document, PlanDocument, PlanView};
use crate::run::apply::refused::Refused;
use crate::run::command::{Answer, Exit};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::perform::exit_of;

impl Engine {
    /// The plan with this digest, with the limits and the approvals as they are now.
    pub(in crate::run) async fn stored(&self, digest: &str) -> Result<Answer, Failure> {
        let digest: Digest = digest.parse().map_err(|error| Failure::because(Exit::Usage, "plan", &error))?;
        let Some(plan) = self.store.plan(&digest).await? else {
            return Err(Refused::NotStored.failure(&digest, self.zone()));
        };
        let limits = guard::measure(&plan, &self.brakes(&plan.target).await?);
        let consent = self.consent_to_plan(&plan.target, &digest).await?;
        let approved = consent.releases(&plan) == Released::All;
        let view = PlanView { consent: ConsentView::of(&consent), ..PlanView::new(plan, digest, limits, approved) };
        let exit = exit_of(&view);
        Ok(Answer { exit, document: Document::Plan(PlanDocument { plans: vec![view], errors: Vec::new() }) })
    }
}
