//! Many steps at once: what they cost on the wire, and that each is still judged by itself.

use std::sync::{Arc, Mutex};

use super::openldap::Server;
use super::rewriting::{Answer, DONE, Rewrite, before, operation, start};
use super::*;

const ADDED: u8 = 0x69;
const MODIFIED: u8 = 0x67;

/// How many of each answer a server gave.
#[derive(Clone, Default)]
struct Tally(Arc<Mutex<BTreeMap<u8, usize>>>);

impl Tally {
    fn counting(&self) -> Rewrite {
        let tally = self.clone();
        Box::new(move |message| {
            *tally.0.lock().unwrap().entry(operation(message)).or_default() += 1;
            Answer::Pass
        })
    }

    /// The counts since the last time: searches, adds, modifies.
    fn taken(&self) -> (usize, usize, usize) {
        let counts = std::mem::take(&mut *self.0.lock().unwrap());
        let of = |tag| counts.get(&tag).copied().unwrap_or_default();
        (of(DONE), of(ADDED), of(MODIFIED))
    }
}

fn create(case: &Case, number: usize) -> Step {
    case.create(Kind::User, &format!("w{number}"), &format!("User {number}"), Vec::new())
}

/// The same in OpenLDAP.
fn entry(number: usize) -> Step {
    let name = format!("w{number}");
    let changes = [("name", &name), ("uid", &name), ("title", &"old".to_owned())];
    let mut changes: Vec<Change> = changes.iter().map(|(attribute, value)| set(attribute, vec![text(value)])).collect();
    changes.push(set("parent", vec![Value::Reference(Referent::Root)]));
    step(Op::Create, Kind::User, &name, changes)
}

fn to_title(number: usize, object: &ObjectId, before: &str, after: &str) -> Step {
    let changes = vec![change("title", vec![text(before)], vec![text(after)])];
    Step { object: Some(object.clone()), ..step(Op::Update, Kind::User, &format!("w{number}"), changes) }
}

async fn all_done(target: &LdapTarget, steps: &[Step], links: &Links) -> Vec<ObjectId> {
    let outcomes = target.apply_all(steps, links).await;
    assert_eq!(outcomes.len(), steps.len());
    outcomes.into_iter().map(|outcome| outcome.unwrap().unwrap_or_else(|refusal| panic!("{refusal}")).object).collect()
}

/// A target behind a proxy that counts, with some users.
async fn openldap(count: usize) -> (Server, LdapTarget, Tally, Vec<ObjectId>) {
    let (server, tally) = (Server::new().await, Tally::default());
    let url = before(&server.lab, "OPENLDAPS_URL", tally.counting()).await.into();
    let target = target(Settings { url, ..server.settings() });
    let steps: Vec<Step> = (0..count).map(entry).collect();
    let ids = all_done(&target, &steps, &Links::default()).await;
    (server, target, tally, ids)
}

#[tokio::test]
async fn as_many_adds_as_creates_and_no_search_for_each() {
    let (_server, target, tally, ids) = openldap(200).await;
    // one tells what the server is
    assert_eq!(tally.taken(), (1, 200, 0));
    assert_eq!(target.read(Kind::User, &ids[77]).await.unwrap().unwrap().stamp, Some("w77".into()));
}

#[tokio::test]
async fn active_directory_shows_new_ids_in_a_search_for_many() {
    let (case, tally) = (Case::new().await, Tally::default());
    let url = start(&case.lab, tally.counting()).await.into();
    let target = target(Settings { url, ..case.settings() });
    let steps: Vec<Step> = (0..60).map(|number| create(&case, number)).collect();
    let ids = all_done(&target, &steps, &Links::default()).await;
    let (searches, adds, _) = tally.taken();
    assert!(adds == 60 && searches <= 3, "{searches} searches for {adds} adds");
    for (step, id) in steps.iter().zip(&ids).step_by(7) {
        assert_eq!(case.read(Kind::User, id).await.stamp.as_ref(), Some(&step.key));
    }
}

#[tokio::test]
async fn as_many_modifies_as_changes_and_a_handful_of_searches() {
    let (_server, target, tally, ids) = openldap(200).await;
    tally.taken();
    let steps: Vec<Step> = ids.iter().zip(0..).map(|(id, number)| to_title(number, id, "old", "new")).collect();
    assert_eq!(all_done(&target, &steps, &Links::default()).await, ids);
    let (searches, _, modifies) = tally.taken();
    assert!(modifies == 200 && searches <= 4, "{searches} searches for {modifies} modifies");
    all_done(&target, &steps, &Links::default()).await;
    assert_eq!(tally.taken().2, 0, "what is so already needs no write");
}

#[tokio::test]
async fn a_hundred_members_in_each_of_ten_groups_are_ten_modifies() {
    let (_server, target, tally, ids) = openldap(1000).await;
    let group = |number: usize| {
        let name = format!("g{number}");
        let changes = vec![set("name", vec![text(&name)]), set("parent", vec![Value::Reference(Referent::Root)])];
        step(Op::Create, Kind::Group, &name, changes)
    };
    let groups: Vec<Step> = (0..10).map(group).collect();
    let groups = all_done(&target, &groups, &Links::default()).await;
    tally.taken();
    let links: Links = ids.iter().zip(0..).map(|(id, number)| (Id::new(format!("w{number}")), id.clone())).collect();
    let joining = |(at, group): (usize, &ObjectId)| {
        let members = (at * 100..at * 100 + 100).map(|number| key(&format!("w{number}"))).collect();
        let step = step(Op::AddMembers, Kind::Group, &format!("g{at}"), vec![set("members", members)]);
        Step { object: Some(group.clone()), ..step }
    };
    let steps: Vec<Step> = groups.iter().enumerate().map(joining).collect();
    all_done(&target, &steps, &links).await;
    let (searches, _, modifies) = tally.taken();
    assert!(modifies == 10 && searches <= 1, "{searches} searches for {modifies} modifies");
    let group = target.read(Kind::Group, &groups[9]).await.unwrap().unwrap();
    assert_eq!(group.members.unwrap().len(), 100);
}

#[tokio::test]
async fn who_leaves_a_group_is_looked_at_together_with_others() {
    let (server, target, tally, ids) = openldap(120).await;
    let mut make = step(Op::Create, Kind::Group, "crew", vec![set("name", vec![text("crew")])]);
    make.changes.push(set("parent", vec![Value::Reference(Referent::Root)]));
    let group = target.apply(&make, &Links::default()).await.unwrap().object;
    let all: Vec<Value> = ids.iter().map(|id| Value::Reference(Referent::Object(id.clone()))).collect();
    let of = |op, changes| Step { object: Some(group.clone()), ..step(op, Kind::Group, "crew", changes) };
    let join = of(Op::AddMembers, vec![change("members", vec![], all.clone())]);
    target.apply(&join, &Links::default()).await.unwrap();
    tally.taken();
    let leave = of(Op::RemoveMembers, vec![change("members", all.clone(), vec![])]);
    target.apply(&leave, &Links::default()).await.unwrap();
    let (searches, _, modifies) = tally.taken();
    assert!(modifies == 1 && searches <= 1 + 3 + 3, "{searches} searches for {modifies} modifies");
    let now = target.read(Kind::Group, &group).await.unwrap().unwrap();
    assert_eq!(now.members, Some(Vec::new()));
    // whom a rule protects stays, and nobody leaves with him
    target.apply(&join, &Links::default()).await.unwrap();
    let protect = vec![ProtectRule { attribute: "uid".into(), is: vec!["w7".into()] }];
    let guarded = super::target(Settings { protect, ..server.settings() });
    let refusal = guarded.apply(&leave, &Links::default()).await.unwrap_err();
    assert!(refusal.class == Class::Protected && refusal.message.contains("w7"), "{refusal}");
    let now = target.read(Kind::Group, &group).await.unwrap().unwrap();
    assert_eq!(now.members.map(|members| members.len()), Some(120));
}

#[tokio::test]
async fn one_that_is_stale_or_refused_is_alone() {
    let (mut server, target, tally, ids) = openldap(20).await;
    tally.taken();
    let mut steps: Vec<Step> = ids.iter().zip(0..).map(|(id, number)| to_title(number, id, "old", "new")).collect();
    steps[7] = to_title(7, &ids[7], "another", "new");
    steps[9].object = Some(ObjectId::new("00000000-0000-4000-8000-000000000000"));
    steps[11].changes.push(set("noSuchAttribute", vec![text("x")]));
    let outcomes = target.apply_all(&steps, &Links::default()).await;
    for (outcome, number) in outcomes.into_iter().zip(0..) {
        let class = outcome.unwrap().err().map(|refusal| refusal.class);
        let expected = match number {
            7 | 9 => Some(Class::Stale),
            11 => Some(Class::Permanent),
            _ => None,
        };
        assert_eq!(class, expected, "{number}");
    }
    let base = server.base.clone();
    for (number, title) in [(6, "new"), (7, "old"), (9, "old"), (11, "old"), (12, "new")] {
        assert_eq!(server.values(&format!("cn=w{number},{base}"), "title").await, [title], "{number}");
    }
}

/// The answer to the tenth write does not come any more: what is said to be done is done, what is said not to have been
/// sent was not, and all others are unknown and can be found.
#[tokio::test]
async fn a_lost_connection_leaves_what_is_under_way_unknown() {
    let mut written = 0;
    let end_at_the_tenth: Rewrite = Box::new(move |message| {
        written += usize::from(operation(message) == ADDED);
        if written == 10 { Answer::Last(Vec::new()) } else { Answer::Pass }
    });
    let server = Server::new().await;
    let url = before(&server.lab, "OPENLDAPS_URL", end_at_the_tenth).await.into();
    let broken = target(Settings { url, ..server.settings() });
    let steps: Vec<Step> = (0..100).map(entry).collect();
    let outcomes = broken.apply_all(&steps, &Links::default()).await;
    let direct = target(server.settings());
    let (mut done, mut unknown) = (0, 0);
    for (step, outcome) in steps.iter().zip(outcomes) {
        let found = direct.find_stamped(Kind::User, &step.key, step).await.unwrap();
        match outcome {
            Some(Ok(receipt)) => {
                assert_eq!(found.map(|object| object.id), Some(receipt.object));
                done += 1;
            }
            Some(Err(refusal)) if refusal.class == Class::Unknown => {
                assert!(refusal.fatal);
                unknown += 1;
            }
            Some(Err(refusal)) => assert_eq!((refusal.class, found), (Class::Transient, None), "{refusal}"),
            None => assert_eq!(found, None),
        }
    }
    assert!(done == 9 && unknown > 0, "{done} done, {unknown} unknown");
}
