//! Who refers to whom: by key, by id, by handle, and through renames.

use super::*;

pub async fn a_manager_is_set_changed_and_cleared(subject: Subject) {
    if subject.has_no_managers().await {
        return;
    }
    let first = subject.user("boss1", Vec::new()).await;
    let second = subject.user("boss2", Vec::new()).await;
    let id = subject.user("report", Vec::new()).await;
    let (one, two) = ([to(&first)], [to(&second)]);
    for (before, after, manager) in
        [(&[][..], &one[..], Some(&first)), (&one, &two, Some(&second)), (&two, &[], None), (&two, &[], None)]
    {
        let changes = vec![change(aspect::MANAGER, before, after)];
        assert_eq!(subject.update(&id, changes).await, Ok(id.clone()));
        let expected = match manager {
            Some(manager) => Some(subject.handle(Kind::User, manager).await),
            None => None,
        };
        assert_eq!(subject.read(Kind::User, &id).await.manager, expected);
    }
}

pub async fn references_are_found_through_the_links(subject: Subject) {
    if subject.has_no_managers().await {
        return;
    }
    let boss = subject.user("boss", Vec::new()).await;
    let id = subject.user("report", Vec::new()).await;
    let reference = |name| Value::Reference(Referent::Key(subject.key(name)));
    let links: Links = [(subject.key("boss"), boss.clone()), (subject.key("report"), id.clone())].into_iter().collect();
    let set = |name| {
        let changes = vec![change(aspect::MANAGER, &[], &[reference(name)])];
        step(Op::Update, Kind::User, &subject.key("report"), "report", changes)
    };
    let refused = subject.target.apply(&set("nobody"), &links).await.unwrap_err();
    assert_eq!(refused.class, Class::Conflict, "a reference that leads nowhere");
    let receipt = subject.target.apply(&set("boss"), &links).await.unwrap();
    assert_eq!(receipt.object, id, "the step names no object: the link does");
    let boss = subject.handle(Kind::User, &boss).await;
    assert_eq!(subject.read(Kind::User, &id).await.manager, Some(boss));
}

pub async fn a_step_without_an_object_and_a_link_is_a_conflict(subject: Subject) {
    let changes = vec![change(subject.words.title, &[], &text("x"))];
    let update = step(Op::Update, Kind::User, &subject.key("nobody"), "nobody", changes);
    assert_eq!(subject.refused(&update).await, Class::Conflict);
}

pub async fn a_manager_that_is_not_there_is_a_conflict(subject: Subject) {
    if subject.has_no_managers().await {
        return;
    }
    let id = subject.user("report", Vec::new()).await;
    let changes = || vec![change(subject.words.title, &[], &text("x")), change(aspect::MANAGER, &[], &[to(&nobody())])];
    if !subject.words.checks_references {
        assert_eq!(subject.update(&id, changes()).await, Ok(id));
        return;
    }
    assert_eq!(subject.update(&id, changes()).await, Err(Class::Conflict));
    assert_eq!((subject.title(&id).await, subject.read(Kind::User, &id).await.manager), (Vec::new(), None));
}

pub async fn managers_may_go_in_a_circle(subject: Subject) {
    if subject.has_no_managers().await {
        return;
    }
    let (one, two) = (subject.user("one", Vec::new()).await, subject.user("two", Vec::new()).await);
    for (id, boss) in [(&one, &two), (&two, &one)] {
        assert_eq!(subject.update(id, vec![change(aspect::MANAGER, &[], &[to(boss)])]).await, Ok(id.clone()));
    }
    for (id, boss) in [(&one, &two), (&two, &one)] {
        assert_eq!(subject.read(Kind::User, id).await.manager, Some(subject.handle(Kind::User, boss).await));
    }
}

pub async fn somebody_may_be_the_manager_of_himself(subject: Subject) {
    if subject.has_no_managers().await {
        return;
    }
    let id = subject.user("self", Vec::new()).await;
    assert_eq!(subject.update(&id, vec![change(aspect::MANAGER, &[], &[to(&id)])]).await, Ok(id.clone()));
    let user = subject.read(Kind::User, &id).await;
    assert_eq!(user.manager, Some(user.handle));
}

pub async fn a_manager_may_be_named_by_handle(subject: Subject) {
    if subject.has_no_managers().await {
        return;
    }
    let (boss, id) = (subject.user("boss", Vec::new()).await, subject.user("report", Vec::new()).await);
    let handle = subject.handle(Kind::User, &boss).await;
    assert_eq!(subject.update(&id, vec![change(aspect::MANAGER, &[], &[at(&handle)])]).await, Ok(id.clone()));
    assert_eq!(subject.read(Kind::User, &id).await.manager, Some(handle.clone()));
    assert_eq!(subject.update(&id, vec![change(aspect::MANAGER, &[at(&handle)], &[])]).await, Ok(id.clone()));
    assert_eq!(subject.read(Kind::User, &id).await.manager, None);
}

pub async fn a_manager_who_was_renamed_is_the_same(subject: Subject) {
    if subject.has_no_managers().await {
        return;
    }
    let (boss, id) = (subject.user("boss", Vec::new()).await, subject.user("report", Vec::new()).await);
    subject.update(&id, vec![change(aspect::MANAGER, &[], &[to(&boss)])]).await.unwrap();
    let seen = subject.handle(Kind::User, &boss).await;
    if !subject.has_no_tree().await {
        subject.rename(Kind::User, &boss, &subject.name("boss"), "Chef, Ny").await.unwrap();
        assert_ne!(subject.handle(Kind::User, &boss).await, seen);
    }
    let now = if subject.words.follows_managers { subject.handle(Kind::User, &boss).await } else { seen.clone() };
    assert_eq!(subject.read(Kind::User, &id).await.manager, Some(now));
    let clear = vec![change(aspect::MANAGER, &[at(&seen)], &[])];
    assert_eq!(subject.update(&id, clear).await, Ok(id.clone()), "what the plan saw leads nowhere now");
    assert_eq!(subject.read(Kind::User, &id).await.manager, None);
}
