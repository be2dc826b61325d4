//! Where a daemon is reached, also by a verb that cannot read the configuration any more.

use std::path::{Path, PathBuf};

use super::check;
use crate::org::Zone;

/// What a verb needs to ask a daemon that read the file before it was broken.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    pub socket: PathBuf,
    /// In which instants are told; UTC when the line of the zone is what is broken.
    pub zone: Zone,
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

/// What is left of a broken file, as far as its `[roster]` still says where the roster is.
pub fn left_of_broken(path: &Path) -> Option<Left> {
    let text = std::fs::read_to_string(path).ok()?;
    left(path.parent()?, &text)
}

fn left(folder: &Path, text: &str) -> Option<Left> {
    let file = said(text, "file")?;
    let own = said(text, "socket").map(PathBuf::from);
    let zone = said(text, "zone").and_then(|name| check::zone(&name).ok()).unwrap_or(Zone::UTC);
    Some(Left { socket: socket(folder, Path::new(&file), own.as_deref()), zone })
}

/// A key of the section, line by line, since anything may be wrong with the others.
fn said(text: &str, key: &str) -> Option<String> {
    let lines = text.lines().skip_while(|line| !line.starts_with("[roster]")).skip(1);
    let section = lines.take_while(|line| !line.starts_with('['));
    let mut good = section.filter_map(|line| toml::from_str::<toml::Table>(line).ok());
    good.find_map(|line| Some(line.get(key)?.as_str()?.to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_broken_file_is_enough() {
        let text = "[roster] # ours\nfile = \"roster.db\" # the file\nzone = \n\n[ldap.ad\nfoo = ";
        let found = left(Path::new("/etc"), text).unwrap();
        assert_eq!(found, Left { socket: "/etc/roster.db.sock".into(), zone: Zone::UTC });
        let text = text.replace("zone = ", "zone = \"Europe/Copenhagen\"\nsocket = \"/run/it.sock\"");
        let found = left(Path::new("/etc"), &text).unwrap();
        assert_eq!((found.socket, found.zone.iana_name()), ("/run/it.sock".into(), Some("Europe/Copenhagen")));
        assert!(left(Path::new("/etc"), "file = \"roster.db\"").is_none());
    }
}
