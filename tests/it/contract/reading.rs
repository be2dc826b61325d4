//! Reading: what is there, once, with what was asked for, and how much that proves.

use super::*;

pub async fn an_object_is_found_by_its_stamp(subject: Subject) {
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
        let name = format!("f{kind}");
        let create = subject.create(kind, &name, Vec::new());
        let before = subject.target.find_stamped(kind, &subject.key(&name), &create).await.unwrap();
        assert_eq!(before, None);
        let id = subject.apply(&create).await.unwrap().object;
        let found = subject.target.find_stamped(kind, &subject.key(&name), &create).await.unwrap();
        assert_eq!(found.map(|object| (object.id, object.stamp)), Some((id, Some(subject.key(&name)))));
        let other = subject.target.find_stamped(kind, &subject.key("other"), &create).await.unwrap();
        assert_eq!(other, None, "an object with this name, but another stamp, is not the one");
    }
}

pub async fn a_stamp_is_found_wherever_its_object_lies_now(subject: Subject) {
    let create = subject.create(Kind::User, "anna", Vec::new());
    let id = subject.apply(&create).await.unwrap().object;
    if subject.has_no_tree().await {
        let login = vec![change(subject.words.login, &text(&subject.name("anna")), &text(&subject.name("berta")))];
        subject.update(&id, login).await.unwrap();
    } else {
        let unit = subject.unit("unit", None).await;
        subject.rename(Kind::User, &id, &subject.name("anna"), &subject.name("berta")).await.unwrap();
        subject.shift(Kind::User, &id, root(), to(&unit)).await.unwrap();
    }
    let found = subject.target.find_stamped(Kind::User, &create.key, &create).await.unwrap();
    assert_eq!(found.map(|object| object.id), Some(id));
}

pub async fn two_objects_with_one_stamp_are_a_conflict(subject: Subject) {
    let one = subject.user("one", Vec::new()).await;
    let two = subject.user("two", Vec::new()).await;
    let stamp = |name: &str| text(subject.key(name).as_str());
    let copy = vec![change(aspect::STAMP, &stamp("two"), &stamp("one"))];
    let Ok(_) = subject.change(Op::Link, Kind::User, &two, copy).await else {
        // a service may see to it that no two objects have one externalId
        assert!(!subject.tree());
        return;
    };
    let elsewhere = subject.create(Kind::User, "three", Vec::new());
    let found = subject.target.find_stamped(Kind::User, &subject.key("one"), &elsewhere).await;
    assert_eq!(found.map(|_| ()).map_err(|refusal| refusal.class), Err(Class::Conflict));
    let (objects, ..) = subject.observe(&subject.request()).await;
    let mut ids: Vec<ObjectId> = objects.into_iter().map(|object| object.id).collect();
    ids.sort();
    let mut both = vec![one, two];
    both.sort();
    assert_eq!(ids, both, "a read shows both");
}

pub async fn a_read_that_saw_too_little_is_partial(subject: Subject) {
    subject.user("floor", Vec::new()).await;
    let mut request = subject.request();
    request.floor.insert(Kind::User, 1_000_000);
    let (_, _, coverage) = subject.observe(&request).await;
    assert!(coverage.complete().is_none());
    let nothing = ObserveRequest::default();
    assert!(subject.observe(&nothing).await.2.complete().is_none(), "a read of nothing proves nothing");
}

pub async fn a_read_of_a_quiet_target_is_complete(subject: Subject) {
    let id = subject.user("quiet", Vec::new()).await;
    let mut request = subject.request();
    request.floor.insert(Kind::User, 1);
    // Other tests change the same server meanwhile, which a read may notice; it is quiet in between.
    for _ in 0..50 {
        let (objects, _, coverage) = subject.observe(&request).await;
        assert!(objects.iter().any(|object| object.id == id));
        if coverage.complete().is_some() {
            return;
        }
    }
    panic!("no read was complete");
}

pub async fn kinds_that_are_not_asked_for_are_not_read(subject: Subject) {
    subject.user("u", Vec::new()).await;
    let group = subject.group("g").await;
    let mut request = subject.request();
    request.attributes.retain(|kind, _| *kind == Kind::Group);
    let (objects, ..) = subject.observe(&request).await;
    assert_eq!(objects.into_iter().map(|object| object.id).collect::<Vec<_>>(), [group]);
}

pub async fn attributes_that_are_not_asked_for_are_not_shown(subject: Subject) {
    let words = &subject.words;
    let more = vec![change(words.title, &[], &text("Læge")), change(words.given, &[], &text("Åse"))];
    let id = subject.user("anna", more).await;
    let manager = if subject.has_no_managers().await {
        None
    } else {
        let boss = subject.user("boss", Vec::new()).await;
        subject.update(&id, vec![change(aspect::MANAGER, &[], &[to(&boss)])]).await.unwrap();
        Some(subject.handle(Kind::User, &boss).await)
    };
    let title = AttributeName::from(words.title);
    let request =
        ObserveRequest { attributes: BTreeMap::from([(Kind::User, vec![title.clone()])]), ..ObserveRequest::default() };
    let (objects, ..) = subject.observe(&request).await;
    let user = objects.into_iter().find(|object| object.id == id).expect("it is seen");
    assert_eq!(user.attributes, BTreeMap::from([(title, text("Læge"))]));
    assert_eq!(user.manager, manager, "what the engine needs is always read");
}

pub async fn each_object_is_seen_once(subject: Subject) {
    let mut made = Vec::new();
    for at in 0..6 {
        for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
            made.push(subject.make(kind, &format!("{kind}{at}"), Vec::new()).await);
        }
    }
    let (objects, names, _) = subject.observe(&subject.request()).await;
    let mut seen: Vec<ObjectId> = objects.into_iter().map(|object| object.id).collect();
    seen.sort();
    made.sort();
    assert_eq!(seen, made);
    let users = (0..6).map(|at| subject.name(&format!("user{at}")));
    for login in users {
        assert_eq!(names.iter().filter(|name| **name == login).count(), 1, "{login}");
    }
}

pub async fn a_read_shows_the_same_as_a_look_at_one(subject: Subject) {
    let boss = subject.user("boss", Vec::new()).await;
    let id = subject.user("anna", vec![change(aspect::MANAGER, &[], &[to(&boss)])]).await;
    let group = subject.group("crew").await;
    subject.add(&group, &[to(&boss), to(&id)]).await.unwrap();
    let (objects, ..) = subject.observe(&subject.request()).await;
    assert_eq!(objects.len(), 3);
    for seen in objects {
        let looked_at = subject.read(seen.kind, &seen.id).await;
        let plain = |object: &Observed| Observed { attributes: BTreeMap::new(), members: None, ..object.clone() };
        assert_eq!(plain(&looked_at), plain(&seen));
        let sorted = |members: Option<Vec<Handle>>| {
            members.map(|all| all.into_iter().collect::<std::collections::BTreeSet<_>>())
        };
        assert_eq!(sorted(looked_at.members), sorted(seen.members));
        for (name, values) in seen.attributes {
            assert_eq!(looked_at.attributes.get(&name), Some(&values), "{name}");
        }
    }
}

pub async fn a_schema_is_told_once(subject: Subject) {
    let Some(told) = subject.target.learn_schema(None).await.unwrap() else {
        assert_eq!(subject.target.has(&subject.words.title.into()), None, "without a schema nothing is said");
        return;
    };
    // a service that tells of its ways, and not of its attributes, says nothing about either
    if let Some(has) = subject.target.has(&subject.words.title.into()) {
        assert!(has);
        assert_eq!(subject.target.has(&"rosterdNoSuchAttribute".into()), Some(false));
    }
    assert_eq!(
        subject.target.learn_schema(Some(&told)).await.unwrap(),
        None,
        "what is known already is not told again"
    );
    let id = subject.user("anna", vec![change(subject.words.title, &[], &text("x"))]).await;
    assert_eq!(subject.title(&id).await, text("x"));
}

pub async fn a_healthy_target_passes_its_check(subject: Subject) {
    subject.user("somebody", Vec::new()).await;
    let findings = subject.target.check().await;
    assert!(!findings.is_empty());
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
}
