//! One signed-in connection: single operations with a time-out each, and how they fail. Knows LDAP, no objects.

use std::collections::HashSet;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use ldap3::controls::{ControlType, PagedResults, RawControl};
use ldap3::{Ldap, LdapError, LdapResult, Mod, SearchStream};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::ber::{Control, EntryView, Filter, Scope, control};
use super::dn::Dn;
use super::entry::Entry;
use super::guard::Verdict;
use super::server::Server;
use crate::stops::{self, Moment};

/// Bytes of requests to write that may be unanswered. The crate reads nothing while it writes, so the requests must
/// fit into what lies between us and the server.
const ROOM: usize = 128 * 1024;

/// One connection. Operations may run side by side.
#[derive(Debug)]
pub struct Session {
    ldap: Ldap,
    place: Server,
    server: String,
    verdict: Verdict,
    limit: Duration,
    domain: Option<Dn>,
    permissive: bool,
    /// Whether the answer to a write can bear the entry (RFC 4527).
    reads_back: bool,
    room: Semaphore,
    broken: AtomicBool,
}

/// How an operation failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The server answered: a result code (RFC 4511 section 4.1.9) and its text.
    #[error("{} ({code}{})", code_name(*code), if text.is_empty() { String::new() } else { format!(": {text}") })]
    Refused { code: u32, text: String },
    /// The server answered a read, but not with what was asked for, or not in a form that can be understood.
    #[error("{0}")]
    Unusable(String),
    /// The request may have gone out, and no answer came.
    #[error("no answer: {0}")]
    Lost(String),
    /// The request did not go out.
    #[error("not sent: {0}")]
    Unsent(String),
}

/// One page of a search.
#[derive(Debug)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// Entries that could not be decoded.
    pub unreadable: u64,
    /// How it ended: with the cookie of the next page (empty: the server says that this was the last), without one
    /// (the server says nothing), or with a refusal after these entries.
    pub end: Result<Option<Vec<u8>>, Failure>,
}

/// What to search.
#[derive(Debug, Clone)]
pub struct Query {
    pub base: String,
    pub scope: Scope,
    pub filter: Filter,
    pub attributes: Vec<String>,
}

impl Query {
    pub fn subtree(base: &Dn, filter: Filter, attributes: &[&str]) -> Self {
        let attributes = attributes.iter().map(|name| (*name).to_owned()).collect();
        Self { base: base.to_string(), scope: Scope::Subtree, filter, attributes }
    }
}

impl Session {
    /// A connection to `place` whose guard speaks its verdict.
    pub fn new(ldap: Ldap, place: Server, limit: Duration, verdict: Verdict) -> Self {
        let server = place.to_string();
        let (room, broken) = (Semaphore::new(ROOM), AtomicBool::new(false));
        Self { ldap, place, server, verdict, limit, domain: None, permissive: false, reads_back: false, room, broken }
    }

    /// Which server it was, to come back to.
    pub fn place(&self) -> &Server {
        &self.place
    }

    /// The server, for messages.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The domain's root, from the rootDSE; `None` where the server tells none.
    pub fn domain(&self) -> Option<&Dn> {
        self.domain.as_ref()
    }

    /// Whether the server says that it heeds the control for permissive modifies.
    pub fn is_permissive(&self) -> bool {
        self.permissive
    }

    /// Whether it is of no more use: the peer hung up, or an answer did not come.
    pub fn is_over(&self) -> bool {
        self.broken.load(Ordering::Relaxed) || self.verdict.get().is_some() || self.ldap.clone().is_closed()
    }

    /// Reads the domain's root, and what the server says that it can.
    pub async fn learn_domain(mut self, base: &Dn) -> Result<Self, Failure> {
        let attributes: Vec<String> =
            NAMING_CONTEXTS.iter().chain(&["supportedControl"]).map(|name| (*name).to_owned()).collect();
        if let Some(root) = self.entry("", &Filter::everything(), &attributes).await? {
            self.domain = naming_context(&root, base);
            let supported = root.texts("supportedControl");
            self.permissive = supported.contains(&control::PERMISSIVE_MODIFY);
            self.reads_back = supported.contains(&control::POST_READ);
        }
        Ok(self)
    }

    /// Adds an entry. Where the server can, it hands back the entry as it then is, with the attributes `read`.
    pub async fn add(
        &self,
        dn: &Dn,
        attributes: Vec<(String, Vec<Vec<u8>>)>,
        read: &[&str],
    ) -> Result<Option<Entry>, Failure> {
        let size = attributes.iter().map(|(name, values)| name.len() + size_of(values)).sum();
        let bytes = |(name, values): (String, Vec<Vec<u8>>)| (name.into_bytes(), values.into_iter().collect());
        let attributes: Vec<(Vec<u8>, HashSet<Vec<u8>>)> = attributes.into_iter().map(bytes).collect();
        let _room = self.room(size).await?;
        let mut ldap = self.handle();
        if self.reads_back {
            ldap.with_controls(vec![raw(&control::post_read(read))]);
        }
        let answer = self.answer(async { ldap.add(&dn.to_string(), attributes).await }).await?;
        let value = answer.ctrls.into_iter().find(|answered| answered.1.ctype == control::POST_READ);
        // an entry that cannot be understood is looked at once more by who needs it
        let entry = value.and_then(|answered| Entry::of(&EntryView::alone(&answered.1.val?).ok()?));
        Ok(entry)
    }

    pub async fn modify(&self, dn: &Dn, modifications: Vec<Mod<Vec<u8>>>) -> Result<(), Failure> {
        self.modify_with(&dn.to_string(), modifications, &[]).await
    }

    /// Waits until a request of so many bytes may be sent.
    async fn room(&self, bytes: usize) -> Result<SemaphorePermit<'_>, Failure> {
        let wanted = u32::try_from(bytes.min(ROOM)).unwrap_or(u32::MAX);
        let room = self.room.acquire_many(wanted).await;
        let room = room.map_err(|_| Failure::Unsent("the connection is closed".into()))?;
        if self.is_over() { Err(Failure::Unsent("the connection is closed".into())) } else { Ok(room) }
    }

    /// The same with controls, of the entry at `base`: a name, or another form of it that the server takes.
    pub async fn modify_with(
        &self,
        base: &str,
        modifications: Vec<Mod<Vec<u8>>>,
        controls: &[Control],
    ) -> Result<(), Failure> {
        let size = modifications.iter().map(|one| match one {
            Mod::Add(name, values) | Mod::Delete(name, values) | Mod::Replace(name, values) => {
                name.len() + size_of(values)
            }
            Mod::Increment(name, value) => name.len() + value.len(),
        });
        let _room = self.room(size.sum()).await?;
        let mut ldap = self.handle();
        if !controls.is_empty() {
            ldap.with_controls(controls.iter().map(raw).collect::<Vec<_>>());
        }
        self.answer(async { ldap.modify(base, modifications).await }).await.map(drop)
    }

    /// Renames or moves; the old name never stays as a value.
    pub async fn modify_dn(&self, dn: &Dn, rdn: &str, parent: Option<&Dn>) -> Result<(), Failure> {
        let parent = parent.map(ToString::to_string);
        let mut ldap = self.handle();
        self.answer(async { ldap.modifydn(&dn.to_string(), rdn, true, parent.as_deref()).await }).await.map(drop)
    }

    pub async fn delete(&self, dn: &Dn) -> Result<(), Failure> {
        let mut ldap = self.handle();
        self.answer(async { ldap.delete(&dn.to_string()).await }).await.map(drop)
    }

    /// Whether an attribute has this value (RFC 4511 section 4.10).
    pub async fn compare(&self, dn: &Dn, attribute: &str, value: &str) -> Result<bool, Failure> {
        let mut ldap = self.handle();
        let result = self.caught(async { ldap.compare(&dn.to_string(), attribute, value).await }).await?.0;
        match result.rc {
            5 => Ok(false),
            6 => Ok(true),
            _ => Err(refused(&result)),
        }
    }

    /// One entry by its name; `None` when the server shows none that matches.
    pub async fn entry(&self, base: &str, filter: &Filter, attributes: &[String]) -> Result<Option<Entry>, Failure> {
        self.entry_with(base, filter, attributes, &[]).await
    }

    /// The same with controls.
    pub async fn entry_with(
        &self,
        base: &str,
        filter: &Filter,
        attributes: &[String],
        controls: &[Control],
    ) -> Result<Option<Entry>, Failure> {
        let (base, filter) = (base.to_owned(), filter.clone());
        let query = Query { base, scope: Scope::Base, filter, attributes: attributes.to_vec() };
        let page = self.search(&query, controls).await?;
        match page.end {
            Ok(_) if page.unreadable > 0 => Err(Failure::Unusable("the answer could not be understood".into())),
            Ok(_) => Ok(page.entries.into_iter().next()),
            Err(Failure::Refused { code: 32, .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// One page: `size` entries from where `cookie` says.
    pub async fn page(&self, query: &Query, size: u32, cookie: &[u8]) -> Result<Page, Failure> {
        self.search(query, &[control::page(size, cookie)]).await
    }

    /// The first page, asked for with more controls.
    pub async fn page_with(&self, query: &Query, size: u32, more: Vec<Control>) -> Result<Page, Failure> {
        let controls: Vec<Control> = std::iter::once(control::page(size, &[])).chain(more).collect();
        self.search(query, &controls).await
    }

    async fn search(&self, query: &Query, controls: &[Control]) -> Result<Page, Failure> {
        let mut ldap = self.handle();
        if !controls.is_empty() {
            ldap.with_controls(controls.iter().map(raw).collect::<Vec<_>>());
        }
        let Query { base, scope, filter, attributes } = query;
        let scope = if *scope == Scope::Base { ldap3::Scope::Base } else { ldap3::Scope::Subtree };
        let filter = filter.to_string();
        let work = async { drain(ldap.streaming_search(base, scope, &filter, attributes.clone()).await?).await };
        self.caught(work).await
    }

    /// A handle whose next operation has the time-out.
    fn handle(&self) -> Ldap {
        let mut ldap = self.ldap.clone();
        ldap.with_timeout(self.limit);
        ldap
    }

    async fn answer(&self, work: impl Future<Output = Result<LdapResult, LdapError>>) -> Result<LdapResult, Failure> {
        let result = self.caught(work).await?;
        if result.rc == 0 { Ok(result) } else { Err(refused(&result)) }
    }

    /// Runs an operation. The crate panics where an answer is malformed: that is a lost answer.
    async fn caught<T>(&self, work: impl Future<Output = Result<T, LdapError>>) -> Result<T, Failure> {
        stops::message(Moment::Before);
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        stops::message(Moment::After);
        let failure = match outcome {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(LdapError::OpSend { .. })) => Failure::Unsent("the connection is closed".into()),
            Ok(Err(error @ (LdapError::FilterParsing | LdapError::AddNoValues))) => {
                return Err(Failure::Unsent(error.to_string()));
            }
            Ok(Err(LdapError::Timeout { .. })) => Failure::Lost(format!("none within {} s", self.limit.as_secs())),
            Ok(Err(LdapError::ResultRecv { .. } | LdapError::EndOfStream)) => {
                Failure::Lost(self.verdict.get().unwrap_or("the connection was lost").to_owned())
            }
            Ok(Err(error)) => Failure::Lost(error.to_string()),
            Err(_) => Failure::Lost("what came could not be understood".into()),
        };
        self.broken.store(true, Ordering::Relaxed);
        Err(failure)
    }
}

/// What tells the roots of a server's trees (RFC 4512 section 5.1, [MS-ADTS] section 3.1.1.3.2.3).
pub const NAMING_CONTEXTS: [&str; 2] = ["defaultNamingContext", "namingContexts"];

/// The root of the domain, or of the tree that `base` lies in.
pub fn naming_context(root: &Entry, base: &Dn) -> Option<Dn> {
    let parsed = |text: &str| Dn::parse(text).ok();
    let holds = |root: &Dn| base.same(root) || base.below(root);
    root.text("defaultNamingContext")
        .and_then(parsed)
        .or_else(|| root.texts("namingContexts").into_iter().filter_map(parsed).find(holds))
}

fn raw(control: &Control) -> RawControl {
    RawControl { ctype: control.oid.to_owned(), crit: true, val: control.value.clone() }
}

fn size_of<'a>(values: impl IntoIterator<Item = &'a Vec<u8>>) -> usize {
    values.into_iter().map(Vec::len).sum()
}

/// Reads a search to its end. References to other servers are not followed.
async fn drain(mut stream: SearchStream<'_, String, Vec<String>>) -> Result<Page, LdapError> {
    let mut page = Page { entries: Vec::new(), unreadable: 0, end: Ok(None) };
    while let Some(raw) = stream.next().await? {
        if raw.is_ref() || raw.is_intermediate() {
            continue;
        }
        match Entry::decode(raw) {
            Some(entry) => page.entries.push(entry),
            None => page.unreadable += 1,
        }
    }
    let result = stream.finish().await;
    page.end = if result.rc == 0 { Ok(cookie(&result)) } else { Err(refused(&result)) };
    Ok(page)
}

fn cookie(result: &LdapResult) -> Option<Vec<u8>> {
    let paged = result.ctrls.iter().find(|control| matches!(control.0, Some(ControlType::PagedResults)))?;
    paged.1.val.as_ref()?;
    // The crate's parser panics on malformed values; no cookie means that no end is proved.
    std::panic::catch_unwind(AssertUnwindSafe(|| paged.1.parse::<PagedResults>())).ok().map(|paged| paged.cookie)
}

fn refused(result: &LdapResult) -> Failure {
    Failure::Refused { code: result.rc, text: result.text.trim_end_matches('\0').trim().to_owned() }
}

/// The name of a result code (RFC 4511 appendix A).
fn code_name(code: u32) -> &'static str {
    match code {
        0 => "success",
        1 => "operationsError",
        2 => "protocolError",
        3 => "timeLimitExceeded",
        4 => "sizeLimitExceeded",
        8 => "strongerAuthRequired",
        10 => "referral",
        11 => "adminLimitExceeded",
        12 => "unavailableCriticalExtension",
        13 => "confidentialityRequired",
        16 => "noSuchAttribute",
        17 => "undefinedAttributeType",
        19 => "constraintViolation",
        20 => "attributeOrValueExists",
        21 => "invalidAttributeSyntax",
        32 => "noSuchObject",
        34 => "invalidDNSyntax",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        64 => "namingViolation",
        65 => "objectClassViolation",
        66 => "notAllowedOnNonLeaf",
        67 => "notAllowedOnRDN",
        68 => "entryAlreadyExists",
        71 => "affectsMultipleDSAs",
        80 => "other",
        _ => "result",
    }
}
