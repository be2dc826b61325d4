//! Members of groups: by value, and nobody else's.

use super::*;

impl Subject {
    async fn crew(&self, names: &[&str]) -> (ObjectId, Vec<ObjectId>) {
        let mut ids = Vec::new();
        for name in names {
            ids.push(self.user(name, Vec::new()).await);
        }
        (self.group("crew").await, ids)
    }
}

pub async fn members_come_and_go_and_others_stay(subject: Subject) {
    let (group, ids) = subject.crew(&["m1", "m2", "m3"]).await;
    assert_eq!(subject.read(Kind::Group, &group).await.members, Some(Vec::new()));
    assert_eq!(subject.add(&group, &[to(&ids[0])]).await, Ok(group.clone()), "the foreign one");
    for _ in 0..2 {
        assert_eq!(subject.add(&group, &[to(&ids[1]), to(&ids[2])]).await, Ok(group.clone()));
        assert_eq!(subject.members(&group).await, subject.handles(&ids).await);
    }
    for _ in 0..2 {
        assert_eq!(subject.take(&group, &[to(&ids[1]), to(&ids[2])]).await, Ok(group.clone()));
        assert_eq!(subject.members(&group).await, subject.handles(&ids[..1]).await);
    }
    let (objects, ..) = subject.observe(&subject.request()).await;
    let seen = objects.into_iter().find(|object| object.id == group).expect("the group is seen");
    assert_eq!(seen.members, Some(subject.handles(&ids[..1]).await));
}

pub async fn who_is_there_already_keeps_nobody_out(subject: Subject) {
    let (group, ids) = subject.crew(&["m1", "m2"]).await;
    subject.add(&group, &[to(&ids[0])]).await.unwrap();
    assert_eq!(subject.add(&group, &[to(&ids[0]), to(&ids[1])]).await, Ok(group.clone()));
    assert_eq!(subject.members(&group).await, subject.handles(&ids).await);
}

pub async fn who_has_left_already_keeps_nobody_in(subject: Subject) {
    let (group, ids) = subject.crew(&["m1", "m2", "m3"]).await;
    subject.add(&group, &[to(&ids[1]), to(&ids[2])]).await.unwrap();
    assert_eq!(subject.take(&group, &[to(&ids[0]), to(&ids[1])]).await, Ok(group.clone()));
    assert_eq!(subject.members(&group).await, subject.handles(&ids[2..]).await);
}

pub async fn the_last_member_may_leave(subject: Subject) {
    let (group, ids) = subject.crew(&["m1"]).await;
    subject.add(&group, &[to(&ids[0])]).await.unwrap();
    assert_eq!(subject.take(&group, &[to(&ids[0])]).await, Ok(group.clone()));
    assert_eq!(subject.read(Kind::Group, &group).await.members, Some(Vec::new()));
    assert_eq!(subject.add(&group, &[to(&ids[0])]).await, Ok(group.clone()));
    assert_eq!(subject.members(&group).await, subject.handles(&ids).await);
}

pub async fn an_unknown_member_is_a_conflict_and_nobody_comes_in(subject: Subject) {
    let (group, ids) = subject.crew(&["m1"]).await;
    let mut unknown = vec![Value::Reference(Referent::Key(subject.key("nobody")))];
    if subject.words.checks_references {
        unknown.push(to(&nobody()));
    }
    for unknown in unknown {
        assert_eq!(subject.add(&group, &[to(&ids[0]), unknown]).await, Err(Class::Conflict));
        assert_eq!(subject.members(&group).await, Vec::new());
    }
}

pub async fn members_are_named_by_key_by_id_and_by_handle(subject: Subject) {
    let (group, ids) = subject.crew(&["m1", "m2", "m3"]).await;
    let links: Links = [(subject.key("m1"), ids[0].clone())].into_iter().collect();
    let handle = subject.handle(Kind::User, &ids[2]).await;
    let all = [Value::Reference(Referent::Key(subject.key("m1"))), to(&ids[1]), at(&handle)];
    let add = subject.step(Op::AddMembers, Kind::Group, &group, vec![change(aspect::MEMBERS, &[], &all)]);
    subject.target.apply(&add, &links).await.unwrap();
    assert_eq!(subject.members(&group).await, subject.handles(&ids).await);
    let leave = subject.step(Op::RemoveMembers, Kind::Group, &group, vec![change(aspect::MEMBERS, &all, &[])]);
    subject.target.apply(&leave, &links).await.unwrap();
    assert_eq!(subject.members(&group).await, Vec::new());
}

/// Whether groups hold no groups; then one that is to come in is refused, as what it is or as nobody, and told.
async fn holds_no_groups(subject: &Subject) -> bool {
    if !subject.words.lacks.nesting {
        return false;
    }
    let (group, ids) = subject.crew(&["m1"]).await;
    let (links, inner) = (Links::default(), subject.group("inner").await);
    let all = [to(&ids[0]), to(&inner)];
    let add = subject.step(Op::AddMembers, Kind::Group, &group, vec![change(aspect::MEMBERS, &[], &all)]);
    let class = subject.target.apply(&add, &links).await.unwrap_err().class;
    assert!(matches!(class, Class::Permanent | Class::Conflict), "{class:?}");
    let inner = subject.handle(Kind::Group, &inner).await;
    assert!(!subject.members(&group).await.contains(&inner), "whoever else may come in");
    true
}

pub async fn groups_hold_groups(subject: Subject) {
    if holds_no_groups(&subject).await {
        return;
    }
    let (outer, inner) = (subject.group("outer").await, subject.group("inner").await);
    assert_eq!(subject.add(&outer, &[to(&inner)]).await, Ok(outer.clone()));
    assert_eq!(subject.members(&outer).await, [subject.handle(Kind::Group, &inner).await]);
    assert_eq!(subject.members(&inner).await, Vec::new());
    assert_eq!(subject.take(&outer, &[to(&inner)]).await, Ok(outer.clone()));
    assert_eq!(subject.members(&outer).await, Vec::new());
}

pub async fn groups_in_a_circle_are_two_groups(subject: Subject) {
    if holds_no_groups(&subject).await {
        return;
    }
    let (one, two) = (subject.group("one").await, subject.group("two").await);
    assert_eq!(subject.add(&one, &[to(&two)]).await, Ok(one.clone()));
    assert_eq!(subject.add(&two, &[to(&one)]).await, Ok(two.clone()));
    assert_eq!(subject.members(&one).await, [subject.handle(Kind::Group, &two).await]);
    assert_eq!(subject.members(&two).await, [subject.handle(Kind::Group, &one).await]);
}

pub async fn a_group_is_no_member_of_itself(subject: Subject) {
    let (group, ids) = subject.crew(&["m1"]).await;
    assert_eq!(subject.add(&group, &[to(&ids[0]), to(&group)]).await, Err(Class::Permanent));
    assert_eq!(subject.members(&group).await, Vec::new());
}

pub async fn a_renamed_member_stays_a_member(subject: Subject) {
    let (group, ids) = subject.crew(&["m1"]).await;
    subject.add(&group, &[to(&ids[0])]).await.unwrap();
    if subject.has_no_tree().await {
        let login = vec![change(subject.words.login, &text(&subject.name("m1")), &text(&subject.name("n1")))];
        subject.update(&ids[0], login).await.unwrap();
    } else {
        let unit = subject.unit("unit", None).await;
        subject.rename(Kind::User, &ids[0], &subject.name("m1"), "Ny, Navn").await.unwrap();
        subject.shift(Kind::User, &ids[0], root(), to(&unit)).await.unwrap();
    }
    assert_eq!(subject.members(&group).await, subject.handles(&ids).await);
    assert_eq!(subject.take(&group, &[to(&ids[0])]).await, Ok(group.clone()));
    assert_eq!(subject.members(&group).await, Vec::new());
}

pub async fn a_renamed_group_keeps_its_members(subject: Subject) {
    let (group, ids) = subject.crew(&["m1", "m2"]).await;
    subject.add(&group, &[to(&ids[0]), to(&ids[1])]).await.unwrap();
    if subject.has_no_tree().await {
        let before = text(&subject.name("crew"));
        let name = vec![change(subject.words.group, &before, &text(&subject.name("band")))];
        subject.change(Op::Update, Kind::Group, &group, name).await.unwrap();
    } else {
        subject.rename(Kind::Group, &group, &subject.name("crew"), &subject.name("Band, + Ørsted")).await.unwrap();
    }
    assert_eq!(subject.members(&group).await, subject.handles(&ids).await);
}

pub async fn who_is_deleted_is_no_member(subject: Subject) {
    let (group, ids) = subject.crew(&["m1", "m2"]).await;
    subject.add(&group, &[to(&ids[0]), to(&ids[1])]).await.unwrap();
    assert!(subject.words.deletes);
    subject.change(Op::Delete, Kind::User, &ids[0], Vec::new()).await.unwrap();
    let members = subject.members(&group).await;
    let left = subject.handles(&ids[1..]).await;
    assert!(left.iter().all(|handle| members.contains(handle)));
    assert_eq!(members.len(), if subject.words.drops_members { 1 } else { 2 });
}

pub async fn members_stand_in_the_steps_for_members_alone(subject: Subject) {
    let (group, ids) = subject.crew(&["m1"]).await;
    let changes = vec![change(aspect::MEMBERS, &[], &[to(&ids[0])])];
    let done = subject.change(Op::Update, Kind::Group, &group, changes).await;
    assert_eq!(done, Err(Class::Permanent));
    assert_eq!(subject.members(&group).await, Vec::new());
}

/// More than the 1,500 values that Active Directory gives at once; 200 where each member is a request of its own.
pub async fn many_members_come_and_few_go(subject: Subject) {
    let count = if subject.tree() { 1502 } else { 200 };
    let mut ids = Vec::new();
    for at in 0..count {
        let mut create = subject.create(Kind::User, &format!("m{at}"), Vec::new());
        create.changes.retain(|change| !change.attribute.is(aspect::PASSWORD) && !change.attribute.is(aspect::ENABLED));
        ids.push(subject.apply(&create).await.unwrap().object);
    }
    let group = subject.group("crowd").await;
    let all: Vec<Value> = ids.iter().map(to).collect();
    let (most, late) = all.split_at(count - 3);
    assert_eq!(subject.add(&group, most).await, Ok(group.clone()));
    assert_eq!(subject.members(&group).await.len(), count - 3);
    assert_eq!(subject.add(&group, late).await, Ok(group.clone()));
    assert_eq!(subject.take(&group, &all[..2]).await, Ok(group.clone()));
    let members = subject.members(&group).await;
    assert_eq!(members.len(), count - 2);
    let (first, last) = (subject.handles(&ids[..2]).await, subject.handles(&ids[count - 3..]).await);
    assert!(first.iter().all(|handle| !members.contains(handle)) && last.iter().all(|handle| members.contains(handle)));
    let (objects, ..) = subject.observe(&subject.request()).await;
    let seen = objects.into_iter().find(|object| object.id == group).expect("the group is seen");
    assert_eq!(seen.members.map(|members| members.len()), Some(count - 2));
}
