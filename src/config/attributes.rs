//! The rules of attributes: each name must be one that the target has and that nothing else writes, and each expression
//! one whose value the attribute can hold, as far as both can be told without a person to look at.

use std::collections::BTreeMap;

use super::compile::{Protocol, Scope, Written, expression};
use super::document::Document;
use super::mapping::{self, KindMapping};
use crate::expr::{Context, ExprError, Expression, Form};
use crate::mapping::{AttributeRule, Rules, WhenEmpty, outcome_values};
use crate::object::{AttributeName, Kind, Syntax, Value, ValueProblem, aspect};
use crate::org::nearest;

/// Names of one attribute (RFC 4519 and 4524). Active Directory has only the first of each.
const ALIASES: [(&str, &str); 12] = [
    ("sn", "surname"),
    ("cn", "commonName"),
    ("givenName", "gn"),
    ("l", "localityName"),
    ("st", "stateOrProvinceName"),
    ("o", "organizationName"),
    ("ou", "organizationalUnitName"),
    ("c", "countryName"),
    ("street", "streetAddress"),
    ("facsimileTelephoneNumber", "fax"),
    ("mail", "rfc822Mailbox"),
    ("uid", "userid"),
];

/// The schema that the core attributes of a user of SCIM are in; their names may be written with it or without.
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User:";

/// What only the target itself writes.
const THEIR_OWN: [&str; 18] = [
    "memberOf",
    "objectClass",
    "objectSid",
    "objectCategory",
    "entryUUID",
    "entryDN",
    "whenCreated",
    "whenChanged",
    "createTimestamp",
    "modifyTimestamp",
    "uSNChanged",
    "lastLogon",
    "lastLogonTimestamp",
    "primaryGroupID",
    "sAMAccountType",
    "groups",
    "meta",
    "schemas",
];

impl Scope<'_> {
    pub fn attributes(
        &self,
        document: &mut Document<'_>,
        written: &BTreeMap<String, mapping::Rule>,
    ) -> BTreeMap<AttributeName, AttributeRule> {
        let mut rules: BTreeMap<AttributeName, AttributeRule> = BTreeMap::new();
        for (text, rule) in written {
            let name = AttributeName::new(text.as_str());
            let path = self.at(&["attributes", text]);
            let bare = self.bare(&name);
            let other = rules.keys().find(|other| self.bare(other) == bare).cloned();
            if let Some(other) = other {
                let hint = Some(match other == name {
                    true => "case does not count in names of attributes: keep one of the two".to_owned(),
                    false => format!("both names mean one attribute: keep {bare}"),
                });
                document.at_key(&path, format!("{text:?} has two rules, here and as {other}"), hint);
            } else if !self.refuse_aspect(document, &path, &name) && !self.refuse_written(document, &path, &name) {
                self.check_known(document, &path, &name);
            }
            let value_path = if rule.in_full { [path.as_slice(), &["value"]].concat() } else { path };
            if let Some(value) = expression(document, &value_path, &rule.value, self.roots(), self.custom) {
                if let Some(error) = self.misfit(&name, rule, &value) {
                    document.at_expression(&value_path, &rule.value, &error);
                }
                rules.insert(name, AttributeRule { value, authority: rule.authority, empty: rule.empty });
            }
        }
        if let Some(needed) = self.written.protocol.needs(self.kind)
            && !written.keys().any(|name| name.eq_ignore_ascii_case(needed))
        {
            let hint = Some(format!("add {needed} below [{}.attributes]", self.path.join(".")));
            document.at_key(&self.at(&[]), format!("nothing sets {needed}, which every {} needs", self.kind), hint);
        }
        rules
    }

    /// A name is one text, and a condition that is the same for all is none.
    pub fn check_decisions(
        &self,
        document: &mut Document<'_>,
        mapping: &KindMapping,
        when: Option<&Expression>,
        name: Option<&Expression>,
    ) {
        let mut at = |field: &str, source: &Option<String>, message: &str, hint: &str| {
            let error = ExprError { message: message.to_owned(), range: None, hint: Some(hint.to_owned()) };
            document.at_expression(&self.at(&[field]), source.as_deref().unwrap_or_default(), &error);
        };
        let form = name.map(|name| name.likely(self.custom).form);
        if matches!(form, Some(Form::List | Form::Bool | Form::Nothing)) {
            at(
                "name",
                &mapping.name,
                "a name is one text, and this is none",
                "write an expression such as person.name",
            );
        }
        if when.is_some_and(|when| when.reads().is_empty()) {
            at("when", &mapping.when, "this condition is the same for everybody", "leave it out, or ask for something");
        }
    }

    /// The one name of an attribute that has several.
    fn bare(&self, name: &AttributeName) -> AttributeName {
        let text = name.as_str();
        match self.written.protocol {
            Protocol::Scim => match text.get(..CORE.len()) {
                Some(core) if core.eq_ignore_ascii_case(CORE) => AttributeName::new(&text[CORE.len()..]),
                _ => name.clone(),
            },
            // there street and streetAddress are two attributes, and the other names are none
            protocol if protocol.is_closed() => name.clone(),
            Protocol::Ldap(_) => {
                let known = ALIASES.iter().find(|(_, alias)| name.is(alias));
                known.map_or_else(|| name.clone(), |(first, _)| AttributeName::new(*first))
            }
        }
    }

    /// Some meanings are the engine's own, and some attributes carry them.
    pub fn refuse_aspect(&self, document: &mut Document<'_>, path: &[&str], name: &AttributeName) -> bool {
        let naming = if self.kind == Kind::Unit { "ou" } else { "cn" };
        let is_tree = matches!(self.written.protocol, Protocol::Ldap(_));
        let owned = [("userAccountControl", aspect::ENABLED), ("active", aspect::ENABLED)]
            .into_iter()
            .chain([("unicodePwd", aspect::PASSWORD), ("userPassword", aspect::PASSWORD), ("member", aspect::MEMBERS)])
            .chain([("distinguishedName", aspect::PARENT), ("externalId", "the link"), ("objectGUID", "the link")])
            .chain(is_tree.then_some((naming, aspect::NAME)))
            .find(|(attribute, _)| name.is(attribute));
        // SCIM has an attribute `name`, but only its parts hold a value.
        let own = aspect::ALL.iter().find(|aspect| name.is(aspect)).map(|aspect| (*aspect, *aspect)).or(owned);
        let Some((_, aspect)) = own else { return false };
        let hint = match aspect {
            aspect::MANAGER => "the effective manager is written by itself: manager = true or false beside name".into(),
            aspect::NAME if self.written.protocol == Protocol::Scim => {
                "map \"name.givenName\" and \"name.familyName\"".to_owned()
            }
            aspect::NAME => "it is the relative name: write name = … beside attributes, not below".into(),
            aspect::PARENT => "choose place = \"unit\" or \"top\"".into(),
            aspect::ENABLED => "accounts are enabled and disabled by the dates of the jobs".into(),
            aspect::MEMBERS => "members come from the roster".into(),
            aspect::PASSWORD => "new accounts get a random password".into(),
            _ => "rosterd links by it".to_owned(),
        };
        document.at_key(path, format!("{name} is not a plain attribute"), Some(hint));
        true
    }

    /// Attributes that somebody else writes: rosterd for its own ends, or the target.
    pub fn refuse_written(&self, document: &mut Document<'_>, path: &[&str], name: &AttributeName) -> bool {
        if let Some((_, what)) = self.written.own.iter().find(|(own, _)| name.is(own)) {
            let hint = Some("choose another attribute here, or another for that in the connection".to_owned());
            document.at_key(path, format!("rosterd writes {name} itself: it is {what}"), hint);
            return true;
        }
        let is_theirs = THEIR_OWN.iter().any(|theirs| name.is(theirs));
        if is_theirs {
            let hint = Some("leave it out: nobody can set it".to_owned());
            document.at_key(path, format!("{name} is written by the target itself"), hint);
        }
        is_theirs
    }

    pub fn check_known(&self, document: &mut Document<'_>, path: &[&str], name: &AttributeName) {
        let is_extra = self.written.extra.iter().any(|extra| name.is(extra));
        let known = || self.schema.names().map(AttributeName::as_str);
        let is_unchecked = known().next().is_none() || !self.written.protocol.is_closed();
        if is_unchecked || is_extra || self.schema.knows(name) || self.schema.knows(&self.bare(name)) {
            return;
        }
        let hint =
            nearest(name.as_str(), known()).map_or_else(String::new, |near| format!("did you mean {near:?}? Else "));
        let hint = Some(format!("{hint}name it in extra_attributes of [{}.{}]", self.path[0], self.path[1]));
        document.at_key(path, format!("a {} has no attribute {:?}", self.kind, name.as_str()), hint);
    }

    /// Why no value of the expression could ever be held.
    fn misfit(&self, name: &AttributeName, rule: &mapping::Rule, value: &Expression) -> Option<ExprError> {
        let told = |message: String, hint: &str| Some(ExprError { message, range: None, hint: Some(hint.to_owned()) });
        if value.reads().is_empty() {
            return self.misfit_of_constant(name, rule, value);
        }
        let attribute = self.schema.knows(name).then(|| self.schema.rule(name))?;
        let likely = value.likely(self.custom);
        match (likely.form, attribute.syntax) {
            (Form::List, _) if attribute.single => {
                let hint = "say which one, such as …|first or …[0], or make one text of them with …|join(', ')";
                return told(format!("{name} holds one value, and this is a list"), hint);
            }
            (Form::Text | Form::Number | Form::List, Syntax::Boolean) => {
                let hint = "write a condition, such as person.category == 'external'";
                return told(format!("{name} holds true or false, and this is neither"), hint);
            }
            (Form::Bool, Syntax::Integer | Syntax::Time | Syntax::FileTime | Syntax::Dn | Syntax::Octets) => {
                let hint = "choose a value for each case: … if CONDITION else …";
                return told(format!("{name} does not hold true or false"), hint);
            }
            _ => {}
        }
        let limit = attribute.max_length?;
        if let Some((cut, range)) = likely.cut.filter(|(cut, _)| *cut > limit) {
            let message = format!("this is cut at {cut} characters, and {name} holds {limit}");
            return Some(ExprError { message, range: Some(range), hint: Some(format!("write {limit}")) });
        }
        if likely.least > limit {
            let message = format!("{name} holds at most {limit} characters, and this has at least {}", likely.least);
            return told(message, "shorten what is written out");
        }
        None
    }

    /// The same of an expression that says the same for everybody.
    fn misfit_of_constant(&self, name: &AttributeName, rule: &mapping::Rule, value: &Expression) -> Option<ExprError> {
        let told = |message: String, hint: String| Some(ExprError { message, range: None, hint: Some(hint) });
        let values = match value.evaluate(&Context::new()) {
            Ok(outcome) => outcome_values(outcome),
            Err(error) => return told(error.message, "it says the same for everybody: write the value itself".into()),
        };
        if values.is_empty() && rule.empty == WhenEmpty::Keep {
            let hint = "leave the rule out, or write empty = \"clear\" to take the value away".to_owned();
            return told(format!("this says nothing, and nothing leaves {name} as it is"), hint);
        }
        let attribute = self.schema.rule(name);
        if values.is_empty() && attribute.required {
            return told(
                format!("{name} needs a value, and this says nothing"),
                "write an expression such as login".into(),
            );
        }
        let problem = self.schema.coerce(name, values).err()?;
        let hint = match &problem {
            ValueProblem::TooMany { .. } => "keep one of them, or join them: …|join(', ')".to_owned(),
            ValueProblem::TooLong { limit, .. } => format!("shorten it to {limit} characters"),
            ValueProblem::WrongType { wanted, .. } => format!("write {wanted}"),
            ValueProblem::Forbidden { .. } => "leave that character out".to_owned(),
            ValueProblem::Required { .. } => "write a value".to_owned(),
        };
        told(problem.to_string(), hint)
    }
}

/// Names that are allowed for a rule that is not there.
pub(super) fn unused_extras(document: &mut Document<'_>, written: &Written<'_>, rules: &Rules) {
    let path = [written.protocol.as_str(), written.name, "extra_attributes"];
    let mapped = || rules.kinds.values().flat_map(|rules| rules.attributes.keys());
    let adopted = || rules.adopt.values().flatten().map(|rule| &rule.attribute);
    let effects = || rules.ladder.effects.hide.keys().chain(rules.ladder.effects.strip.keys());
    for extra in written.extra {
        if mapped().chain(adopted()).chain(effects()).any(|name| name.is(extra)) {
            continue;
        }
        let hint = match nearest(extra, mapped().map(AttributeName::as_str)) {
            Some(near) => format!("there is a rule for {near:?}: is that the one that is meant?"),
            None => "leave it out, or write a rule below attributes".to_owned(),
        };
        document.at_value(&path, format!("no rule sets {extra:?}"), Some(hint));
    }
}

/// Values as people read them.
pub(super) fn told(values: &[Value]) -> String {
    match values {
        [] => "nothing".to_owned(),
        [one] => quoted(one),
        several => format!("[{}]", several.iter().map(quoted).collect::<Vec<_>>().join(", ")),
    }
}

fn quoted(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}
