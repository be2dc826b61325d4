//! The checks between the things of a batch and the roster as it would be once the batch is in, over all days. Takes
//! what it needs in passing, one thing after another: first what will hold, then what the lines state of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ancestry::Ancestry;
use super::contacts::Contacts;
use super::custom_classes::CustomClasses;
use super::custom_type::CustomTypes;
use super::fact::Fact;
use super::history::Timeline;
use super::id::Id;
use super::kind::FactKind;
use super::problem::Problem;
use super::resolve::Resolved;

pub(super) struct Between<'a> {
    /// The kinds that the batch has lines of.
    stated: BTreeSet<FactKind>,
    ancestry: Ancestry,
    contacts: Contacts,
    classes: Option<CustomClasses<'a>>,
}

impl<'a> Between<'a> {
    /// `custom` says which custom attributes name classes.
    pub(super) fn new(stated: BTreeSet<FactKind>, custom: &'a CustomTypes) -> Self {
        let classes = CustomClasses::new(custom);
        Self { stated, ancestry: Ancestry::default(), contacts: Contacts::default(), classes }
    }

    /// What will hold of a thing. A class comes before any line that names it: the order of kinds has it so.
    pub(super) fn holds(&mut self, kind: FactKind, id: &Id, timeline: impl FnOnce() -> Timeline<Arc<str>>) {
        let is_asked = match kind {
            FactKind::Class => {
                self.classes.is_some() || [kind, FactKind::Contact].iter().any(|kind| self.stated.contains(kind))
            }
            FactKind::Unit | FactKind::Membership => self.stated.contains(&kind),
            _ => false,
        };
        if !is_asked {
            return;
        }
        for span in timeline().spans() {
            let Ok(fact) = Fact::from_body(kind, &span.body) else { continue };
            if let Fact::Class(class) = &fact {
                self.contacts.class(id, span.interval, class);
                self.classes.as_mut().into_iter().for_each(|classes| classes.class(id));
            }
            self.ancestry.holds(id, span.interval, &fact);
        }
    }

    /// A line of the batch.
    pub(super) fn states(&mut self, line: &Resolved) {
        self.ancestry.states(line);
        self.contacts.states(line);
        self.classes.as_mut().into_iter().for_each(|classes| classes.states(line));
    }

    pub(super) fn finish(self) -> Result<(), Vec<Problem>> {
        self.ancestry.finish()?;
        self.contacts.finish()?;
        self.classes.map_or(Ok(()), CustomClasses::finish)
    }
}
