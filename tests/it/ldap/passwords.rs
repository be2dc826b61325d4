//! First passwords: nobody's, to be changed, and sealed for a recipient.

use ldap3::{LdapConnAsync, LdapConnSettings};
use rosterd::target::ldap::{PasswordSettings, Policy};

use super::*;

fn generated() -> Change {
    set("password", vec![Value::Generated { generated: true }])
}

fn enabled(case: &Case, key: &str, name: &str) -> Step {
    case.create(Kind::User, key, name, vec![generated(), set("enabled", vec![Value::Bool(true)])])
}

fn policy(case: &mut Case, policy: Policy) {
    let passwords = PasswordSettings { policy, ..PasswordSettings::default() };
    case.target = target(case.settings()).with_passwords(passwords);
}

/// What the directory says to a sign-in.
async fn sign_in(lab: &Lab, dn: &str, password: &str) -> (u32, String) {
    let tls = rosterd::net::client_config(Some(&lab.path("CA_FILE"))).unwrap();
    let settings = LdapConnSettings::new().set_config(tls);
    let (driver, mut ldap) = LdapConnAsync::with_settings(settings, lab.value("LDAPS_URL")).await.unwrap();
    tokio::spawn(driver.drive());
    let answer = ldap.simple_bind(dn, password).await.unwrap();
    (answer.rc, answer.text)
}

async fn flags(case: &mut Case, dn: &str) -> (i64, bool) {
    let flags = case.admin.values(dn, "userAccountControl").await[0].parse().unwrap();
    (flags, case.admin.values(dn, "pwdLastSet").await == ["0"])
}

#[tokio::test]
async fn no_policy_leaves_an_account_without_a_password() {
    let mut case = Case::new().await;
    for (at, (which, must_change)) in [(Policy::None, false), (Policy::Random, true)].into_iter().enumerate() {
        policy(&mut case, which);
        let name = format!("Ann {at}");
        let create = enabled(&case, &format!("p{at}"), &name);
        case.done(&create).await;
        let dn = format!("CN={name},{}", case.base);
        // NORMAL_ACCOUNT alone: neither disabled nor PASSWD_NOTREQD
        assert_eq!(flags(&mut case, &dn).await, (0x200, must_change), "{which:?}");
        let (code, text) = sign_in(&case.lab, &dn, "x").await;
        assert!(code == 49 && text.contains("data 52e"), "{text}");
    }
}

#[tokio::test]
async fn a_sealed_password_signs_in_once_it_is_changed() {
    let mut case = Case::new().await;
    let folder = tempfile::tempdir().unwrap();
    let key = age::x25519::Identity::generate();
    let recipient = Some(key.to_public().to_string());
    let passwords = PasswordSettings { policy: Policy::Sealed, recipient, folder: Some(folder.path().into()) };
    case.target = target(case.settings()).with_passwords(passwords);
    let create = enabled(&case, "p1", "Ann");
    case.done(&create).await;
    let dn = format!("CN=Ann,{}", case.base);
    let unsealed = || {
        let sealed = std::fs::read(folder.path().join("p1.age")).unwrap();
        String::from_utf8(age::decrypt(&key, &sealed).unwrap()).unwrap()
    };
    let first = unsealed();
    let (code, text) = sign_in(&case.lab, &dn, &first).await;
    assert!(code == 49 && text.contains("data 773"), "the right password, to be changed: {text}");
    let (_, text) = sign_in(&case.lab, &dn, "x").await;
    assert!(text.contains("data 52e"), "{text}");
    case.admin.set(&dn, "pwdLastSet", "-1").await;
    assert_eq!(sign_in(&case.lab, &dn, &first).await.0, 0);

    // a new one for the account that exists
    case.done(&step(Op::SetPassword, Kind::User, "p1", vec![generated()])).await;
    assert_ne!(unsealed(), first);
    assert!(sign_in(&case.lab, &dn, &unsealed()).await.1.contains("data 773"));

    // what the directory refuses leaves nothing behind
    let twice = case.create(Kind::User, "p2", "Ann", vec![generated()]);
    case.refused(&twice, Class::Conflict).await;
    assert!(!folder.path().join("p2.age").exists());
}

#[tokio::test]
async fn what_cannot_be_handed_over_is_not_created() {
    let mut case = Case::new().await;
    let recipient = Some(age::x25519::Identity::generate().to_public().to_string());
    let passwords = PasswordSettings { policy: Policy::Sealed, recipient, folder: Some("/no/such/folder".into()) };
    case.target = target(case.settings()).with_passwords(passwords);
    let create = enabled(&case, "p1", "Ann");
    let refusal = case.refused(&create, Class::Permanent).await;
    assert!(refusal.message.contains("/no/such/folder"), "{refusal}");
    assert!(case.observe().await.objects.is_empty());
}
