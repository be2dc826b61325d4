//! What a target tells the next process: how much of its own limits is used, what was found out about it. It is taken up
//! before anything is asked, and kept when something was.

use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::target::Target;

impl Engine {
    /// Tells a target what an earlier process knew of it.
    pub(in crate::run) async fn take_up(&self, port: &dyn Target) -> Result<(), Failure> {
        if let Some(experience) = self.store.experience(port.name()).await? {
            port.take_up(&experience, self.clock.now());
        }
        Ok(())
    }

    /// Keeps what the next process should know.
    pub(in crate::run) async fn keep_experience(&self, port: &dyn Target) -> Result<(), Failure> {
        let now = self.clock.now();
        let (experience, before) = (port.experience(now), self.store.experience(port.name()).await?);
        // most targets leave nothing, and nothing is written about them
        if experience != before {
            self.store.keep_experience(port.name(), experience.as_deref(), now).await?;
        }
        Ok(())
    }
}
