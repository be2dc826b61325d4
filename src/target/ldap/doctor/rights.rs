//! The rights on what lies below the base, object by object: to read and to write each attribute that matters, to reset
//! passwords, to move.

use std::collections::BTreeMap;

use super::descriptor::{Access, CONTROL, DELETE, Descriptor, Guid, LIST, READ, RESET_PASSWORD, WRITE};
use super::{Doctor, Server};
use crate::object::{AttributeName, Kind, Protection, aspect};
use crate::target::Finding;
use crate::target::ldap::ber::Control;
use crate::target::ldap::entry::Entry;
use crate::target::ldap::protected::{TELLING, attributes, protection};
use crate::target::ldap::session::{Failure, Query};

/// Objects of a kind that are looked at.
const SAMPLE: u32 = 500;
/// LDAP_SERVER_SD_FLAGS_OID ([MS-ADTS] section 3.1.1.3.4.1.11).
const SD_FLAGS: &str = "1.2.840.113556.1.4.801";

/// fCONFIDENTIAL of searchFlags ([MS-ADTS] section 2.2.10): to read it takes a control right, too.
const CONFIDENTIAL: i64 = 0x80;

/// What access control entries say of an attribute by.
#[derive(Default, Clone)]
pub struct AttributeRight {
    /// Its own id, and that of its property set.
    pub ids: Vec<Guid>,
    pub confidential: bool,
}

/// Of a security descriptor the access control list alone.
pub fn only_the_access_list() -> Control {
    Control { oid: SD_FLAGS, value: Some(vec![0x30, 3, 2, 1, 4]) }
}

/// A right that matters, and what breaks without it.
struct Right {
    mask: u32,
    /// As dsacls writes it.
    letters: &'static str,
    what: String,
    ids: Vec<Guid>,
    breaks: String,
}

/// Where a right is missing.
#[derive(Default)]
struct Lack {
    count: usize,
    example: String,
    denied: bool,
}

impl Doctor<'_> {
    pub(super) async fn rights(&self, server: &Server) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        for kind in Kind::ALL.into_iter().filter(|kind| self.mapped.contains_key(kind)) {
            findings.extend(self.rights_of(kind, server).await?);
        }
        Ok(findings)
    }

    async fn rights_of(&self, kind: Kind, server: &Server) -> Result<Vec<Finding>, Failure> {
        let wanted: Vec<&str> = attributes(self.settings).chain(["nTSecurityDescriptor"]).collect();
        let query = Query::subtree(&self.places.base, self.settings.profile.filter(kind), &wanted);
        let page = self.session.page_with(&query, SAMPLE, vec![only_the_access_list()]).await?;
        page.end?;
        // protected objects have rights of their own, which are none of ours
        let ours = |entry: &&Entry| {
            let free = protection(entry, self.settings).is_none_or(|why| why == Protection::Untold);
            free && !self.places.configured(entry.dn.handle())
        };
        let (mut seen, mut unseen) = (Vec::new(), 0);
        for entry in page.entries.iter().filter(ours) {
            match entry.values("nTSecurityDescriptor").next().and_then(Descriptor::decode) {
                Some(descriptor) => seen.push((entry.dn.to_string(), descriptor)),
                None => unseen += 1,
            }
        }
        let mut findings = Vec::new();
        if unseen > 0 {
            let text =
                format!("the rights on {unseen} {kind}s cannot be read, so nobody can tell what is missing there");
            let command = server.grantee.grant("RC", "", None, kind);
            findings.push(Finding::warning(text).command(command));
        }
        if seen.is_empty() {
            findings.push(Finding::good(format!("there is no {kind} yet whose rights could be looked at")));
            return Ok(findings);
        }
        let rights = self.needed(kind, server).await?;
        let mut complete = true;
        for right in &rights {
            let Some(lack) = lack(right, &seen, server) else { continue };
            complete = false;
            let text = format!(
                "{} {} of {} of {} {kind}s, such as {}",
                if lack.denied { "an entry forbids to" } else { "no entry allows to" },
                right.what,
                lack.count,
                seen.len(),
                lack.example
            );
            let command = match lack.denied {
                true => server.grantee.show(&lack.example),
                false => server.grantee.grant(right.letters, name(right), right.ids.first(), kind),
            };
            findings.push(Finding::bad(text).breaks(&right.breaks).command(command));
        }
        if complete {
            let count = seen.len();
            findings.push(Finding::good(format!("{} rights on {count} {kind}s are as they have to be", rights.len())));
        }
        Ok(findings)
    }

    /// All rights that a run may use on objects of a kind.
    async fn needed(&self, kind: Kind, server: &Server) -> Result<Vec<Right>, Failure> {
        let plain = |name: &&AttributeName| !aspect::ALL.iter().any(|other| name.is(other));
        let mapped: Vec<&str> =
            self.mapped.get(&kind).into_iter().flatten().filter(plain).map(AttributeName::as_str).collect();
        let (reads, writes): (&[&str], &[&str]) = match kind {
            Kind::Unit => (&["objectGUID", "objectClass"], &["ou", "name"]),
            Kind::User => (&TELLING, &["cn", "name", "userAccountControl", "manager"]),
            Kind::Contact => (&["objectGUID", "objectClass"], &["cn", "name", "manager"]),
            Kind::Group => (&TELLING, &["cn", "name", "member"]),
        };
        let mut written = mapped.clone();
        written.extend(writes);
        written.push(self.settings.stamp());
        if kind == Kind::User && self.passwords.must_change() {
            written.push("pwdLastSet");
        }
        let mut read = written.clone();
        read.extend(reads.iter().filter(|name| kind == Kind::User || **name != "userAccountControl"));
        read.extend(self.settings.protect.iter().map(|rule| rule.attribute.as_str()));
        for names in [&mut read, &mut written] {
            names.sort_unstable_by_key(|name| name.to_ascii_lowercase());
            names.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
        }
        let ids = self.attribute_ids(&read, server).await?;
        let right = |mask, letters, verb: &str, name: &str, breaks: String| Right {
            mask,
            letters,
            what: format!("{verb} {name}"),
            ids: ids.get(&name.to_ascii_lowercase()).cloned().unwrap_or_default().ids,
            breaks,
        };
        let mut rights: Vec<Right> = Vec::new();
        for name in read {
            let breaks = if name.eq_ignore_ascii_case(self.settings.stamp()) {
                "objects that rosterd made cannot be told from others after a crash".to_owned()
            } else if TELLING.iter().any(|telling| telling.eq_ignore_ascii_case(name)) {
                "nobody can tell whether an object is protected".to_owned()
            } else {
                format!("{name} looks empty: it is left out of the comparison, and each run ends in part")
            };
            if ids.get(&name.to_ascii_lowercase()).is_some_and(|known| known.confidential) {
                rights.push(right(CONTROL, "CR", "see the confidential", name, breaks.clone()));
            }
            rights.push(right(READ, "RP", "read", name, breaks));
        }
        for name in written {
            rights.push(right(WRITE, "WP", "write", name, format!("steps that change {name} are refused with 50")));
        }
        if kind == Kind::User {
            let breaks = "an account that exists gets no new first password".to_owned();
            let what = "reset the password".to_owned();
            rights.push(Right { mask: CONTROL, letters: "CR", what, ids: vec![RESET_PASSWORD], breaks });
        }
        if kind == Kind::Unit {
            let breaks = "nothing that lies in them is found: it is held, and neither changed nor disabled".to_owned();
            rights.push(Right {
                mask: LIST,
                letters: "LC",
                what: "list what lies in them".into(),
                ids: Vec::new(),
                breaks,
            });
        }
        let breaks = format!("{kind}s cannot be moved: a move asks for the right to delete");
        rights.push(Right { mask: DELETE, letters: "SD", what: "move (and delete)".into(), ids: Vec::new(), breaks });
        Ok(rights)
    }

    /// For each attribute its id and that of its property set ([MS-ADTS] section 5.1.3.2.1), by name in lower case.
    pub(super) async fn attribute_ids(
        &self,
        names: &[&str],
        server: &Server,
    ) -> Result<BTreeMap<String, AttributeRight>, Failure> {
        let mut ids = BTreeMap::new();
        let wanted = ["schemaIDGUID", "attributeSecurityGUID", "searchFlags"];
        for entry in self.schema_of(names, server, &wanted).await? {
            let Some(name) = entry.text("lDAPDisplayName") else { continue };
            let guids = ["schemaIDGUID", "attributeSecurityGUID"].into_iter();
            let guids = guids.filter_map(|id| entry.values(id).next().and_then(|id| Guid::try_from(id).ok()));
            let flags: i64 = entry.text("searchFlags").and_then(|flags| flags.parse().ok()).unwrap_or_default();
            let right = AttributeRight { ids: guids.collect(), confidential: flags & CONFIDENTIAL != 0 };
            ids.insert(name.to_ascii_lowercase(), right);
        }
        Ok(ids)
    }
}

fn lack(right: &Right, seen: &[(String, Descriptor)], server: &Server) -> Option<Lack> {
    let mut lack = Lack::default();
    for (dn, descriptor) in seen {
        let access = descriptor.access(right.mask, &right.ids, &server.identities);
        if access != Access::Granted {
            lack.count += 1;
            lack.denied |= access == Access::Denied;
            if lack.example.is_empty() {
                lack.example.clone_from(dn);
            }
        }
    }
    (lack.count > 0).then_some(lack)
}

/// What dsacls calls the right's object.
fn name(right: &Right) -> &str {
    match right.letters {
        "CR" if right.ids == [RESET_PASSWORD] => "Reset Password",
        "SD" | "LC" => "",
        _ => right.what.rsplit_once(' ').map_or("", |(_, name)| name),
    }
}
