//! What a thing of the roster would be known by, if an object of it were in the target already: the values of the
//! adoption rules, and the names that an account keeps.

use super::account::ORDINARY;
use super::mapper::{Mapper, values};
use crate::expr::Context;
use crate::object::{Kind, NameKind, Reservation, Value};
use crate::org::Id;

/// Where an account's login comes from when it is adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// The roster has the account already.
    Recorded,
    /// The person has a login, which stays.
    Kept(Reservation),
    /// The person has none yet, and gets the one that the object has; this is what there would be without.
    OfObject(Reservation),
}

impl Mapper<'_> {
    /// For each adoption rule of the kind, the values that an object of `key` would have; or why a rule fails.
    pub fn sought(&self, key: &Id) -> Result<Vec<Vec<Value>>, String> {
        // what is there already is a person's ordinary account
        if self.accounts.get(key).is_some_and(|holder| *holder.kind != *ORDINARY) {
            return Ok(Vec::new());
        }
        let Some((kind, context)) = self.context_of(key) else { return Ok(Vec::new()) };
        let schema = self.inputs.schemas.get(&kind);
        let rules = self.inputs.rules.adopt.get(&kind).map(Vec::as_slice).unwrap_or_default();
        let values = rules.iter().map(|rule| {
            let outcome = rule.value.evaluate(&context).map_err(|error| format!("{}: {error}", rule.attribute))?;
            let values = values(outcome);
            Ok(match schema {
                // what the attribute cannot hold, no object has
                Some(schema) => schema.coerce(&rule.attribute, values).unwrap_or_default(),
                None => values,
            })
        });
        values.collect()
    }

    /// The login that goes with an account when it is adopted; none for what is no account.
    pub fn login_at_adoption(&self, account: &Id) -> Option<Login> {
        let holder = self.accounts.get(account)?;
        let choice = self.inputs.naming.choice(&holder.person, &holder.kind, NameKind::Login)?;
        if holder.recorded {
            return Some(Login::Recorded);
        }
        let reservation = self.reservation(account, holder)?;
        Some(if choice.kept { Login::Kept(reservation) } else { Login::OfObject(reservation) })
    }

    fn context_of(&self, key: &Id) -> Option<(Kind, Context)> {
        if let Some(holder) = self.accounts.get(key) {
            Some((Kind::User, self.scene.user(&holder.person, key, &holder.kind)))
        } else if self.inputs.snapshot.unit(key).is_some() {
            Some((Kind::Unit, self.scene.unit_context(key)))
        } else {
            self.inputs.snapshot.group(key).map(|_| (Kind::Group, self.scene.group_context(key)))
        }
    }
}
