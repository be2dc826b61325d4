//! Names and places: one step for both, and nothing else of the object changes.

use super::*;

/// Names with everything that needs care in a distinguished name (RFC 4514 section 2.4), and a few more.
const TRICKY: [&str; 16] = [
    "Møller, Bo",
    "A + B",
    "Anders \"Andy\" And",
    "back\\slash",
    "less < and > more",
    "semi;colon=equals",
    "#hash",
    "O'Neill (x) *",
    "a/b:c",
    " blank before",
    "blank after ",
    "two  blanks",
    "Œuvre ßẞ é ÆØÅ",
    "汉字 🙂",
    "CN=x,OU=y",
    "\\2C",
];

pub async fn an_id_outlasts_every_change(subject: Subject) {
    let id = subject.user("before", Vec::new()).await;
    let (old, new) = (text(&subject.name("before")), text(&subject.name("after")));
    assert_eq!(subject.update(&id, vec![change(subject.words.login, &old, &new)]).await, Ok(id.clone()));
    assert_eq!(subject.values(&id, subject.words.login).await, new);
    if subject.has_no_tree().await {
        return;
    }
    let renamed = subject.change(Op::Rename, Kind::User, &id, vec![change(aspect::NAME, &old, &new)]).await;
    assert_eq!(renamed, Ok(id.clone()));
    let unit = subject.unit("unit", None).await;
    assert_eq!(subject.shift(Kind::User, &id, root(), to(&unit)).await, Ok(id.clone()));
    let unit = subject.handle(Kind::Unit, &unit).await;
    let user = subject.read(Kind::User, &id).await;
    assert_eq!((user.parent, user.name), (Some(unit), new[0].to_string()));
}

pub async fn a_new_place_and_a_new_name_are_one_step(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let unit = subject.unit("unit", None).await;
    for kind in Kind::ALL.into_iter().filter(|kind| subject.has(*kind)) {
        let (old, new) = (format!("a{kind}"), subject.name(&format!("b{kind}")));
        let id = subject.make(kind, &old, Vec::new()).await;
        let changes = || {
            vec![
                change(aspect::PARENT, &[root()], &[to(&unit)]),
                change(aspect::NAME, &text(&subject.name(&old)), &text(&new)),
            ]
        };
        for _ in 0..2 {
            assert_eq!(subject.change(Op::Move, kind, &id, changes()).await, Ok(id.clone()), "{kind}");
        }
        let object = subject.read(kind, &id).await;
        assert_eq!((object.name, object.parent), (new, Some(subject.handle(Kind::Unit, &unit).await)));
        assert_eq!(object.stamp, Some(subject.key(&old)));
    }
}

pub async fn a_rename_of_case_alone_is_done(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let id = subject.user("anna", Vec::new()).await;
    let (old, new) = (subject.name("anna"), subject.name("ANNA"));
    assert_eq!(subject.rename(Kind::User, &id, &old, &new).await, Ok(id.clone()));
    assert_eq!(subject.read(Kind::User, &id).await.name, new);
}

pub async fn names_that_need_care_come_back(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let id = subject.user("anna", Vec::new()).await;
    let mut before = subject.name("anna");
    for name in TRICKY {
        let done = subject.rename(Kind::User, &id, &before, name).await;
        assert_eq!(done, Ok(id.clone()), "{name:?}");
        assert_eq!(subject.read(Kind::User, &id).await.name, name);
        name.clone_into(&mut before);
    }
}

pub async fn places_whose_names_need_care_hold_things(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let id = subject.user("anna", Vec::new()).await;
    let mut before = root();
    for (at, name) in TRICKY.into_iter().enumerate() {
        let unit = subject.make(Kind::Unit, &format!("u{at}"), vec![change(aspect::NAME, &[], &text(name))]).await;
        assert_eq!(subject.shift(Kind::User, &id, before, to(&unit)).await, Ok(id.clone()), "{name:?}");
        let unit = subject.read(Kind::Unit, &unit).await;
        assert_eq!((unit.name.as_str(), subject.read(Kind::User, &id).await.parent), (name, Some(unit.handle)));
        before = to(&unit.id);
    }
}

pub async fn a_name_that_is_taken_in_the_place_is_a_conflict(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let (id, other) = (subject.user("one", Vec::new()).await, subject.user("two", Vec::new()).await);
    for taken in [subject.name("two"), subject.name("TWO")] {
        assert_eq!(subject.rename(Kind::User, &id, &subject.name("one"), &taken).await, Err(Class::Conflict));
    }
    let unit = subject.unit("unit", None).await;
    let same = vec![change(aspect::NAME, &[], &text(&subject.name("two"))), change(aspect::PARENT, &[], &[to(&unit)])];
    subject.user("three", same).await;
    assert_eq!(subject.shift(Kind::User, &other, root(), to(&unit)).await, Err(Class::Conflict));
    assert_eq!(subject.read(Kind::User, &other).await.parent, subject.target.root(Kind::User));
    assert_eq!(subject.read(Kind::User, &id).await.name, subject.name("one"));
}

pub async fn what_lies_right_already_stays(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let id = subject.user("anna", Vec::new()).await;
    let before = subject.read(Kind::User, &id).await;
    let renamed = subject.rename(Kind::User, &id, "whatever", &subject.name("anna")).await;
    assert_eq!(renamed, Ok(id.clone()));
    assert_eq!(subject.shift(Kind::User, &id, to(&nobody()), root()).await, Ok(id.clone()));
    assert_eq!(subject.read(Kind::User, &id).await, before);
}

pub async fn a_move_to_a_place_that_is_not_there_is_a_conflict(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let id = subject.user("anna", Vec::new()).await;
    let gone = subject.unit("gone", None).await;
    subject.change(Op::Delete, Kind::Unit, &gone, Vec::new()).await.unwrap();
    for place in [to(&nobody()), to(&gone), Value::Reference(Referent::Key(subject.key("nobody")))] {
        assert_eq!(subject.shift(Kind::User, &id, root(), place).await, Err(Class::Conflict));
    }
    assert_eq!(subject.read(Kind::User, &id).await.parent, subject.target.root(Kind::User));
}

pub async fn a_name_that_cannot_be_is_refused(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let id = subject.user("anna", Vec::new()).await;
    let old = subject.name("anna");
    for name in ["".to_owned(), "ø".repeat(2000)] {
        assert_eq!(subject.rename(Kind::User, &id, &old, &name).await, Err(Class::Permanent));
    }
    assert_eq!(subject.read(Kind::User, &id).await.name, old);
}

pub async fn a_rename_changes_nothing_else(subject: Subject) {
    if subject.has_no_tree().await {
        return;
    }
    let id = subject.user("anna", vec![change(subject.words.title, &[], &text("Læge"))]).await;
    let changes = vec![
        change(aspect::NAME, &text(&subject.name("anna")), &text(&subject.name("berta"))),
        change(subject.words.title, &text("Læge"), &text("Overlæge")),
    ];
    assert_eq!(subject.change(Op::Rename, Kind::User, &id, changes).await, Err(Class::Permanent));
    assert_eq!(
        (subject.read(Kind::User, &id).await.name, subject.title(&id).await),
        (subject.name("anna"), text("Læge"))
    );
}
