//! Types of groups: security or distribution, and where they can be used.

use super::*;

use rosterd::object::GroupType;

const TYPE: &str = "groupType";

fn of(words: &str) -> Vec<Value> {
    vec![Value::Int(GroupType::of_words(words).unwrap().number())]
}

impl Subject {
    async fn typed(&self, name: &str, words: &str) -> ObjectId {
        self.make(Kind::Group, name, vec![change(TYPE, &[], &of(words))]).await
    }

    async fn become_other(&self, group: &ObjectId, before: &str, after: &str) -> Result<ObjectId, Class> {
        self.change(Op::Update, Kind::Group, group, vec![change(TYPE, &of(before), &of(after))]).await
    }

    /// Whether groups have no type; then it is an attribute like any other that is not there.
    async fn has_no_types(&self) -> bool {
        if self.words.group_types {
            return false;
        }
        let create = self.create(Kind::Group, "typed", vec![change(TYPE, &[], &of("universal"))]);
        if self.words.lacks.refusals {
            let made = self.apply(&create).await.unwrap().object;
            assert_eq!(self.values_of(Kind::Group, &made, TYPE).await, Vec::new());
        } else if self.words.open {
            assert!(self.apply(&create).await.is_ok());
        } else {
            assert_eq!(self.refused(&create).await, Class::Permanent);
        }
        true
    }
}

pub async fn a_group_is_of_the_type_that_was_asked_for(subject: Subject) {
    if subject.has_no_types().await {
        return;
    }
    let plain = subject.group("plain").await;
    assert_eq!(subject.values_of(Kind::Group, &plain, TYPE).await, of("global security"));
    for (at, scope) in ["global", "domain-local", "universal"].into_iter().enumerate() {
        for purpose in ["security", "distribution"] {
            let words = format!("{scope} {purpose}");
            let id = subject.typed(&format!("{}{at}", &purpose[..1]), &words).await;
            assert_eq!(subject.values_of(Kind::Group, &id, TYPE).await, of(&words));
        }
    }
}

pub async fn a_group_changes_its_purpose(subject: Subject) {
    if subject.has_no_types().await {
        return;
    }
    let id = subject.typed("list", "universal distribution").await;
    for (before, after) in
        [("universal distribution", "universal security"), ("universal security", "universal distribution")]
    {
        assert_eq!(subject.become_other(&id, before, after).await, Ok(id.clone()));
        assert_eq!(subject.values_of(Kind::Group, &id, TYPE).await, of(after));
    }
}

pub async fn a_scope_changes_by_way_of_universal_only(subject: Subject) {
    if subject.has_no_types().await {
        return;
    }
    let id = subject.typed("scope", "global").await;
    assert_eq!(subject.become_other(&id, "global", "domain-local").await, Err(Class::Permanent));
    assert_eq!(subject.values_of(Kind::Group, &id, TYPE).await, of("global"));
    for (before, after) in
        [("global", "universal"), ("universal", "domain-local"), ("domain-local", "universal"), ("universal", "global")]
    {
        assert_eq!(subject.become_other(&id, before, after).await, Ok(id.clone()), "{before} to {after}");
        assert_eq!(subject.values_of(Kind::Group, &id, TYPE).await, of(after));
    }
}

pub async fn groups_within_groups_stand_in_the_way_of_a_scope(subject: Subject) {
    if subject.has_no_types().await {
        return;
    }
    for (inner, outer, changes_inner, before, after) in [
        ("global", "global", true, "global", "universal"),
        ("domain-local", "domain-local", false, "domain-local", "universal"),
        ("universal", "universal", false, "universal", "global"),
    ] {
        let (one, two) = (format!("i{inner}"), format!("o{outer}"));
        let (one, two) = (subject.typed(&one[..3], inner).await, subject.typed(&two[..3], outer).await);
        subject.add(&two, &[to(&one)]).await.unwrap();
        let changed = if changes_inner { &one } else { &two };
        assert_eq!(subject.become_other(changed, before, after).await, Err(Class::Permanent), "{before} to {after}");
        assert_eq!(subject.values_of(Kind::Group, changed, TYPE).await, of(before));
        subject.take(&two, &[to(&one)]).await.unwrap();
        assert_eq!(subject.become_other(changed, before, after).await, Ok(changed.clone()));
    }
}

pub async fn a_type_that_is_none_is_refused(subject: Subject) {
    if subject.has_no_types().await {
        return;
    }
    let id = subject.group("typed").await;
    for after in [vec![Value::Int(6)], vec![Value::Int(-2_147_483_643)], vec![], text("local")] {
        let changes = vec![change(TYPE, &of("global"), &after)];
        assert_eq!(subject.change(Op::Update, Kind::Group, &id, changes).await, Err(Class::Permanent), "{after:?}");
    }
    assert_eq!(subject.values_of(Kind::Group, &id, TYPE).await, of("global"));
}

pub async fn a_distribution_group_has_members_and_an_address(subject: Subject) {
    if subject.has_no_types().await {
        return;
    }
    let more = vec![change(TYPE, &[], &of("universal distribution")), change("mail", &[], &text("alle@example.test"))];
    let group = subject.make(Kind::Group, "list", more).await;
    let (user, contact) = (subject.user("bo", Vec::new()).await, subject.make(Kind::Contact, "ann", Vec::new()).await);
    assert_eq!(subject.add(&group, &[to(&user), to(&contact)]).await, Ok(group.clone()));
    assert_eq!(subject.members(&group).await.len(), 2);
    let addresses = [Value::text("SMTP:alle@example.test"), Value::text("smtp:everybody@example.test")];
    let changes = vec![change("proxyAddresses", &[], &addresses)];
    assert_eq!(subject.change(Op::Update, Kind::Group, &group, changes).await, Ok(group.clone()));
    assert_eq!(subject.values_of(Kind::Group, &group, "proxyAddresses").await, addresses);
}
