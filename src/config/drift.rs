//! `[ldap.NAME.KIND.drift]`: what becomes of what somebody else changed.

use std::collections::BTreeMap;

use super::compile::Scope;
use super::document::Document;
use super::mapping::KindMapping;
use crate::mapping::{AttributeRule, accepted_field};
use crate::object::{AttributeName, DriftPolicy, Kind, aspect};

impl Scope<'_> {
    pub(super) fn drift(
        &self,
        document: &mut Document<'_>,
        mapping: &KindMapping,
        rules: &BTreeMap<AttributeName, AttributeRule>,
    ) -> BTreeMap<AttributeName, DriftPolicy> {
        let mut policies = BTreeMap::new();
        for (text, policy) in &mapping.drift {
            let (name, path) = (AttributeName::new(text.as_str()), self.at(&["drift", text]));
            let aspects: &[&str] = match self.kind {
                Kind::User => &[aspect::ENABLED, aspect::MANAGER, aspect::NAME, aspect::PARENT],
                Kind::Group => &[aspect::MEMBERS, aspect::NAME, aspect::PARENT],
                Kind::Unit | Kind::Contact => &[aspect::NAME, aspect::PARENT],
            };
            let rule = rules.get(&name);
            if rule.is_none() && !aspects.iter().any(|one| name.is(one)) {
                let hint = format!("it has a rule below attributes, or is one of {}", aspects.join(", "));
                document.at_key(&path, format!("nothing keeps {text:?} in step, so it cannot drift"), Some(hint));
                continue;
            }
            if *policy == DriftPolicy::Accept && rule.is_none_or(|rule| accepted_field(&rule.value).is_none()) {
                let hint = "accept needs a rule that is one field and nothing else, such as engagement.title or \
                            person.custom.room; write revert or report";
                let message = format!("the roster has no one field that {text:?} could be taken over into");
                document.at_value(&path, message, Some(hint.to_owned()));
                continue;
            }
            policies.insert(name, *policy);
        }
        policies
    }
}
