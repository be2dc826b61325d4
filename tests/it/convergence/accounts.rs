//! Further accounts of people, on a target in memory: they come by a rule, and go with it, with the job they are for, or
//! with the person. After each apply nothing is left to plan.

use std::fmt::Write;
use std::sync::Arc;

use rosterd::expr::{Expression, roots};
use rosterd::mapping::lifecycle::{Basis, Ladder, Policy};
use rosterd::mapping::{AccountRule, account_id};
use rosterd::object::{Handle, Kind, NameKind, Observed, Op, Rung};
use rosterd::org::{Day, Fact, FactKind, Id, Instant, Interval, Snapshot, SnapshotBuilder, Version};
use rosterd::reconcile::Limits;
use rosterd::reconcile::guard::measure;
use serde_json::{Value as Json, json};

use super::world::{ROSTER, World, compiled_for_users};

/// What the record says of the person, beside a first job in IT.
#[derive(Debug, Clone)]
struct Facts {
    admin: bool,
    first: (&'static str, &'static str),
    /// In the school, by the number of the job.
    others: Vec<(&'static str, &'static str, &'static str)>,
    robot: bool,
}

fn facts() -> Facts {
    Facts { admin: true, first: ("2026-01-01", ""), others: Vec::new(), robot: false }
}

fn rule(name: &str, each_engagement: bool, when: &str, login: &str, lifecycle: Option<&str>) -> Arc<AccountRule> {
    let pattern = Expression::compile(login, roots::FURTHER).unwrap();
    let names = [(
        NameKind::Login,
        rosterd::mapping::naming::NameRule {
            patterns: vec![rosterd::mapping::naming::Pattern::new(pattern)],
            domain: None,
            max_length: 20,
            counter_digits: 2,
            on_rename: rosterd::mapping::naming::OnRename::Keep,
        },
    )];
    let when = Some(Expression::compile(when, roots::HOLDER).unwrap());
    let lifecycle = lifecycle.map(str::to_owned);
    Arc::new(AccountRule { rule: name.into(), each_engagement, when, lifecycle, names: names.into() })
}

struct Course {
    world: World,
    text: String,
}

impl Course {
    fn new() -> Self {
        let mut world = World::new(true);
        world.rules.kinds.get_mut(&Kind::User).unwrap().scope.when = None;
        let policy = Policy { create_days: 14, strip_days: Some(30), delete_days: Some(90), ..Policy::default() };
        let categories = [
            ("privileged".to_owned(), Policy { strip_days: Some(0), ..policy.clone() }),
            ("robot".to_owned(), Policy { basis: Basis::Person, ..policy.clone() }),
        ];
        world.rules.ladder = Ladder { everybody: policy, categories: categories.into(), ..Ladder::default() };
        let kind = rosterd::mapping::AttributeRule {
            value: compiled_for_users("account.kind or 'ordinary'"),
            authority: rosterd::object::Authority::Own,
            empty: rosterd::mapping::WhenEmpty::Clear,
        };
        world.rules.kinds.get_mut(&Kind::User).unwrap().attributes.insert("kind".into(), kind);
        world.give_accounts(vec![
            rule("admin", false, "person.custom.admin", "'adm-' ~ ordinary.login", Some("privileged")),
            rule("job", true, "unit.name == 'School'", "ordinary.login ~ '-s' ~ counter", None),
        ]);
        Self { world, text: String::new() }
    }

    fn snapshot(&self, facts: &Facts, on: &str) -> Snapshot {
        let mut builder = SnapshotBuilder::new(on.parse::<Day>().unwrap(), Instant::from_micros(0));
        let mut add = |kind: FactKind, id: &str, (from, to): (&str, &str), body: Json| {
            let days = Interval { from: from.parse().ok(), to: to.parse().ok() };
            let fact = Fact::from_body(kind, &body.to_string()).unwrap();
            builder.add(Version { id: Id::new(id), interval: days, fact });
        };
        let always = ("", "");
        add(FactKind::Class, "robot", always, json!({ "vocabulary": "category", "name": "robot" }));
        add(FactKind::Unit, "it", always, json!({ "name": "IT" }));
        add(FactKind::Unit, "school", always, json!({ "name": "School" }));
        for (chief, unit) in [("bo", "it"), ("kim", "school")] {
            add(FactKind::Person, chief, always, json!({ "given_name": chief, "surname": "Holm" }));
            add(FactKind::Engagement, &format!("job {chief}"), always, json!({ "person": chief, "unit": "it" }));
            add(FactKind::Manager, &format!("leads {unit}"), always, json!({ "unit": unit, "person": chief }));
        }
        let mut person = json!({ "given_name": "Anna", "surname": "Berg", "custom": { "admin": facts.admin } });
        if facts.robot {
            person["category"] = json!("robot");
            add(FactKind::Person, "p", facts.first, person);
        } else {
            add(FactKind::Person, "p", always, person);
            let body = json!({ "person": "p", "unit": "it", "title": "Technician", "primary": true });
            add(FactKind::Engagement, "first", facts.first, body);
        }
        for (number, from, to) in &facts.others {
            let body = json!({ "person": "p", "unit": "school", "title": format!("Teacher {number}") });
            add(FactKind::Engagement, number, (*from, *to), body);
        }
        add(FactKind::Group, "listed", always, json!({ "name": "Listed" }));
        add(FactKind::Membership, "in listed", always, json!({ "group": "listed", "member_person": "p" }));
        let privileged = account_id(ROSTER, &"p".into(), "memory", "admin");
        add(FactKind::Group, "tier0", always, json!({ "name": "Tier 0" }));
        add(FactKind::Membership, "in tier0", always, json!({ "group": "tier0", "member_account": privileged }));
        add(FactKind::Group, "ruled", always, json!({ "name": "Ruled", "rule": "person.surname == 'Berg'" }));
        let rule = "account.kind == 'admin'";
        add(FactKind::Group, "admins", always, json!({ "name": "Admins", "rule": rule }));
        for (id, (person, system, login)) in &self.world.accounts {
            let mut body = json!({ "person": person, "system": system, "login": login });
            if let Some(kind) = self.world.kind(id) {
                body["account_kind"] = json!(kind);
            }
            add(FactKind::Account, id.as_str(), always, body);
        }
        builder.finish()
    }

    /// Plans and applies on a day, tells of it, and plans again: nothing may be left.
    fn on(&mut self, what: &str, facts: &Facts, on: &str) {
        let plan = self.world.plan_of(self.snapshot(facts, on), |objects| objects);
        writeln!(self.text, "{on} {what}").unwrap();
        for step in plan.steps.iter().filter(|step| step.kind == Kind::User && !step.name.contains("Holm")) {
            let rung = step.rung.map_or_else(String::new, |rung| format!(" [{rung}]"));
            let ground = step.ground.as_ref().map_or_else(String::new, |ground| format!(" ({})", ground.as_str()));
            let why = if matches!(step.op, Op::Disable | Op::Delete) { &*step.reason } else { "" };
            let colon = if why.is_empty() { "" } else { ": " };
            writeln!(self.text, "  {} {}{ground}{rung}{colon}{why}", step.op, step.name).unwrap();
        }
        plan.held.iter().for_each(|hold| writeln!(self.text, "  HELD {}: {}", hold.name, hold.reason).unwrap());
        self.world.apply(&plan);
        let second = self.world.plan_of(self.snapshot(facts, on), |objects| objects);
        assert!(second.is_empty(), "{}left: {:#?}", self.text, second.steps);
        self.state();
    }

    fn state(&mut self) {
        let objects = self.world.memory.objects();
        let named = |handle: &Handle| objects.iter().find(|one| one.handle == *handle).map(|one| one.name.clone());
        let text = |one: &Observed, name: &str| {
            one.attributes.get(&name.into()).map(|values| values.iter().map(ToString::to_string).collect::<String>())
        };
        let mut lines = Vec::new();
        for one in objects.iter().filter(|one| one.kind == Kind::User && !one.name.contains("Holm")) {
            let holds = |group: &&Observed| group.members.iter().flatten().any(|member| *member == one.handle);
            let groups: Vec<&str> = objects.iter().filter(holds).map(|group| group.name.as_str()).collect();
            let parts = [
                text(one, "sAMAccountName"),
                text(one, "kind"),
                Some(if one.enabled == Some(true) { "enabled" } else { "disabled" }.to_owned()),
                one.parent.as_ref().and_then(named).map(|unit| format!("in {unit}")),
                text(one, "title"),
                one.manager.as_ref().and_then(named).map(|chief| format!("under {chief}")),
                Some(if groups.is_empty() { "no group".to_owned() } else { groups.join("+") }),
            ];
            lines.push(parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
        }
        lines.sort();
        lines.iter().for_each(|line| writeln!(self.text, "    {line}").unwrap());
    }
}

#[test]
fn an_account_for_administration_comes_and_goes_with_its_rule_and_its_person() {
    let mut course = Course::new();
    let plain = Facts { admin: false, ..facts() };
    course.on("no administrator", &plain, "2026-02-01");
    course.on("becomes one", &facts(), "2026-02-02");
    course.on("is one no more", &plain, "2026-02-03");
    course.on("is one again", &facts(), "2026-02-04");
    let left = Facts { first: ("2026-01-01", "2026-03-01"), ..facts() };
    course.on("left: stripped at once where it is privileged", &left, "2026-03-01");
    course.on("thirty days later", &left, "2026-04-01");
    course.on("back", &Facts { first: ("2026-04-10", ""), ..facts() }, "2026-04-10");
    insta::assert_snapshot!("an_account_for_administration", course.text);
}

#[test]
fn each_further_job_has_an_account_of_its_own() {
    let mut course = Course::new();
    let jobs = |others: &[(&'static str, &'static str, &'static str)]| Facts {
        admin: false,
        others: others.to_vec(),
        ..facts()
    };
    let both = [("a", "2026-02-01", "2026-06-01"), ("b", "2026-03-01", "")];
    course.on("one job", &jobs(&[]), "2026-01-20");
    course.on("a second one", &jobs(&both), "2026-02-01");
    course.on("a third one", &jobs(&both), "2026-03-01");
    course.on("the second one is over", &jobs(&both), "2026-06-01");
    let again = [("a", "2026-02-01", ""), ("b", "2026-03-01", "")];
    course.on("it was not", &jobs(&again), "2026-06-02");
    let left = Facts { first: ("2026-01-01", "2026-07-01"), ..jobs(&[("a", "2026-02-01", "2026-07-01")]) };
    course.on("left", &left, "2026-07-01");
    course.on("ninety days later", &left, "2026-10-01");
    insta::assert_snapshot!("each_further_job", course.text);
}

#[test]
fn a_service_identity_has_further_accounts_by_its_own_record() {
    let mut course = Course::new();
    course.world.give_accounts(vec![rule("admin", false, "person.custom.admin", "'adm-' ~ ordinary.login", None)]);
    let robot = Facts { robot: true, ..facts() };
    course.on("made before the first day", &robot, "2025-12-20");
    course.on("here", &robot, "2026-01-01");
    course.on("over", &Facts { first: ("2026-01-01", "2026-03-01"), ..robot }, "2026-03-01");
    insta::assert_snapshot!("a_service_identity", course.text);
}

#[test]
fn a_rule_that_fails_or_is_gone_takes_nothing_without_a_limit() {
    let mut course = Course::new();
    course.on("an administrator", &facts(), "2026-02-02");
    let (login, when) = ("'adm-' ~ ordinary.login", "person.given_name|plus_days(1)");
    course.world.give_accounts(vec![rule("admin", false, when, login, None)]);
    course.on("the rule fails", &facts(), "2026-02-03");
    let admin = account_id(ROSTER, &"p".into(), "memory", "admin");
    assert_eq!(course.world.of(&admin).unwrap().enabled, Some(true));
    course.world.give_accounts(Vec::new());
    let plan = course.world.plan_of(course.snapshot(&facts(), "2026-02-04"), |objects| objects);
    let step = plan.steps.iter().find(|step| step.key == admin).unwrap();
    assert_eq!((step.op, step.rung), (Op::Disable, Some(Rung::OutOfScope)));
    assert_eq!(step.reason, "no [accounts.admin] is in force here any more");
    let limits = measure(&plan, &Limits::default().into());
    let counted: Vec<_> = limits.iter().filter(|one| one.found > 0).collect();
    insta::assert_snapshot!("limits_of_a_rule_that_is_gone", format!("{counted:#?}"));
}
