//! Finding one resource by a value. Every hit is checked here again: there are services that ignore a filter and
//! answer with everything, or do not understand it and answer with nothing.
//!
//! So an answer of nothing counts only from a filter that was proved: it finds a resource that is known to be there, and
//! nothing for a value that nobody has. Where it cannot be proved, the whole listing is looked through.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

use crate::object::{Change, Kind, Step, Value};
use crate::org::{Id, Instant};
use crate::target::scim::http::answer::Failure;
use crate::target::scim::path::Path;
use crate::target::scim::profile::{NameCase, Paging};
use crate::target::scim::read::listing::{endpoint, read_all};
use crate::target::scim::service::Service;
use crate::target::scim::wire;
use crate::target::scim::write::create::made_at;

/// A value that no resource has.
const NOBODY: &str = "rosterd-nobody-0f3c6e0a";

/// Which filters were proved, and which cannot be used.
#[derive(Debug, Default)]
pub(super) struct Filters(Mutex<BTreeMap<(String, String), bool>>);

impl Filters {
    fn known(&self, endpoint: &str, attribute: &str) -> Option<bool> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(endpoint.to_owned(), attribute.to_owned())).copied()
    }

    fn note(&self, endpoint: &str, attribute: &str, usable: bool) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((endpoint.to_owned(), attribute.to_owned()), usable);
    }
}

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
    /// The one resource that bears the stamp. First by externalId; where that shows nothing, by the name that the
    /// create step gave; where the service cannot filter, by the whole listing. Two are a conflict.
    pub async fn find_stamped(&self, kind: Kind, key: &Id, likely: &Step) -> Result<Option<Json>, Failure> {
        let Some(endpoint) = endpoint(kind) else { return Ok(None) };
        let ours = |hit: &Json| wire::external_id(hit).as_deref() == Some(key.as_str());
        let by_stamp = self.hits(endpoint, "externalId", key.as_str()).await?;
        let shown: Vec<Json> = by_stamp.iter().flatten().filter(|hit| ours(hit)).cloned().collect();
        if !shown.is_empty() {
            return one(shown, key);
        }
        let mut by_name = false;
        for (attribute, name) in names(likely) {
            // a mail address is a last resort, for services that know a user by it
            if attribute == "emails.value" && !self.attributes(kind).create_adopts {
                continue;
            }
            let Some(hits) = self.hits(endpoint, attribute, &name).await? else { continue };
            by_name |= attribute == name_attribute(kind);
            let shown: Vec<Json> = hits.into_iter().filter(ours).collect();
            if !shown.is_empty() {
                return one(shown, key);
            }
        }
        // nothing was found: that counts from a filter that is known to find
        let proved = (by_name && self.is_proved(endpoint, name_attribute(kind)).await?)
            || (by_stamp.is_some() && self.is_proved(endpoint, "externalId").await?);
        if proved {
            return Ok(None);
        }
        if self.profile.listing.paging == Some(Paging::None) {
            let why = "it has no listings, and no filter that was proved to find what is there";
            return Err(Failure::permanent(format!("{}/{endpoint}: {why}", self.client.base())));
        }
        one(self.listed(endpoint).await?.into_iter().filter(ours).collect(), key)
    }

    /// The resources that have a name which a create step gives, whoever made them, the inactive ones among them. Names
    /// are compared without regard to case, unless the service tells such names apart. Where it cannot filter, the whole
    /// listing is looked through.
    pub async fn taken(&self, step: &Step) -> Result<Vec<Json>, Failure> {
        let Some(endpoint) = endpoint(step.kind) else { return Ok(Vec::new()) };
        let exact = self.attributes(step.kind).name_case == NameCase::Exact;
        let names = names(step);
        let taken = |hit: &Json| names.iter().any(|(attribute, name)| has_name(hit, attribute, name, exact));
        let (mut found, mut filtered) = (Vec::new(), false);
        for (attribute, name) in &names {
            let Some(hits) = self.hits(endpoint, attribute, name).await? else { continue };
            filtered |= *attribute == name_attribute(step.kind);
            found.extend(hits.into_iter().filter(taken));
            if !found.is_empty() {
                break;
            }
        }
        if found.is_empty() && !filtered && self.profile.listing.paging != Some(Paging::None) {
            found.extend(self.listed(endpoint).await?.into_iter().filter(taken));
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

    /// The resources whose name is `name`, whoever made them, compared without regard to case.
    pub async fn named(&self, kind: Kind, name: &str) -> Result<Vec<Json>, Failure> {
        let Some(endpoint) = endpoint(kind) else { return Ok(Vec::new()) };
        let attribute = name_attribute(kind);
        let same = |hit: &Json| {
            let found = wire::member(hit, attribute).and_then(wire::text);
            found.is_some_and(|found| found.to_lowercase() == name.to_lowercase())
        };
        let hits = self.hits(endpoint, attribute, name).await?;
        let mut found: Vec<Json> = hits.into_iter().flatten().filter(same).collect();
        let lowered = name.to_lowercase();
        if found.is_empty() && lowered != name && self.profile.user.name_case != NameCase::Exact {
            // what was kept in lower case is not found by what was sent
            found = self.hits(endpoint, attribute, &lowered).await?.into_iter().flatten().filter(same).collect();
        }
        Ok(found)
    }

    /// What a filter on equality answers, unchecked; `None` where the service does not filter by the attribute.
    async fn hits(&self, endpoint: &str, attribute: &str, value: &str) -> Result<Option<Vec<Json>>, Failure> {
        if self.said(endpoint, attribute) == Some(false) {
            return Ok(None);
        }
        match self.filtered(endpoint, attribute, value).await {
            Ok(hits) => Ok(Some(hits)),
            Err(failure) if cannot_filter(&failure) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    async fn filtered(&self, endpoint: &str, attribute: &str, value: &str) -> Result<Vec<Json>, Failure> {
        let filter = self.equality(attribute, value);
        Ok(self.client.page(&[endpoint], &[("filter", &filter)]).await?.resources())
    }

    /// The text of a filter on equality.
    pub fn equality(&self, attribute: &str, value: &str) -> String {
        format!("{attribute} eq {}", wire::quoted(value))
    }

    /// What is known of a filter without asking: proved now, proved before, or said by the profile.
    fn said(&self, endpoint: &str, attribute: &str) -> Option<bool> {
        let said = || self.profile.filters.equality(endpoint == "Groups", attribute).filter(|usable| !usable);
        self.filters.known(endpoint, attribute).or_else(|| self.behaviour.filter(endpoint, attribute)).or_else(said)
    }

    /// Whether the service answers at all when somebody is looked for.
    pub async fn filter_answers(&self) -> Result<(), Failure> {
        match self.filtered("Users", "userName", NOBODY).await {
            Err(failure) if failure.fatal || !failure.is_status(404) => Err(failure),
            _ => Ok(()),
        }
    }

    /// Whether a filter finds what is there. What is not known yet is tried, with a resource of the first page.
    async fn is_proved(&self, endpoint: &str, attribute: &str) -> Result<bool, Failure> {
        if let Some(known) = self.said(endpoint, attribute) {
            return Ok(known);
        }
        let usable = if self.profile.listing.paging == Some(Paging::None) {
            // nobody is known who is sure to be there: its profile must do
            self.profile.filters.equality(endpoint == "Groups", attribute)
        } else {
            let items = self.client.page(&[endpoint], &[("count", "20")]).await?.resources();
            if items.is_empty() {
                return Ok(true); // where nothing is, nothing is to be found
            }
            self.try_filter(endpoint, attribute, &items).await?
        };
        if let Some(usable) = usable {
            self.filters.note(endpoint, attribute, usable);
        }
        Ok(usable.unwrap_or(false))
    }

    /// Tries a filter with one of these resources, which are there, and with a value that nobody has. `None` when none
    /// of them has the attribute.
    pub async fn try_filter(&self, endpoint: &str, attribute: &str, known: &[Json]) -> Result<Option<bool>, Failure> {
        let value = |item: &Json| wire::member(item, attribute).and_then(wire::text);
        let Some((id, sample)) = known.iter().find_map(|item| Some((wire::id(item)?, value(item)?))) else {
            return Ok(None);
        };
        let found = match self.filtered(endpoint, attribute, &sample).await {
            Ok(found) => found,
            Err(failure) if cannot_filter(&failure) => return Ok(Some(false)),
            Err(failure) => return Err(failure),
        };
        let same = |hit: &Json| value(hit).is_some_and(|found| found.to_lowercase() == sample.to_lowercase());
        if !found.iter().any(|hit| wire::id(hit).as_ref() == Some(&id)) || !found.iter().all(same) {
            return Ok(Some(false));
        }
        match self.filtered(endpoint, attribute, NOBODY).await {
            Ok(found) => Ok(Some(found.is_empty())),
            Err(failure) if failure.is_status(404) => Ok(Some(true)),
            Err(failure) if cannot_filter(&failure) => Ok(Some(false)),
            Err(failure) => Err(failure),
        }
    }

    async fn listed(&self, endpoint: &str) -> Result<Vec<Json>, Failure> {
        let mut all = Vec::new();
        let how = (&self.profile.listing, self.page_size);
        let ended = read_all(&self.client, endpoint, how, &mut |item| all.push(item.json())).await?;
        if !ended.by_itself || ended.announced.is_some_and(|announced| announced != ended.seen) {
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
