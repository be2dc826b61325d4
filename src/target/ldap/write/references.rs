//! From references to names: whom a manager, a member or a parent means, where it lies now.

use std::collections::BTreeMap;

use super::Work;
use crate::object::{Handle, ObjectId, Referent, Value};
use crate::target::ldap::ber::Filter;
use crate::target::ldap::dn::Dn;
use crate::target::ldap::find::{by_id, filter_of};
use crate::target::ldap::object::id_of;
use crate::target::ldap::session::Failure;
use crate::target::{Class, Refusal};

impl Work<'_> {
    /// The name of what one value refers to.
    pub(super) async fn reference(&self, value: &Value) -> Result<Dn, Refusal> {
        let mut found = self.references(std::slice::from_ref(value)).await?;
        found.pop().ok_or_else(|| self.refuse(Class::Permanent, "", format!("{value} is not a reference")))
    }

    /// The names of what the values refer to, in their order.
    pub(super) async fn references(&self, values: &[Value]) -> Result<Vec<Dn>, Refusal> {
        let wanted: Vec<Wanted> = values.iter().map(|value| self.wanted(value)).collect::<Result<_, _>>()?;
        let ids = wanted.iter().filter_map(|wanted| match wanted {
            Wanted::Id(id) => Some(id.clone()),
            Wanted::Name(_) => None,
        });
        let known = self.look_up(ids.collect()).await?;
        let name = |wanted| match wanted {
            Wanted::Name(dn) => Ok(dn),
            Wanted::Id(id) => known.get(&id).cloned().ok_or_else(|| {
                self.refuse(Class::Conflict, "", format!("it refers to {id}, which the directory does not show"))
            }),
        };
        wanted.into_iter().map(name).collect()
    }

    /// The objects that the step refers to, as far as they are known by their ids.
    pub(super) fn referred(&self) -> Vec<ObjectId> {
        let values = self.step.changes.iter().flat_map(|change| change.before.iter().chain(&change.after));
        let references = values.filter(|value| matches!(value, Value::Reference(_)));
        let wanted = references.filter_map(|value| self.wanted(value).ok());
        wanted.filter_map(|wanted| if let Wanted::Id(id) = wanted { Some(id) } else { None }).collect()
    }

    /// Looks up where objects lie, so that nobody needs to ask one by one. What cannot be found now is looked for again.
    pub(super) async fn meet(&self, ids: Vec<ObjectId>) -> Result<(), Refusal> {
        match self.look_up(ids).await {
            Err(refusal) if refusal.fatal => Err(refusal),
            _ => Ok(()),
        }
    }

    /// Whether a reference read now means what the plan saw. A container or manager that was renamed since the plan
    /// was made is still the same: a handle that names nothing any more proves no difference.
    pub(super) async fn still_refers(&self, before: &[Value], now: Option<&Dn>) -> Result<bool, Refusal> {
        let (Some(before), Some(now)) = (before.first(), now) else { return Ok(before.is_empty() && now.is_none()) };
        if let Value::Reference(Referent::Handle(handle)) = before {
            return Ok(handle == now.handle() || !self.exists(handle).await?);
        }
        match self.reference(before).await {
            Ok(dn) => Ok(dn.same(now)),
            Err(refusal) if refusal.class == Class::Conflict => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }

    async fn exists(&self, handle: &Handle) -> Result<bool, Refusal> {
        let found = self.session.entry(handle.as_str(), &Filter::everything(), &["objectClass".to_owned()]).await;
        Ok(found.map_err(|failure| self.read_failed(handle, &failure))?.is_some())
    }

    fn wanted(&self, value: &Value) -> Result<Wanted, Refusal> {
        match value {
            Value::Reference(Referent::Key(key)) => match self.links.object(key) {
                Some(id) => Ok(Wanted::Id(id.clone())),
                None => Err(self.refuse(Class::Conflict, "", format!("it refers to {key}, which has no object yet"))),
            },
            Value::Reference(Referent::Object(id)) => Ok(Wanted::Id(id.clone())),
            Value::Reference(Referent::Handle(handle)) => {
                Dn::parse(handle.as_str()).map(Wanted::Name).map_err(|error| self.refuse(Class::Permanent, "", error))
            }
            Value::Reference(Referent::Root) => Ok(Wanted::Name(self.places.root(self.step.kind).clone())),
            other => Err(self.refuse(Class::Permanent, "", format!("{other} is not a reference"))),
        }
    }

    /// Where the objects lie; those that the directory does not show are left out.
    async fn look_up(&self, ids: Vec<ObjectId>) -> Result<BTreeMap<ObjectId, Dn>, Refusal> {
        let mut known = BTreeMap::new();
        let mut unknown = Vec::new();
        for id in ids {
            match self.names.name(&id) {
                Some(dn) => {
                    known.insert(id, dn);
                }
                None => unknown.push(id),
            }
        }
        unknown.sort();
        unknown.dedup();
        let found = match (unknown.as_slice(), self.session.domain()) {
            ([], _) => Ok(Vec::new()),
            ([_, _, ..], Some(_)) => self.searched(&unknown).await,
            _ => self.one_by_one(&unknown).await,
        };
        for (id, dn) in found.map_err(|failure| self.read_failed("", &failure))? {
            self.names.learn(id.clone(), dn.clone());
            known.insert(id, dn);
        }
        Ok(known)
    }

    async fn one_by_one(&self, ids: &[ObjectId]) -> Result<Vec<(ObjectId, Dn)>, Failure> {
        let mut found = Vec::new();
        let profile = self.settings.profile;
        let attributes = [profile.id_attribute().to_owned()];
        for id in ids {
            if let Some(entry) = by_id(self.session, profile, id, &Filter::everything(), &attributes).await? {
                found.push((id.clone(), entry.dn));
            }
        }
        Ok(found)
    }

    async fn searched(&self, ids: &[ObjectId]) -> Result<Vec<(ObjectId, Dn)>, Failure> {
        let filters = ids.iter().filter_map(|id| filter_of(self.settings.profile, id)).collect();
        let found = self.search(filters, &[self.settings.profile.id_attribute()]).await?;
        Ok(found.into_iter().filter_map(|entry| Some((id_of(&entry)?, entry.dn))).collect())
    }
}

enum Wanted {
    Name(Dn),
    Id(ObjectId),
}
