//! Limits as they are written: any part may be left out, and is then the default's. Which keys there are, the tables of
//! limits say.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::object::{Dn, Kind};
use crate::org::FactKind;
use crate::reconcile::guard::{Brake, EVERY, Row, TABLE};
use crate::reconcile::{Limit, Limits, WrittenLimit};

/// `{ count = 25, share = 5, floor = 3 }`: breached when more than min(count, max(floor, share per cent)) are found.
pub use crate::reconcile::WrittenLimit as LimitText;

/// The table of limits below `[limits]` in which subtrees have limits of their own.
pub(super) const SUBTREE: &str = "subtree";

/// `[limits]` and `[ldap.NAME.limits]`: each limit by its key, those of one kind in a table of the kind, and those of
/// subtrees by the names of these below the base.
#[derive(Debug, Clone, Default)]
pub struct LimitsText {
    all: Texts,
    kinds: BTreeMap<String, Texts>,
    subtrees: BTreeMap<String, Texts>,
}

type Texts = BTreeMap<String, WrittenLimit>;

/// Which keys a table takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keys {
    All,
    OfKind,
    OfSubtree,
}

impl Keys {
    pub(super) fn known(self) -> &'static [&'static str] {
        static ALL: LazyLock<Vec<&str>> = LazyLock::new(|| {
            let tables = Kind::ALL.into_iter().map(Kind::as_str).chain([SUBTREE]);
            TABLE.iter().filter_map(|row| row.key).chain(tables).collect()
        });
        static OF_KIND: LazyLock<Vec<&str>> = LazyLock::new(|| keys(|row| row.by_kind));
        static OF_SUBTREE: LazyLock<Vec<&str>> = LazyLock::new(|| keys(|row| row.subtree.is_some()));
        match self {
            Self::All => &ALL,
            Self::OfKind => &OF_KIND,
            Self::OfSubtree => &OF_SUBTREE,
        }
    }
}

fn keys(is: impl Fn(&Row) -> bool) -> Vec<&'static str> {
    TABLE.iter().filter(|row| is(row)).filter_map(|row| row.key).collect()
}

/// A key of a table; any other is refused where it stands.
struct Key(Keys);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let key = String::deserialize(deserializer)?;
        let known = self.0.known();
        if known.contains(&key.as_str()) { Ok(key) } else { Err(D::Error::unknown_field(&key, known)) }
    }
}

/// A table of limits.
struct Table(Keys);

impl<'de> DeserializeSeed<'de> for Table {
    type Value = Texts;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Texts, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Table {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of limits")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
        let mut texts = Texts::new();
        while let Some(key) = map.next_key_seed(Key(self.0))? {
            texts.insert(key, map.next_value()?);
        }
        Ok(texts)
    }
}

/// Tables of limits by the names of subtrees.
struct Subtrees;

impl<'de> DeserializeSeed<'de> for Subtrees {
    type Value = BTreeMap<String, Texts>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Subtrees {
    type Value = BTreeMap<String, Texts>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tables of limits by the names of containers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut subtrees = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            subtrees.insert(name, map.next_value_seed(Table(Keys::OfSubtree))?);
        }
        Ok(subtrees)
    }
}

impl<'de> Deserialize<'de> for LimitsText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = LimitsText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of limits")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LimitsText, A::Error> {
                let mut text = LimitsText::default();
                while let Some(key) = map.next_key_seed(Key(Keys::All))? {
                    if key == SUBTREE {
                        text.subtrees = map.next_value_seed(Subtrees)?;
                    } else if Brake::of_key(&key).is_some() {
                        text.all.insert(key, map.next_value()?);
                    } else {
                        text.kinds.insert(key, map.next_value_seed(Table(Keys::OfKind))?);
                    }
                }
                Ok(text)
            }
        }
        deserializer.deserialize_map(Whole)
    }
}

impl LimitsText {
    /// The limits that are written.
    pub fn limits(&self) -> Limits {
        let brakes = |texts: &Texts| -> Vec<(Brake, WrittenLimit)> {
            texts.iter().filter_map(|(key, part)| Some((Brake::of_key(key)?, *part))).collect()
        };
        let kinds = Kind::ALL.into_iter().filter_map(|kind| Some((kind, self.kinds.get(kind.as_str())?)));
        Limits {
            all: brakes(&self.all).into_iter().collect(),
            kinds: kinds
                .flat_map(|(kind, texts)| brakes(texts).into_iter().map(move |(brake, part)| ((kind, brake), part)))
                .collect(),
            subtrees: self
                .subtrees
                .iter()
                .flat_map(|(name, texts)| {
                    let name = subtree(name).unwrap_or_else(|| name.clone());
                    brakes(texts).into_iter().map(move |(brake, part)| ((name.clone(), brake), part))
                })
                .collect(),
        }
    }

    /// Every limit with the keys that lead to it.
    pub(super) fn written(&self) -> Vec<(Vec<&str>, WrittenLimit)> {
        let all = self.all.iter().map(|(key, part)| (vec![key.as_str()], *part));
        let kinds = self
            .kinds
            .iter()
            .flat_map(|(kind, texts)| texts.iter().map(move |(key, part)| (vec![kind.as_str(), key.as_str()], *part)));
        let subtrees = self.subtrees.iter().flat_map(|(name, texts)| {
            texts.iter().map(move |(key, part)| (vec![SUBTREE, name.as_str(), key.as_str()], *part))
        });
        all.chain(kinds).chain(subtrees).collect()
    }

    /// The names of subtrees that cannot be any, with the keys that lead there.
    pub(super) fn wrong_subtrees(&self) -> Vec<[&str; 2]> {
        self.subtrees.keys().filter(|name| subtree(name).is_none()).map(|name| [SUBTREE, name.as_str()]).collect()
    }
}

/// The name of a subtree in the form of handles; none of what is no name.
fn subtree(name: &str) -> Option<String> {
    if name == EVERY {
        return Some(name.to_owned());
    }
    Some(Dn::parse(name).ok()?.handle().to_string())
}

/// The limits of an import: what one may end, of each kind of facts.
#[derive(Debug, Clone, Copy, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IntakeLimits {
    /// Facts of any kind that an import ends or corrects away.
    pub ends: WrittenLimit,
    /// People that an import ends.
    pub people: WrittenLimit,
    /// Units that an import ends.
    pub units: WrittenLimit,
    /// Engagements that an import ends.
    pub engagements: WrittenLimit,
    /// Memberships that an import ends.
    pub memberships: WrittenLimit,
}

/// A limit of imports: what it is without any configuration, and the kind of facts that it counts. What no row counts is
/// counted as `ends`.
#[derive(Debug)]
pub struct IntakeRow {
    pub key: &'static str,
    pub kind: Option<FactKind>,
    pub limit: Limit,
}

pub const INTAKE: [IntakeRow; 5] = {
    const fn row(key: &'static str, kind: Option<FactKind>, count: u64, floor: u64) -> IntakeRow {
        IntakeRow { key, kind, limit: Limit::new(count, 10.0, floor) }
    }
    [
        row("people", Some(FactKind::Person), 100, 3),
        row("units", Some(FactKind::Unit), 20, 3),
        row("engagements", Some(FactKind::Engagement), 200, 3),
        row("memberships", Some(FactKind::Membership), 500, 5),
        row("ends", None, 200, 3),
    ]
};

impl IntakeLimits {
    fn part(&self, key: &str) -> WrittenLimit {
        match key {
            "people" => self.people,
            "units" => self.units,
            "engagements" => self.engagements,
            "memberships" => self.memberships,
            _ => self.ends,
        }
    }

    /// How many facts of a kind an import may end.
    pub fn of(&self, kind: FactKind) -> Limit {
        let [.., others] = &INTAKE;
        let row = INTAKE.iter().find(|row| row.kind == Some(kind)).unwrap_or(others);
        self.part(row.key).or(self.ends).over(row.limit)
    }

    pub(super) fn written(&self) -> impl Iterator<Item = (&'static str, WrittenLimit)> {
        INTAKE.iter().map(|row| (row.key, self.part(row.key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_for_all_kinds_counts_for_each_that_has_no_limit_of_its_own() {
        let ends = WrittenLimit { count: Some(1000), ..WrittenLimit::default() };
        let limits = IntakeLimits {
            ends,
            units: WrittenLimit { count: Some(1), ..WrittenLimit::default() },
            ..IntakeLimits::default()
        };
        assert_eq!(limits.of(FactKind::Person), Limit::new(1000, 10.0, 3));
        assert_eq!(limits.of(FactKind::Unit), Limit::new(1, 10.0, 3));
        assert_eq!(IntakeLimits::default().of(FactKind::Unit), Limit::new(20, 10.0, 3));
        assert_eq!(IntakeLimits::default().of(FactKind::Group), Limit::new(200, 10.0, 3));
        for row in &INTAKE {
            assert_eq!(IntakeLimits::default().part(row.key), WrittenLimit::default(), "{}", row.key);
        }
    }
}
