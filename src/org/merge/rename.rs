//! One name in place of another, in whatever names a thing.

use std::convert::Infallible;
use std::sync::Arc;

use super::MergeError;
use crate::org::claims::Sourced;
use crate::org::fact::Fact;
use crate::org::history::Timeline;
use crate::org::id::Id;
use crate::org::kind::FactKind;
use crate::org::stated::Gaps;

/// One name in place of another, wherever a fact names a thing.
pub(super) struct Rename<'a> {
    pub(super) from: &'a Id,
    pub(super) to: &'a Id,
}

impl Rename<'_> {
    pub(super) fn said(&self, kind: FactKind, said: &Timeline<Sourced>) -> Result<Timeline<Sourced>, MergeError> {
        let mut renamed = Timeline::default();
        for span in said.spans() {
            let body = Sourced { source: span.body.source.clone(), body: self.body(kind, &span.body.body)? };
            renamed = renamed.overlay(span.interval, body);
        }
        Ok(renamed)
    }

    pub(super) fn timeline(&self, kind: FactKind, said: &Timeline<Arc<str>>) -> Result<Timeline<Arc<str>>, MergeError> {
        let mut renamed = Timeline::default();
        for span in said.spans() {
            renamed = renamed.overlay(span.interval, self.body(kind, &span.body)?);
        }
        Ok(renamed)
    }

    fn body(&self, kind: FactKind, body: &Arc<str>) -> Result<Arc<str>, MergeError> {
        if !body.contains(self.from.as_str()) {
            return Ok(body.clone());
        }
        let renamed = |id: Id| if id == *self.from { self.to.clone() } else { id };
        match Fact::from_body(kind, body) {
            Ok(fact) => {
                let Ok(fact) = fact.map(|_, id| Ok::<Id, Infallible>(renamed(id)));
                Ok(fact.body()?.into())
            }
            // a claim with some fields only is no fact
            Err(_) => {
                let (fact, gaps) = Gaps::read::<Id>(kind, serde_json::from_str(body)?)?;
                let Ok(fact) = fact.map(|_, id| Ok::<Id, Infallible>(renamed(id)));
                Ok(gaps.body(&fact)?.into())
            }
        }
    }
}
