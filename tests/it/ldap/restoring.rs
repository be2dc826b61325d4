//! Bringing back what was deleted, in a domain without the recycle bin: Samba does it only there, and what a tombstone
//! keeps is little. A domain of its own, shared by the tests of this file; it ends with the last of them.

use std::process::Command;
use std::sync::{Arc, Weak};

use tempfile::TempDir;
use tokio::sync::Mutex;

use super::*;
use crate::contract::restoring;

struct OwnLab {
    folder: TempDir,
}

impl OwnLab {
    /// The lab of this file, started when no test has it.
    async fn shared() -> Arc<Self> {
        static RUNNING: Mutex<Weak<OwnLab>> = Mutex::const_new(Weak::new());
        let mut running = RUNNING.lock().await;
        if let Some(lab) = running.upgrade() {
            return lab;
        }
        let folder = tempfile::Builder::new().prefix("nobin").tempdir().unwrap();
        let path = folder.path().to_owned();
        tokio::task::spawn_blocking(move || lab("up", &path, &["ad"])).await.unwrap();
        let lab = Arc::new(Self { folder });
        *running = Arc::downgrade(&lab);
        lab
    }

    fn open(&self) -> Lab {
        Lab::at(self.folder.path())
    }
}

impl Drop for OwnLab {
    fn drop(&mut self) {
        lab("down", self.folder.path(), &[]);
    }
}

fn lab(verb: &str, folder: &Path, more: &[&str]) {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/lab"));
    let output = command.arg(verb).arg(folder).args(more).env("LAB_RECYCLE_BIN", "0").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn a_tombstone_is_brought_back() {
    let lab = OwnLab::shared().await;
    assert!(lab.open().undeletes());
    restoring::a_deleted_user_comes_back_disabled(subject_of(lab.open()).await).await;
}

#[tokio::test]
async fn a_tombstone_is_brought_back_to_another_place() {
    let lab = OwnLab::shared().await;
    restoring::a_restored_user_lies_where_the_step_says(subject_of(lab.open()).await).await;
}

#[tokio::test]
async fn a_tombstone_stays_one_where_its_name_is_taken() {
    let lab = OwnLab::shared().await;
    restoring::a_restore_where_the_name_is_taken_is_a_conflict(subject_of(lab.open()).await).await;
}
