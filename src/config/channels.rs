//! `[mail]`, `[webhook.NAME]`, `[folder.NAME]`: how letters leave, and which of these ways one goes. What each needs to
//! know is said by [`deliver`](crate::deliver).

use std::collections::BTreeSet;

use serde::Deserialize;

use super::check;
use super::document::Document;
use super::read::Removed;
use super::settings::Sections;
use crate::deliver::mail::address_problem;
use crate::org::nearest;
use crate::store::{Channel, Way};

/// Where letters go: each of the ways, and each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Channels {
    /// Addresses of mail; needs `[mail]`.
    pub mail: Vec<String>,
    /// Names of webhooks.
    pub webhooks: Vec<String>,
    /// Names of folders.
    pub folders: Vec<String>,
}

impl Channels {
    pub fn ways(&self) -> Vec<Way> {
        let of = |channel, to: &[String]| to.iter().map(|to| Way { channel, to: to.clone() }).collect::<Vec<_>>();
        let all =
            [of(Channel::Mail, &self.mail), of(Channel::Webhook, &self.webhooks), of(Channel::Folder, &self.folders)];
        all.concat().into_iter().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Checks the sections that say how letters leave.
pub(super) fn sections(document: &mut Document<'_>, sections: &Sections) {
    if let Some(mail) = &sections.mail {
        check::told(document, &["mail"], mail.problems());
    }
    for (name, webhook) in &sections.webhook {
        check::plain_name(document, &["webhook", name]);
        check::told(document, &["webhook", name], webhook.problems());
    }
    for (name, folder) in &sections.folder {
        check::plain_name(document, &["folder", name]);
        check::told(document, &["folder", name], folder.problems());
    }
}

/// Checks the ways that stand at `path`.
pub(super) fn channels(
    document: &mut Document<'_>,
    path: &[&str],
    to: &Channels,
    (sections, removed): (&Sections, &Removed),
) {
    if to.ways().is_empty() {
        let hint = "write { mail = [\"it@example.org\"] }, { webhooks = [\"NAME\"] } or { folders = [\"NAME\"] }";
        document.at_value(path, "nobody gets this", Some(hint.to_owned()));
    }
    let is_removed = |entry: &[&str]| removed.iter().any(|path| path == entry);
    if !to.mail.is_empty() && sections.mail.is_none() && !is_removed(&["mail"]) {
        let hint = "write [mail] with server and from".to_owned();
        document.at_value(&[path, &["mail"]].concat(), "nothing says how mail leaves", Some(hint));
    }
    for problem in to.mail.iter().filter_map(|address| address_problem(address)) {
        check::told_at(document, &[path, &["mail"]].concat(), &problem);
    }
    let mut known = |key: &str, section: &str, written: &[String], names: Vec<&String>| {
        for name in written.iter().filter(|name| !names.contains(name) && !is_removed(&[section, name])) {
            let hint = match nearest(name, names.iter().map(|name| name.as_str())) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("write a section [{section}.{name}]"),
            };
            document.at_value(&[path, &[key]].concat(), format!("there is no {section} {name:?}"), Some(hint));
        }
    };
    known("webhooks", "webhook", &to.webhooks, sections.webhook.keys().collect());
    known("folders", "folder", &to.folders, sections.folder.keys().collect());
}
