//! Enabling and disabling users, and nothing else of them.

use super::*;

const ON: [Value; 1] = [Value::Bool(true)];
const OFF: [Value; 1] = [Value::Bool(false)];

pub async fn enabling_and_disabling_may_be_repeated(subject: Subject) {
    let id = subject.user("switch", vec![change(subject.words.title, &[], &text("kept"))]).await;
    for (op, before, after, enabled) in [(Op::Disable, &ON, &OFF, false), (Op::Enable, &OFF, &ON, true)] {
        for _ in 0..2 {
            let changes = vec![change(aspect::ENABLED, before, after)];
            assert_eq!(subject.change(op, Kind::User, &id, changes).await, Ok(id.clone()));
            assert_eq!(subject.read(Kind::User, &id).await.enabled, Some(enabled));
        }
    }
    assert_eq!(subject.title(&id).await, text("kept"));
}

pub async fn who_is_disabled_keeps_everything_else(subject: Subject) {
    let boss = subject.user("boss", Vec::new()).await;
    let id = subject.user("off", vec![change(aspect::MANAGER, &[], &[to(&boss)])]).await;
    let group = subject.group("crew").await;
    subject.add(&group, &[to(&id)]).await.unwrap();
    let before = subject.read(Kind::User, &id).await;
    subject.change(Op::Disable, Kind::User, &id, vec![change(aspect::ENABLED, &ON, &OFF)]).await.unwrap();
    let after = subject.read(Kind::User, &id).await;
    assert_eq!((after.enabled, after.stamp, after.manager), (Some(false), before.stamp, before.manager));
    assert_eq!(subject.members(&group).await, subject.handles(&[id]).await);
}

pub async fn a_disabled_user_can_be_changed(subject: Subject) {
    let id = subject.user("off", vec![change(aspect::ENABLED, &[], &OFF)]).await;
    assert_eq!(subject.update(&id, vec![change(subject.words.title, &[], &text("x"))]).await, Ok(id.clone()));
    let user = subject.read(Kind::User, &id).await;
    assert_eq!((user.enabled, user.attributes.get(&subject.words.title.into())), (Some(false), Some(&text("x"))));
}

pub async fn only_users_are_enabled_and_disabled(subject: Subject) {
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind) && *kind != Kind::User) {
        let id = subject.make(kind, &format!("x{kind}"), Vec::new()).await;
        let before = subject.read(kind, &id).await;
        assert_eq!(before.enabled, None, "{kind}");
        let disable = vec![change(aspect::ENABLED, &ON, &OFF)];
        assert_eq!(subject.change(Op::Disable, kind, &id, disable).await, Err(Class::Permanent), "{kind}");
        assert_eq!(subject.read(kind, &id).await, before);
    }
}
