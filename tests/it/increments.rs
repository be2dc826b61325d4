//! The contract of marks and changes, by the port alone, for every target that has them. Between a mark and its
//! changes only the test itself is at work.

use std::collections::BTreeSet;

use rosterd::object::{Attributes, Kind, Links, ObjectId, Observed, Op, Referent, Value, aspect};
use rosterd::org::Id;
use rosterd::target::memory::{Faults, Memory};
use rosterd::target::{Gone, Increment, Mark, ObserveRequest, Seen, Target, Update};

use crate::contract::{Subject, change, step, text, to};

/// What these cases read.
fn request(subject: &Subject) -> ObserveRequest {
    let words = &subject.words;
    let attributes = [
        (Kind::Unit, Vec::new()),
        (Kind::User, vec![words.login.into(), words.title.into()]),
        (Kind::Group, vec![words.group.into()]),
    ];
    ObserveRequest { attributes: attributes.into(), ..ObserveRequest::default() }
}

async fn create(subject: &Subject, kind: Kind, name: &str) -> ObjectId {
    let full = format!("{}{name}", subject.prefix);
    let naming = if kind == Kind::User { subject.words.login } else { subject.words.group };
    let mut changes = vec![change(naming, &[], &text(&full))];
    if subject.target.capabilities().tree {
        changes.push(change(aspect::NAME, &[], &text(&full)));
        changes.push(change(aspect::PARENT, &[], &[Value::Reference(Referent::Root)]));
    }
    let create = step(Op::Create, kind, &Id::new(&*full), &full, changes);
    subject.target.apply(&create, &Links::default()).await.unwrap().object
}

async fn apply(subject: &Subject, op: Op, kind: Kind, id: &ObjectId, changes: Vec<rosterd::object::Change>) {
    let mut step = step(op, kind, &Id::new("any"), "any", changes);
    step.object = Some(id.clone());
    subject.target.apply(&step, &Links::default()).await.unwrap();
}

async fn changes(subject: &Subject, mark: &Mark) -> (Vec<Observed>, Increment) {
    let mut shown = Vec::new();
    let mut see = |seen| {
        if let Seen::Object(object, _) = seen {
            shown.push(*object);
        }
    };
    let increment = subject.target.changes(&request(subject), mark, &mut see).await.unwrap();
    (shown, increment)
}

async fn whole(subject: &Subject, mark: &Mark) -> (Vec<Observed>, Gone, Mark) {
    match changes(subject, mark).await {
        (shown, Increment::Whole { gone, next, .. }) => (shown, gone, next),
        (_, Increment::Impossible(why)) => panic!("{why}"),
    }
}

async fn mark(subject: &Subject) -> Mark {
    subject.target.mark().await.unwrap().expect("a mark")
}

fn is_gone(gone: &Gone, id: &ObjectId) -> bool {
    match gone {
        Gone::These(ids) => ids.contains(id),
        Gone::AllBut(present) => !present.contains_key(id),
    }
}

async fn nothing_changed_shows_nothing(subject: Subject) {
    let ann = create(&subject, Kind::User, "ann").await;
    let (shown, gone, next) = whole(&subject, &mark(&subject).await).await;
    assert!(shown.is_empty() && !is_gone(&gone, &ann));
    let (shown, gone, _) = whole(&subject, &next).await;
    assert!(shown.is_empty() && !is_gone(&gone, &ann));
}

async fn a_change_after_a_mark_is_shown_once(subject: Subject) {
    let (ann, bob) = (create(&subject, Kind::User, "ann").await, create(&subject, Kind::User, "bob").await);
    let mark = mark(&subject).await;
    apply(&subject, Op::Update, Kind::User, &ann, vec![change(subject.words.title, &[], &text("Head"))]).await;
    let cid = create(&subject, Kind::User, "cid").await;
    let (shown, gone, next) = whole(&subject, &mark).await;
    let ids: BTreeSet<&ObjectId> = shown.iter().map(|object| &object.id).collect();
    assert_eq!(ids, BTreeSet::from([&ann, &cid]));
    let head = shown.iter().find(|object| object.id == ann).unwrap();
    assert_eq!(head.attributes.get(&subject.words.title.into()), Some(&text("Head")));
    assert!(!is_gone(&gone, &ann) && !is_gone(&gone, &bob));
    assert!(whole(&subject, &next).await.0.is_empty());
    assert_eq!(whole(&subject, &mark).await.0.len(), 2, "a mark serves again when its read broke off");
}

async fn what_is_deleted_is_gone_and_who_referred_to_it_is_read_anew(subject: Subject) {
    let (ann, crew) = (create(&subject, Kind::User, "ann").await, create(&subject, Kind::Group, "crew").await);
    let bob = create(&subject, Kind::User, "bob").await;
    apply(&subject, Op::AddMembers, Kind::Group, &crew, vec![change(aspect::MEMBERS, &[], &[to(&ann), to(&bob)])])
        .await;
    let mut known = Vec::new();
    for (kind, id) in [(Kind::User, &ann), (Kind::Group, &crew)] {
        known.push(subject.target.read(kind, id).await.unwrap().unwrap());
    }
    let mark = mark(&subject).await;
    apply(&subject, Op::Delete, Kind::User, &ann, Vec::new()).await;
    let (shown, gone, _) = whole(&subject, &mark).await;
    assert!(is_gone(&gone, &ann) && !is_gone(&gone, &bob) && !is_gone(&gone, &crew));
    let mut update = Update::new(&gone, shown.iter().map(|object| (object.id.clone(), object.handle.clone())));
    known.iter().for_each(|object| update.place(&object.id, &object.handle));
    let schema = |object: &Observed| subject.target.schema(object.kind);
    known.iter().for_each(|object| _ = update.is_stale(object, schema(object)));
    let mut left = update.left();
    left.retain(|id| *id == crew);
    let mut again = shown;
    let mut see = |seen| {
        if let Seen::Object(object, _) = seen {
            again.push(*object);
        }
    };
    left.push(ann.clone());
    assert_eq!(subject.target.reread(&request(&subject), &left, &mut see).await.unwrap(), [ann]);
    let crew = again.into_iter().find(|object| object.id == crew).unwrap();
    assert_eq!(crew.members.map(|members| members.len()), Some(1));
}

async fn a_mark_of_another_or_of_nobody_is_impossible(subject: Subject) {
    let mark = mark(&subject).await;
    for bad in [
        Mark { server: "another.example".into(), ..mark.clone() },
        Mark { body: "x".into(), ..mark.clone() },
        Mark { body: String::new(), ..mark },
    ] {
        let (shown, increment) = changes(&subject, &bad).await;
        assert!(
            shown.is_empty() && matches!(&increment, Increment::Impossible(why) if !why.is_empty()),
            "{increment:?}"
        );
    }
}

macro_rules! contract {
    ($($target:ident: $make:expr;)*) => { $(
        mod $target {
            #[tokio::test]
            async fn nothing_changed_shows_nothing() {
                super::nothing_changed_shows_nothing($make).await;
            }

            #[tokio::test]
            async fn a_change_after_a_mark_is_shown_once() {
                super::a_change_after_a_mark_is_shown_once($make).await;
            }

            #[tokio::test]
            async fn what_is_deleted_is_gone_and_who_referred_to_it_is_read_anew() {
                super::what_is_deleted_is_gone_and_who_referred_to_it_is_read_anew($make).await;
            }

            #[tokio::test]
            async fn a_mark_of_another_or_of_nobody_is_impossible() {
                super::a_mark_of_another_or_of_nobody_is_impossible($make).await;
            }
        }
    )* };
}

contract! {
    memory_flat: crate::contract::memory(false);
    memory_tree: crate::contract::memory(true);
    ldap: crate::ldap::subject().await;
    openldap: crate::ldap::openldap::subject().await;
}

#[tokio::test]
async fn memory_refuses_marks_on_purpose() {
    let memory = Memory::new("memory", true);
    let mark = memory.mark().await.unwrap().unwrap();
    let id = memory.plant(Kind::User, "ann", Attributes::new()).unwrap();
    let request = ObserveRequest { attributes: [(Kind::User, Vec::new())].into(), ..ObserveRequest::default() };
    let read = async || memory.changes(&request, &mark, &mut |_| {}).await.unwrap();
    memory.set_faults(Faults { marks: Some("the journal is gone".into()), ..Faults::default() });
    assert_eq!(read().await, Increment::Impossible("the journal is gone".into()));
    memory.set_faults(Faults { partial: true, ..Faults::default() });
    assert!(matches!(read().await, Increment::Impossible(_)));
    memory.set_faults(Faults { hidden: [id.clone()].into(), ..Faults::default() });
    assert!(matches!(read().await, Increment::Whole { gone, .. } if is_gone(&gone, &id)));
    memory.set_faults(Faults::default());
    assert!(matches!(read().await, Increment::Whole { gone, .. } if !is_gone(&gone, &id)));
}
