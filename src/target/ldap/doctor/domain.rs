//! What the domain is like: its schema beside the mapping, its limits, its recycle bin, its deleted objects.

use super::{Doctor, Server};
use crate::object::{AttributeName, Kind, aspect};
use crate::target::Finding;
use crate::target::ldap::ber::{Filter, Scope, control};
use crate::target::ldap::entry::Entry;
use crate::target::ldap::pages::all;
use crate::target::ldap::profile::Profile;
use crate::target::ldap::schema::schema;
use crate::target::ldap::session::{Failure, Query};

/// fATTINDEX of searchFlags ([MS-ADTS] section 2.2.10).
const INDEXED: i64 = 1;

/// FLAG_ATTR_NOT_REPLICATED and FLAG_ATTR_IS_CONSTRUCTED of systemFlags ([MS-ADTS] section 2.2.10).
const OF_ONE_SERVER: i64 = 0x1 | 0x4;

/// What the server keeps of signing in, although the schema does not say that nobody else may write it ([MS-SAMR] section
/// 3.1.1.8).
const OF_SIGNING_IN: [&str; 4] = ["lastLogonTimestamp", "badPwdCount", "badPasswordTime", "lockoutTime"];

impl Doctor<'_> {
    pub(super) async fn domain(&self, server: &Server) -> Result<Vec<Finding>, Failure> {
        let mut findings = self.attributes(server).await?;
        findings.push(self.index(server).await?);
        findings.push(self.page_limit(server).await?);
        findings.push(self.recycle_bin(server).await?);
        findings.push(self.deleted_objects(server).await?);
        Ok(findings)
    }

    /// The mapped attributes are in the schema, and hold what the shipped one says.
    async fn attributes(&self, server: &Server) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        let (mut known, mut mapped) = (0, 0);
        for (kind, names) in self.mapped {
            let plain = |name: &&AttributeName| !aspect::ALL.iter().any(|other| name.is(other));
            let names: Vec<&str> = names.iter().filter(plain).map(AttributeName::as_str).collect();
            let found =
                self.schema_of(&names, server, &["rangeUpper", "isSingleValued", "systemOnly", "systemFlags"]).await?;
            mapped += names.len();
            for name in names {
                let is = |entry: &&Entry| entry.text("lDAPDisplayName").is_some_and(|it| it.eq_ignore_ascii_case(name));
                let Some(entry) = found.iter().find(is) else {
                    let text = format!("the schema knows no attribute {name}, which rules of {kind}s set");
                    findings.push(Finding::bad(text).breaks("every step that sets it is refused with 16"));
                    continue;
                };
                known += 1;
                findings.extend(of_the_server(*kind, name, entry));
                findings.extend(differs(*kind, name, entry));
            }
        }
        if known == mapped {
            findings.insert(0, Finding::good(format!("the schema knows all {mapped} mapped attributes")));
        }
        Ok(findings)
    }

    async fn index(&self, server: &Server) -> Result<Finding, Failure> {
        let stamp = self.settings.stamp();
        let found = self.schema_of(&[stamp], server, &["searchFlags"]).await?;
        let Some(entry) = found.first() else {
            let text = format!("the schema knows no attribute {stamp}, the stamp");
            return Ok(Finding::bad(text).breaks("nothing can be created"));
        };
        let flags: i64 = entry.text("searchFlags").and_then(|flags| flags.parse().ok()).unwrap_or_default();
        Ok(match flags & INDEXED {
            0 => Finding::warning(format!("{stamp}, the stamp, has no index"))
                .breaks("recovery after a crash looks at every object to find one: slow in a large domain")
                .command(format!("set bit 0 of searchFlags of {} (now {flags}), as a schema administrator", entry.dn)),
            _ => Finding::good(format!("{stamp}, the stamp, has an index")),
        })
    }

    /// MaxPageSize of the query policy ([MS-ADTS] section 3.1.1.3.4.6).
    async fn page_limit(&self, server: &Server) -> Result<Finding, Failure> {
        let policy = "CN=Default Query Policy,CN=Query-Policies,CN=Directory Service,CN=Windows NT,CN=Services";
        let policy = format!("{policy},{}", server.configuration);
        let entry = self.session.entry(&policy, &Filter::everything(), &["lDAPAdminLimits".to_owned()]).await?;
        let limits = entry.as_ref().map(|entry| entry.texts("lDAPAdminLimits")).unwrap_or_default();
        let limit = limits.iter().find_map(|limit| limit.strip_prefix("MaxPageSize=")?.parse::<u32>().ok());
        let size = self.settings.page_size;
        Ok(match limit {
            Some(limit) if limit < size => {
                Finding::warning(format!("page_size is {size}, and the server gives at most {limit} objects in a page"))
                    .breaks("reads take more pages than the setting says")
            }
            Some(limit) => Finding::good(format!("the server gives up to {limit} objects in a page")),
            None => Finding::good("the server does not tell how many objects it gives in a page".into()),
        })
    }

    async fn recycle_bin(&self, server: &Server) -> Result<Finding, Failure> {
        let partitions = format!("CN=Partitions,{}", server.configuration);
        let names = ["msDS-EnabledFeature".to_owned()];
        let entry = self.session.entry(&partitions, &Filter::everything(), &names).await?;
        let features = entry.as_ref().map(|entry| entry.texts("msDS-EnabledFeature")).unwrap_or_default();
        let on = features.iter().any(|feature| feature.starts_with("CN=Recycle Bin Feature,"));
        if on {
            return Ok(Finding::good("the recycle bin is on".into()));
        }
        let domain = self.session.domain().map(ToString::to_string).unwrap_or_default();
        let forest = domain.replace("DC=", "").replace(',', ".");
        let enable = format!(
            "Enable-ADOptionalFeature \"Recycle Bin Feature\" -Scope ForestOrConfigurationSet -Target {forest}"
        );
        Ok(Finding::warning("the recycle bin is off".into())
            .breaks("what is deleted comes back without its attributes and memberships")
            .command(enable))
    }

    async fn deleted_objects(&self, server: &Server) -> Result<Finding, Failure> {
        let domain = self.session.domain().map(ToString::to_string).unwrap_or_default();
        let query = Query {
            base: format!("CN=Deleted Objects,{domain}"),
            scope: Scope::Base,
            filter: Filter::everything(),
            attributes: vec!["objectClass".into()],
        };
        let page = self.session.page_with(&query, 1, vec![control::show_deleted()]).await?;
        let seen = page.end.is_ok() && page.entries.iter().any(|entry| entry.values("objectClass").next().is_some());
        Ok(match seen {
            true => Finding::good("deleted objects can be read".into()),
            false => Finding::warning("deleted objects cannot be read".into())
                .breaks("a linked object that is gone cannot be told from one that we may not read, and stays held")
                .command(server.grantee.deleted(&domain)),
        })
    }

    /// The attributeSchema objects of these attributes.
    pub(super) async fn schema_of(
        &self,
        names: &[&str],
        server: &Server,
        wanted: &[&str],
    ) -> Result<Vec<Entry>, Failure> {
        let filter = Filter::Any(names.iter().map(|name| Filter::equal("lDAPDisplayName", *name)).collect());
        let mut attributes = vec!["lDAPDisplayName".to_owned()];
        attributes.extend(wanted.iter().map(|name| (*name).to_owned()));
        let query = Query { base: server.schema.clone(), scope: Scope::Subtree, filter, attributes };
        all(self.session, &query, self.settings.page_size, usize::MAX).await
    }
}

/// An attribute that the server alone writes, which a rule can only set by mistake.
fn of_the_server(kind: Kind, name: &str, entry: &Entry) -> Option<Finding> {
    let flags: i64 = entry.text("systemFlags").and_then(|flags| flags.parse().ok()).unwrap_or_default();
    let why = if entry.text("systemOnly").is_some_and(|only| only.eq_ignore_ascii_case("true")) {
        "the server alone writes it"
    } else if flags & OF_ONE_SERVER != 0 {
        "each server computes or keeps it for itself, and servers show different values"
    } else if OF_SIGNING_IN.iter().any(|kept| kept.eq_ignore_ascii_case(name)) {
        "the server keeps it, days behind what it says"
    } else {
        return None;
    };
    let finding = Finding::bad(format!("{name}, which rules of {kind}s set, is not ours to write: {why}"));
    let hint = Some(format!("take {name} out of the mapping"));
    Some(Finding { hint, ..finding.breaks("every step that sets it is refused, or comes again in each run") })
}

/// Where the domain's schema is narrower than the shipped one, which plans are checked by.
fn differs(kind: Kind, name: &str, entry: &Entry) -> Option<Finding> {
    let rule = schema(Profile::Ad, kind).rule(&name.into());
    let upper: Option<usize> = entry.text("rangeUpper").and_then(|upper| upper.parse().ok());
    if upper.is_some_and(|upper| rule.max_length.is_none_or(|length| length > upper)) {
        let upper = upper.unwrap_or_default();
        let text =
            format!("{name} of {kind}s takes {upper} characters here, and longer values are not held in the plan");
        let hint = format!("cut it in the mapping: truncate(…, {upper})");
        return Some(Finding { hint: Some(hint), ..Finding::warning(text).breaks("longer values are refused") });
    }
    let single = entry.text("isSingleValued").is_some_and(|single| single.eq_ignore_ascii_case("true"));
    (single && !rule.single).then(|| {
        let text = format!("{name} of {kind}s takes one value here, and several are not held in the plan");
        Finding::warning(text).breaks("more than one value is refused")
    })
}
