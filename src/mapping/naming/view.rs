//! A person as patterns see one: as mapping rules do, with the site's way of writing letters.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rules::NamingRules;
use crate::expr::{ExprValue, Lazy, transliterate};
use crate::mapping::context::{Nameless, Scene, person_field};
use crate::org::{Id, Snapshot, Visibility};

/// Makes views of people.
#[derive(Debug)]
pub(super) struct Views {
    scene: Scene,
    letters: Arc<BTreeMap<char, String>>,
    plain: Arc<BTreeMap<char, String>>,
}

impl Views {
    pub fn new(snapshot: &Arc<Snapshot>, letters: &BTreeMap<char, String>) -> Self {
        let scene = Scene::new(Arc::clone(snapshot), Arc::new(Nameless), Visibility::Public);
        Self { scene, letters: Arc::new(letters.clone()), plain: Arc::default() }
    }

    /// Every account that further rules may give a person, and whether they do.
    pub fn further(&self, rules: &NamingRules, person: &Id) -> Vec<(Box<str>, bool)> {
        let all = rules.accounts.iter().flat_map(|rule| rule.candidates(&self.scene, person));
        // what cannot be told gives nobody a name, and takes nobody's
        all.map(|(kind, meant)| (kind, meant.unwrap_or(false))).collect()
    }

    /// The engagement and the unit that an account of this kind is for.
    pub fn job(&self, person: &Id, account: &str) -> (Option<ExprValue>, Option<ExprValue>) {
        self.scene.job_seen(person, account)
    }

    /// A person, with the letters of the record or with those that the site writes instead.
    pub fn person(&self, id: &Id, as_recorded: bool) -> ExprValue {
        let letters = Arc::clone(if as_recorded { &self.plain } else { &self.letters });
        ExprValue::lazy(Person { scene: self.scene.clone(), id: id.clone(), letters })
    }
}

struct Person {
    scene: Scene,
    id: Id,
    letters: Arc<BTreeMap<char, String>>,
}

impl Lazy for Person {
    fn field(&self, name: &str) -> Option<ExprValue> {
        let person = self.scene.snapshot().person_here_or_coming(&self.id)?;
        let written = |text: &str| Some(transliterate(text, &self.letters).into());
        match name {
            "given_name" => written(&person.given_name),
            "surname" => written(&person.surname),
            "nickname" => written(person.nickname.as_deref()?),
            "name" => written(&person.display_name()),
            other => person_field(&self.scene, &self.id, other),
        }
    }
}
