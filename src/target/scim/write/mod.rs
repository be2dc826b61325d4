//! One step, applied: the object is read, the step is checked against it, and only what differs is written.
//!
//! A change whose answer is lost is looked for: the object is read again, and what is not done yet is written. What
//! was taken up is seen by the answer, or read back.

pub mod bounds;
pub mod chunks;
pub mod create;
pub mod dialect;
pub mod edit;
pub mod learned;
pub mod members;
pub mod patch;
pub mod resource;
pub mod verify;

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use reqwest::Method;
use serde_json::Value as Json;

use self::chunks::Delta;
use self::dialect::{Dialect, Request};
use self::edit::{Edit, named};
use self::patch::{edits, implied};
use self::verify::unshown;
use crate::object::{Kind, Links, ObjectId, Op, Step, Value, aspect};
use crate::stops;
use crate::target::scim::http::answer::{Body, Failure};
use crate::target::scim::profile::{Deletion, ETag, ExternalId, Inactive, PatchForm, Put};
use crate::target::scim::read::listing::endpoint;
use crate::target::scim::service::Service;
use crate::target::scim::wire;
use crate::target::{Receipt, Refusal, Unshown};

/// How often a change whose outcome is not known is looked for, and what is left of it written.
pub const LOOKS: usize = 4;

impl Service {
    /// Applies steps that do not depend on each other, so many at once. Those that give another login come after the
    /// others, one by one in their order: one may take what another leaves. Nothing is begun after a fatal refusal.
    pub async fn apply_all(
        &self,
        steps: &[Step],
        links: &Links,
        at_once: usize,
    ) -> Vec<Option<Result<Receipt, Refusal>>> {
        let stopped = AtomicBool::new(false);
        let renames = |step: &Step| step.op != Op::Create && step.change("userName").is_some();
        let (last, first): (Vec<_>, Vec<_>) = steps.iter().enumerate().partition(|(_, step)| renames(step));
        let mut outcomes: Vec<Option<Result<Receipt, Refusal>>> = steps.iter().map(|_| None).collect();
        for (some, at_once) in [(first, at_once.max(1)), (last, 1)] {
            let works: Vec<BoxFuture<'_, _>> = some
                .into_iter()
                .map(|(at, step)| {
                    let stopped = &stopped;
                    async move { (at, stops::of(&step.id, self.apply_unless(stopped, step, links)).await) }.boxed()
                })
                .collect();
            let mut done = stream::iter(works).buffer_unordered(at_once);
            while let Some((at, outcome)) = done.next().await {
                outcomes[at] = outcome;
            }
        }
        outcomes
    }

    async fn apply_unless(&self, stopped: &AtomicBool, step: &Step, links: &Links) -> Option<Result<Receipt, Refusal>> {
        if stopped.load(Ordering::Relaxed) {
            return None;
        }
        let outcome = self.apply(step, links).await.map_err(Refusal::from);
        if outcome.as_ref().is_err_and(|refusal| refusal.fatal) {
            stopped.store(true, Ordering::Relaxed);
        }
        Some(outcome)
    }

    pub async fn apply(&self, step: &Step, links: &Links) -> Result<Receipt, Failure> {
        let step = &with_values(step);
        if step.op == Op::Update && step.change(aspect::MEMBERS).is_some() {
            return Err(Failure::permanent("members are not changed by an update"));
        }
        let switches = matches!(step.op, Op::Enable | Op::Disable) || step.change(aspect::ENABLED).is_some();
        if switches && step.kind != Kind::User {
            return Err(Failure::permanent(format!("a {} is neither enabled nor disabled", step.kind)));
        }
        match step.op {
            Op::Create => self.create(step, links).await,
            Op::Update | Op::Enable | Op::Disable | Op::AddMembers | Op::RemoveMembers => {
                self.change(step, links).await
            }
            Op::Delete => self.delete(step, links).await.map(Receipt::of),
            Op::Link | Op::Unlink if step.changes.is_empty() || self.drops_stamps(step.kind) => {
                subject(step, links).map(Receipt::of)
            }
            Op::Link | Op::Unlink => self.change(step, links).await,
            Op::Rename | Op::Move | Op::SetPassword | Op::Restore => {
                Err(Failure::permanent(format!("a SCIM service has no {}", step.op)))
            }
        }
    }

    /// Whether resources of a kind are known by their ids alone.
    pub fn drops_stamps(&self, kind: Kind) -> bool {
        self.attributes(kind).external_id == ExternalId::Dropped
    }

    async fn change(&self, step: &Step, links: &Links) -> Result<Receipt, Failure> {
        let id = subject(step, links)?;
        let _turn = self.locks.turn(id.as_str()).await;
        let (mut looks, mut again) = (0, true);
        loop {
            let Some(resource) = self.resource(step.kind, &id).await? else {
                return self.change_unseen(step, id).await;
            };
            match self.change_from(step, &id, &resource, links).await {
                Ok(unshown) => return Ok(Receipt { unshown, ..Receipt::of(id) }),
                Err(failure) if failure.maybe_done && looks < LOOKS => looks += 1,
                // somebody else was faster
                Err(failure) if failure.is_status(412) && again => again = false,
                Err(failure) if self.is_without_patch(step.kind, &failure) => {
                    return self.put_instead(step, id, links, failure).await;
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// One that the service does not show: it may be one that it hides since it is inactive.
    async fn change_unseen(&self, step: &Step, id: ObjectId) -> Result<Receipt, Failure> {
        let removal = &self.profile.removal;
        let hidden = removal.gone_when_inactive || removal.inactive == Inactive::Deletes;
        match step.op {
            Op::Disable if step.kind == Kind::User && hidden => Ok(Receipt::of(id)),
            Op::Enable if step.kind == Kind::User && removal.gone_when_inactive => {
                let edit = Edit::plain("active", Some(true.into()));
                for request in self.dialect(step.kind).requests(&[edit], &Json::Null) {
                    self.send(step.kind, &id, &request, None).await?;
                }
                Ok(Receipt::of(id))
            }
            _ => Err(gone(step, &id)),
        }
    }

    /// Writes what differs from the resource as it was read. Answers what it shows instead of what was written.
    async fn change_from(
        &self,
        step: &Step,
        id: &ObjectId,
        resource: &Json,
        links: &Links,
    ) -> Result<Vec<Unshown>, Failure> {
        self.refuse_unwritten(step)?;
        let edits = edits(step, resource, self.schemas.of(step.kind), links)?;
        self.refuse_kept(step, &edits)?;
        let delta = Delta::of(step, resource, self.profile.listing.members, links)?;
        let mut version = self.version(resource);
        let mut shown = None;
        for request in self.dialect(step.kind).requests(&edits, resource) {
            shown = self.send(step.kind, id, &request, version.as_deref()).await?;
            version = shown.as_ref().and_then(|shown| self.version(shown));
        }
        if !delta.is_empty() {
            self.change_members(id, resource, &delta).await?;
        }
        if edits.is_empty() {
            return Ok(Vec::new());
        }
        let unshown = self.unshown(step, id, shown, links).await;
        let stays_in = |one: &Unshown| one.attribute.is(aspect::ENABLED) && one.sent == [Value::Bool(false)];
        if unshown.iter().any(stays_in) {
            // nobody may be told that somebody is out who is not
            return Err(Failure::permanent(format!(
                "{} was disabled without a refusal, and is still active",
                step.name
            )));
        }
        Ok(unshown)
    }

    /// What a resource shows instead of what was written: by the answer, if that shows all of it, else by reading it
    /// back. What was written is written, whatever comes of the look.
    pub async fn unshown(&self, step: &Step, id: &ObjectId, shown: Option<Json>, links: &Links) -> Vec<Unshown> {
        let schema = self.schemas.of(step.kind);
        let ways = self.attributes(step.kind);
        let is_shown = |resource: &Json| unshown(step, resource, schema, links).is_empty();
        if shown.as_ref().is_some_and(is_shown) && !ways.verify {
            return Vec::new();
        }
        match self.resource(step.kind, id).await {
            Ok(Some(resource)) => {
                let mut unshown = unshown(step, &resource, schema, links);
                for one in &mut unshown {
                    let name = if one.attribute.is(aspect::ENABLED) { "active" } else { one.attribute.as_str() };
                    one.lasting = !named(&ways.not_while_pending, name);
                }
                unshown
            }
            Ok(None) => Vec::new(),
            Err(failure) => {
                tracing::warn!(%id, message = failure.message, "what was written could not be read back");
                Vec::new()
            }
        }
    }

    /// Sends one request; answers the resource, where the answer shows it. 200 with it and 204 without are both right
    /// (RFC 7644 section 3.5.2).
    async fn send(
        &self,
        kind: Kind,
        id: &ObjectId,
        request: &Request,
        version: Option<&str>,
    ) -> Result<Option<Json>, Failure> {
        let path = [endpoint(kind).unwrap_or_default(), id.as_str()];
        let (method, body) = match request {
            Request::Patch(operations) => (Method::PATCH, wire::patch(operations)),
            Request::Put(resource) => (Method::PUT, resource.clone()),
        };
        match self.client.write_if(method, &path, Some(&body), version).await? {
            Body::Json(shown) if wire::id(&shown).as_deref() == Some(id.as_str()) => Ok(Some(shown)),
            _ => Ok(None),
        }
    }

    /// The version that a write is bound to, where the service looks at it.
    fn version(&self, resource: &Json) -> Option<String> {
        let known = wire::member(resource, "meta").and_then(|meta| wire::member(meta, "version")).and_then(wire::text);
        known.filter(|_| matches!(self.profile.wire.etag, None | Some(ETag::Enforced)))
    }

    pub fn dialect(&self, kind: Kind) -> Dialect<'_> {
        let dialect = Dialect::new(&self.profile, kind);
        let said = self.profile.patch.form.is_some();
        let form = if self.learned.is_put(kind) && !said { PatchForm::None } else { dialect.form };
        Dialect { form, ..dialect }
    }

    /// Whether it is PATCH that the service does not have, and nothing is known of that yet.
    fn is_without_patch(&self, kind: Kind, failure: &Failure) -> bool {
        let patch = &self.profile.patch;
        let known = patch.form.is_some() || kind == Kind::Group && patch.group_form.is_some();
        matches!(failure.status, Some(405 | 501))
            && !known
            && self.profile.put != Put::None
            && !self.learned.is_put(kind)
    }

    /// The same by PUT; if nothing of it is shown, it was refused.
    async fn put_instead(
        &self,
        step: &Step,
        id: ObjectId,
        links: &Links,
        refused: Failure,
    ) -> Result<Receipt, Failure> {
        let attributes = step.changes.iter().filter(|change| !change.attribute.is(aspect::MEMBERS)).count();
        if attributes == 0 && implied(step).is_none() {
            return Err(refused);
        }
        self.learned.put(step.kind);
        let resource = self.resource(step.kind, &id).await?.ok_or_else(|| gone(step, &id))?;
        let outcome = self.change_from(step, &id, &resource, links).await;
        match outcome {
            Ok(unshown) if unshown.len() < attributes.max(1) => Ok(Receipt { unshown, ..Receipt::of(id) }),
            Err(failure) if failure.maybe_done => Err(failure),
            _ => {
                self.learned.not_put(step.kind);
                Err(refused)
            }
        }
    }

    async fn delete(&self, step: &Step, links: &Links) -> Result<ObjectId, Failure> {
        let id = subject(step, links)?;
        let _turn = self.locks.turn(id.as_str()).await;
        let removal = &self.profile.removal;
        if if step.kind == Kind::Group { removal.group } else { removal.user } == Deletion::NotOffered {
            return Err(Failure::permanent(format!("the service deletes no {}s", step.kind)));
        }
        if !step.changes.is_empty() {
            let Some(resource) = self.resource(step.kind, &id).await? else { return Ok(id) };
            edits(step, &resource, self.schemas.of(step.kind), links)?;
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
