//! What takes long to find out, or is known for a moment only, and is kept for who asks how things stand: when
//! certificates and tokens end, whether the log holds, how far a target's clock is off, when a standby took over.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::org::Instant;
use crate::run::engine::Engine;
use crate::run::failure::Failure;

/// Ends are asked for once in so many hours, and at once after a change of the configuration.
const ENDS_HOURS: i64 = 6;
/// What was not seen for so many hours is not used any more.
const FORGOTTEN_HOURS: i64 = 7 * 24;
/// The log is proved once in so many hours.
const PROOF_HOURS: i64 = 24;
/// A server that does not answer within this is asked another time.
const PATIENCE: Duration = Duration::from_secs(30);

const LOG: &str = "log";
const STANDBY: &str = "standby";

/// The end of a certificate or a token, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KnownEnd {
    pub what: String,
    pub until: Instant,
    pub renewal: String,
    /// When it was last seen in use.
    seen: Instant,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct KnownEnds {
    /// The configuration in force when they were asked for.
    generation: String,
    ends: Vec<KnownEnd>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KnownProof {
    broken: Option<String>,
}

impl Engine {
    /// Finds out anew what is known for too long; answers whether anything was. A target that cannot be reached is asked
    /// another time.
    pub async fn refresh_watched(&self) -> Result<bool, Failure> {
        let mut found = false;
        for target in self.target_names() {
            found |= self.refresh_ends(&target).await?;
        }
        for job in self.jobs() {
            if self.known_first(&job.id()).await?.is_none() {
                self.store.keep_watched(&first_of(&job.id()), &serde_json::Value::Null, self.clock.now()).await?;
            }
        }
        Ok(self.refresh_proof().await? || found)
    }

    /// When a job was first seen.
    pub(super) async fn known_first(&self, job: &str) -> Result<Option<Instant>, Failure> {
        Ok(self.store.watched(&first_of(job)).await?.map(|(_, at)| at))
    }

    async fn refresh_ends(&self, target: &str) -> Result<bool, Failure> {
        let (now, what) = (self.clock.now(), ends_of(target));
        let known = self.store.watched(&what).await?;
        let is_fresh = known.as_ref().is_some_and(|(_, at)| at.hours_later(ENDS_HOURS) > now && *at <= now);
        let known: KnownEnds = known.and_then(|(body, _)| serde_json::from_value(body).ok()).unwrap_or_default();
        let is_same = known.generation == self.config.generation;
        if is_fresh && is_same {
            return Ok(false);
        }
        let port = self.connect(target)?;
        let Ok(found) = tokio::time::timeout(PATIENCE, port.expiries()).await else { return Ok(false) };
        let mut ends: Vec<KnownEnd> = found
            .into_iter()
            .map(|one| KnownEnd { what: one.what, until: one.until, renewal: one.renewal.to_owned(), seen: now })
            .collect();
        // one of several servers may only be away for a while
        let before = known.ends.into_iter().filter(|end| is_same && end.seen.hours_later(FORGOTTEN_HOURS) > now);
        let missed: Vec<KnownEnd> = before.filter(|old| !ends.iter().any(|new| new.what == old.what)).collect();
        ends.extend(missed);
        let known = KnownEnds { generation: self.config.generation.clone(), ends };
        self.store.keep_watched(&what, &json(&known), now).await?;
        Ok(true)
    }

    pub(super) async fn known_ends(&self, target: &str) -> Result<Vec<KnownEnd>, Failure> {
        let known = self.store.watched(&ends_of(target)).await?;
        let known: KnownEnds = known.and_then(|(body, _)| serde_json::from_value(body).ok()).unwrap_or_default();
        Ok(known.ends)
    }

    async fn refresh_proof(&self) -> Result<bool, Failure> {
        let now = self.clock.now();
        let last = self.known_proof().await?;
        if last.is_some_and(|(_, at)| at.hours_later(PROOF_HOURS) > now && at <= now) {
            return Ok(false);
        }
        // without its key nothing can be said about the log
        let Ok(proof) = self.store.verify_log(None).await else { return Ok(false) };
        let broken = proof.broken.map(|found| match found.entry {
            Some(entry) => format!("entry {entry}: {}", found.what),
            None => found.what,
        });
        self.store.keep_watched(LOG, &json(&KnownProof { broken }), now).await?;
        Ok(true)
    }

    /// What the last proof of the log found wrong, and when that was.
    pub(super) async fn known_proof(&self) -> Result<Option<(Option<String>, Instant)>, Failure> {
        let known = self.store.watched(LOG).await?;
        let read = |(body, at)| Some((serde_json::from_value::<KnownProof>(body).ok()?.broken, at));
        Ok(known.and_then(read))
    }

    /// Keeps by how many seconds a target's clock is too far off; none when it is right.
    pub(in crate::run) async fn note_clock(&self, target: &str, seconds: Option<i64>) -> Result<(), Failure> {
        let (what, known) = (clock_of(target), self.known_clock(target).await?);
        match seconds {
            Some(seconds) => Ok(self.store.keep_watched(&what, &seconds.into(), self.clock.now()).await?),
            None if known.is_some() => Ok(self.store.forget_watched(&what).await?),
            None => Ok(()),
        }
    }

    pub(super) async fn known_clock(&self, target: &str) -> Result<Option<i64>, Failure> {
        Ok(self.store.watched(&clock_of(target)).await?.and_then(|(body, _)| body.as_i64()))
    }

    /// Keeps that a standby took over just now.
    pub async fn note_take_over(&self) -> Result<(), Failure> {
        Ok(self.store.keep_watched(STANDBY, &serde_json::Value::Null, self.clock.now()).await?)
    }

    pub(super) async fn known_take_over(&self) -> Result<Option<Instant>, Failure> {
        Ok(self.store.watched(STANDBY).await?.map(|(_, at)| at))
    }
}

fn ends_of(target: &str) -> String {
    format!("ends target {target}")
}

fn first_of(job: &str) -> String {
    format!("first {job}")
}

fn clock_of(target: &str) -> String {
    format!("clock target {target}")
}

fn json(known: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(known).unwrap_or_default()
}
