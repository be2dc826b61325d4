//! Both services past rosterd, as their own administrators see them.

use std::collections::BTreeMap;

use ldap3::SearchEntry;
use serde_json::Value;

use crate::lab::Directory;
use crate::scim::lab::Server;

pub struct Outside {
    pub directory: Directory,
    base: String,
    client: reqwest::Client,
    url: String,
    token: String,
}

/// People, not the computers that are users too.
const USERS: &str = "(&(objectCategory=person)(objectClass=user))";

impl Outside {
    pub async fn new(directory: Directory, base: String, cloud: &Server) -> Self {
        rosterd::net::install_provider();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { directory, base, client, url: cloud.url.clone(), token: cloud.token.clone() }
    }

    pub async fn users(&mut self) -> Vec<SearchEntry> {
        self.directory.search(&self.base, USERS).await
    }

    /// What matches in this site's part of the directory.
    pub async fn below(&mut self, filter: &str) -> Vec<SearchEntry> {
        self.directory.search(&self.base, filter).await
    }

    /// The one user of this login, wherever it lies.
    pub async fn user(&mut self, login: &str) -> SearchEntry {
        let mut found = self.users().await;
        found.retain(|user| one(user, "sAMAccountName") == Some(login));
        assert_eq!(found.len(), 1, "{login}");
        found.remove(0)
    }

    pub async fn logins_and_stamps(&mut self) -> Vec<(String, String)> {
        let pair =
            |user: &SearchEntry| Some((one(user, "sAMAccountName")?.into(), one(user, "adminDescription")?.into()));
        self.users().await.iter().map(|user| pair(user).unwrap_or_else(|| panic!("{user:?}"))).collect()
    }

    pub async fn cloud_logins_and_stamps(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned();
        self.cloud("Users").await.iter().map(|user| (text(&user["userName"]), text(&user["externalId"]))).collect()
    }

    /// How many users the service finds.
    pub async fn find_in_cloud(&self, filter: &str) -> u64 {
        self.get("Users", &[("filter", filter)]).await["totalResults"].as_u64().unwrap()
    }

    /// All resources of one type.
    pub async fn cloud(&self, kind: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let start = (all.len() + 1).to_string();
            let page = self.get(kind, &[("startIndex", &start), ("count", "500")]).await;
            all.extend(page["Resources"].as_array().cloned().unwrap_or_default());
            if all.len() as u64 >= page["totalResults"].as_u64().unwrap() {
                return all;
            }
        }
    }

    /// Makes a resource by hand.
    pub async fn post(&self, kind: &str, resource: &Value) {
        let mut body = resource.clone();
        body["schemas"] = serde_json::json!(["urn:ietf:params:scim:schemas:core:2.0:User"]);
        let request = self.client.post(format!("{}/{kind}", self.url)).bearer_auth(&self.token);
        let request = request.header("content-type", "application/scim+json").body(body.to_string());
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
    }

    /// Changes a resource by hand (RFC 7644 section 3.5.2).
    pub async fn patch(&self, path: &str, operations: &Value) {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        let body = serde_json::json!({"schemas": schemas, "Operations": operations});
        let request = self.client.patch(format!("{}/{path}", self.url)).bearer_auth(&self.token);
        let request = request.header("content-type", "application/scim+json").body(body.to_string());
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    /// Deletes a resource by hand.
    #[cfg(feature = "lab")]
    pub async fn delete(&self, kind: &str, id: &str) {
        let request = self.client.delete(format!("{}/{kind}/{id}", self.url)).bearer_auth(&self.token);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 204);
    }

    async fn get(&self, kind: &str, query: &[(&str, &str)]) -> Value {
        let request = self.client.get(format!("{}/{kind}", self.url)).query(query).bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Everything that both services hold for this site, with the marks of every write (uSNChanged, meta).
    pub async fn dump(&mut self) -> String {
        self.dump_of("ad").await + &self.dump_of("cloud").await
    }

    pub async fn dump_of(&mut self, target: &str) -> String {
        let mut lines: Vec<String> = Vec::new();
        if target == "ad" {
            for entry in self.below("(objectClass=*)").await {
                let text: BTreeMap<_, _> = entry.attrs.into_iter().collect();
                let bytes: BTreeMap<_, _> = entry.bin_attrs.into_iter().collect();
                lines.push(format!("{} {text:?} {bytes:?}\n", entry.dn));
            }
            assert!(lines.iter().all(|line| line.contains("uSNChanged")), "the dump would not show writes");
        } else {
            for kind in ["Users", "Groups"] {
                lines.extend(self.cloud(kind).await.iter().map(|one| format!("{one}\n")));
            }
            assert!(lines.iter().all(|line| line.contains("lastModified")), "the dump would not show writes");
        }
        lines.sort();
        lines.concat()
    }
}

/// The first value of an attribute.
pub fn one<'a>(entry: &'a SearchEntry, attribute: &str) -> Option<&'a str> {
    entry.attrs.get(attribute)?.first().map(String::as_str)
}

/// The object's id.
pub fn guid(entry: &SearchEntry) -> Vec<u8> {
    let bytes = entry.bin_attrs.get("objectGUID").map(|values| values[0].clone());
    bytes.unwrap_or_else(|| entry.attrs["objectGUID"][0].clone().into_bytes())
}

/// ACCOUNTDISABLE of userAccountControl is not set.
pub fn enabled(entry: &SearchEntry) -> bool {
    one(entry, "userAccountControl").unwrap().parse::<u32>().unwrap() & 2 == 0
}

/// The DN above.
pub fn parent(dn: &str) -> &str {
    let escaped = |at: usize| dn[..at].ends_with('\\');
    let at = dn.match_indices(',').map(|(at, _)| at).find(|at| !escaped(*at)).unwrap();
    &dn[at + 1..]
}
