//! `[accounts.NAME]`: further accounts that people have beside the ordinary one, in all targets or in some.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::compile::expression;
use super::document::Document;
use super::naming::{self, NameText};
use super::settings::Sections;
use crate::expr::fold;
use crate::expr::roots::HOLDER;
use crate::mapping::{AccountRule, NamingRules};
use crate::object::NameKind;
use crate::org::CustomTypes;
use crate::org::nearest;

/// One rule as it is written.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountText {
    /// One account for each engagement that is meant; one for each person without it.
    pub each: Option<Each>,
    /// Who has one, or for which engagement.
    pub when: Option<String>,
    /// Where: in every target that has users, unless it says.
    pub targets: Option<Vec<String>>,
    /// The category whose days of `[lifecycle]` hold; those of the person without it.
    pub lifecycle: Option<String>,
    /// How its names are made, where it is not as the ordinary account's are.
    #[serde(default)]
    pub login: NameText,
    /// Without it, the account has no mail address.
    pub mail: Option<NameText>,
    #[serde(default)]
    pub upn: NameText,
    #[serde(default)]
    pub cn: NameText,
}

/// What there is one account for each of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "EachEngagement")]
pub enum Each {
    Engagement,
}

impl AccountText {
    pub(super) fn of(&self, what: NameKind) -> Option<&NameText> {
        match what {
            NameKind::Login => Some(&self.login),
            NameKind::Mail => self.mail.as_ref(),
            NameKind::Upn => Some(&self.upn),
            NameKind::Cn => Some(&self.cn),
        }
    }
}

/// The rules of all targets, each with the targets that it is for.
#[derive(Debug, Default)]
pub(super) struct Accounts(Vec<(Arc<AccountRule>, BTreeSet<String>)>);

impl Accounts {
    pub fn all(&self) -> Vec<Arc<AccountRule>> {
        self.0.iter().map(|(rule, _)| Arc::clone(rule)).collect()
    }

    pub fn of(&self, target: &str) -> Vec<Arc<AccountRule>> {
        let here = self.0.iter().filter(|(_, targets)| targets.contains(target));
        here.map(|(rule, _)| Arc::clone(rule)).collect()
    }
}

/// Compiles the rules. Those with problems are left out, and the problems noted.
pub(super) fn accounts(
    document: &mut Document<'_>,
    sections: &Sections,
    naming: Option<&NamingRules>,
    custom: &CustomTypes,
) -> Accounts {
    let written = sections.accounts.iter();
    Accounts(written.filter_map(|(name, text)| account(document, sections, (name, text), naming, custom)).collect())
}

fn account(
    document: &mut Document<'_>,
    sections: &Sections,
    (name, text): (&str, &AccountText),
    naming: Option<&NamingRules>,
    custom: &CustomTypes,
) -> Option<(Arc<AccountRule>, BTreeSet<String>)> {
    let path = |field| ["accounts", name, field];
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(plain) {
        let hint = Some("write letters of a to z, digits, - and _".to_owned());
        document.at_key(&["accounts", name], format!("{name:?} is no name of a kind of account"), hint);
    }
    if text.when.is_none() && text.each.is_none() {
        let hint = Some("add when = a condition, or each = \"engagement\"".to_owned());
        document.at_key(&["accounts", name], "everybody would have a second account", hint);
    }
    let lifecycle = text.lifecycle.as_ref().map(|category| fold(category));
    if let (Some(category), Some(folded)) = (&text.lifecycle, &lifecycle) {
        check_category(document, sections, &path("lifecycle"), (category, folded));
    }
    let targets = targets(document, sections, &path("targets"), text.targets.as_deref());
    let when = text.when.as_ref().map(|when| expression(document, &path("when"), when, HOLDER, custom));
    let names = naming.map(|rules| naming::of_account(document, sections, (name, text), rules, custom));
    let when = match when {
        Some(None) => return None,
        Some(when) => when,
        None => None,
    };
    let each_engagement = text.each == Some(Each::Engagement);
    Some((Arc::new(AccountRule { rule: name.to_owned(), each_engagement, when, lifecycle, names: names?? }), targets))
}

fn check_category(
    document: &mut Document<'_>,
    sections: &Sections,
    path: &[&str],
    (category, folded): (&str, &String),
) {
    let of_targets = sections.ldap.values().map(|ldap| &ldap.lifecycle);
    let of_targets = of_targets.chain(sections.scim.values().map(|scim| &scim.lifecycle));
    let all = of_targets.chain([&sections.lifecycle]).flat_map(|words| words.category.keys());
    let known: BTreeSet<&str> = all.map(String::as_str).collect();
    if !known.iter().any(|one| fold(one) == *folded) {
        let hint = match nearest(category, known.iter().copied()) {
            Some(other) => format!("did you mean {other:?}?"),
            None => format!("add [lifecycle.category.{category}], or leave it out: the person's days hold then"),
        };
        document.at_value(path, format!("there is no [lifecycle.category.{category}]"), Some(hint));
    }
}

/// The targets that a rule is for.
fn targets(
    document: &mut Document<'_>,
    sections: &Sections,
    path: &[&str],
    written: Option<&[String]>,
) -> BTreeSet<String> {
    let ldap = sections.ldap.iter().map(|(name, ldap)| (name, ldap.user.is_some()));
    let all: BTreeMap<&String, bool> =
        ldap.chain(sections.scim.iter().map(|(name, scim)| (name, scim.user.is_some()))).collect();
    let with_users = || all.iter().filter(|(_, has_users)| **has_users).map(|(name, _)| (*name).clone());
    let Some(written) = written else { return with_users().collect() };
    if written.is_empty() {
        document.at_value(path, "it would be nowhere", Some("leave it out: all targets are meant then".to_owned()));
    }
    for target in written {
        match all.get(target) {
            Some(true) => {}
            Some(false) => {
                let hint = Some("leave it out, or map users there".to_owned());
                document.at_value(path, format!("{target} has no users"), hint);
            }
            None => {
                let hint = match nearest(target, all.keys().map(|name| name.as_str())) {
                    Some(other) => format!("did you mean {other:?}?"),
                    None => "write the names of [ldap.…] and [scim.…] sections".to_owned(),
                };
                document.at_value(path, format!("there is no target {target:?}"), Some(hint));
            }
        }
    }
    written.iter().cloned().collect()
}
