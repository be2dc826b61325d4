//! One step, applied: the object is read, the step is checked against it, and only what differs is written.

use reqwest::Method;
use serde_json::Value as Json;

use super::answer::Failure;
use super::listing::endpoint;
use super::patch::operations;
use super::service::Service;
use super::{members, wire};
use crate::object::{Kind, Links, ObjectId, Op, Step, aspect};
use crate::target::Receipt;

impl Service {
    pub async fn apply(&self, step: &Step, links: &Links) -> Result<Receipt, Failure> {
        let step = &with_values(step);
        if step.op == Op::Update && step.change(aspect::MEMBERS).is_some() {
            return Err(Failure::permanent("members are not changed by an update"));
        }
        let object = match step.op {
            Op::Create => self.create(step, links).await?,
            Op::Update | Op::Enable | Op::Disable | Op::AddMembers | Op::RemoveMembers => {
                self.change(step, links).await?
            }
            Op::Delete => self.delete(step, links).await?,
            Op::Link | Op::Unlink if step.changes.is_empty() => subject(step, links)?,
            Op::Link | Op::Unlink => self.change(step, links).await?,
            Op::Rename | Op::Move | Op::SetPassword | Op::Restore => {
                return Err(Failure::permanent(format!("a SCIM service has no {}", step.op)));
            }
        };
        Ok(Receipt { object })
    }

    async fn change(&self, step: &Step, links: &Links) -> Result<ObjectId, Failure> {
        let id = subject(step, links)?;
        let _turn = self.locks.turn(id.as_str()).await;
        let resource = self.resource(step.kind, &id).await?.ok_or_else(|| gone(step, &id))?;
        let attributes = operations(step, &resource, self.schemas.of(step.kind), links)?;
        let members = members::requests(step, &resource, links)?;
        for request in [attributes].into_iter().chain(members).filter(|request| !request.is_empty()) {
            self.patch(step.kind, &id, &request).await?;
        }
        Ok(id)
    }

    async fn patch(&self, kind: Kind, id: &ObjectId, operations: &[Json]) -> Result<(), Failure> {
        let endpoint = endpoint(kind).unwrap_or_default();
        let body = wire::patch(operations);
        // 200 with the resource and 204 without are both right (RFC 7644 section 3.5.2).
        self.client.write(Method::PATCH, &[endpoint, id.as_str()], Some(&body)).await.map(|_| ())
    }

    async fn delete(&self, step: &Step, links: &Links) -> Result<ObjectId, Failure> {
        let id = subject(step, links)?;
        let _turn = self.locks.turn(id.as_str()).await;
        if !step.changes.is_empty() {
            let Some(resource) = self.resource(step.kind, &id).await? else { return Ok(id) };
            operations(step, &resource, self.schemas.of(step.kind), links)?;
        }
        let endpoint = endpoint(step.kind).unwrap_or_default();
        match self.client.write(Method::DELETE, &[endpoint, id.as_str()], None).await {
            Ok(_) => Ok(id),
            Err(failure) if failure.is_status(404) || failure.is_status(410) => Ok(id),
            Err(failure) => Err(failure),
        }
    }
}

/// The same step without empty texts, which are no values.
fn with_values(step: &Step) -> Step {
    let mut step = step.clone();
    step.changes.iter_mut().for_each(|change| change.after.retain(|value| value.as_text() != Some("")));
    step
}

/// The object that a step is about: named by the step, or created by an earlier one.
fn subject(step: &Step, links: &Links) -> Result<ObjectId, Failure> {
    if endpoint(step.kind).is_none() {
        return Err(Failure::permanent(format!("a SCIM service has no {}s", step.kind)));
    }
    let known = step.object.as_ref().or_else(|| links.object(&step.key));
    known.cloned().ok_or_else(|| Failure::conflict(format!("{} has no object in this target yet", step.key)))
}

fn gone(step: &Step, id: &ObjectId) -> Failure {
    Failure::stale(format!("the {} {} is no longer there (id {id})", step.kind, step.name))
}
