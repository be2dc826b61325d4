//! `[groups.NAME]`: groups that are made of the roster, for all targets that have groups.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::compile::expression;
use super::document::Document;
use crate::expr::roots::{GROUPS, UNIT_ROOTS, USER};
use crate::mapping::GroupRule;
use crate::org::CustomTypes;

/// One rule as it is written. All texts are expressions.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GroupRule")]
pub struct GroupText {
    /// One group for each unit; a single one without it.
    pub each: Option<Each>,
    /// Which units have one: all of them without a condition.
    pub when: Option<String>,
    /// What the group is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Of those in question, who is a member: all of them without a condition.
    pub who: Option<String>,
    /// What is below the unit counts, too.
    pub below: Option<bool>,
    /// In question are those who lead, instead of those who work there.
    #[serde(default)]
    pub managers: bool,
}

/// What there is one group for each of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "EachUnit")]
pub enum Each {
    Unit,
}

/// Compiles the rules. Those with problems are left out, and the problems noted.
pub(super) fn groups(
    document: &mut Document<'_>,
    written: &BTreeMap<String, GroupText>,
    custom: &CustomTypes,
) -> Vec<GroupRule> {
    written.iter().filter_map(|(name, text)| group(document, name, text, custom)).collect()
}

fn group(document: &mut Document<'_>, name: &str, text: &GroupText, custom: &CustomTypes) -> Option<GroupRule> {
    let path = |field| ["groups", name, field];
    let each_unit = text.each == Some(Each::Unit);
    let roots = if each_unit { UNIT_ROOTS } else { GROUPS };
    for (field, is_there) in [("when", text.when.is_some()), ("below", text.below.is_some())] {
        if is_there && !each_unit {
            let hint = Some("add each = \"unit\", or say with `who` which people are meant".to_owned());
            document.at_key(&path(field), format!("{field} is about units, and this is one group for all"), hint);
        }
    }
    if !each_unit && text.who.is_none() && !text.managers {
        let hint = Some("add who = a condition, managers = true, or each = \"unit\"".to_owned());
        document.at_key(&["groups", name], "everybody would be in this group", hint);
    }
    let mut optional = |field, text: &Option<String>, roots| {
        text.as_ref().map(|text| expression(document, &path(field), text, roots, custom))
    };
    let when = optional("when", &text.when, roots);
    let description = optional("description", &text.description, roots);
    let who = optional("who", &text.who, USER);
    let title = expression(document, &path("name"), &text.name, roots, custom)?;
    Some(GroupRule {
        rule: name.to_owned(),
        each_unit,
        when: when.flatten(),
        name: title,
        description: description.flatten(),
        who: who.flatten(),
        below: text.below.unwrap_or(false),
        managers: text.managers,
    })
}
