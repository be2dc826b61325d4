//! The custom attributes of a batch whose values are classes: each must be there.

use std::collections::HashSet;

use serde_json::Value;

use super::custom_type::{CustomForm, CustomTypes};
use super::id::Id;
use super::intended::Intended;
use super::kind::FactKind;
use super::problem::{MOST_PROBLEMS, Problem};

/// Names each line with a custom attribute that names no class.
pub(super) fn refuse_missing(intended: &Intended<'_>, types: &CustomTypes) -> Result<(), Vec<Problem>> {
    let is_class = |form: CustomForm| form == CustomForm::Class;
    if !types.0.values().flat_map(|names| names.values()).any(|declared| is_class(declared.form)) {
        return Ok(());
    }
    let mut classes: HashSet<Id> = HashSet::new();
    intended.each(FactKind::Class, |id, _, _| _ = classes.insert(id.clone()));
    let mut problems = Vec::new();
    for line in intended.lines {
        let (Some(names), Some(custom)) = (types.of(line.version.kind()), line.version.fact.custom()) else { continue };
        for (name, value) in custom.iter().filter(|(name, _)| names.get(*name).is_some_and(|d| is_class(d.form))) {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let missing = values.iter().filter_map(Value::as_str).find(|id| !classes.contains(&Id::from(*id)));
            let message = missing.map(|id| format!("{name}: there is no class {id:?}"));
            problems.extend(message.map(|message| Problem::of_line(line.number, message)));
        }
    }
    problems.truncate(MOST_PROBLEMS);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
