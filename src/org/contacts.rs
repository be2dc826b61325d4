//! The contacts of a batch: each value must have the form that its class says, on all its days.

use std::collections::HashMap;

use super::class::Class;
use super::contact_form::ContactForm;
use super::fact::Fact;
use super::id::Id;
use super::problem::{FirstProblems, Problem};
use super::resolve::Resolved;
use super::time::Interval;

/// The forms of the classes, and the lines whose value is not of its form.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    forms: HashMap<Id, Vec<(Interval, ContactForm)>>,
    problems: FirstProblems,
}

impl Contacts {
    /// A class that will hold.
    pub(super) fn class(&mut self, id: &Id, interval: Interval, class: &Class) {
        self.forms.entry(id.clone()).or_default().push((interval, ContactForm::of(class)));
    }

    /// A line of the batch, once its class is known.
    pub(super) fn states(&mut self, line: &Resolved) {
        if let Some(problem) = self.problem(line) {
            self.problems.push(line.at, problem);
        }
    }

    fn problem(&self, line: &Resolved) -> Option<Problem> {
        let Fact::Contact(contact) = &line.version.fact else { return None };
        let known = self.forms.get(&contact.contact_type)?;
        let problem = known
            .iter()
            .filter(|(days, _)| days.overlaps(&line.version.interval))
            .find_map(|(_, form)| form.problem(&contact.value))?;
        let message = format!("the value {problem}"); // it may be secret, so it is not quoted
        let hint = format!("the class {:?} says what form its contacts have", contact.contact_type);
        Some(Problem::of_line(line.number, message).with_hint(hint))
    }

    pub(super) fn finish(self) -> Result<(), Vec<Problem>> {
        self.problems.finish()
    }
}
