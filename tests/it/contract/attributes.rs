//! Attributes: set, changed and cleared by value, and checked before anything is written.

use super::*;

pub async fn an_attribute_is_set_changed_and_cleared(subject: Subject) {
    let title = subject.words.title;
    // a text is compared as it stands, a telephone number by its digits
    let (phone, same) = match subject.words.phone {
        phone if subject.lacks(phone) => (subject.words.given, "+45 12 34 56 78"),
        phone => (phone, "+45 12345678"),
    };
    let id = subject.user("attr", Vec::new()).await;
    let set = vec![change(title, &[], &text("Læge")), change(phone, &[], &text("+45 12 34 56 78"))];
    assert_eq!(subject.update(&id, set).await, Ok(id.clone()));
    let user = subject.read(Kind::User, &id).await;
    let schema = subject.target.schema(Kind::User);
    assert_eq!(user.attributes.get(&title.into()), Some(&text("Læge")));
    assert!(schema.equal(&phone.into(), &user.attributes[&phone.into()], &text("+45 12 34 56 78")));
    let changed = vec![change(title, &text("Læge"), &text("Overlæge"))];
    assert_eq!(subject.update(&id, changed.clone()).await, Ok(id.clone()));
    assert_eq!(subject.title(&id).await, text("Overlæge"));
    assert_eq!(subject.update(&id, changed).await, Ok(id.clone()), "it is already so");
    let clear = vec![change(title, &text("Overlæge"), &[]), change(phone, &text(same), &[])];
    assert_eq!(subject.update(&id, clear.clone()).await, Ok(id.clone()));
    assert_eq!(subject.update(&id, clear).await, Ok(id.clone()), "there is nothing to be cleared");
    assert_eq!((subject.title(&id).await, subject.values(&id, phone).await), (Vec::new(), Vec::new()));
}

pub async fn attributes_of_every_kind_change(subject: Subject) {
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
        let (id, name) = (subject.make(kind, &format!("c{kind}"), Vec::new()).await, subject.text_of(kind));
        let mut before = subject.values_of(kind, &id, name).await;
        for value in ["Første", "Anden"].map(|value| text(&subject.name(value))) {
            let changes = vec![change(name, &before, &value)];
            assert_eq!(subject.change(Op::Update, kind, &id, changes).await, Ok(id.clone()), "{kind}");
            assert_eq!(subject.values_of(kind, &id, name).await, value, "{kind}");
            before = value;
        }
    }
}

pub async fn several_values_are_set_changed_and_cleared(subject: Subject) {
    let values = |all: &[&str]| all.iter().map(|one| Value::text(*one)).collect::<Vec<_>>();
    let id = subject.user("many", Vec::new()).await;
    let Some(many) = subject.words.many else {
        let two = vec![change(subject.words.title, &[], &values(&["a", "b"]))];
        assert_eq!(subject.update(&id, two).await, Err(Class::Permanent));
        return;
    };
    let mut before = Vec::new();
    for after in [values(&["a", "b", "c"]), values(&["b", "d"]), values(&["d"]), values(&[])] {
        let changes = vec![change(many, &before, &after)];
        for _ in 0..2 {
            assert_eq!(subject.update(&id, changes.clone()).await, Ok(id.clone()));
            assert_eq!(subject.values(&id, many).await, after);
        }
        before = after;
    }
}

pub async fn the_order_of_values_is_no_difference(subject: Subject) {
    let id = subject.user("order", Vec::new()).await;
    let Some(many) = subject.words.many else {
        assert!(subject.target.schema(Kind::User).rule(&subject.words.title.into()).single);
        return;
    };
    let values = ["c", "a", "b"].map(Value::text);
    subject.update(&id, vec![change(many, &[], &values)]).await.unwrap();
    let (backwards, after) = (["b", "a", "c"].map(Value::text), ["d", "a"].map(Value::text));
    assert_eq!(subject.update(&id, vec![change(many, &backwards, &after)]).await, Ok(id.clone()));
    assert_eq!(subject.values(&id, many).await, ["a", "d"].map(Value::text));
}

pub async fn a_change_of_case_is_written(subject: Subject) {
    let id = subject.user("case", vec![change(subject.words.title, &[], &text("lærer"))]).await;
    let changes = vec![change(subject.words.title, &text("lærer"), &text("Lærer"))];
    assert_eq!(subject.update(&id, changes).await, Ok(id.clone()));
    assert_eq!(subject.title(&id).await, text("Lærer"));
}

pub async fn an_empty_text_clears(subject: Subject) {
    let id = subject.user("empty", vec![change(subject.words.title, &[], &text("x"))]).await;
    for _ in 0..2 {
        let changes = vec![change(subject.words.title, &text("x"), &text(""))];
        assert_eq!(subject.update(&id, changes).await, Ok(id.clone()));
        assert_eq!(subject.title(&id).await, Vec::new());
    }
}

pub async fn a_value_that_is_too_long_is_refused(subject: Subject) {
    let (single, longest) = subject.words.single;
    let id = subject.user("long", Vec::new()).await;
    let most = longest.unwrap_or(1000);
    let fits = text(&"ø".repeat(most));
    assert_eq!(subject.update(&id, vec![change(single, &[], &fits)]).await, Ok(id.clone()));
    assert_eq!(subject.values(&id, single).await, fits, "characters are counted, not bytes");
    if longest.is_some() {
        let longer = vec![change(single, &fits, &text(&"x".repeat(most + 1)))];
        assert_eq!(subject.update(&id, longer).await, Err(Class::Permanent));
        assert_eq!(subject.values(&id, single).await, fits);
    } else {
        assert_eq!(subject.target.schema(Kind::User).rule(&single.into()).max_length, None);
    }
}

pub async fn two_values_for_one_are_refused(subject: Subject) {
    let (single, _) = subject.words.single;
    let id = subject.user("two", vec![change(single, &[], &text("one"))]).await;
    let two = vec![change(single, &text("one"), &[Value::text("one"), Value::text("two")])];
    assert_eq!(subject.update(&id, two).await, Err(Class::Permanent));
    assert_eq!(subject.values(&id, single).await, text("one"));
}

pub async fn a_required_attribute_is_not_cleared(subject: Subject) {
    let id = subject.user("needs", Vec::new()).await;
    let Some(required) = subject.words.required else {
        assert_eq!(subject.target.schema(Kind::User).required().count(), 0);
        return;
    };
    let before = subject.values(&id, required).await;
    assert_ne!(before, Vec::new());
    let changes = vec![change(subject.words.title, &[], &text("x")), change(required, &before, &[])];
    assert_eq!(subject.update(&id, changes).await, Err(Class::Permanent));
    assert_eq!((subject.values(&id, required).await, subject.title(&id).await), (before, Vec::new()));
}

pub async fn an_attribute_that_is_not_there_is_refused(subject: Subject) {
    let id = subject.user("unknown", Vec::new()).await;
    let changes = vec![change(subject.words.title, &[], &text("x")), change("rosterdNoSuchAttribute", &[], &text("x"))];
    let done = subject.update(&id, changes).await;
    if subject.words.open || subject.words.lacks.refusals && done.is_ok() {
        assert_eq!(done, Ok(id));
    } else {
        assert_eq!(done, Err(Class::Permanent));
        assert_eq!(subject.title(&id).await, Vec::new(), "nothing is written of a step that is refused");
    }
}

pub async fn an_attribute_that_a_service_lacks_is_not_kept(subject: Subject) {
    for lacking in subject.words.lacks.attributes {
        subject.is_not_kept(lacking, &Value::text("1")).await;
    }
    assert_eq!(subject.words.lacks.managers, subject.has_no_managers().await);
}

pub async fn what_only_the_engine_writes_is_no_attribute(subject: Subject) {
    let id = subject.user("aspect", Vec::new()).await;
    let members = vec![change(aspect::MEMBERS, &[], &[to(&id)])];
    assert_eq!(subject.update(&id, members).await, Err(Class::Permanent));
    assert_eq!(subject.read(Kind::User, &id).await.members, None);
}

pub async fn every_letter_comes_back(subject: Subject) {
    let values = ["Ærø Åse Œuvre ßẞ é", "O'Hara \"x\" \\ (y) *z*", "a,b+c=d;e<f>#g", "日本語 🙂", "l1 – “l2”"];
    let given = subject.words.given;
    let id = subject.user("letters", vec![change(given, &[], &text("Ida \"Ø\" D'Århus"))]).await;
    let mut before = text("Ida \"Ø\" D'Århus");
    assert_eq!(subject.values(&id, given).await, before);
    for value in values {
        assert_eq!(subject.update(&id, vec![change(given, &before, &text(value))]).await, Ok(id.clone()), "{value}");
        assert_eq!(subject.values(&id, given).await, text(value));
        before = text(value);
    }
    let (objects, ..) = subject.observe(&subject.request()).await;
    assert_eq!(objects[0].attributes.get(&given.into()), Some(&before));
}
