//! A search page by page, to the one that the server calls the last (RFC 2696).

use super::entry::Entry;
use super::session::{Failure, Query, Session};

/// Pages without entries in a row, after which a server is taken to go round for ever. Active Directory gives a few
/// when a filter makes it look at many objects.
const EMPTY_PAGES: u32 = 1000;

/// Where a search stands between two pages. Pages are bound to their connection.
#[derive(Debug)]
pub struct Turning {
    /// What the next request bears; `None` when there is none to make.
    cookie: Option<Vec<u8>>,
    empty: u32,
    ended: bool,
}

impl Turning {
    pub fn new() -> Self {
        Self { cookie: Some(Vec::new()), empty: 0, ended: false }
    }

    /// What the next request bears; `None` when there is none to make.
    pub fn cookie(&mut self) -> Option<Vec<u8>> {
        self.cookie.take()
    }

    /// Whether the server said that nothing follows.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Takes note of how a page of so many entries ended. A search that breaks off gives what came before, and no
    /// more.
    pub fn turn(&mut self, server: &str, base: &str, entries: usize, end: Result<Option<Vec<u8>>, Failure>) {
        self.empty = if entries == 0 { self.empty + 1 } else { 0 };
        match end {
            Ok(Some(next)) if next.is_empty() => self.ended = true,
            Ok(Some(next)) if self.empty < EMPTY_PAGES => self.cookie = Some(next),
            Ok(_) => {}
            Err(failure) => tracing::warn!(server, base, %failure, "a search broke off"),
        }
    }
}

/// All entries, or the first ones as soon as there are `enough`. A search that does not come to its end is an error.
pub async fn all(session: &Session, query: &Query, size: u32, enough: usize) -> Result<Vec<Entry>, Failure> {
    let mut turning = Turning::new();
    let mut entries = Vec::new();
    while let Some(cookie) = turning.cookie() {
        let page = session.page(query, size, &cookie).await?;
        if page.unreadable > 0 {
            return Err(Failure::Unusable("an entry could not be understood".into()));
        }
        let count = page.entries.len();
        entries.extend(page.entries);
        let next = page.end?;
        if entries.len() >= enough {
            return Ok(entries);
        }
        turning.turn(session.server(), &query.base, count, Ok(next));
    }
    if turning.ended() { Ok(entries) } else { Err(Failure::Unusable("the search came to no end".into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_cookie_is_the_end() {
        for (end, ended, goes_on) in [
            (Ok(Some(Vec::new())), true, false),
            (Ok(Some(vec![1])), false, true),
            (Ok(None), false, false),
            (Err(Failure::Refused { code: 4, text: String::new() }), false, false),
        ] {
            let mut turning = Turning::new();
            assert_eq!(turning.cookie(), Some(Vec::new()));
            turning.turn("a server", "", 1, end);
            assert_eq!((turning.ended(), turning.cookie().is_some()), (ended, goes_on));
        }
    }

    #[test]
    fn a_server_that_goes_round_is_left() {
        let mut turning = Turning::new();
        let mut pages = 0;
        while turning.cookie().is_some() {
            pages += 1;
            turning.turn("a server", "", 0, Ok(Some(vec![1])));
        }
        assert_eq!((pages, turning.ended()), (EMPTY_PAGES, false));
    }
}
