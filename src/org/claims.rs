//! The effective version of a thing that several sources state: field by field, from the source that owns it.
//!
//! A *claim* is what one source states of the thing, on its days. A claim with all that the kind needs says that the
//! thing is there on these days; one with some fields only adds to what others say. On each day, each field has the
//! value of the first of its owners that states it. A source that lost its place among the owners keeps the last one,
//! so that taking a source out of the configuration ends nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::fact::Fact;
use super::history::{Span, Timeline, pieces};
use super::kind::FactKind;
use super::owners::KindOwners;
use super::stated::{Fields, deep, flat};
use super::time::Interval;

/// What one source states of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) source: Arc<str>,
    pub(super) timeline: Timeline<Arc<str>>,
}

/// A version that was put together, and the source that says that the thing is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sourced {
    pub(super) source: Arc<str>,
    pub(super) body: Arc<str>,
}

/// A field that was not taken, because another source owns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disowned {
    pub(super) interval: Interval,
    pub(super) field: String,
}

/// Puts the claims together.
pub(super) fn merge(
    kind: FactKind,
    claims: &[Claim],
    owners: &KindOwners,
) -> Result<Timeline<Sourced>, serde_json::Error> {
    let days = claims.iter().flat_map(|claim| claim.timeline.spans()).map(|span| span.interval);
    let mut merged = Timeline::default();
    for interval in pieces(days) {
        let stated: Vec<(&Arc<str>, &Arc<str>)> =
            claims.iter().filter_map(|claim| Some((&claim.source, claim.timeline.in_all_of(&interval)?))).collect();
        if let Some(version) = merge_day(kind, &stated, owners)? {
            merged = merged.overlay(interval, version);
        }
    }
    Ok(merged)
}

fn merge_day(
    kind: FactKind,
    stated: &[(&Arc<str>, &Arc<str>)],
    owners: &KindOwners,
) -> Result<Option<Sourced>, serde_json::Error> {
    let whole = stated.iter().filter(|(_, body)| Fact::from_body(kind, body).is_ok());
    let by_default = |source: &Arc<str>| owners.default.iter().position(|owner| **owner == **source);
    let Some((founder, only)) = whole.min_by_key(|(source, _)| (by_default(source).is_none(), by_default(source)))
    else {
        return Ok(None);
    };
    let source = Arc::clone(founder);
    if stated.len() == 1 {
        return Ok(Some(Sourced { source, body: without_nulls(kind, only)? }));
    }
    let mut best: BTreeMap<String, (usize, bool, &str, Value)> = BTreeMap::new();
    for (source, body) in stated {
        for (field, value) in flat(body)? {
            let claim = (owners.rank(source, &field), **source != **founder, &***source, value);
            match best.get(&field) {
                Some(there) if (there.0, there.1, there.2) <= (claim.0, claim.1, claim.2) => {}
                _ => _ = best.insert(field, claim),
            }
        }
    }
    let fields: Fields = best.into_iter().map(|(field, (_, _, _, value))| (field, value)).collect();
    let text = serde_json::to_string(&deep(fields))?;
    Ok(Some(Sourced { source, body: without_nulls(kind, &text)? }))
}

/// The body of the fact that a whole statement makes.
fn without_nulls(kind: FactKind, body: &str) -> Result<Arc<str>, serde_json::Error> {
    let mut fact = Fact::from_body(kind, body)?;
    if let Some(custom) = fact.custom_mut() {
        custom.retain(|_, value| !value.is_null());
    }
    fact.body().map(Arc::from)
}

/// Takes the fields out of a source's claim that it does not own. Those that differ from what the owners say are told.
pub(super) fn own_only(
    kind: FactKind,
    claim: &Claim,
    others: &[Claim],
    owners: &KindOwners,
) -> Result<(Timeline<Arc<str>>, Vec<Disowned>), serde_json::Error> {
    let mut owned = Vec::new();
    for span in claim.timeline.spans() {
        let mut fields = flat(&span.body)?;
        fields.retain(|field, _| owners.may(&claim.source, field));
        if !fields.is_empty() {
            owned.push(Span { interval: span.interval, body: Arc::from(serde_json::to_string(&deep(fields))?) });
        }
    }
    let owned = Timeline::new(owned).unwrap_or_default();
    let mut all = others.to_vec();
    all.push(Claim { source: Arc::clone(&claim.source), timeline: owned.clone() });
    let effective = merge(kind, &all, owners)?;
    let mut disowned = Vec::new();
    for span in claim.timeline.spans() {
        let stated = flat(&span.body)?;
        for there in effective.within(&span.interval).spans() {
            let holds = flat(&there.body.body)?;
            let differs = |field: &str, value: &Value| holds.get(field).unwrap_or(&Value::Null) != value;
            let foreign = stated.iter().filter(|(field, _)| !owners.may(&claim.source, field));
            let foreign = foreign.filter(|(field, value)| differs(field, value));
            disowned.extend(foreign.map(|(field, _)| Disowned { interval: there.interval, field: field.clone() }));
        }
    }
    Ok((owned, disowned))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::org::Day;

    fn owners() -> KindOwners {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let fields = [("nickname", list(&["portal", "hr"])), ("custom.desk", list(&["desks"]))];
        let fields = fields.into_iter().map(|(field, owners)| (field.to_owned(), owners)).collect();
        KindOwners { default: list(&["hr", "payroll"]), fields }
    }

    fn day(year: &str) -> Option<Day> {
        (!year.is_empty()).then(|| format!("{year}-01-01").parse().unwrap())
    }

    fn timeline(spans: &[(&str, &str)]) -> Timeline<Arc<str>> {
        let span = |(days, body): &(&str, &str)| {
            let (from, to) = days.split_once("..").unwrap();
            Span { interval: Interval { from: day(from), to: day(to) }, body: Arc::from(*body) }
        };
        Timeline::new(spans.iter().map(span).collect()).unwrap()
    }

    fn claim(source: &str, spans: &[(&str, &str)]) -> Claim {
        Claim { source: source.into(), timeline: timeline(spans) }
    }

    fn told(claims: &[Claim]) -> Vec<String> {
        let merged = merge(FactKind::Person, claims, &owners()).unwrap();
        merged.spans().iter().map(|s| format!("{} {} {}", s.interval, s.body.source, s.body.body)).collect()
    }

    const ANNA: &str = r#"{"given_name":"Anna","surname":"Berg"}"#;
    const ANNE: &str = r#"{"given_name":"Anne","surname":"Berg","birth_date":"1990-01-02"}"#;

    #[test]
    fn each_field_comes_from_the_first_owner_that_states_it() {
        let hr = claim("hr", &[("2020..", ANNA)]);
        let payroll = claim("payroll", &[("2021..2030", ANNE)]);
        let portal = claim("portal", &[("2022..2023", r#"{"nickname":"An"}"#)]);
        assert_eq!(told(std::slice::from_ref(&hr)), [format!("2020-01-01 onwards hr {ANNA}")]);
        let both = r#"{"given_name":"Anna","surname":"Berg","birth_date":"1990-01-02"}"#;
        let nick = r#"{"given_name":"Anna","surname":"Berg","nickname":"An","birth_date":"1990-01-02"}"#;
        let all = [hr, payroll.clone(), portal.clone()];
        assert_eq!(
            told(&all),
            [
                format!("2020-01-01 to 2021-01-01 hr {ANNA}"),
                format!("2021-01-01 to 2022-01-01 hr {both}"),
                format!("2022-01-01 to 2023-01-01 hr {nick}"),
                format!("2023-01-01 to 2030-01-01 hr {both}"),
                format!("2030-01-01 onwards hr {ANNA}"),
            ]
        );
        assert_eq!(told(&[portal]), [] as [String; 0], "some fields alone are nobody");
        assert_eq!(told(&[payroll]), [format!("2021-01-01 to 2030-01-01 payroll {ANNE}")]);
    }

    #[test]
    fn null_states_that_there_is_none_and_absence_states_nothing() {
        let hr = claim("hr", &[("2020..", r#"{"given_name":"Anna","surname":"Berg","nickname":"Ann"}"#)]);
        let silent = claim("portal", &[("2020..", r#"{"custom":{"x":1}}"#)]);
        let none = claim("portal", &[("2020..", r#"{"nickname":null}"#)]);
        assert!(told(&[hr.clone(), silent])[0].contains("\"Ann\""));
        assert_eq!(told(&[hr, none]), [format!("2020-01-01 onwards hr {ANNA}")]);
    }

    #[test]
    fn a_source_that_is_no_longer_named_still_holds_what_it_said() {
        assert_eq!(told(&[claim("old", &[("2020..", ANNA)])]), [format!("2020-01-01 onwards old {ANNA}")]);
        let told = told(&[claim("old", &[("2020..", ANNE)]), claim("hr", &[("2020..", ANNA)])]);
        assert_eq!(told, [r#"2020-01-01 onwards hr {"given_name":"Anna","surname":"Berg","birth_date":"1990-01-02"}"#]);
    }

    #[test]
    fn what_a_source_does_not_own_is_left_out_and_told_when_it_differs() {
        let hr = claim("hr", &[("2020..", ANNA)]);
        let portal = claim("portal", &[("2021..2022", r#"{"nickname":"An","surname":"Borg","given_name":"Anna"}"#)]);
        let (owned, disowned) = own_only(FactKind::Person, &portal, &[hr], &owners()).unwrap();
        assert_eq!(owned, timeline(&[("2021..2022", r#"{"nickname":"An"}"#)]));
        let told: Vec<String> = disowned.iter().map(|one| format!("{} {}", one.field, one.interval)).collect();
        assert_eq!(told, ["surname 2021-01-01 to 2022-01-01"]);
    }
}
