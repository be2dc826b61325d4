//! What is no longer as the plan found it: nothing is written, and nothing of the same step either.

use super::*;

pub async fn a_stale_step_writes_nothing(subject: Subject) {
    let (title, given) = (subject.words.title, subject.words.given);
    let id = subject.user("stale", vec![change(title, &[], &text("now"))]).await;
    let changes = vec![change(given, &[], &text("Åse")), change(title, &text("then"), &text("later"))];
    assert_eq!(subject.update(&id, changes).await, Err(Class::Stale));
    assert_eq!(subject.title(&id).await, text("now"));
    assert_eq!(subject.values(&id, given).await, Vec::new());
    assert_eq!(subject.update(&id, vec![change(title, &[], &text("later"))]).await, Err(Class::Stale));
    assert_eq!(subject.update(&id, vec![change(title, &text("then"), &[])]).await, Err(Class::Stale));
}

pub async fn a_value_that_came_meanwhile_makes_a_step_stale(subject: Subject) {
    let title = subject.words.title;
    let id = subject.user("empty", Vec::new()).await;
    assert_eq!(subject.update(&id, vec![change(title, &text("then"), &text("later"))]).await, Err(Class::Stale));
    assert_eq!(subject.title(&id).await, Vec::new());
}

pub async fn what_is_so_already_is_a_success_whatever_it_was(subject: Subject) {
    let title = subject.words.title;
    let id = subject.user("so", vec![change(title, &[], &text("now"))]).await;
    assert_eq!(subject.update(&id, vec![change(title, &text("then"), &text("now"))]).await, Ok(id.clone()));
    assert_eq!(subject.title(&id).await, text("now"));
}

pub async fn a_stale_name_stays(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let id = subject.user("anna", Vec::new()).await;
    let unit = subject.unit("unit", None).await;
    let changes =
        vec![change(aspect::PARENT, &[root()], &[to(&unit)]), change(aspect::NAME, &text("then"), &text("later"))];
    assert_eq!(subject.change(Op::Move, Kind::User, &id, changes).await, Err(Class::Stale));
    let user = subject.read(Kind::User, &id).await;
    assert_eq!((user.name, user.parent), (subject.name("anna"), subject.target.root(Kind::User)));
}

pub async fn a_stale_place_stays(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let id = subject.user("anna", Vec::new()).await;
    let (one, two) = (subject.unit("one", None).await, subject.unit("two", None).await);
    let changes = vec![
        change(aspect::PARENT, &[to(&one)], &[to(&two)]),
        change(aspect::NAME, &text(&subject.name("anna")), &text(&subject.name("berta"))),
    ];
    assert_eq!(subject.change(Op::Move, Kind::User, &id, changes).await, Err(Class::Stale));
    let user = subject.read(Kind::User, &id).await;
    assert_eq!((user.name, user.parent), (subject.name("anna"), subject.target.root(Kind::User)));
}

pub async fn a_stale_switch_stays(subject: Subject) {
    let id = subject.user("switch", Vec::new()).await;
    let disable = vec![change(aspect::ENABLED, &[Value::Bool(false)], &[Value::Bool(false)])];
    assert_eq!(subject.change(Op::Disable, Kind::User, &id, disable).await, Err(Class::Stale));
    assert_eq!(subject.read(Kind::User, &id).await.enabled, Some(true));
}

pub async fn a_stale_manager_stays(subject: Subject) {
    if subject.has_no_managers().await {
        return;
    }
    let (one, two) = (subject.user("one", Vec::new()).await, subject.user("two", Vec::new()).await);
    let id = subject.user("anna", vec![change(aspect::MANAGER, &[], &[to(&one)])]).await;
    for (before, after) in [(vec![to(&two)], vec![]), (vec![], vec![to(&two)]), (vec![to(&id)], vec![to(&two)])] {
        assert_eq!(subject.update(&id, vec![change(aspect::MANAGER, &before, &after)]).await, Err(Class::Stale));
    }
    assert_eq!(subject.read(Kind::User, &id).await.manager, Some(subject.handle(Kind::User, &one).await));
}

pub async fn a_stale_stamp_stays(subject: Subject) {
    let id = subject.user("anna", Vec::new()).await;
    for before in [vec![], text("somebody-else")] {
        let changes = vec![change(aspect::STAMP, &before, &text("another"))];
        assert_eq!(subject.change(Op::Link, Kind::User, &id, changes).await, Err(Class::Stale));
    }
    assert_eq!(subject.read(Kind::User, &id).await.stamp, Some(subject.key("anna")));
}

pub async fn an_object_of_another_kind_is_not_touched(subject: Subject) {
    let group = subject.group("group").await;
    let before = subject.read(Kind::Group, &group).await;
    assert_eq!(subject.target.read(Kind::User, &group).await.unwrap(), None);
    let disable = vec![change(aspect::ENABLED, &[Value::Bool(true)], &[Value::Bool(false)])];
    for (op, changes) in [
        (Op::Update, vec![change(subject.words.title, &[], &text("x"))]),
        (Op::Disable, disable),
        (Op::Delete, Vec::new()),
    ] {
        let class = subject.change(op, Kind::User, &group, changes).await;
        // without a tree kinds may be asked for at places of their own, where there is no such object to delete
        let absent = op == Op::Delete && !subject.tree() && class.is_ok();
        assert!(absent || matches!(class, Err(Class::Stale | Class::Forbidden)), "{op}: {class:?}");
    }
    assert_eq!(subject.read(Kind::Group, &group).await, before);
}

pub async fn an_unknown_id_shows_nothing(subject: Subject) {
    let id = nobody();
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
        assert_eq!(subject.target.read(kind, &id).await.unwrap(), None);
    }
    let changes = vec![change(subject.words.title, &[], &text("x"))];
    assert_eq!(subject.update(&id, changes).await, Err(Class::Stale));
    assert_eq!(subject.add(&id, &[]).await, Err(Class::Stale));
}
