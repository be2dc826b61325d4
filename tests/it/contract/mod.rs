//! The contract of the port `target::Target`, as one suite that every target runs: one file for each subject, and here
//! what they share. A new case is one function and one line below; a new target is one line at the end: a name, and
//! an expression that makes a [`Subject`].
//!
//! What a target cannot do is told by its capabilities, and then the case asserts how it refuses. Many tests share one
//! server and run at once: each keeps to names of its own, and none relies on being alone.

mod adopting;
mod attributes;
mod contacts;
mod creating;
mod deleting;
mod enabling;
mod fences;
mod group_types;
mod members;
mod places;
mod reading;
mod references;
pub mod restoring;
mod stale;
mod syntaxes;
mod units;

use std::collections::BTreeMap;

use rosterd::object::{
    AttributeName, AttributeRule, Change, Coverage, Ground, Handle, Kind, Links, ObjectId, Observed, Op, Referent,
    Space, Step, StepId, Syntax, Value, aspect,
};
use rosterd::org::Id;
use rosterd::target::memory::Memory;
use rosterd::target::{Class, ObserveRequest, Receipt, Refusal, Seen, Target};

/// What a target calls things.
pub struct Words {
    pub login: &'static str,
    /// A text attribute of users that may be absent.
    pub title: &'static str,
    pub given: &'static str,
    pub phone: &'static str,
    /// The attribute of groups that names them.
    pub group: &'static str,
    /// A text attribute of users that holds several values, where there is one.
    pub many: Option<&'static str>,
    /// A text attribute of users that holds one value, and its longest where that is known.
    pub single: (&'static str, Option<usize>),
    /// What a user cannot be without; `None` where the target would take it.
    pub required: Option<&'static str>,
    /// Attributes of users or groups in every syntax that the target has, with two values each.
    pub syntaxes: Vec<(Kind, &'static str, [Value; 2])>,
    /// Whether any name of an attribute is taken.
    pub open: bool,
    /// Whether a reference to nothing is refused.
    pub checks_references: bool,
    /// Whether the target itself sees to it that a manager who is renamed stays the manager…
    pub follows_managers: bool,
    /// …and that who is deleted is no member any more.
    pub drops_members: bool,
    /// Whether groups have a type.
    pub group_types: bool,
    /// Whether a user whose title is [`UNTOUCHABLE`] is protected.
    pub protects: bool,
    /// Whether users and groups may be deleted by this account.
    pub deletes: bool,
    /// Whether the target keeps a record of what was deleted.
    pub tombstones: bool,
    /// Whether what was deleted can be brought back here; a server may be unable though its kind is able.
    pub undeletes: bool,
    pub lacks: Lacks,
}

/// What a service lacks that others of its kind have, as its profile says. A step that asks for it is refused for good
/// and nothing of it is written, or it is done without that.
#[derive(Default)]
pub struct Lacks {
    /// Attributes of users that it does not keep.
    pub attributes: &'static [&'static str],
    /// It keeps no managers.
    pub managers: bool,
    /// What it does not know it drops without a word.
    pub refusals: bool,
    /// Its groups hold no groups.
    pub nesting: bool,
    /// Logins that differ in case are two logins to it: the second is made.
    pub folding: bool,
}

/// The title of users whom a rule protects.
pub const UNTOUCHABLE: &str = "untouchable";

/// A target under test.
pub struct Subject {
    pub target: Box<dyn Target>,
    /// The same server with another base, where the target has a fence.
    pub beyond: Option<Box<dyn Target>>,
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
        rung: None,
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

    fn has(&self, kind: Kind) -> bool {
        self.target.capabilities().kinds.contains(&kind)
    }

    fn tree(&self) -> bool {
        self.target.capabilities().tree
    }

    fn lacks(&self, attribute: &str) -> bool {
        self.words.lacks.attributes.contains(&attribute)
    }

    /// The attribute of a kind that holds any text.
    fn text_of(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::User => self.words.title,
            Kind::Contact => "title",
            Kind::Unit => "description",
            Kind::Group => self.words.group,
        }
    }

    /// A create step at the top; what `more` says stands in place of what it would say by itself.
    fn create(&self, kind: Kind, name: &str, more: Vec<Change>) -> Step {
        let full = self.name(name);
        let mut changes = match kind {
            Kind::User => vec![change(self.words.login, &[], &text(&full))],
            Kind::Group => vec![change(self.words.group, &[], &text(&full))],
            Kind::Unit | Kind::Contact => Vec::new(),
        };
        let capabilities = self.target.capabilities();
        if kind == Kind::User {
            changes.push(change(aspect::ENABLED, &[], &[Value::Bool(true)]));
            if capabilities.first_password {
                changes.push(change(aspect::PASSWORD, &[], &[Value::Generated { generated: true }]));
            }
        }
        if capabilities.tree {
            changes.push(change(aspect::NAME, &[], &text(&full)));
            changes.push(change(aspect::PARENT, &[], &[root()]));
        }
        changes.retain(|change| !more.iter().any(|other| other.attribute == change.attribute));
        changes.extend(more);
        step(Op::Create, kind, &self.key(name), &full, changes)
    }

    async fn make(&self, kind: Kind, name: &str, more: Vec<Change>) -> ObjectId {
        let made = self.apply(&self.create(kind, name, more)).await;
        made.unwrap_or_else(|refusal| panic!("{name}: {:?}: {refusal}", refusal.class)).object
    }

    async fn user(&self, name: &str, more: Vec<Change>) -> ObjectId {
        self.make(Kind::User, name, more).await
    }

    async fn group(&self, name: &str) -> ObjectId {
        self.make(Kind::Group, name, Vec::new()).await
    }

    async fn unit(&self, name: &str, parent: Option<&ObjectId>) -> ObjectId {
        let parent = parent.map_or_else(root, to);
        self.make(Kind::Unit, name, vec![change(aspect::PARENT, &[], &[parent])]).await
    }

    async fn apply(&self, step: &Step) -> Result<Receipt, Refusal> {
        self.target.apply(step, &Links::default()).await
    }

    /// Why a step is refused; every refusal says something.
    async fn refused(&self, step: &Step) -> Class {
        let refusal = self.apply(step).await.expect_err("it was to be refused");
        assert!(!refusal.message.is_empty() && !refusal.fatal, "{refusal:?}");
        refusal.class
    }

    fn step(&self, op: Op, kind: Kind, id: &ObjectId, changes: Vec<Change>) -> Step {
        Step { object: Some(id.clone()), ..step(op, kind, &self.key("any"), "any", changes) }
    }

    async fn change(&self, op: Op, kind: Kind, id: &ObjectId, changes: Vec<Change>) -> Result<ObjectId, Class> {
        let done = self.apply(&self.step(op, kind, id, changes)).await;
        done.map(|receipt| receipt.object).map_err(|refusal| refusal.class)
    }

    async fn update(&self, id: &ObjectId, changes: Vec<Change>) -> Result<ObjectId, Class> {
        self.change(Op::Update, Kind::User, id, changes).await
    }

    async fn rename(&self, kind: Kind, id: &ObjectId, before: &str, after: &str) -> Result<ObjectId, Class> {
        self.change(Op::Rename, kind, id, vec![change(aspect::NAME, &text(before), &text(after))]).await
    }

    async fn shift(&self, kind: Kind, id: &ObjectId, before: Value, after: Value) -> Result<ObjectId, Class> {
        self.change(Op::Move, kind, id, vec![change(aspect::PARENT, &[before], &[after])]).await
    }

    async fn add(&self, group: &ObjectId, members: &[Value]) -> Result<ObjectId, Class> {
        self.change(Op::AddMembers, Kind::Group, group, vec![change(aspect::MEMBERS, &[], members)]).await
    }

    async fn take(&self, group: &ObjectId, members: &[Value]) -> Result<ObjectId, Class> {
        self.change(Op::RemoveMembers, Kind::Group, group, vec![change(aspect::MEMBERS, members, &[])]).await
    }

    async fn read(&self, kind: Kind, id: &ObjectId) -> Observed {
        self.target.read(kind, id).await.unwrap().expect("it is there")
    }

    async fn handle(&self, kind: Kind, id: &ObjectId) -> Handle {
        self.read(kind, id).await.handle
    }

    async fn title(&self, id: &ObjectId) -> Vec<Value> {
        self.values(id, self.words.title).await
    }

    async fn values(&self, id: &ObjectId, name: &str) -> Vec<Value> {
        self.values_of(Kind::User, id, name).await
    }

    /// The values of an attribute, sorted.
    async fn values_of(&self, kind: Kind, id: &ObjectId, name: &str) -> Vec<Value> {
        let values = self.read(kind, id).await.attributes.remove(&AttributeName::from(name));
        let mut values = values.unwrap_or_default();
        values.sort();
        values
    }

    async fn members(&self, group: &ObjectId) -> Vec<Handle> {
        let mut members = self.read(Kind::Group, group).await.members.expect("they were read whole");
        members.sort();
        members
    }

    async fn handles(&self, ids: &[ObjectId]) -> Vec<Handle> {
        let mut handles = Vec::new();
        for id in ids {
            handles.push(self.handle(Kind::User, id).await);
        }
        handles.sort();
        handles
    }

    /// What the suite reads of each kind that there is.
    fn request(&self) -> ObserveRequest {
        let words = &self.words;
        let of = |kind: Kind| match kind {
            Kind::User => {
                let all = [words.login, words.title, words.given, words.phone];
                all.into_iter().filter(|name| !self.lacks(name)).map(AttributeName::from).collect()
            }
            kind => vec![self.text_of(kind).into()],
        };
        let attributes = self.target.capabilities().kinds.iter().map(|kind| (*kind, of(*kind))).collect();
        ObserveRequest { attributes, spaces: [Space::Login].into(), ..ObserveRequest::default() }
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

    /// An attribute that a service lacks is not kept, whether the step is refused or done without it.
    async fn is_not_kept(&self, lacking: &str, value: &Value) {
        let changes =
            || vec![change(self.words.title, &[], &text("x")), change(lacking, &[], std::slice::from_ref(value))];
        let id = self.user("keeps", Vec::new()).await;
        let done = self.update(&id, changes()).await;
        assert!(matches!(done, Ok(_) | Err(Class::Permanent)), "{lacking}: {done:?}");
        let title = if done.is_ok() { text("x") } else { Vec::new() };
        assert_eq!(self.title(&id).await, title, "{lacking}: a step is refused as a whole");
        let create = self.create(Kind::User, "loses", changes());
        let made = self.apply(&create).await;
        assert!(made.as_ref().err().is_none_or(|refusal| refusal.class == Class::Permanent), "{lacking}: {made:?}");
        let found = self.target.find_stamped(Kind::User, &create.key, &create).await.unwrap();
        assert_eq!(found.is_some(), made.is_ok(), "{lacking}");
        for user in [Some(self.read(Kind::User, &id).await), found].into_iter().flatten() {
            // what a service derives from other values it may show all the same
            let shown = user.attributes.get(&lacking.into());
            assert!(shown.is_none_or(|shown| !shown.contains(value)) && user.manager.is_none(), "{lacking}: {shown:?}");
            self.change(Op::Delete, Kind::User, &user.id, Vec::new()).await.unwrap();
        }
    }

    /// Whether there are no managers; then one that is set is not kept.
    async fn has_no_managers(&self) -> bool {
        if self.words.lacks.managers {
            let boss = self.user("noboss", Vec::new()).await;
            self.is_not_kept(aspect::MANAGER, &to(&boss)).await;
            self.change(Op::Delete, Kind::User, &boss, Vec::new()).await.unwrap();
        }
        self.words.lacks.managers
    }

    /// Whether there is no tree; then every step that needs one is refused for good.
    async fn has_no_tree(&self) -> bool {
        if self.tree() {
            return false;
        }
        let id = self.user("flat", Vec::new()).await;
        for op in [Op::Rename, Op::Move] {
            assert_eq!(self.refused(&self.step(op, Kind::User, &id, Vec::new())).await, Class::Permanent);
        }
        assert_eq!(self.refused(&self.create(Kind::Unit, "u", Vec::new())).await, Class::Permanent);
        true
    }
}

fn root() -> Value {
    Value::Reference(Referent::Root)
}

fn at(handle: &Handle) -> Value {
    Value::Reference(Referent::Handle(handle.clone()))
}

fn nobody() -> ObjectId {
    ObjectId::new(uuid::Uuid::new_v4().to_string())
}

macro_rules! contract {
    (@module $target:ident: $make:expr;) => {
        mod $target {
            contract! { @tests $make;
                creating:
                    a_created_user_is_observed_once_with_its_stamp
                    every_kind_is_created_as_the_step_says
                    a_kind_that_the_target_lacks_is_refused
                    a_second_equal_create_makes_no_second_object
                    a_taken_login_is_a_conflict
                    a_taken_name_makes_no_second_object
                    a_create_lies_where_the_step_says
                    a_create_in_a_place_that_is_not_there_is_a_conflict
                    a_user_is_created_enabled_or_not
                    a_create_sets_all_at_once
                    a_create_that_does_not_fit_makes_nothing
                    a_create_without_a_value_for_an_attribute_leaves_it_empty
                    a_target_without_passwords_says_so;
                units:
                    a_unit_is_renamed_with_all_that_lies_in_it
                    a_unit_moves_with_all_that_lies_in_it
                    a_unit_does_not_move_below_itself
                    an_empty_unit_is_deleted
                    a_unit_that_is_not_empty_is_not_deleted
                    units_have_a_name_space_of_their_own
                    units_lie_as_deep_as_they_do;
                places:
                    an_id_outlasts_every_change
                    a_new_place_and_a_new_name_are_one_step
                    a_rename_of_case_alone_is_done
                    names_that_need_care_come_back
                    places_whose_names_need_care_hold_things
                    a_name_that_is_taken_in_the_place_is_a_conflict
                    what_lies_right_already_stays
                    a_move_to_a_place_that_is_not_there_is_a_conflict
                    a_name_that_cannot_be_is_refused
                    a_rename_changes_nothing_else;
                attributes:
                    an_attribute_is_set_changed_and_cleared
                    attributes_of_every_kind_change
                    several_values_are_set_changed_and_cleared
                    the_order_of_values_is_no_difference
                    a_change_of_case_is_written
                    an_empty_text_clears
                    a_value_that_is_too_long_is_refused
                    two_values_for_one_are_refused
                    a_required_attribute_is_not_cleared
                    an_attribute_that_is_not_there_is_refused
                    an_attribute_that_a_service_lacks_is_not_kept
                    what_only_the_engine_writes_is_no_attribute
                    every_letter_comes_back;
                syntaxes:
                    each_syntax_comes_back_as_it_was_written
                    each_syntax_is_cleared
                    a_value_of_another_syntax_is_refused
                    another_spelling_is_neither_stale_nor_a_change;
                stale:
                    a_stale_step_writes_nothing
                    a_value_that_came_meanwhile_makes_a_step_stale
                    what_is_so_already_is_a_success_whatever_it_was
                    a_stale_name_stays
                    a_stale_place_stays
                    a_stale_switch_stays
                    a_stale_manager_stays
                    a_stale_stamp_stays
                    an_object_of_another_kind_is_not_touched
                    an_unknown_id_shows_nothing;
                enabling:
                    enabling_and_disabling_may_be_repeated
                    who_is_disabled_keeps_everything_else
                    a_disabled_user_can_be_changed
                    only_users_are_enabled_and_disabled;
                members:
                    members_come_and_go_and_others_stay
                    who_is_there_already_keeps_nobody_out
                    who_has_left_already_keeps_nobody_in
                    the_last_member_may_leave
                    an_unknown_member_is_a_conflict_and_nobody_comes_in
                    members_are_named_by_key_by_id_and_by_handle
                    groups_hold_groups
                    groups_in_a_circle_are_two_groups
                    a_group_is_no_member_of_itself
                    a_renamed_member_stays_a_member
                    a_renamed_group_keeps_its_members
                    who_is_deleted_is_no_member
                    members_stand_in_the_steps_for_members_alone
                    many_members_come_and_few_go;
                references:
                    a_manager_is_set_changed_and_cleared
                    references_are_found_through_the_links
                    a_step_without_an_object_and_a_link_is_a_conflict
                    a_manager_that_is_not_there_is_a_conflict
                    managers_may_go_in_a_circle
                    somebody_may_be_the_manager_of_himself
                    a_manager_may_be_named_by_handle
                    a_manager_who_was_renamed_is_the_same;
                reading:
                    an_object_is_found_by_its_stamp
                    a_stamp_is_found_wherever_its_object_lies_now
                    two_objects_with_one_stamp_are_a_conflict
                    a_read_that_saw_too_little_is_partial
                    a_read_of_a_quiet_target_is_complete
                    kinds_that_are_not_asked_for_are_not_read
                    attributes_that_are_not_asked_for_are_not_shown
                    each_object_is_seen_once
                    a_read_shows_the_same_as_a_look_at_one
                    a_schema_is_told_once
                    a_healthy_target_passes_its_check;
                deleting:
                    what_is_deleted_is_gone
                    a_group_is_deleted_and_its_members_stay
                    a_name_is_free_again_after_a_deletion
                    only_a_record_proves_a_deletion;
                restoring:
                    a_deleted_user_comes_back_disabled
                    a_restored_user_lies_where_the_step_says
                    a_restore_where_the_name_is_taken_is_a_conflict
                    what_was_never_deleted_is_not_brought_back;
                adopting:
                    linking_writes_nothing
                    a_stamp_is_taken_off_and_written_again
                    what_bears_no_stamp_is_seen_all_the_same;
                fences:
                    a_protected_object_is_not_touched
                    a_protected_member_stays_in_its_group
                    what_a_person_orders_touches_a_protected_object_by_its_stamp_alone
                    what_lies_beyond_the_base_is_not_touched
                    nothing_is_put_beyond_the_base
                    the_top_itself_is_not_ours;
                contacts:
                    a_contact_is_created_and_changed
                    a_contact_is_renamed_moved_and_deleted
                    contacts_are_members_and_managers
                    a_contact_is_no_user;
                group_types:
                    a_group_is_of_the_type_that_was_asked_for
                    a_group_changes_its_purpose
                    a_scope_changes_by_way_of_universal_only
                    groups_within_groups_stand_in_the_way_of_a_scope
                    a_type_that_is_none_is_refused
                    a_distribution_group_has_members_and_an_address;
            }
        }
    };
    (@tests $make:expr; $($subject:ident: $($test:ident)*;)*) => { $( $( contract! { @test $make; $subject $test } )* )* };
    (@test $make:expr; $subject:ident $test:ident) => {
        #[tokio::test]
        async fn $test() {
            super::$subject::$test($make).await;
        }
    };
    ($target:ident: $make:expr; $($more:tt)*) => {
        contract! { @module $target: $make; }
        contract! { $($more)* }
    };
    () => {};
}

pub fn memory(tree: bool) -> Subject {
    let rule = |syntax, single, max_length, required| AttributeRule {
        syntax,
        single,
        max_length,
        required,
        ..AttributeRule::default()
    };
    let login = Memory::new("memory", tree).capabilities().login;
    let schema = [
        (login, rule(Syntax::Text, true, Some(20), true)),
        ("phone", rule(Syntax::Telephone, false, None, false)),
        ("number", rule(Syntax::Integer, true, None, false)),
        ("flag", rule(Syntax::Boolean, true, None, false)),
        ("until", rule(Syntax::FileTime, true, None, false)),
        ("boss", rule(Syntax::Dn, true, None, false)),
        ("displayName", rule(Syntax::Text, true, Some(256), false)),
    ];
    let schema = schema.into_iter().map(|(name, rule)| (name.into(), rule)).collect();
    let target = Memory::new("memory", tree).with_schema(schema).protecting("title", UNTOUCHABLE);
    let words = Words {
        login,
        title: "title",
        given: "givenName",
        phone: "phone",
        group: "displayName",
        many: Some("languages"),
        single: ("displayName", Some(256)),
        required: Some(login),
        syntaxes: vec![
            (Kind::User, "title", [Value::text("Læge"), Value::text("læge")]),
            (Kind::User, "phone", [Value::text("+45 12 34"), Value::text("+45 12 35")]),
            (Kind::User, "number", [Value::Int(7), Value::Int(-8)]),
            (Kind::User, "flag", [Value::Bool(true), Value::Bool(false)]),
            (Kind::User, "until", [Value::Int(116_444_736_000_000_000), Value::Int(0)]),
            (Kind::Group, "boss", [Value::text("cn=a,ou=b"), Value::text("cn=c,ou=b")]),
        ],
        open: true,
        checks_references: true,
        follows_managers: true,
        drops_members: true,
        group_types: false,
        protects: true,
        deletes: true,
        tombstones: true,
        undeletes: tree,
        lacks: Lacks::default(),
    };
    Subject { target: Box::new(target), beyond: None, words, prefix: own_prefix(), _keep: Box::new(()) }
}

contract! {
    memory_flat: crate::contract::memory(false);
    memory_tree: crate::contract::memory(true);
    scim_strict: crate::scim::lab::shared();
    scim_close: crate::scim::lab::Vendor::Closing.subject();
    scimmy: crate::scim::lab::Vendor::Scimmy.subject();
    django_scim2: crate::scim::lab::Vendor::Django.subject();
    ldap: crate::ldap::subject().await;
    openldap: crate::ldap::openldap::subject().await;
}
