//! What a name takes: texts in spaces. Two names are one as soon as they take the same text in the same space.

use crate::expr::taken_forms;
use crate::object::{NameKind, Space};

/// Everything that a name of a kind takes.
pub fn takes(what: NameKind, name: &str) -> Vec<(Space, String)> {
    let mut all = Vec::new();
    for space in what.spaces() {
        let part = match (what, space) {
            (NameKind::Upn, Space::Login) => local(name),
            _ => name,
        };
        all.extend(taken_forms(part).into_iter().map(|form| (*space, form)));
    }
    all
}

/// What stands before the `@`.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once('@').map_or(name, |(local, _)| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_name_takes_a_login_and_an_address() {
        let taken = |what, name| takes(what, name);
        assert_eq!(taken(NameKind::Login, "AnnBer"), [(Space::Login, "annber".to_owned())]);
        let upn = [(Space::Login, "ann".to_owned()), (Space::Mail, "ann@x.test".to_owned())];
        assert_eq!(taken(NameKind::Upn, "Ann@x.test"), upn);
        let forms = [(Space::Cn, "jan mueller".to_owned()), (Space::Cn, "jan muller".to_owned())];
        assert_eq!(taken(NameKind::Cn, "Jan Müller"), forms);
    }
}
