//! The preflight: each thing that a run needs, looked at by reads alone.

use std::path::Path;

use super::ber::Filter;
use super::connection::{connect, reach, session};
use super::dn::Dn;
use super::encoding;
use super::entry::Entry;
use super::indexes;
use super::object::naming_attribute;
use super::profile::{Disabled, Profile};
use super::server::Server;
use super::session::{Failure, Query, Session};
use super::settings::{Places, Settings};
use super::sign_in::sign_in;
use super::transport::OpenError;
use crate::object::Kind;
use crate::target::Finding;

/// Looks at everything, in the order in which a run would fail; stops where the rest cannot be looked at.
pub async fn check(settings: &Settings, folder: &Path, places: &Places) -> Vec<Finding> {
    let url = &settings.url;
    let mut findings = Vec::new();
    let mut opened = match connect(settings, folder).await {
        Ok(opened) => opened,
        Err(error) => return vec![unopened(&format!("cannot connect to {url}"), error)],
    };
    let url = opened.server.to_string();
    findings.push(good(if settings.plain {
        format!("connected to {url}, in the clear, as the configuration allows")
    } else {
        format!("connected to {url}, its certificate is good")
    }));
    let signed_in = match sign_in(&mut opened, settings, folder).await {
        Ok(()) => session(opened, settings).await,
        Err(error) => Err(error),
    };
    let session = match signed_in {
        Ok(session) => session,
        Err(error) => {
            findings.push(unopened(&url, error));
            return findings;
        }
    };
    findings.push(good(format!("signed in as {}", settings.bind_dn)));
    for server in settings.servers().unwrap_or_default() {
        if server.to_string() != url {
            findings.push(other(server, settings, folder).await);
        }
    }
    let session = match session.learn_domain(&places.base).await {
        Ok(session) => session,
        Err(failure) => {
            findings.push(bad(format!("{url}: the rootDSE cannot be read: {failure}"), None));
            return findings;
        }
    };
    Check { session, settings, places, findings }.run().await
}

/// A server that stands in when the first cannot be reached.
async fn other(server: Server, settings: &Settings, folder: &Path) -> Finding {
    let name = server.to_string();
    let signed_in = match reach(server, settings, folder).await {
        Ok(mut opened) => sign_in(&mut opened, settings, folder).await,
        Err(error) => Err(error),
    };
    match signed_in {
        Ok(()) => good(format!("{name} can be used too")),
        Err(error) => unopened(&format!("{name} cannot be used"), error),
    }
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
        // no mapping makes contacts yet, so no right to create them is missed
        for kind in [Kind::Unit, Kind::User, Kind::Group] {
            self.base(self.places.root(kind), &[self.settings.profile.class(kind)]).await;
            self.one(kind).await;
        }
        if let Some(leavers) = &self.places.leavers {
            self.base(leavers, &[]).await;
        }
        self.names().await;
        self.lock().await;
        self.encoding().await;
        if !self.settings.profile.is_ad() {
            self.mark().await;
            self.findings.push(indexes::look(&self.session, self.settings).await);
        }
        self.findings
    }

    /// A container can be read, and objects of these classes can be created in it (allowedChildClassesEffective,
    /// [MS-ADTS] section 3.1.1.4.5.23).
    async fn base(&mut self, base: &Dn, classes: &[&str]) {
        let attributes = ["objectClass".to_owned(), "allowedChildClassesEffective".to_owned()];
        let entry = match self.session.entry(&base.to_string(), &Filter::everything(), &attributes).await {
            Ok(Some(entry)) if entry.values("objectClass").next().is_some() => entry,
            Ok(_) => {
                let hint = "it does not exist, or the account may not read it";
                return self.findings.push(bad(format!("{base} cannot be seen"), Some(hint)));
            }
            Err(failure) => return self.findings.push(bad(format!("{base} cannot be read: {failure}"), None)),
        };
        // Other directories do not tell what may be written.
        if classes.is_empty() || !self.settings.profile.is_ad() {
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
        let mut query = Query::subtree(base, self.settings.profile.filter(kind), &["allowedAttributesEffective"]);
        query.attributes.extend([self.settings.profile.id_attribute(), self.settings.switch()].map(str::to_owned));
        let found = match self.session.page(&query, 2, &[]).await {
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
        let text = format!("{kind} {} can be read", entry.dn);
        if !self.settings.profile.is_ad() {
            return self.findings.push(good(text));
        }
        let missing = self.not_writable(kind, &entry);
        self.findings.push(if missing.is_empty() {
            good(format!("{text} and written"))
        } else {
            let hint = format!("grant {} the right to write them on {kind} objects", self.settings.bind_dn);
            bad(format!("{text}, but not its {} written", missing.join(", ")), Some(&hint))
        });
    }

    fn not_writable<'b>(&'b self, kind: Kind, entry: &Entry) -> Vec<&'b str> {
        let may = entry.texts("allowedAttributesEffective");
        let mut needed = vec![self.settings.stamp(), naming_attribute(kind)];
        match kind {
            Kind::Unit => {}
            Kind::User => needed.extend(["userAccountControl", "manager"]),
            Kind::Contact => needed.push("manager"),
            Kind::Group => needed.push("member"),
        }
        needed.retain(|name| !may.iter().any(|known| known.eq_ignore_ascii_case(name)));
        needed
    }

    /// OpenLDAP heeds a lock only under a policy with pwdLockout; without one a disabled user can still sign in.
    async fn lock(&mut self) {
        if self.settings.profile != Profile::OpenLdap || self.settings.disabled.is_some() {
            return;
        }
        let Some(base) = self.session.domain() else { return };
        let filter = Filter::All(vec![Filter::equal("objectClass", "pwdPolicy"), Filter::equal("pwdLockout", "TRUE")]);
        let query = Query::subtree(base, filter, &["cn"]);
        let read = match self.session.page(&query, 1, &[]).await {
            Ok(page) => page.end.map(|_| page.entries.len()),
            Err(failure) => Err(failure),
        };
        self.findings.push(if matches!(read, Ok(1..)) {
            good("a password policy heeds locks".into())
        } else {
            let text = format!("no password policy with pwdLockout can be seen below {base}");
            bad(text, Some("without it a user that is locked can still sign in: set up ppolicy, or set disabled"))
        });
    }

    /// Whether the mark of a disabled user may be seen, or at least compared (RFC 4511 section 4.10): that it is not there
    /// tells nothing.
    async fn mark(&mut self) {
        let Some(disabled) = self.settings.disabled() else { return };
        let Disabled { attribute, value } = &disabled;
        let query = Query::subtree(&self.places.base, self.settings.profile.filter(Kind::User), &[attribute]);
        let Ok(page) = self.session.page(&query, 2, &[]).await else { return };
        let Some(user) = page.entries.first() else { return };
        if user.values(attribute).next().is_some() {
            return self.findings.push(good(format!("{attribute} of users can be read")));
        }
        self.findings.push(match self.session.compare(&user.dn, attribute, value).await {
            Err(Failure::Refused { code: 50 | 32, .. }) | Ok(true) => {
                let text = format!("{attribute} of users may not be read, and {} shows none", user.dn);
                let account = &self.settings.bind_dn;
                Finding::bad(text)
                    .breaks("everybody looks enabled: who is disabled and should not be stays so, and nobody notices")
                    .command(format!("olcAccess: to attrs={attribute} by dn.exact=\"{account}\" write by * break"))
            }
            _ => good(format!("{attribute} of users may be looked at")),
        });
    }

    async fn encoding(&mut self) {
        match encoding::look(&self.session, self.settings.profile, &self.places.base).await {
            Ok(finding) => self.findings.extend(finding),
            Err(failure) => self.findings.push(bad(format!("the names of users cannot be read: {failure}"), None)),
        }
    }

    async fn names(&mut self) {
        let Some(base) = self.places.names.as_ref().or(self.session.domain()) else {
            let text = "the server tells no naming context";
            return self.findings.push(bad(text.into(), Some("set names_base")));
        };
        let login = self.settings.profile.login();
        let query = Query::subtree(base, Filter::present(login), &[login]);
        let read = match self.session.page(&query, 1, &[]).await {
            Ok(page) => page.end.map(|_| page.entries.len()),
            Err(failure) => Err(failure),
        };
        self.findings.push(match read {
            Ok(0) => {
                let hint = format!("may the account read {login}?");
                bad(format!("no taken login can be seen below {base}"), Some(&hint))
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
