//! Creating: POST, and finding out what became of it when the answer is not plain.

use reqwest::Method;
use serde_json::{Map, Value as Json, json};

use super::answer::{Body, Failure};
use super::listing::endpoint;
use super::lookup::intended_name;
use super::patch::{json_of, path_of, resolved};
use super::profile::Paging;
use super::service::Service;
use super::wire;
use crate::object::{Kind, Links, ObjectId, Step, Value, aspect};

impl Service {
    /// Creates the resource with its stamp. If one with the stamp is there already, that is the one.
    pub async fn create(&self, step: &Step, links: &Links) -> Result<ObjectId, Failure> {
        let endpoint = endpoint(step.kind)
            .ok_or_else(|| Failure::permanent(format!("a SCIM service has no place for a {}", step.kind)))?;
        let body = resource(step, links)?;
        let _turn = self.locks.turn(step.key.as_str()).await;
        // Users are told apart by userName; nothing keeps a service from making two equal groups. Where nothing can be
        // listed, nobody has looked yet.
        let is_unseen = self.profile.listing.paging == Some(Paging::None);
        if (step.kind == Kind::Group || is_unseen)
            && let Some(known) = self.find_stamped(step.kind, &step.key, step).await?
        {
            return created(&known);
        }
        match self.client.write(Method::POST, &[endpoint], Some(&body)).await {
            Ok(Body::Json(resource)) if wire::id(&resource).is_some() => created(&resource),
            Ok(_) => self.find_created(step).await,
            Err(failure) if is_answered(&failure) => self.find_refused(step, failure).await,
            Err(failure) => Err(failure),
        }
    }

    /// It was created, but the answer does not say under which id.
    async fn find_created(&self, step: &Step) -> Result<ObjectId, Failure> {
        match self.find_stamped(step.kind, &step.key, step).await {
            Ok(Some(resource)) => created(&resource),
            Ok(None) => Err(Failure::unknown(format!(
                "the service said that {} was created, gave no id, and does not show it",
                step.name
            ))),
            Err(failure) => Err(Failure::unknown(failure.message)),
        }
    }

    /// It was refused or the service failed. The same create may have been done before, or in spite of the answer.
    async fn find_refused(&self, step: &Step, refused: Failure) -> Result<ObjectId, Failure> {
        match self.find_stamped(step.kind, &step.key, step).await {
            Ok(Some(resource)) => return created(&resource),
            Ok(None) => {}
            // After a 5xx it may have been done; without a look nothing is known.
            Err(failure) if refused.status >= Some(500) => return Err(Failure::unknown(failure.message)),
            Err(failure) if failure.class == crate::target::Class::Conflict => return Err(failure),
            Err(_) => return Err(refused),
        }
        let Some(name) = intended_name(step).filter(|_| matches!(refused.status, Some(400 | 409))) else {
            return Err(refused);
        };
        match self.named(step.kind, name).await.unwrap_or_default().first().and_then(wire::id) {
            Some(id) => {
                Err(Failure::conflict(format!("{name} is taken by {id}, which is not ours: {}", refused.message)))
            }
            None => Err(refused),
        }
    }
}

/// Whether a refusal may hide that the resource is there: 400 stands for 409 with some services.
fn is_answered(failure: &Failure) -> bool {
    matches!(failure.status, Some(400 | 409 | 500..))
}

fn created(resource: &Json) -> Result<ObjectId, Failure> {
    wire::id(resource).map(ObjectId::new).ok_or_else(|| Failure::unknown("the service gave no id"))
}

/// The body of the POST.
fn resource(step: &Step, links: &Links) -> Result<Json, Failure> {
    let core = if step.kind == Kind::Group { wire::CORE_GROUP } else { wire::CORE_USER };
    let mut resource = Map::new();
    resource.insert("schemas".into(), json!([core]));
    resource.insert("externalId".into(), step.key.as_str().into());
    for change in step.changes.iter().filter(|change| !change.after.is_empty()) {
        if change.attribute.is(aspect::ENABLED) {
            let [Value::Bool(active)] = change.after.as_slice() else {
                return Err(Failure::permanent("enabled is either true or false"));
            };
            resource.insert("active".into(), (*active).into());
        } else if change.attribute.is(aspect::MANAGER) {
            let id = resolved(&change.after[0], links)?;
            let extension = resource.entry(wire::ENTERPRISE).or_insert_with(|| json!({}));
            extension["manager"] = json!({ "value": id });
        } else if change.attribute.is(aspect::MEMBERS) {
            let ids = change.after.iter().map(|member| resolved(member, links).map(|id| json!({ "value": id })));
            resource.insert("members".into(), ids.collect::<Result<_, _>>()?);
        } else {
            let put = path_of(change)?.put(&mut resource, json_of(change)?);
            put.map_err(|error| Failure::permanent(error.to_string()))?;
        }
    }
    if step.kind == Kind::User && !resource.contains_key("active") {
        resource.insert("active".into(), true.into());
    }
    if intended_name(step).is_none() {
        let name = super::lookup::name_attribute(step.kind);
        return Err(Failure::permanent(format!("a {} needs a {name}", step.kind)));
    }
    let extensions: Vec<Json> = resource.keys().filter(|key| key.starts_with("urn:")).map(|key| json!(key)).collect();
    if let Some(Json::Array(schemas)) = resource.get_mut("schemas") {
        schemas.extend(extensions);
    }
    Ok(Json::Object(resource))
}
