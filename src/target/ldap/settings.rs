//! What may be configured of an LDAP target. Knows how to check it without a server.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::dn::Dn;
use super::profile::{Disabled, Profile};
use super::protected::ProtectRule;
use super::server::{OneOrMany, Server, Urls};
use super::sign_in::{self, SignIn};
use crate::net::SecretRef;
use crate::object::{Handle, Kind};

/// The settings of one Active Directory domain.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LdapConnection")]
pub struct Settings {
    /// The server: `ldaps://dc1.example.org`, with `:636` unless a port is given. Its certificate must bear this name.
    /// Of a list the first that answers serves for a whole run.
    #[schemars(with = "OneOrMany")]
    pub url: Urls,
    /// For `ldap://`: TLS is asked for before anything else is sent, and nothing is done without it.
    #[serde(default)]
    pub starttls: bool,
    /// For `ldap://`: everything goes in the clear, passwords too. For a server on the same machine.
    #[serde(default)]
    pub plain: bool,
    /// The certificate of the CA that signed the server's, in PEM, relative to the configuration file. Without it the
    /// system's trust store decides.
    pub ca_file: Option<PathBuf>,
    /// The account that rosterd signs in as: a DN, or `name@example.org`; for Kerberos its principal, `name@EXAMPLE.ORG`.
    pub bind_dn: String,
    /// How it proves who it is.
    #[serde(default)]
    pub sign_in: SignIn,
    /// Where its password lies; Kerberos has none.
    pub password: Option<SecretRef>,
    /// The server's principal, where it is not `ldap/` and the host of `url`.
    pub service_principal: Option<String>,
    /// The fence: rosterd reads what lies below this DN, and writes only strictly below it.
    pub base: String,
    /// Where top-level units are created; `base` without it.
    pub unit_base: Option<String>,
    /// Where users without a unit are created; `base` without it.
    pub user_base: Option<String>,
    /// Where groups are created; `base` without it.
    pub group_base: Option<String>,
    /// Where users are moved some time after they left; nobody is moved without it.
    pub leavers_base: Option<String>,
    /// The attribute that bears the roster's key of an object. It must hold a UUID, and nothing else may use it.
    /// Without it `adminDescription` in Active Directory, `businessCategory` elsewhere.
    pub stamp_attribute: Option<String>,
    /// Which kind of directory it is.
    #[serde(default)]
    pub profile: Profile,
    /// What says of a user that it is disabled. Active Directory has a flag for it.
    pub disabled: Option<Disabled>,
    /// Objects in one page of a search. Active Directory gives at most 1,000 by its default policy.
    #[serde(default = "page_size")]
    pub page_size: u32,
    /// The time-out of connecting, and of every single operation, in seconds.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
    /// The longest answer that is taken, in MiB. A group of 200,000 members comes in 16.
    #[serde(default = "max_message_mib")]
    pub max_message_mib: u32,
    /// Taken logins are read below this DN; the whole domain without it.
    pub names_base: Option<String>,
    /// What is never touched, beside what the directory itself protects.
    #[serde(default)]
    pub protect: Vec<ProtectRule>,
    /// DNs of objects below `base` that every complete read shows: one that does not is none.
    #[serde(default)]
    pub canaries: Vec<String>,
}

fn page_size() -> u32 {
    1000
}

fn timeout_seconds() -> u64 {
    30
}

fn max_message_mib() -> u32 {
    64
}

impl Settings {
    /// What decides which objects are ours and how they are understood: all but the way to the server.
    pub fn of_objects(&self) -> Self {
        Self {
            url: Urls::from(""),
            starttls: false,
            plain: false,
            ca_file: None,
            password: None,
            service_principal: None,
            page_size: 0,
            timeout_seconds: 0,
            max_message_mib: 0,
            ..self.clone()
        }
    }

    /// What is wrong, by field; all that can be told without a server.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if let Err(problem) = self.servers() {
            problems.push(("url", problem));
        }
        if self.bind_dn.trim().is_empty() {
            problems.push(("bind_dn", "it is empty: an anonymous account can read next to nothing".into()));
        }
        problems.extend(sign_in::problems(self));
        if let Ok(places) = Places::of(self) {
            let outside = places.canaries.iter().filter(|canary| !canary.below(&places.base));
            problems.extend(outside.map(|canary| ("canaries", format!("{canary} does not lie below base"))));
        }
        if let Err(more) = Places::of(self) {
            problems.extend(more);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let is_name = |name: &str| !name.is_empty() && name.chars().all(plain);
        if !is_name(self.stamp()) {
            problems.push(("stamp_attribute", format!("{:?} is not the name of an attribute", self.stamp())));
        }
        match (self.profile, &self.disabled) {
            (Profile::Ad, Some(_)) => {
                problems.push(("disabled", "Active Directory has a flag for it: leave this out".into()));
            }
            (Profile::Rfc, None) => {
                problems.push(("disabled", "the profile rfc needs it: else nobody could be disabled".into()));
            }
            (_, Some(disabled)) if !is_name(&disabled.attribute) || disabled.value.is_empty() => {
                problems.push(("disabled", "it needs the name of an attribute, and a value".into()));
            }
            _ => {}
        }
        problems.extend(self.protect.iter().filter_map(ProtectRule::problem).map(|problem| ("protect", problem)));
        if !(1..=20_000).contains(&self.page_size) {
            problems.push(("page_size", format!("{} is not between 1 and 20000", self.page_size)));
        }
        if !(1..=1024).contains(&self.max_message_mib) {
            problems.push(("max_message_mib", format!("{} is not between 1 and 1024", self.max_message_mib)));
        }
        if !(1..=3600).contains(&self.timeout_seconds) {
            problems.push(("timeout_seconds", format!("{} is not between 1 and 3600", self.timeout_seconds)));
        }
        problems
    }

    /// The servers, in the order in which they are tried.
    pub(super) fn servers(&self) -> Result<Vec<Server>, String> {
        if self.url.all().is_empty() {
            return Err("it names no server".into());
        }
        self.url.all().iter().map(|url| Server::parse(url, self.starttls, self.plain)).collect()
    }

    /// The attribute of the stamp.
    pub fn stamp(&self) -> &str {
        self.stamp_attribute.as_deref().unwrap_or(self.profile.stamp_attribute())
    }

    /// What says of a user that it is disabled; `None` where the directory has a flag.
    pub(super) fn disabled(&self) -> Option<Disabled> {
        self.disabled.clone().or_else(|| self.profile.disabled())
    }

    /// The attribute that a look at whether a user is enabled needs.
    pub(super) fn switch(&self) -> &str {
        match (&self.disabled, self.profile) {
            (Some(disabled), _) => &disabled.attribute,
            (None, Profile::OpenLdap) => "pwdAccountLockedTime",
            (None, _) => "userAccountControl",
        }
    }

    /// The time-out of connecting, and of every single operation.
    pub(super) fn time_out(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// The longest answer that is taken, in bytes.
    pub(super) fn longest_message(&self) -> usize {
        usize::try_from(self.max_message_mib).unwrap_or(usize::MAX).saturating_mul(1024 * 1024)
    }
}

/// The places of the settings, parsed.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub base: Dn,
    unit: Dn,
    user: Dn,
    group: Dn,
    pub leavers: Option<Dn>,
    pub names: Option<Dn>,
    pub canaries: Vec<Dn>,
}

impl Places {
    pub fn of(settings: &Settings) -> Result<Self, Vec<(&'static str, String)>> {
        let mut problems = Vec::new();
        let mut parse = |field, text: &str| match Dn::parse(text) {
            Ok(dn) => Some(dn),
            Err(error) => {
                problems.push((field, error.to_string()));
                None
            }
        };
        let base = parse("base", &settings.base);
        let mut place = |field, text: &Option<String>| match text {
            Some(text) => parse(field, text),
            None => base.clone(),
        };
        let unit = place("unit_base", &settings.unit_base);
        let user = place("user_base", &settings.user_base);
        let group = place("group_base", &settings.group_base);
        let leavers = settings.leavers_base.as_ref().map(|text| parse("leavers_base", text));
        let names = settings.names_base.as_ref().map(|text| parse("names_base", text));
        let canaries: Vec<Option<Dn>> = settings.canaries.iter().map(|text| parse("canaries", text)).collect();
        let (Some(base), Some(unit), Some(user), Some(group)) = (base, unit, user, group) else { return Err(problems) };
        let leavers = leavers.flatten();
        let places = [("unit_base", Some(&unit)), ("user_base", Some(&user)), ("group_base", Some(&group))];
        for (field, dn) in places.into_iter().chain([("leavers_base", leavers.as_ref())]) {
            let Some(dn) = dn else { continue };
            if !dn.same(&base) && !dn.below(&base) {
                problems.push((field, format!("{dn} does not lie below base, {base}")));
            }
        }
        if let Some(names) = names.iter().flatten().find(|names| !base.same(names) && !base.below(names)) {
            problems.push(("names_base", format!("{names} does not hold base, {base}")));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let canaries = canaries.into_iter().flatten().collect();
        Ok(Self { base, unit, user, group, leavers, names: names.flatten(), canaries })
    }

    /// Where objects of a kind are created that have no parent of ours.
    pub fn root(&self, kind: Kind) -> &Dn {
        match kind {
            Kind::Unit => &self.unit,
            Kind::User | Kind::Contact => &self.user,
            Kind::Group => &self.group,
        }
    }

    /// Whether this is one of the configured containers, which are not ours to change.
    pub fn configured(&self, handle: &Handle) -> bool {
        [&self.base, &self.unit, &self.user, &self.group]
            .into_iter()
            .chain(&self.leavers)
            .any(|dn| dn.handle() == handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            url: "ldaps://dc1.example.org".into(),
            starttls: false,
            plain: false,
            ca_file: None,
            bind_dn: "CN=sync,DC=example,DC=org".into(),
            sign_in: SignIn::Simple,
            password: Some(SecretRef { file: Some("password".into()), credential: None, env: None }),
            service_principal: None,
            base: "OU=Org,DC=example,DC=org".into(),
            unit_base: None,
            user_base: Some("ou=people, ou=org, dc=example, dc=org".into()),
            group_base: None,
            leavers_base: None,
            stamp_attribute: None,
            profile: Profile::Ad,
            disabled: None,
            page_size: page_size(),
            timeout_seconds: timeout_seconds(),
            max_message_mib: max_message_mib(),
            names_base: Some("DC=example,DC=org".into()),
            protect: Vec::new(),
            canaries: Vec::new(),
        }
    }

    fn fields(settings: &Settings) -> Vec<&'static str> {
        settings.problems().into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn good_settings_have_no_problems() {
        assert!(settings().problems().is_empty(), "{:?}", settings().problems());
    }

    #[test]
    fn a_few_keys_are_enough_and_unknown_ones_are_refused() -> Result<(), toml::de::Error> {
        let text = "url = 'ldaps://dc1'\nbind_dn = 'a@b'\npassword = { file = 'p' }\nbase = 'OU=a,DC=b'\n";
        let settings: Settings = toml::from_str(text)?;
        assert_eq!((settings.page_size, settings.timeout_seconds), (1000, 30));
        assert!(settings.problems().is_empty());
        assert!(toml::from_str::<Settings>(&format!("{text}pages = 3\n")).is_err());
        Ok(())
    }

    #[test]
    fn each_problem_names_its_field() {
        assert_eq!(fields(&Settings { url: "ldap://dc1".into(), ..settings() }), ["url"]);
        assert_eq!(fields(&Settings { url: "dc1".into(), ..settings() }), ["url"]);
        assert_eq!(fields(&Settings { url: Vec::new().into(), ..settings() }), ["url"]);
        assert_eq!(fields(&Settings { starttls: true, ..settings() }), ["url"]);
        assert_eq!(fields(&Settings { max_message_mib: 0, ..settings() }), ["max_message_mib"]);
        assert_eq!(fields(&Settings { bind_dn: " ".into(), ..settings() }), ["bind_dn"]);
        assert_eq!(fields(&Settings { base: "Org".into(), ..settings() }), ["base"]);
        assert_eq!(
            fields(&Settings { unit_base: Some("OU=Other,DC=example,DC=org".into()), ..settings() }),
            ["unit_base"]
        );
        assert_eq!(
            fields(&Settings { leavers_base: Some("OU=Other,DC=example,DC=org".into()), ..settings() }),
            ["leavers_base"]
        );
        assert_eq!(
            fields(&Settings { names_base: Some("OU=A,OU=Org,DC=example,DC=org".into()), ..settings() }),
            ["names_base"]
        );
        assert_eq!(
            fields(&Settings { page_size: 0, timeout_seconds: 0, ..settings() }),
            ["page_size", "timeout_seconds"]
        );
        let canary = |dn: &str| Settings { canaries: vec![dn.into()], ..settings() };
        assert_eq!(fields(&canary("CN=A,OU=Org,DC=example,DC=org")), [""; 0]);
        assert_eq!(fields(&canary("CN=A,DC=example,DC=org")), ["canaries"]);
        assert_eq!(fields(&canary("A")), ["canaries"]);
        assert_eq!(fields(&Settings { profile: Profile::Rfc, ..settings() }), ["disabled"]);
        let flag = Disabled { attribute: "employeeType".into(), value: "disabled".into() };
        assert_eq!(fields(&Settings { disabled: Some(flag.clone()), ..settings() }), ["disabled"]);
        assert!(fields(&Settings { disabled: Some(flag), profile: Profile::Rfc, ..settings() }).is_empty());
        assert_eq!(fields(&Settings { stamp_attribute: Some("a)(b".into()), ..settings() }), ["stamp_attribute"]);
    }

    #[test]
    fn kerberos_has_a_principal_and_no_password() {
        let (bind_dn, secret) = ("sync@EXAMPLE.ORG".to_owned(), settings().password);
        let kerberos = Settings { sign_in: SignIn::Kerberos, bind_dn, password: None, ..settings() };
        let wrong = |settings: Settings| {
            let found = fields(&settings);
            // a program without Kerberos says so beside everything else
            assert_eq!(found.contains(&"sign_in"), !cfg!(feature = "gssapi"));
            found.into_iter().filter(|field| *field != "sign_in").collect::<Vec<_>>()
        };
        assert_eq!(wrong(kerberos.clone()), [""; 0]);
        assert_eq!(wrong(Settings { password: secret, ..kerberos.clone() }), ["password"]);
        assert_eq!(wrong(Settings { bind_dn: settings().bind_dn, ..kerberos.clone() }), ["bind_dn"]);
        assert_eq!(wrong(Settings { url: "ldap://dc1".into(), plain: true, ..kerberos.clone() }), ["plain"]);
        let named = Settings { service_principal: Some("ldap/dc1.example.org".into()), ..kerberos };
        assert_eq!(wrong(named.clone()), [""; 0]);
        let several = vec!["ldaps://dc1".to_owned(), "ldaps://dc2".to_owned()];
        assert_eq!(wrong(Settings { url: several.into(), ..named.clone() }), ["service_principal"]);
        assert_eq!(wrong(Settings { service_principal: Some("dc1".into()), ..named.clone() }), ["service_principal"]);
        let simple = Settings { sign_in: SignIn::Simple, ..named };
        assert_eq!(fields(&simple), ["password", "service_principal"]);
    }
}
