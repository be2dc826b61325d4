//! The preflight: each thing that a run needs, looked at by reads alone.

use std::path::Path;

use super::connection::{OpenError, connect, sign_in};
use super::dn::Dn;
use super::entry::Entry;
use super::object::{filter, naming_attribute};
use super::session::{Query, Session};
use super::settings::{Places, Settings};
use crate::object::Kind;
use crate::target::Finding;

/// Looks at everything, in the order in which a run would fail; stops where the rest cannot be looked at.
pub async fn check(settings: &Settings, folder: &Path, places: &Places) -> Vec<Finding> {
    let url = &settings.url;
    let mut findings = Vec::new();
    let session = match connect(settings, folder).await {
        Ok(session) => session,
        Err(error) => return vec![unopened(&format!("cannot connect to {url}"), error)],
    };
    findings.push(good(format!("connected to {url}, its certificate is good")));
    if let Err(error) = sign_in(&session, settings, folder).await {
        findings.push(unopened(url, error));
        return findings;
    }
    findings.push(good(format!("signed in as {}", settings.bind_dn)));
    let session = match session.learn_domain().await {
        Ok(session) => session,
        Err(failure) => {
            findings.push(bad(format!("{url}: the rootDSE cannot be read: {failure}"), None));
            return findings;
        }
    };
    Check { session, settings, places, findings }.run().await
}

struct Check<'a> {
    session: Session,
    settings: &'a Settings,
    places: &'a Places,
    findings: Vec<Finding>,
}

impl Check<'_> {
    async fn run(mut self) -> Vec<Finding> {
        self.base(&self.places.base, &[]).await;
        for (kind, class) in [(Kind::Unit, "organizationalUnit"), (Kind::User, "user"), (Kind::Group, "group")] {
            self.base(self.places.root(kind), &[class]).await;
            self.one(kind).await;
        }
        self.names().await;
        self.findings
    }

    /// A container can be read, and objects of these classes can be created in it (allowedChildClassesEffective,
    /// [MS-ADTS] section 3.1.1.4.5.23).
    async fn base(&mut self, base: &Dn, classes: &[&str]) {
        let attributes = ["objectClass".to_owned(), "allowedChildClassesEffective".to_owned()];
        let entry = match self.session.entry(&base.to_string(), "(objectClass=*)", &attributes).await {
            Ok(Some(entry)) if entry.values("objectClass").next().is_some() => entry,
            Ok(_) => {
                let hint = "it does not exist, or the account may not read it";
                return self.findings.push(bad(format!("{base} cannot be seen"), Some(hint)));
            }
            Err(failure) => return self.findings.push(bad(format!("{base} cannot be read: {failure}"), None)),
        };
        if classes.is_empty() {
            return self.findings.push(good(format!("{base} can be read")));
        }
        let allowed = entry.texts("allowedChildClassesEffective");
        for class in classes {
            let may = allowed.iter().any(|known| known.eq_ignore_ascii_case(class));
            let text = format!("{} {class} objects in {base}", if may { "may create" } else { "may not create" });
            let hint = format!("grant {} the right to create {class} objects there", self.settings.bind_dn);
            self.findings.push(if may { good(text) } else { bad(text, Some(&hint)) });
        }
    }

    /// One object of a kind can be read, and written as far as rosterd always writes.
    async fn one(&mut self, kind: Kind) {
        let base = &self.places.base;
        let mut query = Query::subtree(base, filter(kind).to_owned(), &["objectGUID", "allowedAttributesEffective"]);
        query.attributes.push("userAccountControl".into());
        let found = match self.session.page(&query, 2, Vec::new()).await {
            Ok(page) => page.end.map(|_| page.entries),
            Err(failure) => Err(failure),
        };
        let entries = match found {
            Ok(entries) => entries,
            Err(failure) => {
                return self.findings.push(bad(format!("{kind}s below {base} cannot be read: {failure}"), None));
            }
        };
        let ours = entries.into_iter().find(|entry| !self.places.configured(entry.dn.handle()));
        let Some(entry) = ours else {
            return self.findings.push(good(format!("there is no {kind} below {base} yet")));
        };
        let missing = self.not_writable(kind, &entry);
        let text = format!("{kind} {} can be read", entry.dn);
        self.findings.push(if missing.is_empty() {
            good(format!("{text} and written"))
        } else {
            let hint = format!("grant {} the right to write them on {kind} objects", self.settings.bind_dn);
            bad(format!("{text}, but not its {} written", missing.join(", ")), Some(&hint))
        });
    }

    fn not_writable<'b>(&'b self, kind: Kind, entry: &Entry) -> Vec<&'b str> {
        let may = entry.texts("allowedAttributesEffective");
        let mut needed = vec![self.settings.stamp_attribute.as_str(), naming_attribute(kind)];
        match kind {
            Kind::Unit => {}
            Kind::User => needed.extend(["userAccountControl", "manager"]),
            Kind::Group => needed.push("member"),
        }
        needed.retain(|name| !may.iter().any(|known| known.eq_ignore_ascii_case(name)));
        needed
    }

    async fn names(&mut self) {
        let Some(base) = self.places.names.as_ref().or(self.session.domain()) else {
            let text = "the server tells no defaultNamingContext";
            return self.findings.push(bad(text.into(), Some("set names_base")));
        };
        let query = Query::subtree(base, "(sAMAccountName=*)".into(), &["sAMAccountName"]);
        let read = match self.session.page(&query, 1, Vec::new()).await {
            Ok(page) => page.end.map(|_| page.entries.len()),
            Err(failure) => Err(failure),
        };
        self.findings.push(match read {
            Ok(0) => {
                bad(format!("no taken login can be seen below {base}"), Some("may the account read sAMAccountName?"))
            }
            Ok(_) => good(format!("taken logins can be read below {base}")),
            Err(failure) => bad(format!("taken logins cannot be read below {base}: {failure}"), None),
        });
    }
}

fn unopened(what: &str, error: OpenError) -> Finding {
    Finding { ok: false, text: format!("{what}: {error}"), hint: error.hint, ..Finding::default() }
}

fn good(text: String) -> Finding {
    Finding { ok: true, text, hint: None, ..Finding::default() }
}

fn bad(text: String, hint: Option<&str>) -> Finding {
    Finding { ok: false, text, hint: hint.map(str::to_owned), ..Finding::default() }
}
