//! Deleting, and what proves that something was deleted.

use super::*;

use rosterd::target::Fate;

pub async fn what_is_deleted_is_gone(subject: Subject) {
    assert!(subject.words.deletes);
    let id = subject.user("gone", Vec::new()).await;
    assert_eq!(subject.change(Op::Delete, Kind::User, &id, Vec::new()).await, Ok(id.clone()));
    assert_eq!(subject.target.read(Kind::User, &id).await.unwrap(), None);
    // where an object that is not shown is no proof that it is gone, the second delete is stale
    let again = subject.change(Op::Delete, Kind::User, &id, Vec::new()).await;
    assert!(matches!(again, Ok(_) | Err(Class::Stale)), "{again:?}");
    let changes = vec![change(aspect::ENABLED, &[Value::Bool(true)], &[Value::Bool(false)])];
    assert_eq!(subject.change(Op::Disable, Kind::User, &id, changes).await, Err(Class::Stale));
}

pub async fn a_group_is_deleted_and_its_members_stay(subject: Subject) {
    let (id, group) = (subject.user("stays", Vec::new()).await, subject.group("goes").await);
    subject.add(&group, &[to(&id)]).await.unwrap();
    assert_eq!(subject.change(Op::Delete, Kind::Group, &group, Vec::new()).await, Ok(group.clone()));
    assert_eq!(subject.target.read(Kind::Group, &group).await.unwrap(), None);
    assert_eq!(subject.read(Kind::User, &id).await.enabled, Some(true));
    let (objects, ..) = subject.observe(&subject.request()).await;
    assert_eq!(objects.into_iter().map(|object| object.id).collect::<Vec<_>>(), [id]);
}

pub async fn a_name_is_free_again_after_a_deletion(subject: Subject) {
    let first = subject.user("again", Vec::new()).await;
    subject.change(Op::Delete, Kind::User, &first, Vec::new()).await.unwrap();
    let second = subject.user("again", Vec::new()).await;
    assert_ne!(first, second, "an id is never given twice");
    assert_eq!(subject.target.read(Kind::User, &first).await.unwrap(), None);
}

pub async fn only_a_record_proves_a_deletion(subject: Subject) {
    let proved = async |id: &ObjectId| matches!(subject.target.fate(Kind::User, id).await, Ok(Fate::Deleted(_)));
    assert!(!proved(&nobody()).await, "an object that never was");
    let id = subject.user("record", Vec::new()).await;
    assert!(!proved(&id).await, "an object that is there");
    subject.change(Op::Delete, Kind::User, &id, Vec::new()).await.unwrap();
    assert_eq!(proved(&id).await, subject.words.tombstones);
}
