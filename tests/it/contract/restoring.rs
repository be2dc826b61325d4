//! Bringing back what was deleted, under the id that it had.

use super::*;

impl Subject {
    /// A step that brings a user back to the top.
    fn restore(&self, name: &str, id: &ObjectId, more: Vec<Change>) -> Step {
        let create = self.create(Kind::User, name, more);
        let of_users = |change: &Change| !change.attribute.is(aspect::ENABLED);
        let changes = create.changes.iter().filter(|change| of_users(change)).cloned().collect();
        Step { object: Some(id.clone()), ..step(Op::Restore, Kind::User, &self.key(name), &self.name(name), changes) }
    }

    /// Whether nothing can be brought back here; then a restore is refused for good.
    async fn brings_nothing_back(&self) -> bool {
        if self.words.undeletes {
            return false;
        }
        let id = self.user("lost", Vec::new()).await;
        self.change(Op::Delete, Kind::User, &id, Vec::new()).await.unwrap();
        // Samba's recycle bin gives nothing back, and asks for rights first that help nobody there
        let refused = self.refused(&self.restore("lost", &id, Vec::new())).await;
        assert!(matches!(refused, Class::Permanent | Class::Forbidden), "{refused:?}");
        assert_eq!(self.target.read(Kind::User, &id).await.unwrap(), None);
        true
    }
}

pub async fn a_deleted_user_comes_back_disabled(subject: Subject) {
    assert!(subject.target.capabilities().restores || !subject.words.undeletes);
    if subject.brings_nothing_back().await {
        return;
    }
    let title = subject.words.title;
    let id = subject.user("back", vec![change(title, &[], &text("then"))]).await;
    subject.change(Op::Delete, Kind::User, &id, Vec::new()).await.unwrap();
    let restore = subject.restore("back", &id, vec![change(title, &[], &text("now"))]);
    for _ in 0..2 {
        assert_eq!(subject.apply(&restore).await.unwrap().object, id);
        let user = subject.read(Kind::User, &id).await;
        assert_eq!((user.enabled, user.stamp), (Some(false), Some(subject.key("back"))));
        assert_eq!((user.name, user.parent), (subject.name("back"), subject.target.root(Kind::User)));
        assert_eq!(user.attributes.get(&title.into()), Some(&text("now")));
    }
    let enable = vec![change(aspect::ENABLED, &[Value::Bool(false)], &[Value::Bool(true)])];
    assert_eq!(subject.change(Op::Enable, Kind::User, &id, enable).await, Ok(id.clone()));
    let (objects, names, _) = subject.observe(&subject.request()).await;
    assert_eq!((objects.len(), names), (1, vec![subject.name("back")]));
}

pub async fn a_restored_user_lies_where_the_step_says(subject: Subject) {
    if subject.brings_nothing_back().await {
        return;
    }
    let id = subject.user("back", Vec::new()).await;
    subject.change(Op::Delete, Kind::User, &id, Vec::new()).await.unwrap();
    let unit = subject.unit("unit", None).await;
    let place = vec![change(aspect::PARENT, &[], &[to(&unit)]), change(aspect::NAME, &[], &text("Ny, Navn"))];
    assert_eq!(subject.apply(&subject.restore("back", &id, place)).await.unwrap().object, id);
    let user = subject.read(Kind::User, &id).await;
    assert_eq!((user.name.as_str(), user.parent), ("Ny, Navn", Some(subject.handle(Kind::Unit, &unit).await)));
    let group = subject.group("crew").await;
    assert_eq!(subject.add(&group, &[to(&id)]).await, Ok(group.clone()));
}

pub async fn a_restore_where_the_name_is_taken_is_a_conflict(subject: Subject) {
    if subject.brings_nothing_back().await {
        return;
    }
    let id = subject.user("back", Vec::new()).await;
    subject.change(Op::Delete, Kind::User, &id, Vec::new()).await.unwrap();
    let name = vec![change(aspect::NAME, &[], &text(&subject.name("back")))];
    let other = subject.user("other", name).await;
    assert_eq!(subject.refused(&subject.restore("back", &id, Vec::new())).await, Class::Conflict);
    assert_eq!(subject.target.read(Kind::User, &id).await.unwrap(), None);
    subject.change(Op::Delete, Kind::User, &other, Vec::new()).await.unwrap();
    assert_eq!(subject.apply(&subject.restore("back", &id, Vec::new())).await.unwrap().object, id);
}

pub async fn what_was_never_deleted_is_not_brought_back(subject: Subject) {
    let id = subject.user("here", vec![change(subject.words.title, &[], &text("x"))]).await;
    let never = subject.refused(&subject.restore("never", &nobody(), Vec::new())).await;
    assert!(matches!(never, Class::Stale | Class::Permanent), "{never:?}");
    let before = subject.read(Kind::User, &id).await;
    let again = subject.apply(&subject.restore("here", &id, Vec::new())).await;
    match subject.target.capabilities().restores {
        true => assert_eq!(again.unwrap().object, id, "it is there"),
        false => assert_eq!(again.unwrap_err().class, Class::Permanent),
    }
    assert_eq!(subject.read(Kind::User, &id).await, before);
}
