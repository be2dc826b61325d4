//! The doctor: what an account that can sign in still lacks. A right that is missing shows itself nowhere, since what
//! may not be read looks empty; so it is told by the access control entries of the objects themselves. Reads alone.

mod descriptor;
mod domain;
mod grants;
mod hidden;
mod rights;

use std::collections::{BTreeMap, BTreeSet};

use self::descriptor::sid_text;
use self::grants::Grantee;
use super::ber::Filter;
use super::handover::PasswordSettings;
use super::session::{Failure, Session};
use super::settings::{Places, Settings};
use crate::object::{AttributeName, Kind};
use crate::target::Finding;

/// What the doctor looks at.
pub struct Doctor<'a> {
    pub session: &'a Session,
    pub settings: &'a Settings,
    pub passwords: &'a PasswordSettings,
    pub places: &'a Places,
    /// The attributes that the mapping writes.
    pub mapped: &'a BTreeMap<Kind, Vec<AttributeName>>,
}

/// What the server tells of itself and of us.
struct Server {
    schema: String,
    configuration: String,
    /// Our own security identifiers, those of our groups among them.
    identities: BTreeSet<Vec<u8>>,
    grantee: Grantee,
}

impl Doctor<'_> {
    /// All findings; what the server does not answer is a finding too.
    pub async fn look(&self) -> Vec<Finding> {
        let server = match self.server().await {
            Ok(Some(server)) => server,
            Ok(None) => return vec![Finding::warning("the server tells neither its schema nor who we are".into())],
            Err(failure) => return vec![Finding::bad(format!("the rootDSE cannot be read: {failure}"))],
        };
        let mut findings = Vec::new();
        for found in [self.domain(&server).await, self.nameless(&server).await, self.rights(&server).await] {
            match found {
                Ok(found) => findings.extend(found),
                Err(failure) => findings.push(Finding::bad(format!("not everything could be looked at: {failure}"))),
            }
        }
        findings
    }

    /// [MS-ADTS] section 3.1.1.3.2: the rootDSE; its tokenGroups are the identities of this very connection.
    async fn server(&self) -> Result<Option<Server>, Failure> {
        let names = ["schemaNamingContext", "configurationNamingContext", "vendorName", "tokenGroups"];
        let root = self.session.entry("", &Filter::everything(), &names.map(str::to_owned)).await?;
        let Some(root) = root else { return Ok(None) };
        let (Some(schema), Some(configuration)) = (root.text(names[0]), root.text(names[1])) else { return Ok(None) };
        let identities: Vec<Vec<u8>> = root.values("tokenGroups").map(<[u8]>::to_vec).collect();
        let Some(sid) = identities.first().and_then(|sid| sid_text(sid)) else { return Ok(None) };
        let ours =
            self.session.entry(&format!("<SID={sid}>"), &Filter::everything(), &["sAMAccountName".to_owned()]).await?;
        let login = ours.as_ref().and_then(|entry| entry.text("sAMAccountName")).unwrap_or("ACCOUNT");
        let domain = self.session.domain().map(ToString::to_string).unwrap_or_default();
        let domain = domain.split(',').filter_map(|part| part.split_once('=')).map(|(_, name)| name);
        let grantee = Grantee {
            samba: root.text("vendorName").is_some_and(|vendor| vendor.contains("Samba")),
            name: format!("{login}@{}", domain.collect::<Vec<_>>().join(".")),
            sid,
            base: self.places.base.to_string(),
        };
        let (schema, configuration) = (schema.to_owned(), configuration.to_owned());
        Ok(Some(Server { schema, configuration, identities: identities.into_iter().collect(), grantee }))
    }
}
