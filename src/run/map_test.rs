//! Map test: what the rules make of one person, without looking at any target.

use super::command::Exit;
use super::engine::Engine;
use super::failure::Failure;
use super::find::search;
use crate::mapping::{Mapper, Source, Traced, WhenEmpty};
use crate::object::{Edit, Presence, Referent};
use crate::org::{Day, FactKind, Id, Snapshot, Visibility};
use crate::report::{MapAttribute, MapDocument, MapFact, MapManager, MapRule, MapSource, MapTarget};

/// People who are named when a word does not tell them apart.
const NAMED: usize = 10;

impl Engine {
    /// What the targets should hold of a person on a day; today without one. The person is named by id, or by words that
    /// only they are found by. The names that are taken in the targets are as they were read last.
    pub async fn map_test(&self, person: &str, target: Option<&str>, at: Option<Day>) -> Result<MapDocument, Failure> {
        let names = self.chosen(&target.map(ToOwned::to_owned).into_iter().collect::<Vec<_>>())?;
        let scene = self.scene(at.unwrap_or(self.today())).await?;
        let person = the_person(&scene.snapshot, person)?;
        let mut targets = Vec::new();
        for name in &names {
            let (port, entry) = (self.connect(name)?, self.entry(name)?);
            if let Some(told) = super::schema::told(&self.store, name, self.clock.now()).await? {
                port.recall(&told);
            }
            let mapper = self.mapper(port.as_ref(), entry, &scene).await?;
            for account in mapper.accounts_of(&person) {
                targets.push(of_target(&mapper, &scene.snapshot, name, entry.rules.release, &person, &account));
            }
        }
        let name = scene.snapshot.person(&person).map(crate::org::Person::full_name).unwrap_or_default();
        Ok(MapDocument { person, name, at: scene.snapshot.day(), targets })
    }
}

fn the_person(snapshot: &Snapshot, text: &str) -> Result<Id, Failure> {
    let id = Id::from(text);
    if snapshot.person(&id).is_some() {
        return Ok(id);
    }
    let found = search(snapshot, text, usize::MAX);
    let people: Vec<_> = found.matches.iter().filter(|one| one.kind == FactKind::Person.name()).collect();
    match people.as_slice() {
        [one] => Ok(Id::from(one.id.as_str())),
        [] => Err(Failure::new(Exit::Failed, format!("nobody is called {text:?} on {}", snapshot.day()))
            .hint("`rosterd find TEXT` looks for people; --at DAY looks at another day")),
        several => {
            let named = several.iter().take(NAMED).map(|one| format!("{} ({})", one.name, one.id)).collect::<Vec<_>>();
            let more = if several.len() > NAMED { ", …" } else { "" };
            Err(Failure::new(Exit::Failed, format!("{} people are called {text:?}", several.len()))
                .hint(format!("name one by id: {}{more}", named.join(", "))))
        }
    }
}

fn of_target(
    mapper: &Mapper<'_>,
    snapshot: &Snapshot,
    name: &str,
    release: Visibility,
    person: &Id,
    account: &Id,
) -> MapTarget {
    let mut target = MapTarget {
        target: name.to_owned(),
        release,
        state: "out of scope",
        reason: None,
        login: mapper.login_of(account).or_else(|| mapper.login(person)).map(ToOwned::to_owned),
        kind: mapper.kind_of(account).map(ToOwned::to_owned),
        object_name: None,
        place: None,
        manager: None,
        when: None,
        attributes: Vec::new(),
        account: account.clone(),
    };
    match mapper.wanted(account) {
        Some(Ok(desired)) => {
            (target.state, target.reason) = match desired.presence {
                Presence::Present => ("present", None),
                Presence::Inactive { reason, .. } => ("inactive", Some(reason)),
                Presence::Kept => ("kept", Some("left as it is".to_owned())),
                Presence::OutOfScope { reason } => ("out of scope", Some(reason)),
                Presence::Deleted { reason, .. } => ("deleted", Some(reason)),
                Presence::Disabled { reason, .. } => ("disabled", Some(reason)),
                Presence::Held { reason } => ("held", Some(reason)),
            };
            target.object_name = desired.name;
            target.place = desired.parent.map(|parent| match parent {
                Referent::Key(unit) => path(snapshot, &unit),
                _ => Vec::new(),
            });
            target.manager = match desired.manager {
                Edit::Set(account) => mapper.holder(&account).map(|chief| MapManager {
                    name: snapshot.person(chief).map(crate::org::Person::full_name).unwrap_or_default(),
                    login: mapper.login(chief).map(ToOwned::to_owned),
                    person: chief.clone(),
                }),
                Edit::Keep | Edit::Clear => None,
            };
        }
        Some(Err(hold)) => (target.state, target.reason) = ("held", Some(hold.reason)),
        None => {}
    }
    let Some(trace) = mapper.trace(account) else {
        target.reason = Some(match snapshot.tenure(person).next_start {
            Some(start) => format!("has no engagement before {start}"),
            None => "has no engagement".to_owned(),
        });
        return target;
    };
    if target.state == "out of scope" && target.reason.is_none() {
        target.reason = trace.when.as_ref().map(|when| format!("the rule does not hold: {}", when.rule));
    }
    target.when = trace.when.map(|when| rule(when, release));
    target.attributes = (trace.attributes.into_iter())
        .map(|one| MapAttribute {
            attribute: one.attribute.to_string(),
            authority: one.authority,
            empty: if one.empty == WhenEmpty::Keep { "keep" } else { "clear" },
            rule: rule(one.traced, release),
        })
        .collect();
    target
}

/// The names of the units down to this one.
fn path(snapshot: &Snapshot, unit: &Id) -> Vec<String> {
    let units = snapshot.tree().path(unit).into_iter().filter_map(|unit| snapshot.unit(unit));
    units.map(|unit| unit.name.clone()).collect()
}

fn rule(traced: Traced, release: Visibility) -> MapRule {
    let nothing = match &traced.outcome {
        Ok(values) if values.is_empty() => Some(why_nothing(&traced.sources, release)),
        _ => None,
    };
    let (values, problem) = match traced.outcome {
        Ok(values) => (values, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    let source = |Source { path, values, facts, withheld }: Source| {
        let facts = facts.into_iter().map(|(kind, id)| MapFact { kind, id }).collect();
        MapSource { path, values, facts, withheld }
    };
    MapRule { values, rule: traced.rule, sources: traced.sources.into_iter().map(source).collect(), nothing, problem }
}

fn why_nothing(sources: &[Source], release: Visibility) -> String {
    let empty: Vec<String> = (sources.iter().filter(|source| source.values.is_empty()))
        .map(|source| match source.withheld {
            Some(level) => {
                format!(
                    "{} is {}, and this target may have {} facts at most",
                    source.path,
                    level.as_str(),
                    release.as_str()
                )
            }
            None => format!("{} has no value", source.path),
        })
        .collect();
    if empty.is_empty() { "the expression says nothing".to_owned() } else { empty.join("; ") }
}
