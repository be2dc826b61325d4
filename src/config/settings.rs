//! The shape of the configuration file. No `tag`, `untagged` or `flatten`: they lose the place of an error.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::accounts::AccountText;
use super::adopt::AdoptText;
use super::alarms::Alarms;
use super::csv::Csv;
use super::groups::GroupText;
use super::http::Http;
use super::lifecycle::LifecycleText;
use super::limits::{IntakeLimits, LimitsText};
use super::mapping::KindMapping;
use super::mapping_test::MappingTest;
use super::naming::Naming;
use super::owners::{MatchText, OwnersText};
use super::report::ReportText;
use super::safety::Safety;
use super::shape;
use super::when::WhenText;
use crate::deliver::{folder, mail, webhook};
use crate::net::SecretRef;
use crate::org::quality::Severity;
use crate::org::{CustomNames, CustomTypes, FactKind, Visibility};
use crate::report::Language;
use crate::target::{ldap, scim};

/// The whole configuration; what is in which field is said at `Sections`. A file that holds these and nothing wrong is a
/// [`super::Loaded`].
#[derive(Debug, Clone)]
pub struct Config {
    pub roster: Roster,
    pub intake: Intake,
    pub retention: Retention,
    pub limits: LimitsText,
    pub safety: Safety,
    pub alarms: Alarms,
    pub http: Option<Http>,
    pub custom: CustomSection,
    pub owners: OwnersText,
    pub quality: BTreeMap<String, Severity>,
    pub jsonl: BTreeMap<String, Jsonl>,
    pub csv: BTreeMap<String, Csv>,
    pub naming: Naming,
    pub lifecycle: LifecycleText,
    pub accounts: BTreeMap<String, AccountText>,
    pub groups: BTreeMap<String, GroupText>,
    pub ldap: BTreeMap<String, Ldap>,
    pub scim: BTreeMap<String, Scim>,
    pub mail: Option<mail::Settings>,
    pub webhook: BTreeMap<String, webhook::Settings>,
    pub folder: BTreeMap<String, folder::Settings>,
    pub report: BTreeMap<String, ReportText>,
}

/// The file as it is read: the same, but a section may be missing, so that the others can be checked.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "The configuration of rosterd")]
pub(super) struct Sections {
    /// The roster itself: its file, its time zone, its keys.
    pub roster: Option<Roster>,
    /// What holds for every import.
    #[serde(default)]
    pub intake: Intake,
    #[serde(default)]
    pub retention: Retention,
    /// Limits of every target, unless it has its own.
    #[serde(default)]
    pub limits: LimitsText,
    /// Who has to consent, and when rosterd stops by itself.
    #[serde(default)]
    pub safety: Safety,
    /// What is an alarm, and who is told.
    #[serde(default)]
    pub alarms: Alarms,
    /// Where metrics and health can be asked for; nowhere without it.
    pub http: Option<Http>,
    /// Custom attributes.
    #[serde(default)]
    pub custom: CustomSection,
    /// Who is right where sources state the same, by kind and field; `default` is for every other field.
    #[serde(default)]
    pub owners: OwnersText,
    /// How bad what a rule of the record finds is, where it is not as usual.
    #[serde(default)]
    #[schemars(schema_with = "shape::quality")]
    pub quality: BTreeMap<String, Severity>,
    /// Sources in the exchange format, by name.
    #[serde(default)]
    pub jsonl: BTreeMap<String, Jsonl>,
    /// Sources of rows and columns, by name.
    #[serde(default)]
    pub csv: BTreeMap<String, Csv>,
    /// The names that rosterd gives.
    #[serde(default)]
    pub naming: Naming,
    /// Who has an account on which days, in every target.
    #[serde(default)]
    pub lifecycle: LifecycleText,
    /// Further accounts of people, by the name of their rule.
    #[serde(default)]
    pub accounts: BTreeMap<String, AccountText>,
    /// Groups that are made of the roster, by the name of their rule.
    #[serde(default)]
    pub groups: BTreeMap<String, GroupText>,
    /// Directories, by name.
    #[serde(default)]
    pub ldap: BTreeMap<String, Ldap>,
    /// SCIM services, by name.
    #[serde(default)]
    pub scim: BTreeMap<String, Scim>,
    /// The server that takes mail for others.
    pub mail: Option<mail::Settings>,
    /// Programs that are told over HTTPS, by name.
    #[serde(default)]
    pub webhook: BTreeMap<String, webhook::Settings>,
    /// Folders that files are put into, by name.
    #[serde(default)]
    pub folder: BTreeMap<String, folder::Settings>,
    /// Reports that are made on schedule and sent, by name.
    #[serde(default)]
    pub report: BTreeMap<String, ReportText>,
    /// Tests of the mapping, by name; `rosterd check` runs them.
    #[serde(default)]
    pub test: BTreeMap<String, MappingTest>,
}

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roster {
    /// The SQLite file, relative to the configuration file.
    pub file: PathBuf,
    /// Where verbs reach the daemon, relative to the configuration file: the roster's file with `.sock` after its name,
    /// unless another is written.
    pub socket: Option<PathBuf>,
    /// The IANA name of the time zone in which days begin and schedules run.
    pub zone: String,
    /// The language of reports, mails and alarms, `en` or `da`; a report may have another one.
    #[serde(default)]
    pub language: Language,
    /// Where the key lies that national ids are sealed with.
    pub national_id_key: SecretRef,
    /// Where the key lies that the log is chained with. Without it nothing is written; so it has a place by default.
    #[serde(default = "log_key")]
    pub log_key: SecretRef,
}

fn log_key() -> SecretRef {
    SecretRef { file: Some(PathBuf::from("secrets/log.key")), credential: None, env: None }
}

#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    #[serde(default)]
    pub limits: IntakeLimits,
    /// For how many days after its last complete import a source proves that somebody is gone; 35 without it.
    pub max_age_days: Option<NonZeroU32>,
}

/// How many days is kept what the record does not need. Facts and the log are kept for good.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Stored plans.
    pub plans: NonZeroU32,
    /// The events of steps, and the summaries of runs.
    pub journal: NonZeroU32,
    /// The records of imports.
    pub batches: NonZeroU32,
    /// The records of letters that were sent or given up.
    pub letters: NonZeroU32,
    /// Who could use which account, and who was in which group: for so many days back `access` answers.
    pub access: NonZeroU32,
}

impl Default for Retention {
    fn default() -> Self {
        let days = |days| NonZeroU32::new(days).unwrap_or(NonZeroU32::MAX);
        Self { plans: days(90), journal: days(400), batches: days(400), letters: days(90), access: days(3650) }
    }
}

/// The custom attributes of each kind, by name. A kind without a section takes any.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomSection {
    pub unit: Option<CustomNames>,
    pub person: Option<CustomNames>,
    pub engagement: Option<CustomNames>,
    pub group: Option<CustomNames>,
}

impl CustomSection {
    pub fn types(&self) -> CustomTypes {
        let kinds = [
            (FactKind::Unit, &self.unit),
            (FactKind::Person, &self.person),
            (FactKind::Engagement, &self.engagement),
            (FactKind::Group, &self.group),
        ];
        let declared = |(kind, names): (FactKind, &Option<CustomNames>)| Some((kind, names.clone()?));
        CustomTypes(kinds.into_iter().filter_map(declared).collect())
    }
}

/// A file in the exchange format.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jsonl {
    /// Relative to the configuration file.
    pub file: PathBuf,
    /// The source that its facts belong to: its own name, unless another is written. A thing belongs to one source.
    pub source: Option<String>,
    /// When the daemon imports it; never by itself without one.
    pub schedule: Option<WhenText>,
    /// For how many days after its last complete import it proves that somebody is gone, where not as long as others.
    pub max_age_days: Option<NonZeroU32>,
    /// How its own ids are understood, by kind.
    #[serde(default, rename = "match")]
    pub matches: MatchText,
}

/// A directory.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ldap {
    /// When the daemon runs it; never by itself without one.
    pub schedule: Option<WhenText>,
    /// For how many hours after a read of everything only changes are read. Without it, everything is read every time.
    pub full_read_hours: Option<u32>,
    #[serde(default)]
    pub limits: LimitsText,
    /// Groups whose last enabled member nothing takes without an approval, by their names in the target.
    #[serde(default)]
    pub never_empty: Vec<String>,
    /// How confidential what it may have is, at most. Contacts and classes say how confidential they are.
    #[serde(default)]
    pub release: Visibility,
    /// What of the lifecycle is otherwise here, and what its rungs mean.
    #[serde(default)]
    pub lifecycle: LifecycleText,
    /// Attributes of this directory's own schema, beyond those of Active Directory.
    #[serde(default)]
    pub extra_attributes: Vec<String>,
    /// By what objects that are there already are known, by kind.
    #[serde(default)]
    pub adopt: AdoptText,
    pub connection: ldap::Settings,
    /// What becomes of first passwords.
    #[serde(default)]
    pub password: ldap::PasswordSettings,
    pub user: Option<KindMapping>,
    pub unit: Option<KindMapping>,
    pub group: Option<KindMapping>,
}

/// A SCIM service. It has no organisational units.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scim {
    /// When the daemon runs it; never by itself without one.
    pub schedule: Option<WhenText>,
    #[serde(default)]
    pub limits: LimitsText,
    /// Groups whose last enabled member nothing takes without an approval, by their names in the target.
    #[serde(default)]
    pub never_empty: Vec<String>,
    /// How confidential what it may have is, at most. Contacts and classes say how confidential they are.
    #[serde(default)]
    pub release: Visibility,
    /// What of the lifecycle is otherwise here, and what its rungs mean.
    #[serde(default)]
    pub lifecycle: LifecycleText,
    /// Attributes of this service's own schema, beyond those of RFC 7643.
    #[serde(default)]
    pub extra_attributes: Vec<String>,
    /// By what objects that are there already are known, by kind.
    #[serde(default)]
    pub adopt: AdoptText,
    /// The shipped profile of the service; `generic` without it.
    pub profile: Option<String>,
    /// A file with a profile of the service, relative to the configuration file.
    pub profile_file: Option<PathBuf>,
    /// The probe may make a user, change it and take it away again: of this name, or with `true` of its own.
    #[serde(default, deserialize_with = "canary")]
    #[schemars(schema_with = "shape::canary")]
    pub canary_user: Option<String>,
    pub connection: scim::Settings,
    pub user: Option<KindMapping>,
    pub group: Option<KindMapping>,
}

/// The canary user of a service when it is only allowed, not named. The capital shows what the service does with case.
const CANARY: &str = "Rosterd-Canary";

/// True, false, or a name.
fn canary<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Canary;
    impl Visitor<'_> for Canary {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, or the name of a user in quotes")
        }

        fn visit_bool<E: serde::de::Error>(self, allowed: bool) -> Result<Self::Value, E> {
            Ok(allowed.then(|| CANARY.to_owned()))
        }

        fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
            match name.trim() {
                "" => Err(E::invalid_value(Unexpected::Str(name), &self)),
                name => Ok(Some(name.to_owned())),
            }
        }
    }
    deserializer.deserialize_any(Canary)
}
