//! Active Directory: DirSync ([MS-ADTS] section 3.1.1.3.4.1.3), over the whole naming context.
//!
//! Told are objects with an attribute that was asked for and that changed, deleted ones too. Not told is what lies in a
//! container that was renamed or moved, nor anything that the account may not read any more.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::super::ber::{self, DIRSYNC, DirSync, EntryView, Filter, Message, Operation, Scope, Search, control};
use super::super::bulk::Bulk;
use super::super::dn::Dn;
use super::super::entry::Entry;
use super::super::find::filter_of;
use super::super::guid;
use super::super::object::{Wanted, id_of};
use super::super::primary;
use super::super::profile::Profile;
use super::super::session::{Failure, Query};
use super::reread::{below, search};
use super::{Incremental, Position, Told, list};
use crate::object::ObjectId;
use crate::target::ObserveRequest;

/// Answers after which a server is taken to go round for ever.
const ROUNDS: u32 = 100_000;

/// Ids in one search.
const AT_ONCE: usize = 50;

/// Classes of objects that hold nothing of ours.
const LEAVES: [&str; 4] = ["user", "group", "contact", "printQueue"];

/// What was told of one object.
#[derive(Debug, Default)]
struct Change {
    id: Option<ObjectId>,
    deleted: bool,
    /// It was deleted once, and is so no more.
    revived: bool,
    renamed: bool,
}

/// The objects that were told.
#[derive(Debug, Default)]
struct Changes {
    changed: BTreeSet<ObjectId>,
    gone: BTreeSet<ObjectId>,
    renamed: BTreeSet<ObjectId>,
    revived: BTreeSet<ObjectId>,
}

/// Where the changes stand. A filter that nothing matches makes the server go through everything and tell nothing.
pub async fn mark(bulk: &mut Bulk, domain: &Dn) -> Result<Position, Failure> {
    let nothing = Filter::equal("objectGUID", [0; 16]);
    let attributes = ["1.1".to_owned()];
    let cookie = turn(bulk, domain, &nothing, &attributes, Vec::new(), &mut |_| {}).await?;
    Ok(Position::DirSync(BASE64_STANDARD.encode(cookie)))
}

pub async fn since(
    read: &mut Incremental<'_>,
    request: &ObserveRequest,
    domain: Option<&Dn>,
    cookie: &str,
) -> Result<Told, Failure> {
    let unusable = |why: &str| Failure::Unusable(why.to_owned());
    let domain = domain.ok_or_else(|| unusable("the server tells no naming context"))?;
    let cookie = BASE64_STANDARD.decode(cookie).map_err(|_| unusable("the cookie of the last read is none"))?;
    let mut changes = Changes::default();
    let mut unreadable = false;
    let mut see = |view: EntryView<'_>| match Change::of(&view) {
        Some(change) => changes.add(change),
        None => unreadable = true,
    };
    let attributes = attributes(read, request);
    let cookie = turn(read.bulk, domain, &Filter::everything(), &attributes, cookie, &mut see).await?;
    if unreadable {
        return Err(unusable("a change was told that cannot be understood"));
    }
    let Changes { mut changed, gone, renamed, revived } = changes;
    changed.extend(referrers(read, domain, revived).await?);
    changed.extend(primary_groups(read, &changed).await?);
    let untold = !tells_deleted(read, domain).await? || moves_others(read, domain, renamed).await?;
    let present = if untold { Some(list::present(read, request).await?) } else { None };
    Ok(Told { changed, gone, present, next: Position::DirSync(BASE64_STANDARD.encode(cookie)) })
}

/// Only what is asked for counts as a change: what a complete read asks for, and what tells of a new name or place.
fn attributes(read: &Incremental<'_>, request: &ObserveRequest) -> Vec<String> {
    let kinds = request.attributes.iter();
    let mut names: BTreeSet<String> = kinds
        .flat_map(|(kind, names)| Wanted::of(read.settings, (read.schemas)(*kind), Some(names)).request(*kind))
        .collect();
    names.extend(["name", "isDeleted", "objectClass", "objectCategory", primary::ATTRIBUTE].map(str::to_owned));
    names.into_iter().collect()
}

/// Asks until nothing more waits, and answers the last cookie.
async fn turn(
    bulk: &mut Bulk,
    domain: &Dn,
    filter: &Filter,
    attributes: &[String],
    mut cookie: Vec<u8>,
    see: &mut (dyn FnMut(EntryView<'_>) + Send),
) -> Result<Vec<u8>, Failure> {
    let base = domain.to_string();
    for _ in 0..ROUNDS {
        let controls = [control::dirsync(&cookie)];
        let request = Search { base: &base, scope: Scope::Subtree, filter, attributes, controls: &controls };
        let mut next = None;
        let mut answer = |message: &Message<'_>| {
            match &message.operation {
                Operation::Entry(view) => see(*view),
                Operation::Done(_) => {
                    let value = message.control(DIRSYNC)?;
                    next = value.map(DirSync::parse).transpose()?.map(|told| (told.more, told.cookie.to_vec()));
                }
                _ => {}
            }
            Ok::<_, ber::Malformed>(())
        };
        bulk.each(&request, &mut answer).await?;
        match next {
            Some((false, last)) => return Ok(last),
            Some((true, next)) if next != cookie => cookie = next,
            Some(_) => return Err(Failure::Unusable("DirSync says that more follows, and does not go on".into())),
            None => return Err(Failure::Unusable("DirSync does not say whether more follows".into())),
        }
    }
    Err(Failure::Unusable(format!("DirSync came to no end in {ROUNDS} answers")))
}

impl Change {
    /// The change in an entry; `None` when it cannot be understood.
    fn of(view: &EntryView<'_>) -> Option<Self> {
        let (mut change, mut told, mut new) = (Self::default(), false, false);
        let mut attributes = view.attributes();
        while let Some((name, mut values)) = attributes.next().ok()? {
            let first = values.next().ok()?;
            match std::str::from_utf8(name).ok()?.to_ascii_lowercase().as_str() {
                "objectguid" => change.id = Some(guid::id(first?)?),
                "isdeleted" => {
                    told = true;
                    change.deleted = first.is_some_and(|flag| flag.eq_ignore_ascii_case(b"true"));
                }
                "name" => change.renamed = true,
                // of a new object everything is told
                "objectclass" => new = true,
                _ => {}
            }
        }
        change.revived = told && !change.deleted && !new;
        change.renamed &= !new && !change.deleted;
        change.id.is_some().then_some(change)
    }
}

impl Changes {
    /// An object can be told more than once; what was told last counts.
    fn add(&mut self, change: Change) {
        let Some(id) = change.id else { return };
        if change.deleted {
            self.changed.remove(&id);
            self.gone.insert(id);
            return;
        }
        if change.renamed {
            self.renamed.insert(id.clone());
        }
        if change.revived {
            self.revived.insert(id.clone());
        }
        self.gone.remove(&id);
        self.changed.insert(id);
    }
}

/// Whether deletions are told to this account: they are to those who may read what was deleted.
async fn tells_deleted(read: &mut Incremental<'_>, domain: &Dn) -> Result<bool, Failure> {
    let base = domain.child("CN", "Deleted Objects").to_string();
    let (filter, attributes, controls) = (Filter::everything(), ["objectClass".to_owned()], [control::show_deleted()]);
    let request =
        Search { base: &base, scope: Scope::Base, filter: &filter, attributes: &attributes, controls: &controls };
    let mut readable = false;
    let mut answer = |message: &Message<'_>| {
        if let Operation::Entry(view) = &message.operation {
            readable = Entry::of(view).is_some_and(|entry| entry.values("objectClass").next().is_some());
        }
        Ok(())
    };
    match read.bulk.each(&request, &mut answer).await {
        Ok(()) => Ok(readable),
        Err(Failure::Refused { .. }) => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Whether anything else may lie elsewhere because of these new names: whether one of them is a container, or is not
/// to be seen any more.
async fn moves_others(
    read: &mut Incremental<'_>,
    domain: &Dn,
    mut renamed: BTreeSet<ObjectId>,
) -> Result<bool, Failure> {
    for entry in by_ids(read, domain, &renamed.clone()).await? {
        let classes = entry.texts("objectClass");
        let is_leaf = LEAVES.iter().any(|leaf| classes.iter().any(|class| class.eq_ignore_ascii_case(leaf)));
        if is_leaf && let Some(id) = id_of(&entry) {
            renamed.remove(&id);
        }
    }
    Ok(!renamed.is_empty())
}

/// With an object that comes back from the recycle bin all references to it come back, and that is not told.
async fn referrers(
    read: &mut Incremental<'_>,
    domain: &Dn,
    revived: BTreeSet<ObjectId>,
) -> Result<Vec<ObjectId>, Failure> {
    let mut found = Vec::new();
    for entry in by_ids(read, domain, &revived).await? {
        let name = entry.dn.to_string();
        let filter = Filter::Any(["member", "manager"].map(|link| Filter::equal(link, name.as_str())).to_vec());
        let attributes = vec![Profile::Ad.id_attribute().to_owned()];
        found.extend(below(read, filter, attributes).await?.iter().filter_map(id_of));
    }
    Ok(found)
}

/// The groups that these are in by the number of their primary group alone: that somebody came into scope, the group
/// does not tell.
async fn primary_groups(read: &mut Incremental<'_>, changed: &BTreeSet<ObjectId>) -> Result<Vec<ObjectId>, Failure> {
    let attributes =
        || ["objectSid", primary::ATTRIBUTE, Profile::Ad.id_attribute()].into_iter().map(str::to_owned).collect();
    let changed: Vec<&ObjectId> = changed.iter().collect();
    let mut groups = BTreeSet::new();
    for some in changed.chunks(AT_ONCE) {
        let ids = some.iter().filter_map(|id| filter_of(Profile::Ad, id)).collect();
        let filter = Filter::All(vec![primary::filter_of_all(), Filter::Any(ids)]);
        for entry in below(read, filter, attributes()).await? {
            // the group is of the same domain
            if let (Some(sid), Some(number)) = (entry.values("objectSid").next(), primary::of(&entry))
                && let Some((domain, _)) = sid.split_last_chunk::<4>()
            {
                groups.insert([domain, &number.to_le_bytes()].concat());
            }
        }
    }
    let mut found = Vec::new();
    for sid in groups {
        let entries = below(read, Filter::equal("objectSid", sid), attributes()).await?;
        found.extend(entries.iter().filter_map(id_of));
    }
    Ok(found)
}

async fn by_ids(read: &mut Incremental<'_>, domain: &Dn, ids: &BTreeSet<ObjectId>) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    let filters: Vec<Filter> = ids.iter().filter_map(|id| filter_of(Profile::Ad, id)).collect();
    for some in filters.chunks(AT_ONCE) {
        let attributes = vec!["objectClass".to_owned(), Profile::Ad.id_attribute().to_owned()];
        let filter = Filter::Any(some.to_vec());
        let query = Query { base: domain.to_string(), scope: Scope::Subtree, filter, attributes };
        entries.extend(search(read, &query).await?);
    }
    Ok(entries)
}
