//! From the written mapping to compiled rules; every expression and attribute name is checked on the way.

use super::document::Document;
use super::mapping::KindMapping;
use crate::expr::Expression;
use crate::expr::roots::{GROUP_ROOTS, RootSpec, UNIT_ROOTS, USER};
use crate::mapping::{KindRules, Place, Rules};
use crate::object::{AttributeName, Kind, Schema};
use crate::org::{CustomTypes, Visibility};
use crate::target::ldap::Profile;

/// What kind of target a mapping is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    Ldap(Profile),
    Scim,
}

/// What the attributes of a kind can hold, as far as that is known offline. An empty schema checks nothing.
pub type Known<'a> = dyn Fn(Protocol, Kind) -> Schema + 'a;

impl Protocol {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ldap(_) => "ldap",
            Self::Scim => "scim",
        }
    }

    /// Whether the known attributes are all that there are. What other directories have, they say themselves.
    pub(super) fn is_closed(self) -> bool {
        matches!(self, Self::Ldap(Profile::Ad) | Self::Scim)
    }

    /// An attribute without which an object cannot be created.
    pub(super) fn needs(self, kind: Kind) -> Option<&'static str> {
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
    /// Attributes that rosterd itself writes there, and what for.
    pub own: Vec<(String, &'static str)>,
    pub release: Visibility,
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
    let mut rules = Rules { release: written.release, ..Rules::default() };
    for (kind, mapping) in written.kinds {
        if let Some(mapping) = mapping {
            let path = [base[0], base[1], kind.as_str()];
            let schema = known(written.protocol, kind);
            let scope = Scope { path, written, kind, schema: &schema, custom };
            rules.kinds.insert(kind, scope.compile(document, mapping));
        }
    }
    let by_rule = |rules: &KindRules| matches!(rules.place, Place::Rule(_));
    if rules.kinds.get(&Kind::User).is_some_and(by_rule) && !rules.kinds.contains_key(&Kind::Unit) {
        let hint = Some(format!(
            "add [{}.{}.unit], with a `when` that says which units of the roster have one",
            base[0], base[1]
        ));
        document.at_value(&[base[0], base[1], "user", "place"], "a place by rule needs organisational units", hint);
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
    let (kind, custom, schema) = (Kind::User, CustomTypes::default(), known(written.protocol, Kind::User));
    let path_of_kind = [written.protocol.as_str(), written.name, kind.as_str()];
    let scope = Scope { path: path_of_kind, written, kind, schema: &schema, custom: &custom };
    if !scope.refuse_aspect(document, path, name) && !scope.refuse_written(document, path, name) {
        scope.check_known(document, path, name);
    }
}

/// One kind of object in one target.
pub(super) struct Scope<'a> {
    pub path: [&'a str; 3],
    pub written: &'a Written<'a>,
    pub kind: Kind,
    pub schema: &'a Schema,
    pub custom: &'a CustomTypes,
}

impl<'a> Scope<'a> {
    pub fn at<'b>(&self, rest: &[&'b str]) -> Vec<&'b str>
    where
        'a: 'b,
    {
        self.path.iter().copied().chain(rest.iter().copied()).collect()
    }

    pub fn roots(&self) -> &'static [RootSpec] {
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
        self.check_decisions(document, mapping, when.as_ref(), name.as_ref());
        let scope = crate::mapping::Scope { when, leaves: mapping.leaves.unwrap_or_default(), deeds };
        self.check_place(document, mapping);
        let place = match mapping.place.as_deref() {
            None | Some("unit") => Place::Unit,
            Some("top") => Place::Top,
            Some(rule) => {
                let rule = expression(document, &self.at(&["place"]), rule, self.roots(), self.custom);
                rule.map_or(Place::Unit, Place::Rule)
            }
        };
        let attributes = self.attributes(document, &mapping.attributes);
        KindRules {
            drift: self.drift(document, mapping, &attributes),
            scope,
            name,
            place,
            manager: self.kind == Kind::User && mapping.manager.unwrap_or(true),
            nested: mapping.nested.unwrap_or(false),
            membership: mapping.members.unwrap_or_default(),
            attributes,
        }
    }

    fn check_place(&self, document: &mut Document<'_>, mapping: &KindMapping) {
        match (self.written.protocol, &mapping.name) {
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
        let has_places = matches!(self.kind, Kind::User | Kind::Unit) && self.written.protocol != Protocol::Scim;
        if mapping.place.is_some() && !has_places {
            let hint = Some("only users and units of a directory have a choice of place".to_owned());
            document.at_key(&self.at(&["place"]), "place says nothing here", hint);
        }
        for (field, is_there) in [("nested", mapping.nested.is_some()), ("members", mapping.members.is_some())] {
            if is_there && self.kind != Kind::Group {
                document.at_key(&self.at(&[field]), "only groups have members", None);
            }
        }
        if mapping.nested == Some(true) && self.written.protocol == Protocol::Scim {
            let hint = Some("leave it out: a group within a group then stands for its members".to_owned());
            document.at_key(&self.at(&["nested"]), "groups within groups are not for SCIM services", hint);
        }
        if mapping.manager.is_some() && self.kind != Kind::User {
            document.at_key(&self.at(&["manager"]), "only users have a manager", Some("leave it out".to_owned()));
        }
    }
}
