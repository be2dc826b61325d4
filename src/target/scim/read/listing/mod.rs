//! Reading a whole listing, page by page, and the evidence that it was whole.
//!
//! Services cap pages, shift them, repeat them, lose rows, and announce totals that are wrong or the length of the page.
//! So resources are told apart by id, a listing goes on until the service itself says that nothing follows, and what it
//! announced is held against what came.

use std::collections::HashSet;

use crate::object::{Kind, ObjectKey};
use crate::target::scim::http::answer::Failure;
use crate::target::scim::http::client::Client;
use crate::target::scim::profile::{Listing, Paging};
use crate::target::scim::read::page::{Item, Page};

mod cursor;
mod index;

/// The endpoint of a kind; there is none for units and contacts.
pub fn endpoint(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Unit | Kind::Contact => None,
        Kind::User => Some("Users"),
        Kind::Group => Some("Groups"),
    }
}

/// How a listing came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ended {
    /// The service itself said that nothing follows, and never contradicted itself.
    pub by_itself: bool,
    /// The total that the last page announced.
    pub announced: Option<u64>,
    /// Resources that came, each counted once, and those without an id.
    pub seen: u64,
    /// What the service did that no service should, for people.
    pub odd: Vec<String>,
}

/// Takes each resource of a listing, once. What has no id is handed over as it comes.
pub type See<'a> = dyn FnMut(Item) + Send + 'a;

/// Reads every resource of an endpoint.
pub async fn read_all(
    client: &Client,
    endpoint: &str,
    (listing, size): (&Listing, u32),
    see: &mut See<'_>,
) -> Result<Ended, Failure> {
    let pages = Pages { client, endpoint, sort_by: listing.sort_by.as_deref() };
    match listing.paging {
        None | Some(Paging::Index) => index::read_all(&pages, size, see).await,
        Some(Paging::Cursor) => cursor::read_all(&pages, size, see).await,
        Some(Paging::None) => {
            Err(Failure::permanent(format!("GET {}/{endpoint}: by its profile it has no listings", client.base())))
        }
    }
}

/// The pages of one endpoint.
struct Pages<'a> {
    client: &'a Client,
    endpoint: &'a str,
    sort_by: Option<&'a str>,
}

impl Pages<'_> {
    async fn page(&self, place: &[(&str, &str)], size: u32) -> Result<Page, Failure> {
        let count = size.to_string();
        let mut query = place.to_vec();
        query.push(("count", &count));
        query.extend(self.sort_by.map(|attribute| ("sortBy", attribute)));
        self.client.page(&[self.endpoint], &query).await
    }
}

/// What a page was too large for can come in smaller ones.
fn smaller(failure: &Failure, size: u32) -> Option<u32> {
    (failure.is_status(413) && size > 1).then_some(size / 2)
}

/// The resources of one pass over a listing.
#[derive(Debug, Default)]
struct Seen {
    ids: HashSet<ObjectKey>,
    nameless: u64,
}

impl Seen {
    /// Hands over what is new of a page, unless an earlier pass did; answers whether anything was new.
    fn take(&mut self, items: Vec<Item>, before: &HashSet<ObjectKey>, see: &mut See<'_>) -> bool {
        let mut progress = false;
        for item in items {
            match item.key {
                Some(key) => {
                    let known = before.contains(&key);
                    if self.ids.insert(key) {
                        progress = true;
                        if !known {
                            see(item);
                        }
                    }
                }
                None => {
                    self.nameless += 1;
                    see(item);
                }
            }
        }
        progress
    }

    fn count(&self) -> u64 {
        self.ids.len() as u64 + self.nameless
    }
}
