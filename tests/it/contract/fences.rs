//! What is never touched: what lies beyond the base, and what is protected.

use super::*;

fn touching(subject: &Subject, id: &ObjectId) -> Vec<Step> {
    let of = |op, changes| subject.step(op, Kind::User, id, changes);
    let title = subject.words.title;
    vec![
        of(Op::Disable, vec![change(aspect::ENABLED, &[Value::Bool(true)], &[Value::Bool(false)])]),
        of(Op::Update, vec![change(title, &text(UNTOUCHABLE), &text("x"))]),
        of(Op::Delete, Vec::new()),
        of(Op::Link, vec![change(aspect::STAMP, &[], &text("mine"))]),
    ]
}

pub async fn a_protected_object_is_not_touched(subject: Subject) {
    let id = subject.user("chief", vec![change(subject.words.title, &[], &text(UNTOUCHABLE))]).await;
    let before = subject.read(Kind::User, &id).await;
    assert_eq!(before.protected.is_some(), subject.words.protects);
    if !subject.words.protects {
        assert!(!subject.tree(), "a directory protects what a rule names");
        return;
    }
    for step in touching(&subject, &id) {
        assert_eq!(subject.refused(&step).await, Class::Protected, "{}", step.op);
    }
    assert_eq!(subject.read(Kind::User, &id).await, before);
}

pub async fn a_protected_member_stays_in_its_group(subject: Subject) {
    let chief = subject.user("chief", vec![change(subject.words.title, &[], &text(UNTOUCHABLE))]).await;
    let (other, group) = (subject.user("other", Vec::new()).await, subject.group("crew").await);
    assert_eq!(subject.add(&group, &[to(&chief), to(&other)]).await, Ok(group.clone()));
    let leave = subject.take(&group, &[to(&chief), to(&other)]).await;
    if subject.words.protects {
        assert_eq!(leave, Err(Class::Protected));
        assert_eq!(subject.members(&group).await.len(), 2, "nobody left");
        assert_eq!(subject.take(&group, &[to(&other)]).await, Ok(group.clone()));
    } else {
        assert_eq!(leave, Ok(group.clone()));
    }
}

pub async fn what_a_person_orders_touches_a_protected_object_by_its_stamp_alone(subject: Subject) {
    let id = subject.user("chief", vec![change(subject.words.title, &[], &text(UNTOUCHABLE))]).await;
    let ours = text(subject.key("chief").as_str());
    let mut unlink = subject.step(Op::Unlink, Kind::User, &id, vec![change(aspect::STAMP, &ours, &[])]);
    if subject.words.protects {
        assert_eq!(subject.refused(&unlink).await, Class::Protected);
    }
    unlink.ground = Some(Ground::Ordered);
    assert_eq!(subject.apply(&unlink).await.unwrap().object, id);
    assert_eq!(subject.read(Kind::User, &id).await.stamp, None);
}

pub async fn what_lies_beyond_the_base_is_not_touched(subject: Subject) {
    let Some(beyond) = subject.beyond.as_ref() else {
        assert!(subject.target.root(Kind::User).is_none_or(|root| root.as_str() == rosterd::target::memory::ROOT));
        return;
    };
    let create = subject.create(Kind::User, "far", vec![change(subject.words.title, &[], &text(UNTOUCHABLE))]);
    let far = beyond.apply(&create, &Links::default()).await.unwrap().object;
    let before = beyond.read(Kind::User, &far).await.unwrap();
    let mut steps = touching(&subject, &far);
    steps.push(subject.step(Op::Move, Kind::User, &far, vec![change(aspect::PARENT, &[], &[root()])]));
    for step in steps {
        assert_eq!(subject.refused(&step).await, Class::Forbidden, "{}", step.op);
    }
    assert_eq!(beyond.read(Kind::User, &far).await.unwrap(), before);
    let (objects, ..) = subject.observe(&subject.request()).await;
    assert!(objects.iter().all(|object| object.id != far));
}

pub async fn nothing_is_put_beyond_the_base(subject: Subject) {
    let Some(outside) = subject.beyond.as_ref().and_then(|beyond| beyond.root(Kind::User)) else {
        assert!(subject.target.root(Kind::User).is_none_or(|root| root.as_str() == rosterd::target::memory::ROOT));
        return;
    };
    let create = subject.create(Kind::User, "out", vec![change(aspect::PARENT, &[], &[at(&outside)])]);
    assert_eq!(subject.refused(&create).await, Class::Forbidden);
    let id = subject.user("in", Vec::new()).await;
    assert_eq!(subject.shift(Kind::User, &id, root(), at(&outside)).await, Err(Class::Forbidden));
    assert_eq!(subject.read(Kind::User, &id).await.parent, subject.target.root(Kind::User));
}

pub async fn the_top_itself_is_not_ours(subject: Subject) {
    let Some(top) = subject.target.root(Kind::Unit) else {
        assert!(!subject.tree());
        return;
    };
    subject.unit("inner", None).await;
    let mut seen = Vec::new();
    let mut see = |one| {
        if let Seen::Object(object, _) = one {
            seen.push(object.handle);
        }
    };
    subject.target.observe(&subject.request(), &mut see).await.unwrap();
    assert!(!seen.is_empty() && !seen.contains(&top));
}
