//! The real server. `ROSTERD_LAB` names a folder whose `lab.env` says where it is: `SCIM_URL` and `SCIM_TOKEN`.

use std::path::Path;

use rosterd::net::SecretRef;
use rosterd::object::{Kind, Value};
use rosterd::target::scim::{ScimTarget, Settings};
use tempfile::TempDir;

use crate::contract::{Lacks, Subject, Words, own_prefix};

pub const PHONE: &str = r#"phoneNumbers[type eq "mobile"].value"#;
pub const WORK_MAIL: &str = r#"emails[type eq "work"].value"#;
pub const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

/// A server: where it is, and what opens it.
#[derive(Clone)]
pub struct Server {
    pub url: String,
    pub token: String,
}

/// The server that the laboratory calls `name`. A test that needs a server cannot do without.
#[expect(clippy::disallowed_methods, reason = "the runner of the tests says where the laboratory is")]
pub fn server(name: &str) -> Server {
    let folder = std::env::var_os("ROSTERD_LAB")
        .expect("ROSTERD_LAB names no lab: run scripts/test, or `scripts/lab up DIR` and set it to DIR");
    let text = std::fs::read_to_string(Path::new(&folder).join("lab.env")).expect("the lab's lab.env");
    let value = |key: String| {
        let line = text.lines().find_map(|line| line.strip_prefix(&key)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("lab.env has no {key}")).to_owned()
    };
    Server { url: value(format!("{name}_URL")), token: value(format!("{name}_TOKEN")) }
}

impl Server {
    /// The same server with resources of its own, none at first.
    pub fn tenant(self) -> Self {
        let mut url = url::Url::parse(&self.url).unwrap();
        let path = format!("/t/{}{}", own_prefix(), url.path());
        url.set_path(&path);
        Self { url: url.into(), ..self }
    }

    /// A target with its token in a file of a folder that must live as long.
    pub fn target(&self, change: impl FnOnce(&mut Settings)) -> (ScimTarget, TempDir) {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("token"), format!("{}\n", self.token)).unwrap();
        let token = SecretRef { file: Some("token".into()), credential: None, env: None };
        let usual = Settings::new(self.url.clone(), token);
        let mut settings = Settings { page_size: Some(1000), timeout_seconds: 20, ..usual };
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

/// What serves SCIM in the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// scim2-server, which keeps to the RFCs.
    Strict,
    /// The same over HTTP/1.0, each request on a connection of its own.
    Closing,
    /// SCIMMY, which repeats the list behind its end.
    Scimmy,
    /// django-scim2: users have a name, a mail address and a switch, and nothing else.
    Django,
}

impl Vendor {
    /// The server, with nothing in it.
    pub fn server(self) -> Server {
        let name = match self {
            Self::Strict => "SCIM",
            Self::Closing => "SCIM_CLOSE",
            Self::Scimmy => "SCIMMY",
            Self::Django => "DJANGO",
        };
        server(name).tenant()
    }

    /// The text of its profile, where it has ways of its own.
    pub fn profile(self) -> Option<&'static str> {
        match self {
            Self::Strict | Self::Closing => None,
            Self::Scimmy => Some(include_str!("profiles/scimmy.toml")),
            Self::Django => Some(include_str!("profiles/django.toml")),
        }
    }

    fn words(self) -> Words {
        let words = Words {
            login: "userName",
            title: "title",
            given: "name.givenName",
            phone: PHONE,
            group: "displayName",
            many: None,
            single: ("title", None),
            required: None,
            syntaxes: vec![
                (Kind::User, "title", ["Læge", "læge"].map(Value::text)),
                (Kind::User, PHONE, ["+45 12 34", "+45 12 35"].map(Value::text)),
            ],
            open: false,
            checks_references: false,
            follows_managers: true,
            drops_members: false,
            group_types: false,
            protects: false,
            deletes: true,
            tombstones: false,
            undeletes: false,
            lacks: Lacks::default(),
        };
        match self {
            Self::Django => Words {
                title: "name.familyName",
                single: ("name.familyName", None),
                syntaxes: ["name.familyName", "name.givenName"]
                    .map(|name| (Kind::User, name, ["Læge", "læge"].map(Value::text)))
                    .to_vec(),
                drops_members: true,
                lacks: Lacks {
                    attributes: &["title", "displayName", PHONE, r#"addresses[type eq "work"].locality"#, DEPARTMENT],
                    managers: true,
                    refusals: true,
                    nesting: true,
                    folding: true,
                },
                ..words
            },
            Self::Scimmy => Words { lacks: Lacks { refusals: true, ..Lacks::default() }, ..words },
            Self::Strict | Self::Closing => words,
        }
    }

    /// The server as the contract's suite tests it.
    pub fn subject(self) -> Subject {
        self.subject_on(&self.server())
    }

    fn subject_on(self, server: &Server) -> Subject {
        let (target, folder) = server.target(|_| {});
        let profile = self.profile().map(|text| toml::from_str(text).unwrap()).unwrap_or_default();
        let target = Box::new(target.with_profile(profile));
        Subject { target, beyond: None, words: self.words(), prefix: own_prefix(), _keep: Box::new(folder) }
    }
}

/// The strict server, which all tests share.
pub fn shared() -> Subject {
    Vendor::Strict.subject_on(&server("SCIM"))
}
