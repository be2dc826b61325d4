//! The limits of the targets themselves, across runs and processes: what was used of them is taken up before anything is
//! asked, and kept when something was.

use super::engine::Engine;
use super::failure::Failure;
use crate::target::Target;

impl Engine {
    /// Tells a target what was used of its limits before.
    pub(super) async fn take_up_use(&self, port: &dyn Target) -> Result<(), Failure> {
        if let Some(used) = self.store.used(port.name()).await? {
            port.take_up_use(&used, self.clock.now());
        }
        Ok(())
    }

    /// Keeps what is used of a target's limits now.
    pub(super) async fn keep_use(&self, port: &dyn Target) -> Result<(), Failure> {
        let now = self.clock.now();
        let used = port.used(now);
        // most targets have no limits, and nothing is written about them
        if used.is_some() || self.store.used(port.name()).await?.is_some() {
            self.store.keep_used(port.name(), used.as_deref(), now).await?;
        }
        Ok(())
    }
}
