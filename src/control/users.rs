//! The users of this machine: who the kernel's numbers are. Knows passwd(5) and /proc.

use std::path::Path;

use crate::config::User;
use crate::org::Actor;

const PASSWD: &str = "/etc/passwd";

/// The real user of this process; none where /proc does not tell.
pub fn own() -> Option<Actor> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    real_uid(&status).map(known)
}

/// The user with this id, by name where it has one.
pub fn known(uid: u32) -> Actor {
    match passwd().as_deref().and_then(|passwd| name_of(uid, passwd)) {
        Some(name) => Actor::new(uid, name),
        None => Actor::of_uid(uid),
    }
}

/// Whether the configuration names this user.
pub(super) fn is_among(uid: u32, users: &[User]) -> bool {
    let passwd = users.iter().any(|user| matches!(user, User::Name(_))).then(passwd).flatten().unwrap_or_default();
    users.iter().any(|user| match user {
        User::Uid(one) => *one == uid,
        User::Name(name) => uid_of(name, &passwd) == Some(uid),
    })
}

fn passwd() -> Option<String> {
    std::fs::read_to_string(Path::new(PASSWD)).ok()
}

/// The first of the four ids in the line `Uid:` of proc_pid_status(5).
fn real_uid(status: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix("Uid:"))?.split_whitespace().next()?.parse().ok()
}

/// The name of a user id in the form of passwd(5).
fn name_of(uid: u32, passwd: &str) -> Option<String> {
    entries(passwd).find(|(_, id)| *id == uid).map(|(name, _)| name.to_owned())
}

fn uid_of(name: &str, passwd: &str) -> Option<u32> {
    entries(passwd).find(|(one, _)| *one == name).map(|(_, id)| id)
}

fn entries(passwd: &str) -> impl Iterator<Item = (&str, u32)> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        Some((name, fields.nth(1)?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000:Anna Ørsted,,,:/home/anna:/bin/sh\n";

    #[test]
    fn the_third_field_is_the_id() {
        assert_eq!(name_of(1000, USERS).as_deref(), Some("anna"));
        assert_eq!(name_of(7, USERS), None);
        assert_eq!((uid_of("anna", USERS), uid_of("ann", USERS)), (Some(1000), None));
    }

    #[test]
    fn the_real_id_comes_first() {
        assert_eq!(real_uid("Name:\trosterd\nUid:\t1000\t0\t0\t0\n"), Some(1000));
        assert_eq!(real_uid("Name:\trosterd\n"), None);
    }

    #[test]
    fn a_user_is_named_by_number_or_by_name() {
        assert!(is_among(12_345, &[User::Uid(12_345)]));
        assert!(is_among(0, &[User::Name("root".to_owned())]), "every machine has it");
        assert!(!is_among(12_345, &[User::Name("root".to_owned()), User::Uid(1)]));
    }
}
