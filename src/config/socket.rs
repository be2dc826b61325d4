//! Where a daemon is reached, also by a verb that cannot read the configuration any more.

use std::path::{Path, PathBuf};

/// What of the section decides.
#[derive(serde::Deserialize)]
struct Told {
    file: PathBuf,
    socket: Option<PathBuf>,
}

/// Where verbs reach the daemon of a roster: paths of the configuration start from `folder`.
pub(super) fn socket(folder: &Path, roster: &Path, socket: Option<&Path>) -> PathBuf {
    if let Some(socket) = socket {
        return folder.join(socket);
    }
    let roster = folder.join(roster);
    let mut name = roster.file_name().unwrap_or_default().to_owned();
    name.push(".sock");
    roster.with_file_name(name)
}

/// Where the daemon is reached that read this file before it was broken, as far as its `[roster]` still says so.
pub fn socket_of_broken(path: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(path).ok()?;
    let told = told(&text)?;
    Some(socket(path.parent()?, &told.file, told.socket.as_deref()))
}

/// The section alone, since anything may be wrong with the rest.
fn told(text: &str) -> Option<Told> {
    let lines = text.lines().skip_while(|line| !line.starts_with("[roster]")).skip(1);
    let section: Vec<&str> = lines.take_while(|line| !line.starts_with('[')).collect();
    let only = section.into_iter().filter(|line| line.starts_with("file") || line.starts_with("socket"));
    toml::from_str(&only.collect::<Vec<_>>().join("\n")).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_broken_file_is_enough() {
        let text = "[roster] # ours\nfile = \"roster.db\" # the file\nzone = \n\n[ldap.ad\nfoo = ";
        let told = told(text).unwrap();
        assert_eq!(socket(Path::new("/etc"), &told.file, told.socket.as_deref()), Path::new("/etc/roster.db.sock"));
        assert!(super::told("file = \"roster.db\"").is_none());
    }
}
