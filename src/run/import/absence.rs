//! What the sources prove together: that somebody is gone. Only sources that were all read whole, and not long ago, do.

use crate::object::{Absence, Coverage};
use crate::org::Instant;
use crate::run::engine::Engine;
use crate::run::failure::Failure;

/// For how many days a complete import proves an absence, unless the configuration says otherwise: longer than a month's
/// delivery takes.
const MAX_AGE_DAYS: u32 = 35;

impl Engine {
    /// The proof that what the roster no longer holds is gone from its sources: every source that ever said anything
    /// was read whole, what it said last was taken, and that was not long ago. Somebody whom one source dropped may stand
    /// in another.
    pub(in crate::run) async fn intake_absence(&self) -> Result<Option<Absence>, Failure> {
        let mut absence = None;
        for (source, (evidence, at)) in self.store.imports().await? {
            match Coverage::judge(evidence) {
                Coverage::Complete(complete) if !self.is_stale(&source, at) => absence = Some(complete.absence()),
                Coverage::Complete(_) | Coverage::Linked(_) | Coverage::Partial(_) => return Ok(None),
            }
        }
        Ok(absence)
    }

    /// Whether the last complete import of a source is too long ago to prove that anybody is gone. What nobody delivers
    /// again, as what was imported by hand, does not grow old.
    pub(super) fn is_stale(&self, source: &str, at: Instant) -> bool {
        self.max_age_days(source).is_some_and(|days| at < self.clock.now().days_earlier(days.into()))
    }

    /// Of the files whose facts belong to the source, the longest time; none where there is no file.
    fn max_age_days(&self, source: &str) -> Option<u32> {
        let config = &self.config.config;
        let every = config.intake.max_age_days.map_or(MAX_AGE_DAYS, Into::into);
        let jsonl = config.jsonl.iter().map(|(name, jsonl)| (name, jsonl.max_age_days));
        let csv = config.csv.iter().map(|(name, csv)| (name, csv.max_age_days));
        let own = jsonl.chain(csv).filter(|(name, _)| self.owner(name) == source);
        own.map(|(_, days)| days.map_or(every, Into::into)).max()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::FixedClock;
    use crate::org::{Actor, Instant};
    use crate::run::command::Silent;

    const WHOLE: &str = r#"{"roster":1,"complete":true,"kinds":["person","engagement"],"states":"timeline","count":1}"#;
    const PART: &str = r#"{"roster":1,"kinds":["person"],"count":1}"#;

    fn at(folder: &tempfile::TempDir) -> std::path::PathBuf {
        folder.path().join("config.toml")
    }

    /// An engine with two sources, and the folder that their files are in.
    async fn engine() -> (Engine, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let clock = FixedClock(Instant::from_micros(0));
        let config = at(&folder);
        let second = "\n[jsonl.consultants]\nfile = \"consultants.jsonl\"\n";
        std::fs::write(&config, crate::config::starter().to_owned() + second).unwrap();
        crate::run::init::init(folder.path(), &clock).await.unwrap();
        (Engine::open(&config, Arc::new(clock), Actor::of_uid(0)).await.unwrap(), folder)
    }

    #[tokio::test]
    async fn absence_is_proved_by_all_sources_together() {
        let (engine, folder) = engine().await;
        let import = async |source: &str, header: &str, body: &str| {
            let file = folder.path().join("file.jsonl");
            let person = format!(r#"{{"kind":"person","id":"{source}","given_name":"Bo","surname":"Berg"{body}}}"#);
            std::fs::write(&file, format!("{header}\n{person}\n")).unwrap();
            engine.import(source, Some(&file), false, &Silent).await.unwrap();
            engine.intake_absence().await.unwrap().is_some()
        };
        let dates = r#","valid_from":"2026-01-01","valid_to":null"#;
        assert!(import("hr", WHOLE, dates).await, "the other source never said anything");
        assert!(!import("consultants", PART, dates).await, "the other source was read in part");
        assert!(import("consultants", WHOLE, dates).await);
        assert!(import("hr", PART, dates).await, "more was said, and nothing taken back");
        assert!(!import("consultants", WHOLE, r#","valid_from":"soon""#).await, "what it says now could not be taken");
        assert!(import("consultants", WHOLE, dates).await);
    }

    #[tokio::test]
    async fn what_was_read_long_ago_proves_no_absence() {
        let (engine, folder) = engine().await;
        let file = folder.path().join("file.jsonl");
        let person = r#"{"kind":"person","id":"b","valid_from":"2026-01-01","given_name":"Bo","surname":"Berg"}"#;
        std::fs::write(&file, format!("{WHOLE}\n{person}\n")).unwrap();
        engine.import("hr", Some(&file), false, &Silent).await.unwrap();
        let text = std::fs::read_to_string(at(&folder)).unwrap();
        let after = async |days: i64, setting: &str| {
            std::fs::write(at(&folder), text.replacen("[jsonl.hr]\n", &format!("[jsonl.hr]\n{setting}"), 1)).unwrap();
            let clock = FixedClock(Instant::from_micros(0).days_earlier(-days));
            let engine = Engine::open(&at(&folder), Arc::new(clock), Actor::of_uid(0)).await.unwrap();
            let status = engine.source_status().await.unwrap();
            let hr = status.iter().find(|source| source.name == "hr").unwrap();
            (engine.intake_absence().await.unwrap().is_some(), hr.state.clone())
        };
        assert_eq!(after(35, "").await, (true, "taken".to_owned()));
        assert_eq!(after(36, "").await, (false, "stale".to_owned()));
        assert_eq!(after(36, "max_age_days = 400\n").await, (true, "taken".to_owned()));
        assert_eq!(after(8, "max_age_days = 7\n").await, (false, "stale".to_owned()));
    }
}
