//! Reading a whole listing by index paging (RFC 7644 section 3.4.2.4), and the evidence that it was whole.
//!
//! Services cap pages, shift them, repeat them, and announce totals that are wrong or the length of the page. So the
//! position advances by what came, resources are told apart by id, and the read goes on until a page comes empty.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::answer::Failure;
use super::client::Client;
use super::wire::{self, Page};
use crate::object::Kind;

/// The endpoint of a kind; there is none for units and contacts.
pub(super) fn endpoint(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Unit | Kind::Contact => None,
        Kind::User => Some("Users"),
        Kind::Group => Some("Groups"),
    }
}

/// How a listing came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    /// The service itself said that nothing follows, and never contradicted itself.
    pub by_itself: bool,
    /// The total that the last page announced.
    pub announced: Option<u64>,
}

/// Reads every resource of a listing and hands each to `see` once. What has no id is handed over as it comes.
pub(super) async fn read_all(
    client: &Client,
    endpoint: &str,
    page_size: u32,
    see: &mut (dyn FnMut(Json) + Send),
) -> Result<Ended, Failure> {
    let mut ids = HashSet::new();
    let mut position: u64 = 1;
    let mut announced = None;
    let mut steady = true;
    loop {
        let page = match page(client, endpoint, position, page_size).await {
            Ok(page) => page,
            // Some services refuse to look behind the end; then their total must speak for them.
            Err(failure) if is_behind_the_end(&failure, position, announced) => {
                return Ok(Ended { by_itself: steady, announced });
            }
            Err(failure) => return Err(failure),
        };
        // A page behind the end may say 0, meaning itself.
        let says_nothing = page.items.is_empty() && page.total == Some(0) && announced.is_some();
        if !says_nothing {
            steady &= position == 1 || page.total == announced;
            announced = page.total;
        }
        if page.items.is_empty() {
            return Ok(Ended { by_itself: steady, announced });
        }
        position += page.items.len() as u64;
        let mut progress = false;
        for item in page.items {
            match wire::id(&item) {
                Some(id) => {
                    if ids.insert(id) {
                        progress = true;
                        see(item);
                    }
                }
                None => see(item),
            }
        }
        if !progress {
            // The same page again: startIndex is ignored, and what follows cannot be reached.
            return Ok(Ended { by_itself: false, announced });
        }
    }
}

async fn page(client: &Client, endpoint: &str, position: u64, page_size: u32) -> Result<Page, Failure> {
    let (start, count) = (position.to_string(), page_size.to_string());
    let json = client.get(&[endpoint], &[("startIndex", &start), ("count", &count)]).await?;
    Page::read(&json).ok_or_else(|| {
        Failure::permanent(format!("GET {}/{endpoint} was answered with JSON that is no listing", client.base()))
            .hinted("is the URL that of a SCIM 2.0 service?")
    })
}

fn is_behind_the_end(failure: &Failure, position: u64, announced: Option<u64>) -> bool {
    (failure.is_status(400) || failure.is_status(404)) && position > 1 && announced == Some(position - 1)
}
