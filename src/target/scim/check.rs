//! The preflight: what works, what does not, and how to mend it. Writes nothing.

use serde_json::Value as Json;

use super::answer::Failure;
use super::service::Service;
use super::wire::{self, Page};
use crate::target::Finding;

impl Service {
    pub async fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
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
        findings.push(self.announcement().await);
        findings
    }

    /// What the service says of itself is a hint only: many say nothing, or something wrong.
    async fn announcement(&self) -> Finding {
        let text = match self.client.get(&["ServiceProviderConfig"], &[]).await {
            Ok(config) => {
                let supports = |feature: &str| {
                    let part = wire::member(&config, feature).and_then(|part| wire::member(part, "supported"));
                    match part.and_then(wire::boolean) {
                        Some(true) => "yes",
                        Some(false) => "no",
                        None => "not said",
                    }
                };
                format!("the service announces: patch {}, filter {}", supports("patch"), supports("filter"))
            }
            Err(failure) => format!("the service announces nothing about itself ({})", failure.message),
        };
        Finding { ok: true, text, hint: None, ..Finding::default() }
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
