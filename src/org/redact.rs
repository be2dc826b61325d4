//! Free text that names an erased person: how it is known, and what stands in its place. Pure.
//!
//! Texts that others wrote (what a server said, the note of an edit) name people in ways that nobody can list. Known here
//! are: every id of the person and their things, logins, contacts, ids of their objects, and a text that has both a given
//! name and a surname of theirs. Rather too much goes than too little.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fact::Fact;
use super::id::Id;

/// What stands in the place of a text that named somebody.
pub const ERASED: &str = "(erased)";

/// A text of fewer characters is too common to be a name.
const SHORTEST: usize = 3;

/// What a person is called.
#[derive(Debug, Clone, Default)]
pub struct Called {
    /// In lower case; each by itself is enough.
    single: BTreeSet<String>,
    /// Ids that are too short to be looked for as words: known where they stand alone.
    short: BTreeSet<String>,
    /// In lower case; both together are enough.
    pairs: BTreeSet<(String, String)>,
}

impl Called {
    /// By the facts that are about the person, and by further texts, such as ids.
    pub fn new<'a>(facts: impl Iterator<Item = (&'a Id, &'a Fact)>, further: impl Iterator<Item = String>) -> Self {
        let mut called = Self::default();
        further.for_each(|text| called.by(&text));
        for (id, fact) in facts {
            called.by(id.as_str());
            called.by_short(id.as_str());
            match fact {
                Fact::Person(person) => {
                    called.by_pair(&person.given_name, &person.surname);
                    if let Some(nickname) = &person.nickname {
                        called.by_pair(nickname, &person.surname);
                    }
                }
                Fact::Account(account) => {
                    [&account.login, &account.external_id].into_iter().flatten().for_each(|text| called.by(text));
                }
                Fact::Contact(contact) => called.by(&contact.value),
                Fact::Engagement(engagement) => engagement.number.iter().for_each(|text| called.by(text)),
                _ => {}
            }
        }
        called
    }

    fn by(&mut self, text: &str) {
        let text = text.trim().to_lowercase();
        if text.chars().count() >= SHORTEST {
            self.single.insert(text);
        }
    }

    fn by_short(&mut self, id: &str) {
        let id = id.to_lowercase();
        if id.chars().count() < SHORTEST {
            self.short.insert(id);
        }
    }

    fn by_pair(&mut self, given: &str, surname: &str) {
        let (given, surname) = (given.trim().to_lowercase(), surname.trim().to_lowercase());
        if given.is_empty() {
            self.by(&surname);
        } else if !surname.is_empty() {
            self.pairs.insert((given, surname));
        }
    }

    /// Whether a text names the person.
    pub fn in_text(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.single.iter().any(|one| has_word(&text, one))
            || self.short.iter().any(|id| stands_alone(&text, id))
            || self.pairs.iter().any(|(given, surname)| has_word(&text, given) && has_word(&text, surname))
    }

    /// Takes every text that names the person out of a document, and with it the name and message that stand beside.
    /// Answers whether there was any.
    pub fn redact(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => {
                let named = self.in_text(text);
                if named {
                    ERASED.clone_into(text);
                }
                named
            }
            Value::Array(values) => values.iter_mut().fold(false, |any, value| any | self.redact(value)),
            Value::Object(fields) => {
                let own = fields.values().any(|value| value.as_str().is_some_and(|text| self.in_text(text)));
                for field in ["name", "message"] {
                    if let (true, Some(Value::String(text))) = (own, fields.get_mut(field)) {
                        ERASED.clone_into(text);
                    }
                }
                fields.values_mut().fold(own, |any, value| any | self.redact(value))
            }
            _ => false,
        }
    }
}

/// Whether a short id is the whole text, the key of a step (`create:7`), or a text in quotes.
fn stands_alone(text: &str, id: &str) -> bool {
    text == id || text.ends_with(&format!(":{id}")) || text.contains(&format!("\"{id}\""))
}

/// Whether a word stands in a text by itself, not within a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, found)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + found.len()..].chars().next())
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::org::FactKind;

    fn called() -> Called {
        let person = Fact::from_body(FactKind::Person, r#"{"given_name":"Åse","surname":"Ørsted"}"#).unwrap();
        let account = Fact::from_body(FactKind::Account, r#"{"person":"p-1","system":"ad","login":"aseors"}"#).unwrap();
        let (one, two) = (Id::from("p-1"), Id::from("acc-1"));
        Called::new([(&one, &person), (&two, &account)].into_iter(), std::iter::once("guid-1".to_owned()))
    }

    #[test]
    fn ids_logins_objects_and_whole_names_are_known() {
        let called = called();
        for text in ["create:acc-1", "the login ASEORS is taken", "CN=Ørsted\\, Åse,OU=x", "guid-1", "p-1"] {
            assert!(called.in_text(text), "{text}");
        }
        for text in ["Åse Berg", "p-12", "aseors02", "Ørsted Street", "the server said no"] {
            assert!(!called.in_text(text), "{text}");
        }
    }

    #[test]
    fn a_short_id_is_known_where_it_stands_alone() {
        let person = Fact::from_body(FactKind::Person, r#"{"given_name":"Åse","surname":"Ørsted"}"#).unwrap();
        let id = Id::from("7");
        let called = Called::new(std::iter::once((&id, &person)), std::iter::empty());
        for text in ["7", "create:7", r#"{"key":"7"}"#] {
            assert!(called.in_text(text), "{text}");
        }
        assert!(!called.in_text("7 failed") && !called.in_text("create:17") && !called.in_text(r#"{"count":7}"#));
    }

    #[test]
    fn what_stands_beside_goes_too() {
        let mut summary = serde_json::json!({
            "counts": { "failed": 2 }, "message": "2 failed",
            "failures": [
                { "key": "acc-1", "name": "Åse O.", "op": "disable", "message": "refused" },
                { "key": "acc-2", "name": "Bo", "op": "disable", "message": "refused" },
            ],
        });
        assert!(called().redact(&mut summary));
        let expected = serde_json::json!({
            "counts": { "failed": 2 }, "message": "2 failed",
            "failures": [
                { "key": "(erased)", "name": "(erased)", "op": "disable", "message": "(erased)" },
                { "key": "acc-2", "name": "Bo", "op": "disable", "message": "refused" },
            ],
        });
        assert_eq!(summary, expected);
        assert!(!called().redact(&mut summary));
    }
}
