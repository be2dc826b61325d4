//! Creating objects: all at once, once, and nothing at all when something does not fit.

use super::*;

pub async fn a_created_user_is_observed_once_with_its_stamp(subject: Subject) {
    let id = subject.user("anna", vec![change(subject.words.title, &[], &text("Lærer"))]).await;
    let (objects, names, _) = subject.observe(&subject.request()).await;
    assert_eq!(objects.len(), 1);
    let user = &objects[0];
    assert_eq!((&user.id, user.kind, user.enabled), (&id, Kind::User, Some(true)));
    assert_eq!(user.stamp, Some(subject.key("anna")));
    assert_eq!(user.attributes.get(&subject.words.login.into()), Some(&text(&subject.name("anna"))));
    assert_eq!(user.attributes.get(&subject.words.title.into()), Some(&text("Lærer")));
    assert_eq!(user.parent, subject.target.root(Kind::User));
    assert_eq!(names, [subject.name("anna")]);
}

pub async fn every_kind_is_created_as_the_step_says(subject: Subject) {
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
        let name = format!("k{kind}");
        let value = text(&subject.name("shown"));
        let id = subject.make(kind, &name, vec![change(subject.text_of(kind), &[], &value)]).await;
        let object = subject.read(kind, &id).await;
        assert_eq!((object.kind, &object.id, object.stamp), (kind, &id, Some(subject.key(&name))));
        assert_eq!(object.enabled, (kind == Kind::User).then_some(true), "{kind}");
        assert_eq!(object.members, (kind == Kind::Group).then(Vec::new), "{kind}");
        assert_eq!(object.attributes.get(&subject.text_of(kind).into()), Some(&value));
        if subject.tree() {
            assert_eq!((object.parent, object.name), (subject.target.root(kind), subject.name(&name)));
        }
    }
}

pub async fn a_kind_that_the_target_lacks_is_refused(subject: Subject) {
    let lacking: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| !subject.has(*kind)).collect();
    assert_eq!(lacking.is_empty(), subject.target.capabilities().kinds.len() == Kind::ALL.len());
    for kind in lacking {
        let create = subject.create(kind, "none", Vec::new());
        assert_eq!(subject.refused(&create).await, Class::Permanent, "{kind}");
        assert!(!matches!(subject.target.read(kind, &nobody()).await, Ok(Some(_))));
        assert!(!matches!(subject.target.find_stamped(kind, &create.key, &create).await, Ok(Some(_))));
        let request =
            ObserveRequest { attributes: BTreeMap::from([(kind, vec!["title".into()])]), ..ObserveRequest::default() };
        let (objects, _, coverage) = subject.observe(&request).await;
        assert!(objects.is_empty());
        assert!(coverage.complete().is_none(), "to see no {kind} proves nothing");
    }
}

pub async fn a_second_equal_create_makes_no_second_object(subject: Subject) {
    for (kind, name) in [(Kind::User, "once"), (Kind::Group, "oncegroup")] {
        let create = subject.create(kind, name, Vec::new());
        let first = subject.apply(&create).await.unwrap();
        match subject.apply(&create).await {
            Ok(second) => assert_eq!(second, first),
            Err(refusal) => assert_eq!(refusal.class, Class::Conflict),
        }
        let (objects, ..) = subject.observe(&subject.request()).await;
        assert_eq!(objects.iter().filter(|object| object.kind == kind).count(), 1);
    }
}

pub async fn a_taken_login_is_a_conflict(subject: Subject) {
    let owner = subject.user("taken", Vec::new()).await;
    let mut owners = vec![owner];
    for login in [subject.name("taken"), subject.name("TAKEN")] {
        let more = vec![change(subject.words.login, &[], &text(&login))];
        let mut create = subject.create(Kind::User, "taken", more);
        create.key = subject.key("somebody-else");
        if subject.words.lacks.folding && login.ends_with("TAKEN") {
            owners.push(subject.apply(&create).await.unwrap().object);
            continue;
        }
        assert_eq!(subject.refused(&create).await, Class::Conflict, "{login}");
    }
    let (objects, ..) = subject.observe(&subject.request()).await;
    assert_eq!(objects.into_iter().map(|object| object.id).collect::<Vec<_>>(), owners);
}

pub async fn a_taken_name_makes_no_second_object(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
        let name = format!("n{kind}");
        subject.make(kind, &name, Vec::new()).await;
        for same in [subject.name(&name), subject.name(&name).to_uppercase()] {
            let mut other = subject.create(kind, &format!("o{kind}"), vec![change(aspect::NAME, &[], &text(&same))]);
            other.key = subject.key("other");
            assert_eq!(subject.refused(&other).await, Class::Conflict, "{kind} {same}");
        }
    }
}

pub async fn a_create_lies_where_the_step_says(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let unit = subject.unit("unit", None).await;
    let place = subject.handle(Kind::Unit, &unit).await;
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
        let parent = vec![change(aspect::PARENT, &[], &[to(&unit)])];
        let id = subject.make(kind, &format!("in{kind}"), parent).await;
        assert_eq!(subject.read(kind, &id).await.parent.as_ref(), Some(&place), "{kind}");
    }
}

pub async fn a_create_in_a_place_that_is_not_there_is_a_conflict(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let gone = vec![change(aspect::PARENT, &[], &[to(&nobody())])];
    let unlinked = vec![change(aspect::PARENT, &[], &[Value::Reference(Referent::Key(subject.key("nobody")))])];
    for more in [gone, unlinked] {
        let create = subject.create(Kind::User, "lost", more);
        assert_eq!(subject.refused(&create).await, Class::Conflict);
        assert_eq!(subject.target.find_stamped(Kind::User, &create.key, &create).await.unwrap(), None);
    }
}

pub async fn a_user_is_created_enabled_or_not(subject: Subject) {
    for (name, enabled) in [("on", true), ("off", false)] {
        let id = subject.user(name, vec![change(aspect::ENABLED, &[], &[Value::Bool(enabled)])]).await;
        assert_eq!(subject.read(Kind::User, &id).await.enabled, Some(enabled));
    }
}

pub async fn a_create_sets_all_at_once(subject: Subject) {
    let words = &subject.words;
    let boss = subject.user("boss", Vec::new()).await;
    let led = !subject.has_no_managers().await;
    let mut more = vec![
        change(words.title, &[], &text("Læge")),
        change(words.given, &[], &text("Åse")),
        change(words.phone, &[], &text("+45 12 34 56 78")),
        change(aspect::MANAGER, &[], &[to(&boss)]),
    ];
    more.retain(|change| !subject.lacks(change.attribute.as_str()) && (led || !change.attribute.is(aspect::MANAGER)));
    let both = [Value::text("dansk"), Value::text("tysk")];
    if let Some(many) = words.many {
        more.push(change(many, &[], &both));
    }
    let id = subject.user("all", more).await;
    assert_eq!((subject.title(&id).await, subject.values(&id, words.given).await), (text("Læge"), text("Åse")));
    let manager = if led { Some(subject.handle(Kind::User, &boss).await) } else { None };
    assert_eq!(subject.read(Kind::User, &id).await.manager, manager);
    if let Some(many) = words.many {
        assert_eq!(subject.values(&id, many).await, both);
    }
}

pub async fn a_create_that_does_not_fit_makes_nothing(subject: Subject) {
    let (single, longest) = subject.words.single;
    let mut misfits = Vec::new();
    if subject.words.checks_references && !subject.has_no_managers().await {
        misfits.push(change(aspect::MANAGER, &[], &[to(&nobody())]));
    }
    if subject.target.schema(Kind::User).rule(&single.into()).single {
        misfits.push(change(single, &[], &[Value::text("one"), Value::text("two")]));
    }
    if let Some(longest) = longest {
        misfits.push(change(single, &[], &text(&"ø".repeat(longest + 1))));
    }
    for misfit in misfits {
        let expected = if misfit.attribute.is(aspect::MANAGER) { Class::Conflict } else { Class::Permanent };
        let create = subject.create(Kind::User, "misfit", vec![misfit]);
        assert_eq!(subject.refused(&create).await, expected);
        assert_eq!(subject.target.find_stamped(Kind::User, &create.key, &create).await.unwrap(), None);
    }
    subject.user("misfit", Vec::new()).await;
}

pub async fn a_create_without_a_value_for_an_attribute_leaves_it_empty(subject: Subject) {
    let id = subject.user("empty", vec![change(subject.words.title, &[], &text(""))]).await;
    assert_eq!(subject.title(&id).await, Vec::new());
}

pub async fn a_target_without_passwords_says_so(subject: Subject) {
    let id = subject.user("password", Vec::new()).await;
    let password = || vec![change(aspect::PASSWORD, &[], &[Value::Generated { generated: true }])];
    let set = subject.step(Op::SetPassword, Kind::User, &id, password());
    if subject.target.capabilities().first_password {
        assert_eq!(subject.apply(&set).await.unwrap().object, id);
        let shown = subject.read(Kind::User, &id).await.attributes;
        assert!(["unicodePwd", "userPassword", "password"].iter().all(|name| !shown.contains_key(&(*name).into())));
        return;
    }
    assert_eq!(subject.refused(&set).await, Class::Permanent);
    let create = subject.create(Kind::User, "password2", password());
    let refused = subject.apply(&create).await.map(|_| ()).map_err(|refusal| refusal.class);
    let made = subject.target.find_stamped(Kind::User, &create.key, &create).await.unwrap();
    assert_eq!(refused.is_ok(), made.is_some(), "{refused:?}");
}
