//! The preflight: whether users and groups can be read at all. Writes nothing; what the service can do is the probe's to
//! find out.

use crate::target::scim::http::answer::Failure;
use crate::target::scim::profile::Paging;
use crate::target::scim::read::page::Page;
use crate::target::scim::service::Service;

use crate::target::Finding;

impl Service {
    pub async fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.profile.listing.paging == Some(Paging::None) {
            return vec![match self.filter_answers().await {
                Ok(()) => Finding::good(format!("{} answers when a user is looked for", self.client.base())),
                Err(failure) => failed(failure),
            }];
        }
        for endpoint in ["Users", "Groups"] {
            let what = format!("{}/{endpoint}", self.client.base());
            match self.client.page(&[endpoint], &[("startIndex", "1"), ("count", "1")]).await {
                Ok(page) => findings.push(listing(&what, &page)),
                Err(failure) => {
                    let stop = failure.fatal;
                    findings.push(failed(failure));
                    if stop {
                        return findings;
                    }
                }
            }
        }
        findings
    }
}

fn listing(what: &str, page: &Page) -> Finding {
    Finding::good(match page.total {
        Some(total) => format!("{what} can be read, {total} announced"),
        None => format!("{what} can be read, no total is announced"),
    })
}

pub(super) fn failed(failure: Failure) -> Finding {
    Finding { ok: false, text: failure.message, hint: failure.hint.map(str::to_owned), ..Finding::default() }
}
