//! The disk that the roster lies on: how much room there is; and, once something failed, whether it is full, since a
//! database says little more than that it could not write. Knows files and failures.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::alarm::Disk;
use crate::run::command::Exit;
use crate::run::failure::Failure;
use crate::store::durable;

/// A page and what belongs to it, in bytes.
const LITTLE: usize = 64 * 1024;

/// The failure, with the disk that is full where one is.
pub(super) fn explained(failure: Failure, roster: &Path) -> Failure {
    if failure.exit != Exit::Failed || !is_full(roster) {
        return failure;
    }
    let message = format!("{}: the disk that holds {} is full", failure.message, roster.display());
    Failure { message, ..failure }
        .hint("make room on it, then do the same again: what was acknowledged is kept, and nothing was done by halves")
}

/// The file system that a roster lies on; none where it does not tell.
pub(super) fn disk(roster: &Path) -> Option<Disk> {
    let folder = roster.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let told = rustix::fs::statvfs(folder).ok()?;
    // what an ordinary user may take
    Some(Disk { free: told.f_bavail.saturating_mul(told.f_frsize), size: told.f_blocks.saturating_mul(told.f_frsize) })
}

/// How large a roster is on the disk, with what is not written into its own place yet; in bytes.
pub(super) fn size(roster: &Path) -> u64 {
    let of = |file: &Path| std::fs::metadata(file).map_or(0, |told| told.len());
    of(roster) + of(&durable::beside(roster, "-wal"))
}

/// Tries to write a little beside the roster.
fn is_full(roster: &Path) -> bool {
    let tried = durable::beside(roster, ".room");
    let mut options = OpenOptions::new();
    let written = options.write(true).create_new(true).open(&tried).and_then(|mut file| {
        file.write_all(&[0; LITTLE])?;
        file.sync_all()
    });
    let _it_may_not_be_there = std::fs::remove_file(&tried);
    written.is_err_and(|error| matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
}

impl super::Engine {
    /// A failure of this engine, with the disk that is full where that is why.
    pub fn explained(&self, failure: Failure) -> Failure {
        explained(failure, &self.roster_file())
    }
}
