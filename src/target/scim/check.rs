//! The preflight: whether users and groups can be read at all. Writes nothing; what the service can do is the probe's to
//! find out.

use serde_json::Value as Json;

use super::answer::Failure;
use super::profile::Paging;
use super::service::Service;
use super::wire::Page;
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
            match self.client.get(&[endpoint], &[("startIndex", "1"), ("count", "1")]).await {
                Ok(json) => findings.push(listing(&what, &json)),
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

fn listing(what: &str, json: &Json) -> Finding {
    match Page::read(json) {
        Some(Page { total: Some(total), .. }) => Finding {
            ok: true,
            text: format!("{what} can be read, {total} announced"),
            hint: None,
            ..Finding::default()
        },
        Some(_) => Finding {
            ok: true,
            text: format!("{what} can be read, no total is announced"),
            hint: None,
            ..Finding::default()
        },
        None => Finding {
            ok: false,
            text: format!("{what} answered with JSON that is no listing"),
            hint: Some("is the URL that of a SCIM 2.0 service?".into()),
            ..Finding::default()
        },
    }
}

pub(super) fn failed(failure: Failure) -> Finding {
    Finding { ok: false, text: failure.message, hint: failure.hint.map(str::to_owned), ..Finding::default() }
}
