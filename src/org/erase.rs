//! Erasing a person: which rows go, and which are written anew without the person. Pure: it decides, the store does it.
//!
//! Everything that is about the person alone goes, whether it holds today or not and whether it is still believed or
//! not: engagements, leaves, associations, contacts, accounts, memberships, relations and keys, and what is about those
//! in turn. What is about somebody or something else stays and no longer names them: a post becomes vacant, a group
//! loses its owner.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fact::Fact;
use super::id::Id;
use super::identity;
use super::kind::FactKind;
use super::time::{Day, Interval};

/// A row of the record, in force or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasableRow {
    pub row: i64,
    pub id: Id,
    pub interval: Interval,
    /// Not closed by a later commit.
    pub in_force: bool,
    pub fact: Fact,
}

/// What erasing a person would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErasurePlan {
    /// The person, and every thing that is about them alone: none of these ids is used again.
    pub things: BTreeMap<Id, FactKind>,
    /// Rows to delete.
    pub delete: Vec<i64>,
    /// Rows that stay, with what they say without the person.
    pub rewrite: Vec<(i64, Fact)>,
}

/// Why a person cannot be erased now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErasureRefused {
    #[error("there is no person {0:?}")]
    Unknown(Id),
    #[error("the person {person:?} still has the engagement {engagement:?}, {interval}")]
    Engaged { person: Id, engagement: Id, interval: Interval },
}

/// Plans the erasure of a person from the rows that are about them or name them: all rows of each such thing. With
/// more rows the same plan may grow: a caller that reads by name asks again until [`ErasurePlan::things`] stays.
pub fn plan(person: &Id, rows: &[ErasableRow], today: Day) -> Result<ErasurePlan, ErasureRefused> {
    if !rows.iter().any(|row| row.id == *person && row.fact.kind() == FactKind::Person) {
        return Err(ErasureRefused::Unknown(person.clone()));
    }
    refuse_engaged(person, rows, today)?;
    let things = things(person, rows);
    let mut plan = ErasurePlan::default();
    for row in rows {
        let gone = |id: &Id| things.contains_key(id);
        match if gone(&row.id) { None } else { without(&row.fact, &gone) } {
            None => plan.delete.push(row.row),
            Some(fact) if fact != row.fact => plan.rewrite.push((row.row, fact)),
            Some(_) => {}
        }
    }
    plan.things = things;
    // what a source called the person is not taken for somebody else later
    let aliases = rows.iter().filter(|row| plan.things.contains_key(&row.id)).filter_map(|row| match &row.fact {
        Fact::Key(key) => identity::local(key),
        _ => None,
    });
    let aliases: Vec<Id> = aliases.collect();
    plan.things.extend(aliases.into_iter().map(|id| (id, FactKind::Person)));
    Ok(plan)
}

/// What a source claims, without what is gone; `None` when the claim is about something that is gone.
pub fn claim_without(
    kind: FactKind,
    id: &Id,
    body: &str,
    gone: &BTreeMap<Id, FactKind>,
) -> Result<Option<String>, serde_json::Error> {
    let is_gone = |value: &Value| value.as_str().is_some_and(|text| gone.contains_key(&Id::from(text)));
    let mut fields: Map<String, Value> = serde_json::from_str(body)?;
    let about = kind == FactKind::Engagement && fields.get("person").is_some_and(is_gone);
    if about || gone.contains_key(id) {
        return Ok(None);
    }
    fields.retain(|_, value| !is_gone(value));
    if fields.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(&fields).map(Some)
}

fn refuse_engaged(person: &Id, rows: &[ErasableRow], today: Day) -> Result<(), ErasureRefused> {
    let lasts = |row: &&ErasableRow| row.in_force && row.interval.to.is_none_or(|to| today < to);
    let engaged = |row: &ErasableRow| match &row.fact {
        Fact::Engagement(engagement) if engagement.person == *person => {
            let (person, engagement) = (person.clone(), row.id.clone());
            Some(ErasureRefused::Engaged { person, engagement, interval: row.interval })
        }
        _ => None,
    };
    rows.iter().filter(lasts).find_map(engaged).map_or(Ok(()), Err)
}

/// The person and the things whose every row is about them. A thing that was somebody else's once keeps its id.
fn things(person: &Id, rows: &[ErasableRow]) -> BTreeMap<Id, FactKind> {
    let mut by_thing: BTreeMap<&Id, Vec<&ErasableRow>> = BTreeMap::new();
    for row in rows {
        by_thing.entry(&row.id).or_default().push(row);
    }
    let mut things = BTreeMap::from([(person.clone(), FactKind::Person)]);
    loop {
        let gone = |id: &Id| things.contains_key(id);
        let is_new = |(id, rows): &(&&Id, &Vec<&ErasableRow>)| {
            !gone(id) && rows.iter().all(|row| without(&row.fact, &gone).is_none())
        };
        let new: Vec<(Id, FactKind)> = by_thing
            .iter()
            .filter(is_new)
            .filter_map(|(id, rows)| Some(((*id).clone(), rows.first()?.fact.kind())))
            .collect();
        if new.is_empty() {
            return things;
        }
        things.extend(new);
    }
}

/// A fact without what is gone; `None` for one that is about something that is gone.
fn without(fact: &Fact, gone: &dyn Fn(&Id) -> bool) -> Option<Fact> {
    let is_gone = |id: &Option<Id>| id.as_ref().is_some_and(gone);
    let about = match fact {
        Fact::Class(_) | Fact::Unit(_) | Fact::Position(_) | Fact::Person(_) | Fact::Manager(_) | Fact::Group(_) => {
            false
        }
        Fact::Engagement(fact) => gone(&fact.person),
        Fact::Association(fact) => is_gone(&fact.person),
        // a leave from one engagement must not become a leave from all
        Fact::Leave(fact) => gone(&fact.person) || is_gone(&fact.engagement),
        Fact::Account(fact) => is_gone(&fact.person),
        Fact::Contact(fact) => is_gone(&fact.person) || is_gone(&fact.engagement),
        Fact::Membership(fact) => is_gone(&fact.member_person) || is_gone(&fact.member_account),
        Fact::Relation(fact) => gone(&fact.from) || gone(&fact.to),
        Fact::Key(fact) => gone(&fact.of),
    };
    if about {
        return None;
    }
    let mut fact = fact.clone();
    let clear = |id: &mut Option<Id>| _ = id.take_if(|id| gone(id));
    match &mut fact {
        Fact::Person(fact) => clear(&mut fact.sponsor),
        Fact::Manager(fact) => {
            clear(&mut fact.person);
            clear(&mut fact.engagement);
        }
        Fact::Association(fact) => {
            clear(&mut fact.substitute);
            clear(&mut fact.account);
        }
        Fact::Account(fact) => fact.engagements.retain(|id| !gone(id)),
        Fact::Contact(fact) => clear(&mut fact.account),
        Fact::Group(fact) => clear(&mut fact.owner),
        Fact::Class(_) | Fact::Unit(_) | Fact::Position(_) | Fact::Engagement(_) | Fact::Leave(_) => {}
        Fact::Membership(_) | Fact::Relation(_) | Fact::Key(_) => {}
    }
    Some(fact)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn row(row: i64, kind: FactKind, id: &str, body: &str) -> ErasableRow {
        let interval = Interval { from: None, to: Some("2026-01-01".parse().unwrap()) };
        ErasableRow { row, id: id.into(), interval, in_force: true, fact: Fact::from_body(kind, body).unwrap() }
    }

    fn rows() -> Vec<ErasableRow> {
        use FactKind::{Account, Association, Engagement, Group, Key, Leave, Manager, Membership, Person, Relation};
        vec![
            row(1, Person, "p1", r#"{"given_name":"A","surname":"B"}"#),
            row(2, Person, "p2", r#"{"given_name":"C","surname":"D","sponsor":"p1"}"#),
            row(3, Engagement, "e1", r#"{"person":"p1","unit":"u1"}"#),
            row(4, Engagement, "e2", r#"{"person":"p2","unit":"u1"}"#),
            row(5, Manager, "m1", r#"{"unit":"u1","person":"p1","engagement":"e1"}"#),
            row(6, Account, "a1", r#"{"person":"p1","system":"ad"}"#),
            row(7, Membership, "g1a", r#"{"group":"g1","member_account":"a1"}"#),
            row(8, Group, "g1", r#"{"name":"G","owner":"p1"}"#),
            row(9, Relation, "r1", r#"{"from":"e1","to":"u1","type":"t"}"#),
            row(10, Key, "k1", r#"{"of":"r1","source":"hr","value":"1"}"#),
            row(11, Association, "s1", r#"{"unit":"u1","person":"p2","substitute":"p1"}"#),
            row(12, Leave, "l1", r#"{"person":"p1","engagement":"e1"}"#),
        ]
    }

    fn today() -> Day {
        "2026-11-23".parse().unwrap()
    }

    #[test]
    fn what_is_about_the_person_goes_and_the_rest_no_longer_names_them() {
        let plan = plan(&"p1".into(), &rows(), today()).unwrap();
        let things: Vec<&str> = plan.things.keys().map(Id::as_str).collect();
        assert_eq!(things, ["a1", "e1", "g1a", "k1", "l1", "p1", "r1"]);
        assert_eq!(plan.delete, [1, 3, 6, 7, 9, 10, 12]);
        let rewritten: Vec<(i64, String)> =
            plan.rewrite.iter().map(|(row, fact)| (*row, fact.body().unwrap())).collect();
        let expected = [
            (2, r#"{"given_name":"C","surname":"D"}"#),
            (5, r#"{"unit":"u1"}"#),
            (8, r#"{"name":"G"}"#),
            (11, r#"{"unit":"u1","person":"p2"}"#),
        ];
        assert_eq!(rewritten, expected.map(|(row, body)| (row, body.to_owned())));
    }

    #[test]
    fn a_thing_that_was_somebody_elses_once_keeps_its_id_and_those_rows() {
        let mut rows = rows();
        rows.push(ErasableRow {
            in_force: false,
            ..row(13, FactKind::Engagement, "e1", r#"{"person":"p2","unit":"u1"}"#)
        });
        let plan = plan(&"p1".into(), &rows, today()).unwrap();
        assert!(plan.delete.contains(&3) && !plan.delete.contains(&13) && !plan.things.contains_key(&"e1".into()));
        assert!(!plan.things.contains_key(&"r1".into()), "what is about that engagement stays");
    }

    #[test]
    fn somebody_who_works_here_or_will_is_not_erased() {
        for (to, in_force, engaged) in [(None, true, true), (Some("2027-01-01"), true, true), (None, false, false)] {
            let mut rows = rows();
            rows[2].interval.to = to.map(|day| day.parse().unwrap());
            rows[2].in_force = in_force;
            let refused = plan(&"p1".into(), &rows, today()).err();
            assert_eq!(matches!(refused, Some(ErasureRefused::Engaged { .. })), engaged, "{to:?} {refused:?}");
        }
        assert_eq!(plan(&"p9".into(), &rows(), today()), Err(ErasureRefused::Unknown("p9".into())));
    }
}
