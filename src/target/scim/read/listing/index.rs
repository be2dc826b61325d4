//! Listings by index (RFC 7644 section 3.4.2.4). The position advances by what came, never by what was asked for, and
//! the page behind the last resource counts a second time: what it announces is what the first page announced.
//!
//! Some services (SCIMMY) show the list again behind its end. That is an end only where startIndex is known to be
//! honoured: one that ignores it shows a first page again and again, and may announce no more than that.

use std::collections::HashSet;

use super::{Ended, Pages, See, Seen, smaller};
use crate::target::scim::http::answer::Failure;

pub async fn read_all(pages: &Pages<'_>, mut size: u32, see: &mut See<'_>) -> Result<Ended, Failure> {
    let mut seen = Seen::default();
    let mut position: u64 = 1;
    let mut announced = None;
    let mut steady = true;
    let (mut first, mut honoured) = (None, false);
    let ended = |seen: &Seen, by_itself, announced, odd: &str| Ended {
        by_itself,
        announced,
        seen: seen.count(),
        odd: Some(odd).filter(|odd| !odd.is_empty()).map(str::to_owned).into_iter().collect(),
    };
    loop {
        let page = match pages.page(&[("startIndex", &position.to_string())], size).await {
            Ok(page) => page,
            Err(failure) if let Some(half) = smaller(&failure, size) => {
                size = half;
                continue;
            }
            // Some services refuse to look behind the end; then their total must speak for them.
            Err(failure) if is_behind_the_end(&failure, position, announced) => {
                return Ok(ended(&seen, steady, announced, ""));
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
            let odd = if steady { "" } else { "the number of resources that it announces changed from page to page" };
            return Ok(ended(&seen, steady, announced, odd));
        }
        first = first.or_else(|| page.items.first()?.id.clone());
        let (before, asked_at) = (seen.count(), position);
        position += page.items.len() as u64;
        if seen.take(page.items, &HashSet::new(), see) {
            honoured |= asked_at > 1;
            continue;
        }
        let all = steady && announced == Some(before) && asked_at - 1 == before;
        if all && (honoured || before == 1 || skips_the_first(pages, first.as_deref()).await?) {
            return Ok(ended(&seen, true, announced, ""));
        }
        // The same page again: what follows cannot be reached.
        return Ok(ended(&seen, false, announced, "a page came again: it ignores startIndex"));
    }
}

/// Whether the listing from the second resource on begins with another than the first.
async fn skips_the_first(pages: &Pages<'_>, first: Option<&str>) -> Result<bool, Failure> {
    let second = pages.page(&[("startIndex", "2")], 1).await?.items.into_iter().next().and_then(|item| item.id);
    Ok(second.is_some() && second.as_deref() != first)
}

fn is_behind_the_end(failure: &Failure, position: u64, announced: Option<u64>) -> bool {
    (failure.is_status(400) || failure.is_status(404)) && position > 1 && announced == Some(position - 1)
}
