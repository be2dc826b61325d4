//! Files that are there whole or not at all, after a power cut too: a new file is written beside its place, synced, and
//! then given its name, and the folder is synced, since the name is the folder's. Knows files, nothing of what is in them.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use crate::stops::{self, Moment};

/// Puts a file in its place, or in that of another.
pub fn put(file: &Path, content: &[u8], mode: u32) -> std::io::Result<()> {
    let beside = beside(file, "");
    let written = write(&beside, content, mode).and_then(|()| name(&beside, file));
    if written.is_err() {
        let _what_is_left = std::fs::remove_file(&beside);
    }
    written
}

fn write(beside: &Path, content: &[u8], mode: u32) -> std::io::Result<()> {
    let mut new = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(beside)?;
    belongs_here(&new, beside);
    new.write_all(content)?;
    new.sync_all()
}

/// Gives a file that is synced its name.
pub fn name(beside: &Path, file: &Path) -> std::io::Result<()> {
    stops::at(Moment::Before, "the name of a file");
    std::fs::rename(beside, file)?;
    stops::at(Moment::After, "the name of a file");
    sync_folder(file)
}

/// The name that a file has while it is made: that of this process, and an ending.
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}{ending}", std::process::id()));
    file.with_file_name(name)
}

/// Gives a file to whoever its folder belongs to: what root makes in the service's folder, the service must be able to open.
/// SQLite does the same with the files beside a database. Nobody but root can give a file away, or needs to.
pub fn belongs_here(file: &File, path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let (Ok(folder), Ok(now)) = (std::fs::metadata(folder), file.metadata())
        && (folder.uid(), folder.gid()) != (now.uid(), now.gid())
    {
        let _not_root = fchown(file, Some(folder.uid()), Some(folder.gid()));
    }
}

/// Makes a new name in a folder outlast a power cut.
pub fn sync_folder(file: &Path) -> std::io::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
