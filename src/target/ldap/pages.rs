//! A search page by page, to the one that the server calls the last (RFC 2696).

use super::entry::Entry;
use super::session::{Failure, Page, Query, Session};

/// Pages without entries in a row, after which a server is taken to go round for ever. Active Directory gives a few
/// when a filter makes it look at many objects.
const EMPTY_PAGES: u32 = 1000;

/// The pages of one search. They are bound to their connection.
pub struct Pages<'a> {
    session: &'a Session,
    query: Query,
    size: u32,
    /// What the next request bears; `None` when there is none to make.
    cookie: Option<Vec<u8>>,
    empty: u32,
    ended: bool,
}

impl<'a> Pages<'a> {
    pub fn of(session: &'a Session, query: Query, size: u32) -> Self {
        Self { session, query, size, cookie: Some(Vec::new()), empty: 0, ended: false }
    }

    /// Whether the server said that nothing follows.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The next page; a search that breaks off gives what came before, and no more.
    pub async fn next(&mut self) -> Result<Option<Page>, Failure> {
        let Some(cookie) = self.cookie.take() else { return Ok(None) };
        let page = self.session.page(&self.query, self.size, cookie).await?;
        self.empty = if page.entries.is_empty() { self.empty + 1 } else { 0 };
        match &page.end {
            Ok(Some(next)) if next.is_empty() => self.ended = true,
            Ok(Some(next)) if self.empty < EMPTY_PAGES => self.cookie = Some(next.clone()),
            Ok(_) => {}
            Err(failure) => {
                let base = &self.query.base;
                tracing::warn!(server = self.session.server(), base, %failure, "a search broke off");
            }
        }
        Ok(Some(page))
    }

    /// All entries, or the first ones as soon as there are `enough`. A search that does not come to its end is an
    /// error.
    pub async fn all(mut self, enough: usize) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
        while let Some(page) = self.next().await? {
            if page.unreadable > 0 {
                return Err(Failure::Unusable("an entry could not be understood".into()));
            }
            entries.extend(page.entries);
            page.end?;
            if entries.len() >= enough {
                return Ok(entries);
            }
        }
        if self.ended { Ok(entries) } else { Err(Failure::Unusable("the search came to no end".into())) }
    }
}
