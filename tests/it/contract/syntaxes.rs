//! Values in every syntax that a target has.

use super::*;

impl Subject {
    async fn sample(&self, kind: Kind, at: usize) -> ObjectId {
        self.make(kind, &format!("s{at}"), Vec::new()).await
    }
}

pub async fn each_syntax_comes_back_as_it_was_written(subject: Subject) {
    assert!(subject.words.syntaxes.len() >= 2);
    for (at, (kind, name, values)) in subject.words.syntaxes.iter().enumerate() {
        let id = subject.sample(*kind, at).await;
        let attribute = AttributeName::from(*name);
        let mut before = subject.values_of(*kind, &id, name).await;
        for value in values {
            let changes = vec![change(name, &before, std::slice::from_ref(value))];
            assert_eq!(subject.change(Op::Update, *kind, &id, changes).await, Ok(id.clone()), "{name} {value}");
            let now = subject.values_of(*kind, &id, name).await;
            let schema = subject.target.schema(*kind);
            assert!(schema.equal(&attribute, &now, std::slice::from_ref(value)), "{name}: {now:?} for {value}");
            before = now;
        }
    }
}

pub async fn each_syntax_is_cleared(subject: Subject) {
    for (at, (kind, name, [value, _])) in subject.words.syntaxes.iter().enumerate() {
        let id = subject.sample(*kind, at).await;
        let before = subject.values_of(*kind, &id, name).await;
        let set = vec![change(name, &before, std::slice::from_ref(value))];
        subject.change(Op::Update, *kind, &id, set).await.unwrap();
        for _ in 0..2 {
            let clear = vec![change(name, std::slice::from_ref(value), &[])];
            if subject.words.group_types && ["accountExpires", "countryCode"].contains(name) {
                // an account of a domain always has them
                assert_eq!(subject.change(Op::Update, *kind, &id, clear).await, Err(Class::Policy));
                break;
            }
            assert_eq!(subject.change(Op::Update, *kind, &id, clear).await, Ok(id.clone()), "{name}");
            assert_eq!(subject.values_of(*kind, &id, name).await, Vec::new(), "{name}");
        }
    }
}

pub async fn a_value_of_another_syntax_is_refused(subject: Subject) {
    for (at, (kind, name, _)) in subject.words.syntaxes.iter().enumerate() {
        let wrong = match subject.target.schema(*kind).rule(&AttributeName::from(*name)).syntax {
            Syntax::Text | Syntax::CaseExact | Syntax::Telephone => continue,
            _ => text("what is this"),
        };
        let id = subject.sample(*kind, at).await;
        let before = subject.values_of(*kind, &id, name).await;
        let changes = vec![change(name, &before, &wrong)];
        assert_eq!(subject.change(Op::Update, *kind, &id, changes).await, Err(Class::Permanent), "{name}");
        assert_eq!(subject.values_of(*kind, &id, name).await, before);
    }
}

pub async fn another_spelling_is_neither_stale_nor_a_change(subject: Subject) {
    let phone = subject.words.phone;
    if subject.lacks(phone) {
        let schema = subject.target.schema(Kind::User);
        assert!(schema.equal(&phone.into(), &text("+4587654321"), &text("+45 87 65 43 21")));
        return;
    }
    let id = subject.user("phone", vec![change(phone, &[], &text("+45 12 34 56 78"))]).await;
    let written = subject.values(&id, phone).await;
    let same = vec![change(phone, &[], &text("+4512345678"))];
    assert_eq!(subject.update(&id, same).await, Ok(id.clone()));
    assert_eq!(subject.values(&id, phone).await, written, "it says the same already");
    let other = vec![change(phone, &text("+45-12-34-56-78"), &text("+45 87 65 43 21"))];
    assert_eq!(subject.update(&id, other).await, Ok(id.clone()));
    let schema = subject.target.schema(Kind::User);
    assert!(schema.equal(&phone.into(), &subject.values(&id, phone).await, &text("+4587654321")));
}
