//! Retention: once a day, what has been kept long enough goes.

use crate::reconcile::{Expired, Retention};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::schedule::JobKind;

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
        let access = self.today().plus(-i64::from(days.access.get()));
        self.store.forget_access(access.begins(&self.config.zone)).await?;
        let letters = now.days_earlier(i64::from(days.letters.get()));
        self.store.forget_letters(letters).await?;
        // by hand a report of the configuration can be sent without a schedule
        let reports: Vec<String> = self.config.config.report.keys().map(|name| JobKind::Report.job(name)).collect();
        self.store.forget_tellings(&reports, letters).await?;
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
    use crate::store::{StoredFinding, Telling, TellingPart};

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
    #[tokio::test]
    async fn what_a_report_told_that_is_no_more_goes_with_its_letters() {
        let folder = tempfile::tempdir().unwrap();
        let noon = Instant::from_micros(1_800_000_000_000_000);
        crate::run::init::init(folder.path(), &FixedClock(noon)).await.unwrap();
        let config = folder.path().join("config.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        std::fs::create_dir(folder.path().join("box")).unwrap();
        let report =
            "\n[folder.box]\npath = \"box\"\n\n[report.kept]\nwhat = \"quality\"\nto = { folders = [\"box\"] }\n";
        std::fs::write(&config, format!("{text}{report}\n[retention]\nletters = 10\n")).unwrap();
        let engine = Engine::open(&config, Arc::new(FixedClock(noon)), Actor::of_uid(0)).await.unwrap();
        for name in ["kept", "gone"] {
            let (job, report) = (format!("report {name}"), "quality".to_owned());
            let findings = vec![StoredFinding { id: "f1".into(), body: "{}".into() }];
            let parts = vec![TellingPart { name: "quality".into(), target: None, whole: true, findings }];
            let telling = Telling { job, report, targets: Vec::new(), at: noon, parts };
            engine.store.keep_telling(&telling).await.unwrap();
        }
        let told = async |name: &str| engine.store.telling(&format!("report {name}")).await.unwrap().is_some();
        for (days, gone) in [(9, true), (11, false)] {
            let then = Engine { clock: Arc::new(FixedClock(noon.days_earlier(-days))), ..engine.clone() };
            then.retain_if_due().await.unwrap();
            assert_eq!((told("kept").await, told("gone").await), (true, gone), "after {days} days");
        }
    }
}
