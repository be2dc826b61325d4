//! From the written mapping to compiled rules; every expression and attribute name is checked on the way.

use std::collections::BTreeMap;

use super::document::Document;
use super::mapping::{self, KindMapping};
use crate::expr::roots::{GROUP_ROOTS, RootSpec, UNIT_ROOTS, USER};
use crate::expr::{Expression, nearest};
use crate::mapping::{AttributeRule, KindRules, Rules};
use crate::object::{AttributeName, Kind, aspect};
use crate::org::CustomTypes;
use crate::target::ldap::Profile;

/// What kind of target a mapping is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    Ldap(Profile),
    Scim,
}

/// The attributes that objects of a kind can have; empty when that is not known offline, and nothing is checked.
pub type Known<'a> = dyn Fn(Protocol, Kind) -> Vec<AttributeName> + 'a;

impl Protocol {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ldap(_) => "ldap",
            Self::Scim => "scim",
        }
    }

    /// An attribute without which an object cannot be created.
    fn needs(self, kind: Kind) -> Option<&'static str> {
        match (self, kind) {
            (Self::Ldap(profile), Kind::User) => Some(profile.login()),
            (Self::Ldap(Profile::Ad), Kind::Group) => Some(Profile::Ad.login()),
            (Self::Ldap(_), Kind::Group) => None,
            (Self::Scim, Kind::User) => Some("userName"),
            (Self::Scim, Kind::Group) => Some("displayName"),
            (_, Kind::Unit | Kind::Contact) => None,
        }
    }
}

/// The mapping of one target as it stands in the file.
pub(super) struct Written<'a> {
    pub protocol: Protocol,
    pub name: &'a str,
    /// Attributes that this target has beyond the known ones.
    pub extra: &'a [String],
    pub kinds: [(Kind, Option<&'a KindMapping>); 3],
}

/// Compiles the mapping of one target. Rules with problems are left out, and the problems noted.
pub(super) fn target(
    document: &mut Document<'_>,
    written: &Written<'_>,
    custom: &CustomTypes,
    known: &Known<'_>,
) -> Rules {
    let base = [written.protocol.as_str(), written.name];
    if written.kinds.iter().all(|(_, mapping)| mapping.is_none()) {
        let hint = Some(format!("add [{}.{}.user]", base[0], base[1]));
        document.at_key(&base, "the target maps nothing", hint);
    }
    let mut rules = Rules::default();
    for (kind, mapping) in written.kinds {
        if let Some(mapping) = mapping {
            let path = [base[0], base[1], kind.as_str()];
            let mut names = known(written.protocol, kind);
            if !names.is_empty() {
                names.extend(written.extra.iter().map(|name| AttributeName::new(name.as_str())));
            }
            let scope = Scope { path, protocol: written.protocol, kind, known: &names, custom };
            rules.kinds.insert(kind, scope.compile(document, mapping));
        }
    }
    rules
}

pub(super) fn expression(
    document: &mut Document<'_>,
    path: &[&str],
    source: &str,
    roots: &'static [RootSpec],
    custom: &CustomTypes,
) -> Option<Expression> {
    Expression::compile_declared(source, roots, custom)
        .map_err(|error| document.at_expression(path, source, &error))
        .ok()
}

/// What the expressions of a kind see.
pub(super) fn roots(kind: Kind) -> &'static [RootSpec] {
    match kind {
        Kind::User | Kind::Contact => USER,
        Kind::Unit => UNIT_ROOTS,
        Kind::Group => GROUP_ROOTS,
    }
}

/// Says what is wrong with an attribute of users that is named outside of their rules.
pub(super) fn check_attribute(
    document: &mut Document<'_>,
    written: &Written<'_>,
    known: &Known<'_>,
    path: &[&str],
    name: &AttributeName,
) {
    let mut names = known(written.protocol, Kind::User);
    if !names.is_empty() {
        names.extend(written.extra.iter().map(|name| AttributeName::new(name.as_str())));
    }
    let kind = Kind::User;
    let own = [written.protocol.as_str(), written.name, kind.as_str()];
    let custom = CustomTypes::default();
    let scope = Scope { path: own, protocol: written.protocol, kind, known: &names, custom: &custom };
    if !scope.refuse_aspect(document, path, name) {
        scope.check_known(document, path, name);
    }
}

/// One kind of object in one target.
struct Scope<'a> {
    path: [&'a str; 3],
    protocol: Protocol,
    kind: Kind,
    known: &'a [AttributeName],
    custom: &'a CustomTypes,
}

impl<'a> Scope<'a> {
    fn at<'b>(&self, rest: &[&'b str]) -> Vec<&'b str>
    where
        'a: 'b,
    {
        self.path.iter().copied().chain(rest.iter().copied()).collect()
    }

    fn roots(&self) -> &'static [RootSpec] {
        roots(self.kind)
    }

    fn compile(&self, document: &mut Document<'_>, mapping: &KindMapping) -> KindRules {
        let mut optional = |field, text: &Option<String>| {
            text.as_ref().and_then(|text| expression(document, &self.at(&[field]), text, self.roots(), self.custom))
        };
        let when = optional("when", &mapping.when);
        let name = optional("name", &mapping.name);
        let deeds = (mapping.scope.named().into_iter())
            .filter_map(|(deed, text)| {
                let path = self.at(&["scope", deed.as_str()]);
                Some((deed, expression(document, &path, text?, self.roots(), self.custom)?))
            })
            .collect();
        if mapping.leaves.is_some() && (self.kind != Kind::User || mapping.when.is_none()) {
            let hint = Some("it says what becomes of users whom `when` does not mean any more".to_owned());
            document.at_key(&self.at(&["leaves"]), "leaves says nothing here", hint);
        }
        let scope = crate::mapping::Scope { when, leaves: mapping.leaves.unwrap_or_default(), deeds };
        self.check_place(document, mapping);
        KindRules {
            scope,
            name,
            place: mapping.place.unwrap_or_default(),
            manager: self.kind == Kind::User && mapping.manager.unwrap_or(true),
            nested: mapping.nested.unwrap_or(false),
            membership: mapping.members.unwrap_or_default(),
            attributes: self.attributes(document, &mapping.attributes),
        }
    }

    fn check_place(&self, document: &mut Document<'_>, mapping: &KindMapping) {
        match (self.protocol, &mapping.name) {
            (Protocol::Ldap(_), None) => {
                let hint = Some("add name = an expression for the relative name (RDN)".to_owned());
                document.at_key(&self.at(&[]), "objects of a directory need a name", hint);
            }
            (Protocol::Scim, Some(_)) => {
                let hint = Some("leave it out; set userName or displayName below attributes".to_owned());
                document.at_key(&self.at(&["name"]), "a SCIM service has no relative names", hint);
            }
            _ => {}
        }
        if mapping.place.is_some() && (self.kind != Kind::User || self.protocol == Protocol::Scim) {
            let hint = Some("only users of a directory have a choice of place".to_owned());
            document.at_key(&self.at(&["place"]), "place says nothing here", hint);
        }
        for (field, is_there) in [("nested", mapping.nested.is_some()), ("members", mapping.members.is_some())] {
            if is_there && self.kind != Kind::Group {
                document.at_key(&self.at(&[field]), "only groups have members", None);
            }
        }
        if mapping.nested == Some(true) && self.protocol == Protocol::Scim {
            let hint = Some("leave it out: a group within a group then stands for its members".to_owned());
            document.at_key(&self.at(&["nested"]), "groups within groups are not for SCIM services", hint);
        }
        if mapping.manager.is_some() && self.kind != Kind::User {
            document.at_key(&self.at(&["manager"]), "only users have a manager", None);
        }
    }

    fn attributes(
        &self,
        document: &mut Document<'_>,
        written: &BTreeMap<String, mapping::Rule>,
    ) -> BTreeMap<AttributeName, AttributeRule> {
        let mut rules: BTreeMap<AttributeName, AttributeRule> = BTreeMap::new();
        for (text, rule) in written {
            let name = AttributeName::new(text.as_str());
            let path = self.at(&["attributes", text]);
            let other = rules.keys().find(|other| **other == name).cloned();
            if let Some(other) = other {
                let hint = Some("case does not count in names of attributes: keep one of the two".to_owned());
                document.at_key(&path, format!("{text:?} has two rules, here and as {other}"), hint);
            } else if !self.refuse_aspect(document, &path, &name) {
                self.check_known(document, &path, &name);
            }
            let value_path = if rule.in_full { [path.as_slice(), &["value"]].concat() } else { path };
            if let Some(value) = expression(document, &value_path, &rule.value, self.roots(), self.custom) {
                rules.insert(name, AttributeRule { value, authority: rule.authority, empty: rule.empty });
            }
        }
        if let Some(needed) = self.protocol.needs(self.kind)
            && !written.keys().any(|name| name.eq_ignore_ascii_case(needed))
        {
            let hint = Some(format!("add {needed} below [{}.attributes]", self.path.join(".")));
            document.at_key(&self.at(&[]), format!("nothing sets {needed}, which every {} needs", self.kind), hint);
        }
        rules
    }

    /// Some meanings are the engine's own, and some attributes carry them.
    fn refuse_aspect(&self, document: &mut Document<'_>, path: &[&str], name: &AttributeName) -> bool {
        let owned = [("userAccountControl", aspect::ENABLED), ("active", aspect::ENABLED)]
            .into_iter()
            .chain([("unicodePwd", aspect::PASSWORD), ("userPassword", aspect::PASSWORD), ("member", aspect::MEMBERS)])
            .chain([("distinguishedName", aspect::PARENT), ("externalId", "the link"), ("objectGUID", "the link")])
            .find(|(attribute, _)| name.is(attribute));
        // SCIM has an attribute `name`, but only its parts hold a value.
        let own = aspect::ALL.iter().find(|aspect| name.is(aspect)).map(|aspect| (*aspect, *aspect)).or(owned);
        let Some((_, aspect)) = own else { return false };
        let hint = match aspect {
            aspect::MANAGER => "the effective manager is written by itself: manager = true or false beside name".into(),
            aspect::NAME if self.protocol == Protocol::Scim => {
                "map \"name.givenName\" and \"name.familyName\"".to_owned()
            }
            aspect::NAME => "it is the relative name: write it beside attributes, not below".into(),
            aspect::PARENT => "choose place = \"unit\" or \"top\"".into(),
            aspect::ENABLED => "accounts are enabled and disabled by the dates of the jobs".into(),
            aspect::MEMBERS => "members come from the roster".into(),
            aspect::PASSWORD => "new accounts get a random password".into(),
            _ => "rosterd links by it".to_owned(),
        };
        document.at_key(path, format!("{name} is not a plain attribute"), Some(hint));
        true
    }

    fn check_known(&self, document: &mut Document<'_>, path: &[&str], name: &AttributeName) {
        if self.known.is_empty() || self.known.contains(name) {
            return;
        }
        let hint = nearest(name.as_str(), self.known.iter().map(AttributeName::as_str))
            .map_or_else(String::new, |near| format!("did you mean {near:?}? Else "));
        let hint = Some(format!("{hint}name it in extra_attributes of [{}.{}]", self.path[0], self.path[1]));
        document.at_key(path, format!("a {} has no attribute {:?}", self.kind, name.as_str()), hint);
    }
}
