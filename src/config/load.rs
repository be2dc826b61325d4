//! Loading: one file in, a checked and compiled configuration out, or everything that is wrong with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::accounts::{self, Accounts};
use super::adopt::adoption;
use super::alarms;
use super::attributes::unused_extras;
use super::channels;
use super::check;
use super::compile::{self, Known, Protocol, Written};
use super::csv_layout;
use super::document::Document;
use super::groups;
use super::lifecycle;
use super::mapping_run;
use super::mapping_test::{self, MappingTest};
use super::naming;
use super::owners::{self, Sharing};
use super::problem::ConfigProblem;
use super::read::{self, Removed};
use super::report::{self, ReportText};
use super::scim_profile;
use super::settings::{Config, Sections};
use super::socket::socket;
use super::when;
use crate::mapping::{NamingRules, Rules};
use crate::object::Kind;
use crate::org::quality::Severities;
use crate::org::{CustomTypes, MatchRules, Owners};
use crate::reconcile::Limits;
use crate::schedule::{JobKind, When};
use crate::source::csv::Layout;
use crate::target::ldap;
use crate::target::scim::Profile;

/// A configuration that may be used.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The folder that relative paths start from.
    pub folder: PathBuf,
    pub config: Config,
    pub zone: TimeZone,
    pub naming: NamingRules,
    /// The custom attributes that are declared.
    pub custom: CustomTypes,
    /// Who is right where sources state the same.
    pub owners: Owners,
    /// How the ids of a source are understood, by source.
    pub matches: BTreeMap<String, MatchRules>,
    /// How bad what the rules of the record find is.
    pub quality: Severities,
    /// Sources and when they run, by name.
    pub sources: BTreeMap<String, Option<When>>,
    /// When the reports are made that have a schedule, by name.
    pub reports: BTreeMap<String, When>,
    /// What the rows of the CSV sources mean, by name.
    pub layouts: BTreeMap<String, Layout>,
    pub targets: BTreeMap<String, TargetConfig>,
    /// The tests of the mapping, by name.
    pub tests: BTreeMap<String, MappingTest>,
    /// What is said of the ways of SCIM services, by the name of the target.
    pub profiles: BTreeMap<String, Profile>,
    /// A hash of everything that is in force: equal for files that differ in comments and layout only.
    pub generation: String,
}

impl Loaded {
    /// The roster's file.
    pub fn roster_file(&self) -> PathBuf {
        self.folder.join(&self.config.roster.file)
    }

    /// Where verbs reach a daemon that serves this roster.
    pub fn socket(&self) -> PathBuf {
        socket(&self.folder, &self.config.roster.file, self.config.roster.socket.as_deref())
    }
}

/// What is common to all targets.
#[derive(Debug, Clone)]
pub struct TargetConfig {
    pub protocol: Protocol,
    pub schedule: Option<When>,
    pub limits: Limits,
    /// Groups whose last enabled member nothing takes without an approval.
    pub never_empty: Vec<String>,
    pub rules: Rules,
    /// A hash of all that decides what its plans hold: not of limits, schedules, sources, and where its server is.
    pub generation: String,
}

impl Config {
    /// The same as [`load`](Self::load), and the tests of the mapping are run. One that fails is a problem of the file, though
    /// it keeps nothing from running.
    pub fn check(path: &Path, known: &Known<'_>) -> Result<Loaded, Vec<ConfigProblem>> {
        let loaded = Self::load(path, known)?;
        let file = path.display().to_string();
        let text = read(path)?;
        let problems = mapping_run::run(&file, &text, &loaded, known);
        if problems.is_empty() { Ok(loaded) } else { Err(problems) }
    }

    /// Reads and checks the file at `path`. Every problem is reported, not only the first. Of the files that it names only
    /// profiles are read, which are part of the configuration, and no secret.
    pub fn load(path: &Path, known: &Known<'_>) -> Result<Loaded, Vec<ConfigProblem>> {
        let file = path.display().to_string();
        let text = read(path)?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self::parse(&file, &text, folder, known)
    }

    /// The same for a text; `file` is only for messages.
    pub fn parse(file: &str, text: &str, folder: PathBuf, known: &Known<'_>) -> Result<Loaded, Vec<ConfigProblem>> {
        let mut document = Document::parse(file, text);
        if !document.is_good() {
            return Err(document.into_problems()); // what follows from a broken line is noise
        }
        let Some((sections, removed)) = read::sections(&mut document) else { return Err(document.into_problems()) };
        if sections.roster.is_none() && !removed.contains(&vec!["roster".to_owned()]) {
            let hint = Some("write [roster] with file, zone and national_id_key".to_owned());
            document.at(0..0, "the section [roster] is missing".into(), hint);
        }
        check::plain_sections(&mut document, &sections);
        channels::sections(&mut document, &sections);
        report::check(&mut document, &sections, &removed);
        alarms::check(&mut document, &sections, &removed);
        lifecycle::of_everybody(&mut document, &sections.lifecycle);
        let custom = sections.custom.types();
        let Sharing { owners, matches } = owners::sharing(&mut document, &sections, &custom);
        let mut naming = naming::rules(&mut document, &sections.naming, &custom);
        let accounts = accounts::accounts(&mut document, &sections, naming.as_ref(), &custom);
        naming.iter_mut().for_each(|naming| naming.accounts = accounts.all());
        let zone = sections.roster.as_ref().and_then(|roster| check::zone(&roster.zone).ok());
        let local = zone.clone().unwrap_or(TimeZone::UTC); // a wrong one was told already
        let mut targets = targets(&mut document, &sections, (&custom, &accounts, &local), &removed, known);
        mapping_test::check(&mut document, &sections.test, &targets);
        let tests = sections.test.clone();
        let profiles: BTreeMap<String, Profile> = (sections.scim.iter())
            .filter_map(|(name, scim)| Some((name.clone(), scim_profile::profile(&mut document, name, scim, &folder)?)))
            .collect();
        let layouts: BTreeMap<String, Layout> = (sections.csv.keys())
            .filter_map(|name| {
                Some((name.clone(), csv_layout::layout(&mut document, name, &sections.csv, &custom, &owners)?))
            })
            .collect();
        let sources = sources(&mut document, &sections, &local);
        let reports = reports(&mut document, &sections, &local);
        when::order(&mut document, &sections);
        match (document.is_good(), config(sections), naming, zone) {
            (true, Some(config), Some(naming), Some(zone)) => {
                let generation = config.generation(&profiles);
                for (name, target) in &mut targets {
                    let profile = profiles.get_key_value(name).map(|(name, profile)| (name.clone(), profile.clone()));
                    target.generation = config.only(name).generation(&profile.into_iter().collect());
                }
                let quality = Severities(config.quality.clone());
                Ok(Loaded {
                    folder,
                    config,
                    zone,
                    naming,
                    custom,
                    owners,
                    matches,
                    quality,
                    sources,
                    reports,
                    layouts,
                    targets,
                    tests,
                    profiles,
                    generation,
                })
            }
            _ => Err(document.into_problems()),
        }
    }

    /// What decides what the plans of one target hold.
    fn only(&self, target: &str) -> Self {
        let mut only = self.clone();
        only.ldap.retain(|name, _| name == target);
        only.scim.retain(|name, _| name == target);
        only.roster.file.clear();
        only.roster.socket = None;
        (only.intake, only.retention, only.limits, only.safety, only.owners) = Default::default();
        (only.alarms, only.http) = Default::default();
        only.jsonl.clear();
        only.csv.clear();
        only.mail = None;
        only.webhook.clear();
        only.folder.clear();
        only.report.clear();
        for ldap in only.ldap.values_mut() {
            (ldap.schedule, ldap.full_read_hours, ldap.limits, ldap.never_empty) = Default::default();
            ldap.connection = ldap.connection.of_objects();
        }
        for scim in only.scim.values_mut() {
            (scim.schedule, scim.limits, scim.never_empty) = Default::default();
            scim.connection = scim.connection.of_objects();
        }
        only
    }

    /// The hash of the effective configuration, defaults included.
    fn generation(&self, profiles: &BTreeMap<String, Profile>) -> String {
        // The derived text names every field; maps are ordered.
        blake3::hash(format!("{self:?}{profiles:?}").as_bytes()).to_hex().to_string()
    }
}

fn read(path: &Path) -> Result<String, Vec<ConfigProblem>> {
    std::fs::read_to_string(path).map_err(|error| {
        let file = path.display().to_string();
        let hint = "name another file with --config or $ROSTERD_CONFIG; `rosterd init DIR` writes a first one";
        vec![ConfigProblem::of_file(&file, format!("cannot read {file}: {error}"), Some(hint.into()))]
    })
}

fn config(sections: Sections) -> Option<Config> {
    // what only `check` looks at is not in force
    let Sections {
        roster,
        intake,
        retention,
        limits,
        safety,
        alarms,
        http,
        custom,
        owners,
        quality,
        jsonl,
        csv,
        naming,
        lifecycle,
        accounts,
        groups,
        ldap,
        scim,
        mail,
        webhook,
        folder,
        report,
        test: _,
    } = sections;
    Some(Config {
        roster: roster?,
        intake,
        retention,
        limits,
        safety,
        alarms,
        http,
        custom,
        owners,
        quality,
        jsonl,
        csv,
        naming,
        lifecycle,
        accounts,
        groups,
        ldap,
        scim,
        mail,
        webhook,
        folder,
        report,
    })
}

fn sources(document: &mut Document<'_>, sections: &Sections, zone: &TimeZone) -> BTreeMap<String, Option<When>> {
    let jsonl = sections.jsonl.iter().map(|(name, source)| ("jsonl", name, source.schedule.as_ref()));
    let csv = sections.csv.iter().map(|(name, source)| ("csv", name, source.schedule.as_ref()));
    let when = |(section, name, text): (&str, &String, Option<&when::WhenText>)| {
        let when = when::when(document, &[section, name], (JobKind::Source, name), text, zone);
        (name.clone(), when)
    };
    jsonl.chain(csv).map(when).collect()
}

fn reports(document: &mut Document<'_>, sections: &Sections, zone: &TimeZone) -> BTreeMap<String, When> {
    let when = |(name, report): (&String, &ReportText)| {
        let job = (JobKind::Report, name.as_str());
        Some((name.clone(), when::when(document, &["report", name], job, report.schedule.as_ref(), zone)?))
    };
    sections.report.iter().filter_map(when).collect()
}

fn targets(
    document: &mut Document<'_>,
    sections: &Sections,
    (custom, accounts, zone): (&CustomTypes, &Accounts, &TimeZone),
    removed: &Removed,
    known: &Known<'_>,
) -> BTreeMap<String, TargetConfig> {
    let default = sections.limits.limits();
    let groups = groups::groups(document, &sections.groups, custom);
    let mut targets = BTreeMap::new();
    for (name, ldap) in &sections.ldap {
        let kinds =
            [(Kind::Unit, ldap.unit.as_ref()), (Kind::User, ldap.user.as_ref()), (Kind::Group, ldap.group.as_ref())];
        let protocol = Protocol::Ldap(ldap.connection.profile);
        let own = own_attributes(&ldap.connection);
        let written = Written { protocol, name, extra: &ldap.extra_attributes, own, release: ldap.release, kinds };
        connection(document, &written, removed, ldap.connection.problems());
        for (field, problem) in ldap.password.problems() {
            document.at_value(&["ldap", name, "password", field], problem, None);
        }
        check::limits(document, &["ldap", name, "limits"], &ldap.limits);
        check::never_empty(document, &["ldap", name, "never_empty"], &ldap.never_empty);
        let schedule = when::when(document, &["ldap", name], (JobKind::Target, name), ldap.schedule.as_ref(), zone);
        let mut rules = compile::target(document, &written, custom, known);
        rules.groups.clone_from(&groups);
        rules.accounts = accounts.of(name);
        let adopt = (&ldap.adopt, ldap.connection.stamp());
        adoption(document, &written, adopt, custom, |kind| known(protocol, kind), &mut rules);
        naming::check_rules(document, &sections.naming, ("ldap", name), &rules);
        let words = (&sections.lifecycle, &ldap.lifecycle);
        let leavers = ldap.connection.leavers_base.is_some();
        rules.ladder = lifecycle::ladder(document, &written, words, leavers, (&rules, known));
        unused_extras(document, &written, &rules);
        let (limits, never_empty) = (ldap.limits.limits().or(&default), ldap.never_empty.clone());
        let target = TargetConfig { protocol, schedule, limits, never_empty, rules, generation: String::new() };
        targets.insert(name.clone(), target);
    }
    for (name, scim) in &sections.scim {
        let kinds = [(Kind::Unit, None), (Kind::User, scim.user.as_ref()), (Kind::Group, scim.group.as_ref())];
        let (protocol, own) = (Protocol::Scim, Vec::new());
        let written = Written { protocol, name, extra: &scim.extra_attributes, own, release: scim.release, kinds };
        connection(document, &written, removed, scim.connection.problems());
        check::limits(document, &["scim", name, "limits"], &scim.limits);
        check::never_empty(document, &["scim", name, "never_empty"], &scim.never_empty);
        let schedule = when::when(document, &["scim", name], (JobKind::Target, name), scim.schedule.as_ref(), zone);
        let mut rules = compile::target(document, &written, custom, known);
        rules.groups.clone_from(&groups);
        rules.accounts = accounts.of(name);
        let adopt = (&scim.adopt, "externalId");
        adoption(document, &written, adopt, custom, |kind| known(protocol, kind), &mut rules);
        naming::check_rules(document, &sections.naming, ("scim", name), &rules);
        let words = (&sections.lifecycle, &scim.lifecycle);
        rules.ladder = lifecycle::ladder(document, &written, words, false, (&rules, known));
        unused_extras(document, &written, &rules);
        let (limits, never_empty) = (scim.limits.limits().or(&default), scim.never_empty.clone());
        let target = TargetConfig { protocol, schedule, limits, never_empty, rules, generation: String::new() };
        targets.insert(name.clone(), target);
    }
    targets
}

/// The attributes of a directory that rosterd writes for its own ends.
fn own_attributes(connection: &ldap::Settings) -> Vec<(String, &'static str)> {
    let stamp = (connection.stamp().to_owned(), "the stamp by which it knows an object again");
    let disabled = connection.disabled.clone().or_else(|| connection.profile.disabled());
    let disabled = disabled.map(|disabled| (disabled.attribute, "what says that a user is disabled"));
    std::iter::once(stamp).chain(disabled).collect()
}

fn connection(
    document: &mut Document<'_>,
    written: &Written<'_>,
    removed: &Removed,
    problems: Vec<(&'static str, String)>,
) {
    for (field, message) in problems {
        let path = [written.protocol.as_str(), written.name, "connection", field];
        if !removed.contains(&path.map(ToOwned::to_owned).to_vec()) {
            check::told_at(document, &path, &format!("{field}: {message}"));
        }
    }
}
