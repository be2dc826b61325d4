//! One person whose dates change, a target in memory, and what is told of both.

use std::fmt::Write;

use rosterd::mapping::lifecycle::{Effects, Ladder, OnLeave, Policy, life_of, standing};
use rosterd::mapping::{AttributeRule, WhenEmpty, account_id};
use rosterd::object::{Authority, Handle, Kind, ObjectId, Observed, Op, Referent, Step, Value, aspect};
use rosterd::org::{Day, Fact, FactKind, Id, Instant, Interval, Snapshot, SnapshotBuilder, Version};
use serde_json::{Value as Json, json};

use crate::convergence::world::{ROSTER, World, compiled_for_users};

/// What the record says of the person.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// In the unit IT.
    pub jobs: Vec<(String, String)>,
    /// In the unit School, less than full time.
    pub second: Vec<(String, String)>,
    pub leave: Vec<(String, String)>,
    /// From the first job alone.
    pub leave_of_job: Vec<(String, String)>,
    /// The person's own record; always without.
    pub record: Option<(String, String)>,
    pub category: Option<&'static str>,
    pub sponsor: bool,
}

impl Facts {
    pub fn working(from: &str, to: &str) -> Self {
        Self { jobs: vec![(from.into(), to.into())], ..Self::default() }
    }

    fn told(&self) -> String {
        let spans = |what: &str, spans: &[(String, String)]| {
            let all: Vec<String> = spans.iter().map(|(from, to)| format!("{from}..{to}")).collect();
            if all.is_empty() { String::new() } else { format!("{what} {} ", all.join(" and ")) }
        };
        let text = spans("job", &self.jobs) + &spans("second job", &self.second) + &spans("leave", &self.leave);
        let text = text + &spans("leave of the first job", &self.leave_of_job);
        let record = self.record.iter().map(|(from, to)| format!("record {from}..{to} "));
        let text = text + &record.collect::<String>();
        let text = text + self.category.unwrap_or_default() + if self.sponsor { " with a sponsor" } else { "" };
        if text.is_empty() { "nothing".into() } else { text.trim_end().to_owned() }
    }
}

/// The ladder of the tests: every rung on a day of its own.
pub fn policy() -> Policy {
    Policy {
        create_days: 14,
        enable_days: 1,
        gap_days: 2,
        leave: OnLeave::Disable,
        disable_days: 3,
        hide_days: Some(10),
        strip_days: Some(30),
        move_days: Some(60),
        delete_days: Some(180),
        ..Policy::default()
    }
}

pub struct Course {
    pub world: World,
    pub facts: Facts,
    first: Option<ObjectId>,
    pub text: String,
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn interval((from, to): &(String, String)) -> Interval {
    Interval { from: from.parse().ok(), to: to.parse().ok() }
}

impl Course {
    pub fn new(facts: Facts) -> Self {
        let mut world = World::new(true);
        let hide = [("hidden".into(), vec![Value::text("yes")])].into();
        let strip = [("licence".into(), Vec::new())].into();
        let categories = [
            ("external".to_owned(), Policy { needs: [NEED_SPONSOR, NEED_END].into(), ..policy() }),
            ("robot".to_owned(), Policy { basis: rosterd::mapping::lifecycle::Basis::Person, ..policy() }),
        ];
        let effects = Effects { hide, strip };
        world.rules.ladder =
            Ladder { everybody: policy(), categories: categories.into(), effects, ..Ladder::default() };
        let users = world.rules.kinds.get_mut(&Kind::User).unwrap();
        users.scope.when = None;
        let licence =
            AttributeRule { value: compiled_for_users("'E3'"), authority: Authority::Own, empty: WhenEmpty::Clear };
        users.attributes.insert("licence".into(), licence);
        let leavers = world.memory.plant(Kind::Unit, "Leavers", rosterd::object::Attributes::new()).unwrap();
        let there = world.memory.objects().into_iter().find(|object| object.id == leavers).unwrap();
        world.leavers = Some(there.handle);
        let mut course = Self { world, facts, first: None, text: String::new() };
        course.tell();
        course
    }

    pub fn tell(&mut self) {
        writeln!(self.text, "  {}", self.facts.told()).unwrap();
    }

    pub fn change(&mut self, facts: Facts) {
        self.facts = facts;
        self.tell();
    }

    fn account() -> Id {
        account_id(ROSTER, &"p".into(), "memory", "")
    }

    pub fn snapshot(&self, on: &str) -> Snapshot {
        let mut builder = SnapshotBuilder::new(day(on), Instant::from_micros(0));
        let mut add = |kind: FactKind, id: &str, days: Interval, body: Json| {
            let fact = Fact::from_body(kind, &body.to_string()).unwrap();
            builder.add(Version { id: Id::new(id), interval: days, fact });
        };
        let always = Interval::ALWAYS;
        for name in ["external", "robot"] {
            add(FactKind::Class, name, always, json!({ "vocabulary": "category", "name": name }));
        }
        add(FactKind::Unit, "it", always, json!({ "name": "IT" }));
        add(FactKind::Unit, "school", always, json!({ "name": "School" }));
        add(FactKind::Person, "chief", always, json!({ "given_name": "Bo", "surname": "Holm" }));
        add(FactKind::Engagement, "lead", always, json!({ "person": "chief", "unit": "it", "number": "1" }));
        add(FactKind::Manager, "manager", always, json!({ "unit": "it", "person": "chief" }));
        let mut person = json!({ "given_name": "Åse", "surname": "Berg" });
        if let Some(category) = self.facts.category {
            person["category"] = json!(category);
        }
        if self.facts.sponsor {
            person["sponsor"] = json!("chief");
        }
        let of_record = self.facts.record.as_ref().map_or(always, interval);
        add(FactKind::Person, "p", of_record, person);
        for (number, span) in self.facts.jobs.iter().enumerate() {
            let body = json!({ "person": "p", "unit": "it", "title": "Technician", "number": format!("a{number}") });
            add(FactKind::Engagement, &format!("job {number}"), interval(span), body);
        }
        for (number, span) in self.facts.second.iter().enumerate() {
            let body = json!({ "person": "p", "unit": "school", "title": "Teacher", "number": format!("b{number}"),
                "fraction": 0.2 });
            add(FactKind::Engagement, &format!("second {number}"), interval(span), body);
        }
        for (number, span) in self.facts.leave.iter().enumerate() {
            add(FactKind::Leave, &format!("leave {number}"), interval(span), json!({ "person": "p" }));
        }
        for (number, span) in self.facts.leave_of_job.iter().enumerate() {
            let leave = json!({ "person": "p", "engagement": "job 0" });
            add(FactKind::Leave, &format!("leave of job {number}"), interval(span), leave);
        }
        add(FactKind::Group, "listed", always, json!({ "name": "Listed" }));
        add(FactKind::Membership, "in listed", always, json!({ "group": "listed", "member_person": "p" }));
        add(FactKind::Group, "ruled", always, json!({ "name": "Ruled", "rule": "unit.name == 'IT'" }));
        for (id, (person, system, login)) in &self.world.accounts {
            let body = json!({ "person": person, "system": system, "login": login });
            add(FactKind::Account, id.as_str(), always, body);
        }
        builder.finish()
    }

    /// Plans and applies on a day, tells of it, and plans again: nothing may be left.
    pub fn on(&mut self, on: &str) {
        let snapshot = self.snapshot(on);
        let policy = self.world.rules.ladder.policy(&snapshot, &"p".into()).clone();
        let standing = standing(&life_of(&snapshot, &policy, &"p".into()), &policy, day(on));
        let plan = self.world.plan_of(snapshot, |objects| objects);
        let steps: Vec<String> = plan.steps.iter().filter_map(|step| told(step, self.first.as_ref())).collect();
        let held =
            plan.held.iter().filter(|hold| hold.key == Self::account()).map(|hold| format!("HELD {}", hold.reason));
        let steps: Vec<String> = steps.into_iter().chain(held).collect();
        self.world.apply(&plan);
        let second = self.world.plan_of(self.snapshot(on), |objects| objects);
        assert!(second.is_empty(), "{}on {on}, left: {:#?}", self.text, second.steps);
        let since = standing.since.map_or_else(String::new, |since| format!(" since {since}"));
        let said = if steps.is_empty() { "nothing to do".to_owned() } else { steps.join("; ") };
        writeln!(self.text, "  {on}  {}{since}: {}", standing.rung, standing.because).unwrap();
        writeln!(self.text, "              {said}").unwrap();
        let state = self.state();
        writeln!(self.text, "              = {state}").unwrap();
    }

    fn state(&mut self) -> String {
        let objects = self.world.memory.objects();
        let Some(mine) = self.world.of(&Self::account()) else { return "no account".into() };
        let first = self.first.get_or_insert_with(|| mine.id.clone());
        let mut parts = vec![if mine.enabled == Some(true) { "enabled" } else { "disabled" }.to_owned()];
        if mine.id != *first {
            parts.push("a new object".into());
        }
        let named = |handle: &Handle| objects.iter().find(|one| one.handle == *handle).map(|one| one.name.clone());
        parts.push(format!("in {}", mine.parent.as_ref().and_then(named).unwrap_or_else(|| "the top".into())));
        let holds = |group: &&Observed| group.members.iter().flatten().any(|member| *member == mine.handle);
        let groups: Vec<&str> = objects.iter().filter(holds).map(|group| group.name.as_str()).collect();
        parts.push(if groups.is_empty() { "no group".into() } else { groups.join("+") });
        for name in ["title", "licence", "hidden"] {
            if let Some(values) = mine.attributes.get(&name.into()) {
                parts.push(values.iter().map(ToString::to_string).collect::<String>());
            }
        }
        if mine.manager.is_some() {
            parts.push("manager".into());
        }
        parts.join(", ")
    }
}

const NEED_SPONSOR: rosterd::mapping::lifecycle::Need = rosterd::mapping::lifecycle::Need::Sponsor;
const NEED_END: rosterd::mapping::lifecycle::Need = rosterd::mapping::lifecycle::Need::End;

/// A step, as far as it is about the person; what only sets the scene is left out.
fn told(step: &Step, object: Option<&ObjectId>) -> Option<String> {
    if step.kind == Kind::Unit || step.key == account_id(ROSTER, &"chief".into(), "memory", "") {
        return None;
    }
    if step.kind == Kind::Group && matches!(step.op, Op::Create | Op::Update) {
        return None;
    }
    let account = account_id(ROSTER, &"p".into(), "memory", "");
    let is_mine = |value: &Value| match value {
        Value::Reference(Referent::Key(key)) => *key == account,
        Value::Reference(Referent::Object(id)) => Some(id) == object,
        _ => false,
    };
    let mut members = step.changes.iter().flat_map(|change| change.before.iter().chain(&change.after));
    if step.kind == Kind::Group && !members.any(is_mine) {
        return None;
    }
    let changes: Vec<&str> = step.changes.iter().map(|change| change.attribute.as_str()).collect();
    let what = match step.op {
        Op::Update => format!(" {}", changes.join(" ")),
        Op::AddMembers | Op::RemoveMembers => format!(" {}", step.name),
        Op::Create if step.after(aspect::ENABLED) == Some(&[Value::Bool(false)]) => " disabled".into(),
        _ => String::new(),
    };
    let ground = step.ground.as_ref().map_or_else(String::new, |ground| format!(" ({})", ground.as_str()));
    let rung = step.rung.map_or_else(String::new, |rung| format!(" [{rung}]"));
    let leaves = if step.op == Op::Restore { format!(" clearing {}", cleared(step)) } else { String::new() };
    Some(format!("{}{what}{leaves}{ground}{rung}", step.op))
}

fn cleared(step: &Step) -> String {
    let cleared = step.changes.iter().filter(|change| change.after.is_empty());
    cleared.map(|change| change.attribute.to_string()).collect::<Vec<_>>().join(" ")
}
