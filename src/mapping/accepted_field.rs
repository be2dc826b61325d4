//! The field of the record that a rule shows as it is: what a target has there can be taken over into it.

use crate::expr::Expression;

/// What may be taken over, beside custom attributes.
const FIELDS: [&str; 7] = [
    "person.given_name",
    "person.surname",
    "person.nickname",
    "engagement.title",
    "unit.name",
    "group.name",
    "group.description",
];

/// What custom attributes may be of.
const CUSTOM: [&str; 4] = ["person.custom.", "engagement.custom.", "unit.custom.", "group.custom."];

/// The field, as an edit names it, of a rule that is one path and nothing else.
pub fn accepted_field(rule: &Expression) -> Option<&str> {
    let path = rule.source().trim();
    let is_custom = CUSTOM.iter().any(|start| path.strip_prefix(start).is_some_and(|name| !name.contains('.')));
    let reads = rule.reads();
    let [read] = reads.as_slice() else { return None };
    if read.path != path || !(is_custom || FIELDS.contains(&path)) {
        return None;
    }
    path.split_once('.').map(|(_, field)| field)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;
    use crate::expr::roots::USER;

    #[test]
    fn only_a_field_by_itself_can_be_taken_over() {
        for (rule, field) in [
            ("engagement.title", Some("title")),
            (" person.surname ", Some("surname")),
            ("person.custom.room", Some("custom.room")),
            ("person.name", None),
            ("person.surname|upper", None),
            ("person.given_name ~ person.surname", None),
            ("manager.given_name", None),
        ] {
            let rule = Expression::compile(rule, USER).unwrap();
            assert_eq!(accepted_field(&rule), field, "{}", rule.source());
        }
    }
}
