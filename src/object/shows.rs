//! Whether an object shows what a step speaks of: the one comparison of values with what was read.

use super::aspect;
use super::attribute::AttributeName;
use super::observed::{Handle, Observed};
use super::schema::Schema;
use super::value::Value;

impl Observed {
    /// Whether it shows exactly these values of an attribute, or of its enabled state, name, place or manager. An
    /// attribute that it does not show has no values. `handle` answers how a reference is written in the target, none
    /// where it leads nowhere. Members are not compared as a whole, and are none of this.
    pub fn shows<'a>(
        &self,
        attribute: &AttributeName,
        values: &'a [Value],
        schema: &Schema,
        handle: impl Fn(&'a Value) -> Option<&'a Handle>,
    ) -> bool {
        let wanted = values.first();
        let leads_to = |seen: Option<&Handle>| match wanted {
            None => seen.is_none(),
            Some(value) => handle(value).is_some_and(|handle| seen == Some(handle)),
        };
        if attribute.is(aspect::ENABLED) {
            return wanted.is_some() && self.enabled.map(Value::Bool).as_ref() == wanted;
        }
        if attribute.is(aspect::NAME) {
            return wanted.and_then(Value::as_text) == Some(self.name.as_str());
        }
        if attribute.is(aspect::PARENT) {
            return leads_to(self.parent.as_ref());
        }
        if attribute.is(aspect::MANAGER) {
            return leads_to(self.manager.as_ref());
        }
        schema.equal(attribute, self.values(attribute), values)
    }

    /// The values of an attribute; none where it has none, or where it was not asked for.
    pub fn values(&self, attribute: &AttributeName) -> &[Value] {
        self.attributes.get(attribute).map(Vec::as_slice).unwrap_or_default()
    }
}
