//! The sample organisation on every SCIM server of the lab: the first apply, chance changes, and how many requests they
//! take.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::roster::chance::Chance;
use crate::scim::lab::Vendor;
use crate::support::sample::sample;
use crate::support::service::{PAGE, Requests, Service};
use crate::support::site::TODAY;

const PEOPLE: usize = 420;
const CHANGES: usize = 50;
/// Requests of a run beside its listings and steps: what a service says of itself, and a look at how it pages.
const MORE: usize = 12;

/// The facts of a delivery, which somebody changes.
struct Delivery {
    header: Map<String, Value>,
    facts: BTreeMap<String, Map<String, Value>>,
}

impl Delivery {
    fn read(text: &str) -> Self {
        let mut lines = text.lines().map(|line| serde_json::from_str::<Map<String, Value>>(line).unwrap());
        let header = lines.next().unwrap();
        Self { header, facts: lines.map(|fact| (fact["id"].as_str().unwrap().to_owned(), fact)).collect() }
    }

    fn text(&self) -> String {
        let mut header = self.header.clone();
        header.insert("count".into(), self.facts.len().into());
        let lines = std::iter::once(&header).chain(self.facts.values());
        lines.map(|fact| Value::Object(fact.clone()).to_string() + "\n").collect()
    }

    fn ids(&self, kind: &str) -> Vec<String> {
        self.facts
            .values()
            .filter(|fact| fact["kind"] == kind)
            .map(|fact| fact["id"].as_str().unwrap().into())
            .collect()
    }

    /// Everybody who has a job on the day.
    fn at_work(&self) -> BTreeSet<&str> {
        let jobs = self.facts.values().filter(|fact| fact["kind"] == "engagement");
        let held = |fact: &&Map<String, Value>| {
            fact["valid_from"].as_str().is_none_or(|from| from <= TODAY)
                && fact["valid_to"].as_str().is_none_or(|to| to > TODAY)
        };
        jobs.filter(held).map(|job| job["person"].as_str().unwrap()).collect()
    }

    /// One change: a name, a title, a new place, a job that ends, somebody new, or a group that gains or loses somebody.
    fn change(&mut self, number: usize, chance: &mut Chance) {
        let mut any = |ids: &[String]| ids[chance.below(ids.len() as u64) as usize].clone();
        let (people, jobs, units) = (self.ids("person"), self.ids("engagement"), self.ids("unit"));
        let (person, job, unit) = (any(&people), any(&jobs), any(&units));
        let (group, membership) = (any(&self.ids("group")), any(&self.ids("membership")));
        let mut set = |id: &str, field: &str, value: Value| {
            self.facts.get_mut(id).unwrap().insert(field.into(), value);
        };
        match chance.below(8) {
            0 => set(&person, "surname", format!("Ærøskøbing {number}").into()),
            1 => set(&person, "given_name", format!("Åse-{number}").into()),
            2 | 3 => set(&job, "title", format!("Specialkonsulent {number}").into()),
            4 => set(&job, "unit", unit.into()),
            5 => set(&job, "valid_to", TODAY.into()),
            6 => {
                let new =
                    |what: &str| uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, format!("{what} {number}").as_bytes());
                let (person, job) = (new("person").to_string(), new("job").to_string());
                let dates = json!({"valid_from": "2026-01-01", "valid_to": null});
                let facts = [
                    json!({"kind": "person", "id": person, "given_name": "Ny", "surname": format!("Borger {number}")}),
                    json!({"kind": "engagement", "id": job, "person": person, "unit": unit, "title": "Vikar", "number": format!("N{number}")}),
                ];
                for fact in facts {
                    let mut fact = fact.as_object().unwrap().clone();
                    fact.extend(dates.as_object().unwrap().clone());
                    self.facts.insert(fact["id"].as_str().unwrap().to_owned(), fact);
                }
            }
            _ if chance.below(2) == 0 => set(&membership, "valid_to", TODAY.into()),
            _ => {
                let id =
                    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, format!("member {number}").as_bytes()).to_string();
                let fact = json!({"kind": "membership", "id": id, "valid_from": "2026-01-01", "valid_to": null,
                    "group": group, "member_person": person});
                self.facts.insert(id, fact.as_object().unwrap().clone());
            }
        }
    }
}

/// How many pages of a listing are read: those of the resources, and one behind the end.
fn pages(resources: usize) -> usize {
    resources.div_ceil(PAGE) + 1
}

/// What a run may ask: nothing is written but its steps, each object is read at most twice before that, and the listings.
fn within_bounds(requests: &Requests, steps: &Value, listings: usize) {
    let steps = usize::try_from(steps.as_u64().unwrap()).unwrap();
    let of = |method: &str| requests.get(method).copied().unwrap_or_default();
    assert!(of("POST") + of("PATCH") + of("PUT") + of("DELETE") <= steps, "{steps} steps: {requests:?}");
    assert!(of("GET") <= listings + 2 * steps, "{steps} steps, {listings} pages: {requests:?}");
}

/// Who works on the day, by the delivery, has an active account and nobody else; every account is there once.
async fn everybody_once(service: &Service, delivery: &Delivery) {
    let users = service.all("Users").await;
    let once: BTreeSet<&str> = users.iter().map(|user| user["externalId"].as_str().unwrap()).collect();
    let logins: BTreeSet<String> = users.iter().map(|user| user["userName"].as_str().unwrap().to_lowercase()).collect();
    assert_eq!((once.len(), logins.len()), (users.len(), users.len()));
    let active = users.iter().filter(|user| user["active"] == true).count();
    assert_eq!(active, delivery.at_work().len());
}

/// The first apply, an empty plan, fifty changes, and an empty plan.
async fn journey(vendor: Vendor) {
    let service = Service::new(vendor).await;
    let people = PEOPLE.to_string();
    let mut delivery = Delivery::read(&sample(&["--day", TODAY, "--people", &people]).0);
    let mut chance = Chance(7);
    for _ in ["first", "changes"] {
        service.import(&delivery.text()).await;
        let (run, requests) = service.apply().await;
        let (users, groups) = (service.all("Users").await.len(), service.all("Groups").await.len());
        let listings = pages(users) + pages(groups);
        let again = service.in_step().await;
        within_bounds(&requests, &run["counts"]["done"], listings + MORE);
        within_bounds(&again, &json!(0), listings + MORE);
        everybody_once(&service, &delivery).await;
        assert_eq!(groups, delivery.ids("group").len());
        for number in 0..CHANGES {
            delivery.change(number, &mut chance);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_strict_server() {
    journey(Vendor::Strict).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_server_that_closes_connections() {
    journey(Vendor::Closing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_scimmy() {
    journey(Vendor::Scimmy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_django_scim2() {
    journey(Vendor::Django).await;
}
