//! `[naming]`: the kinds of names that a site gives, and how.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::accounts::AccountText;
use super::compile::expression;
use super::document::Document;
use super::settings::Sections;
use crate::expr::roots::{
    FURTHER, FURTHER_CN, FURTHER_MAIL, FURTHER_UPN, NAMING, NAMING_CN, NAMING_MAIL, NAMING_UPN, RootSpec,
};
use crate::expr::{Expression, fold, taken_forms};
use crate::mapping::naming::{NameRule, NamingRules, OnRename, Pattern};
use crate::mapping::{KindRules, Rules};
use crate::object::{Kind, NameKind};
use crate::org::CustomTypes;

/// Names of all kinds. Logins are always given; addresses, principal names and relative names where they have a section.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Naming {
    /// What is written for a letter, before any pattern sees a name: `{ "å" = "aa" }`. Beyond these, letters go by the
    /// habits of Danish and German (æ, ø, å, ä, ö, ü, ß).
    pub transliterate: BTreeMap<String, String>,
    /// Names that nobody gets, beside those that never are anybody's.
    pub forbidden: Vec<String>,
    /// What no name contains.
    pub forbidden_parts: Vec<String>,
    /// For how many days after the last day of whoever had it nobody else gets a name; for ever without it.
    pub keep_days: Option<u32>,
    pub login: NameText,
    pub mail: Option<NameText>,
    pub upn: Option<NameText>,
    pub cn: Option<NameText>,
}

/// How names of one kind are made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NameText {
    /// Expressions over the person, tried in order. One with `counter` in it is tried with 02, 03, …, too; at the end of
    /// the last one the counter stands by itself.
    pub patterns: Option<Vec<String>>,
    /// What follows the `@`: of addresses and principal names.
    pub domain: Option<String>,
    /// Digits of the counter at least: with 2 it is 02, 03, …
    pub counter_digits: Option<u32>,
    /// Characters at most, without the domain. Active Directory allows 20 in a login.
    pub max_length: Option<u32>,
    /// What becomes of the name when the person is called otherwise.
    pub on_rename: Option<OnRename>,
}

/// Logins and addresses that are never a person's.
const FORBIDDEN: [&str; 13] = [
    "abuse",
    "admin",
    "administrator",
    "guest",
    "hostmaster",
    "info",
    "krbtgt",
    "noreply",
    "postmaster",
    "root",
    "support",
    "test",
    "webmaster",
];

/// What a kind of name is like where the site does not say.
struct Usual {
    patterns: &'static [&'static str],
    roots: &'static [RootSpec],
    most: u32,
    usual_most: u32,
    on_rename: OnRename,
}

fn usual(what: NameKind) -> Usual {
    match what {
        NameKind::Login => Usual {
            patterns: &["slug(person.given_name)[:3] ~ slug(person.surname)[:3]"],
            roots: NAMING,
            most: 64,
            usual_most: 20,
            on_rename: OnRename::Keep,
        },
        NameKind::Mail => Usual {
            patterns: &["slug(person.given_name) ~ '.' ~ slug(person.surname)"],
            roots: NAMING_MAIL,
            most: 64,
            usual_most: 64,
            on_rename: OnRename::Change,
        },
        NameKind::Upn => {
            Usual { patterns: &["login"], roots: NAMING_UPN, most: 64, usual_most: 64, on_rename: OnRename::Keep }
        }
        NameKind::Cn => Usual {
            patterns: &["person.name", "person.name ~ ' ' ~ counter"],
            roots: NAMING_CN,
            most: 64,
            usual_most: 64,
            on_rename: OnRename::Change,
        },
    }
}

impl Naming {
    fn of(&self, what: NameKind) -> Option<&NameText> {
        match what {
            NameKind::Login => Some(&self.login),
            NameKind::Mail => self.mail.as_ref(),
            NameKind::Upn => self.upn.as_ref(),
            NameKind::Cn => self.cn.as_ref(),
        }
    }

    /// What follows the `@` of a kind of name: principal names have that of the addresses, unless they have their own.
    fn domain(&self, what: NameKind) -> Option<&String> {
        let own = self.of(what).and_then(|text| text.domain.as_ref());
        match what {
            NameKind::Upn => own.or_else(|| self.mail.as_ref().and_then(|mail| mail.domain.as_ref())),
            _ => own,
        }
    }
}

/// Compiles the naming rules; `None` when they have a problem.
pub(super) fn rules(document: &mut Document<'_>, naming: &Naming, custom: &CustomTypes) -> Option<NamingRules> {
    let forbidden = FORBIDDEN.into_iter().chain(naming.forbidden.iter().map(String::as_str));
    let mut rules = NamingRules {
        letters: letters(document, &naming.transliterate),
        forbidden: forbidden.flat_map(taken_forms).collect(),
        forbidden_parts: naming.forbidden_parts.iter().map(|part| fold(part)).collect(),
        keep_days: naming.keep_days,
        names: BTreeMap::new(),
        accounts: Vec::new(),
    };
    if rules.forbidden_parts.iter().any(String::is_empty) {
        document.at_value(
            &["naming", "forbidden_parts"],
            "an empty part is in every name",
            Some("leave it out".to_owned()),
        );
    }
    let mut is_good = true;
    for what in NameKind::ALL {
        if let Some(text) = naming.of(what) {
            let (base, usual) = (["naming", what.as_str()], usual(what));
            let looks = |document: &mut Document<'_>, rule: &Expression| {
                check_names(document, naming, &[base[0], base[1], "patterns"], rule);
            };
            let domain = naming.domain(what).cloned();
            let way = Way { base: &base, what, roots: usual.roots, as_ordinary: None, domain, looks: &looks };
            match rule(document, &way, text, custom) {
                Some(rule) => _ = rules.names.insert(what, rule),
                None => is_good = false,
            }
        }
    }
    is_good.then_some(rules)
}

fn letters(document: &mut Document<'_>, written: &BTreeMap<String, String>) -> BTreeMap<char, String> {
    let mut letters = BTreeMap::new();
    for (letter, other) in written {
        let mut chars = letter.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) if !one.is_uppercase() => _ = letters.insert(one, other.clone()),
            _ => {
                let hint = Some("write one small letter: capitals follow it".to_owned());
                document.at_key(&["naming", "transliterate", letter], format!("{letter:?} is no small letter"), hint);
            }
        }
    }
    letters
}

/// The names of a further account; `None` when they have a problem. What is not written is as it is of the ordinary one.
pub(super) fn of_account(
    document: &mut Document<'_>,
    sections: &Sections,
    (name, account): (&str, &AccountText),
    ordinary: &NamingRules,
    custom: &CustomTypes,
) -> Option<BTreeMap<NameKind, NameRule>> {
    let mut names = BTreeMap::new();
    let mut is_good = true;
    let (naming, is_given) = (&sections.naming, |what| naming_of(&sections.naming, account, what));
    for what in NameKind::ALL {
        let base = ["accounts", name, what.as_str()];
        let written = account.of(what);
        let Some(as_ordinary) = ordinary.names.get(&what) else {
            if written.is_some_and(|text| what == NameKind::Mail || *text != NameText::default()) {
                let hint = Some(format!("add [naming.{what}]"));
                document.at_key(&base, format!("no {what} is given to anybody"), hint);
            }
            continue;
        };
        let Some(text) = written else { continue };
        let roots = match what {
            NameKind::Login => FURTHER,
            NameKind::Mail => FURTHER_MAIL,
            NameKind::Upn => FURTHER_UPN,
            NameKind::Cn => FURTHER_CN,
        };
        let looks = |document: &mut Document<'_>, rule: &Expression| {
            for root in [NameKind::Mail, NameKind::Upn].into_iter().filter(|root| !is_given(*root)) {
                if rule.mentions(root.as_str()) {
                    let message = format!("{root} is nothing here: the account has no {root}");
                    let hint = Some(format!("write ordinary.{root}, or add [accounts.{name}.{root}]"));
                    document.at_value(&[&base[..], &["patterns"]].concat(), message, hint);
                }
            }
        };
        let domain = text.domain.clone().or_else(|| naming.domain(what).cloned());
        let way = Way { base: &base, what, roots, as_ordinary: Some(as_ordinary), domain, looks: &looks };
        match rule(document, &way, text, custom) {
            Some(rule) => _ = names.insert(what, rule),
            None => is_good = false,
        }
    }
    is_good.then_some(names)
}

/// Whether a further account has a name of a kind.
fn naming_of(naming: &Naming, account: &AccountText, what: NameKind) -> bool {
    naming.of(what).is_some() && account.of(what).is_some()
}

/// Where and how a kind of name is written.
struct Way<'a> {
    base: &'a [&'a str],
    what: NameKind,
    roots: &'static [RootSpec],
    /// How the ordinary account gets the name, where this is a further one.
    as_ordinary: Option<&'a NameRule>,
    domain: Option<String>,
    /// Notes what a pattern looks at and never sees.
    looks: &'a dyn Fn(&mut Document<'_>, &Expression),
}

fn rule(document: &mut Document<'_>, way: &Way<'_>, text: &NameText, custom: &CustomTypes) -> Option<NameRule> {
    let (usual, as_ordinary) = (usual(way.what), way.as_ordinary);
    let path = |field| [way.base, &[field]].concat();
    let usual_most = as_ordinary.map_or(usual.usual_most, |rule| u32::try_from(rule.max_length).unwrap_or(usual.most));
    let max_length = text.max_length.unwrap_or(usual_most);
    if !(1..=usual.most).contains(&max_length) {
        document.at_value(
            &path("max_length"),
            format!("max_length is from 1 to {}", usual.most),
            Some(format!("write {}", usual.usual_most)),
        );
    }
    let usual_digits = as_ordinary.map_or(2, |rule| u32::try_from(rule.counter_digits).unwrap_or(2));
    let counter_digits = text.counter_digits.unwrap_or(usual_digits);
    if !(1..=6).contains(&counter_digits) || counter_digits >= max_length {
        let message = "counter_digits is from 1 to 6, and less than max_length";
        document.at_value(&path("counter_digits"), message, Some("write 2".to_owned()));
    }
    let domain = way.domain.clone();
    check_domain(document, way, text);
    let on_rename = text.on_rename.unwrap_or(as_ordinary.map_or(usual.on_rename, |rule| rule.on_rename));
    let (max_length, counter_digits) = (max_length as usize, counter_digits as usize);
    if let (None, Some(ordinary)) = (&text.patterns, as_ordinary) {
        let patterns = ordinary.patterns.clone();
        return Some(NameRule { patterns, domain, max_length, counter_digits, on_rename });
    }
    let usual_patterns = || usual.patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    let written = text.patterns.clone().unwrap_or_else(usual_patterns);
    if written.is_empty() {
        let hint = Some("write one or more expressions, or leave the key out".to_owned());
        document.at_value(&path("patterns"), "there is no pattern", hint);
    }
    let compiled: Vec<Option<Expression>> =
        written.iter().map(|pattern| expression(document, &path("patterns"), pattern, way.roots, custom)).collect();
    let patterns: Option<Vec<Pattern>> = compiled.into_iter().map(|value| value.map(Pattern::new)).collect();
    let patterns = patterns?;
    for pattern in &patterns {
        (way.looks)(document, &pattern.value);
    }
    Some(NameRule { patterns, domain, max_length, counter_digits, on_rename })
}

fn check_domain(document: &mut Document<'_>, way: &Way<'_>, text: &NameText) {
    let (what, path) = (way.what, [way.base, &["domain"]].concat());
    match (what, way.domain.as_deref()) {
        (NameKind::Login | NameKind::Cn, Some(_)) => {
            document.at_key(&path, format!("a {what} has no domain"), Some("leave it out".into()));
        }
        (NameKind::Login | NameKind::Cn, None) => {}
        (NameKind::Mail | NameKind::Upn, None) => {
            let hint = Some("add domain = \"example.org\": what follows the @".to_owned());
            document.at_key(way.base, format!("\"domain\" is missing in [naming.{what}]"), hint);
        }
        (NameKind::Mail | NameKind::Upn, Some(domain)) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            let parts = domain.split('.').all(|part| !part.is_empty());
            if text.domain.is_some() && !(domain.chars().all(plain) && parts && domain.len() <= 253) {
                let hint = Some("write what follows the @, in ASCII: \"example.org\"".to_owned());
                document.at_value(&path, format!("{domain:?} is no domain"), hint);
            }
        }
    }
}

/// Notes every rule of users that looks at a name which the site does not give: it would always be without.
pub(super) fn check_rules(
    document: &mut Document<'_>,
    naming: &Naming,
    (section, target): (&str, &str),
    rules: &Rules,
) {
    let Some(KindRules { name, scope, attributes, .. }) = rules.kinds.get(&Kind::User) else { return };
    let path = |field| [section, target, "user", field];
    for (field, rule) in [("name", name), ("when", &scope.when)] {
        if let Some(rule) = rule {
            check_names(document, naming, &path(field), rule);
        }
    }
    for (deed, only) in &scope.deeds {
        check_names(document, naming, &[&path("scope")[..], &[deed.as_str()]].concat(), only);
    }
    let base = path("attributes");
    for (attribute, rule) in attributes {
        let at = document.written(&base, attribute.as_str());
        check_names(document, naming, &[&base[..], &[at.as_str()]].concat(), &rule.value);
    }
    for rule in rules.adopt.get(&Kind::User).into_iter().flatten() {
        check_names(document, naming, &[section, target, "adopt", "user"], &rule.value);
    }
}

fn check_names(document: &mut Document<'_>, naming: &Naming, path: &[&str], rule: &Expression) {
    let beside = [("mail_aliases", NameKind::Mail), ("proxy_addresses", NameKind::Mail)];
    let names: BTreeSet<(&str, NameKind)> =
        NameKind::ALL.into_iter().map(|what| (what.as_str(), what)).chain(beside).collect();
    for (root, what) in names {
        if naming.of(what).is_none() && rule.mentions(root) {
            let hint = match what {
                NameKind::Cn => "add [naming.cn]".to_owned(),
                what => format!("add [naming.{what}] with domain = \"…\""),
            };
            document.at_value(path, format!("{root} is nothing here: no {what} is given to anybody"), Some(hint));
        }
    }
}
