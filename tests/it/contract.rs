//! The contract of the port `target::Target`, as one suite that every target runs. A new target adds one line at the
//! end: a name, and an expression that makes a [`Subject`].
//!
//! Many tests share one server and run at once: each keeps to names of its own, and none relies on being alone.

use std::collections::BTreeMap;

use rosterd::object::{
    AttributeName, Change, Coverage, Ground, Kind, Links, ObjectId, Observed, Op, Referent, Step, StepId, Value, aspect,
};
use rosterd::org::Id;
use rosterd::target::memory::Memory;
use rosterd::target::{Class, Fate, ObserveRequest, Receipt, Refusal, Seen, Target};

/// What a target calls things.
pub struct Words {
    pub login: &'static str,
    /// A text attribute of users that may be absent.
    pub title: &'static str,
    pub given: &'static str,
    pub phone: &'static str,
    /// The attribute of groups that names them.
    pub group: &'static str,
    /// Whether users and groups may be deleted by this account.
    pub deletes: bool,
    /// Whether the target keeps a record of what was deleted.
    pub tombstones: bool,
}

/// A target under test.
pub struct Subject {
    pub target: Box<dyn Target>,
    pub words: Words,
    /// Names of this test start with it.
    pub prefix: String,
    /// What must live as long as the test.
    pub _keep: Box<dyn std::any::Any + Send + Sync>,
}

/// A prefix that no other test has had.
pub fn own_prefix() -> String {
    format!("t{}", &uuid::Uuid::new_v4().simple().to_string()[..10])
}

pub fn step(op: Op, kind: Kind, key: &Id, name: &str, changes: Vec<Change>) -> Step {
    Step {
        id: StepId::new(op, key),
        op,
        kind,
        key: key.clone(),
        person: None,
        name: name.into(),
        object: None,
        ground: op.is_negative().then_some(Ground::Ended),
        reason: "the contract".into(),
        irreversible: op == Op::Delete,
        needs: Vec::new(),
        changes,
    }
}

pub fn change(attribute: &str, before: &[Value], after: &[Value]) -> Change {
    Change { attribute: attribute.into(), before: before.to_vec(), after: after.to_vec() }
}

pub fn text(value: &str) -> Vec<Value> {
    vec![Value::text(value)]
}

pub fn to(id: &ObjectId) -> Value {
    Value::Reference(Referent::Object(id.clone()))
}

impl Subject {
    fn key(&self, name: &str) -> Id {
        Id::new(format!("{}-{name}", self.prefix))
    }

    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn create(&self, kind: Kind, name: &str, more: Vec<Change>) -> Step {
        let full = self.name(name);
        let naming = if kind == Kind::User { self.words.login } else { self.words.group };
        let mut changes = vec![change(naming, &[], &text(&full))];
        let capabilities = self.target.capabilities();
        if kind == Kind::User {
            changes.push(change(aspect::ENABLED, &[], &[Value::Bool(true)]));
            if capabilities.first_password {
                changes.push(change(aspect::PASSWORD, &[], &[Value::Generated { generated: true }]));
            }
        }
        if capabilities.tree {
            changes.push(change(aspect::NAME, &[], &text(&full)));
            changes.push(change(aspect::PARENT, &[], &[Value::Reference(Referent::Root)]));
        }
        changes.extend(more);
        step(Op::Create, kind, &self.key(name), &full, changes)
    }

    async fn user(&self, name: &str, more: Vec<Change>) -> ObjectId {
        self.apply(&self.create(Kind::User, name, more)).await.unwrap().object
    }

    async fn group(&self, name: &str) -> ObjectId {
        self.apply(&self.create(Kind::Group, name, Vec::new())).await.unwrap().object
    }

    async fn apply(&self, step: &Step) -> Result<Receipt, Refusal> {
        self.target.apply(step, &Links::default()).await
    }

    async fn change(&self, op: Op, kind: Kind, id: &ObjectId, changes: Vec<Change>) -> Result<ObjectId, Class> {
        let mut step = step(op, kind, &self.key("any"), "any", changes);
        step.object = Some(id.clone());
        self.apply(&step).await.map(|receipt| receipt.object).map_err(|refusal| refusal.class)
    }

    async fn update(&self, id: &ObjectId, changes: Vec<Change>) -> Result<ObjectId, Class> {
        self.change(Op::Update, Kind::User, id, changes).await
    }

    async fn read(&self, kind: Kind, id: &ObjectId) -> Observed {
        self.target.read(kind, id).await.unwrap().expect("it is there")
    }

    async fn title(&self, id: &ObjectId) -> Vec<Value> {
        self.values(id, self.words.title).await
    }

    async fn values(&self, id: &ObjectId, name: &str) -> Vec<Value> {
        self.read(Kind::User, id).await.attributes.get(&AttributeName::from(name)).cloned().unwrap_or_default()
    }

    fn request(&self) -> ObserveRequest {
        let words = &self.words;
        let user = [words.login, words.title, words.given, words.phone].map(AttributeName::from).to_vec();
        let group = vec![words.group.into()];
        ObserveRequest {
            attributes: BTreeMap::from([(Kind::User, user), (Kind::Group, group)]),
            ..ObserveRequest::default()
        }
    }

    /// Everything of this test that a read shows, the taken logins, and the coverage.
    async fn observe(&self, request: &ObserveRequest) -> (Vec<Observed>, Vec<String>, Coverage) {
        let (mut objects, mut names) = (Vec::new(), Vec::new());
        let mut see = |seen| match seen {
            Seen::Same(_) => {}
            Seen::Object(object, _) => {
                if object.stamp.as_ref().is_some_and(|stamp| stamp.as_str().starts_with(&self.prefix)) {
                    objects.push(*object);
                }
            }
            Seen::Name(taken) => {
                if taken.name.starts_with(&self.prefix) {
                    names.push(taken.name);
                }
            }
        };
        let coverage = self.target.observe(request, &mut see).await.unwrap();
        (objects, names, coverage)
    }
}

async fn a_created_user_is_observed_once_with_its_stamp(subject: Subject) {
    let id = subject.user("anna", vec![change(subject.words.title, &[], &text("Lærer"))]).await;
    let (objects, names, _) = subject.observe(&subject.request()).await;
    assert_eq!(objects.len(), 1);
    let user = &objects[0];
    assert_eq!((&user.id, user.kind, user.enabled), (&id, Kind::User, Some(true)));
    assert_eq!(user.stamp, Some(subject.key("anna")));
    assert_eq!(user.attributes.get(&subject.words.login.into()), Some(&text(&subject.name("anna"))));
    assert_eq!(user.attributes.get(&subject.words.title.into()), Some(&text("Lærer")));
    assert_eq!(user.parent, subject.target.root(Kind::User));
    assert_eq!(names, [subject.name("anna")]);
}

async fn a_second_equal_create_makes_no_second_object(subject: Subject) {
    for (kind, name) in [(Kind::User, "once"), (Kind::Group, "oncegroup")] {
        let create = subject.create(kind, name, Vec::new());
        let first = subject.apply(&create).await.unwrap();
        match subject.apply(&create).await {
            Ok(second) => assert_eq!(second, first),
            Err(refusal) => assert_eq!(refusal.class, Class::Conflict),
        }
        let (objects, ..) = subject.observe(&subject.request()).await;
        assert_eq!(objects.iter().filter(|object| object.kind == kind).count(), 1);
    }
}

async fn a_taken_login_is_a_conflict(subject: Subject) {
    let owner = subject.user("taken", Vec::new()).await;
    let mut create = subject.create(Kind::User, "taken", Vec::new());
    create.key = subject.key("somebody-else");
    assert_eq!(subject.apply(&create).await.unwrap_err().class, Class::Conflict);
    let (objects, ..) = subject.observe(&subject.request()).await;
    assert_eq!(objects.into_iter().map(|object| object.id).collect::<Vec<_>>(), [owner]);
}

async fn an_id_outlasts_every_change(subject: Subject) {
    let id = subject.user("before", Vec::new()).await;
    let (old, new) = (text(&subject.name("before")), text(&subject.name("after")));
    assert_eq!(subject.update(&id, vec![change(subject.words.login, &old, &new)]).await, Ok(id.clone()));
    if subject.target.capabilities().tree {
        let renamed = subject.change(Op::Rename, Kind::User, &id, vec![change(aspect::NAME, &old, &new)]).await;
        assert_eq!(renamed, Ok(id.clone()));
        let mut unit = subject.create(Kind::Unit, "unit", Vec::new());
        unit.changes.retain(|change| change.attribute.is(aspect::NAME) || change.attribute.is(aspect::PARENT));
        let unit = subject.apply(&unit).await.unwrap().object;
        let place = vec![change(aspect::PARENT, &[Value::Reference(Referent::Root)], &[to(&unit)])];
        assert_eq!(subject.change(Op::Move, Kind::User, &id, place).await, Ok(id.clone()));
        let unit = subject.read(Kind::Unit, &unit).await.handle;
        let user = subject.read(Kind::User, &id).await;
        assert_eq!((user.parent, user.name), (Some(unit), new[0].to_string()));
        return;
    }
    assert_eq!(subject.values(&id, subject.words.login).await, new);
}

async fn an_attribute_is_set_changed_and_cleared(subject: Subject) {
    let (title, phone) = (subject.words.title, subject.words.phone);
    let id = subject.user("attr", Vec::new()).await;
    let set = vec![change(title, &[], &text("Læge")), change(phone, &[], &text("+45 12 34 56 78"))];
    assert_eq!(subject.update(&id, set).await, Ok(id.clone()));
    let user = subject.read(Kind::User, &id).await;
    let schema = subject.target.schema(Kind::User);
    assert_eq!(user.attributes.get(&title.into()), Some(&text("Læge")));
    assert!(schema.equal(&phone.into(), &user.attributes[&phone.into()], &text("+45 12 34 56 78")));
    let changed = vec![change(title, &text("Læge"), &text("Overlæge"))];
    assert_eq!(subject.update(&id, changed.clone()).await, Ok(id.clone()));
    assert_eq!(subject.title(&id).await, text("Overlæge"));
    assert_eq!(subject.update(&id, changed).await, Ok(id.clone()), "it is already so");
    let clear = vec![change(title, &text("Overlæge"), &[]), change(phone, &text("+45 12345678"), &[])];
    assert_eq!(subject.update(&id, clear.clone()).await, Ok(id.clone()));
    assert_eq!(subject.update(&id, clear).await, Ok(id.clone()), "there is nothing to be cleared");
    assert_eq!((subject.title(&id).await, subject.values(&id, phone).await), (Vec::new(), Vec::new()));
}

async fn a_stale_step_writes_nothing(subject: Subject) {
    let (title, given) = (subject.words.title, subject.words.given);
    let id = subject.user("stale", vec![change(title, &[], &text("now"))]).await;
    let changes = vec![change(given, &[], &text("Åse")), change(title, &text("then"), &text("later"))];
    assert_eq!(subject.update(&id, changes).await, Err(Class::Stale));
    assert_eq!(subject.title(&id).await, text("now"));
    assert_eq!(subject.values(&id, given).await, Vec::new());
    assert_eq!(subject.update(&id, vec![change(title, &[], &text("later"))]).await, Err(Class::Stale));
    assert_eq!(subject.update(&id, vec![change(title, &text("then"), &[])]).await, Err(Class::Stale));
}

async fn enabling_and_disabling_may_be_repeated(subject: Subject) {
    let id = subject.user("switch", vec![change(subject.words.title, &[], &text("kept"))]).await;
    let (on, off) = ([Value::Bool(true)], [Value::Bool(false)]);
    for (op, before, after, enabled) in [(Op::Disable, &on, &off, false), (Op::Enable, &off, &on, true)] {
        for _ in 0..2 {
            let changes = vec![change(aspect::ENABLED, before, after)];
            assert_eq!(subject.change(op, Kind::User, &id, changes).await, Ok(id.clone()));
            assert_eq!(subject.read(Kind::User, &id).await.enabled, Some(enabled));
        }
    }
    assert_eq!(subject.title(&id).await, text("kept"));
}

async fn members_come_and_go_and_others_stay(subject: Subject) {
    let mut ids = Vec::new();
    for name in ["m1", "m2", "m3"] {
        ids.push(subject.user(name, Vec::new()).await);
    }
    let group = subject.group("crew").await;
    assert_eq!(subject.read(Kind::Group, &group).await.members, Some(Vec::new()));
    let foreign = vec![change(aspect::MEMBERS, &[], &[to(&ids[0])])];
    assert_eq!(subject.change(Op::AddMembers, Kind::Group, &group, foreign).await, Ok(group.clone()));
    let ours = vec![change(aspect::MEMBERS, &[], &[to(&ids[1]), to(&ids[2])])];
    for _ in 0..2 {
        assert_eq!(subject.change(Op::AddMembers, Kind::Group, &group, ours.clone()).await, Ok(group.clone()));
        assert_eq!(subject.members(&group).await, subject.handles(&ids).await);
    }
    let leave = vec![change(aspect::MEMBERS, &[to(&ids[1]), to(&ids[2])], &[])];
    for _ in 0..2 {
        assert_eq!(subject.change(Op::RemoveMembers, Kind::Group, &group, leave.clone()).await, Ok(group.clone()));
        assert_eq!(subject.members(&group).await, subject.handles(&ids[..1]).await);
    }
    let (objects, ..) = subject.observe(&subject.request()).await;
    let seen = objects.into_iter().find(|object| object.id == group).expect("the group is seen");
    assert_eq!(seen.members, Some(subject.handles(&ids[..1]).await));
}

impl Subject {
    async fn members(&self, group: &ObjectId) -> Vec<rosterd::object::Handle> {
        let mut members = self.read(Kind::Group, group).await.members.expect("they were read whole");
        members.sort();
        members
    }

    async fn handles(&self, ids: &[ObjectId]) -> Vec<rosterd::object::Handle> {
        let mut handles = Vec::new();
        for id in ids {
            handles.push(self.read(Kind::User, id).await.handle);
        }
        handles.sort();
        handles
    }
}

async fn a_manager_is_set_changed_and_cleared(subject: Subject) {
    let first = subject.user("boss1", Vec::new()).await;
    let second = subject.user("boss2", Vec::new()).await;
    let id = subject.user("report", Vec::new()).await;
    let (one, two) = ([to(&first)], [to(&second)]);
    for (before, after, manager) in
        [(&[][..], &one[..], Some(&first)), (&one, &two, Some(&second)), (&two, &[], None), (&two, &[], None)]
    {
        let changes = vec![change(aspect::MANAGER, before, after)];
        assert_eq!(subject.update(&id, changes).await, Ok(id.clone()));
        let expected = match manager {
            Some(manager) => Some(subject.read(Kind::User, manager).await.handle),
            None => None,
        };
        assert_eq!(subject.read(Kind::User, &id).await.manager, expected);
    }
    let stale = vec![change(aspect::MANAGER, &one, &two)];
    assert_eq!(subject.update(&id, stale).await, Err(Class::Stale));
}

async fn references_are_found_through_the_links(subject: Subject) {
    let boss = subject.user("boss", Vec::new()).await;
    let id = subject.user("report", Vec::new()).await;
    let reference = |name| Value::Reference(Referent::Key(subject.key(name)));
    let links: Links = [(subject.key("boss"), boss.clone()), (subject.key("report"), id.clone())].into_iter().collect();
    let set = |name| {
        let changes = vec![change(aspect::MANAGER, &[], &[reference(name)])];
        step(Op::Update, Kind::User, &subject.key("report"), "report", changes)
    };
    let refused = subject.target.apply(&set("nobody"), &links).await.unwrap_err();
    assert_eq!(refused.class, Class::Conflict, "a reference that leads nowhere");
    let receipt = subject.target.apply(&set("boss"), &links).await.unwrap();
    assert_eq!(receipt.object, id, "the step names no object: the link does");
    let boss = subject.read(Kind::User, &boss).await.handle;
    assert_eq!(subject.read(Kind::User, &id).await.manager, Some(boss));
}

async fn an_object_is_found_by_its_stamp(subject: Subject) {
    for kind in [Kind::User, Kind::Group] {
        let name = if kind == Kind::User { "found" } else { "foundgroup" };
        let create = subject.create(kind, name, Vec::new());
        let before = subject.target.find_stamped(kind, &subject.key(name), &create).await.unwrap();
        assert_eq!(before, None);
        let id = subject.apply(&create).await.unwrap().object;
        let found = subject.target.find_stamped(kind, &subject.key(name), &create).await.unwrap();
        assert_eq!(found.map(|object| (object.id, object.stamp)), Some((id, Some(subject.key(name)))));
        let other = subject.target.find_stamped(kind, &subject.key("other"), &create).await.unwrap();
        assert_eq!(other, None, "an object with this name, but another stamp, is not the one");
    }
}

async fn an_unknown_id_shows_nothing(subject: Subject) {
    let id = ObjectId::new(uuid::Uuid::new_v4().to_string());
    for kind in [Kind::User, Kind::Group] {
        assert_eq!(subject.target.read(kind, &id).await.unwrap(), None);
    }
    let changes = vec![change(subject.words.title, &[], &text("x"))];
    assert_eq!(subject.update(&id, changes).await, Err(Class::Stale));
}

async fn a_read_that_saw_too_little_is_partial(subject: Subject) {
    subject.user("floor", Vec::new()).await;
    let mut request = subject.request();
    request.floor.insert(Kind::User, 1_000_000);
    let (_, _, coverage) = subject.observe(&request).await;
    assert!(coverage.complete().is_none());
    let nothing = ObserveRequest::default();
    assert!(subject.observe(&nothing).await.2.complete().is_none(), "a read of nothing proves nothing");
}

async fn a_read_of_a_quiet_target_is_complete(subject: Subject) {
    let id = subject.user("quiet", Vec::new()).await;
    let mut request = subject.request();
    request.floor.insert(Kind::User, 1);
    // Other tests change the same server meanwhile, which a read may notice; it is quiet in between.
    for _ in 0..50 {
        let (objects, _, coverage) = subject.observe(&request).await;
        assert!(objects.iter().any(|object| object.id == id));
        if coverage.complete().is_some() {
            return;
        }
    }
    panic!("no read was complete");
}

async fn kinds_that_are_not_asked_for_are_not_read(subject: Subject) {
    subject.user("u", Vec::new()).await;
    let group = subject.group("g").await;
    let mut request = subject.request();
    request.attributes.remove(&Kind::User);
    let (objects, ..) = subject.observe(&request).await;
    assert_eq!(objects.into_iter().map(|object| object.id).collect::<Vec<_>>(), [group]);
}

async fn every_letter_comes_back(subject: Subject) {
    let values = ["Ærø Åse Œuvre ßẞ é", "O'Hara \"x\" \\ (y) *z*", "a,b+c=d;e<f>#g", "日本語 🙂", "l1 – “l2”"];
    let given = subject.words.given;
    let id = subject.user("letters", vec![change(given, &[], &text("Ida \"Ø\" D'Århus"))]).await;
    let mut before = text("Ida \"Ø\" D'Århus");
    assert_eq!(subject.values(&id, given).await, before);
    for value in values {
        assert_eq!(subject.update(&id, vec![change(given, &before, &text(value))]).await, Ok(id.clone()), "{value}");
        assert_eq!(subject.values(&id, given).await, text(value));
        before = text(value);
    }
    let (objects, ..) = subject.observe(&subject.request()).await;
    assert_eq!(objects[0].attributes.get(&given.into()), Some(&before));
}

async fn what_is_deleted_is_gone(subject: Subject) {
    if !subject.words.deletes {
        return;
    }
    let id = subject.user("gone", Vec::new()).await;
    assert_eq!(subject.change(Op::Delete, Kind::User, &id, Vec::new()).await, Ok(id.clone()));
    assert_eq!(subject.target.read(Kind::User, &id).await.unwrap(), None);
    // where an object that is not shown is no proof that it is gone, the second delete is stale
    let again = subject.change(Op::Delete, Kind::User, &id, Vec::new()).await;
    assert!(matches!(again, Ok(_) | Err(Class::Stale)), "{again:?}");
    let changes = vec![change(aspect::ENABLED, &[Value::Bool(true)], &[Value::Bool(false)])];
    assert_eq!(subject.change(Op::Disable, Kind::User, &id, changes).await, Err(Class::Stale));
}

async fn only_a_record_proves_a_deletion(subject: Subject) {
    let proved = async |id: &ObjectId| matches!(subject.target.fate(Kind::User, id).await, Ok(Fate::Deleted(_)));
    let nobody = ObjectId::new(uuid::Uuid::new_v4().to_string());
    assert!(!proved(&nobody).await, "an object that never was");
    let id = subject.user("record", Vec::new()).await;
    assert!(!proved(&id).await, "an object that is there");
    if subject.words.deletes {
        subject.change(Op::Delete, Kind::User, &id, Vec::new()).await.unwrap();
        assert_eq!(proved(&id).await, subject.words.tombstones);
    }
}

async fn linking_writes_nothing(subject: Subject) {
    let id = subject.user("link", Vec::new()).await;
    let before = subject.read(Kind::User, &id).await;
    for op in [Op::Link, Op::Unlink] {
        assert_eq!(subject.change(op, Kind::User, &id, Vec::new()).await, Ok(id.clone()));
    }
    assert_eq!(subject.read(Kind::User, &id).await, before);
}

async fn a_target_without_a_tree_says_so(subject: Subject) {
    if subject.target.capabilities().tree {
        return;
    }
    let id = subject.user("flat", Vec::new()).await;
    for op in [Op::Rename, Op::Move, Op::SetPassword] {
        assert_eq!(subject.change(op, Kind::User, &id, Vec::new()).await, Err(Class::Permanent));
    }
}

async fn a_target_without_passwords_says_so(subject: Subject) {
    if subject.target.capabilities().first_password {
        return;
    }
    let id = subject.user("nopassword", Vec::new()).await;
    let password = || vec![change(aspect::PASSWORD, &[], &[Value::Generated { generated: true }])];
    let set = subject.change(Op::SetPassword, Kind::User, &id, password()).await;
    assert_eq!(set, Err(Class::Permanent));
    let create = subject.create(Kind::User, "password", password());
    let refused = subject.apply(&create).await.map(|_| ()).map_err(|refusal| refusal.class);
    let made = subject.target.find_stamped(Kind::User, &create.key, &create).await.unwrap();
    assert_eq!(refused.is_ok(), made.is_some(), "{refused:?}");
}

async fn a_healthy_target_passes_its_check(subject: Subject) {
    subject.user("somebody", Vec::new()).await;
    let findings = subject.target.check().await;
    assert!(!findings.is_empty());
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
}

macro_rules! contract {
    (@module $target:ident: $make:expr;) => {
        mod $target {
            contract! { @tests $make;
                a_created_user_is_observed_once_with_its_stamp
                a_second_equal_create_makes_no_second_object
                a_taken_login_is_a_conflict
                an_id_outlasts_every_change
                an_attribute_is_set_changed_and_cleared
                a_stale_step_writes_nothing
                enabling_and_disabling_may_be_repeated
                members_come_and_go_and_others_stay
                a_manager_is_set_changed_and_cleared
                references_are_found_through_the_links
                an_object_is_found_by_its_stamp
                an_unknown_id_shows_nothing
                a_read_that_saw_too_little_is_partial
                a_read_of_a_quiet_target_is_complete
                kinds_that_are_not_asked_for_are_not_read
                every_letter_comes_back
                what_is_deleted_is_gone
                only_a_record_proves_a_deletion
                linking_writes_nothing
                a_target_without_a_tree_says_so
                a_target_without_passwords_says_so
                a_healthy_target_passes_its_check
            }
        }
    };
    (@tests $make:expr; $($test:ident)*) => { $( contract! { @test $make; $test } )* };
    (@test $make:expr; $test:ident) => {
        #[tokio::test]
        async fn $test() {
            super::$test($make).await;
        }
    };
    ($target:ident: $make:expr; $($more:tt)*) => {
        contract! { @module $target: $make; }
        contract! { $($more)* }
    };
    () => {};
}

pub fn memory(tree: bool) -> Subject {
    let target = Memory::new("memory", tree);
    let login = target.capabilities().login;
    let words = Words {
        login,
        title: "title",
        given: "givenName",
        phone: "phone",
        group: "displayName",
        deletes: true,
        tombstones: true,
    };
    let schema = [(
        "phone".into(),
        rosterd::object::AttributeRule { syntax: rosterd::object::Syntax::Telephone, ..Default::default() },
    )];
    let target = Box::new(target.with_schema(schema.into_iter().collect()));
    Subject { target, words, prefix: own_prefix(), _keep: Box::new(()) }
}

contract! {
    memory_flat: crate::contract::memory(false);
    memory_tree: crate::contract::memory(true);
    scim_strict: crate::scim::lab::subject("SCIM");
    ldap: crate::ldap::subject().await;
    openldap: crate::ldap::openldap::subject().await;
}
