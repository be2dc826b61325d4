//! Finding one resource by a value. Every hit is checked here again: there are services that ignore a filter and
//! answer with everything, or do not understand it and answer with nothing.

use serde_json::Value as Json;

use super::answer::Failure;
use super::listing::{endpoint, read_all};
use super::service::Service;
use super::wire::{self, Page};
use crate::object::{Kind, Step};
use crate::org::Id;

/// The attribute that people know a resource by.
pub(super) fn name_attribute(kind: Kind) -> &'static str {
    if kind == Kind::Group { "displayName" } else { "userName" }
}

/// The name that a create step gives.
pub(super) fn intended_name(step: &Step) -> Option<&str> {
    step.after(name_attribute(step.kind))?.first()?.as_text()
}

/// A service that cannot filter says so in one of several ways; a listing must do then.
fn cannot_filter(failure: &Failure) -> bool {
    matches!(failure.status, Some(400 | 403 | 404 | 405 | 500 | 501))
}

impl Service {
    /// The one resource that bears the stamp. First by externalId; where that shows nothing, by the name that the
    /// create step gave; where the service cannot filter, by the whole listing. Two are a conflict.
    pub async fn find_stamped(&self, kind: Kind, key: &Id, likely: &Step) -> Result<Option<Json>, Failure> {
        let Some(endpoint) = endpoint(kind) else { return Ok(None) };
        let ours = |hit: &Json| wire::external_id(hit).as_deref() == Some(key.as_str());
        let mut found = self.filtered(endpoint, "externalId", key.as_str()).await;
        if let (Ok(hits), Some(name)) = (&found, intended_name(likely))
            && !hits.iter().any(ours)
        {
            found = self.filtered(endpoint, name_attribute(kind), name).await;
        }
        let hits = match found {
            Err(failure) if cannot_filter(&failure) => self.listed(endpoint).await?,
            other => other?,
        };
        one(hits.into_iter().filter(ours).collect(), key)
    }

    /// The resources whose name is `name`, whoever made them, compared without regard to case.
    pub async fn named(&self, kind: Kind, name: &str) -> Result<Vec<Json>, Failure> {
        let Some(endpoint) = endpoint(kind) else { return Ok(Vec::new()) };
        let attribute = name_attribute(kind);
        let hits = self.filtered(endpoint, attribute, name).await?;
        let same = |hit: &Json| {
            let found = wire::member(hit, attribute).and_then(wire::text);
            found.is_some_and(|found| found.to_lowercase() == name.to_lowercase())
        };
        Ok(hits.into_iter().filter(same).collect())
    }

    /// What a filter on equality answers; unchecked.
    async fn filtered(&self, endpoint: &str, attribute: &str, value: &str) -> Result<Vec<Json>, Failure> {
        let filter = format!("{attribute} eq {}", wire::quoted(value));
        let json = self.client.get(&[endpoint], &[("filter", &filter)]).await?;
        match Page::read(&json) {
            Some(page) => Ok(page.items),
            None => Err(Failure::permanent(format!("GET {}/{endpoint}: no listing came", self.client.base()))),
        }
    }

    async fn listed(&self, endpoint: &str) -> Result<Vec<Json>, Failure> {
        let mut all = Vec::new();
        let ended = read_all(&self.client, endpoint, self.page_size, &mut |item| all.push(item)).await?;
        if !ended.by_itself {
            return Err(Failure::new(
                crate::target::Class::Transient,
                format!("{endpoint} could not be read to the end, so nothing is known of what it does not show"),
            ));
        }
        Ok(all)
    }
}

fn one(mut hits: Vec<Json>, key: &Id) -> Result<Option<Json>, Failure> {
    hits.sort_by_key(wire::id);
    hits.dedup_by_key(|hit| wire::id(hit));
    if hits.len() > 1 {
        let ids: Vec<String> = hits.iter().filter_map(wire::id).collect();
        return Err(Failure::conflict(format!("several resources bear the externalId {key}: {}", ids.join(", "))));
    }
    Ok(hits.pop())
}
