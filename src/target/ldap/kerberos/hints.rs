//! What a failure of Kerberos means for those who set it up: by code, never by wording. Pure.

use libgssapi::error::MajorFlags;

use crate::target::ldap::session::Failure;
use crate::target::ldap::sign_in::account_hint;

/// What is known of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub hint: Option<&'static str>,
    /// The fault is with the account or its ticket.
    pub ours: bool,
}

pub const UNREACHABLE: &str =
    "no KDC answers: does DNS, or [realms] of krb5.conf, name a domain controller, and is its port 88 open?";

const NO_TICKET: &str = "there is no ticket: let KRB5_CLIENT_KTNAME name a keytab of this principal that rosterd may read, \
                         or KRB5CCNAME a cache with its ticket (docs/kerberos.md)";

const EXPIRED: &str = "the ticket has expired: with a keytab rosterd renews it by itself (KRB5_CLIENT_KTNAME)";

/// The first code of Kerberos' own (the table `krb5` of com_err).
const BASE: i32 = -1_765_328_384;

/// What the library's codes mean.
pub fn of_library(major: MajorFlags, minor: u32) -> Known {
    let ours = |hint| Known { hint: Some(hint), ours: true };
    let theirs = |hint| Known { hint: Some(hint), ours: false };
    match minor.cast_signed().wrapping_sub(BASE) {
        // KDC_ERR_C_PRINCIPAL_UNKNOWN
        6 => ours("the domain knows no such account: look at bind_dn; the realm is written in capitals"),
        // KDC_ERR_S_PRINCIPAL_UNKNOWN
        7 => theirs(
            "the domain knows no such service: write the server's full name into url, or its principal into \
             service_principal (setspn -L shows it)",
        ),
        // KDC_ERR_ETYPE_NOSUPP
        14 => ours("the domain takes no key of this kind: give the account AES keys, and the keytab too"),
        // KDC_ERR_CLIENT_REVOKED
        18 => ours("the account is disabled, expired or locked out"),
        // KDC_ERR_KEY_EXP
        23 => ours("the account's password has expired"),
        // KDC_ERR_PREAUTH_FAILED, KRB_AP_ERR_BAD_INTEGRITY
        24 | 31 => ours("the key is wrong: was the password changed after the keytab was made? Make it anew"),
        // KRB_AP_ERR_TKT_EXPIRED
        32 => ours(EXPIRED),
        // KRB_AP_ERR_SKEW
        37 => theirs("the clocks of this host and of the domain differ by more than five minutes"),
        // KRB5_REALM_UNKNOWN, KRB5_KDC_UNREACH, KRB5_REALM_CANT_RESOLVE
        154 | 156 | 228 => theirs(UNREACHABLE),
        // KRB5_CC_NOTFOUND, KRB5_KT_NOTFOUND, KRB5_FCC_NOFILE
        141 | 181 | 195 => ours(NO_TICKET),
        _ if is(major, MajorFlags::GSS_S_CREDENTIALS_EXPIRED) => ours(EXPIRED),
        _ if is(major, MajorFlags::GSS_S_NO_CRED) => ours(NO_TICKET),
        _ => Known { hint: None, ours: false },
    }
}

/// Routine errors are numbers within the flags (RFC 2744 section 3.9.1).
fn is(major: MajorFlags, error: MajorFlags) -> bool {
    const ROUTINE: u32 = 0xff << 16;
    major.bits() & ROUTINE == error.bits()
}

/// What a server's refusal means.
pub fn of_server(failure: &Failure) -> Option<&'static str> {
    let Failure::Refused { code, text } = failure else { return None };
    account_hint(text).or(match code {
        // authMethodNotSupported
        7 => Some("the server does not know Kerberos: look at supportedSASLMechanisms of its rootDSE"),
        8 => Some(
            "the server takes no Kerberos within TLS (Samba: ldap server require strong auth = allow_sasl_over_tls)",
        ),
        49 => Some(
            "the server does not take the ticket: does something between rosterd and it end TLS, or are the server's \
             keys or clock wrong?",
        ),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_as_what_is_to_be_done() {
        let hint = |code: i32| of_library(MajorFlags::GSS_S_FAILURE, (BASE + code).cast_unsigned());
        assert!(hint(37).hint.is_some_and(|hint| hint.contains("clocks")) && !hint(37).ours);
        assert!(hint(18).hint.is_some_and(|hint| hint.contains("locked out")) && hint(18).ours);
        assert_eq!(hint(100), Known { hint: None, ours: false });
        let none = of_library(MajorFlags::GSS_S_NO_CRED, 0);
        assert_eq!((none.hint, none.ours), (Some(NO_TICKET), true));
        let refused = |code, text: &str| of_server(&Failure::Refused { code, text: text.into() }).unwrap_or_default();
        assert!(refused(49, "80090346: LdapErr: DSID-0C09070F, data 80090346, v4563").contains("end TLS"));
        assert!(refused(49, "80090308: LdapErr: DSID-0C090569, data 533, v4563").contains("disabled"));
        assert!(refused(8, "").contains("allow_sasl_over_tls"));
    }
}
