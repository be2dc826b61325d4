//! What a group of Active Directory is: a number of bits, and the words for it. Pure.

use std::fmt;

/// The groupType of a group ([MS-ADTS] section 2.2.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupType {
    pub scope: GroupScope,
    /// Whether rights can be granted to it; else it is for mail alone.
    pub security: bool,
}

/// Where a group can be used, and what it can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupScope {
    Global,
    DomainLocal,
    Universal,
}

/// GROUP_TYPE_SECURITY_ENABLED.
const SECURITY: u32 = 0x8000_0000;

impl GroupScope {
    const ALL: [Self; 3] = [Self::Global, Self::DomainLocal, Self::Universal];

    /// GROUP_TYPE_ACCOUNT_GROUP, GROUP_TYPE_RESOURCE_GROUP, GROUP_TYPE_UNIVERSAL_GROUP.
    fn bit(self) -> u32 {
        match self {
            Self::Global => 0x2,
            Self::DomainLocal => 0x4,
            Self::Universal => 0x8,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::DomainLocal => "domain-local",
            Self::Universal => "universal",
        }
    }
}

impl GroupType {
    /// From the number that a directory shows; `None` for types that are not given to new groups, such as those that
    /// came with the domain.
    pub fn of_number(number: i64) -> Option<Self> {
        // signed or not, 32 bits count
        let bits = i32::try_from(number).map(i32::cast_unsigned).or_else(|_| u32::try_from(number)).ok()?;
        let scope = GroupScope::ALL.into_iter().find(|scope| scope.bit() == bits & !SECURITY)?;
        Some(Self { scope, security: bits & SECURITY != 0 })
    }

    /// The number that a directory takes.
    pub fn number(self) -> i64 {
        let bits = self.scope.bit() | if self.security { SECURITY } else { 0 };
        i64::from(bits.cast_signed())
    }

    /// From words, in any order: the scope, and `security` (which may be left out) or `distribution`.
    pub fn of_words(text: &str) -> Option<Self> {
        let (mut scope, mut security) = (None, None);
        for word in text.split_whitespace() {
            let is = |other: &str| word.eq_ignore_ascii_case(other);
            if let Some(named) = GroupScope::ALL.into_iter().find(|scope| is(scope.word())) {
                if scope.replace(named).is_some() {
                    return None;
                }
            } else if (is("security") || is("distribution")) && security.is_none() {
                security = Some(is("security"));
            } else {
                return None;
            }
        }
        Some(Self { scope: scope?, security: security.unwrap_or(true) })
    }

    /// From a number or from words.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().parse() {
            Ok(number) => Self::of_number(number),
            Err(_) => Self::of_words(text),
        }
    }
}

impl fmt::Display for GroupType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let purpose = if self.security { "security" } else { "distribution" };
        write!(f, "{} {purpose}", self.scope.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_are_two_ways_to_write_one_type() {
        for (number, words) in [
            (-2_147_483_646, "global security"),
            (-2_147_483_644, "domain-local security"),
            (-2_147_483_640, "universal security"),
            (2, "global distribution"),
            (4, "domain-local distribution"),
            (8, "universal distribution"),
        ] {
            let read = GroupType::of_number(number);
            assert_eq!(read.map(|read| read.to_string()).as_deref(), Some(words));
            assert_eq!((GroupType::of_words(words), read.map(GroupType::number)), (read, Some(number)));
            assert_eq!(GroupType::parse(&number.to_string()), read);
        }
        assert_eq!(GroupType::of_number(0x8000_0002), GroupType::of_words("GLOBAL"));
        assert_eq!(GroupType::parse(" distribution universal "), GroupType::of_number(8));
    }

    #[test]
    fn what_no_new_group_has_is_no_type() {
        for text in ["", "0", "6", "-2147483643", "16", "99999999999", "local", "global global", "security", "2 x"] {
            assert_eq!(GroupType::parse(text), None, "{text}");
        }
    }
}
