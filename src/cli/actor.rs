//! Who gives the command: the name that stands in runs and approvals.

use std::os::unix::fs::MetadataExt as _;

/// The name of the process's user; with sudo the name of who called it.
pub(super) fn actor() -> String {
    let uid = std::fs::metadata("/proc/self").map(|process| process.uid());
    let Ok(uid) = uid else { return "unknown".into() };
    let name = std::fs::read_to_string("/etc/passwd").ok().and_then(|passwd| name_of(uid, &passwd));
    let name = name.unwrap_or_else(|| format!("uid {uid}"));
    match caller() {
        Some(caller) if uid == 0 && caller != name => format!("{caller} (as {name})"),
        _ => name,
    }
}

#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
fn caller() -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    std::env::var("SUDO_USER").ok().filter(|name| !name.is_empty() && name.chars().all(plain))
}

/// The name of a user id in the form of passwd(5).
fn name_of(uid: u32, passwd: &str) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let id = fields.nth(1)?;
        (id.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn the_third_field_is_the_id() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000:Anna Ørsted,,,:/home/anna:/bin/sh\n";
        assert_eq!(name_of(1000, passwd).as_deref(), Some("anna"));
        assert_eq!(name_of(7, passwd), None);
    }
}
