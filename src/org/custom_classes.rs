//! The custom attributes of a batch whose values are classes: each must be there.

use std::collections::HashSet;

use serde_json::Value;

use super::custom_type::{CustomForm, CustomTypes};
use super::id::Id;
use super::problem::{FirstProblems, Problem};
use super::resolve::Resolved;

/// The classes, and the lines with a custom attribute that names none.
#[derive(Debug)]
pub(super) struct CustomClasses<'a> {
    types: &'a CustomTypes,
    classes: HashSet<Id>,
    problems: FirstProblems,
}

impl<'a> CustomClasses<'a> {
    /// `None` where no custom attribute names classes.
    pub(super) fn new(types: &'a CustomTypes) -> Option<Self> {
        let asks = types.0.values().flat_map(|names| names.values()).any(|declared| is_class(declared.form));
        asks.then(|| Self { types, classes: HashSet::new(), problems: FirstProblems::default() })
    }

    /// A class that will hold on some day.
    pub(super) fn class(&mut self, id: &Id) {
        self.classes.insert(id.clone());
    }

    /// A line of the batch, once all classes are known.
    pub(super) fn states(&mut self, line: &Resolved) {
        let (Some(names), Some(custom)) = (self.types.of(line.version.kind()), line.version.fact.custom()) else {
            return;
        };
        for (name, value) in custom.iter().filter(|(name, _)| names.get(*name).is_some_and(|d| is_class(d.form))) {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let missing = values.iter().filter_map(Value::as_str).find(|id| !self.classes.contains(&Id::from(*id)));
            if let Some(id) = missing {
                self.problems.push(line.at, Problem::of_line(line.number, format!("{name}: there is no class {id:?}")));
            }
        }
    }

    pub(super) fn finish(self) -> Result<(), Vec<Problem>> {
        self.problems.finish()
    }
}

fn is_class(form: CustomForm) -> bool {
    form == CustomForm::Class
}
