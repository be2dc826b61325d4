//! The lease of a target: one run at a time, over all processes of the machine.
//!
//! A lease is an advisory lock on a file beside the roster. The kernel takes it back when its holder ends, however
//! it ends, so that a crash leaves nothing to clean up. The file says who holds it, for the one who is refused.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::org::{Actor, Instant, Zone};
use crate::store::{Fence, durable};

/// Who holds a lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    /// When that process began, in ticks since the machine did: the kernel gives a pid again.
    #[serde(default)]
    pub began: Option<u64>,
    pub verb: String,
    pub actor: String,
    pub since: Instant,
}

/// The verb of a daemon.
const SERVE: &str = "serve";

impl Holder {
    /// This process.
    pub fn new(verb: &str, actor: &Actor, since: Instant) -> Self {
        let pid = std::process::id();
        Self { pid, began: began(pid), verb: verb.to_owned(), actor: actor.to_string(), since }
    }

    /// This process, a daemon.
    pub fn of_daemon(actor: &Actor, since: Instant) -> Self {
        Self::new(SERVE, actor, since)
    }

    pub fn is_daemon(&self) -> bool {
        self.verb == SERVE
    }

    /// Whether that very process still runs.
    fn is_there(&self) -> bool {
        began(self.pid).is_some_and(|began| self.began.is_none_or(|then| then == began))
    }
}

/// A lease that is held until it is dropped.
#[derive(Debug)]
pub struct Lease {
    file: File,
    /// What whoever writes under it shows; none where nothing is written under it.
    pub(super) fence: Option<Fence>,
}

/// Why a lease was not had.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    #[error("another run holds the lease")]
    Busy(Option<Holder>),
    #[error("cannot use the lease file {path}")]
    File { path: PathBuf, source: std::io::Error },
}

impl LeaseError {
    /// For people of a zone: with who holds it, and since when.
    pub fn told(&self, zone: &Zone) -> String {
        match self {
            Self::Busy(Some(Holder { pid, verb, actor, since, .. })) => {
                format!("{self}: `{verb}` by {actor}, process {pid}, since {}", since.local(zone))
            }
            other => other.to_string(),
        }
    }
}

impl Lease {
    /// Takes the lease of `target`, or says who has it.
    pub fn take(roster: &Path, target: &str, holder: &Holder) -> Result<Self, LeaseError> {
        loop {
            let (path, mut file) = opened(roster, target)?;
            match file.try_lock() {
                Ok(()) if is_still(&path, &file) => return Self::taken(path, file, holder),
                Ok(()) => {} // it was deleted before it was locked: another one has its name
                Err(TryLockError::WouldBlock) => return Err(LeaseError::Busy(read_holder(&mut file))),
                Err(TryLockError::Error(source)) => return Err(LeaseError::File { path, source }),
            }
        }
    }

    /// Takes the lease of `what` as soon as nobody has it any more. A thread waits for the lock, since nothing but the kernel
    /// says when that is; it ends with the process where nobody waits for it any longer.
    pub async fn when_free(roster: PathBuf, what: &'static str, holder: Holder) -> Result<Self, LeaseError> {
        let (teller, told) = oneshot::channel();
        let wait = move || {
            let _nobody_waits = teller.send(Self::wait(&roster, what, &holder));
        };
        let thread = std::thread::Builder::new().name("standby".into());
        let failed = |source| LeaseError::File { path: PathBuf::from(what), source };
        thread.spawn(wait).map_err(failed)?;
        told.await.unwrap_or_else(|_| Err(LeaseError::Busy(None)))
    }

    fn wait(roster: &Path, what: &str, holder: &Holder) -> Result<Self, LeaseError> {
        loop {
            let (path, file) = opened(roster, what)?;
            match file.lock() {
                Ok(()) if is_still(&path, &file) => return Self::taken(path, file, holder),
                Ok(()) => {}
                Err(source) => return Err(LeaseError::File { path, source }),
            }
        }
    }

    fn taken(path: PathBuf, mut file: File, holder: &Holder) -> Result<Self, LeaseError> {
        let text = serde_json::to_vec(holder).unwrap_or_default();
        match file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(&text)) {
            Ok(()) => Ok(Self { file, fence: None }),
            Err(source) => Err(LeaseError::File { path, source }),
        }
    }

    /// A place in the urgent lane of `target`, beside whoever holds its lease. Any number may be in it.
    pub fn beside(roster: &Path, target: &str) -> Result<Self, LeaseError> {
        let (path, file) = opened(roster, &lane(target))?;
        file.lock_shared().map_err(|source| LeaseError::File { path, source })?;
        Ok(Self { file, fence: None })
    }

    /// Whether nobody is in the urgent lane of `target`.
    pub fn nobody_beside(roster: &Path, target: &str) -> Result<bool, LeaseError> {
        let (path, file) = opened(roster, &lane(target))?;
        match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(source)) => Err(LeaseError::File { path, source }),
        }
    }

    /// The lease with its number, which the roster gave for it.
    #[must_use]
    pub(super) fn numbered(mut self, fence: Fence) -> Self {
        self.fence = Some(fence);
        self
    }

    /// Who holds the lease of `target` now, if anybody does. Looks without locking: a lock taken only to look would
    /// refuse a run that starts at that moment.
    pub fn holder(roster: &Path, target: &str) -> Option<Holder> {
        let mut file = File::open(lease_file(roster, target)).ok()?;
        // a holder that was killed leaves its name behind
        read_holder(&mut file).filter(Holder::is_there)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // an empty file says that nobody holds it, even to one who reads it without locking
        let _ = self.file.set_len(0);
    }
}

fn lease_file(roster: &Path, target: &str) -> PathBuf {
    let mut name = roster.file_name().unwrap_or_default().to_owned();
    name.push(format!(".lease-{target}"));
    roster.with_file_name(name)
}

/// Whether a name still is that of a file which was opened by it.
fn is_still(path: &Path, file: &File) -> bool {
    let identity = |there: std::fs::Metadata| (there.dev(), there.ino());
    let (named, opened) = (std::fs::metadata(path).map(identity), file.metadata().map(identity));
    matches!((named, opened), (Ok(named), Ok(opened)) if named == opened)
}

/// The lane of a target: no target can have its name.
fn lane(target: &str) -> String {
    format!("@beside-{target}")
}

fn opened(roster: &Path, what: &str) -> Result<(PathBuf, File), LeaseError> {
    let path = lease_file(roster, what);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    match options.open(&path) {
        Ok(file) => {
            durable::belongs_here(&file, &path);
            Ok((path, file))
        }
        Err(source) => Err(LeaseError::File { path, source }),
    }
}

/// When a process began that runs (proc_pid_stat(5), fields 3 and 22).
fn began(pid: u32) -> Option<u64> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // the name stands before, in brackets, and may hold anything
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let is_dead = fields.next().is_none_or(|state| matches!(state, "Z" | "X"));
    fields.nth(18)?.parse().ok().filter(|_| !is_dead)
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_refused_and_learns_who_holds_the_lease() {
        let folder = tempfile::tempdir().unwrap();
        let roster = folder.path().join("roster.db");
        let holder = Holder::new("apply", &Actor::of_uid(0), Instant::from_micros(0));
        let lease = Lease::take(&roster, "ad", &holder).unwrap();
        assert!(matches!(Lease::take(&roster, "ad", &holder), Err(LeaseError::Busy(Some(who))) if who == holder));
        assert!(Lease::take(&roster, "cloud", &holder).is_ok());
        assert_eq!(Lease::holder(&roster, "ad"), Some(holder.clone()));
        drop(lease);
        assert_eq!(Lease::holder(&roster, "ad"), None);
        assert!(Lease::take(&roster, "ad", &holder).is_ok());
    }

    #[test]
    fn who_was_killed_holds_nothing_though_another_has_the_pid() {
        let folder = tempfile::tempdir().unwrap();
        let roster = folder.path().join("roster.db");
        let now = Holder::new("serve", &Actor::of_uid(0), Instant::from_micros(0));
        let left_behind = |holder: &Holder| {
            std::fs::write(lease_file(&roster, "ad"), serde_json::to_vec(holder).unwrap()).unwrap();
            Lease::holder(&roster, "ad")
        };
        assert!(now.began.is_some());
        assert_eq!(left_behind(&now), Some(now.clone()));
        assert_eq!(left_behind(&Holder { began: now.began.map(|at| at + 1), ..now.clone() }), None);
        assert_eq!(left_behind(&Holder { pid: u32::MAX, ..now.clone() }), None);
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        let gone = Holder { pid: ended.id(), began: None, ..now };
        while left_behind(&gone).is_some() {
            std::thread::yield_now(); // it has not ended yet; from then on it is a zombie
        }
        assert!(Path::new("/proc").join(ended.id().to_string()).exists());
        ended.wait().unwrap();
    }
}
