//! What the domain or a rule protects: seen with its reason, and refused at the moment of the write.

use super::*;

fn touching(object: &ObjectId) -> Vec<Step> {
    let of = |op, changes| Step { object: Some(object.clone()), ..step(op, Kind::User, "x", changes) };
    vec![
        of(Op::Disable, vec![change("enabled", vec![Value::Bool(true)], vec![Value::Bool(false)])]),
        of(Op::Delete, vec![]),
        of(Op::Rename, vec![change("name", texts(&["Chief"]), texts(&["Nobody"]))]),
        of(Op::Move, vec![change("parent", vec![], vec![Value::Reference(Referent::Root)])]),
        of(Op::SetPassword, vec![set("password", vec![Value::Generated { generated: true }])]),
        of(Op::Update, vec![set("title", texts(&["x"]))]),
    ]
}

async fn why(case: &Case, name: &str) -> Option<Protection> {
    let reading = case.observe().await;
    reading.objects.into_iter().find(|object| object.name == name).expect("it is there").protected
}

/// Rules of the configuration: logins that begin with a word of the test's own.
fn rule(case: &Case) -> Settings {
    let is = vec![format!("SVC-{}*", case.word)];
    Settings { protect: vec![ProtectRule { attribute: "sAMAccountName".into(), is }], ..case.settings() }
}

#[tokio::test]
async fn an_administrator_is_not_touched() {
    let mut case = Case::new().await;
    let id = case.user("x", "Chief").await;
    assert_eq!(why(&case, "Chief").await, None);
    // Samba has no task that sets adminCount; a domain of Microsoft's does it within the hour.
    let dn = format!("CN=Chief,{}", case.base);
    case.admin.set(&dn, "adminCount", "1").await;
    assert_eq!(why(&case, "Chief").await, Some(Protection::Administrative));
    for step in touching(&id) {
        let refusal = case.refused(&step, Class::Protected).await;
        assert!(refusal.message.contains("administrative") && !refusal.fatal, "{refusal}");
    }
    assert_eq!(case.read(Kind::User, &id).await.name, "Chief");
}

#[tokio::test]
async fn what_came_with_the_domain_is_not_touched() {
    let mut case = Case::new().await;
    // Only the administrator may read and write here; the fence stands between all the same.
    let domain = case.lab.value("BASE_DN").to_owned();
    let people = Settings { base: format!("CN=Users,{domain}"), ..case.settings() };
    case.target = target(people);
    let reading = case.observe().await;
    let of = |name: &str| reading.objects.iter().find(|object| object.name == name).expect(name);
    for name in ["krbtgt", "Administrator", "Guest", "Domain Admins"] {
        let built_in = matches!(of(name).protected, Some(Protection::Critical | Protection::BuiltIn));
        assert!(built_in, "{name}: {:?}", of(name).protected);
    }
    assert_eq!(of("svc-rosterd").protected, Some(Protection::Ourselves));
    // the same account by a name that signs in
    let named =
        Settings { bind_dn: "svc-rosterd@EXAMPLE.TEST".into(), base: format!("CN=Users,{domain}"), ..case.settings() };
    case.target = target(named);
    assert_eq!(why(&case, "svc-rosterd").await, Some(Protection::Ourselves));
    for name in ["krbtgt", "Administrator", "Guest", "svc-rosterd"] {
        for step in touching(&of(name).id) {
            case.refused(&step, Class::Protected).await;
        }
    }
}

#[tokio::test]
async fn a_rule_protects_service_accounts() {
    let mut case = Case::new().await;
    case.target = target(rule(&case));
    let login = set("sAMAccountName", texts(&[&format!("svc-{}", case.word)]));
    let create = case.create(Kind::User, "x", "Backup", vec![login]);
    let id = case.done(&create).await;
    case.user("y", "Ann").await;
    let Some(Protection::Rule(text)) = why(&case, "Backup").await else { panic!("no rule holds") };
    assert!(text.starts_with("sAMAccountName is SVC-"), "{text}");
    assert_eq!(why(&case, "Ann").await, None);
    for step in touching(&id) {
        case.refused(&step, Class::Protected).await;
    }
}

#[tokio::test]
async fn machines_are_not_touched() {
    let mut case = Case::new().await;
    let dn = format!("CN=Server,{}", case.base);
    let login = format!("m{}$", case.word);
    let machine = [("objectClass", "computer"), ("sAMAccountName", login.as_str()), ("userAccountControl", "4128")];
    case.admin.add(&dn, &machine).await;
    let guid = case.admin.look(&dn).await.unwrap().bin_attrs.remove("objectGUID").unwrap().remove(0);
    let id = ObjectId::new(uuid::Uuid::from_slice_le(&guid).unwrap().to_string());
    for step in touching(&id) {
        case.refused(&step, Class::Protected).await;
    }
}

#[tokio::test]
async fn a_protected_member_stays_in_its_group() {
    let mut case = Case::new().await;
    let group = case.group("g1").await;
    let (ann, bo) = (case.user("a", "Ann").await, case.user("b", "Bo, \"B\" (*)").await);
    case.done(&step(Op::AddMembers, Kind::Group, "g1", vec![set("members", vec![key("a"), key("b")])])).await;
    let dn = format!("CN={},{}", r#"Bo\, \"B\" (*)"#, case.base);
    case.admin.set(&dn, "adminCount", "1").await;
    let of = |id: &ObjectId| Value::Reference(Referent::Object(id.clone()));
    let leave = |ids: &[&ObjectId]| {
        let before = ids.iter().map(|id| of(id)).collect();
        step(Op::RemoveMembers, Kind::Group, "g1", vec![change("members", before, vec![])])
    };
    case.refused(&leave(&[&ann, &bo]), Class::Protected).await;
    assert_eq!(case.read(Kind::Group, &group).await.members.unwrap().len(), 2);
    case.done(&leave(&[&ann])).await;
    assert_eq!(case.read(Kind::Group, &group).await.members.unwrap().len(), 1);
}
