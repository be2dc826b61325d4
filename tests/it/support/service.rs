//! An installation with one SCIM service as its only target, in a tenant of its own there, behind a proxy that keeps
//! every request.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::gate::{Fault, Gate};
use super::process::{Ended, Victim};
use super::{http_proxy, site};
use crate::scim::lab::{Server, Vendor};

pub struct Service {
    pub vendor: Vendor,
    /// The server past rosterd and the proxy.
    pub server: Server,
    gate: Arc<Gate>,
    folder: TempDir,
    /// Seconds of the day: each command comes one later.
    clock: AtomicU64,
}

/// Resources on a page.
pub const PAGE: usize = 100;

/// How many requests of each method.
pub type Requests = BTreeMap<String, usize>;

impl Service {
    pub async fn new(vendor: Vendor) -> Self {
        let server = vendor.server();
        let gate = Arc::new(Gate::new(Fault::Nothing, Victim::default()));
        let url = http_proxy::start(&server.url, Arc::clone(&gate)).await;
        let service = Self { vendor, server, gate, folder: TempDir::new().unwrap(), clock: AtomicU64::new(0) };
        service.run(&["init", &service.path("").display().to_string()]).await.expect(0);
        std::fs::write(service.path("secrets/token"), &service.server.token).unwrap();
        if let Some(profile) = vendor.profile() {
            std::fs::write(service.path("profile.toml"), profile).unwrap();
        }
        std::fs::write(service.path("config.toml"), service.configuration(&url)).unwrap();
        service
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("service").join(name)
    }

    fn configuration(&self, url: &str) -> String {
        let (managers, users) = match self.vendor {
            Vendor::Django => ("manager = false", ""),
            _ => (
                "",
                r#"
displayName = "person.name"
title = "engagement.title or engagement.job_function.name"
'emails[type eq "work"].value' = "login ~ '@example.test'"
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department" = "unit.name"
"#,
            ),
        };
        let profile = self.vendor.profile().map_or("", |_| "profile_file = \"profile.toml\"");
        format!(
            r#"
[roster]
file = "roster.db"
zone = "Europe/Copenhagen"
national_id_key = {{ file = "secrets/national-id.key" }}

[jsonl.hr]
file = "intake/hr.jsonl"
source = "roster"

[naming.login]
patterns = ["slug(person.given_name)[:3] ~ slug(person.surname)[:3]"]

[scim.cloud]
{profile}

[scim.cloud.connection]
url = "{url}"
token = {{ file = "secrets/token" }}
page_size = {PAGE}

[scim.cloud.user]
{managers}

[scim.cloud.user.attributes]
userName = "login"
"name.givenName" = "person.given_name"
"name.familyName" = "person.surname"
{users}

[scim.cloud.group.attributes]
displayName = "group.name"
"#
        )
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let second = self.clock.fetch_add(1, Ordering::SeqCst);
        let (minute, second) = (second / 60, second % 60);
        let now = format!("{}T08:{minute:02}:{second:02}Z", site::TODAY);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
        command.env_clear().env("ROSTERD_NOW", now).arg("--config").arg(self.path("config.toml")).args(arguments);
        command.current_dir(self.folder.path());
        command
    }

    pub async fn run(&self, arguments: &[&str]) -> Ended {
        Victim::default().start(&mut self.command(arguments)).ended().await
    }

    /// Imports a delivery of the exchange format.
    pub async fn import(&self, delivery: &str) {
        let file = self.path("delivery.jsonl");
        std::fs::write(&file, delivery).unwrap();
        self.run(&["import", "roster", &file.display().to_string()]).await.expect(0);
    }

    /// Applies without a failure and leaves nothing; answers the run, and what it asked of the service.
    pub async fn apply(&self) -> (Value, Requests) {
        self.gate.taken();
        let ended = self.run(&["--format", "json", "apply", "cloud", "--yes"]).await;
        let document = ended.json();
        let run = document["runs"].get(0).unwrap_or_else(|| panic!("{}", ended.said())).clone();
        assert_eq!((&run["failures"], &run["left"]), (&json!([]), &json!(0)), "{}", ended.said());
        (run, self.requests())
    }

    /// Plans: nothing is left to do, and nothing is held. Answers what it asked of the service.
    pub async fn in_step(&self) -> Requests {
        self.gate.taken();
        let ended = self.run(&["--format", "json", "plan", "cloud"]).await.expect(0);
        let plan = ended.json()["plans"][0].take();
        assert_eq!((&plan["steps"], &plan["held"]), (&json!([]), &json!([])), "{}", ended.said());
        self.requests()
    }

    /// All resources of an endpoint, past rosterd.
    pub async fn all(&self, endpoint: &str) -> Vec<Value> {
        let listing = self.server.raw("GET", &format!("{endpoint}?startIndex=1&count=1000"), None).await;
        let resources = listing["Resources"].as_array().unwrap_or_else(|| panic!("{listing}")).clone();
        assert_eq!(listing["totalResults"], resources.len());
        resources
    }

    fn requests(&self) -> Requests {
        let mut requests = Requests::new();
        for request in self.gate.taken() {
            let method = request.split(|byte| *byte == b' ').next().unwrap();
            *requests.entry(String::from_utf8_lossy(method).into_owned()).or_default() += 1;
        }
        requests
    }
}
