//! One plan for each limit, within and beyond it.

use super::*;
use crate::object::{Change, Extent, Ground, Referent, StepId, Value};
use crate::org::{Day, Id};
use crate::reconcile::guard::Limit;
use crate::reconcile::plan::Reach;
use crate::reconcile::population::{Guarded, Population, Subtree};

fn step(op: Op, kind: Kind, at: usize) -> Step {
    let key = Id::new(format!("{kind}{at}"));
    Step {
        id: StepId::new(op, &key),
        op,
        kind,
        name: key.to_string(),
        object: Some(ObjectId::new(format!("o-{key}"))),
        key,
        person: None,
        ground: op.is_negative().then_some(Ground::Ended),
        reason: "x".into(),
        rung: None,
        irreversible: op == Op::Delete,
        needs: Vec::new(),
        changes: Vec::new(),
    }
}

fn change(attribute: &str, before: &[&str], after: &[&str]) -> Change {
    let values = |texts: &[&str]| texts.iter().map(|text| Value::text(*text)).collect();
    Change { attribute: attribute.into(), before: values(before), after: values(after) }
}

fn update(attribute: &str, before: &str, at: usize) -> Step {
    let before: &[&str] = if before.is_empty() { &[] } else { &[before] };
    Step { changes: vec![change(attribute, before, &["new"])], ..step(Op::Update, Kind::User, at) }
}

/// The members `from` leave a group that has 12.
fn leave(members: std::ops::Range<usize>) -> Step {
    let before = members.map(|at| Value::Reference(Referent::Object(ObjectId::new(format!("o-user{at}"))))).collect();
    let changes = vec![Change { attribute: aspect::MEMBERS.into(), before, after: Vec::new() }];
    Step { name: "Alle".into(), changes, ..step(Op::RemoveMembers, Kind::Group, 0) }
}

/// A municipality of 1,000 people in two containers.
fn plan(steps: Vec<Step>) -> Plan {
    let skole: BTreeSet<ObjectId> = (0..8).map(|at| ObjectId::new(format!("o-user{at}"))).collect();
    let group = ObjectId::new("o-group0");
    let population = Population {
        users: 1_000,
        objects: 1_500,
        members: 4_000,
        kinds: [(Kind::User, 1_100), (Kind::Unit, 30), (Kind::Group, 370)].into(),
        subtrees: [("ou=skole".to_owned(), Subtree { users: 10, planned: skole })].into(),
        groups: [(group.clone(), 12)].into(),
        guarded: vec![Guarded {
            object: group,
            name: "Alle".into(),
            members: ["o-user1", "o-user2"].map(ObjectId::new).into(),
        }],
    };
    Plan {
        target: "ad".into(),
        as_of: Day::from_date(jiff::civil::date(2026, 1, 1)),
        coverage: Reach { complete: true, linked_only: false, missing: Vec::new(), extent: None::<Extent> },
        steps,
        held: Vec::new(),
        reservations: Vec::new(),
        population,
        unmanaged: Vec::new(),
        protected: Vec::new(),
        outside: BTreeMap::new(),
        labels: BTreeMap::new(),
        reverts: None,
        drift: Vec::new(),
        basis: String::new(),
    }
}

fn told(measure: &Measure) -> String {
    format!("{}: {} of {}, allowed {}", measure.limit, measure.found, measure.of, measure.allowed)
}

/// The breaches of a plan with these steps.
fn breaches(steps: Vec<Step>) -> Vec<String> {
    let measures = measure(&plan(steps), &Limits::default().into());
    measures.iter().filter(|one| one.is_breached()).map(told).collect()
}

fn many(range: std::ops::Range<usize>, make: impl Fn(usize) -> Step) -> Vec<Step> {
    range.map(make).collect()
}

#[test]
fn every_limit_is_shown_even_when_nothing_is_found() {
    let measures = measure(&plan(Vec::new()), &Limits::default().into());
    let names: Vec<&str> = measures.iter().map(|one| one.limit.as_str()).collect();
    let mut known: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
    assert!(measures.iter().all(|one| one.found == 0 && !one.is_breached()));
    known.retain(|name| *name != Brake::LastMember.row().name); // it stands with the group that it is about
    let others: Vec<&str> = names.iter().filter(|name| !name.starts_with("last-member")).copied().collect();
    assert_eq!((others, names.len()), (known, TABLE.len()));
}

#[test]
fn disabling_is_limited_in_the_target_and_in_each_subtree() {
    let disable = |at| step(Op::Disable, Kind::User, at);
    assert_eq!(breaches(many(100..125, disable)), Vec::<String>::new());
    assert_eq!(breaches(many(100..126, disable)), ["disable: 26 of 1000, allowed 25"]);
    assert_eq!(breaches(many(3..8, disable)), Vec::<String>::new());
    assert_eq!(
        breaches(many(2..8, disable)),
        ["disable in ou=skole: 6 of 10, allowed 5"],
        "few in the municipality, and most of the school"
    );
    let leaving = |at| Step { rung: Some(Rung::OutOfScope), ..disable(at) };
    assert_eq!(breaches(many(100..126, leaving)), ["leave-scope: 26 of 1000, allowed 25"]);
    let mixed = many(2..5, disable).into_iter().chain(many(5..8, leaving)).collect();
    assert_eq!(breaches(mixed), ["disable in ou=skole: 6 of 10, allowed 5"]);
}

#[test]
fn what_cannot_be_undone_always_waits() {
    let delete = breaches(vec![step(Op::Delete, Kind::Group, 9)]);
    assert_eq!(delete, ["delete: 1 of 1500, allowed 0", "irreversible: 1 of 1500, allowed 0"]);
    let gone = Step { irreversible: true, ..step(Op::Disable, Kind::User, 9) };
    assert_eq!(breaches(vec![gone]), delete, "where who is disabled is deleted");
    let loose = Limits::default().with(Brake::Delete, Limit::new(100, 100.0, 100));
    let measures = measure(&plan(vec![step(Op::Delete, Kind::Group, 9)]), &loose.into());
    let breached: Vec<&str> = measures.iter().filter(|one| one.is_breached()).map(|one| one.limit.as_str()).collect();
    assert_eq!(breached, ["irreversible"], "whatever the configuration says");
}

#[test]
fn members_are_counted_in_all_and_in_each_group() {
    assert_eq!(breaches(vec![leave(10..16)]), Vec::<String>::new());
    assert_eq!(breaches(vec![leave(10..17)]), ["group-members of Alle: 7 of 12, allowed 6"]);
    let other = |at: usize| {
        let group = step(Op::RemoveMembers, Kind::Group, at);
        Step { name: format!("g{at}"), object: None, id: group.id, key: group.key, ..leave(0..5) }
    };
    assert_eq!(breaches(many(1..41, other)), Vec::<String>::new());
    assert_eq!(breaches(many(1..42, other)), ["remove-members: 205 of 4000, allowed 200"]);
    let stripped = Step { rung: Some(Rung::Stripped), ..leave(10..22) };
    assert_eq!(breaches(vec![stripped]), Vec::<String>::new(), "leavers have a limit of their own");
}

#[test]
fn the_last_of_a_guarded_group_never_goes_without_somebody_who_approves() {
    let disable = |at| step(Op::Disable, Kind::User, at);
    assert_eq!(breaches(vec![disable(1)]), Vec::<String>::new());
    assert_eq!(breaches(vec![disable(1), disable(2)]), ["last-member of Alle: 2 of 2, allowed 1"]);
    assert_eq!(breaches(vec![disable(2), leave(1..2)]), ["last-member of Alle: 2 of 2, allowed 1"]);
    assert_eq!(breaches(vec![leave(1..3)]), ["last-member of Alle: 2 of 2, allowed 1"]);
}

#[test]
fn the_same_attribute_of_many_is_a_mass_change_and_filling_it_is_none() {
    let title = |at| update("title", "old", at);
    assert_eq!(breaches(many(0..220, title)), Vec::<String>::new());
    assert_eq!(breaches(many(0..221, title)), ["change title of users: 221 of 1100, allowed 220"]);
    assert_eq!(breaches(many(0..900, |at| update("title", "", at))), Vec::<String>::new());
    let created = |at| Step { op: Op::Create, ..update("title", "old", at) };
    assert_eq!(breaches(many(0..900, created)), Vec::<String>::new());
    let manager = |at| update(aspect::MANAGER, "old", at);
    assert_eq!(breaches(many(0..900, manager)), Vec::<String>::new());
    let two = many(0..200, title).into_iter().chain(many(200..400, |at| update("department", "old", at)));
    assert_eq!(breaches(two.collect()), Vec::<String>::new(), "each attribute by itself");
}

#[test]
fn logins_and_addresses_are_held_much_sooner() {
    assert_eq!(breaches(many(0..10, |at| update("sAMAccountName", "old", at))), Vec::<String>::new());
    let logins = many(0..6, |at| update("sAMAccountName", "old", at)).into_iter();
    let logins = logins.chain(many(6..11, |at| update("userPrincipalName", "old", at)));
    assert_eq!(breaches(logins.collect()), ["login-changes: 11 of 1100, allowed 10"]);
    let mails = many(0..26, |at| update("emails[type eq \"work\"].value", "old", at));
    assert_eq!(breaches(mails), ["mail-changes: 26 of 1100, allowed 25"]);
    let both = |at| Step {
        changes: vec![change("mail", &["old"], &["new"]), change("proxyAddresses", &["old"], &["new"])],
        ..step(Op::Update, Kind::User, at)
    };
    assert_eq!(breaches(many(0..25, both)), Vec::<String>::new(), "a person counts once");
}

#[test]
fn moves_and_names_are_counted_by_kind() {
    let moved = |kind| move |at| step(Op::Move, kind, at);
    assert_eq!(breaches(many(100..200, moved(Kind::User))), Vec::<String>::new());
    assert_eq!(breaches(many(100..201, moved(Kind::User))), ["move: 101 of 1100, allowed 100"]);
    assert_eq!(breaches(many(0..11, moved(Kind::Unit))), ["move of units: 11 of 30, allowed 10"]);
    let renamed = |at| Step { changes: vec![change(aspect::NAME, &["a"], &["b"])], ..step(Op::Move, Kind::Unit, at) };
    assert_eq!(
        breaches(many(0..11, renamed)),
        ["rename of units: 11 of 30, allowed 10", "move of units: 11 of 30, allowed 10"]
    );
    assert_eq!(breaches(many(0..51, |at| step(Op::Rename, Kind::User, at))), ["rename: 51 of 1100, allowed 50"]);
    let leavers = |at| Step { rung: Some(Rung::Moved), ..step(Op::Move, Kind::User, at) };
    assert_eq!(breaches(many(100..151, leavers)), ["move-leavers: 51 of 1500, allowed 50"]);
}

#[test]
fn what_gives_much_back_or_forgets_much_is_limited_too() {
    assert_eq!(breaches(many(0..201, |at| step(Op::Enable, Kind::User, at))), ["enable: 201 of 1100, allowed 200"]);
    assert_eq!(breaches(many(0..26, |at| step(Op::Unlink, Kind::User, at))), ["unlink: 26 of 1500, allowed 25"]);
    let ordered = |at| Step { ground: Some(Ground::Ordered), ..step(Op::Unlink, Kind::User, at) };
    assert_eq!(breaches(many(0..26, ordered)), Vec::<String>::new());
    assert_eq!(breaches(vec![step(Op::Restore, Kind::User, 1)]), ["recreate: 1 of 1500, allowed 0"]);
}

#[test]
fn the_configuration_sets_limits_by_kind_and_by_subtree() {
    let part = |count, share| super::super::WrittenLimit { count: Some(count), share: Some(share), floor: Some(0) };
    let limits = Limits {
        kinds: [((Kind::Unit, Brake::Move), part(2, 100.0))].into(),
        subtrees: [(("ou=skole".to_owned(), Brake::Disable), part(1, 100.0))].into(),
        ..Limits::default()
    };
    let steps = [step(Op::Disable, Kind::User, 0), step(Op::Disable, Kind::User, 1)].into_iter();
    let steps = steps.chain(many(0..3, |at| step(Op::Move, Kind::Unit, at))).collect();
    let measures = measure(&plan(steps), &limits.into());
    let told: Vec<String> = measures.iter().filter(|one| one.is_breached()).map(told).collect();
    assert_eq!(told, ["disable in ou=skole: 2 of 10, allowed 1", "move of units: 3 of 30, allowed 2"]);
}

#[test]
fn a_plan_of_before_is_measured_against_all_objects() {
    let old = Population { users: 5, objects: 40, members: 0, ..Population::default() };
    assert_eq!(old.of(Kind::User), 40);
}
