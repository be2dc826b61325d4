//! An organisational unit as a container of the target.

use super::mapper::{Mapper, hold, present};
use super::rules::Place;
use crate::object::{Desired, Kind, Presence, Referent};
use crate::object::{HoldCode, Wanted};
use crate::org::{Id, Unit};

impl Mapper<'_> {
    pub(super) fn unit(&self, key: &Id, unit: &Unit) -> Wanted {
        let rules = self.rules(Kind::Unit)?;
        let context = self.scene.unit_context(key);
        let label = self.unit_label(unit);
        let desired = || -> Result<Desired, String> {
            if !rules.scope.means(&|| context.clone())? {
                let presence = Presence::OutOfScope { reason: rules.scope.left() };
                return Ok(Desired { presence, ..present(key, Kind::Unit, &label) });
            }
            Ok(Desired {
                outside: rules.scope.outside(&context)?,
                name: self.relative_name(rules, &context, "ou", Some(&unit.name))?,
                parent: Some(match &rules.place {
                    Place::Unit => unit.parent.as_ref().map_or(Referent::Root, |parent| self.nearest_unit(parent)),
                    Place::Top => Referent::Root,
                    rule @ Place::Rule(_) => self.by_rule(rule, &context)?,
                }),
                attributes: self.attributes(Kind::Unit, rules, &context)?,
                ..present(key, Kind::Unit, &label)
            })
        };
        match desired() {
            Ok(desired) => match self.inputs.blocked.reason(key) {
                Some(reason) => hold(key, Kind::Unit, &label, HoldCode::Quality, reason.to_owned()),
                None => Some(Ok(desired)),
            },
            Err(reason) => hold(key, Kind::Unit, &label, HoldCode::Value, reason),
        }
    }

    /// Whether a unit has an object in this target. A rule that fails counts as yes, so that nothing below moves away.
    pub(super) fn unit_is_in_scope(&self, unit: &Id) -> bool {
        let Some(rules) = self.rules(Kind::Unit) else { return false };
        if self.inputs.snapshot.unit(unit).is_none() {
            return false;
        }
        rules.scope.means(&|| self.scene.unit_context(unit)).unwrap_or(true)
    }
}
