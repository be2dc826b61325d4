//! An installation of its own for one test: a folder made by `rosterd init`, an organisational unit in the lab's
//! directory, and a tenant of the lab's SCIM server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

use super::gate::{Fault, Gate};
use super::organisation::Organisation;
use super::outside::Outside;
use super::process::{Ended, Running, Victim};
use super::{http_proxy, ldap_proxy};
use crate::lab::Lab;
use crate::scim::lab::{Server, Vendor};

/// The day on which the tests take place.
pub const TODAY: &str = "2026-03-02";

/// What of the configuration a test may want otherwise.
#[derive(Debug, Clone)]
pub struct Wiring {
    pub ldap_url: String,
    pub ca_file: PathBuf,
    pub password_file: PathBuf,
    pub page_size: u32,
    pub scim_url: String,
    /// Written at the end of the file.
    pub more: String,
}

pub struct Site {
    pub lab: Lab,
    /// The DN that rosterd is given.
    pub base: String,
    /// Every login of this site ends with it, but for a counter.
    pub word: String,
    pub scim_url: String,
    folder: TempDir,
    cloud: Server,
    /// Seconds of the day: each command comes one later.
    clock: AtomicU64,
}

/// The full configuration, reaching the servers without a proxy.
pub const PLAIN: &str = "config.toml";
/// The same through a proxy, once there is one.
pub const PROXIED: &str = "proxied.toml";

impl Site {
    pub async fn new() -> Self {
        let lab = Lab::open();
        let base = lab.fresh_unit(&mut lab.administrator().await).await;
        let folder = TempDir::new().unwrap();
        let cloud = Vendor::Strict.server();
        let site =
            Self { base, word: Lab::word(), scim_url: cloud.url.clone(), folder, cloud, clock: AtomicU64::new(0), lab };
        let home = site.path("").display().to_string();
        site.run(&["init", &home]).await.expect(0);
        site.configure(PLAIN, &site.wiring());
        site
    }

    /// With the small organisation, which both targets show.
    pub async fn at_work() -> (Self, Organisation) {
        let site = Self::new().await;
        let organisation = Organisation::small();
        site.import(&organisation, 0).await;
        site.apply().await;
        (site, organisation)
    }

    /// A file in the site's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("site").join(name)
    }

    pub fn wiring(&self) -> Wiring {
        Wiring {
            ldap_url: self.lab.value("LDAPS_URL").to_owned(),
            ca_file: self.lab.path("CA_FILE"),
            password_file: self.lab.path("SYNC_PASSWORD_FILE"),
            page_size: 1000,
            scim_url: self.scim_url.clone(),
            more: String::new(),
        }
    }

    /// The file that holds the SCIM server's token.
    pub fn token_file(&self) -> PathBuf {
        self.lab.path("SCIM_TOKEN_FILE")
    }

    pub fn configure(&self, file: &str, wiring: &Wiring) {
        let mut text = include_str!("config.toml").to_owned();
        for (key, value) in [
            ("WORD", self.word.as_str()),
            ("BASE", &self.base),
            ("SYNC_DN", self.lab.value("SYNC_DN")),
            ("LDAP_URL", &wiring.ldap_url),
            ("CA_FILE", &wiring.ca_file.display().to_string()),
            ("PASSWORD_FILE", &wiring.password_file.display().to_string()),
            ("PAGE_SIZE", &wiring.page_size.to_string()),
            ("SCIM_URL", &wiring.scim_url),
            ("TOKEN_FILE", self.lab.value("SCIM_TOKEN_FILE")),
        ] {
            text = text.replace(&format!("@{key}@"), value);
        }
        std::fs::write(self.path(file), text + &wiring.more).unwrap();
    }

    /// rosterd with this configuration, on the fixed day, with no environment but what is told.
    pub fn command(&self, config: &str, arguments: &[&str]) -> Command {
        let second = self.clock.fetch_add(1, Ordering::SeqCst);
        let (minute, second) = (second / 60, second % 60);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
        command
            .env_clear()
            .env("ROSTERD_NOW", format!("{TODAY}T08:{minute:02}:{second:02}Z"))
            .arg("--config")
            .arg(self.path(config))
            .args(arguments)
            .current_dir(self.folder.path());
        command
    }

    pub fn start(&self, config: &str, arguments: &[&str]) -> Running {
        Victim::default().start(&mut self.command(config, arguments))
    }

    /// The roster's file, with all in it that was written.
    pub async fn roster(&self) -> Vec<u8> {
        let path = self.path("roster.db");
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path)).await.unwrap();
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pool).await.unwrap();
        pool.close().await;
        std::fs::read(path).unwrap()
    }

    /// Runs rosterd with the plain configuration.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        self.start(PLAIN, arguments).ended().await
    }

    /// Runs rosterd behind a proxy that does the harm; `target` is the one whose proxy it is.
    pub async fn run_through(&self, target: &str, fault: Fault, arguments: &[&str]) -> (Ended, Arc<Gate>) {
        let (running, gate) = self.start_through(target, fault, arguments).await;
        (running.ended().await, gate)
    }

    pub async fn start_through(&self, target: &str, fault: Fault, arguments: &[&str]) -> (Running, Arc<Gate>) {
        self.start_wired(target, fault, self.wiring(), arguments).await
    }

    pub async fn start_wired(
        &self,
        target: &str,
        fault: Fault,
        wiring: Wiring,
        arguments: &[&str],
    ) -> (Running, Arc<Gate>) {
        let (victim, gate) = self.proxied(target, fault, wiring).await;
        (victim.start(&mut self.command(PROXIED, arguments)), gate)
    }

    /// Puts a proxy before a target and writes the configuration [`PROXIED`] that goes through it. The proxy's harm is
    /// done to who is started as the victim.
    pub async fn proxied(&self, target: &str, fault: Fault, mut wiring: Wiring) -> (Victim, Arc<Gate>) {
        let victim = Victim::default();
        let gate = Arc::new(Gate::new(fault, victim.clone()));
        match target {
            "ad" => wiring.ldap_url = ldap_proxy::start(&self.lab, Arc::clone(&gate)).await,
            "cloud" => wiring.scim_url = http_proxy::start(&self.scim_url, Arc::clone(&gate)).await,
            other => panic!("no target is named {other}"),
        }
        self.configure(PROXIED, &wiring);
        (victim, gate)
    }

    /// Writes the organisation as a delivery of the source `roster` and answers its file.
    pub fn deliver(&self, organisation: &Organisation) -> String {
        let file = self.path("delivery.jsonl");
        std::fs::write(&file, organisation.text()).unwrap();
        file.display().to_string()
    }

    /// Imports an organisation; the exit code is to be this.
    pub async fn import(&self, organisation: &Organisation, code: i32) -> Ended {
        let file = self.deliver(organisation);
        self.run(&["--format", "json", "import", "roster", &file]).await.expect(code)
    }

    pub async fn apply(&self) {
        self.run(&["apply", "ad", "cloud", "--yes"]).await.expect(0);
    }

    /// The plans of both targets, by name; the exit code is to be this.
    pub async fn plans(&self, code: i32) -> BTreeMap<String, Value> {
        let document = self.run(&["--format", "json", "plan"]).await.expect(code).json();
        let plans = document["plans"].as_array().unwrap().iter();
        plans.map(|plan| (plan["target"].as_str().unwrap().to_owned(), plan.clone())).collect()
    }

    /// Nothing is left to do, and nothing is held.
    pub async fn in_step(&self) {
        for (target, plan) in self.plans(0).await {
            assert_eq!(plan["steps"], serde_json::json!([]), "{target}");
            assert_eq!(plan["held"], serde_json::json!([]), "{target}");
        }
    }

    pub async fn outside(&self) -> Outside {
        Outside::new(self.lab.administrator().await, self.base.clone(), &self.cloud).await
    }

    /// The accounts that the roster knows of: system, login and id.
    pub async fn accounts(&self, system: &str) -> BTreeSet<(String, String)> {
        let export = self.run(&["export"]).await.expect(0).out;
        let facts = export.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        facts
            .filter(|fact| fact["kind"] == "account" && fact["system"] == system)
            .map(|fact| (text(&fact["login"]), text(&fact["id"])))
            .collect()
    }

    /// Everybody of `people` has exactly one account on each side, under one login that all three know.
    pub async fn everybody_once(&self, people: usize) {
        let mut outside = self.outside().await;
        let ad = outside.logins_and_stamps().await;
        let cloud = outside.cloud_logins_and_stamps().await;
        assert_eq!((ad.len(), cloud.len()), (people, people));
        assert_eq!(ad.iter().cloned().collect::<BTreeSet<_>>(), self.accounts("ad").await, "directory and roster");
        assert_eq!(cloud.iter().cloned().collect::<BTreeSet<_>>(), self.accounts("cloud").await, "SCIM and roster");
        let logins = |pairs: &[(String, String)]| pairs.iter().map(|(login, _)| login.clone()).collect::<BTreeSet<_>>();
        assert_eq!(logins(&ad), logins(&cloud));
        assert_eq!(logins(&ad).len(), people, "a login is there twice");
        let all = self.lab.value("BASE_DN").to_owned();
        for (login, stamp) in &ad {
            assert_eq!(outside.directory.search(&all, &format!("(adminDescription={stamp})")).await.len(), 1);
            assert_eq!(outside.directory.search(&all, &format!("(sAMAccountName={login})")).await.len(), 1);
        }
        for (login, stamp) in &cloud {
            assert_eq!(outside.find_in_cloud(&format!("externalId eq \"{stamp}\"")).await, 1);
            assert_eq!(outside.find_in_cloud(&format!("userName eq \"{login}\"")).await, 1);
        }
    }
}
