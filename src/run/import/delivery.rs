//! The file of a source as it lies there: whether it is whole, known, or new. Reads it only to hash it.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use crate::org::Instant;
use crate::reconcile::Digest;
use crate::report::Outcome;
use crate::run::command::Exit;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::BatchOutcome;

/// A file at one look. Two equal looks a moment apart: nobody writes to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    file: PathBuf,
    size: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    inode: u64,
}

impl Delivery {
    /// When the file was last written to, by the clock of its file system.
    pub fn modified(&self) -> Instant {
        let (seconds, nanoseconds) = self.modified;
        Instant::from_micros(seconds.saturating_mul(1_000_000).saturating_add(nanoseconds / 1_000))
    }
}

/// What the roster knows of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// They are what the source took last.
    Taken,
    /// They are held under this digest, and nobody approved it yet.
    Held(Digest),
    /// They are to be imported.
    New,
}

impl Engine {
    /// The file of a source; none when it is not there.
    pub fn delivery(&self, source: &str) -> Result<Option<Delivery>, Failure> {
        let file = self.source_file(source, None)?;
        match std::fs::metadata(&file) {
            Ok(meta) => {
                let modified = (meta.mtime(), meta.mtime_nsec());
                Ok(Some(Delivery { file, size: meta.size(), modified, inode: meta.ino() }))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::because(Exit::Failed, &format!("looking at {}", file.display()), &error)),
        }
    }

    /// blake3 of the bytes of a file.
    pub async fn hash(&self, delivery: &Delivery) -> Result<String, Failure> {
        let attempted = format!("reading {}", delivery.file.display());
        let file = delivery.file.clone();
        let hashing = move || -> std::io::Result<String> {
            let mut hasher = blake3::Hasher::new();
            std::io::copy(&mut File::open(file)?, &mut hasher)?;
            Ok(hasher.finalize().to_hex().to_string())
        };
        let hashed = tokio::task::spawn_blocking(hashing).await;
        let hashed = hashed.map_err(|error| Failure::because(Exit::Failed, &attempted, &error))?;
        hashed.map_err(|error| Failure::because(Exit::Failed, &attempted, &error))
    }

    /// What is known of the bytes with this hash; `remembered`: they are what the source took last. What is known from
    /// before the source was last held, or refused, is looked at anew: so that the ledger tells how it stands now.
    pub async fn known(&self, source: &str, hash: &str, remembered: bool) -> Result<Known, Failure> {
        let owner = self.owner(source);
        let last = self.store.last_import(source).await?;
        if remembered || self.store.last_taken(owner).await?.as_deref() == Some(hash) {
            let went_through = last.is_none_or(|run| run.outcome.as_deref() == Some(Outcome::Done.as_str()));
            return Ok(if went_through { Known::Taken } else { Known::New });
        }
        match self.store.batch_of_file(owner, hash).await? {
            Some(batch) if batch.outcome == BatchOutcome::Held => {
                let digest: Digest =
                    batch.digest.parse().map_err(|error| Failure::because(Exit::Failed, "a stored digest", &error))?;
                let is_last = last.is_some_and(|run| run.digest == batch.digest);
                let waits = is_last && !self.consent(&digest).await?.is_whole();
                Ok(if waits { Known::Held(digest) } else { Known::New })
            }
            _ => Ok(Known::New),
        }
    }

    /// The digest that an import of these bytes by a source is approved under.
    pub fn import_digest(&self, source: &str, hash: &str) -> Digest {
        import_digest(self.owner(source), hash)
    }
}

/// What an approval of an import names: the source that its facts belong to, and the bytes.
pub(super) fn import_digest(owner: &str, hash: &str) -> Digest {
    Digest::of(format!("import {owner} {hash}").as_bytes())
}
