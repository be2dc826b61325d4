//! The socket's file: how long its name may be, and whose it is.

use std::io::{Error, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use crate::run::{Exit, Failure};

/// The longest name of a unix socket: unix(7), `sun_path` without its final zero.
const LONGEST: usize = 107;

/// What the name has while the socket is made.
const SUFFIX: &str = "~";

/// Refuses a name that no socket can have.
pub(super) fn check(path: &Path) -> Result<(), Failure> {
    let length = path.as_os_str().as_bytes().len() + SUFFIX.len();
    if length <= LONGEST {
        return Ok(());
    }
    let message = format!("the name of the control socket has {length} bytes, at most {LONGEST} are possible");
    Err(Failure::new(Exit::Usage, format!("{message}: {}", path.display()))
        .hint("[roster] socket in the configuration names another place, such as \"/run/rosterd/control.sock\""))
}

/// Listens at `path`, for its own user alone, in place of a socket that a dead daemon left. The caller holds the lease
/// that says there is no other daemon.
pub(super) fn listen(path: &Path) -> Result<(UnixListener, u32), Failure> {
    check(path)?;
    let failed =
        |error: &Error| Failure::because(Exit::Failed, &format!("the control socket {}", path.display()), error);
    match std::fs::symlink_metadata(path) {
        Ok(there) if !there.file_type().is_socket() => {
            return Err(failed(&Error::new(ErrorKind::AlreadyExists, "something else has this name")));
        }
        _ => {}
    }
    let fresh = fresh(path);
    let _left_behind = std::fs::remove_file(&fresh);
    let made = || -> std::io::Result<(UnixListener, u32)> {
        let listener = UnixListener::bind(&fresh)?;
        // only now does it get the name that anybody looks for
        admit(&fresh, false)?;
        let owner = std::fs::metadata(&fresh)?.uid();
        std::fs::rename(&fresh, path)?;
        Ok((listener, owner))
    };
    made().map_err(|error| failed(&error))
}

/// Lets everybody of this machine call, or the own user alone. Who is answered is decided by who calls.
pub(super) fn admit(path: &Path, everybody: bool) -> std::io::Result<()> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(if everybody { 0o666 } else { 0o600 }))
}

/// Takes the socket away, unless another daemon's has its name by now.
pub(super) fn leave(path: &Path, inode: Option<u64>) {
    if inode.is_some() && self::inode(path) == inode {
        let _gone_already = std::fs::remove_file(path);
    }
}

pub(super) fn inode(path: &Path) -> Option<u64> {
    std::fs::symlink_metadata(path).ok().map(|there| there.ino())
}

fn fresh(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(SUFFIX);
    name.into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_is_refused_with_a_way_out() {
        assert!(check(Path::new(&"x".repeat(106))).is_ok());
        let refused = check(Path::new(&"x".repeat(107))).unwrap_err();
        assert!(refused.message.contains("108 bytes") && refused.hint.unwrap().contains("[roster] socket"));
    }

    #[tokio::test]
    async fn a_socket_that_was_left_is_replaced_and_a_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let (_listener, _) = listen(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let file = folder.path().join("file");
        std::fs::write(&file, "kept").unwrap();
        assert!(listen(&file).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
    }
}
