//! The fields of each kind in canonical order, as the exchange format and the bodies of rows have them.

use super::kind::FactKind;

/// The names of the fields of a kind.
pub(super) fn order(kind: FactKind) -> &'static [&'static str] {
    match kind {
        FactKind::Class => &["vocabulary", "name", "parent", "scope"],
        FactKind::Unit => &["name", "parent", "type", "level", "tags", "custom"],
        FactKind::Position => &["unit", "title", "job_function", "headcount"],
        FactKind::Person => {
            &["given_name", "surname", "nickname", "category", "sponsor", "national_id", "birth_date", "custom"]
        }
        FactKind::Engagement => {
            &["person", "unit", "position", "number", "job_function", "title", "type", "fraction", "primary", "custom"]
        }
        FactKind::Manager => &["unit", "person", "engagement", "type", "level", "responsibilities"],
        FactKind::Association => &["unit", "person", "type", "job_function", "primary", "substitute", "account"],
        FactKind::Leave => &["person", "engagement", "type"],
        FactKind::Account => {
            &["person", "unit", "system", "login", "external_id", "account_kind", "primary", "engagements"]
        }
        FactKind::Contact => &["person", "unit", "engagement", "account", "type", "value", "visibility", "primary"],
        FactKind::Group => &["name", "type", "description", "rule", "owner", "custom"],
        FactKind::Membership => &["group", "member_person", "member_unit", "member_group", "member_account"],
        FactKind::Relation => &["from", "to", "type"],
        FactKind::Key => &["of", "source", "value"],
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::org::{Fact, Reference};

    /// The types of the facts say which fields they have, in the order in which they write them.
    #[test]
    fn the_order_is_that_of_the_facts() {
        for kind in FactKind::ALL {
            let odd = Fact::<Reference>::deserialize(kind, serde_json::json!({ "?": 1 })).unwrap_err().to_string();
            let names: Vec<&str> = odd.split('`').skip(1).step_by(2).filter(|name| *name != "?").collect();
            assert_eq!(names, order(kind), "{kind}");
        }
    }
}
