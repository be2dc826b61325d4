//! Retention: once a day, what has been kept long enough goes.

use crate::reconcile::{Expired, Retention};
use crate::run::engine::Engine;
use crate::run::failure::Failure;

/// At most once in so many days.
const EVERY: i64 = 1;

impl Engine {
    /// Deletes what was kept longer than the configuration says, when that was not done for a day. Failing to is told
    /// and tried again another time: nothing else waits for it.
    pub async fn retain(&self) {
        match self.retain_if_due().await {
            Ok(Some(expired)) if !expired.is_empty() => {
                let (plans, runs, batches) = (expired.plans.len(), expired.runs.len(), expired.batches.len());
                tracing::info!(plans, runs, batches, "deleted what was kept long enough");
            }
            Ok(_) => {}
            Err(failure) => tracing::warn!("what was kept long enough could not be deleted: {failure}"),
        }
    }

    async fn retain_if_due(&self) -> Result<Option<Expired>, Failure> {
        let now = self.clock.now();
        let last = self.store.last_retained().await?;
        // a record from the future is that of a clock that was wrong
        if last.is_some_and(|last| last > now.days_earlier(EVERY) && last <= now) {
            return Ok(None);
        }
        let days = &self.config.config.retention;
        self.store.forget_letters(now.days_earlier(i64::from(days.letters.get()))).await?;
        let access = self.today().plus(-i64::from(days.access.get()));
        self.store.forget_access(access.begins(&self.config.zone)).await?;
        for (name, folder) in &self.config.config.folder {
            self.expire_files(name, folder).await?;
        }
        let retention = Retention { plans: days.plans.get(), journal: days.journal.get(), batches: days.batches.get() };
        Ok(Some(self.store.retain(&retention, now).await?))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::FixedClock;
    use crate::org::{Actor, Instant};

    #[tokio::test]
    async fn it_is_done_once_a_day_and_after_a_clock_that_was_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let noon = Instant::from_micros(1_800_000_000_000_000);
        crate::run::init::init(folder.path(), &FixedClock(noon)).await.unwrap();
        let config = folder.path().join("config.toml");
        let engine = Engine::open(&config, Arc::new(FixedClock(noon)), Actor::of_uid(0)).await.unwrap();
        let at = |instant| Engine { clock: Arc::new(FixedClock(instant)), ..engine.clone() };
        let hours = |hours: i64| Instant::from_micros(noon.micros() + hours * 3_600_000_000);
        for (instant, done) in
            [(hours(48), true), (hours(71), false), (hours(72), true), (hours(0), true), (hours(1), false)]
        {
            let expired = at(instant).retain_if_due().await.unwrap();
            assert_eq!(expired.is_some(), done, "{instant}");
        }
    }
}
