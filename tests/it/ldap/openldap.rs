//! OpenLDAP: no flags, no tombstones, no empty groups, ids that are no bases.

use std::collections::HashSet;

use ldap3::{LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry};
use rosterd::net::client_config;
use rosterd::target::ldap::Disabled;

use super::*;

/// The server as its administrator, and a unit of the test's own.
pub struct Server {
    pub lab: Lab,
    pub base: String,
    ldap: ldap3::Ldap,
}

impl Server {
    pub async fn new() -> Self {
        let lab = Lab::open();
        let tls = client_config(Some(&lab.path("OPENLDAP_CA_FILE"))).unwrap();
        let settings = LdapConnSettings::new().set_config(tls);
        let (driver, mut ldap) = LdapConnAsync::with_settings(settings, lab.value("OPENLDAPS_URL")).await.unwrap();
        tokio::spawn(driver.drive());
        let bound = ldap.simple_bind(lab.value("OPENLDAP_ADMIN"), lab.value("OPENLDAP_ADMIN_PASSWORD")).await;
        bound.unwrap().success().unwrap();
        let base = format!("ou=test {},{}", Lab::word(), lab.value("OPENLDAP_ORG"));
        let mut server = Self { lab, ldap, base };
        let base = server.base.clone();
        server.add(&base, &[("objectClass", "organizationalUnit")]).await;
        server
    }

    async fn add(&mut self, dn: &str, attributes: &[(&str, &str)]) {
        let attributes = attributes.iter().map(|(name, value)| (*name, HashSet::from([*value]))).collect();
        self.ldap.add(dn, attributes).await.unwrap().success().unwrap();
    }

    pub async fn values(&mut self, dn: &str, attribute: &str) -> Vec<String> {
        let found = self.ldap.search(dn, Scope::Base, "(objectClass=*)", vec![attribute]).await.unwrap();
        let entry = SearchEntry::construct(found.success().unwrap().0.remove(0));
        entry
            .attrs
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(attribute))
            .map_or(Vec::new(), |(_, all)| all)
    }

    pub fn settings(&self) -> Settings {
        Settings {
            url: self.lab.value("OPENLDAPS_URL").into(),
            ca_file: Some(self.lab.path("OPENLDAP_CA_FILE")),
            bind_dn: self.lab.value("OPENLDAP_SYNC").to_owned(),
            password: Some(SecretRef {
                file: Some(self.lab.path("OPENLDAP_SYNC_PASSWORD_FILE")),
                credential: None,
                env: None,
            }),
            base: self.base.clone(),
            profile: Profile::OpenLdap,
            names_base: Some(self.base.clone()),
            ..settings(&self.lab, &self.base)
        }
    }
}

/// A directory for the contract of targets: a unit of its own, in which alone names are taken.
pub async fn subject() -> Subject {
    let (server, other) = (Server::new().await, Server::new().await);
    let protect = || vec![ProtectRule { attribute: "title".into(), is: vec![UNTOUCHABLE.to_owned()] }];
    let beyond = Box::new(target(Settings { protect: protect(), ..other.settings() }));
    let target = Box::new(target(Settings { protect: protect(), ..server.settings() }));
    let words = Words {
        login: "uid",
        title: "title",
        given: "givenName",
        phone: "telephoneNumber",
        group: "description",
        many: Some("departmentNumber"),
        single: ("displayName", None),
        required: Some("sn"),
        syntaxes: vec![
            (Kind::User, "title", ["Læge", "læge"].map(Value::text)),
            (Kind::User, "telephoneNumber", ["+45 12 34", "+45 12 35"].map(Value::text)),
            (Kind::User, "seeAlso", ["cn=a,dc=example", "cn=b,dc=example"].map(Value::text)),
        ],
        open: false,
        checks_references: true,
        follows_managers: false,
        drops_members: true,
        group_types: false,
        protects: true,
        deletes: true,
        tombstones: false,
        undeletes: false,
        lacks: Lacks::default(),
    };
    Subject { target, beyond: Some(beyond), words, prefix: own_prefix(), _keep: Box::new(server) }
}

fn everything() -> ObserveRequest {
    let attributes = [
        (Kind::Unit, vec!["description"]),
        (Kind::User, vec!["uid", "title", "displayName", "employeeType"]),
        (Kind::Group, vec!["description"]),
    ];
    let named = |(kind, names): (Kind, Vec<&str>)| (kind, names.into_iter().map(Into::into).collect());
    let (attributes, spaces) = (attributes.into_iter().map(named).collect(), [Space::Login].into());
    ObserveRequest { attributes, spaces, ..ObserveRequest::default() }
}

async fn create(target: &LdapTarget, kind: Kind, key: &str, more: Vec<Change>) -> ObjectId {
    let mut changes = vec![set("name", vec![text(key)]), set("parent", vec![Value::Reference(Referent::Root)])];
    changes.extend(more);
    target.apply(&step(Op::Create, kind, key, changes), &Links::default()).await.unwrap().object
}

async fn apply(target: &LdapTarget, op: Op, kind: Kind, object: &ObjectId, changes: Vec<Change>) {
    let mut step = step(op, kind, "any", changes);
    step.object = Some(object.clone());
    target.apply(&step, &Links::default()).await.unwrap_or_else(|refusal| panic!("{refusal}"));
}

fn to(id: &ObjectId) -> Value {
    Value::Reference(Referent::Object(id.clone()))
}

#[tokio::test]
async fn more_entries_than_the_limit_come_page_by_page() {
    let mut server = Server::new().await;
    let base = server.base.clone();
    for i in 0..510 {
        let dn = format!("cn=u{i},{base}");
        server.add(&dn, &[("objectClass", "inetOrgPerson"), ("sn", "x"), ("uid", &format!("u{i}"))]).await;
    }
    for page_size in [100, 500, 1000] {
        let target = target(Settings { page_size, ..server.settings() });
        let reading = observe(&target, &everything()).await.unwrap();
        assert!(reading.complete(), "{:?}", reading.coverage);
        assert_eq!((reading.objects.len(), reading.names.len()), (510, 510));
    }
}

#[tokio::test]
async fn a_group_holds_itself_and_that_is_no_member() {
    let mut server = Server::new().await;
    let target = target(server.settings());
    let user = create(&target, Kind::User, "anna", vec![set("uid", vec![text("anna")])]).await;
    let group = create(&target, Kind::Group, "crew", Vec::new()).await;
    let dn = format!("cn=crew,{}", server.base);
    let count = async |server: &mut Server, dn: &str| server.values(dn, "member").await.len();
    assert_eq!(count(&mut server, &dn).await, 1);
    apply(&target, Op::AddMembers, Kind::Group, &group, vec![set("members", vec![to(&user)])]).await;
    assert_eq!(count(&mut server, &dn).await, 2);
    let reading = observe(&target, &everything()).await.unwrap();
    assert_eq!(reading.stamped("crew").members.as_ref().map(Vec::len), Some(1));
    let out = vec![change("members", vec![to(&user)], Vec::new())];
    apply(&target, Op::RemoveMembers, Kind::Group, &group, out).await;
    assert_eq!(target.read(Kind::Group, &group).await.unwrap().unwrap().members, Some(Vec::new()));
    let renamed = vec![change("name", vec![text("crew")], vec![text("Band, Ørsted")])];
    apply(&target, Op::Rename, Kind::Group, &group, renamed).await;
    let read = target.read(Kind::Group, &group).await.unwrap().unwrap();
    assert_eq!((read.name.as_str(), read.members), ("Band, Ørsted", Some(Vec::new())));
    let dn = format!("cn=Band\\, Ørsted,{}", server.base);
    assert_eq!(count(&mut server, &dn).await, 1, "the old name is no member");
}

#[tokio::test]
async fn a_locked_account_is_a_disabled_one() {
    let mut server = Server::new().await;
    let target = target(server.settings());
    let user = create(&target, Kind::User, "anna", vec![set("enabled", vec![Value::Bool(true)])]).await;
    let dn = format!("cn=anna,{}", server.base);
    let password = Mod::Replace("userPassword", HashSet::from(["Passw0rd-of-Anna"]));
    server.ldap.modify(&dn, vec![password]).await.unwrap().success().unwrap();
    let lab = Lab::open();
    let may_sign_in = async || {
        let tls = client_config(Some(&lab.path("OPENLDAP_CA_FILE"))).unwrap();
        let settings = LdapConnSettings::new().set_config(tls);
        let (driver, mut ldap) = LdapConnAsync::with_settings(settings, lab.value("OPENLDAPS_URL")).await.unwrap();
        tokio::spawn(driver.drive());
        ldap.simple_bind(&dn, "Passw0rd-of-Anna").await.unwrap().rc == 0
    };
    assert!(may_sign_in().await);
    let (on, off) = (vec![Value::Bool(true)], vec![Value::Bool(false)]);
    apply(&target, Op::Disable, Kind::User, &user, vec![change("enabled", on.clone(), off.clone())]).await;
    assert!(!may_sign_in().await);
    assert_eq!(target.read(Kind::User, &user).await.unwrap().unwrap().enabled, Some(false));
    apply(&target, Op::Enable, Kind::User, &user, vec![change("enabled", off, on)]).await;
    assert!(may_sign_in().await);
}

#[tokio::test]
async fn another_attribute_can_say_that_a_user_is_disabled() {
    let mut server = Server::new().await;
    let flag = Disabled { attribute: "employeeType".into(), value: "disabled".into() };
    let target = target(Settings { profile: Profile::Rfc, disabled: Some(flag), ..server.settings() });
    let user = create(&target, Kind::User, "anna", vec![set("employeeType", vec![text("teacher")])]).await;
    let dn = format!("cn=anna,{}", server.base);
    let types = async |server: &mut Server| {
        let mut types = server.values(&dn, "employeeType").await;
        types.sort();
        types
    };
    assert_eq!(types(&mut server).await, ["disabled", "teacher"], "nobody said that it is enabled");
    let (on, off) = (vec![Value::Bool(true)], vec![Value::Bool(false)]);
    apply(&target, Op::Enable, Kind::User, &user, vec![change("enabled", off.clone(), on.clone())]).await;
    assert_eq!(types(&mut server).await, ["teacher"]);
    apply(&target, Op::Disable, Kind::User, &user, vec![change("enabled", on, off)]).await;
    assert_eq!(types(&mut server).await, ["disabled", "teacher"]);
}

#[tokio::test]
async fn a_group_of_twenty_thousand_is_read_whole_and_changed_by_value() {
    let mut server = Server::new().await;
    let target = target(server.settings());
    let user = create(&target, Kind::User, "anna", vec![set("uid", vec![text("anna")])]).await;
    let group = create(&target, Kind::Group, "all", Vec::new()).await;
    let dn = format!("cn=all,{}", server.base);
    let many: HashSet<String> = (0..20_000).map(|i| format!("cn=foreign{i},dc=example,dc=test")).collect();
    server.ldap.modify(&dn, vec![Mod::Add("member".to_owned(), many)]).await.unwrap().success().unwrap();
    apply(&target, Op::AddMembers, Kind::Group, &group, vec![set("members", vec![to(&user)])]).await;
    let reading = observe(&target, &everything()).await.unwrap();
    assert!(reading.complete());
    assert_eq!(reading.stamped("all").members.as_ref().map(Vec::len), Some(20_001));
    let out = vec![change("members", vec![to(&user)], Vec::new())];
    apply(&target, Op::RemoveMembers, Kind::Group, &group, out).await;
    assert_eq!(server.values(&dn, "member").await.len(), 20_001, "the foreign ones, and the group itself");
}

#[tokio::test]
async fn what_cannot_be_found_is_not_proved_gone() {
    let mut server = Server::new().await;
    let target = target(server.settings());
    let user = create(&target, Kind::User, "anna", vec![set("uid", vec![text("anna")])]).await;
    server.ldap.delete(&format!("cn=anna,{}", server.base)).await.unwrap().success().unwrap();
    assert_eq!(target.read(Kind::User, &user).await.unwrap(), None);
    assert!(matches!(target.fate(Kind::User, &user).await, Ok(Fate::Unproven(why)) if why.contains("no tombstones")));
}

#[tokio::test]
async fn starttls_and_a_password_in_the_clear() {
    let server = Server::new().await;
    let url = server.lab.value("OPENLDAP_URL").to_owned();
    let starttls = Settings { url: url.clone().into(), starttls: true, ..server.settings() };
    let target_with_tls = target(starttls);
    create(&target_with_tls, Kind::User, "anna", vec![set("uid", vec![text("anna")])]).await;
    assert!(observe(&target_with_tls, &everything()).await.unwrap().complete());
    let findings = target_with_tls.check().await;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:#?}");
    let plain = target(Settings { url: url.into(), plain: true, ..server.settings() });
    let error = observe(&plain, &everything()).await.err().unwrap();
    assert!(error.hint.unwrap().contains("stronger sign-in"));
}

#[tokio::test]
async fn a_base_that_may_not_be_read_never_reads_as_empty() {
    let mut server = Server::new().await;
    let hidden = format!("ou=hidden,{}", server.lab.value("OPENLDAP_ORG"));
    let attributes = vec![("objectClass", HashSet::from(["organizationalUnit"]))];
    let made = server.ldap.add(&hidden, attributes).await.unwrap();
    assert!([0, 68].contains(&made.rc), "{made}");
    for base in [hidden.clone(), format!("ou=none,{}", server.base)] {
        let target = target(Settings { base: base.clone(), names_base: Some(base.clone()), ..server.settings() });
        let reading = observe(&target, &everything()).await.unwrap();
        assert!(!reading.complete() && reading.objects.is_empty(), "{base}");
        assert!(target.check().await.iter().any(|finding| !finding.ok));
    }
}

#[tokio::test]
async fn what_is_written_is_compared_by_the_servers_own_schema() {
    let server = Server::new().await;
    let target = target(server.settings());
    let address = vec![set("x121Address", vec![text("45 1234")])];
    let user = create(&target, Kind::User, "anna", address).await;
    let before = vec![text("451234")];
    let mut step = step(Op::Update, Kind::User, "any", vec![change("x121Address", before, Vec::new())]);
    step.object = Some(user.clone());
    let refusal = target.apply(&step, &Links::default()).await.expect_err("as texts they differ");
    assert_eq!(refusal.class, Class::Stale);
    target.learn_schema(None).await.unwrap();
    target.apply(&step, &Links::default()).await.unwrap();
    let read = target.read(Kind::User, &user).await.unwrap().unwrap();
    assert!(value(&read.attributes, "x121Address").is_empty());
}

#[tokio::test]
async fn the_preflight_says_which_indexes_are_needed() {
    let server = Server::new().await;
    let target = target(server.settings());
    create(&target, Kind::User, "Åse", vec![set("uid", vec![text("aase")])]).await;
    let findings = target.check().await;
    let has = |what: &str| findings.iter().any(|finding| finding.ok && finding.text.contains(what));
    assert!(has("entryUUID,businessCategory,uid,objectClass"), "{findings:#?}");
    assert!(has("come as UTF-8"), "{findings:#?}");
}
