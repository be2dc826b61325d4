//! Listings by cursor (RFC 9865): the first page is asked for with an empty cursor, each names the next, and the last
//! names none. Parameters stay the same from page to page. Pages may be short, even empty, before the last.
//!
//! A cursor that expired or is not known any more makes the service forget where it was. The whole listing is read once
//! more then; a second time is an error.

use std::collections::HashSet;

use super::{Ended, Pages, See, Seen, smaller};
use crate::object::ObjectKey;
use crate::target::scim::http::answer::Failure;

/// So many pages in a row without anything new are no listing.
const PATIENCE: u32 = 100;

pub async fn read_all(pages: &Pages<'_>, mut size: u32, see: &mut See<'_>) -> Result<Ended, Failure> {
    let mut earlier = HashSet::new();
    let mut again = false;
    loop {
        let mut seen = Seen::default();
        match pass(pages, size, &mut seen, &earlier, see).await {
            Ok(ended) => return Ok(ended),
            Err((failure, _)) if let Some(half) = smaller(&failure, size) => size = half,
            Err((failure, later)) if later && failure.is_status(400) && !again => again = true,
            Err((failure, later)) if later && failure.is_status(400) => {
                return Err(failure.hinted(
                    "the service forgets its cursors while it is read: smaller pages are not asked \
                                           for one after the other, so it may be too slow",
                ));
            }
            Err((failure, _)) => return Err(failure),
        }
        earlier.extend(seen.ids);
    }
}

/// Reads from the first page to the last. A failure comes with whether it was on a later page.
async fn pass(
    pages: &Pages<'_>,
    size: u32,
    seen: &mut Seen,
    earlier: &HashSet<ObjectKey>,
    see: &mut See<'_>,
) -> Result<Ended, (Failure, bool)> {
    let mut cursor = String::new();
    let mut cursors = HashSet::new();
    let (mut announced, mut steady, mut idle) = (None, true, 0);
    loop {
        let later = !cursor.is_empty();
        let page = pages.page(&[("cursor", &cursor)], size).await.map_err(|failure| (failure, later))?;
        if let Some(total) = page.total {
            steady &= announced.is_none_or(|announced| announced == total);
            announced = Some(total);
        }
        idle = if seen.take(page.items, earlier, see) { 0 } else { idle + 1 };
        let ended = |by_itself, odd: Option<&str>| Ended {
            by_itself,
            announced,
            seen: seen.count(),
            odd: odd.map(str::to_owned).into_iter().collect(),
        };
        match page.next {
            // Without a total nothing speaks for a service that does not know cursors and shows its first page.
            None if !later && announced.is_some_and(|total| total > seen.count()) => {
                return Ok(ended(false, Some("it names no next page, although it announces more: it ignores cursor")));
            }
            None => {
                let odd = "the number of resources that it announces changed from page to page";
                return Ok(ended(steady, (!steady).then_some(odd)));
            }
            Some(next) if !cursors.insert(next.clone()) => {
                return Ok(ended(false, Some("a cursor came again: its pages have no end")));
            }
            Some(_) if idle >= PATIENCE => {
                return Ok(ended(false, Some("its pages show nothing new any more, and have no end")));
            }
            Some(next) => cursor = next,
        }
    }
}
