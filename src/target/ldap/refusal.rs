//! How a failed operation is to be treated: by result code and the Win32 code that Active Directory puts first into
//! its text, never by wording. Pure.

use super::session::Failure;
use crate::target::{Class, Refusal};

/// Whether the operation would have changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    Read,
    Write,
}

/// ERROR_PASSWORD_RESTRICTION. Also the answer to enabling an account that has no password.
const PASSWORD_RESTRICTION: u32 = 0x52d;

/// Makes a refusal of a failure; `what` names server, operation and object.
pub fn refusal(what: &str, sent: Sent, failure: &Failure) -> Refusal {
    let (class, fatal) = match failure {
        Failure::Refused { code, text } => classify(*code, win32(text)),
        Failure::Unsent(_) | Failure::Unusable(_) => (Class::Transient, false),
        Failure::Lost(_) if sent == Sent::Write => (Class::Unknown, true),
        Failure::Lost(_) => (Class::Transient, true),
    };
    let more = match failure {
        Failure::Refused { text, .. } if win32(text) == Some(PASSWORD_RESTRICTION) => {
            ": the domain's rules for passwords refuse it; look at the minimum length, fine-grained policies and filters"
        }
        _ => "",
    };
    Refusal { class, message: format!("{what}: {failure}{more}"), fatal }
}

/// The refusal of a step that never reached the server.
pub fn refuse(class: Class, message: impl Into<String>) -> Refusal {
    Refusal { class, message: message.into(), fatal: false }
}

/// The Win32 code: eight hexadecimal digits at the start of the text.
fn win32(text: &str) -> Option<u32> {
    let digits = text.get(..8)?;
    let ends = !text[8..].starts_with(|c: char| c.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| ends)
}

/// Samba and Active Directory give different codes for the same thing, so each class is a set.
fn classify(code: u32, win32: Option<u32>) -> (Class, bool) {
    let by_win32 = match win32 {
        Some(PASSWORD_RESTRICTION) => Some(Class::Policy),
        // ERROR_USER_EXISTS, ERROR_GROUP_EXISTS, ERROR_MEMBER_IN_GROUP, ERROR_DS_OBJ_STRING_NAME_EXISTS, and the
        // forest-wide uniqueness of SPN and UPN.
        Some(0x524 | 0x526 | 0x562 | 0x2071 | 0x21c7 | 0x21c8) => Some(Class::Conflict),
        // ERROR_NO_SUCH_USER, ERROR_DS_NO_SUCH_OBJECT, ERROR_DS_NO_PARENT_OBJECT, ERROR_DS_OBJ_NOT_FOUND,
        // ERROR_DS_NAME_REFERENCE_INVALID: a reference points at nothing.
        Some(0x525 | 0x2030 | 0x2089 | 0x208d | 0x20b5) => Some(Class::Conflict),
        // ERROR_ACCESS_DENIED, ERROR_DS_INSUFF_ACCESS_RIGHTS
        Some(0x5 | 0x2098) => Some(Class::Forbidden),
        _ => None,
    };
    let by_code = match code {
        3 | 4 | 11 | 51 | 52 | 80 => Class::Transient,
        7 | 8 | 13 | 48 | 49 | 50 => Class::Forbidden,
        32 | 66 | 68 => Class::Conflict,
        53 => Class::Policy,
        _ => Class::Permanent,
    };
    let fatal = matches!(code, 7 | 8 | 13 | 48 | 49);
    (if fatal { by_code } else { by_win32.unwrap_or(by_code) }, fatal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(code: u32, text: &str) -> Class {
        refusal("x", Sent::Write, &Failure::Refused { code, text: text.into() }).class
    }

    #[test]
    fn both_dialects_of_one_refusal_have_one_class() {
        // Samba first, then Active Directory.
        assert_eq!(class(19, "0000052D: password"), Class::Policy);
        assert_eq!(class(53, "0000052D: SvcErr: DSID-031A12D2"), Class::Policy);
        assert_eq!(class(68, "00002071: Entry already exists"), Class::Conflict);
        assert_eq!(class(68, "00000524: UpdErr"), Class::Conflict);
        assert_eq!(class(21, "0000200B: too long"), Class::Permanent);
        assert_eq!(class(19, "00002082: too long"), Class::Permanent);
        assert_eq!(class(20, "0000200D: two values"), Class::Permanent);
        assert_eq!(class(19, "00002081: two values"), Class::Permanent);
        assert_eq!(class(68, "00000562: UpdErr"), Class::Conflict);
        assert_eq!(class(19, "000021C8: AtrErr"), Class::Conflict);
        assert_eq!(class(32, "0000208D: NameErr"), Class::Conflict);
        assert_eq!(class(19, "000020B5: AtrErr"), Class::Conflict);
        assert_eq!(class(50, "00002098: SecErr"), Class::Forbidden);
        assert_eq!(class(80, ""), Class::Transient);
        assert_eq!(class(99, "ünlikely text"), Class::Permanent);
    }

    #[test]
    fn a_password_that_is_refused_is_explained() {
        for code in [19, 53] {
            let failure = Failure::Refused { code, text: "0000052D: Constraint violation".into() };
            assert!(refusal("x", Sent::Write, &failure).message.contains("minimum length"));
        }
    }

    #[test]
    fn only_a_lost_write_is_unknown() {
        let lost = Failure::Lost("gone".into());
        assert_eq!(refusal("x", Sent::Write, &lost).class, Class::Unknown);
        assert_eq!(refusal("x", Sent::Read, &lost).class, Class::Transient);
        assert!(refusal("x", Sent::Write, &lost).fatal);
        let unsent = refusal("x", Sent::Write, &Failure::Unsent("closed".into()));
        assert_eq!((unsent.class, unsent.fatal), (Class::Transient, false));
        let credentials = Failure::Refused { code: 49, text: "80090308: data 52e".into() };
        assert!(refusal("x", Sent::Read, &credentials).fatal);
    }
}
