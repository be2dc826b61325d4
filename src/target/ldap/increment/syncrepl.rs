//! OpenLDAP with the overlay syncprov: Content Synchronization (RFC 4533), refreshOnly.
//!
//! Told are entries that changed or came into scope, and the entryUUIDs of those that went. Not told is what lies in a
//! container that was renamed or moved. Where the server has forgotten what went, it tells what is there instead.

use std::collections::BTreeSet;

use super::super::ber::{
    self, EntryView, Filter, Message, Operation, SYNC_DONE, SYNC_INFO, SYNC_STATE, Scope, Search, State, SyncDone,
    SyncInfo, control, sync_state,
};
use super::super::bulk::Bulk;
use super::super::dn::Dn;
use super::super::entry::Entry;
use super::super::object::kind_of;
use super::super::session::Failure;
use super::super::settings::Places;
use super::{Incremental, Position, Told, list};
use crate::object::{Kind, ObjectId};
use crate::target::ObserveRequest;

/// What a refresh told.
#[derive(Debug)]
struct Refresh<'a> {
    places: &'a Places,
    changed: BTreeSet<ObjectId>,
    gone: BTreeSet<ObjectId>,
    /// Something changed that has other entries below it; or it was not told what went.
    untold: bool,
    unreadable: bool,
    cookie: Option<Vec<u8>>,
}

/// Where the changes stand. A search that finds nothing gets the cookie all the same.
pub async fn mark(bulk: &mut Bulk, base: &Dn) -> Result<Position, Failure> {
    let (base, filter, controls) = (base.to_string(), Filter::equal("objectClass", "1.1"), [control::refresh(None)]);
    let attributes = ["1.1".to_owned()];
    let request =
        Search { base: &base, scope: Scope::Base, filter: &filter, attributes: &attributes, controls: &controls };
    let mut cookie = None;
    let mut answer = |message: &Message<'_>| {
        if let Operation::Done(_) = message.operation
            && let Some(value) = message.control(SYNC_DONE)?
        {
            cookie = SyncDone::parse(value)?.cookie.map(<[u8]>::to_vec);
        }
        Ok(())
    };
    bulk.each(&request, &mut answer).await?;
    position(cookie)
}

pub async fn since(read: &mut Incremental<'_>, request: &ObserveRequest, cookie: &str) -> Result<Told, Failure> {
    let (base, filter) = (read.places.base.to_string(), Filter::everything());
    let attributes = ["objectClass", "hasSubordinates"].map(str::to_owned);
    let controls = [control::refresh(Some(cookie.as_bytes()))];
    let search =
        Search { base: &base, scope: Scope::Subtree, filter: &filter, attributes: &attributes, controls: &controls };
    let mut refresh = Refresh {
        places: read.places,
        changed: BTreeSet::new(),
        gone: BTreeSet::new(),
        untold: false,
        unreadable: false,
        cookie: Some(cookie.as_bytes().to_vec()),
    };
    read.bulk.each(&search, &mut |message| refresh.see(message)).await?;
    let Refresh { changed, gone, untold, unreadable, cookie, .. } = refresh;
    if unreadable {
        return Err(Failure::Unusable("a change was told that cannot be understood".into()));
    }
    // What went may have taken others along.
    let present = if untold || !gone.is_empty() { Some(list::present(read, request).await?) } else { None };
    Ok(Told { changed, gone, present, next: position(cookie)? })
}

/// With a cookie that it does not understand OpenLDAP tells everything, and gives an empty one.
fn position(cookie: Option<Vec<u8>>) -> Result<Position, Failure> {
    let cookie = cookie.and_then(|cookie| String::from_utf8(cookie).ok()).filter(|cookie| !cookie.is_empty());
    cookie.map(Position::Syncrepl).ok_or_else(|| Failure::Unusable("the server gives no cookie".into()))
}

impl Refresh<'_> {
    fn see(&mut self, message: &Message<'_>) -> Result<(), ber::Malformed> {
        match &message.operation {
            Operation::Entry(view) => match message.control(SYNC_STATE)? {
                Some(value) => self.entry(view, sync_state(value)?),
                None => self.unreadable = true,
            },
            Operation::Intermediate(told) if told.name == Some(SYNC_INFO) => {
                if let Some(value) = told.value {
                    self.info(SyncInfo::parse(value)?);
                }
            }
            Operation::Done(_) => {
                let done = message.control(SYNC_DONE)?.map(SyncDone::parse).transpose()?;
                self.untold |= !done.is_some_and(|done| done.deletes);
                self.keep(done.and_then(|done| done.cookie));
            }
            _ => {}
        }
        Ok(())
    }

    fn entry(&mut self, view: &EntryView<'_>, (state, uuid): (State, uuid::Uuid)) {
        let id = ObjectId::new(uuid.hyphenated().to_string());
        match state {
            State::Present => self.untold = true,
            State::Deleted => drop(self.gone.insert(id)),
            State::Changed => {
                match Entry::of(view) {
                    // that the configured containers are the same was looked at
                    Some(entry) if self.places.configured(entry.dn.handle()) => {}
                    Some(entry) => self.untold |= holds_others(&entry),
                    None => self.unreadable = true,
                }
                self.changed.insert(id);
            }
        }
    }

    fn info(&mut self, info: SyncInfo<'_>) {
        let cookie = match info {
            SyncInfo::Cookie(cookie) => Some(cookie),
            SyncInfo::Phase { deletes, cookie } => {
                self.untold |= !deletes;
                cookie
            }
            SyncInfo::Entries { deleted: true, ids, cookie } => {
                self.gone.extend(ids.iter().map(|uuid| ObjectId::new(uuid.hyphenated().to_string())));
                cookie
            }
            SyncInfo::Entries { deleted: false, cookie, .. } => {
                self.untold = true;
                cookie
            }
        };
        self.keep(cookie);
    }

    fn keep(&mut self, cookie: Option<&[u8]>) {
        if let Some(cookie) = cookie {
            self.cookie = Some(cookie.to_vec());
        }
    }
}

/// Whether entries lie below this one; where the server does not say, users and groups have none.
fn holds_others(entry: &Entry) -> bool {
    match entry.text("hasSubordinates") {
        Some(flag) => flag.eq_ignore_ascii_case("true"),
        None => !matches!(kind_of(entry), Some(Kind::User | Kind::Group)),
    }
}
