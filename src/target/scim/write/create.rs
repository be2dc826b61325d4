//! Creating: POST, and finding out what became of it when the answer is not plain.
//!
//! A POST is never simply repeated. After a refusal that may hide that the resource is there, and after an answer that
//! is lost, it is looked for by its stamp and its names; only what is not there is created again.

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;

use super::LOOKS;
use super::resource::resource;
use crate::object::{Kind, Links, ObjectId, Step};
use crate::org::Instant;
use crate::target::scim::http::answer::{Body, Failure};
use crate::target::scim::profile::Paging;
use crate::target::scim::read::listing::endpoint;
use crate::target::scim::service::Service;
use crate::target::scim::wire;
use crate::target::{Class, Receipt, password};

/// A resource that changed so long after it was made was not made by the request that answered with it. In
/// microseconds, by the service's own clock.
const OLDER: i64 = 60_000_000;

impl Service {
    /// Creates the resource with its stamp. If one with the stamp is there already, that is the one.
    pub async fn create(&self, step: &Step, links: &Links) -> Result<Receipt, Failure> {
        let endpoint = endpoint(step.kind)
            .ok_or_else(|| Failure::permanent(format!("a SCIM service has no place for a {}", step.kind)))?;
        let mut body = resource(step, links, &self.profile, self.schemas.of(step.kind))?;
        let _turn = self.locks.turn(step.key.as_str()).await;
        // Users are told apart by userName; nothing keeps a service from making two equal groups. Where nothing can be
        // listed, nobody has looked yet.
        let is_unseen = self.profile.listing.paging == Some(Paging::None);
        if self.drops_stamps(step.kind) {
            // nothing will tell it apart from one that is there before
            self.refuse_taken(step, None).await?;
        } else if (step.kind == Kind::Group || is_unseen)
            && let Some(known) = self.find_stamped(step.kind, &step.key, step).await?
        {
            return created(&known).map(Receipt::of);
        }
        let secret = self.add_password(step.kind, &mut body)?;
        let concealed = |failure: Failure| match &secret {
            Some(secret) => {
                Failure { message: failure.message.replace(secret.expose_secret(), "[password]"), ..failure }
            }
            None => failure,
        };
        let mut looks = 0;
        loop {
            match self.client.write(Method::POST, &[endpoint], Some(&body)).await {
                Ok(Body::Json(resource)) if wire::id(&resource).is_some() => {
                    return self.receipt(step, links, resource).await;
                }
                Ok(_) => return self.find_created(step).await.map(Receipt::of),
                Err(failure) => {
                    let failure = concealed(failure);
                    if let Some(id) = self.find_refused(step, &failure).await? {
                        return Ok(Receipt::of(id));
                    }
                    looks += 1;
                    // without an answer it may still be under way, and no service keeps two equal groups apart
                    let repeats = failure.status.is_some() || step.kind == Kind::User;
                    if !failure.maybe_done || looks > LOOKS || !repeats {
                        return Err(failure);
                    }
                }
            }
        }
    }

    /// What came of a create that was answered with the resource.
    async fn receipt(&self, step: &Step, links: &Links, resource: Json) -> Result<Receipt, Failure> {
        let id = created(&resource)?;
        let note = (self.attributes(step.kind).create_adopts && is_older(&resource))
            .then(|| format!("the service took over {id}, which was there before, instead of creating a new one"));
        if let Some(note) = &note {
            tracing::warn!(name = step.name, note, "adopted by the service");
        }
        let unshown = self.unshown(step, &id, Some(resource), links).await;
        Ok(Receipt { object: id, unshown, note })
    }

    /// It was created, but the answer does not say under which id.
    async fn find_created(&self, step: &Step) -> Result<ObjectId, Failure> {
        match self.find_ours(step).await {
            Ok(Some(resource)) => created(&resource),
            Ok(None) => Err(Failure::unknown(format!(
                "the service said that {} was created, gave no id, and does not show it",
                step.name
            ))),
            Err(failure) => Err(Failure::unknown(failure.message)),
        }
    }

    /// It was refused, or the service failed, or nothing came back. The same create may have been done before, or in
    /// spite of that. `None` when it was not.
    async fn find_refused(&self, step: &Step, refused: &Failure) -> Result<Option<ObjectId>, Failure> {
        if !(refused.maybe_done || matches!(refused.status, Some(400 | 409))) {
            return Ok(None);
        }
        match self.find_ours(step).await {
            Ok(Some(resource)) => return created(&resource).map(Some),
            Ok(None) => {}
            // without a look nothing is known
            Err(failure) if refused.maybe_done => {
                return Err(Failure { fatal: failure.fatal, ..Failure::unknown(failure.message) });
            }
            Err(failure) if failure.class == Class::Conflict => return Err(failure),
            Err(_) => return Ok(None),
        }
        if matches!(refused.status, Some(400 | 409)) {
            self.refuse_taken(step, Some(refused)).await?;
        }
        Ok(None)
    }

    /// The resource that this very create made. Where nothing bears stamps, it is known by its name, which nobody had
    /// before.
    async fn find_ours(&self, step: &Step) -> Result<Option<Json>, Failure> {
        if !self.drops_stamps(step.kind) {
            return self.find_stamped(step.kind, &step.key, step).await;
        }
        let mut named = self.taken(step).await?;
        match named.len() {
            0 | 1 => Ok(named.pop()),
            _ => Err(Failure::conflict(format!("several resources are named like {}", step.name))),
        }
    }

    /// A conflict that names who has the name, and says what to do.
    async fn refuse_taken(&self, step: &Step, refused: Option<&Failure>) -> Result<(), Failure> {
        let found = match (self.taken(step).await, refused) {
            (Ok(found), _) => found,
            (Err(_), Some(_)) => return Ok(()),
            (Err(failure), None) => return Err(failure),
        };
        let Some((found, id)) = found.first().and_then(|found| Some((found, wire::id(found)?))) else { return Ok(()) };
        let inactive = wire::member(found, "active").and_then(wire::boolean) == Some(false);
        let what = if inactive { format!("an inactive {}", step.kind) } else { format!("a {}", step.kind) };
        let said = refused.map(|refused| format!(": {}", refused.message)).unwrap_or_default();
        let then = if inactive { "; it is then made active again" } else { "" };
        Err(Failure::conflict(format!(
            "{} is taken by {id}, {what} which is not ours: adopt it with `rosterd links TARGET adopt`{then}, rename it \
             in the service, or give another name{said}",
            crate::target::scim::lookup::intended_name(step).unwrap_or(&step.name)
        )))
    }

    /// Gives a new user the password that the service asks for; it is kept nowhere.
    fn add_password(&self, kind: Kind, body: &mut Json) -> Result<Option<SecretString>, Failure> {
        if kind != Kind::User || !self.attributes(kind).password_at_create {
            return Ok(None);
        }
        let secret = password::generate().map_err(|_| Failure::permanent("no random numbers can be had"))?;
        if let Some(body) = body.as_object_mut() {
            body.insert("password".into(), secret.expose_secret().into());
        }
        Ok(Some(secret))
    }
}

fn created(resource: &Json) -> Result<ObjectId, Failure> {
    wire::id(resource).map(ObjectId::new).ok_or_else(|| Failure::unknown("the service gave no id"))
}

/// Whether a resource was there long before it was last changed.
fn is_older(resource: &Json) -> bool {
    let at = |name: &str| made_at(resource, name).map(Instant::micros);
    matches!((at("created"), at("lastModified")), (Some(created), Some(changed)) if changed - created > OLDER)
}

/// A time of `meta` (RFC 7643 section 3.1).
pub fn made_at(resource: &Json, name: &str) -> Option<Instant> {
    wire::text(wire::member(wire::member(resource, "meta")?, name)?)?.parse().ok()
}
