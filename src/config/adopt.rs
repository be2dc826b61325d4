//! `[ldap.ad.adopt]` and its like: by what an object that is there already is known, as rules in their order.

use serde::Deserialize;

use super::compile::{Written, expression, roots};
use super::document::Document;
use crate::mapping::{AdoptRule, Rules};
use crate::object::{AttributeName, Kind, Schema, aspect};
use crate::org::CustomTypes;
use crate::org::nearest;

/// As written: `attribute = expression`, or an attribute alone, which stands for its rule of the mapping.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdoptText {
    pub user: Vec<String>,
    pub unit: Vec<String>,
    pub group: Vec<String>,
}

impl AdoptText {
    fn of(&self, kind: Kind) -> &[String] {
        match kind {
            Kind::User => &self.user,
            Kind::Unit => &self.unit,
            // no mapping makes contacts yet
            Kind::Contact => &[],
            Kind::Group => &self.group,
        }
    }
}

/// Compiles the rules into `rules`, where the mapping is compiled already. `stamp` is the attribute that bears the stamp:
/// what others wrote there can be looked for, too.
pub(super) fn adoption(
    document: &mut Document<'_>,
    written: &Written<'_>,
    (texts, stamp): (&AdoptText, &str),
    custom: &CustomTypes,
    known: impl Fn(Kind) -> Schema,
    rules: &mut Rules,
) {
    for kind in Kind::ALL {
        let path = [written.protocol.as_str(), written.name, "adopt", kind.as_str()];
        if !texts.of(kind).is_empty() && !rules.kinds.contains_key(&kind) {
            let hint = Some(format!("add [{}.{}.{kind}]", path[0], path[1]));
            document.at_key(&path, format!("the target has no mapping of {kind}s"), hint);
            continue;
        }
        let mut compiled = Vec::new();
        for text in texts.of(kind) {
            let (attribute, source) = match text.split_once('=') {
                Some((attribute, source)) => (attribute.trim(), Some(source.trim())),
                None => (text.trim(), None),
            };
            let name = AttributeName::new(attribute);
            let mapped = rules.kinds.get(&kind).and_then(|rules| rules.attributes.get(&name));
            let value = match (source, mapped) {
                (Some(source), _) => expression(document, &path, source, roots(kind), custom),
                (None, Some(mapped)) => Some(mapped.value.clone()),
                (None, None) => {
                    let hint = Some(format!("write \"{attribute} = …\" with an expression"));
                    document.at_value(&path, format!("no rule of the mapping sets {attribute:?}"), hint);
                    None
                }
            };
            let is_stamp = name.is(stamp);
            if !is_stamp && mapped.is_none() {
                check_known(document, written, &path, &name, &known(kind));
            }
            let attribute = if is_stamp { aspect::STAMP.into() } else { name };
            compiled.extend(value.map(|value| AdoptRule { attribute, value }));
        }
        rules.adopt.insert(kind, compiled);
    }
}

fn check_known(
    document: &mut Document<'_>,
    written: &Written<'_>,
    path: &[&str],
    name: &AttributeName,
    known: &Schema,
) {
    let extra = written.extra.iter().any(|extra| name.is(extra));
    if aspect::ALL.iter().any(|aspect| name.is(aspect)) {
        document.at_value(path, format!("{name} is not a plain attribute"), None);
    } else if written.protocol.is_closed() && known.names().next().is_some() && !known.knows(name) && !extra {
        let hint = nearest(name.as_str(), known.names().map(AttributeName::as_str))
            .map_or_else(String::new, |near| format!("did you mean {near:?}? Else "));
        let hint = Some(format!("{hint}name it in extra_attributes of [{}.{}]", path[0], path[1]));
        document.at_value(path, format!("there is no attribute {:?}", name.as_str()), hint);
    }
}
