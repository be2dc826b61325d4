//! One target kept in step with an organisation that turns: how a turn is proposed, applied, killed and made right, and
//! what has to be so in the end.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::rolling::Rolling;
use crate::support::outside::{Outside, one};
use crate::support::process::{Ended, Victim};
use crate::support::site::{PLAIN, Site};

const LIFECYCLE: &str = r#"
[lifecycle]
leave = "disable"

[@TARGET@.lifecycle]
delete_days = 180
"#;

pub struct Turning {
    pub site: Site,
    target: &'static str,
    world: Rolling,
    outside: Outside,
    /// The next one's rerun is by digest, or proposes anew: by turns.
    by_digest: bool,
}

impl Turning {
    /// Three turns are over: from now on every one has all kinds of steps.
    pub async fn new(target: &'static str) -> Self {
        let site = Site::new().await;
        let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
        let (head, rest) = text.split_once("[ldap.ad.connection]").unwrap();
        let (ldap, scim) = rest.split_once("[scim.cloud.connection]").unwrap();
        let own = match target {
            "ad" => format!("[ldap.ad.connection]{ldap}{}", LIFECYCLE.replace("@TARGET@", "ldap.ad")),
            _ => format!("[scim.cloud.connection]{scim}{}", LIFECYCLE.replace("@TARGET@", "scim.cloud")),
        };
        std::fs::write(site.path(PLAIN), format!("{head}{own}")).unwrap();
        let comes_back = target == "cloud" || site.lab.undeletes();
        let outside = site.outside().await;
        let mut turning = Self { site, target, world: Rolling::new(comes_back), outside, by_digest: false };
        turning.deliver().await;
        for turn in 0..4 {
            if turn > 0 {
                turning.next().await;
            }
            let digest = turning.propose().await;
            let digest = digest.expect("the first turns have something to do");
            turning.run(&["apply", &digest], None).await.expect(0);
            turning.is_in_step().await;
        }
        turning
    }

    /// How many turns are over.
    pub fn turns(&self) -> u32 {
        self.world.turns()
    }

    /// Runs rosterd, which is to be killed or recorded as `stops` says.
    async fn run(&self, arguments: &[&str], stops: Option<&str>) -> Ended {
        let mut command = self.site.command(PLAIN, arguments);
        if let Some(stops) = stops {
            command.env("ROSTERD_STOPS", stops);
        }
        Victim::default().start(&mut command).ended().await
    }

    async fn deliver(&self) {
        let file = self.site.deliver(&self.world.organisation);
        let import = ["--format", "json", "import", "roster", &file];
        let imported = self.run(&import, None).await;
        if imported.code == Some(4) {
            self.run(&["approve", imported.json()["digest"].as_str().unwrap()], None).await.expect(0);
            self.run(&import, None).await.expect(0);
        } else {
            imported.expect(0);
        }
    }

    /// Goes on to the next turn, as far as the roster and the strangers who are at the target have to do with it.
    async fn next(&mut self) {
        let (linked, forgotten) = (self.world.linked(), self.world.forgotten());
        let keys: Vec<String> = self.stamps(&linked).await.into_iter().map(|(stamp, _)| stamp).collect();
        self.lose_links(&keys).await;
        for (_, place) in self.stamps(&forgotten).await {
            match self.target {
                "ad" => self.outside.directory.delete(&place).await,
                _ => self.outside.delete("Users", &place).await,
            }
        }
        self.world.turn();
        self.deliver().await;
    }

    /// The stamps of people by their given names, and where they are.
    async fn stamps(&mut self, given: &[String]) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let all: Vec<(String, String, String)> = match self.target {
            "ad" => {
                let users = self.outside.users().await;
                let of = |user: &ldap3::SearchEntry, name| one(user, name).unwrap_or_default().to_owned();
                users
                    .iter()
                    .map(|user| (of(user, "givenName"), of(user, "adminDescription"), user.dn.clone()))
                    .collect()
            }
            _ => {
                let users = self.outside.cloud("Users").await;
                let of =
                    |user: &Value| (text(&user["name"]["givenName"]), text(&user["externalId"]), text(&user["id"]));
                users.iter().map(of).collect()
            }
        };
        all.into_iter().filter(|(name, ..)| given.contains(name)).map(|(_, stamp, place)| (stamp, place)).collect()
    }

    /// The roster forgets that these objects are ours, as if it were older than they are.
    async fn lose_links(&self, keys: &[String]) {
        let pool = self.database().await;
        for key in keys {
            let lost = sqlx::query("DELETE FROM link WHERE key = ?").bind(key).execute(&pool).await.unwrap();
            assert_eq!(lost.rows_affected(), 1);
        }
        pool.close().await;
    }

    /// The digest of the plan, which is approved where a limit holds it; none where nothing is to be done.
    pub async fn propose(&self) -> Option<String> {
        let proposed = self.run(&["--format", "json", "plan", self.target], None).await;
        let document = proposed.json();
        let plan = &document["plans"][0];
        assert_eq!(plan["held"], json!([]), "{}", proposed.said());
        if plan["steps"].as_array().unwrap().is_empty() {
            return None;
        }
        let digest = plan["digest"].as_str().unwrap().to_owned();
        self.run(&["approve", &digest], None).await.expect(0);
        Some(digest)
    }

    /// The next turn; the digest of its plan.
    pub async fn turn(&mut self) -> String {
        self.next().await;
        self.propose().await.expect("every turn has something to do")
    }

    /// One rerun makes right what was broken off.
    pub async fn goes_on(&mut self, digest: &str) {
        self.rerun(digest, None).await;
        self.is_in_step().await;
    }

    /// Applies the plan and writes down the name of each point that is passed.
    pub async fn record(&mut self) -> Vec<String> {
        let file = self.site.path("stops");
        let _none_yet = std::fs::remove_file(&file);
        self.turn().await;
        let told = format!("record:{}", file.display());
        self.run(&["apply", self.target, "--yes"], Some(&told)).await.expect(0);
        self.is_in_step().await;
        read(file)
    }

    /// Kills a turn where `stop` says, and then has it made right. False where that point was not passed. `early` is a
    /// point before the run begins.
    pub async fn killed_at(&mut self, stop: &str, early: bool) -> bool {
        let digest = self.turn().await;
        let stops = format!("stop:{stop}");
        let killed = match early {
            true => self.run(&["apply", self.target, "--yes"], Some(&stops)).await,
            false => self.run(&["apply", &digest], Some(&stops)).await,
        };
        if killed.code.is_some() {
            killed.expect(0);
            self.is_in_step().await;
            return false;
        }
        self.goes_on(&digest).await;
        true
    }

    /// Kills a turn, and then the rerun, at each point that the rerun passes while it recovers. Answers how many.
    pub async fn points_of_recovery(&mut self, stop: &str) -> Vec<String> {
        let digest = self.turn().await;
        let killed = self.run(&["apply", &digest], Some(&format!("stop:{stop}"))).await;
        assert_eq!(killed.code, None, "{}", killed.said());
        let file = self.site.path("stops");
        let _none_yet = std::fs::remove_file(&file);
        self.rerun(&digest, Some(&format!("record:{}", file.display()))).await;
        self.is_in_step().await;
        // what comes after the plan goes on is like any other run
        let recovers = |line: &String| !line.contains("the begin of the run");
        read(file).into_iter().take_while(recovers).collect()
    }

    /// Kills a turn, and its rerun while it recovers.
    pub async fn killed_twice(&mut self, stop: &str, again: &str) -> bool {
        let digest = self.turn().await;
        let killed = self.run(&["apply", &digest], Some(&format!("stop:{stop}"))).await;
        assert_eq!(killed.code, None, "{}", killed.said());
        let killed = self.run(&["apply", &digest], Some(&format!("stop:{again}"))).await;
        let was_killed = killed.code.is_none();
        self.goes_on(&digest).await;
        was_killed
    }

    /// One rerun makes everything right.
    async fn rerun(&mut self, digest: &str, stops: Option<&str>) {
        self.by_digest = stops.is_some() || !self.by_digest;
        let ended = match self.by_digest {
            true => self.run(&["apply", digest], stops).await,
            false => self.run(&["apply", self.target, "--yes"], stops).await,
        };
        match ended.code {
            Some(0) => {}
            // nothing was left of it, but its end
            Some(4) if self.by_digest && ended.said().contains("applied already") => {}
            // what is left deletes: another plan, which somebody has to approve
            Some(4) if !self.by_digest => {
                let rest = self.propose().await.expect("a held plan has something to do");
                self.run(&["apply", &rest], None).await.expect(0);
            }
            _ => panic!("by digest {}: {:?} {}", self.by_digest, ended.code, ended.said()),
        }
    }

    /// Nothing is left to do; every object is linked, once, and there are as many as there should be; the log is whole.
    pub async fn is_in_step(&mut self) {
        assert_eq!(self.propose().await, None);
        let (stamps, objects) = self.all().await;
        assert_eq!(objects, self.world.objects()[..objects.len()], "users, groups, units");
        let linked: BTreeSet<String> = self.links().await.into_iter().collect();
        let distinct: BTreeSet<String> = stamps.iter().cloned().collect();
        assert_eq!(distinct, linked, "what is there, and what is linked");
        assert_eq!(distinct.len(), stamps.len(), "something is there twice");
        self.run(&["verify-log"], None).await.expect(0);
    }

    /// The keys of all links.
    async fn links(&self) -> Vec<String> {
        let pool = self.database().await;
        let keys = sqlx::query_scalar("SELECT key FROM link").fetch_all(&pool).await.unwrap();
        pool.close().await;
        keys
    }

    async fn database(&self) -> sqlx::SqlitePool {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.site.path("roster.db"));
        sqlx::SqlitePool::connect_with(options).await.unwrap()
    }

    /// The stamps of all objects that the target holds, and how many of each kind.
    async fn all(&mut self) -> (Vec<String>, Vec<usize>) {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        if self.target != "ad" {
            let (users, groups) = (self.outside.cloud("Users").await, self.outside.cloud("Groups").await);
            let stamps = users.iter().chain(&groups).map(|one| text(one["externalId"].as_str())).collect();
            return (stamps, vec![users.len(), groups.len()]);
        }
        let found = self.outside.below("(objectClass=*)").await;
        let ours: Vec<&ldap3::SearchEntry> = found.iter().filter(|entry| entry.dn != self.site.base).collect();
        let of =
            |class: &str| ours.iter().filter(|entry| entry.attrs["objectClass"].iter().any(|one| one == class)).count();
        let counts = ["user", "group", "organizationalUnit"].map(of);
        assert_eq!(counts.iter().sum::<usize>(), ours.len());
        (ours.iter().map(|entry| text(one(entry, "adminDescription"))).collect(), counts.to_vec())
    }
}

fn read(file: PathBuf) -> Vec<String> {
    std::fs::read_to_string(file).unwrap().lines().map(ToOwned::to_owned).collect()
}
