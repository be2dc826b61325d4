//! The ladder as it is written, from which each target's own is made: the words of the target count before those for
//! everybody, and of each those for a category before the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::compile::{self, Known, Protocol, Written};
use super::document::Document;
use crate::expr::fold;
use crate::mapping::Rules;
use crate::mapping::lifecycle::{Basis, Ladder, Need, OnLeave, Policy};
use crate::object::{AttributeName, Kind, Value};

/// The longest time that a rung can be away, in days: ten years.
const LONGEST: u32 = 3_660;

/// `[lifecycle]`, `[lifecycle.category.NAME]`, and the same of a target.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LifecycleText {
    /// How many days before the first one an account is made, disabled; 0 without it.
    pub create_days: Option<u32>,
    /// How many days before the first one it can be used; 0 without it.
    pub enable_days: Option<u32>,
    /// Between two jobs that lie no more days apart an account stays as it is; 0 without it.
    pub gap_days: Option<u32>,
    pub leave: Option<OnLeave>,
    /// How many days after the last one it is disabled; 0 without it.
    pub disable_days: Option<u32>,
    /// After how many more days it is taken out of all groups.
    pub strip_days: Option<After>,
    /// After how many it is shown in no address list.
    pub hide_days: Option<After>,
    /// After how many it is moved among the leavers, where the target has a place for them.
    pub move_days: Option<After>,
    /// After how many it is deleted, each time with an approval; of a target only.
    pub delete_days: Option<After>,
    /// What the record of a person must have before anything is done about the account.
    pub needs: Option<Vec<Need>>,
    pub basis: Option<Basis>,
    /// The attributes of who is hidden; of a target only.
    pub hide: BTreeMap<String, Given>,
    /// The attributes of who is stripped; of a target only.
    pub strip: BTreeMap<String, Given>,
    /// By the name of the category.
    pub category: BTreeMap<String, LifecycleText>,
}

/// A number of days, or `"never"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After(Option<u32>);

/// What an attribute is set to: a value, or a list; nothing clears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given(Vec<Value>);

impl<'de> Deserialize<'de> for After {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Days;
        impl Visitor<'_> for Days {
            type Value = After;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of days, or \"never\"")
            }

            fn visit_i64<E: Error>(self, days: i64) -> Result<After, E> {
                let days =
                    u32::try_from(days).map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(days), &self))?;
                Ok(After(Some(days)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<After, E> {
                match text {
                    "never" => Ok(After(None)),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Days)
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values;
        impl<'de> Visitor<'de> for Values {
            type Value = Given;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a whole number, true or false, or a list of these")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Given, E> {
                Ok(Given(vec![Value::Bool(value)]))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Given, E> {
                Ok(Given(vec![Value::Int(value)]))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Given, E> {
                Ok(Given(Some(text).filter(|text| !text.is_empty()).map(Value::text).into_iter().collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Given, A::Error> {
                let mut values = Vec::new();
                while let Some(Given(some)) = list.next_element()? {
                    values.extend(some);
                }
                Ok(Given(values))
            }
        }
        deserializer.deserialize_any(Values)
    }
}

impl LifecycleText {
    /// A policy with these words over it.
    fn over(&self, mut policy: Policy) -> Policy {
        let set = |to: &mut i64, days: Option<u32>| *to = days.map_or(*to, i64::from);
        set(&mut policy.create_days, self.create_days);
        set(&mut policy.enable_days, self.enable_days);
        set(&mut policy.gap_days, self.gap_days);
        set(&mut policy.disable_days, self.disable_days);
        let after = |to: &mut Option<i64>, days: Option<After>| {
            if let Some(After(days)) = days {
                *to = days.map(i64::from);
            }
        };
        after(&mut policy.strip_days, self.strip_days);
        after(&mut policy.hide_days, self.hide_days);
        after(&mut policy.move_days, self.move_days);
        after(&mut policy.delete_days, self.delete_days);
        policy.leave = self.leave.unwrap_or(policy.leave);
        policy.basis = self.basis.unwrap_or(policy.basis);
        if let Some(needs) = &self.needs {
            policy.needs = needs.iter().copied().collect();
        }
        policy
    }

    fn numbers(&self) -> [(&'static str, Option<u32>); 8] {
        let after = |days: Option<After>| days.and_then(|After(days)| days);
        [
            ("create_days", self.create_days),
            ("enable_days", self.enable_days),
            ("gap_days", self.gap_days),
            ("disable_days", self.disable_days),
            ("strip_days", after(self.strip_days)),
            ("hide_days", after(self.hide_days)),
            ("move_days", after(self.move_days)),
            ("delete_days", after(self.delete_days)),
        ]
    }
}

/// Checks `[lifecycle]`, which is of all targets.
pub(super) fn of_everybody(document: &mut Document<'_>, text: &LifecycleText) {
    let mut check = |path: &[&str], text: &LifecycleText| {
        days(document, path, text);
        if text.delete_days.is_some() {
            let hint = Some("write it in the section of each target that may delete: [ldap.NAME.lifecycle]".to_owned());
            document.at_value(
                &[path, &["delete_days"]].concat(),
                "deleting is not switched on everywhere at once",
                hint,
            );
        }
        for (name, given) in [("hide", &text.hide), ("strip", &text.strip)] {
            if !given.is_empty() {
                let hint = Some(format!("write it in the section of a target: [ldap.NAME.lifecycle.{name}]"));
                document.at_key(&[path, &[name]].concat(), "each target has attributes of its own", hint);
            }
        }
    };
    check(&["lifecycle"], text);
    for (name, category) in &text.category {
        check(&["lifecycle", "category", name], category);
    }
    let (base, mut said) = (text.over(Policy::default()), BTreeSet::new());
    order(document, &["lifecycle"], &base, &mut said);
    for (name, category) in &text.category {
        order(document, &["lifecycle", "category", name], &category.over(base.clone()), &mut said);
    }
}

fn days(document: &mut Document<'_>, path: &[&str], text: &LifecycleText) {
    for (name, _) in text.numbers().into_iter().filter(|(_, days)| days.is_some_and(|days| days > LONGEST)) {
        document.at_value(&[path, &[name]].concat(), format!("{name} is at most {LONGEST}"), None);
    }
    if path.contains(&"category") && !text.category.is_empty() {
        document.at_key(&[path, &["category"]].concat(), "a category has no categories", None);
    }
}

/// The ladder of one target.
pub(super) fn ladder(
    document: &mut Document<'_>,
    written: &Written<'_>,
    (everybody, own): (&LifecycleText, &LifecycleText),
    leavers: bool,
    (rules, known): (&Rules, &Known<'_>),
) -> Ladder {
    let target = [written.protocol.as_str(), written.name, "lifecycle"];
    days(document, &target, own);
    let mut ladder = Ladder::default();
    for (field, given, to) in
        [("hide", &own.hide, &mut ladder.effects.hide), ("strip", &own.strip, &mut ladder.effects.strip)]
    {
        for (text, Given(values)) in given {
            let (path, name) = ([&target[..], &[field, text]].concat(), AttributeName::new(text.as_str()));
            compile::check_attribute(document, written, known, &path, &name);
            let mapped = rules.kinds.get(&Kind::User).is_some_and(|users| users.attributes.contains_key(&name));
            if values.is_empty() && !mapped {
                let hint = Some("add a rule for it, or leave this out".to_owned());
                document.at_value(&path, format!("{text} is cleared here, and no rule ever sets it"), hint);
            }
            to.insert(name, values.clone());
        }
    }
    let can = Can { hide: !ladder.effects.hide.is_empty(), tree: written.protocol != Protocol::Scim, leavers };
    can.check(document, &target, own);
    let base = everybody.over(Policy::default());
    let words = everybody.category.values().map(|text| text.over(base.clone())).chain([base.clone()]);
    let mut said: BTreeSet<String> = words.flat_map(|policy| flaws(&policy).into_keys()).collect();
    let policy = own.over(base.clone());
    order(document, &target, &policy, &mut said);
    let names: Vec<&String> = everybody.category.keys().chain(own.category.keys()).collect();
    for name in names {
        let path = [&target[..], &["category", name]].concat();
        let of_all = everybody.category.get(name).map_or_else(|| base.clone(), |text| text.over(base.clone()));
        let own_words = own.category.get(name);
        if let Some(text) = own_words {
            days(document, &path, text);
            can.check(document, &path, text);
            for field in [("hide", !text.hide.is_empty()), ("strip", !text.strip.is_empty())].iter().filter(|one| one.1)
            {
                let hint = Some(format!("write it in [{}]", target.join(".")));
                document.at_key(&[&path[..], &[field.0]].concat(), "what a rung does is the same for everybody", hint);
            }
        }
        let for_category =
            own_words.map_or_else(|| own.over(of_all.clone()), |text| text.over(own.over(of_all.clone())));
        order(document, if own_words.is_some() { &path } else { &target }, &for_category, &mut said);
        ladder.categories.insert(fold(name), can.limited(for_category));
    }
    if policy.move_days.is_some() && can.tree && !leavers {
        let hint = "write leavers_base = the DN of the leavers' container, or move_days = \"never\" here".to_owned();
        let connection = [target[0], target[1], "connection"];
        document.at_key(&connection, "leavers are to be moved, and there is no place for them", Some(hint));
    }
    ladder.everybody = can.limited(policy);
    ladder.further = rules.accounts.iter().filter_map(|rule| rule.lifecycle.clone()).collect();
    ladder
}

/// What loses something in the order of the rungs, with what to do about it.
fn flaws(policy: &Policy) -> BTreeMap<String, &'static str> {
    let mut flaws = BTreeMap::new();
    if policy.enable_days > policy.create_days {
        let message = format!("enable_days {} is more than create_days {}", policy.enable_days, policy.create_days);
        flaws.insert(message, "an account is made before it can be used: raise create_days");
    }
    if let Some((rung, days)) = policy.descent().find(|(_, days)| *days < policy.disable_days) {
        let message =
            format!("after {days} days an account is {rung}, and only after {} disabled", policy.disable_days);
        flaws.insert(message, "what can still be used is not taken apart: lower disable_days");
    }
    if let Some(last) = policy.delete_days
        && let Some((rung, days)) = policy.descent().find(|(_, days)| *days > last)
    {
        let message = format!("after {last} days an account is deleted, and only after {days} {rung}");
        flaws.insert(message, "deleting is the last rung: raise delete_days");
    }
    flaws
}

/// Says the flaws of a policy that were not said before.
fn order(document: &mut Document<'_>, path: &[&str], policy: &Policy, said: &mut BTreeSet<String>) {
    for (message, hint) in flaws(policy) {
        if said.insert(message.clone()) {
            document.at_key(path, message, Some(hint.to_owned()));
        }
    }
}

/// What a target can do of the rungs.
#[derive(Debug, Clone, Copy)]
struct Can {
    hide: bool,
    tree: bool,
    leavers: bool,
}

impl Can {
    /// Says which of a target's own words would do nothing.
    fn check(self, document: &mut Document<'_>, path: &[&str], own: &LifecycleText) {
        if own.hide_days.is_some_and(|After(days)| days.is_some()) && !self.hide {
            let hint = Some(format!("add the attributes that hide: [{}.{}.lifecycle.hide]", path[0], path[1]));
            document.at_value(&[path, &["hide_days"]].concat(), "nothing says how somebody is hidden here", hint);
        }
        if own.move_days.is_some_and(|After(days)| days.is_some()) && !self.tree {
            let hint = Some("leave it out".to_owned());
            document.at_value(&[path, &["move_days"]].concat(), "a SCIM service has no places", hint);
        }
    }

    /// The rungs that mean something here.
    fn limited(self, policy: Policy) -> Policy {
        Policy {
            hide_days: policy.hide_days.filter(|_| self.hide),
            move_days: policy.move_days.filter(|_| self.tree && self.leavers),
            ..policy
        }
    }
}
