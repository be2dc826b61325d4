//! What a target took without showing it: so that the same is not written again each night. Pure.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::attribute::AttributeName;
use super::observed::ObjectId;
use super::value::{Referent, Value};

/// A value that was written and one that is shown, as a mark of both; the values themselves cannot be had from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PairMark(String);

impl PairMark {
    /// Of what was sent, and what is shown instead. The order of values makes no difference.
    pub fn of(sent: &[Value], shown: &[Value]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for values in [sent, shown] {
            let mut texts: Vec<String> = values.iter().map(text).collect();
            texts.sort();
            hasher.update(&(texts.len() as u64).to_le_bytes());
            for text in texts {
                hasher.update(&(text.len() as u64).to_le_bytes());
                hasher.update(text.as_bytes());
            }
        }
        let mut mark = hasher.finalize().to_hex().to_string();
        mark.truncate(32);
        Self(mark)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn from_stored(mark: String) -> Self {
        Self(mark)
    }
}

/// A value as text; an object is the same by its id and by its handle.
fn text(value: &Value) -> String {
    match value {
        Value::Reference(Referent::Object(id)) => format!("object {id}"),
        Value::Reference(Referent::Handle(handle)) => format!("object {handle}"),
        other => format!("{other:?}"),
    }
}

/// The pairs of one target, by object and attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted(HashMap<(ObjectId, AttributeName), PairMark>);

impl Accepted {
    /// Whether exactly this was written and exactly this was shown instead.
    pub fn holds(&self, object: &ObjectId, attribute: &AttributeName, sent: &[Value], shown: &[Value]) -> bool {
        let mark = self.0.get(&(object.clone(), attribute.clone()));
        mark.is_some_and(|mark| *mark == PairMark::of(sent, shown))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(ObjectId, AttributeName, PairMark)> for Accepted {
    fn from_iter<I: IntoIterator<Item = (ObjectId, AttributeName, PairMark)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(object, attribute, mark)| ((object, attribute), mark)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_pair_is_accepted() {
        let text = |text: &str| vec![Value::text(text)];
        let mark = PairMark::of(&text("Anna"), &text("anna"));
        let accepted: Accepted = [(ObjectId::new("1"), "userName".into(), mark)].into_iter().collect();
        let holds = |id: &str, name: &str, sent: &[Value], shown: &[Value]| {
            accepted.holds(&ObjectId::new(id), &name.into(), sent, shown)
        };
        assert!(holds("1", "username", &text("Anna"), &text("anna")));
        assert!(!holds("1", "userName", &text("Anne"), &text("anna")), "another wish");
        assert!(!holds("1", "userName", &text("Anna"), &text("anne")), "somebody changed it");
        assert!(!holds("1", "userName", &text("Anna"), &[]) && !holds("1", "title", &text("Anna"), &text("anna")));
        assert!(!holds("2", "userName", &text("Anna"), &text("anna")));
    }
}
