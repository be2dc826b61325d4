//! Incremental reads: where a directory's changes stand, and what changed since. Knows the marks; how a directory
//! tells its changes is in the files beside it.
//!
//! A mark holds what makes it good: the server, the settings, and the ids of the configured containers. Where anything
//! of that is another one, only a complete read can tell.

mod dirsync;
mod list;
mod reread;
mod stamped_since;
mod syncrepl;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ber::Filter;
use super::bulk::Bulk;
use super::clock;
use super::dn::Dn;
use super::entry::Entry;
use super::object::id_of;
use super::observe::Schemas;
use super::profile::Profile;
use super::server::Server;
use super::session::{Failure, NAMING_CONTEXTS, naming_context};
use super::settings::{Places, Settings};
use crate::object::{Clause, Covered, Evidence, Handle, Kind, ObjectId, ScopeRead};
use crate::org::Instant;
use crate::org::sentence::Sentence;
use crate::target::{Gone, Increment, Mark, ObserveRequest, Seen};

/// Days after which a mark is no longer trusted: what was deleted is told only as long as its tombstone lies there,
/// 60 days or more unless somebody made it less ([MS-ADTS] section 6.1.1.2.4.1.1, tombstoneLifetime).
const DAYS: i64 = 14;

/// One incremental read, over one connection.
pub struct Incremental<'a> {
    pub settings: &'a Settings,
    pub places: &'a Places,
    pub schemas: Schemas<'a>,
    pub bulk: &'a mut Bulk,
    /// The server that `bulk` leads to.
    pub server: &'a Server,
}

/// The body of a mark.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    position: Position,
    /// What the target was asked for beyond the attributes of the mapping.
    settings: String,
    /// The configured containers and canaries.
    containers: Vec<ObjectId>,
    /// The server's time, where it tells one.
    time: Option<Instant>,
}

/// Where the changes stand, in the directory's own terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Position {
    /// A cookie in base64.
    DirSync(String),
    Syncrepl(String),
    /// The newest modifyTimestamp that was seen; `None` when there was nothing.
    Since(Option<Instant>),
}

/// What a directory told of its changes.
#[derive(Debug)]
struct Told {
    /// What changed, and is to be read.
    changed: BTreeSet<ObjectId>,
    gone: BTreeSet<ObjectId>,
    /// Everything in scope, where only that tells what went or moved along with its container.
    present: Option<BTreeMap<ObjectId, Handle>>,
    next: Position,
}

/// What a server says of itself.
struct Root {
    /// The name that a mark bears.
    name: String,
    domain: Option<Dn>,
    /// Whether it says that it does Content Synchronization.
    syncs: bool,
    time: Option<Instant>,
}

impl Incremental<'_> {
    /// Where the changes stand now; `None` when the directory does not say.
    pub async fn mark(&mut self) -> Result<Option<Mark>, Failure> {
        let root = self.root().await?;
        let Some(containers) = self.containers().await? else { return Ok(None) };
        let position = match self.settings.profile {
            Profile::Ad => match &root.domain {
                Some(domain) => dirsync::mark(self.bulk, domain).await,
                None => return Ok(None),
            },
            Profile::OpenLdap if root.syncs => match syncrepl::mark(self.bulk, &self.places.base).await {
                // the server knows it, but not for this database
                Err(Failure::Refused { .. }) => stamped_since::mark(self).await,
                other => other,
            },
            Profile::OpenLdap | Profile::Rfc => stamped_since::mark(self).await,
        };
        match position {
            Ok(position) => Ok(Some(self.marked(&root, position, containers))),
            Err(failure @ (Failure::Refused { .. } | Failure::Unusable(_))) => {
                tracing::warn!(server = root.name, %failure, "the directory does not say where its changes stand");
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// What changed since a mark. An error means that the read broke off.
    pub async fn changes(
        &mut self,
        request: &ObserveRequest,
        since: &Mark,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Increment, Failure> {
        let root = self.root().await?;
        let Some(containers) = self.containers().await? else {
            return Ok(Increment::Impossible(Clause::ContainerUnreadable.said()));
        };
        let body = match self.understood(since, &root, &containers) {
            Ok(body) => body,
            Err(why) => return Ok(Increment::Impossible(why)),
        };
        let told = match &body.position {
            Position::DirSync(cookie) => dirsync::since(self, request, root.domain.as_ref(), cookie).await,
            Position::Syncrepl(cookie) => syncrepl::since(self, request, cookie).await,
            Position::Since(time) => stamped_since::since(self, request, *time).await,
        };
        let told = match told {
            Ok(told) => told,
            Err(failure) => return impossible(failure),
        };
        let missing = match reread::reread(self, request, told.changed.iter(), see).await {
            Ok(missing) => missing,
            Err(failure) => return impossible(failure),
        };
        let gone = match told.present {
            None => Gone::These(told.gone.into_iter().chain(missing).collect()),
            Some(mut present) => {
                missing.iter().for_each(|id| drop(present.remove(id)));
                Gone::AllBut(present)
            }
        };
        let next = self.marked(&root, told.next, containers);
        Ok(Increment::Whole { gone, next, evidence: self.evidence() })
    }

    /// Reads these objects as a complete read would show them; answers those that it would not show.
    pub async fn reread(
        &mut self,
        request: &ObserveRequest,
        ids: &[ObjectId],
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Vec<ObjectId>, Failure> {
        if self.containers().await?.is_none() {
            return Err(Failure::Unusable(Clause::ContainerUnreadable.said()));
        }
        Ok(reread::reread(self, request, ids.iter(), see).await?.into_iter().collect())
    }

    fn marked(&self, root: &Root, position: Position, containers: Vec<ObjectId>) -> Mark {
        let body = Body { position, settings: self.asked(), containers, time: root.time };
        // a text of texts and numbers can always be written
        Mark { server: root.name.clone(), body: serde_json::to_string(&body).unwrap_or_default() }
    }

    /// The body of a mark that is still good here, or why it is not.
    fn understood(&self, mark: &Mark, root: &Root, containers: &[ObjectId]) -> Result<Body, String> {
        if mark.server != root.name {
            return Err(Clause::OtherServer.with([&mark.server, &root.name]));
        }
        let body: Body = serde_json::from_str(&mark.body).map_err(|_| Clause::MarkNotUnderstood.said())?;
        if body.settings != self.asked() {
            return Err(Clause::OtherSettings.said());
        }
        if body.containers != containers {
            return Err(Clause::OtherContainer.with([&self.places.base]));
        }
        match (body.time, root.time) {
            (Some(then), Some(now)) if then < now.days_earlier(DAYS) => Err(Clause::TooLongAgo.with([&DAYS])),
            _ => Ok(body),
        }
    }

    async fn root(&mut self) -> Result<Root, Failure> {
        const SYNC: &str = "1.3.6.1.4.1.4203.1.9.1.1";
        let attributes = [&NAMING_CONTEXTS[..], &["currentTime", "dnsHostName", "supportedControl"]].concat();
        let attributes: Vec<String> = attributes.into_iter().map(str::to_owned).collect();
        let root = self.bulk.entry("", &Filter::everything(), &attributes).await?;
        let root = root.ok_or_else(|| Failure::Unusable("its rootDSE cannot be read".into()))?;
        // A name can lead to several servers; where none tells its own, the address does.
        let reached = || match self.server.address {
            Some(address) => format!("{} at {}", self.server, address.ip()),
            None => self.server.to_string(),
        };
        Ok(Root {
            name: root.text("dnsHostName").map_or_else(reached, str::to_owned),
            domain: naming_context(&root, &self.places.base),
            syncs: root.texts("supportedControl").contains(&SYNC),
            time: root.text("currentTime").and_then(clock::instant),
        })
    }

    /// The ids of the configured containers and canaries; `None` when one cannot be read.
    async fn containers(&mut self) -> Result<Option<Vec<ObjectId>>, Failure> {
        let mut names: Vec<&Dn> = vec![&self.places.base];
        names.extend(Kind::ALL.map(|kind| self.places.root(kind)));
        names.dedup_by(|one, other| one.same(other));
        names.extend(&self.places.canaries);
        let attributes = ["objectClass", self.settings.profile.id_attribute()].map(str::to_owned);
        let mut ids = Vec::new();
        for name in names {
            let entry = match self.bulk.entry(&name.to_string(), &Filter::everything(), &attributes).await {
                Err(Failure::Refused { .. } | Failure::Unusable(_)) => None,
                other => other?,
            };
            let readable = |entry: &Entry| entry.values("objectClass").next().is_some();
            match entry.filter(readable).as_ref().and_then(id_of) {
                Some(id) => ids.push(id),
                None => return Ok(None),
            }
        }
        Ok(Some(ids))
    }

    /// The settings that decide what is shown, and how.
    fn asked(&self) -> String {
        let Settings { bind_dn, stamp_attribute, profile, disabled, protect, .. } = self.settings;
        let places = Kind::ALL.map(|kind| self.places.root(kind).handle().to_string());
        let base = self.places.base.handle();
        format!("{base} {places:?} {bind_dn} {stamp_attribute:?} {profile} {disabled:?} {protect:?}")
    }

    fn evidence(&self) -> Evidence {
        let scope = ScopeRead {
            scope: Covered::ChangesBelow.with([&self.places.base]),
            kind: None,
            base_readable: true,
            ended: true,
            seen: 0,
            announced: None,
            floor: None,
            unreadable: 0,
        };
        Evidence { scopes: vec![scope], server: Some(self.server.to_string()), ..Evidence::default() }
    }
}

/// What the server refuses or says in a form that cannot be used, a complete read may do without. That it is busy is
/// no reason to ask for more.
fn impossible(failure: Failure) -> Result<Increment, Failure> {
    const BUSY: u32 = 51;
    const UNAVAILABLE: u32 = 52;
    match failure {
        Failure::Refused { code: BUSY | UNAVAILABLE, .. } | Failure::Lost(_) | Failure::Unsent(_) => Err(failure),
        Failure::Refused { .. } => Ok(Increment::Impossible(Clause::RefusesChanges.with([&failure]))),
        Failure::Unusable(why) => Ok(Increment::Impossible(why)),
    }
}
