//! What is never touched, told by the object itself: administrators, what came with the domain, the accounts of
//! services, trusts and machines, and what a rule of the configuration names. Pure.

use serde::Deserialize;

use super::dn::Dn;
use super::entry::Entry;
use super::settings::Settings;
use super::sign_in::principal;
use crate::object::Protection;

/// What must be read of an object to tell whether it is protected, beside the attributes of the rules.
pub const TELLING: [&str; 5] =
    ["adminCount", "isCriticalSystemObject", "objectClass", "objectSid", "userAccountControl"];

/// INTERDOMAIN_TRUST_ACCOUNT, WORKSTATION_TRUST_ACCOUNT, SERVER_TRUST_ACCOUNT and PARTIAL_SECRETS_ACCOUNT of
/// userAccountControl ([MS-ADTS] section 2.2.16).
const TRUST: i64 = 0x800 | 0x1000 | 0x2000 | 0x0400_0000;
/// The classes of accounts whose password the domain changes.
const MANAGED: [&str; 3] =
    ["msDS-ManagedServiceAccount", "msDS-GroupManagedServiceAccount", "msDS-DelegatedManagedServiceAccount"];
/// Relative ids below this are the domain's own: 500 Administrator, 502 krbtgt, 512 Domain Admins and so on
/// ([MS-ADTS] section 6.1.1.6); what is created later gets a higher one ([MS-SAMR] section 3.1.1.9.2).
const FIRST_OWN: u32 = 1000;

/// A rule: what has one of these values in this attribute is protected. `*` stands for any characters, case does not
/// count.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProtectRule {
    pub attribute: String,
    pub is: Vec<String>,
}

impl ProtectRule {
    /// What is wrong with it.
    pub fn problem(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if self.attribute.is_empty() || !self.attribute.chars().all(plain) {
            return Some(format!("{:?} is not the name of an attribute", self.attribute));
        }
        let hollow = self.is.is_empty() || self.is.iter().any(|pattern| pattern.trim().is_empty());
        hollow.then(|| format!("the rule about {} says of no value that it is protected", self.attribute))
    }

    fn holds(&self, entry: &Entry) -> bool {
        let values = entry.texts(&self.attribute);
        self.is.iter().any(|pattern| values.iter().any(|value| matches(pattern, value)))
    }
}

/// The attributes to read of every object.
pub fn attributes(settings: &Settings) -> impl Iterator<Item = &str> {
    let telling = if settings.profile.is_ad() { &TELLING[..] } else { &["objectClass"] };
    let ours = principal(&settings.bind_dn).map_or(&[][..], |_| settings.profile.name_attributes());
    telling.iter().chain(ours).copied().chain(settings.protect.iter().map(|rule| rule.attribute.as_str()))
}

/// Why the object in an entry is protected, if it is. The entry shows all of [`attributes`] that it has.
pub fn protection(entry: &Entry, settings: &Settings) -> Option<Protection> {
    if settings.profile.is_ad()
        && let Some(own) = by_domain(entry)
    {
        return Some(own);
    }
    if is_ourselves(entry, settings) {
        return Some(Protection::Ourselves);
    }
    let rule = settings.protect.iter().find(|rule| rule.holds(entry));
    rule.map(|rule| Protection::Rule(format!("{} is {}", rule.attribute, rule.is.join(" or "))))
}

/// Whether it is the account that we sign in as: by its DN, or by a name that signs in.
fn is_ourselves(entry: &Entry, settings: &Settings) -> bool {
    let account = settings.bind_dn.trim();
    let Some((name, _)) = principal(account) else {
        return Dn::parse(account).is_ok_and(|ours| ours.same(&entry.dn));
    };
    let is = |attribute: &&str| {
        let known = entry.text(attribute);
        known.is_some_and(|known| known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(account))
    };
    settings.profile.name_attributes().iter().any(is)
}

/// What Active Directory says of its own.
fn by_domain(entry: &Entry) -> Option<Protection> {
    let is = |class: &str| entry.texts("objectClass").iter().any(|known| known.eq_ignore_ascii_case(class));
    let flags: i64 = entry.text("userAccountControl").and_then(|flags| flags.trim().parse().ok()).unwrap_or_default();
    let sid = entry.values("objectSid").next();
    if entry.text("isCriticalSystemObject").is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        return Some(Protection::Critical);
    }
    if sid.is_some_and(is_built_in) {
        return Some(Protection::BuiltIn);
    }
    if entry.text("adminCount").is_some_and(|count| count.trim() != "0") {
        return Some(Protection::Administrative);
    }
    if MANAGED.into_iter().any(is) {
        return Some(Protection::ManagedService);
    }
    if flags & TRUST != 0 || is("computer") {
        return Some(Protection::Trust);
    }
    // Every security principal has one: whoever shows none could be anybody.
    (sid.is_none() && (is("user") || is("group"))).then_some(Protection::Untold)
}

/// Whether a security identifier ([MS-DTYP] section 2.4.2.2) is not one that a domain gave out by itself. What cannot
/// be understood is taken for one of these.
fn is_built_in(sid: &[u8]) -> bool {
    let [1, count, 0, 0, 0, 0, 0, authority, rest @ ..] = sid else { return true };
    let parts: Vec<u32> =
        rest.chunks_exact(4).filter_map(|part| part.try_into().ok()).map(u32::from_le_bytes).collect();
    if rest.len() != usize::from(*count) * 4 || *authority != 5 {
        return true;
    }
    match parts.as_slice() {
        // S-1-5-21-a-b-c-RID: of a domain. All others are of the builtin domain (S-1-5-32) or of the system.
        [21, _, _, _, rid] => *rid < FIRST_OWN,
        _ => true,
    }
}

/// Whether a value is as a pattern says, without regard to case.
fn matches(pattern: &str, value: &str) -> bool {
    let (pattern, value) = (pattern.to_lowercase(), value.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = value.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sid(parts: &[u32]) -> Vec<u8> {
        let mut bytes = vec![1, u8::try_from(parts.len()).unwrap_or(0), 0, 0, 0, 0, 0, 5];
        bytes.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
        bytes
    }

    #[test]
    fn what_came_with_the_domain_is_known_by_its_number() {
        for rid in [498, 500, 501, 502, 512, 519, 526, 571, 599] {
            assert!(is_built_in(&sid(&[21, 1, 2, 3, rid])), "{rid}");
        }
        assert!(is_built_in(&sid(&[32, 544])));
        assert!(!is_built_in(&sid(&[21, 1, 2, 3, 1103])));
        assert!(!is_built_in(&sid(&[21, 1, 2, 3, 4_000_000_000])));
        assert!(is_built_in(b"") && is_built_in(&sid(&[21, 1, 2, 3, 1103])[..20]));
    }

    #[test]
    fn patterns_match_whole_values() {
        for (pattern, value) in [
            ("svc-*", "SVC-Backup"),
            ("*-adm", "bob-ADM"),
            ("a*b*c", "aXbYc"),
            ("*", "x"),
            ("Ærø", "ÆRØ"),
            ("a*a", "aa"),
        ] {
            assert!(matches(pattern, value), "{pattern} {value}");
        }
        for (pattern, value) in
            [("svc-*", "xsvc-a"), ("svc", "svc-a"), ("a*a", "a"), ("a*b*c", "acb"), ("*-adm", "adm")]
        {
            assert!(!matches(pattern, value), "{pattern} {value}");
        }
    }

    #[test]
    fn a_rule_that_protects_nothing_is_a_mistake() {
        let rule = |attribute: &str, is: &[&str]| ProtectRule {
            attribute: attribute.into(),
            is: is.iter().map(|pattern| (*pattern).to_owned()).collect(),
        };
        assert_eq!(rule("sAMAccountName", &["svc-*"]).problem(), None);
        assert!(rule("sAMAccountName", &[]).problem().is_some());
        assert!(rule("sAMAccountName", &[" "]).problem().is_some());
        assert!(rule("a)(b", &["x"]).problem().is_some());
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_stops_the_reader(bytes: Vec<u8>, pattern: String, value: String) {
            let _ = is_built_in(&bytes);
            let _ = matches(&pattern, &value);
            let longer = format!("{value}*");
            prop_assert!(matches(&longer, &value));
        }
    }
}
