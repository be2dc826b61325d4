//! Active Directory where Samba is not like it: a proxy before the real Samba gives Microsoft's answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::rewriting::{
    Answer, DONE, MODIFY, Onward, SEARCH, Tree, holds, in_parts, operation, result, start_before, with_result,
};
use super::*;
use crate::support::organisation::{Organisation, id};
use crate::support::realm::{BY_SURNAME, Realm, Vendor};

/// What went through the proxy.
#[derive(Debug, Default)]
struct Passed {
    modifies: AtomicUsize,
    parts: AtomicUsize,
}

/// Active Directory for a whole run: values in parts of 1,500, and `sizeLimitExceeded` for every search of more than
/// one object that is not paged, since it may give 1,000 at most. Before OpenLDAP it only counts.
async fn before(realm: &Realm) -> (String, Arc<Passed>) {
    const PAGED: &[u8] = b"1.2.840.113556.1.4.319";
    let passed = Arc::new(Passed::default());
    let (count, microsoft) = (Arc::clone(&passed), realm.vendor == Vendor::Samba);
    let look = move |message: &[u8]| {
        match operation(message) {
            MODIFY => _ = count.modifies.fetch_add(1, Ordering::SeqCst),
            SEARCH => {
                if holds(message, b"member;range=") {
                    count.parts.fetch_add(1, Ordering::SeqCst);
                }
                let whole = Tree::parse(message);
                let scope = whole.parts()[1].parts()[1].text();
                if microsoft && scope != "\0" && !holds(message, PAGED) {
                    return Onward::Answer(with_result(message, DONE, 4, "00002023: SvcErr: DSID-03140451"));
                }
            }
            _ => {}
        }
        Onward::Pass
    };
    let rewrite: super::rewriting::Rewrite = if microsoft { in_parts(1500) } else { Box::new(|_| Answer::Pass) };
    (start_before(&realm.lab, realm.url(), Box::new(look), rewrite).await, passed)
}

/// Six thousand that are none of ours.
async fn strangers(realm: &mut Realm) -> Vec<String> {
    if realm.vendor == Vendor::OpenLdap {
        return (0..20_000).map(|at| format!("cn=foreign{at},dc=example,dc=test")).collect();
    }
    let place = realm.lab.fresh_unit(&mut realm.admin).await;
    let names: Vec<String> = (0..6_000).map(|at| format!("CN=Foreign {at},{place}")).collect();
    let contact = |name: &String| (name.clone(), vec![("objectClass", "contact".to_owned())]);
    realm.admin.add_all(names.iter().map(contact)).await;
    names
}

/// Three come and two go: two modifies at most, and nobody else is touched.
async fn a_large_group(vendor: Vendor) {
    let mut realm = Realm::new(vendor).await;
    let mut organisation = Organisation::default();
    organisation.add("unit", "unit", json!({"name": "Kommune"}));
    organisation.add("group", "all", json!({"name": "Alle, + flere"}));
    for at in 0..5 {
        organisation.add_person(&format!("person {at}"), "X", &format!("Holm, {at}"));
        organisation.employ(&format!("person {at}"), "unit", "Clerk");
    }
    organisation.join("all", "person 0");
    organisation.join("all", "person 1");
    realm.settle(&organisation).await;
    let strangers = strangers(&mut realm).await;
    let group = realm.things().await.of("all").entry.dn.clone();
    realm.admin.add_values(&group, "member", strangers.iter().cloned()).await;
    let (url, passed) = before(&realm).await;
    realm.configure(BY_SURNAME, &url);
    realm.in_step().await;

    let settings = Settings { url: url.as_str().into(), ..realm_settings(&realm) };
    let reading = observe(&target(settings), &everything_of(vendor)).await.unwrap();
    assert!(reading.complete(), "{:?}", reading.coverage);
    let read = reading.stamped(&id("all")).members.as_ref().map(Vec::len);
    assert_eq!(read, Some(strangers.len() + 2), "the read sees all");

    for at in [0, 1] {
        organisation.forget(&format!("all person {at}"));
    }
    for at in [2, 3, 4] {
        organisation.join("all", &format!("person {at}"));
    }
    realm.import(&organisation).await;
    passed.modifies.store(0, Ordering::SeqCst);
    let run = realm.apply().await;
    assert_eq!(run["done"], json!({"add-members": 1, "remove-members": 1}));
    assert!((1..=2).contains(&passed.modifies.load(Ordering::SeqCst)), "{passed:?}");
    assert_eq!(passed.parts.load(Ordering::SeqCst) > 0, vendor == Vendor::Samba, "{passed:?}");
    realm.in_step().await;

    let things = realm.things().await;
    let dn = |text: &str| rosterd::target::ldap::Dn::parse(text).unwrap().handle().clone();
    let now: std::collections::BTreeSet<_> =
        realm.admin.values(&group, "member").await.iter().map(|text| dn(text)).collect();
    assert!(strangers.iter().all(|stranger| now.contains(&dn(stranger))), "the others stay");
    let ours = |at: usize| now.contains(things.of(&format!("person {at}")).dn.handle());
    assert_eq!((0..5).map(ours).collect::<Vec<_>>(), [false, false, true, true, true]);
}

fn realm_settings(realm: &Realm) -> Settings {
    let own = settings(&realm.lab, &realm.base);
    if realm.vendor == Vendor::Samba {
        return own;
    }
    let file = Some(realm.lab.path("OPENLDAP_SYNC_PASSWORD_FILE"));
    Settings {
        bind_dn: realm.lab.value("OPENLDAP_SYNC").to_owned(),
        password: Some(SecretRef { file, credential: None, env: None }),
        profile: Profile::OpenLdap,
        ..own
    }
}

fn everything_of(vendor: Vendor) -> ObserveRequest {
    let mut request = everything();
    if vendor == Vendor::OpenLdap {
        request.attributes.values_mut().for_each(Vec::clear);
    }
    request
}

#[tokio::test]
async fn a_group_of_six_thousand_on_samba_with_ranges_is_changed_by_two_modifies() {
    a_large_group(Vendor::Samba).await;
}

#[tokio::test]
async fn a_group_of_twenty_thousand_on_openldap_is_changed_by_two_modifies() {
    a_large_group(Vendor::OpenLdap).await;
}

/// Sixty-five characters.
const LONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// Code and text of Samba's refusals, as Active Directory gives them.
fn microsofts(code: u8, text: &str) -> Option<(u8, &'static str)> {
    Some(match (code, text.get(..8).unwrap_or_default()) {
        (21, "0000200B") => (19, "00002082: AtrErr: DSID-03151E66, #1"),
        (68, "00002071") => (68, "00000524: UpdErr: DSID-031A11E2, problem 6005 (ENTRY_EXISTS), data 0"),
        (68, _) => (68, "00000562: UpdErr: DSID-031A1262, problem 6005 (ENTRY_EXISTS), data 0"),
        (53, _) => (53, "00000561: SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM), data 0"),
        _ => return None,
    })
}

/// A case whose target meets Microsoft's refusals. An account without a password cannot be enabled.
async fn with_microsofts_words() -> (Case, Arc<std::sync::Mutex<Vec<u8>>>) {
    const RESPONSES: [u8; 4] = [0x67, 0x69, 0x6b, 0x6d];
    let mut case = Case::new().await;
    let met = Arc::new(std::sync::Mutex::new(Vec::new()));
    let enabling = |message: &[u8]| match operation(message) {
        MODIFY if holds(message, b"userAccountControl") && holds(message, b"512") => {
            let text = "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0";
            Onward::Answer(with_result(message, 0x67, 53, text))
        }
        _ => Onward::Pass,
    };
    let seen = Arc::clone(&met);
    let rewrite = move |message: &[u8]| {
        let kind = operation(message);
        let other =
            result(message).filter(|_| RESPONSES.contains(&kind)).and_then(|(code, text)| microsofts(code, &text));
        let Some((code, text)) = other else { return Answer::Pass };
        seen.lock().unwrap().push(code);
        Answer::Instead(with_result(message, kind, code, text))
    };
    let url = start_before(&case.lab, case.lab.value("LDAPS_URL"), Box::new(enabling), Box::new(rewrite)).await;
    case.target = target(Settings { url: url.into(), ..case.settings() });
    (case, met)
}

#[tokio::test]
async fn microsofts_refusals_are_understood_as_sambas() {
    let (mut case, met) = with_microsofts_words().await;
    let user = case.user("p1", "Ann").await;
    // no shipped rule limits it, so the server has to
    for values in [vec!["a", "b"], vec![LONG]] {
        let create = case.create(Kind::User, "p2", "Bo", vec![set("primaryInternationalISDNNumber", texts(&values))]);
        case.refused(&create, Class::Permanent).await;
    }
    let taken = set("sAMAccountName", texts(&[&case.login("p1")]));
    let twice = case.create(Kind::User, "p2", "Ann", vec![taken]);
    case.refused(&twice, Class::Conflict).await;
    assert_eq!(*met.lock().unwrap(), [19, 68]);
    let on = change("enabled", vec![Value::Bool(false)], vec![Value::Bool(true)]);
    let refusal = case.refused(&step(Op::Enable, Kind::User, "p1", vec![on]), Class::Policy).await;
    assert!(!refusal.fatal && refusal.message.contains("0000052D"), "{refusal}");
    assert_eq!(case.read(Kind::User, &user).await.enabled, Some(false));
}

#[tokio::test]
async fn a_member_that_is_there_and_one_that_is_not_are_no_error_in_microsofts_words_either() {
    let (mut case, met) = with_microsofts_words().await;
    let group = case.group("g1").await;
    for user in ["a", "b", "c"] {
        case.user(user, user).await;
    }
    let add = |members: &[&str]| {
        let after = members.iter().map(|member| key(member)).collect();
        step(Op::AddMembers, Kind::Group, "g1", vec![change("members", vec![], after)])
    };
    let remove = |members: &[&str]| {
        let before = members.iter().map(|member| key(member)).collect();
        step(Op::RemoveMembers, Kind::Group, "g1", vec![change("members", before, vec![])])
    };
    case.done(&add(&["a"])).await;
    case.done(&add(&["a", "b"])).await;
    case.done(&remove(&["b", "c"])).await;
    assert_eq!(case.read(Kind::Group, &group).await.members.map(|members| members.len()), Some(1));
    assert!(met.lock().unwrap().iter().all(|code| [53, 68].contains(code)));
}
