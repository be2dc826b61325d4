//! Whether the rules of a target are still those of its last run. What new ones take away waits for an approval: a mistake
//! in them shows there first.

use crate::config::Protocol;
use crate::reconcile::{Brakes, Plan};
use crate::run::engine::Engine;
use crate::run::failure::Failure;

impl Engine {
    /// What a plan of this target is held against.
    pub(in crate::run) async fn brakes(&self, target: &str) -> Result<Brakes, Failure> {
        let limits = self.entry(target)?.limits.clone();
        let known = self.store.rules(target).await?;
        let new_rules = match known {
            Some(known) => known != self.rules(target).await?,
            None => false,
        };
        Ok(Brakes { limits, new_rules })
    }

    /// The rules in force are those that a cleared plan of the whole target rests on: nobody has to be asked again.
    pub(in crate::run) async fn consent_to_rules(&self, plan: &Plan) -> Result<(), Failure> {
        let rules = self.rules(&plan.target).await?;
        if plan.coverage.is_whole()
            && !plan.is_adoption()
            && self.store.rules(&plan.target).await?.as_ref() != Some(&rules)
        {
            self.store.keep_rules(&plan.target, &rules, self.clock.now()).await?;
        }
        Ok(())
    }

    /// A hash of everything by which the plans of a target are made, beside what the roster and the target hold. The ways
    /// of a SCIM service are found out bit by bit, and what it does otherwise than before is told by itself.
    async fn rules(&self, target: &str) -> Result<String, Failure> {
        let configured = self.config.targets.get(target);
        let schema = match configured.map(|target| target.protocol) {
            Some(Protocol::Ldap(_)) => self.store.told_schema(target).await?.map(|(_, body)| body),
            Some(Protocol::Scim) | None => None,
        };
        let written = configured.map(|target| target.generation.as_str());
        let parts = [env!("CARGO_PKG_VERSION"), written.unwrap_or_default(), schema.as_deref().unwrap_or_default()];
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        Ok(hasher.finalize().to_hex().to_string())
    }
}
