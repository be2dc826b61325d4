//! A roster in a folder of its own, and files to import into it.

use std::collections::BTreeMap;

use rosterd::org::intake::Setting;
use rosterd::org::{Day, Id, Instant, IntakePlan, KEY_BYTES, MatchRules, Owners, Sealer, Snapshot, Zone, intake};
use rosterd::source::roster_jsonl::{self, ReadError};
use rosterd::store::{CommitMeta, ExportOptions, LogKey, Store};

pub struct Roster {
    pub store: Store,
    pub folder: tempfile::TempDir,
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn id(text: &str) -> Id {
    Id::from(text)
}

pub fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn sealer() -> Sealer {
    Sealer::new(&[42; KEY_BYTES]).unwrap()
}

/// The setting of an import of a source that shares nothing.
pub fn alone(today: Day, zone: &Zone) -> Setting<'_> {
    static OWNERS: Owners = Owners(BTreeMap::new());
    static MATCHES: MatchRules = MatchRules::new();
    Setting { today, zone, owners: &OWNERS, matches: &MATCHES }
}

/// All kinds, for a header.
pub const KINDS: &str = r#"["class","unit","position","person","engagement","manager","association","leave","account","contact","group","membership","relation","key"]"#;

/// A complete file that states timelines.
pub fn complete(lines: &[&str]) -> String {
    file(&format!(r#""complete":true,"kinds":{KINDS},"states":"timeline""#), lines)
}

/// A complete file that states the day of `taken`.
pub fn current(taken: &str, lines: &[&str]) -> String {
    file(&format!(r#""complete":true,"kinds":{KINDS},"states":"current","taken":"{taken}""#), lines)
}

/// A file that says nothing by what it leaves out.
pub fn partial(lines: &[&str]) -> String {
    file(&format!(r#""kinds":{KINDS}"#), lines)
}

pub fn file(header: &str, lines: &[&str]) -> String {
    let mut text = format!("{{\"roster\":1,{header},\"count\":{}}}\n", lines.len());
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

pub const UNIT: &str = r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","name":"Town hall"}"#;
pub const BELOW: &str = r#"{"kind":"unit","id":"u2","valid_from":"2020-01-01","name":"IT","parent":"u1"}"#;
pub const ANNA: &str =
    r#"{"kind":"person","id":"anna","valid_from":"2020-01-01","given_name":"Anna","surname":"Ågård"}"#;
pub const BO: &str = r#"{"kind":"person","id":"bo","valid_from":"2020-01-01","given_name":"Bo","surname":"D'Arcy"}"#;
pub const ANNAS_JOB: &str =
    r#"{"kind":"engagement","id":"e1","valid_from":"2020-01-01","person":"anna","unit":"u2","title":"Clerk"}"#;
pub const BOS_JOB: &str =
    r#"{"kind":"engagement","id":"e2","valid_from":"2020-01-01","person":"bo","unit":"u1","title":"Chief"}"#;

/// A small organisation: two units, two people with a job each.
pub const SMALL: [&str; 6] = [UNIT, BELOW, ANNA, BO, ANNAS_JOB, BOS_JOB];

/// The key that the log of every roster here is chained with.
pub fn log_key() -> LogKey {
    LogKey::new(&[9; 64]).unwrap()
}

impl Roster {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db");
        let store = Store::create(&path, "Europe/Copenhagen", instant("2026-01-01T00:00:00Z")).await.unwrap();
        let store = store.with_log(log_key(), instant("2026-01-01T00:00:00Z")).await.unwrap();
        Self { store, folder }
    }

    /// A roster that holds the file.
    pub async fn with(text: &str) -> Self {
        let roster = Self::new().await;
        roster.import(text, "2026-11-01T06:00:00Z").await.unwrap();
        roster
    }

    pub async fn import(&self, text: &str, now: &str) -> Result<IntakePlan, String> {
        self.import_as("roster", text, now).await
    }

    /// Reads, plans and commits; a refusal is its text.
    pub async fn import_as(&self, source: &str, text: &str, now: &str) -> Result<IntakePlan, String> {
        let sealer = sealer();
        let batch = roster_jsonl::read(text.as_bytes(), source, Some(&sealer)).map_err(|error| error.to_string())?;
        let zone = jiff::tz::TimeZone::get(&self.store.meta().zone).unwrap();
        let now = instant(now);
        let meta = CommitMeta {
            actor: "test".into(),
            source: source.into(),
            batch: Some(batch.digest.clone()),
            note: None,
            taken: batch.header.taken,
            now,
        };
        let stored = self.store.stored().await.unwrap();
        let plan = intake::plan(batch, &stored, &alone(now.day(&zone), &zone))
            .map_err(|problems| ReadError::Problems(problems).to_string())?;
        self.store.commit_intake(&plan, &meta, None).await.map_err(|error| error.to_string())?;
        Ok(plan)
    }

    pub async fn on(&self, date: &str) -> Snapshot {
        self.store.snapshot(day(date), None).await.unwrap()
    }

    pub async fn export(&self, options: ExportOptions<'_>) -> String {
        let mut bytes = Vec::new();
        self.store.export(options, &mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Everything that was ever known, national ids too.
    pub async fn history(&self) -> String {
        let zone = jiff::tz::TimeZone::get(&self.store.meta().zone).unwrap();
        let sealer = sealer();
        let options = ExportOptions { history: Some(&zone), national_ids: Some(&sealer), ..ExportOptions::default() };
        self.export(options).await
    }
}
