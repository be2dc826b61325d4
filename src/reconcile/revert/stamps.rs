//! What a run took over is given back, and what it forgot is taken over again: by the stamp alone.

use super::Making;
use super::net::Net;
use crate::object::{Change, Clause, Ground, HoldCode, Observed, Op, Step, StepId, Value, aspect};
use crate::org::Id;
use crate::org::sentence::{Sentence, also};

impl Making<'_> {
    pub(super) fn stamp(&mut self, net: &Net<'_>, observed: &Observed) {
        let Some(step) = net.stamped else { return };
        let written = step.change(aspect::STAMP);
        let linked = self.around.links.object(&step.key);
        let op = match (step.op, written) {
            (Op::Link, Some(_)) if linked == Some(&observed.id) => Op::Unlink,
            (Op::Unlink, _) if linked.is_none() && self.around.links.key(&observed.id).is_none() => Op::Link,
            (Op::Link, None) => return, // it bore the stamp before: rosterd only took note of it
            _ => return self.hold(net, HoldCode::ChangedSince, Clause::AnotherLink.said()),
        };
        let shown = |key: &Id| vec![Value::text(key.as_str())];
        let bears = observed.stamp.as_ref().map(shown).unwrap_or_default();
        if written.is_some_and(|written| written.after != bears) {
            return self.hold(net, HoldCode::ChangedSince, Clause::AnotherStamp.said());
        }
        if let Some(why) = &observed.protected {
            let undone = Clause::LeftUndone.with([&op]);
            return self.hold(net, HoldCode::Protected, also(&why.to_string(), &undone));
        }
        let back = |change: &Change| Change {
            attribute: change.attribute.clone(),
            before: change.after.clone(),
            after: change.before.clone(),
        };
        self.inverse.stamps.push(Step {
            id: StepId::new(op, &step.key),
            op,
            object: Some(observed.id.clone()),
            ground: (op == Op::Unlink).then_some(Ground::Reverted),
            reason: Clause::UndoesRun.with([&self.inverse.run]),
            rung: None,
            irreversible: false,
            needs: Vec::new(),
            changes: written.map(back).into_iter().collect(),
            ..step.clone()
        });
    }
}
