//! What shows by reading: what a service says of itself, how it pages, by what it filters, where members are seen.

use serde_json::Value as Json;

use super::super::behaviour::word;
use super::Probed;
use crate::target::scim::discovery::discover;
use crate::target::scim::http::answer::Failure;
use crate::target::scim::profile::{Paging, Shown};
use crate::target::scim::read::page::Page;
use crate::target::scim::service::Service;
use crate::target::scim::wire;

/// Groups that are looked at one by one.
const SAMPLE: usize = 3;

impl Service {
    pub(super) async fn probe_reading(&self, probed: &mut Probed) -> Result<(), Failure> {
        let discovered = discover(&self.client, &self.profile.discovery).await?;
        let silent = discovered.silent;
        probed.behaviour.announced = discovered.announced;
        announced(probed);
        for why in silent {
            probed.good(format!("not said, and not needed: {why}"));
        }
        if self.profile.listing.paging == Some(Paging::None) {
            let meaning = "only what is linked is read, nothing is absent, and a create looks by a filter first";
            probed.warn("by its profile the service has no listings", meaning);
            return Ok(());
        }
        let users = self.paging(probed).await?;
        let Some(groups) = self.first("Groups").await? else {
            self.filters(probed, "Users", &["userName", "externalId"], &users).await?;
            return Ok(());
        };
        self.filters(probed, "Users", &["userName", "externalId"], &users).await?;
        self.filters(probed, "Groups", &["displayName", "externalId"], &groups).await?;
        self.members(probed, &users, &groups).await?;
        Ok(())
    }

    /// The first page of an endpoint; `None` where there is none.
    async fn first(&self, endpoint: &str) -> Result<Option<Vec<Json>>, Failure> {
        match self.ask(endpoint, &[("startIndex", "1"), ("count", &self.page_size.to_string())]).await {
            Ok(page) => Ok(Some(page.resources())),
            Err(failure) if failure.fatal => Err(failure),
            Err(_) => Ok(None), // the preflight has told it
        }
    }

    async fn ask(&self, endpoint: &str, query: &[(&str, &str)]) -> Result<Page, Failure> {
        self.client.page(&[endpoint], query).await
    }

    /// Whether startIndex and count are honoured, and whether cursors are. Answers the first page of users.
    async fn paging(&self, probed: &mut Probed) -> Result<Vec<Json>, Failure> {
        let size = self.page_size.to_string();
        let users = self.ask("Users", &[("startIndex", "1"), ("count", &size)]).await?;
        let came = u32::try_from(users.items.len()).unwrap_or(u32::MAX);
        if came < self.page_size && users.total.is_some_and(|total| total > u64::from(came)) && came > 0 {
            probed.behaviour.page_cap = Some(came);
            probed.good(format!("a page holds {came} users at most, {size} were asked for"));
        }
        let cursor = self.cursor(probed).await?;
        let [first, second, ..] = users.items.as_slice() else {
            probed.good("how it pages does not show: there are fewer than two users");
            probed.behaviour.paging = cursor.then_some(Paging::Cursor);
            return Ok(users.resources());
        };
        let (first, second) = (first.id.clone(), second.id.clone());
        let one = self.ask("Users", &[("startIndex", "2"), ("count", "1")]).await?;
        let ids: Vec<Option<String>> = one.items.iter().map(|item| item.id.clone()).collect();
        let index = match ids.as_slice() {
            [found] if *found == second => Some(true),
            [found, ..] if *found == first => Some(false),
            [] => Some(false),
            [found, ..] if *found == second => {
                probed.warn(
                    "count is ignored: a page is as large as the service likes",
                    "large answers are not kept small",
                );
                Some(true)
            }
            _ => None,
        };
        match (index, cursor) {
            (_, true) => {
                probed.good("listings go by cursor (RFC 9865)");
                probed.behaviour.paging = Some(Paging::Cursor);
            }
            (Some(true), false) => {
                probed.good("listings go by index: startIndex is honoured");
                probed.behaviour.paging = Some(Paging::Index);
            }
            (Some(false), false) => {
                let meaning = "what is not on the first page is not seen, so nothing is absent";
                probed.warn("startIndex is ignored, and there is no cursor", meaning);
            }
            (None, false) => {
                let meaning = "a read is complete only while the order holds from page to page";
                probed.warn("the order of users changes from one page to the next", meaning);
            }
        }
        Ok(users.resources())
    }

    /// Whether a listing by cursor leads from one user to another. Only of a service that says so, or whose profile does:
    /// others take the parameter for one that they do not know.
    async fn cursor(&self, probed: &Probed) -> Result<bool, Failure> {
        let said = probed.behaviour.announced.cursor == Some(true);
        if !said && self.profile.listing.paging != Some(Paging::Cursor) {
            return Ok(false);
        }
        let first = match self.ask("Users", &[("cursor", ""), ("count", "1")]).await {
            Ok(page) => page,
            Err(failure) if failure.fatal => return Err(failure),
            Err(_) => return Ok(false),
        };
        let Some(next) = first.next else {
            // one page is all: it is no proof, and its word must do
            return Ok(first.items.len() < 2 && first.total.is_none_or(|total| total <= 1) && said);
        };
        match self.ask("Users", &[("cursor", &next), ("count", "1")]).await {
            Ok(second) => {
                let shown: Vec<&str> = first.items.iter().filter_map(|item| item.id.as_deref()).collect();
                Ok(second.items.iter().filter_map(|item| item.id.as_deref()).all(|id| !shown.contains(&id)))
            }
            Err(failure) if failure.fatal => Err(failure),
            Err(_) => Ok(false),
        }
    }

    async fn filters(
        &self,
        probed: &mut Probed,
        endpoint: &str,
        attributes: &[&str],
        known: &[Json],
    ) -> Result<(), Failure> {
        for attribute in attributes {
            match self.try_filter(endpoint, attribute, known).await {
                Ok(Some(usable)) => {
                    probed.behaviour.set_filter(endpoint, attribute, usable);
                    if usable {
                        probed.good(format!("{endpoint} can be filtered by {attribute}"));
                    } else {
                        let meaning = "whoever is looked for is looked for in the whole listing";
                        probed.warn(
                            format!("the filter of {endpoint} by {attribute} does not find what is there"),
                            meaning,
                        );
                    }
                }
                Ok(None) => {}
                Err(failure) if failure.fatal => return Err(failure),
                Err(failure) => probed.failure(failure),
            }
        }
        Ok(())
    }

    /// Where members are seen: in the listing, in a group itself, or with the users.
    async fn members(&self, probed: &mut Probed, users: &[Json], groups: &[Json]) -> Result<(), Failure> {
        if groups.is_empty() {
            probed.good("where members are seen does not show: there are no groups");
            return Ok(());
        }
        let shows = |item: &Json, what: &str| !wire::member(item, what).map(wire::list).unwrap_or_default().is_empty();
        let mut shown = groups.iter().any(|group| shows(group, "members")).then_some(Shown::Listing);
        if shown.is_none() {
            for id in groups.iter().filter_map(wire::id).take(SAMPLE) {
                match self.client.get(&["Groups", &id], &[]).await {
                    Ok(group) if shows(&group, "members") => shown = Some(Shown::Single),
                    Ok(_) => {}
                    Err(failure) if failure.fatal => return Err(failure),
                    Err(failure) => probed.failure(failure),
                }
            }
        }
        if shown.is_none() && users.iter().any(|user| shows(user, "groups")) {
            shown = Some(Shown::Users);
        }
        match shown {
            Some(shown) => probed.good(format!("members are seen in: {}", word(&shown))),
            None => probed.good("where members are seen does not show: no group shows any"),
        }
        // that a listing shows some does not mean that it shows all: a group without any is asked by itself
        probed.behaviour.members = shown.filter(|shown| *shown != Shown::Listing);
        Ok(())
    }
}

fn announced(probed: &mut Probed) {
    let said = |supported: Option<bool>| match supported {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not said",
    };
    let announced = &probed.behaviour.announced;
    let mut text = format!(
        "the service says of itself: patch {}, filter {}, sort {}, versions {}, cursor {}",
        said(announced.patch),
        said(announced.filter),
        said(announced.sort),
        said(announced.etag),
        said(announced.cursor)
    );
    for (kind, place) in &announced.endpoints {
        text.push_str(&format!("; {kind}s are at {place}"));
    }
    probed.good(text);
}
