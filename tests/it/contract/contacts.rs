//! Contacts: people who cannot sign in. A target without them says so.

use super::*;

impl Subject {
    /// Whether there are no contacts; then one is refused for good.
    async fn has_no_contacts(&self) -> bool {
        if self.has(Kind::Contact) {
            return false;
        }
        let create = self.create(Kind::Contact, "none", Vec::new());
        assert_eq!(self.refused(&create).await, Class::Permanent);
        true
    }
}

pub async fn a_contact_is_created_and_changed(subject: Subject) {
    if subject.has_no_contacts().await {
        return;
    }
    let more = vec![change("mail", &[], &text("ann@example.test")), change("sn", &[], &text("Berg"))];
    let id = subject.make(Kind::Contact, "ann", more).await;
    let contact = subject.read(Kind::Contact, &id).await;
    assert_eq!((contact.enabled, contact.members, contact.manager), (None, None, None));
    assert_eq!(contact.attributes.get(&"mail".into()), Some(&text("ann@example.test")));
    let changes = vec![change("mail", &text("ann@example.test"), &text("berg@example.test"))];
    assert_eq!(subject.change(Op::Update, Kind::Contact, &id, changes).await, Ok(id.clone()));
    assert_eq!(subject.values_of(Kind::Contact, &id, "mail").await, text("berg@example.test"));
}

pub async fn a_contact_is_renamed_moved_and_deleted(subject: Subject) {
    if subject.has_no_contacts().await {
        return;
    }
    let id = subject.make(Kind::Contact, "ann", Vec::new()).await;
    let unit = subject.unit("unit", None).await;
    assert_eq!(subject.rename(Kind::Contact, &id, &subject.name("ann"), "Berg, Ann").await, Ok(id.clone()));
    assert_eq!(subject.shift(Kind::Contact, &id, root(), to(&unit)).await, Ok(id.clone()));
    let contact = subject.read(Kind::Contact, &id).await;
    assert_eq!((contact.name.as_str(), contact.parent), ("Berg, Ann", Some(subject.handle(Kind::Unit, &unit).await)));
    assert_eq!(subject.change(Op::Delete, Kind::Contact, &id, Vec::new()).await, Ok(id.clone()));
    assert_eq!(subject.target.read(Kind::Contact, &id).await.unwrap(), None);
}

pub async fn contacts_are_members_and_managers(subject: Subject) {
    if subject.has_no_contacts().await {
        return;
    }
    let contact = subject.make(Kind::Contact, "ann", Vec::new()).await;
    let (user, group) = (subject.user("bo", Vec::new()).await, subject.group("crew").await);
    let handle = subject.handle(Kind::Contact, &contact).await;
    assert_eq!(subject.add(&group, &[to(&contact)]).await, Ok(group.clone()));
    assert_eq!(subject.members(&group).await, std::slice::from_ref(&handle));
    assert_eq!(subject.update(&user, vec![change(aspect::MANAGER, &[], &[to(&contact)])]).await, Ok(user.clone()));
    assert_eq!(subject.read(Kind::User, &user).await.manager, Some(handle));
    let boss = vec![change(aspect::MANAGER, &[], &[to(&user)])];
    assert_eq!(subject.change(Op::Update, Kind::Contact, &contact, boss).await, Ok(contact.clone()));
    let user = subject.handle(Kind::User, &user).await;
    assert_eq!(subject.read(Kind::Contact, &contact).await.manager, Some(user));
    assert_eq!(subject.take(&group, &[to(&contact)]).await, Ok(group.clone()));
    assert_eq!(subject.members(&group).await, Vec::new());
}

pub async fn a_contact_is_no_user(subject: Subject) {
    if subject.has_no_contacts().await {
        return;
    }
    let contact = subject.make(Kind::Contact, "ann", Vec::new()).await;
    let user = subject.user("bo", Vec::new()).await;
    assert_eq!(subject.target.read(Kind::User, &contact).await.unwrap(), None);
    assert_eq!(subject.target.read(Kind::Contact, &user).await.unwrap(), None);
    let (objects, names, _) = subject.observe(&subject.request()).await;
    let kinds: BTreeMap<ObjectId, Kind> = objects.into_iter().map(|object| (object.id, object.kind)).collect();
    assert_eq!(kinds, BTreeMap::from([(contact, Kind::Contact), (user, Kind::User)]));
    assert_eq!(names, [subject.name("bo")], "a contact takes no login");
}
