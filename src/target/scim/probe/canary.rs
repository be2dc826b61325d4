//! The canary: a user and a group that the probe makes, changes, and takes away again. Only what bears its mark is
//! touched, and what remains is told.

use reqwest::Method;
use serde_json::{Map, Value as Json, json};

use super::Probed;
use crate::object::{Kind, ObjectId};
use crate::target::scim::http::answer::{Body, Failure};
use crate::target::scim::path::Path;
use crate::target::scim::service::Service;
use crate::target::scim::wire;

/// What the canaries bear as their externalId, so that nobody else is taken for one.
const MARK: &str = "rosterd-canary";

/// A canary that is there.
#[derive(Debug)]
pub(super) struct Canary {
    pub kind: Kind,
    pub id: String,
    pub name: String,
}

impl Service {
    /// Makes the canary, or takes up the one that an earlier probe left.
    pub(super) async fn canary(&self, kind: Kind, name: &str, more: Json) -> Result<Result<Canary, String>, Failure> {
        let (endpoint, naming, schema) = match kind {
            Kind::Group => ("Groups", "displayName", wire::CORE_GROUP),
            _ => ("Users", "userName", wire::CORE_USER),
        };
        let mut resource = Map::new();
        resource.insert("schemas".into(), json!([schema]));
        resource.insert("externalId".into(), MARK.into());
        resource.insert(naming.into(), name.into());
        if let Json::Object(more) = more {
            resource.extend(more);
        }
        let constants = if kind == Kind::Group { &self.profile.group.constants } else { &self.profile.user.constants };
        for (path, value) in constants {
            let put = Path::parse(path).and_then(|path| path.put(&mut resource, value.clone()));
            if put.is_err() {
                resource.insert(path.clone(), value.clone());
            }
        }
        let made = self.client.write(Method::POST, &[endpoint], Some(&Json::Object(resource))).await;
        let id = match made {
            Ok(Body::Json(made)) if wire::id(&made).is_some() => wire::id(&made).unwrap_or_default(),
            Err(failure) if failure.fatal => return Err(failure),
            outcome => match self.named(kind, name).await?.as_slice() {
                [one] if wire::external_id(one).is_none_or(|mark| mark == MARK) && is_harmless(kind, one) => {
                    wire::id(one).unwrap_or_default()
                }
                [] => match outcome {
                    Err(failure) => return Ok(Err(failure.message)),
                    Ok(_) => return Ok(Err("it was accepted, and is not to be found".into())),
                },
                _ => return Ok(Err(format!("{name:?} is taken by somebody else: choose another canary_user"))),
            },
        };
        Ok(Ok(Canary { kind, id, name: name.to_owned() }))
    }

    pub(super) async fn look(&self, canary: &Canary) -> Result<Option<Json>, Failure> {
        self.resource(canary.kind, &ObjectId::new(canary.id.as_str())).await
    }

    /// Sends a change of the canary; false when it is refused. Whether a success did anything shows by looking.
    pub(super) async fn try_write(
        &self,
        method: Method,
        canary: &Canary,
        body: Option<&Json>,
    ) -> Result<bool, Failure> {
        let endpoint = if canary.kind == Kind::Group { "Groups" } else { "Users" };
        match self.client.write(method, &[endpoint, &canary.id], body).await {
            Ok(_) => Ok(true),
            Err(failure) if failure.fatal => Err(failure),
            Err(_) => Ok(false),
        }
    }

    /// Takes a canary away; says what remains.
    pub(super) fn remains(&self, canary: &Canary, why: &str, probed: &mut Probed) {
        let text = format!("the canary {} {:?} (id {}) remains: {why}", canary.kind, canary.name, canary.id);
        probed.findings.push(crate::target::Finding::warning(text));
    }
}

/// Whether an unmarked resource can be an earlier canary of a service that keeps no externalId: an inactive user.
fn is_harmless(kind: Kind, resource: &Json) -> bool {
    let marked = wire::external_id(resource).is_some();
    let inactive = wire::member(resource, "active").and_then(wire::boolean) == Some(false);
    marked || (kind == Kind::User && inactive)
}
