//! Finding one resource by a value. Every hit is checked here again: there are services that ignore a filter and
//! answer with everything, or do not understand it and answer with nothing.

use serde_json::Value as Json;

use super::answer::Failure;
use super::create::made_at;
use super::listing::{endpoint, read_all};
use super::path::Path;
use super::profile::{NameCase, Paging};
use super::service::Service;
use super::wire::{self, Page};
use crate::object::{Change, Kind, Step, Value};
use crate::org::{Id, Instant};

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

/// What a create step gives that others may have, too: the attribute to filter by, and the value. The name first, also
/// as services write it that know small letters only; then the mail addresses.
fn names(step: &Step) -> Vec<(&'static str, String)> {
    let mut names = Vec::new();
    if let Some(name) = intended_name(step) {
        names.push((name_attribute(step.kind), name.to_owned()));
        if name.to_lowercase() != name {
            names.push((name_attribute(step.kind), name.to_lowercase()));
        }
    }
    let is_mail = |change: &&Change| {
        Path::parse(change.attribute.as_str()).is_ok_and(|path| path.attribute.eq_ignore_ascii_case("emails"))
    };
    for value in step.changes.iter().filter(is_mail).flat_map(|change| &change.after).filter_map(Value::as_text) {
        names.push(("emails.value", value.to_owned()));
    }
    names
}

/// Whether a resource has such a name.
fn has_name(resource: &Json, attribute: &str, name: &str, exact: bool) -> bool {
    let Ok(path) = Path::parse(attribute) else { return false };
    let found = path.values(resource).into_iter().filter_map(wire::text);
    found.into_iter().any(|found| found == name || !exact && found.to_lowercase() == name.to_lowercase())
}

impl Service {
    /// The one resource that bears the stamp. First by externalId; where that shows nothing, by the names that the
    /// create step gave; where the service cannot filter, by the whole listing. Two are a conflict.
    pub async fn find_stamped(&self, kind: Kind, key: &Id, likely: &Step) -> Result<Option<Json>, Failure> {
        let Some(endpoint) = endpoint(kind) else { return Ok(None) };
        let ours = |hit: &Json| wire::external_id(hit).as_deref() == Some(key.as_str());
        let by_stamp = std::iter::once(("externalId", key.as_str().to_owned()));
        let mut filtered = false;
        for (attribute, value) in by_stamp.chain(names(likely)).filter(|(name, _)| self.filters_by(kind, name)) {
            // a mail address is a last resort, for services that know a user by it
            if attribute == "emails.value" && !self.attributes(kind).create_adopts {
                continue;
            }
            match self.filtered(endpoint, attribute, &value).await {
                Ok(hits) => {
                    let hits: Vec<Json> = hits.into_iter().filter(ours).collect();
                    if !hits.is_empty() {
                        return one(hits, key);
                    }
                    filtered = true;
                }
                Err(failure) if cannot_filter(&failure) => {}
                Err(failure) => return Err(failure),
            }
        }
        if filtered {
            return Ok(None);
        }
        one(self.listed(endpoint).await?.into_iter().filter(ours).collect(), key)
    }

    /// The resources that have a name which a create step gives, whoever made them, the inactive ones among them. Names
    /// are compared without regard to case, unless the service tells such names apart.
    pub async fn taken(&self, step: &Step) -> Result<Vec<Json>, Failure> {
        let Some(endpoint) = endpoint(step.kind) else { return Ok(Vec::new()) };
        let exact = self.attributes(step.kind).name_case == NameCase::Exact;
        let names = names(step);
        let taken = |hit: &Json| names.iter().any(|(attribute, name)| has_name(hit, attribute, name, exact));
        let (mut found, mut last, mut filtered) = (Vec::new(), None, false);
        for (attribute, name) in names.iter().filter(|(name, _)| self.filters_by(step.kind, name)) {
            match self.filtered(endpoint, attribute, name).await {
                Ok(hits) => {
                    filtered = true;
                    found.extend(hits.into_iter().filter(taken));
                }
                Err(failure) if cannot_filter(&failure) => last = Some(failure),
                Err(failure) => return Err(failure),
            }
            if !found.is_empty() {
                break;
            }
        }
        if !filtered {
            found.extend(
                self.listed(endpoint).await.map_err(|failure| last.unwrap_or(failure))?.into_iter().filter(taken),
            );
        }
        found.sort_by_key(wire::id);
        found.dedup_by_key(|hit| wire::id(hit));
        Ok(found)
    }

    /// The resource that a create step made which was begun at this instant, where resources bear no stamp: it has the
    /// name, and is not older. One that is older is somebody else's.
    pub async fn find_made(&self, step: &Step, begun: Instant) -> Result<Option<Json>, Failure> {
        let found = self.taken(step).await?;
        let name = intended_name(step).unwrap_or_default();
        let named: Vec<Json> =
            found.into_iter().filter(|hit| has_name(hit, name_attribute(step.kind), name, false)).collect();
        let [one] = named.as_slice() else {
            return match named.len() {
                0 => Ok(None),
                count => Err(Failure::conflict(format!("{count} resources are named {name}"))),
            };
        };
        match made_at(one, "created") {
            Some(created) if created >= begun => Ok(Some(one.clone())),
            _ => Err(Failure::conflict(format!(
                "{name} is taken by {}, and nothing tells whether it is ours: adopt it with `rosterd links TARGET adopt`",
                wire::id(one).unwrap_or_default()
            ))),
        }
    }

    /// Whether the service may understand a filter by this attribute.
    fn filters_by(&self, kind: Kind, attribute: &str) -> bool {
        let filters = &self.profile.filters;
        let known = if kind == Kind::Group { &filters.group } else { &filters.user };
        let names = |list: &Option<Vec<String>>, name: &str| {
            list.as_ref().is_none_or(|list| list.iter().any(|one| one.eq_ignore_ascii_case(name)))
        };
        names(&filters.operators, "eq") && names(known, attribute)
    }

    /// What a filter on equality answers; unchecked.
    async fn filtered(&self, endpoint: &str, attribute: &str, value: &str) -> Result<Vec<Json>, Failure> {
        let blank = if self.profile.filters.blanks { " " } else { "" };
        let filter = format!("{attribute} eq{blank}{}", wire::quoted(value));
        let json = self.client.get(&[endpoint], &[("filter", &filter)]).await?;
        match Page::read(&json) {
            Some(page) => Ok(page.items),
            None => Err(Failure::permanent(format!("GET {}/{endpoint}: no listing came", self.client.base()))),
        }
    }

    async fn listed(&self, endpoint: &str) -> Result<Vec<Json>, Failure> {
        if self.profile.listing.paging == Some(Paging::None) {
            return Err(Failure::permanent(format!("{endpoint} can neither be filtered nor listed")));
        }
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
