//! What the rules make of one thing in one target, with what each rule rests on: for `map test` and `explain`.

use crate::mapping::{Mapper, Source, Traced, WhenEmpty};
use crate::object::{Desired, Edit, Ground, Hold, Presence, Referent, Rung};
use crate::org::{Id, Person, Snapshot, Visibility};
use crate::report::{MapAttribute, MapFact, MapManager, MapRule, MapScope, MapSource, MapTarget};

/// One thing in one target.
#[derive(Debug)]
pub(in crate::run) struct Mapped {
    pub target: MapTarget,
    pub desired: Option<Desired>,
    pub hold: Option<Hold>,
}

/// A target, seen from one thing.
#[derive(Clone, Copy)]
pub(in crate::run) struct View<'a> {
    pub mapper: &'a Mapper<'a>,
    pub snapshot: &'a Snapshot,
    pub target: &'a str,
    pub release: Visibility,
}

/// What a target should hold of a thing; of a person the key is that of the account.
pub(in crate::run) fn mapped(view: View<'_>, key: &Id, person: Option<&Id>) -> Mapped {
    let View { mapper, snapshot, target: name, release } = view;
    let mut target = MapTarget {
        target: name.to_owned(),
        release,
        state: "out of scope",
        reason: None,
        account: person.map(|_| key.clone()),
        kind: mapper.kind_of(key).map(ToOwned::to_owned),
        login: mapper.login_of(key).or_else(|| mapper.login(person?)).map(ToOwned::to_owned),
        object_name: None,
        place: None,
        manager: None,
        when: None,
        scope: Vec::new(),
        named_by: None,
        placed_by: None,
        attributes: Vec::new(),
    };
    let (mut wish, mut held) = (None, None);
    match mapper.wanted(key) {
        Some(Ok(desired)) => {
            wanted(&mut target, view, &desired);
            wish = Some(desired);
        }
        Some(Err(hold)) => {
            (target.state, target.reason) = ("held", Some(hold.reason.clone()));
            held = Some(hold);
        }
        None => {}
    }
    let Some(trace) = mapper.trace(key) else {
        target.reason = Some(match person.map(|person| snapshot.tenure(person).next_start) {
            Some(Some(start)) => format!("has no engagement before {start}"),
            Some(None) => "has no engagement".to_owned(),
            None => "the target has no rules for it".to_owned(),
        });
        return Mapped { target, desired: wish, hold: held };
    };
    if target.state == "out of scope" && target.reason.is_none() {
        target.reason = trace.when.as_ref().map(|when| format!("the rule does not hold: {}", when.rule));
    }
    target.when = trace.when.map(|when| rule(when, release));
    let scope = |(deed, only)| MapScope { deed, rule: rule(only, release) };
    target.scope = trace.deeds.into_iter().map(scope).collect();
    target.named_by = trace.name.map(|name| rule(name, release));
    target.placed_by = trace.place.map(|place| rule(place, release));
    target.attributes = (trace.attributes.into_iter())
        .map(|one| MapAttribute {
            attribute: one.attribute.to_string(),
            authority: one.authority,
            empty: if one.empty == WhenEmpty::Keep { "keep" } else { "clear" },
            rule: rule(one.traced, release),
            seen: None,
        })
        .collect();
    Mapped { target, desired: wish, hold: held }
}

fn wanted(target: &mut MapTarget, View { mapper, snapshot, .. }: View<'_>, desired: &Desired) {
    let reason = |reason: &String| Some(reason.clone());
    (target.state, target.reason) = match &desired.presence {
        Presence::Present => ("present", None),
        Presence::Inactive { reason: why, .. } => ("inactive", reason(why)),
        Presence::Kept => ("kept", Some("left as it is".to_owned())),
        Presence::OutOfScope { reason: why } => ("out of scope", reason(why)),
        Presence::Deleted { reason: why, .. } => ("deleted", reason(why)),
        Presence::Disabled { ground: Ground::Suspended, reason: why } => ("suspended", reason(why)),
        Presence::Disabled { reason: why, .. } => ("disabled", reason(why)),
        Presence::Held { reason: why } => ("held", reason(why)),
    };
    if desired.rung == Some(Rung::OutOfScope) {
        target.state = "out of scope";
    }
    target.object_name.clone_from(&desired.name);
    target.place = desired.parent.as_ref().map(|parent| match parent {
        Referent::Key(container) => mapper.path(container),
        _ => Vec::new(),
    });
    target.manager = match &desired.manager {
        Edit::Set(account) => mapper.holder(account).map(|chief| MapManager {
            name: snapshot.person(chief).map(Person::full_name).unwrap_or_default(),
            login: mapper.login(chief).map(ToOwned::to_owned),
            person: chief.clone(),
        }),
        Edit::Keep | Edit::Clear => None,
    };
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
        let facts = facts.into_iter().map(|(kind, id)| MapFact { kind, id, said: None }).collect();
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
