//! Runs the tests of the mapping: each makes a small roster of what it states, and asks the mapping what should be. No
//! roster, no target and no clock is looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, json};
use uuid::Uuid;

use super::attributes::told;
use super::compile::Known;
use super::document::Document;
use super::load::{Loaded, TargetConfig};
use super::mapping_test::{ClassText, ContactText, EngagementText, MappingTest, OtherText, PLACE, UnitTable};
use super::problem::ConfigProblem;
use crate::mapping::{Given, Inputs, Mapper, Naming, ORDINARY, account_id};
use crate::object::{Desired, Edit, Kind, Presence, Referent, Schema, Value, aspect};
use crate::org::quality::Blocked;
use crate::org::{Custom, Fact, FactKind, Id, Instant, Interval, Snapshot, SnapshotBuilder, Version};

/// What the tests find wrong.
pub(super) fn run(file: &str, text: &str, loaded: &Loaded, known: &Known<'_>) -> Vec<ConfigProblem> {
    let mut document = Document::parse(file, text);
    for (name, test) in &loaded.tests {
        let Some((target, config)) = test.target(&loaded.targets) else { continue };
        let Some(kind) = test.kind() else { continue };
        match Staged::of(test, target) {
            Ok(staged) => staged.judge(&mut document, (name, test, kind), (target, config), loaded, known),
            Err(problem) => document.at_key(&["test", name], problem, Some("see docs/mapping.md".to_owned())),
        }
    }
    document.into_problems()
}

const PERSON: &str = "person";
const GROUP: &str = "group";

/// The roster of one test.
struct Staged {
    snapshot: Arc<Snapshot>,
    person: Id,
    unit: Id,
}

impl Staged {
    fn of(test: &MappingTest, target: &str) -> Result<Self, String> {
        let builder = SnapshotBuilder::new(test.day_of(), Instant::from_micros(0));
        let mut facts = Facts { builder, target };
        let plain = UnitTable { path: vec!["Unit".to_owned()], ..UnitTable::default() };
        let unit = facts.unit(test.unit.as_ref().map_or(&plain, |unit| &unit.0))?;
        let person = Id::from(test.person.as_ref().and_then(|person| person.id.as_deref()).unwrap_or(PERSON));
        if let Some(manager) = &test.manager {
            facts.other("manager", manager, &unit)?;
            facts.add(FactKind::Manager, "manager-fact", json!({ "unit": unit, "person": "manager" }))?;
        }
        if let Some(sponsor) = &test.sponsor {
            facts.other("sponsor", sponsor, &unit)?;
        }
        if let Some(text) = &test.person {
            let category = text.category.as_ref().map(|class| facts.class(class)).transpose()?;
            let body = json!({
                "given_name": text.given_name, "surname": text.surname, "nickname": text.nickname,
                "category": category, "sponsor": test.sponsor.as_ref().map(|_| "sponsor"), "custom": text.custom,
            });
            facts.add(FactKind::Person, person.as_str(), body)?;
            facts.contacts("person", person.as_str(), &text.contact)?;
            let plain = EngagementText::default();
            facts.engagement("engagement", test.engagement.as_ref().unwrap_or(&plain), &person, &unit)?;
            if let Some(second) = &test.second_engagement {
                facts.engagement("engagement-2", second, &person, &unit)?;
            }
            facts.login(person.as_str(), test.login.as_deref())?;
        }
        if let Some(group) = &test.group {
            let class = group.group_type.as_ref().map(|class| facts.class(class)).transpose()?;
            let body =
                json!({ "name": group.name, "type": class, "description": group.description, "custom": group.custom });
            facts.add(FactKind::Group, GROUP, body)?;
        }
        Ok(Self { snapshot: Arc::new(facts.builder.finish()), person, unit })
    }

    fn judge(
        &self,
        document: &mut Document<'_>,
        (name, test, kind): (&str, &MappingTest, Kind),
        (target, config): (&str, &TargetConfig),
        loaded: &Loaded,
        known: &Known<'_>,
    ) {
        let schemas: BTreeMap<Kind, Schema> =
            config.rules.kinds.keys().map(|kind| (*kind, known(config.protocol, *kind))).collect();
        let given = Given { roster: Uuid::nil(), ..Given::default() };
        let mapper = Mapper::new(Inputs {
            naming: Arc::new(Naming::new(&self.snapshot, &loaded.naming, &given)),
            snapshot: Arc::clone(&self.snapshot),
            roster: Uuid::nil(),
            target,
            rules: &config.rules,
            schemas: schemas.iter().map(|(kind, schema)| (*kind, schema)).collect(),
            absence: None,
            leavers: None,
            blocked: Arc::new(Blocked::default()),
            orders: Arc::default(),
        });
        let key = match kind {
            Kind::User | Kind::Contact => {
                let further = test.account.as_deref();
                let all = mapper.accounts_of(&self.person).into_iter();
                let mut meant = all.filter(|account| mapper.rule_of(account) == further);
                let id = account_id(Uuid::nil(), &self.person, target, further.unwrap_or(ORDINARY));
                meant.next().unwrap_or(id)
            }
            Kind::Unit => self.unit.clone(),
            Kind::Group => Id::from(GROUP),
        };
        let wanted = mapper.wanted(&key);
        let trace = mapper.trace(&key);
        let path = ["test", name];
        let desired = match (wanted, test.in_scope.unwrap_or(true)) {
            (Some(Err(hold)), _) => {
                let hint = Some("such an object would be held: mend the rule, or what the test states".to_owned());
                return document.at_key(&path, format!("it comes to no object: {}", hold.reason), hint);
            }
            (Some(Ok(desired)), true) if desired.presence.is_present() => desired,
            (
                Some(Ok(Desired {
                    presence: Presence::OutOfScope { reason } | Presence::Disabled { reason, .. }, ..
                })),
                true,
            ) => {
                let hint = Some("write in_scope = false if that is meant".to_owned());
                return document.at_key(&path, format!("there would be no such account: {reason}"), hint);
            }
            (Some(Ok(_)), true) => {
                let hint = Some("let a job hold on the day of the test: start, end, day".to_owned());
                return document.at_key(&path, "there would be no such object on that day", hint);
            }
            (None, true) => {
                let when = trace
                    .and_then(|trace| trace.when)
                    .map_or_else(String::new, |when| format!(": when = {:?}", when.rule));
                let hint = Some("write in_scope = false if that is meant".to_owned());
                return document.at_key(&path, format!("it is out of scope{when}"), hint);
            }
            (Some(Ok(desired)), false) if desired.presence.is_present() => {
                let hint = Some("leave in_scope out if that is meant".to_owned());
                return document.at_value(
                    &[path[0], path[1], "in_scope"],
                    "there is an object, and the test expects none",
                    hint,
                );
            }
            (None | Some(Ok(_)), false) => return,
        };
        for (attribute, expected) in &test.gives {
            let found = self.found(&desired, attribute, &mapper, target);
            let schema = schemas.get(&desired.kind).cloned().unwrap_or_default();
            let name = attribute.as_str().into();
            let expected = schema.coerce(&name, expected.0.clone()).unwrap_or_else(|_| expected.0.clone());
            if schema.equal(&name, &found, &expected) {
                continue;
            }
            let rule = trace.as_ref().and_then(|trace| {
                let of_attribute =
                    || trace.attributes.iter().find(|one| one.attribute.is(attribute)).map(|one| &one.traced);
                if attribute == aspect::NAME { trace.name.as_ref() } else { of_attribute() }
            });
            let hint = rule.map(|traced| {
                let reads: Vec<String> = (traced.sources.iter())
                    .map(|source| match source.withheld {
                        Some(level) => format!("{} is withheld: it is {}", source.path, level.as_str()),
                        None => format!("{} is {}", source.path, told(&source.values)),
                    })
                    .collect();
                match reads.is_empty() {
                    true => format!("the rule is {}", traced.rule),
                    false => format!("the rule is {}; there {}", traced.rule, reads.join(", ")),
                }
            });
            let hint = hint.or_else(|| match attribute.as_str() {
                aspect::MANAGER => {
                    Some("it is the manager of the unit, or of the nearest unit above that has one".to_owned())
                }
                PLACE => Some("place and the mapping of units decide it".to_owned()),
                _ => None,
            });
            let message = format!("{attribute} is {}, where the test expects {}", told(&found), told(&expected));
            document.at_value(&[path[0], path[1], "gives", attribute], message, hint);
        }
    }

    fn found(&self, desired: &Desired, attribute: &str, mapper: &Mapper<'_>, target: &str) -> Vec<Value> {
        let text = |text: Option<String>| text.map(Value::Text).into_iter().collect();
        match attribute {
            aspect::NAME => text(desired.name.clone()),
            aspect::MANAGER => match &desired.manager {
                Edit::Set(account) if *account == account_id(Uuid::nil(), &"manager".into(), target, ORDINARY) => {
                    text(mapper.login(&"manager".into()).map(ToOwned::to_owned))
                }
                Edit::Set(account) => text(Some(account.to_string())),
                Edit::Keep | Edit::Clear => Vec::new(),
            },
            PLACE => match &desired.parent {
                Some(Referent::Key(unit)) => text(self.snapshot.unit(unit).map(|unit| unit.name.clone())),
                _ => Vec::new(),
            },
            _ => match desired.attributes.iter().find(|(name, _)| name.is(attribute)).map(|(_, wish)| &wish.edit) {
                Some(Edit::Set(values)) => values.clone(),
                _ => Vec::new(),
            },
        }
    }
}

/// The facts of a test, as they come.
struct Facts<'a> {
    builder: SnapshotBuilder,
    target: &'a str,
}

impl Facts<'_> {
    fn add(&mut self, kind: FactKind, id: &str, body: serde_json::Value) -> Result<(), String> {
        self.during(kind, id, body, Interval::ALWAYS)
    }

    fn during(&mut self, kind: FactKind, id: &str, body: serde_json::Value, interval: Interval) -> Result<(), String> {
        let serde_json::Value::Object(fields) = body else { return Err(format!("this can be no {kind}")) };
        let fields: Map<String, serde_json::Value> = fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
        let fact = Fact::from_body(kind, &serde_json::Value::Object(fields).to_string())
            .map_err(|error| format!("this can be no {kind}: {error}"))?;
        self.builder.add(Version { id: id.into(), interval, fact });
        Ok(())
    }

    /// The class of a name; the same name is the same class.
    fn class(&mut self, class: &ClassText) -> Result<String, String> {
        let id = format!("class {}", class.0.name);
        self.add(FactKind::Class, &id, json!({ "vocabulary": "test", "name": class.0.name, "scope": class.0.scope }))?;
        Ok(id)
    }

    fn contacts(&mut self, owner: &str, id: &str, contacts: &BTreeMap<String, ContactText>) -> Result<(), String> {
        for (called, contact) in contacts {
            let class = format!("contact {called}");
            self.add(FactKind::Class, &class, json!({ "vocabulary": "contact_type", "name": called }))?;
            let body = json!({
                owner: id, "type": class, "value": contact.0.value, "visibility": contact.0.visibility,
                "primary": contact.0.primary,
            });
            self.add(FactKind::Contact, &format!("contact {called} of {id}"), body)?;
        }
        Ok(())
    }

    /// The units of a path; the last is the one that is meant.
    fn unit(&mut self, unit: &UnitTable) -> Result<Id, String> {
        let (last, above) = unit.path.split_last().ok_or("the path of the unit is empty")?;
        let mut parent: Option<String> = None;
        for name in above {
            let id = format!("unit {name}");
            self.add(FactKind::Unit, &id, json!({ "name": name, "parent": parent }))?;
            parent = Some(id);
        }
        let unit_type = unit.unit_type.as_ref().map(|class| self.class(class)).transpose()?;
        let level = unit.level.as_ref().map(|class| self.class(class)).transpose()?;
        let id = unit.id.clone().unwrap_or_else(|| format!("unit {last}"));
        let body = json!({
            "name": last, "parent": parent, "type": unit_type, "level": level, "tags": unit.tags, "custom": unit.custom,
        });
        self.add(FactKind::Unit, &id, body)?;
        self.contacts("unit", &id, &unit.contact)?;
        Ok(Id::from(id.as_str()))
    }

    fn engagement(&mut self, id: &str, text: &EngagementText, person: &Id, unit: &Id) -> Result<(), String> {
        let job_function = text.job_function.as_ref().map(|class| self.class(class)).transpose()?;
        let engagement_type = text.engagement_type.as_ref().map(|class| self.class(class)).transpose()?;
        let other = match &text.unit {
            Some(name) => Some(self.unit(&UnitTable { path: vec![name.clone()], ..UnitTable::default() })?),
            None => None,
        };
        let body = json!({
            "person": person, "unit": other.as_ref().unwrap_or(unit), "number": text.number, "title": text.title,
            "job_function": job_function, "type": engagement_type, "fraction": text.fraction, "primary": text.primary,
            "custom": text.custom,
        });
        let interval = Interval { from: text.start, to: text.end.map(|end| end.plus(1)) };
        self.during(FactKind::Engagement, id, body, interval)
    }

    /// Somebody else, with a job.
    fn other(&mut self, id: &str, text: &OtherText, unit: &Id) -> Result<(), String> {
        let body = json!({ "given_name": text.given_name, "surname": text.surname, "custom": Custom::default() });
        self.add(FactKind::Person, id, body)?;
        self.contacts("person", id, &text.contact)?;
        self.engagement(
            &format!("job of {id}"),
            &EngagementText { title: text.title.clone(), ..EngagementText::default() },
            &id.into(),
            unit,
        )?;
        self.login(id, text.login.as_deref())
    }

    fn login(&mut self, person: &str, login: Option<&str>) -> Result<(), String> {
        let Some(login) = login else { return Ok(()) };
        let account = account_id(Uuid::nil(), &person.into(), self.target, ORDINARY);
        let body = json!({ "person": person, "system": self.target, "login": login });
        self.add(FactKind::Account, account.as_str(), body)
    }
}
