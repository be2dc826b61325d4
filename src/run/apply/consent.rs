//! Consent as it stands: what the roster holds of approvals, by the rules of the configuration in force.

use crate::reconcile::{Consent, Digest, Quorum};
use crate::run::engine::Engine;
use crate::run::failure::Failure;

impl Engine {
    /// What was said to a plan or an import.
    pub(in crate::run) async fn consent(&self, digest: &Digest) -> Result<Consent, Failure> {
        let approvals = self.store.approvals(digest, self.approval_days()).await?;
        let needed = self.config.config.safety.approvals.get();
        let quorum = Quorum { needed, proposer: self.store.proposer(digest.as_str()).await? };
        Ok(Consent::new(digest.clone(), quorum, approvals, self.clock.now()))
    }

    /// The same for a plan of a target. Where nobody approved it, the approval of another plan is named, if one still
    /// counts: whoever gave it may take this one for that.
    pub(in crate::run) async fn consent_to_plan(&self, target: &str, digest: &Digest) -> Result<Consent, Failure> {
        let consent = self.consent(digest).await?;
        if !consent.approvals().is_empty() {
            return Ok(consent);
        }
        let other = self.store.approval_of_another(target, digest, self.approval_days()).await?;
        let other = other.filter(|other| other.expires > self.clock.now());
        Ok(Consent::new(digest.clone(), consent.quorum().clone(), other.into_iter().collect(), self.clock.now()))
    }

    pub(in crate::run) fn approval_days(&self) -> i64 {
        i64::from(self.config.config.safety.approval_days.get())
    }
}
