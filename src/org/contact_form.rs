//! What form the value of a contact has, and whether a value has it.
//!
//! The form is the `scope` of the contact's class or, where it has none, the class's name, if that is the name of a
//! form; anything else is plain text. The checks find what cannot be meant, such as an address without @; whether
//! somebody answers there is not for a register to know.

use super::class::Class;

/// A form that values have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContactForm {
    /// One mailbox: `local@domain` (RFC 5321, without quoted local parts).
    Email,
    /// Digits, with spaces, hyphens, dots, brackets, a leading + and an extension.
    Telephone,
    /// An absolute http or https address.
    Web,
    /// A GS1 location number: 13 digits, the last a check digit.
    Ean,
    Text,
}

impl ContactForm {
    /// Each form with the names it goes by; case does not count.
    pub const NAMES: [(Self, &'static [&'static str]); 5] = [
        (Self::Email, &["email", "e-mail", "mail"]),
        (Self::Telephone, &["telephone", "phone", "mobile"]),
        (Self::Web, &["web", "www", "url"]),
        (Self::Ean, &["ean", "gln"]),
        (Self::Text, &["text"]),
    ];

    /// The form of the contacts of a class.
    pub fn of(class: &Class) -> Self {
        let name = class.scope.as_deref().unwrap_or(&class.name);
        let is_called = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        Self::NAMES.iter().find(|(_, names)| is_called(names)).map_or(Self::Text, |(form, _)| *form)
    }

    /// The form of this name: the first of those it goes by, and no other, since they may be names of classes.
    pub fn named(name: &str) -> Option<Self> {
        let forms = Self::NAMES.iter().filter(|(form, _)| *form != Self::Text);
        forms.into_iter().find(|(_, names)| names.first() == Some(&name)).map(|(form, _)| *form)
    }

    /// What is wrong with a value, if anything.
    pub fn problem(self, value: &str) -> Option<&'static str> {
        let (holds, problem) = match self {
            Self::Email => (is_mailbox(value), "is not an e-mail address, such as name@example.org"),
            Self::Telephone => (is_telephone(value), "is not a telephone number, such as +45 12 34 56 78"),
            Self::Web => (is_web_address(value), "is not a web address, such as https://example.org/"),
            Self::Ean => (is_location_number(value), "is not a location number of 13 digits with its check digit"),
            Self::Text => (true, ""),
        };
        (!holds).then_some(problem)
    }
}

fn is_mailbox(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | ',' | ';' | '<' | '>' | '"');
    (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && is_host(domain)
}

/// A host name: labels of letters, digits and hyphens; letters of any language, as people write them (RFC 5890).
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_telephone(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let body = value.trim().strip_prefix('+').unwrap_or(value.trim());
    let known = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | 'x' | '*' | '#');
    (2..=20).contains(&digits) && body.chars().all(known)
}

fn is_web_address(value: &str) -> bool {
    let scheme = ["https://", "http://"]
        .iter()
        .find(|scheme| value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let Some(rest) = scheme.and_then(|scheme| value.get(scheme.len()..)) else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "1"));
    !value.chars().any(|c| c.is_whitespace() || c.is_control()) && is_host(host) && port.parse::<u16>().is_ok()
}

fn is_location_number(value: &str) -> bool {
    let digits: Vec<u32> = value.chars().filter_map(|c| c.to_digit(10)).collect();
    let weighed: u32 = digits.iter().enumerate().map(|(at, digit)| digit * if at % 2 == 0 { 1 } else { 3 }).sum();
    digits.len() == 13 && value.len() == 13 && weighed.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(name: &str, scope: Option<&str>) -> Class {
        Class { vocabulary: "contact".into(), name: name.into(), parent: None, scope: scope.map(Into::into) }
    }

    #[test]
    fn the_scope_says_the_form_else_the_name_else_it_is_text() {
        assert_eq!(ContactForm::of(&class("Arbejdsmail", Some("EMAIL"))), ContactForm::Email);
        assert_eq!(ContactForm::of(&class("E-mail", None)), ContactForm::Email);
        assert_eq!(ContactForm::of(&class("E-mail", Some("text"))), ContactForm::Text);
        assert_eq!(ContactForm::of(&class("Lokale", None)), ContactForm::Text);
    }

    #[test]
    fn each_form_as_a_table() {
        let good: &[(ContactForm, &[&str])] = &[
            (ContactForm::Email, &["a@b", "åse.sørensen+x@post.example.dk", "a_b@æøå.dk"]),
            (ContactForm::Telephone, &["112", "+45 12 34 56 78", "(012) 345-678 x9", "12345678"]),
            (ContactForm::Web, &["https://example.org", "HTTP://example.org:8080/a?b#c", "https://æøå.dk/å"]),
            (ContactForm::Ean, &["5798000420526", "4006381333931"]),
            (ContactForm::Text, &["Room 7", "@"]),
        ];
        let bad: &[(ContactForm, &[&str])] = &[
            (ContactForm::Email, &["a", "a@", "@b", "a b@c", "a@b c", "a@b..c", "a@@b", "a,b@c", ".a@b", "<a@b>"]),
            (ContactForm::Telephone, &["", "1", "call me", "+45 12 34 56 78 90 12 34 56 78 90", "12+34", "none"]),
            (ContactForm::Web, &["example.org", "ftp://example.org", "https://", "https://a b", "https://a:x/"]),
            (ContactForm::Ean, &["5798000420527", "579800042052", "x798000420526", ""]),
        ];
        for (form, values) in good {
            values.iter().for_each(|value| assert_eq!(form.problem(value), None, "{form:?} {value:?}"));
        }
        for (form, values) in bad {
            values.iter().for_each(|value| assert!(form.problem(value).is_some(), "{form:?} {value:?}"));
        }
    }
}
