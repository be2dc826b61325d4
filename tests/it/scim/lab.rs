//! The real servers. `ROSTERD_LAB` names a folder whose `lab.env` says where they are: `SCIM_URL` and `SCIM_TOKEN`;
//! `SCIM_FAST_URL` and `SCIM_FAST_TOKEN` for a second one, if there is one. Without them the tests pass unrun.

use std::path::Path;

use rosterd::net::SecretRef;
use rosterd::target::Target;
use rosterd::target::scim::{ScimTarget, Settings};
use tempfile::TempDir;

use crate::contract::{Subject, Words, own_prefix};

pub const PHONE: &str = r#"phoneNumbers[type eq "mobile"].value"#;
pub const WORK_MAIL: &str = r#"emails[type eq "work"].value"#;
pub const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

/// A server: where it is, and what opens it.
#[derive(Clone)]
pub struct Server {
    pub url: String,
    pub token: String,
}

/// The server that the laboratory calls `name`.
pub fn server(name: &str) -> Option<Server> {
    let Some(folder) = folder() else {
        skipped("ROSTERD_LAB is not set");
        return None;
    };
    let path = Path::new(&folder).join("lab.env");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let value = |key: String| {
        let line = text.lines().find_map(|line| line.strip_prefix(&key)?.strip_prefix('='));
        line.map(|value| value.trim_matches(['"', '\'']).to_owned())
    };
    let found = value(format!("{name}_URL")).zip(value(format!("{name}_TOKEN")));
    if found.is_none() {
        skipped(&format!("the laboratory has no {name}"));
    }
    found.map(|(url, token)| Server { url, token })
}

#[expect(clippy::disallowed_methods, reason = "the laboratory is named by the environment")]
fn folder() -> Option<std::ffi::OsString> {
    std::env::var_os("ROSTERD_LAB")
}

#[expect(clippy::print_stderr, reason = "a test that did not run should say so")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

impl Server {
    /// A target with its token in a file of a folder that must live as long.
    pub fn target(&self, change: impl FnOnce(&mut Settings)) -> (ScimTarget, TempDir) {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("token"), format!("{}\n", self.token)).unwrap();
        let mut settings = Settings {
            url: self.url.clone(),
            token: SecretRef { file: Some("token".into()), credential: None, env: None },
            ca_file: None,
            page_size: 1000,
            timeout_seconds: 20,
            allow_http: false,
        };
        change(&mut settings);
        (ScimTarget::new("scim".into(), settings, folder.path()), folder)
    }

    /// A request past the adapter, as somebody else would make it.
    pub async fn raw(&self, method: &str, path: &str, body: Option<serde_json::Value>) -> serde_json::Value {
        rosterd::net::install_provider();
        let method = method.parse().unwrap();
        let mut request =
            reqwest::Client::new().request(method, format!("{}/{path}", self.url)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.header("content-type", "application/scim+json").body(body.to_string());
        }
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// What the contract's suite tests.
pub async fn subject(name: &str) -> Option<Subject> {
    let (target, folder) = server(name)?.target(|_| {});
    let words = Words {
        login: target.capabilities().login,
        title: "title",
        given: "name.givenName",
        phone: PHONE,
        group: "displayName",
        deletes: true,
    };
    Some(Subject { target: Box::new(target), words, prefix: own_prefix(), _keep: Box::new(folder) })
}
