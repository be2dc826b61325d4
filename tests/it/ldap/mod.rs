//! The LDAP target against a real Active Directory domain (Samba), each test in an organisational unit of its own.

mod connections;
mod doctor;
mod fences;
mod hidden;
mod incomplete;
mod increments;
mod memberships;
mod microsoft;
mod nonsense;
pub mod openldap;
mod passwords;
mod placing;
mod protected;
mod reading;
mod recovery;
mod restoring;
pub mod rewriting;
mod windows;
mod writing;

use std::collections::BTreeMap;
use std::path::Path;

use rosterd::net::SecretRef;
use rosterd::object::{
    Attributes, Change, Coverage, Kind, Links, ObjectId, Observed, Op, Protection, Referent, Space, Step, StepId, Value,
};
use rosterd::org::Id;
use rosterd::target::ldap::{LdapTarget, Profile, ProtectRule, Settings, SignIn};
use rosterd::target::{Class, Fate, ObserveRequest, Refusal, Seen, Target, TargetError};

use crate::contract::{Lacks, Subject, UNTOUCHABLE, Words, own_prefix};
use crate::lab::{Directory, Lab};

/// A test's own unit, a target that may write below it, and the administrator to look at it.
struct Case {
    lab: Lab,
    base: String,
    word: String,
    admin: Directory,
    target: LdapTarget,
    links: Links,
}

fn target(settings: Settings) -> LdapTarget {
    LdapTarget::new("ad".into(), settings, Path::new("/"))
}

impl Case {
    async fn new() -> Self {
        let lab = Lab::open();
        let mut admin = lab.administrator().await;
        let base = lab.fresh_unit(&mut admin).await;
        let target = target(settings(&lab, &base));
        Self { lab, base, word: Lab::word(), admin, target, links: Links::default() }
    }

    fn settings(&self) -> Settings {
        settings(&self.lab, &self.base)
    }

    /// Applies a step, and takes note of what it creates.
    async fn apply(&mut self, step: &Step) -> Result<ObjectId, Refusal> {
        let receipt = self.target.apply(step, &self.links).await?;
        if step.op == Op::Create {
            assert!(self.links.add(step.key.clone(), receipt.object.clone()));
        }
        Ok(receipt.object)
    }

    async fn done(&mut self, step: &Step) -> ObjectId {
        self.apply(step).await.unwrap_or_else(|refusal| panic!("{:?}: {refusal}", refusal.class))
    }

    async fn refused(&mut self, step: &Step, class: Class) -> Refusal {
        let refusal = self.apply(step).await.expect_err("it was to be refused");
        assert_eq!(refusal.class, class, "{refusal}");
        refusal
    }

    /// A create step. The key is its stamp; without more changes it makes a user without a password.
    fn create(&self, kind: Kind, key: &str, name: &str, more: Vec<Change>) -> Step {
        let mut changes = vec![set("name", vec![text(name)]), set("parent", vec![Value::Reference(Referent::Root)])];
        if kind == Kind::User {
            changes.push(set("sAMAccountName", vec![text(&self.login(key))]));
        }
        changes.retain(|change| !more.iter().any(|other| other.attribute == change.attribute));
        changes.extend(more);
        step(Op::Create, kind, key, changes)
    }

    async fn user(&mut self, key: &str, name: &str) -> ObjectId {
        let step = self.create(Kind::User, key, name, Vec::new());
        self.done(&step).await
    }

    async fn unit(&mut self, key: &str, name: &str) -> ObjectId {
        let step = self.create(Kind::Unit, key, name, Vec::new());
        self.done(&step).await
    }

    async fn group(&mut self, key: &str) -> ObjectId {
        let name = format!("{key} {}", self.word);
        let step = self.create(Kind::Group, key, &name, Vec::new());
        self.done(&step).await
    }

    fn login(&self, key: &str) -> String {
        format!("{key}{}", self.word)
    }

    async fn read(&self, kind: Kind, id: &ObjectId) -> Observed {
        self.target.read(kind, id).await.unwrap().expect("the object is there")
    }

    async fn observe(&self) -> Reading {
        observe(&self.target, &everything()).await.unwrap()
    }
}

fn settings(lab: &Lab, base: &str) -> Settings {
    Settings {
        url: lab.value("LDAPS_URL").into(),
        starttls: false,
        plain: false,
        ca_file: Some(lab.path("CA_FILE")),
        bind_dn: lab.value("SYNC_DN").to_owned(),
        sign_in: SignIn::Simple,
        password: Some(SecretRef { file: Some(lab.path("SYNC_PASSWORD_FILE")), credential: None, env: None }),
        service_principal: None,
        base: base.to_owned(),
        unit_base: None,
        user_base: None,
        group_base: None,
        leavers_base: None,
        stamp_attribute: None,
        profile: Profile::Ad,
        disabled: None,
        page_size: 1000,
        timeout_seconds: 30,
        max_message_mib: 64,
        names_base: None,
        protect: Vec::new(),
        canaries: Vec::new(),
    }
}

/// A directory for the contract of targets: a unit of its own, in which alone names are taken.
pub async fn subject() -> Subject {
    subject_of(Lab::open()).await
}

/// The same in another lab.
pub async fn subject_of(lab: Lab) -> Subject {
    let undeletes = lab.undeletes();
    let mut admin = lab.administrator().await;
    let mut places = Vec::new();
    for _ in 0..2 {
        let base = lab.fresh_unit(&mut admin).await;
        let protect = vec![ProtectRule { attribute: "title".into(), is: vec![UNTOUCHABLE.to_owned()] }];
        places.push(Settings { names_base: Some(base.clone()), protect, ..settings(&lab, &base) });
    }
    let (settings, beyond) = (places.remove(0), places.remove(0));
    let known = ["BIND_DN", "SYNC_DN"].map(|name| Value::text(lab.value(name)));
    let words = Words {
        login: "sAMAccountName",
        title: "title",
        given: "givenName",
        phone: "telephoneNumber",
        group: "displayName",
        many: Some("departmentNumber"),
        single: ("displayName", Some(256)),
        required: Some("sAMAccountName"),
        syntaxes: vec![
            (Kind::User, "title", ["Læge", "læge"].map(Value::text)),
            (Kind::User, "telephoneNumber", ["+45 12 34", "+45 12 35"].map(Value::text)),
            (Kind::User, "countryCode", [208, 45].map(Value::Int)),
            (Kind::User, "accountExpires", [132_539_328_000_000_000, 0].map(Value::Int)),
            (Kind::Group, "managedBy", known),
        ],
        open: false,
        checks_references: true,
        follows_managers: true,
        drops_members: true,
        group_types: true,
        protects: true,
        deletes: true,
        tombstones: true,
        undeletes,
        lacks: Lacks::default(),
    };
    let (target, beyond) = (Box::new(target(settings)), Box::new(target(beyond)));
    Subject { target, beyond: Some(beyond), words, prefix: own_prefix(), _keep: Box::new(lab) }
}

/// What a read showed.
struct Reading {
    objects: Vec<Observed>,
    names: BTreeMap<String, ObjectId>,
    coverage: Coverage,
}

impl Reading {
    fn complete(&self) -> bool {
        self.coverage.complete().is_some()
    }

    fn names_of(&self, kind: Kind) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.objects.iter().filter(|object| object.kind == kind).map(|object| object.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    fn stamped(&self, key: &str) -> &Observed {
        self.objects.iter().find(|object| object.stamp == Some(key.into())).expect("an object with this stamp")
    }
}

fn everything() -> ObserveRequest {
    let attributes = [
        (Kind::Unit, vec!["description"]),
        (Kind::User, vec!["sAMAccountName", "title", "displayName", "otherTelephone", "countryCode"]),
        (Kind::Group, vec!["sAMAccountName", "description"]),
    ];
    let named = |(kind, names): (Kind, Vec<&str>)| (kind, names.into_iter().map(Into::into).collect());
    let (attributes, spaces) = (attributes.into_iter().map(named).collect(), [Space::Login].into());
    ObserveRequest { attributes, spaces, ..ObserveRequest::default() }
}

async fn observe(target: &LdapTarget, request: &ObserveRequest) -> Result<Reading, TargetError> {
    let (mut objects, mut names) = (Vec::new(), BTreeMap::new());
    let mut see = |seen| match seen {
        Seen::Object(object, _) => objects.push(*object),
        Seen::Same(_) => {}
        Seen::Name(name) => {
            names.insert(name.name.to_lowercase(), name.object);
        }
    };
    let coverage = target.observe(request, &mut see).await?;
    Ok(Reading { objects, names, coverage })
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn texts(values: &[&str]) -> Vec<Value> {
    values.iter().map(|value| text(value)).collect()
}

fn key(key: &str) -> Value {
    Value::Reference(Referent::Key(key.into()))
}

fn change(attribute: &str, before: Vec<Value>, after: Vec<Value>) -> Change {
    Change { attribute: attribute.into(), before, after }
}

fn set(attribute: &str, after: Vec<Value>) -> Change {
    change(attribute, Vec::new(), after)
}

fn step(op: Op, kind: Kind, key: &str, changes: Vec<Change>) -> Step {
    let key = Id::new(key);
    Step {
        id: StepId::new(op, &key),
        op,
        kind,
        name: key.to_string(),
        key,
        person: None,
        object: None,
        ground: None,
        reason: "test".into(),
        rung: None,
        irreversible: false,
        needs: Vec::new(),
        changes,
    }
}

fn value<'a>(attributes: &'a Attributes, name: &str) -> &'a [Value] {
    attributes.get(&name.into()).map_or(&[], Vec::as_slice)
}
