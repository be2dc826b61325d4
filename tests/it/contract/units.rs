//! Organisational units: containers that keep what lies in them.

use super::*;

pub async fn a_unit_is_renamed_with_all_that_lies_in_it(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let unit = subject.unit("old", None).await;
    let user = subject.user("in", vec![change(aspect::PARENT, &[], &[to(&unit)])]).await;
    let (old, new) = (subject.name("old"), subject.name("Ny, + \"Ældre\""));
    assert_eq!(subject.rename(Kind::Unit, &unit, &old, &new).await, Ok(unit.clone()));
    let now = subject.read(Kind::Unit, &unit).await;
    assert_eq!((now.name, &now.stamp), (new, &Some(subject.key("old"))));
    assert_eq!(subject.read(Kind::User, &user).await.parent, Some(now.handle));
}

pub async fn a_unit_moves_with_all_that_lies_in_it(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let (from, into) = (subject.unit("from", None).await, subject.unit("into", None).await);
    let inner = subject.unit("inner", Some(&from)).await;
    let user = subject.user("in", vec![change(aspect::PARENT, &[], &[to(&inner)])]).await;
    assert_eq!(subject.shift(Kind::Unit, &from, root(), to(&into)).await, Ok(from.clone()));
    let place = |object: Observed| object.parent.unwrap();
    assert_eq!(place(subject.read(Kind::Unit, &from).await), subject.handle(Kind::Unit, &into).await);
    assert_eq!(place(subject.read(Kind::Unit, &inner).await), subject.handle(Kind::Unit, &from).await);
    assert_eq!(place(subject.read(Kind::User, &user).await), subject.handle(Kind::Unit, &inner).await);
}

pub async fn a_unit_does_not_move_below_itself(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let outer = subject.unit("outer", None).await;
    let inner = subject.unit("inner", Some(&outer)).await;
    let innermost = subject.unit("innermost", Some(&inner)).await;
    for below in [&outer, &inner, &innermost] {
        assert_eq!(subject.shift(Kind::Unit, &outer, root(), to(below)).await, Err(Class::Conflict));
    }
    assert_eq!(subject.read(Kind::Unit, &outer).await.parent, subject.target.root(Kind::Unit));
}

pub async fn an_empty_unit_is_deleted(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let outer = subject.unit("outer", None).await;
    let inner = subject.unit("inner", Some(&outer)).await;
    for unit in [inner, outer] {
        assert_eq!(subject.change(Op::Delete, Kind::Unit, &unit, Vec::new()).await, Ok(unit.clone()));
        assert_eq!(subject.target.read(Kind::Unit, &unit).await.unwrap(), None);
    }
}

pub async fn a_unit_that_is_not_empty_is_not_deleted(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
        let unit = subject.unit(&format!("u{kind}"), None).await;
        let held = subject.make(kind, &format!("h{kind}"), vec![change(aspect::PARENT, &[], &[to(&unit)])]).await;
        assert_eq!(subject.change(Op::Delete, Kind::Unit, &unit, Vec::new()).await, Err(Class::Conflict), "{kind}");
        assert_eq!(subject.read(kind, &held).await.parent, Some(subject.handle(Kind::Unit, &unit).await));
    }
}

pub async fn units_have_a_name_space_of_their_own(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let unit = subject.unit("same", None).await;
    let user = subject.user("same2", vec![change(aspect::NAME, &[], &text(&subject.name("same")))]).await;
    assert_eq!(subject.read(Kind::Unit, &unit).await.name, subject.read(Kind::User, &user).await.name);
    let inner = subject.unit("one", Some(&unit)).await;
    let inner_too = subject.make(Kind::Unit, "two", vec![change(aspect::NAME, &[], &text(&subject.name("one")))]).await;
    assert_ne!(inner, inner_too, "the same name in two places");
}

pub async fn units_lie_as_deep_as_they_do(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let mut units: Vec<ObjectId> = Vec::new();
    for level in 0..8 {
        units.push(subject.unit(&format!("level {level}"), units.last()).await);
    }
    let mut place = subject.read(Kind::Unit, &units[7]).await.parent;
    for unit in units[..7].iter().rev() {
        let unit = subject.read(Kind::Unit, unit).await;
        assert_eq!(place, Some(unit.handle));
        place = unit.parent;
    }
    assert_eq!(place, subject.target.root(Kind::Unit));
    let (objects, ..) = subject.observe(&subject.request()).await;
    assert_eq!(objects.len(), 8);
}
