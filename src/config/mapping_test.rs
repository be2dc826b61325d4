//! `[test.NAME]`: a person (or a unit, or a group) as small as it needs to be, and what the mapping makes of it. Knows
//! how such a test is written and what can be wrong about it before it is run.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::document::Document;
use super::load::TargetConfig;
use crate::object::{AttributeName, Kind, Value, aspect};
use crate::org::nearest;
use crate::org::{Custom, Day, Visibility};

/// One test of the mapping.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingTest {
    /// Which mapping it tests; may be left out where there is one target.
    pub target: Option<String>,
    /// The day that it is; without it the first or last day of the job that is written.
    pub day: Option<Day>,
    pub person: Option<PersonText>,
    /// The person's job; without one, a job of which nothing else is known.
    pub engagement: Option<EngagementText>,
    pub second_engagement: Option<EngagementText>,
    /// The unit of the job; without a person, the unit that is tested.
    pub unit: Option<UnitText>,
    /// Who manages the unit.
    pub manager: Option<OtherText>,
    pub sponsor: Option<OtherText>,
    /// The person's login; what `[naming.login]` would give without it.
    pub login: Option<String>,
    /// Which of the person's accounts is tested: one of `[accounts]`; the ordinary one without it.
    pub account: Option<String>,
    /// The group that is tested.
    pub group: Option<GroupText>,
    /// Whether there should be an object at all; yes unless it says no.
    pub in_scope: Option<bool>,
    /// What comes out. An empty text or list is nothing. Attributes that are not listed may have any value.
    #[serde(default)]
    pub gives: BTreeMap<String, Expected>,
}

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonText {
    /// As a rule sees it.
    pub id: Option<String>,
    /// As in the roster.
    #[serde(default)]
    pub given_name: String,
    /// As in the roster.
    pub surname: String,
    /// As in the roster.
    pub nickname: Option<String>,
    pub category: Option<ClassText>,
    /// By the name of their type.
    #[serde(default)]
    pub contact: BTreeMap<String, ContactText>,
    /// Custom attributes, by name.
    #[serde(default)]
    pub custom: Custom,
}

#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngagementText {
    /// As in the roster.
    pub title: Option<String>,
    pub job_function: Option<ClassText>,
    #[serde(rename = "type")]
    pub engagement_type: Option<ClassText>,
    /// The employee number.
    pub number: Option<String>,
    /// Of full time: 0.5 is half.
    pub fraction: Option<f64>,
    /// Whether it is marked as the primary one.
    pub primary: Option<bool>,
    /// The first day.
    pub start: Option<Day>,
    /// The last day.
    pub end: Option<Day>,
    /// Another unit than that of the test.
    pub unit: Option<String>,
    /// Custom attributes, by name.
    #[serde(default)]
    pub custom: Custom,
}

/// A unit: its name, the names from the top down to it, or a table.
#[derive(Debug, Clone)]
pub struct UnitText(pub UnitTable);

#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitTable {
    /// As a rule sees it.
    pub id: Option<String>,
    /// The names from the top down to it.
    pub path: Vec<String>,
    #[serde(rename = "type")]
    pub unit_type: Option<ClassText>,
    pub level: Option<ClassText>,
    /// As in the roster.
    #[serde(default)]
    pub tags: Vec<String>,
    /// By the name of their type.
    #[serde(default)]
    pub contact: BTreeMap<String, ContactText>,
    /// Custom attributes, by name.
    #[serde(default)]
    pub custom: Custom,
}

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherText {
    /// As in the roster.
    #[serde(default)]
    pub given_name: String,
    /// As in the roster.
    pub surname: String,
    /// The login, which a rule about the manager may see.
    pub login: Option<String>,
    /// The title of the job.
    pub title: Option<String>,
    /// By the name of their type.
    #[serde(default)]
    pub contact: BTreeMap<String, ContactText>,
}

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TestGroup")]
pub struct GroupText {
    /// As in the roster.
    pub name: String,
    #[serde(rename = "type")]
    pub group_type: Option<ClassText>,
    /// As in the roster.
    pub description: Option<String>,
    /// Custom attributes, by name.
    #[serde(default)]
    pub custom: Custom,
}

/// A class: its name, or a table.
#[derive(Debug, Clone)]
pub struct ClassText(pub ClassTable);

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassTable {
    pub name: String,
    pub scope: Option<String>,
}

/// A contact: its value, which anybody may see, or a table.
#[derive(Debug, Clone)]
pub struct ContactText(pub ContactTable);

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactTable {
    /// As in the roster.
    pub value: String,
    #[serde(default)]
    pub visibility: Visibility,
    /// Whether it is marked as the primary one of its type.
    pub primary: Option<bool>,
}

/// The values that an attribute should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected(pub Vec<Value>);

/// A shape that may be written short or as a table.
struct Short<T, R>(&'static str, fn(Vec<String>) -> Option<T>, std::marker::PhantomData<R>);

impl<'de, T, R: Deserialize<'de> + Into<T>> Visitor<'de> for Short<T, R> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        (self.1)(vec![text.to_owned()]).ok_or_else(|| E::invalid_type(serde::de::Unexpected::Str(text), &self.0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<T, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            texts.push(text);
        }
        (self.1)(texts).ok_or_else(|| serde::de::Error::invalid_type(serde::de::Unexpected::Seq, &self.0))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        R::deserialize(MapAccessDeserializer::new(map)).map(Into::into)
    }
}

macro_rules! short {
    ($short:ident, $table:ident, $expected:literal, $of:expr) => {
        impl From<$table> for $short {
            fn from(table: $table) -> Self {
                Self(table)
            }
        }

        impl<'de> Deserialize<'de> for $short {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let of: fn(Vec<String>) -> Option<Self> = $of;
                deserializer.deserialize_any(Short::<Self, $table>($expected, of, std::marker::PhantomData))
            }
        }
    };
}

short!(UnitText, UnitTable, "a name, a list of names from the top unit down, or a table with `path`", |path| {
    Some(Self(UnitTable { path, ..UnitTable::default() }))
});
short!(ClassText, ClassTable, "the name of a class, or a table with `name` and `scope`", |texts| {
    let [name] = <[String; 1]>::try_from(texts).ok()?;
    Some(Self(ClassTable { name, scope: None }))
});
short!(ContactText, ContactTable, "a value, or a table with `value` and `visibility`", |texts| {
    let [value] = <[String; 1]>::try_from(texts).ok()?;
    Some(Self(ContactTable { value, visibility: Visibility::Public, primary: None }))
});

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values;
        impl<'de> Visitor<'de> for Values {
            type Value = Expected;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a whole number, true, false, or a list of these")
            }

            fn visit_str<E>(self, text: &str) -> Result<Expected, E> {
                Ok(Expected(if text.is_empty() { Vec::new() } else { vec![Value::text(text)] }))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Expected, E> {
                Ok(Expected(vec![Value::Bool(value)]))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Expected, E> {
                Ok(Expected(vec![Value::Int(number)]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Expected, A::Error> {
                let mut values = Vec::new();
                while let Some(Expected(value)) = list.next_element()? {
                    values.extend(value);
                }
                Ok(Expected(values))
            }
        }
        deserializer.deserialize_any(Values)
    }
}

/// What a test may expect beside attributes.
pub(super) const ASPECTS: [&str; 3] = [aspect::NAME, aspect::MANAGER, PLACE];
/// The unit in whose container the object lies.
pub(super) const PLACE: &str = "place";

impl MappingTest {
    /// The day on which it is looked at.
    pub(super) fn day_of(&self) -> Day {
        let of_job = || self.engagement.as_ref().and_then(|job| job.start.or(job.end));
        self.day.or_else(of_job).unwrap_or(Day::SOME)
    }

    /// What is tested.
    pub(super) fn kind(&self) -> Option<Kind> {
        match (&self.person, &self.group, &self.unit) {
            (Some(_), None, _) => Some(Kind::User),
            (None, Some(_), None) => Some(Kind::Group),
            (None, None, Some(_)) => Some(Kind::Unit),
            _ => None,
        }
    }

    /// The target whose mapping is tested.
    pub(super) fn target<'a>(
        &'a self,
        targets: &'a BTreeMap<String, TargetConfig>,
    ) -> Option<(&'a str, &'a TargetConfig)> {
        let known = match &self.target {
            Some(name) => targets.get_key_value(name),
            None if targets.len() == 1 => targets.first_key_value(),
            None => None,
        };
        known.map(|(name, target)| (name.as_str(), target))
    }
}

/// What is wrong with the tests before they are run.
pub(super) fn check(
    document: &mut Document<'_>,
    tests: &BTreeMap<String, MappingTest>,
    targets: &BTreeMap<String, TargetConfig>,
) {
    for (name, test) in tests {
        let path = ["test", name.as_str()];
        let Some(kind) = test.kind() else {
            let hint = Some("write a person (and a unit), or a unit alone, or a group alone".to_owned());
            document.at_key(&path, "a test is of one person, one unit or one group", hint);
            continue;
        };
        let known = || targets.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let Some((target, config)) = test.target(targets) else {
            match &test.target {
                Some(unknown) => {
                    let hint = match nearest(unknown, targets.keys().map(String::as_str)) {
                        Some(near) => format!("did you mean {near:?}?"),
                        None => format!("the targets are: {}", known()),
                    };
                    document.at_value(
                        &[path[0], path[1], "target"],
                        format!("no target is named {unknown:?}"),
                        Some(hint),
                    );
                }
                None => {
                    let hint = Some(format!("add target = …, one of: {}", known()));
                    document.at_key(&path, "the test does not say which target's mapping it is about", hint);
                }
            }
            continue;
        };
        let Some(rules) = config.rules.kinds.get(&kind) else {
            let hint = Some(format!("add [{}.{target}.{kind}]", config.protocol.as_str()));
            document.at_key(&path, format!("the target {target} has no mapping of {kind}s"), hint);
            continue;
        };
        let further = || config.rules.accounts.iter().map(|rule| rule.rule.as_str());
        if let Some(account) = test.account.as_deref().filter(|account| !further().any(|known| known == *account)) {
            let hint = match nearest(account, further()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => "write the name of one of [accounts], or leave it out for the ordinary account".to_owned(),
            };
            let path = [path[0], path[1], "account"];
            document.at_value(&path, format!("nobody has an account {account:?} in {target}"), Some(hint));
        }
        if test.gives.is_empty() && test.in_scope.is_none() {
            let hint = Some("add gives = { ATTRIBUTE = VALUE }, or in_scope = false".to_owned());
            document.at_key(&path, "the test expects nothing", hint);
        }
        for attribute in test.gives.keys() {
            let is_aspect = ASPECTS.contains(&attribute.as_str());
            if is_aspect || rules.attributes.keys().any(|known| known.is(attribute)) {
                continue;
            }
            let names = rules.attributes.keys().map(AttributeName::as_str).chain(ASPECTS);
            let hint = match nearest(attribute, names) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("the rules are below [{}.{target}.{kind}.attributes]", config.protocol.as_str()),
            };
            let message = format!("no rule of {target} sets {attribute:?}");
            document.at_key(&[path[0], path[1], "gives", attribute], message, Some(hint));
        }
    }
}
