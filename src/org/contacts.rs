//! The contacts of a batch: each value must have the form that its class says, on all its days.

use std::collections::HashMap;

use super::contact_form::ContactForm;
use super::fact::Fact;
use super::id::Id;
use super::intended::Intended;
use super::kind::FactKind;
use super::problem::{MOST_PROBLEMS, Problem};
use super::time::Interval;

/// Names each line of a contact whose value is not of its form.
pub(super) fn refuse_values(intended: &Intended<'_>) -> Result<(), Vec<Problem>> {
    if intended.lines_of(FactKind::Contact).next().is_none() {
        return Ok(());
    }
    let mut forms: HashMap<Id, Vec<(Interval, ContactForm)>> = HashMap::new();
    intended.each(FactKind::Class, |id, interval, fact| {
        if let Fact::Class(class) = fact {
            forms.entry(id.clone()).or_default().push((interval, ContactForm::of(&class)));
        }
    });
    let problems: Vec<Problem> = intended
        .lines_of(FactKind::Contact)
        .filter_map(|line| {
            let Fact::Contact(contact) = &line.version.fact else { return None };
            let known = forms.get(&contact.contact_type)?;
            let problem = known
                .iter()
                .filter(|(days, _)| days.overlaps(&line.version.interval))
                .find_map(|(_, form)| form.problem(&contact.value))?;
            let message = format!("the value {problem}"); // it may be secret, so it is not quoted
            let hint = format!("the class {:?} says what form its contacts have", contact.contact_type);
            Some(Problem::of_line(line.number, message).with_hint(hint))
        })
        .take(MOST_PROBLEMS)
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
