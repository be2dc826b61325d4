//! Names and places: renames, moves, and names that need care.

use super::*;

const TRICKY: [&str; 12] = [
    "Åse Ørsted-Ærø",
    "Møller, Bo",
    "A + B",
    "Anders \"Andy\" And",
    "O'Neill",
    "#first",
    " blank before",
    "blank after ",
    "back\\slash",
    "less < and > more",
    "semi;colon=equals",
    "ünïcödé 汉字",
];

fn rename(kind: Kind, of: &str, before: &str, after: &str) -> Step {
    step(Op::Rename, kind, of, vec![change("name", texts(&[before]), texts(&[after]))])
}

fn to(kind: Kind, of: &str, before: Value, after: Value) -> Step {
    step(Op::Move, kind, of, vec![change("parent", vec![before], vec![after])])
}

#[tokio::test]
async fn a_rename_keeps_the_object() {
    let mut case = Case::new().await;
    let id = case.user("p1", "Ann Lee").await;
    case.done(&rename(Kind::User, "p1", "Ann Lee", "Ann Møller, cand. mag.")).await;
    let user = case.read(Kind::User, &id).await;
    assert_eq!((user.id, user.name.as_str()), (id.clone(), "Ann Møller, cand. mag."));
    // Case alone is a change too.
    case.done(&rename(Kind::User, "p1", "Ann Møller, cand. mag.", "ann møller, cand. mag.")).await;
    assert_eq!(case.read(Kind::User, &id).await.name, "ann møller, cand. mag.");
    case.done(&rename(Kind::User, "p1", "whatever", "ann møller, cand. mag.")).await;
    case.refused(&rename(Kind::User, "p1", "Ann Lee", "Other"), Class::Stale).await;
    case.user("p2", "Taken").await;
    case.refused(&rename(Kind::User, "p1", "ann møller, cand. mag.", "Taken"), Class::Conflict).await;
}

#[tokio::test]
async fn a_move_keeps_the_object() {
    let mut case = Case::new().await;
    let (one, two) = (case.unit("u1", "One").await, case.unit("u2", "Two, too").await);
    let id = case.user("p1", "Ann").await;
    let root = || Value::Reference(Referent::Root);
    case.done(&to(Kind::User, "p1", root(), key("u1"))).await;
    let parent = |object: &Observed| object.parent.clone().unwrap();
    assert_eq!(parent(&case.read(Kind::User, &id).await), case.read(Kind::Unit, &one).await.handle);
    // The plan saw the container by its handle; the container was renamed since.
    let seen = Value::Reference(Referent::Handle(case.read(Kind::Unit, &one).await.handle));
    case.done(&rename(Kind::Unit, "u1", "One", "Uno")).await;
    case.done(&to(Kind::User, "p1", seen, key("u2"))).await;
    assert_eq!(parent(&case.read(Kind::User, &id).await), case.read(Kind::Unit, &two).await.handle);
    case.refused(&to(Kind::User, "p1", key("u1"), root()), Class::Stale).await;
    case.done(&to(Kind::User, "p1", key("u2"), root())).await;
    case.refused(&to(Kind::User, "p1", root(), key("u9")), Class::Conflict).await;
    case.done(&to(Kind::Unit, "u2", root(), key("u1"))).await;
    case.refused(&to(Kind::Unit, "u1", root(), key("u2")), Class::Conflict).await;
}

#[tokio::test]
async fn a_move_and_a_rename_may_be_one_step() {
    let mut case = Case::new().await;
    case.unit("u1", "One").await;
    let id = case.user("p1", "Ann").await;
    let root = Value::Reference(Referent::Root);
    let changes =
        vec![change("parent", vec![root], vec![key("u1")]), change("name", texts(&["Ann"]), texts(&["Ann, Jr."]))];
    case.done(&step(Op::Move, Kind::User, "p1", changes)).await;
    assert!(case.admin.look(&format!(r"CN=Ann\, Jr.,OU=One,{}", case.base)).await.is_some());
    assert_eq!(case.read(Kind::User, &id).await.name, "Ann, Jr.");
}

#[tokio::test]
async fn a_unit_takes_its_content_along() {
    let mut case = Case::new().await;
    case.unit("u1", "Old").await;
    case.unit("u2", "Above").await;
    let in_u1 = || vec![set("parent", vec![key("u1")])];
    let sub = case.create(Kind::Unit, "u3", "Sub", in_u1());
    case.done(&sub).await;
    for i in 0..5 {
        let create = case.create(Kind::User, &format!("p{i}"), &format!("User {i}"), in_u1());
        case.done(&create).await;
    }
    let before = case.observe().await;
    case.done(&rename(Kind::Unit, "u1", "Old", "Ny + Ældre")).await;
    case.done(&to(Kind::Unit, "u1", Value::Reference(Referent::Root), key("u2"))).await;
    let after = case.observe().await;
    assert!(after.complete());
    let unit = after.stamped("u1");
    assert_eq!(unit.parent.as_ref(), Some(&after.stamped("u2").handle));
    for object in &before.objects {
        let now = after.stamped(object.stamp.as_ref().unwrap().as_str());
        assert_eq!(now.id, object.id);
        if object.kind == Kind::User {
            assert_eq!(now.parent.as_ref(), Some(&unit.handle));
        }
    }
    // A reference that was looked up before the move is looked up anew.
    let late = case.create(Kind::User, "p9", "Late", in_u1());
    let late = case.done(&late).await;
    assert_eq!(case.read(Kind::User, &late).await.parent.as_ref(), Some(&unit.handle));
}

#[tokio::test]
async fn names_that_need_care_are_created_read_renamed_and_moved() {
    let mut case = Case::new().await;
    for (i, name) in TRICKY.into_iter().enumerate() {
        case.unit(&format!("u{i}"), name).await;
        let parent = vec![set("parent", vec![key(&format!("u{i}"))])];
        let create = case.create(Kind::User, &format!("p{i}"), name, parent);
        case.done(&create).await;
    }
    let reading = case.observe().await;
    assert!(reading.complete());
    for (i, name) in TRICKY.into_iter().enumerate() {
        let (unit, user) = (reading.stamped(&format!("u{i}")), reading.stamped(&format!("p{i}")));
        assert_eq!((unit.name.as_str(), user.name.as_str()), (name, name));
        assert_eq!(user.parent.as_ref(), Some(&unit.handle), "{name}");
    }
    let count = TRICKY.len();
    for (i, name) in TRICKY.into_iter().enumerate() {
        let next = (i + 1) % count;
        let user = format!("p{i}");
        case.done(&to(Kind::User, &user, key(&format!("u{i}")), key(&format!("u{next}")))).await;
        let other = format!("{} 2", TRICKY[next].trim());
        case.done(&rename(Kind::User, &user, name, &other)).await;
    }
    let reading = case.observe().await;
    for i in 0..count {
        let next = (i + 1) % count;
        let user = reading.stamped(&format!("p{i}"));
        assert_eq!(user.name, format!("{} 2", TRICKY[next].trim()));
        assert_eq!(user.parent.as_ref(), Some(&reading.stamped(&format!("u{next}")).handle));
    }
}
