//! What a row can state: the fields of each kind of fact, and how their text is read. One table for the check of the
//! configuration, its hints and the reader.

use crate::org::FactKind;

/// How the text of a field is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text,
    Texts,
    Day,
    Number,
    Bool,
    /// A thing, of this kind or of the kind that the configuration names.
    One(Option<FactKind>),
    Many(FactKind),
    /// Sealed as soon as it is read, and never quoted.
    NationalId,
}

/// Whether a row must have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It is configured, and every row has a value.
    Value,
    /// It is configured, and may be empty.
    Column,
    Nothing,
}

/// A field of a kind of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    pub name: &'static str,
    pub shape: Type,
    pub need: Need,
}

const fn must(name: &'static str, shape: Type) -> FieldSpec {
    FieldSpec { name, shape, need: Need::Value }
}

const fn may(name: &'static str, shape: Type) -> FieldSpec {
    FieldSpec { name, shape, need: Need::Nothing }
}

const fn one(kind: FactKind) -> Type {
    Type::One(Some(kind))
}

const CLASS: &[FieldSpec] = &[
    must("vocabulary", Type::Text),
    must("name", Type::Text),
    may("parent", one(FactKind::Class)),
    may("scope", Type::Text),
];

const UNIT: &[FieldSpec] = &[
    must("name", Type::Text),
    may("parent", one(FactKind::Unit)),
    may("type", one(FactKind::Class)),
    may("level", one(FactKind::Class)),
    may("tags", Type::Texts),
];

const POSITION: &[FieldSpec] = &[
    must("unit", one(FactKind::Unit)),
    must("title", Type::Text),
    may("job_function", one(FactKind::Class)),
    must("headcount", Type::Number),
];

const PERSON: &[FieldSpec] = &[
    FieldSpec { name: "given_name", shape: Type::Text, need: Need::Column },
    must("surname", Type::Text),
    may("nickname", Type::Text),
    may("category", one(FactKind::Class)),
    may("sponsor", one(FactKind::Person)),
    may("national_id", Type::NationalId),
    may("birth_date", Type::Day),
];

const ENGAGEMENT: &[FieldSpec] = &[
    must("person", one(FactKind::Person)),
    must("unit", one(FactKind::Unit)),
    may("position", one(FactKind::Position)),
    may("number", Type::Text),
    may("job_function", one(FactKind::Class)),
    may("title", Type::Text),
    may("type", one(FactKind::Class)),
    may("fraction", Type::Number),
    may("primary", Type::Bool),
];

const MANAGER: &[FieldSpec] = &[
    must("unit", one(FactKind::Unit)),
    may("person", one(FactKind::Person)),
    may("engagement", one(FactKind::Engagement)),
    may("type", one(FactKind::Class)),
    may("level", one(FactKind::Class)),
    may("responsibilities", Type::Many(FactKind::Class)),
];

const ASSOCIATION: &[FieldSpec] = &[
    must("unit", one(FactKind::Unit)),
    may("person", one(FactKind::Person)),
    may("type", one(FactKind::Class)),
    may("job_function", one(FactKind::Class)),
    may("primary", Type::Bool),
    may("substitute", one(FactKind::Person)),
    may("account", one(FactKind::Account)),
];

const LEAVE: &[FieldSpec] = &[
    must("person", one(FactKind::Person)),
    may("engagement", one(FactKind::Engagement)),
    may("type", one(FactKind::Class)),
];

const CONTACT: &[FieldSpec] = &[
    may("person", one(FactKind::Person)),
    may("unit", one(FactKind::Unit)),
    may("engagement", one(FactKind::Engagement)),
    may("account", one(FactKind::Account)),
    must("type", one(FactKind::Class)),
    must("value", Type::Text),
    must("visibility", Type::Text),
    may("primary", Type::Bool),
];

const RELATION: &[FieldSpec] =
    &[must("from", Type::One(None)), must("to", Type::One(None)), must("type", one(FactKind::Class))];

const ACCOUNT: &[FieldSpec] = &[
    may("person", one(FactKind::Person)),
    may("unit", one(FactKind::Unit)),
    must("system", Type::Text),
    may("login", Type::Text),
    may("external_id", Type::Text),
    may("account_kind", Type::Text),
    may("primary", Type::Bool),
    may("engagements", Type::Many(FactKind::Engagement)),
];

const GROUP: &[FieldSpec] = &[
    must("name", Type::Text),
    may("type", one(FactKind::Class)),
    may("description", Type::Text),
    may("rule", Type::Text),
    may("owner", Type::One(None)),
];

const MEMBERSHIP: &[FieldSpec] = &[
    must("group", one(FactKind::Group)),
    may("member_person", one(FactKind::Person)),
    may("member_unit", one(FactKind::Unit)),
    may("member_group", one(FactKind::Group)),
    may("member_account", one(FactKind::Account)),
];

const KEY: &[FieldSpec] = &[must("of", Type::One(None)), must("source", Type::Text), must("value", Type::Text)];

/// The fields of a kind.
pub fn fields(kind: FactKind) -> &'static [FieldSpec] {
    match kind {
        FactKind::Class => CLASS,
        FactKind::Unit => UNIT,
        FactKind::Position => POSITION,
        FactKind::Person => PERSON,
        FactKind::Engagement => ENGAGEMENT,
        FactKind::Manager => MANAGER,
        FactKind::Association => ASSOCIATION,
        FactKind::Leave => LEAVE,
        FactKind::Account => ACCOUNT,
        FactKind::Contact => CONTACT,
        FactKind::Group => GROUP,
        FactKind::Membership => MEMBERSHIP,
        FactKind::Relation => RELATION,
        FactKind::Key => KEY,
    }
}

/// Whether things of the kind have custom attributes.
pub fn has_custom(kind: FactKind) -> bool {
    matches!(kind, FactKind::Unit | FactKind::Person | FactKind::Engagement | FactKind::Group)
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::org::{Fact, Reference};

    /// The types of the facts refuse a field that they do not know, and say which they do.
    #[test]
    fn every_field_of_the_table_is_one_of_its_kind() {
        for kind in FactKind::ALL {
            let odd = serde_json::json!({ "?": 1 });
            let said = Fact::<Reference>::deserialize(kind, odd).expect_err("there is no such field").to_string();
            for field in fields(kind) {
                assert!(said.contains(&format!("`{}`", field.name)), "{kind}.{}: {said}", field.name);
            }
            assert_eq!(has_custom(kind), said.contains("`custom`"), "{kind}");
        }
    }
}
