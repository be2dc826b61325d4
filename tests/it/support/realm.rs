//! An installation with one directory as its only target, Samba or OpenLDAP, in a unit of its own there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ldap3::SearchEntry;
use rosterd::target::ldap::Dn;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

use super::gate::{Fault, Gate};
use super::organisation::{Organisation, id};
use super::outside::one;
use super::process::{Ended, Victim};
use super::{ldap_proxy, site};
use crate::lab::{Directory, Lab};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    Samba,
    OpenLdap,
}

pub const BOTH: [Vendor; 2] = [Vendor::Samba, Vendor::OpenLdap];

pub struct Realm {
    pub lab: Lab,
    pub vendor: Vendor,
    pub base: String,
    pub admin: Directory,
    word: String,
    folder: TempDir,
    /// Seconds since the morning of the first day: each command comes one later.
    clock: AtomicU64,
    /// What the processes find in their environment beside the time.
    pub environment: BTreeMap<&'static str, String>,
    /// How they sign in, as lines of the configuration.
    pub sign_in: String,
}

/// The rule that gives users their relative name where a test does not say otherwise.
pub const BY_SURNAME: &str = "person.surname";

impl Realm {
    pub async fn new(vendor: Vendor) -> Self {
        let (lab, word) = (Lab::open(), Lab::word());
        let (mut admin, base) = match vendor {
            Vendor::Samba => (lab.administrator().await, format!("OU=test {word},{}", lab.value("ORG_BASE"))),
            Vendor::OpenLdap => {
                (lab.openldap_administrator().await, format!("ou=test {word},{}", lab.value("OPENLDAP_ORG")))
            }
        };
        admin.add(&base, &[("objectClass", "organizationalUnit")]).await;
        let folder = TempDir::new().unwrap();
        let sign_in = match vendor {
            Vendor::Samba => by_password(&lab, "SYNC_DN", "SYNC_PASSWORD_FILE"),
            Vendor::OpenLdap => by_password(&lab, "OPENLDAP_SYNC", "OPENLDAP_SYNC_PASSWORD_FILE"),
        };
        let (clock, environment) = (AtomicU64::new(0), BTreeMap::new());
        let realm = Self { lab, vendor, base, admin, word, folder, clock, environment, sign_in };
        realm.run(&["init", &realm.path("").display().to_string()]).await.expect(0);
        realm.configure(BY_SURNAME, realm.url());
        realm
    }

    /// Of Samba or of OpenLDAP.
    fn of<'a>(&self, samba: &'a str, openldap: &'a str) -> &'a str {
        match self.vendor {
            Vendor::Samba => samba,
            Vendor::OpenLdap => openldap,
        }
    }

    /// From now on the account of the domain signs in by Kerberos, with its keytab.
    #[cfg(feature = "gssapi")]
    pub fn use_kerberos(&mut self) {
        let account = self.lab.value("SYNC_PRINCIPAL");
        let service = self.lab.value(self.of("DC_PRINCIPAL", "OPENLDAP_PRINCIPAL"));
        self.sign_in = format!("sign_in = \"kerberos\"\nbind_dn = \"{account}\"\nservice_principal = \"{service}\"");
        for (name, key) in [("KRB5_CONFIG", "KRB5_CONFIG"), ("KRB5_CLIENT_KTNAME", "SYNC_KEYTAB")] {
            self.environment.insert(name, self.lab.value(key).to_owned());
        }
        self.environment.insert("KRB5CCNAME", "MEMORY:".to_owned());
        self.configure(BY_SURNAME, self.url());
    }

    pub fn url(&self) -> &str {
        self.lab.value(self.of("LDAPS_URL", "OPENLDAPS_URL"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("realm").join(name)
    }

    /// Writes the configuration, with the rule for the relative names of users.
    pub fn configure(&self, name: &str, url: &str) {
        let login = self.of("sAMAccountName", "uid");
        // what SAM takes as a name of a group is less than what a relative name may be
        let group = format!("sAMAccountName = \"truncate(group.id, 36) ~ ' {}'\"\n", self.word);
        let group = self.of(&group, "");
        let text = format!(
            r#"
[roster]
file = "roster.db"
zone = "Europe/Copenhagen"
national_id_key = {{ file = "secrets/national-id.key" }}

[jsonl.hr]
file = "intake/hr.jsonl"
source = "roster"

[naming.login]
patterns = ["'{word}' ~ person.id[:8]"]

# everybody changes name and place here, and that is not what is tested
[ldap.dir.limits]
rename = {{ count = 1000, share = 100 }}
move = {{ count = 1000, share = 100 }}
change = {{ count = 1000, share = 100 }}
subtree."*".move = {{ share = 100 }}

[ldap.dir.connection]
url = "{url}"
ca_file = "{ca}"
{sign_in}
base = "{base}"
profile = "{profile}"
timeout_seconds = 300

[ldap.dir.user]
name = {name}

[ldap.dir.user.attributes]
{login} = "login"
title = "engagement.title"

[ldap.dir.unit]
name = "unit.name"

[ldap.dir.group]
name = "group.name"

[ldap.dir.group.attributes]
{group}description = "group.description"
"#,
            word = self.word,
            ca = self.lab.value(self.of("CA_FILE", "OPENLDAP_CA_FILE")),
            sign_in = self.sign_in,
            base = self.base,
            profile = self.of("ad", "openldap"),
            name = serde_json::json!(name),
        );
        std::fs::write(self.path("config.toml"), text).unwrap();
    }

    /// Signs in as another account.
    pub fn configure_account(&self, dn: &str, password: &Path) {
        let text = std::fs::read_to_string(self.path("config.toml")).unwrap();
        let line = |line: &str| match line.split_once(" = ") {
            Some(("bind_dn", _)) => format!("bind_dn = \"{dn}\"\n"),
            Some(("password", _)) => format!("password = {{ file = \"{}\" }}\n", password.display()),
            _ => format!("{line}\n"),
        };
        std::fs::write(self.path("config.toml"), text.lines().map(line).collect::<String>()).unwrap();
    }

    /// Gives logins by another pattern.
    pub fn configure_login(&self, pattern: &str) {
        let text = std::fs::read_to_string(self.path("config.toml")).unwrap();
        let line = |line: &str| match line.starts_with("patterns = ") {
            true => format!("patterns = {}\n", serde_json::json!([pattern])),
            false => format!("{line}\n"),
        };
        std::fs::write(self.path("config.toml"), text.lines().map(line).collect::<String>()).unwrap();
    }

    /// Writes more at the end of the configuration.
    pub fn configure_more(&self, more: &str) {
        let text = std::fs::read_to_string(self.path("config.toml")).unwrap();
        std::fs::write(self.path("config.toml"), text + more).unwrap();
    }

    /// Lets hours pass before the next command.
    pub fn later(&self, hours: u64) {
        self.clock.fetch_add(hours * 3600, Ordering::SeqCst);
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.command_with(&self.path("config.toml"), arguments)
    }

    fn command_with(&self, config: &Path, arguments: &[&str]) -> Command {
        let seconds = i64::try_from(self.clock.fetch_add(1, Ordering::SeqCst)).unwrap();
        let morning: jiff::Timestamp = format!("{}T08:00:00Z", site::TODAY).parse().unwrap();
        let now = (morning + jiff::SignedDuration::from_secs(seconds)).to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
        command.env_clear().env("ROSTERD_NOW", now).arg("--config").arg(config).args(arguments);
        command.envs(&self.environment).current_dir(self.folder.path());
        command
    }

    /// The plan that the same installation would make if it had never read the directory.
    pub async fn plan_from_scratch(&self) -> Value {
        let twin = TempDir::new().unwrap();
        for entry in ["roster.db", "config.toml", "secrets", "roster.db-wal", "roster.db.head"] {
            let from = self.path(entry);
            if from.exists() {
                assert!(Command::new("cp").arg("-r").arg(&from).arg(twin.path()).status().unwrap().success());
            }
        }
        for table in ["DELETE FROM conclusion", "DELETE FROM observed", "DELETE FROM observation"] {
            tamper(&twin.path().join("roster.db"), table).await;
        }
        let arguments = ["--format", "json", "plan", "dir"];
        let mut command = self.command_with(&twin.path().join("config.toml"), &arguments);
        let ended = Victim::default().start(&mut command).ended().await;
        assert!(matches!(ended.code, Some(0 | 3 | 4)), "{}", ended.said());
        ended.json()["plans"][0].take()
    }

    /// Changes what is remembered of the directory.
    pub async fn tamper(&self, statement: &str) {
        assert_eq!(tamper(&self.path("roster.db"), statement).await, 1);
    }

    pub async fn run(&self, arguments: &[&str]) -> Ended {
        Victim::default().start(&mut self.command(arguments)).ended().await
    }

    /// Samba alone: applies behind a proxy that does harm.
    pub async fn apply_through(&self, fault: Fault) -> (Ended, Arc<Gate>) {
        let victim = Victim::default();
        let gate = Arc::new(Gate::new(fault, victim.clone()));
        let url = ldap_proxy::start(&self.lab, Arc::clone(&gate)).await;
        self.configure(BY_SURNAME, &url);
        let ended = victim.start(&mut self.command(&["--format", "json", "apply", "dir", "--yes"])).ended().await;
        self.configure(BY_SURNAME, self.url());
        (ended, gate)
    }

    pub async fn import(&self, organisation: &Organisation) {
        let file = self.path("delivery.jsonl");
        std::fs::write(&file, organisation.text()).unwrap();
        self.run(&["import", "roster", &file.display().to_string()]).await.expect(0);
    }

    /// The plan: its steps and holds.
    pub async fn plan(&self) -> Value {
        let ended = self.run(&["--format", "json", "plan", "dir"]).await;
        assert!(matches!(ended.code, Some(0 | 3 | 4)), "{}", ended.said());
        ended.json()["plans"][0].take()
    }

    /// Applies without a failure; answers the run.
    pub async fn apply(&self) -> Value {
        let ended = self.run(&["--format", "json", "apply", "dir", "--yes"]).await;
        let run = ended.json()["runs"][0].take();
        assert_eq!(run["failures"], serde_json::json!([]), "{}", ended.said());
        if run["left"] != 0 {
            panic!("{:?}: {}\n{}", self.vendor, self.plan().await["steps"], ended.said());
        }
        run
    }

    /// Imports and applies; nothing is left to do, and nothing is held. Answers the plan that was applied.
    pub async fn settle(&self, organisation: &Organisation) -> Value {
        self.import(organisation).await;
        let plan = self.plan().await;
        assert_eq!(plan["held"], serde_json::json!([]));
        self.apply().await;
        self.in_step().await;
        plan
    }

    pub async fn in_step(&self) {
        let plan = self.plan().await;
        assert_eq!((&plan["steps"], &plan["held"]), (&serde_json::json!([]), &serde_json::json!([])));
    }

    /// What the directory has of this realm, past rosterd: by the name that a test gives a unit, a group or a person.
    pub async fn things(&mut self) -> Things {
        let (base, login) = (self.base.clone(), self.of("sAMAccountName", "uid"));
        let (stamp, key) = (self.of("adminDescription", "businessCategory"), self.of("objectGUID", "entryUUID"));
        let mut things = BTreeMap::new();
        for entry in self.admin.search(&base, "(objectClass=*)").await {
            let Some(stamp) = one(&entry, stamp).map(str::to_owned) else { continue };
            // a person is known by the login, since the account's stamp is its own
            let word = one(&entry, login).and_then(|login| login.strip_prefix(&self.word)).map(str::to_owned);
            let thing = Thing { id: key_of(&entry, key), dn: Dn::parse(&entry.dn).unwrap(), entry };
            assert!(things.insert(word.unwrap_or(stamp), thing).is_none(), "one stamp twice");
        }
        Things(things)
    }
}

fn by_password(lab: &Lab, dn: &str, file: &str) -> String {
    format!("bind_dn = \"{}\"\npassword = {{ file = \"{}\" }}", lab.value(dn), lab.value(file))
}

/// How many rows a statement changes.
async fn tamper(roster: &Path, statement: &str) -> u64 {
    let pool = sqlx::SqlitePool::connect_with(SqliteConnectOptions::new().filename(roster)).await.unwrap();
    let done = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&pool).await.unwrap();
    pool.close().await;
    done.rows_affected()
}

fn key_of(entry: &SearchEntry, key: &str) -> Vec<u8> {
    let bytes = entry.bin_attrs.get(key).map(|values| values[0].clone());
    bytes.unwrap_or_else(|| entry.attrs[key][0].clone().into_bytes())
}

pub struct Thing {
    pub id: Vec<u8>,
    pub dn: Dn,
    pub entry: SearchEntry,
}

pub struct Things(BTreeMap<String, Thing>);

impl Things {
    /// A unit, a group or a person.
    pub fn of(&self, name: &str) -> &Thing {
        let id = id(name);
        self.0.get(&id).or_else(|| self.0.get(&id[..8])).unwrap_or_else(|| panic!("{name} is not there"))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Each is the same object as before, wherever it lies now.
    pub fn are_those_of(&self, before: &Self) {
        assert_eq!(self.0.len(), before.0.len());
        for (key, thing) in &self.0 {
            assert_eq!(thing.id, before.0[key].id, "{} is another object", thing.dn);
        }
    }
}

impl Thing {
    pub fn name(&self) -> &str {
        self.dn.name().unwrap().1
    }

    /// An attribute names another thing, as that is named now.
    pub fn refers(&self, attribute: &str, to: &Self) {
        let named = self.entry.attrs.get(attribute).into_iter().flatten();
        let mut named = named.map(|name| Dn::parse(name).unwrap());
        assert!(named.any(|name| name.same(&to.dn)), "{} does not name {} as {attribute}", self.dn, to.dn);
    }

    pub fn lies_in(&self, container: &Thing) -> bool {
        self.dn.parent().unwrap().same(&container.dn)
    }
}
