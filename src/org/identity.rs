//! Which thing of the roster a source means, when it has ids of its own: by ordered rules, once and for all.
//!
//! A rule names fields that must all be equal. The first rule that finds a thing decides, and what was found is
//! recorded as a `key` fact of rosterd's own, so that later names may change and the thing stays the same. A rule that
//! finds several things, and two things of a file that find the same one, are held: nobody guesses.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use uuid::Uuid;

use super::edit::SEALED;
use super::fact::Fact;
use super::id::Id;
use super::key::Key;
use super::kind::FactKind;
use super::stated::Fields;

/// The source of the keys by which rosterd knows what a source means.
pub(super) const OWN: &str = "rosterd";

/// The namespace of their ids.
const IDS: Uuid = Uuid::from_u128(0x5d0c_22f4_7c3a_4b86_9d41_e5a1_08b7_9a3e);

/// Rules by kind, the first one first.
pub type MatchRules = BTreeMap<FactKind, Vec<MatchRule>>;

/// Fields that are equal in what a source states and in the thing that it means, written `surname+birth_date`.
/// `key:hr` is any key that the source `hr` knows it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchRule(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A field; one custom attribute is `custom.NAME`.
    Field(String),
    KeyOf(String),
}

impl MatchRule {
    /// The fields that it compares.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Field(name) => Some(name.as_str()),
            Part::KeyOf(_) => None,
        })
    }

    /// The sources whose keys it compares.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::KeyOf(source) => Some(source.as_str()),
            Part::Field(_) => None,
        })
    }

    /// What a thing has in the fields of the rule: every combination, none when it lacks one.
    fn values(&self, thing: &Known) -> Vec<Vec<String>> {
        let mut all = vec![Vec::new()];
        for part in &self.0 {
            let here = match part {
                Part::Field(name) => thing.field(name),
                Part::KeyOf(source) => thing.keys.get(source).cloned().unwrap_or_default(),
            };
            all = all
                .iter()
                .flat_map(|before| here.iter().map(|one| [before.as_slice(), std::slice::from_ref(one)].concat()))
                .collect();
        }
        all
    }
}

impl FromStr for MatchRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let part = |part: &str| match (part.trim(), part.trim().strip_prefix("key:")) {
            ("" | "key:", _) => Err("a part of the rule is empty".to_owned()),
            (_, Some(source)) => Ok(Part::KeyOf(source.trim().to_owned())),
            (field, None) => Ok(Part::Field(field.to_owned())),
        };
        text.split('+').map(part).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for MatchRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |part: &Part| match part {
            Part::Field(name) => name.clone(),
            Part::KeyOf(source) => format!("key:{source}"),
        };
        f.write_str(&self.0.iter().map(part).collect::<Vec<_>>().join("+"))
    }
}

/// A thing as rules look at it.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// What is said of it, on whatever days, custom attributes as `custom.NAME`.
    pub(super) said: Vec<Fields>,
    /// By source, the keys that it is known by.
    pub(super) keys: HashMap<String, BTreeSet<String>>,
}

impl Known {
    fn field(&self, name: &str) -> BTreeSet<String> {
        let value = |said: &Fields| match said.get(name)? {
            // of a sealed id, only the keyed hash is the same for everyone
            Value::String(text) if name == SEALED => text.split('.').next().map(ToOwned::to_owned),
            Value::String(text) => Some(folded(text)),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        self.said.iter().filter_map(value).filter(|value| !value.is_empty()).collect()
    }
}

/// Without regard to case and to how it is spaced.
fn folded(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// What was found of the things that the roster does not know yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Their id in the file → the thing that is meant.
    pub(super) same: BTreeMap<Id, Id>,
    /// Those that nobody can tell, and why.
    pub(super) unclear: BTreeMap<Id, String>,
}

/// Looks for `strangers` (things of one kind, by their id in the file) among those that are known. `taken` are the
/// known things that the source means already.
pub(super) fn identify(
    rules: &[MatchRule],
    strangers: &BTreeMap<Id, Known>,
    known: &BTreeMap<Id, Known>,
    taken: &BTreeSet<Id>,
) -> Found {
    let mut found = Found::default();
    for rule in rules {
        let mut index: HashMap<Vec<String>, BTreeSet<&Id>> = HashMap::new();
        for (id, thing) in known {
            for values in rule.values(thing) {
                index.entry(values).or_default().insert(id);
            }
        }
        for (id, stranger) in strangers {
            if found.same.contains_key(id) || found.unclear.contains_key(id) {
                continue;
            }
            let values = rule.values(stranger);
            let candidates: BTreeSet<&Id> =
                values.iter().filter_map(|values| index.get(values)).flatten().copied().collect();
            match candidates.iter().collect::<Vec<_>>().as_slice() {
                [] => {}
                [one] if taken.contains(**one) => {
                    let why = format!("{rule} finds {:?}, which the source states under another id", one.as_str());
                    found.unclear.insert(id.clone(), why);
                }
                [one] => _ = found.same.insert(id.clone(), (**one).clone()),
                several => {
                    let names: Vec<String> = several.iter().take(5).map(|id| format!("{:?}", id.as_str())).collect();
                    let why = format!("{rule} finds {} things: {}", several.len(), names.join(", "));
                    found.unclear.insert(id.clone(), why);
                }
            }
        }
    }
    refuse_twins(&mut found);
    found
}

/// Two things of a file are not one.
fn refuse_twins(found: &mut Found) {
    let mut by_thing: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
    for (id, thing) in &found.same {
        by_thing.entry(thing.clone()).or_default().push(id.clone());
    }
    for (thing, twins) in by_thing.into_iter().filter(|(_, twins)| twins.len() > 1) {
        for id in &twins {
            let others: Vec<String> = twins
                .iter()
                .filter(|other| *other != id)
                .take(5)
                .map(|other| format!("{:?}", other.as_str()))
                .collect();
            found.same.remove(id);
            found.unclear.insert(id.clone(), format!("{} of the same file match {thing:?} too", others.join(", ")));
        }
    }
}

/// The fact that says what a source means by an id of its own: its id, and itself.
pub(super) fn alias(source: &str, local: &Id, of: &Id) -> (Id, Fact) {
    let value = alias_value(source, local);
    let id = Id::new(Uuid::new_v5(&IDS, value.as_bytes()).to_string());
    (id, Fact::Key(Key { of: of.clone(), source: OWN.to_owned(), value }))
}

/// What a key fact says about an id of the source, if it is such a fact.
pub(super) fn aliased<'a>(key: &'a Key, source: &str) -> Option<(Id, &'a Id)> {
    let local = key.value.strip_prefix(source)?.strip_prefix(' ').filter(|_| key.source == OWN)?;
    Some((Id::from(local), &key.of))
}

/// The id that some source has of its own for the thing of an alias.
pub(super) fn local(key: &Key) -> Option<Id> {
    key.value.split_once(' ').filter(|_| key.source == OWN).map(|(_, local)| Id::from(local))
}

/// Names of sources have no blanks.
fn alias_value(source: &str, local: &Id) -> String {
    format!("{source} {local}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn people(said: &[(&str, &str)]) -> BTreeMap<Id, Known> {
        let one = |(id, said): &(&str, &str)| {
            let said = said.split(';').map(|said| {
                let pair = |pair: &str| pair.split_once('=').map(|(f, v)| (f.trim().to_owned(), Value::from(v)));
                said.split(',').filter_map(pair).collect()
            });
            (Id::from(*id), Known { said: said.collect(), keys: HashMap::new() })
        };
        said.iter().map(one).collect()
    }

    fn rules(texts: &[&str]) -> Vec<MatchRule> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn told(found: &Found) -> Vec<String> {
        let same = found.same.iter().map(|(id, thing)| format!("{id} is {thing}"));
        same.chain(found.unclear.iter().map(|(id, why)| format!("{id}: {why}"))).collect()
    }

    #[test]
    fn the_first_rule_that_finds_one_decides_and_several_are_held() {
        let known = people(&[
            ("p1", "national_id=aaa.x,surname=Berg,birth_date=1990-01-01"),
            ("p2", "national_id=bbb.y,surname=Dahl,birth_date=1990-01-01; surname=Lund,birth_date=1990-01-01"),
            ("p3", "surname=Dahl,birth_date=1990-01-01"),
        ]);
        let rules = rules(&["national_id", "surname + birth_date"]);
        let table = [
            ("national_id=aaa.other,surname=Dahl", "x is p1"),
            ("surname= BERG ,birth_date=1990-01-01", "x is p1"),
            ("surname=lund,birth_date=1990-01-01", "x is p2"),
            ("surname=Dahl,birth_date=1990-01-01", r#"x: surname+birth_date finds 2 things: "p2", "p3""#),
            ("surname=Berg", ""),
            ("national_id=ccc.z", ""),
        ];
        for (said, expected) in table {
            let found = identify(&rules, &people(&[("x", said)]), &known, &BTreeSet::new());
            assert_eq!(told(&found).join("; "), expected, "{said}");
        }
    }

    #[test]
    fn nobody_is_two_things_of_one_source() {
        let known = people(&[("p1", "surname=Berg")]);
        let twins = people(&[("x", "surname=Berg"), ("y", "surname=Berg")]);
        let found = identify(&rules(&["surname"]), &twins, &known, &BTreeSet::new());
        assert_eq!(
            told(&found),
            [r#"x: "y" of the same file match "p1" too"#, r#"y: "x" of the same file match "p1" too"#]
        );
        let taken = BTreeSet::from([Id::from("p1")]);
        let found = identify(&rules(&["surname"]), &people(&[("x", "surname=Berg")]), &known, &taken);
        assert_eq!(told(&found), [r#"x: surname finds "p1", which the source states under another id"#]);
    }

    #[test]
    fn keys_of_another_source_match() {
        let key = |value: &str| HashMap::from([("hr".to_owned(), BTreeSet::from([value.to_owned()]))]);
        let known = BTreeMap::from([(Id::from("p1"), Known { said: Vec::new(), keys: key("4711") })]);
        let of = |value| BTreeMap::from([(Id::from("x"), Known { said: Vec::new(), keys: key(value) })]);
        let found = |value| told(&identify(&rules(&["key:hr"]), &of(value), &known, &BTreeSet::new()));
        assert_eq!(found("4711"), ["x is p1"]);
        assert_eq!(found("4712"), [] as [String; 0]);
    }

    #[test]
    fn an_alias_is_that_of_one_source() {
        let (_, Fact::Key(key)) = alias("hr", &"47 11".into(), &"p1".into()) else { unreachable!() };
        assert_eq!(aliased(&key, "hr"), Some((Id::from("47 11"), &Id::from("p1"))));
        assert_eq!(aliased(&key, "h"), None);
        assert_eq!(aliased(&Key { source: "hr".into(), ..key.clone() }, "hr"), None);
    }
}
