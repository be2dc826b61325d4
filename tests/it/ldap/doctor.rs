//! The doctor, bound as the delegated account: it finds nothing where all is well, and names each right that is missing.

use rosterd::target::Finding;
use uuid::{Uuid, uuid};

use super::*;

const TITLE: Uuid = uuid!("bf967a55-0de6-11d0-a285-00aa003049e2");
const USER_ACCOUNT_CONTROL: Uuid = uuid!("bf967a68-0de6-11d0-a285-00aa003049e2");
const RESET_PASSWORD: Uuid = uuid!("00299570-246d-11d0-a768-00aa006e0529");

fn mapped() -> BTreeMap<Kind, Vec<rosterd::object::AttributeName>> {
    everything().attributes
}

fn wrong(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| !finding.ok).collect()
}

#[tokio::test]
async fn nothing_is_wrong_with_the_rights_of_the_documentation() {
    let mut case = Case::new().await;
    case.unit("u1", "Unit").await;
    case.user("p1", "Ann").await;
    case.group("g1").await;
    let findings = case.target.diagnose(&mapped()).await;
    assert!(wrong(&findings).is_empty(), "{:#?}", wrong(&findings));
    let texts: Vec<&str> = findings.iter().map(|finding| finding.text.as_str()).collect();
    for expected in ["the recycle bin is on", "deleted objects can be read", "the server gives up to 1000", "mapped"] {
        assert!(texts.iter().any(|text| text.contains(expected)), "{expected}: {texts:#?}");
    }
    let index = findings.iter().find(|finding| finding.text.contains("has no index")).unwrap();
    assert!(index.warning && index.command.as_ref().unwrap().contains("searchFlags"));
}

#[tokio::test]
async fn each_right_that_is_taken_away_is_named() {
    let mut case = Case::new().await;
    let account = case.lab.value("SYNC_DN").to_owned();
    for (at, (mask, object, what)) in [
        (0x10, Some(TITLE), "forbids to read title"),
        (0x10, Some(USER_ACCOUNT_CONTROL), "forbids to read userAccountControl"),
        (0x20, Some(TITLE), "forbids to write title"),
        (0x100, Some(RESET_PASSWORD), "forbids to reset the password"),
        (0x1_0000, None, "forbids to move"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("Ann {at}");
        case.user(&format!("p{at}"), &name).await;
        let dn = format!("CN={name},{}", case.base);
        case.admin.deny(&dn, &account, 0, mask, object).await;
        let findings = case.target.diagnose(&mapped()).await;
        let found = wrong(&findings).into_iter().find(|finding| finding.text.contains(what));
        let found = found.unwrap_or_else(|| panic!("{what}: {:#?}", wrong(&findings)));
        assert!(found.text.contains(" of 1 of ") && found.text.contains(&name), "{}", found.text);
        assert!(found.command.as_ref().unwrap().contains(&name) && found.breaks.is_some(), "{found:?}");
    }
}

#[tokio::test]
async fn a_right_that_nobody_granted_comes_with_its_command() {
    let mut case = Case::new().await;
    let base = format!("OU=outside {},{}", case.word, case.lab.value("BASE_DN"));
    case.admin.add(&base, &[("objectClass", "organizationalUnit")]).await;
    case.admin.add(&format!("CN=Ann,{base}"), &[("objectClass", "user"), ("sAMAccountName", &case.word)]).await;
    let findings = target(settings(&case.lab, &base)).diagnose(&mapped()).await;
    let of =
        |what: &str| findings.iter().find(|finding| finding.text.contains(what)).expect(what).command.clone().unwrap();
    let write = of("no entry allows to write title");
    let start = format!("samba-tool dsacl set --objectdn=\"{base}\" --sddl=\"(OA;CIIO;WP;{TITLE};bf967aba-");
    assert!(write.starts_with(&start), "{write}");
    assert!(of("no entry allows to reset the password").contains(&format!("(OA;CIIO;CR;{RESET_PASSWORD};")));
    assert!(of("no entry allows to move").contains("(OA;CIIO;SD;;bf967aba-"));
    let unknown = BTreeMap::from([(Kind::User, vec!["noSuchAttribute".into()])]);
    let findings = case.target.diagnose(&unknown).await;
    assert!(wrong(&findings).iter().any(|finding| finding.text.contains("knows no attribute noSuchAttribute")));
}

#[tokio::test]
async fn what_may_not_be_read_is_neither_disabled_nor_made_anew() {
    let mut case = Case::new().await;
    let title = set("title", texts(&["Chef"]));
    let create = case.create(Kind::User, "p1", "Ann", vec![title]);
    let id = case.done(&create).await;
    let account = case.lab.value("SYNC_DN").to_owned();
    case.admin.deny(&format!("CN=Ann,{}", case.base), &account, 0, 0x10, Some(TITLE)).await;
    let reading = case.observe().await;
    let ann = reading.stamped("p1");
    assert_eq!((&ann.id, value(&ann.attributes, "title")), (&id, &[][..]), "it looks empty");
    // without userAccountControl nobody knows what it is: unreadable, not disabled
    case.admin.deny(&format!("CN=Ann,{}", case.base), &account, 0, 0x10, Some(USER_ACCOUNT_CONTROL)).await;
    let reading = case.observe().await;
    assert!(reading.objects.is_empty() && !reading.complete());
}

#[tokio::test]
async fn a_unit_that_hides_what_lies_in_it_is_named_with_the_command() {
    let mut case = Case::new().await;
    case.unit("u1", "Closed").await;
    case.unit("u2", "Listless").await;
    let account = case.lab.value("SYNC_DN").to_owned();
    let (closed, listless) = (format!("OU=Closed,{}", case.base), format!("OU=Listless,{}", case.base));
    case.admin.hide(&closed, &account).await;
    case.admin.deny(&listless, &account, 0, 4, None).await;
    let findings = case.target.diagnose(&mapped()).await;
    let of = |what: &str| wrong(&findings).into_iter().find(|finding| finding.text.contains(what)).expect(what);
    let hidden = of("can be seen and not read");
    let grant = format!("samba-tool dsacl set --objectdn=\"{closed}\" --sddl=\"(A;CI;RPLCLORC;;;");
    assert!(hidden.text.contains(&closed) && hidden.command.as_ref().unwrap().starts_with(&grant), "{hidden:?}");
    let list = of("forbids to list what lies in them");
    assert!(list.text.contains("Listless") && list.command.as_ref().unwrap().contains(&listless), "{list:?}");
}

#[tokio::test]
async fn names_that_were_encoded_twice_are_told_from_good_ones() {
    let mut case = Case::new().await;
    let finding = async |case: &Case| {
        let findings = case.target.check().await;
        findings.into_iter().find(|finding| finding.text.contains("a name of") || finding.text.contains("UTF-8"))
    };
    case.user("p1", "Ann").await;
    assert_eq!(finding(&case).await, None, "nothing can be told of ASCII");
    case.user("p2", "Åse Ærø").await;
    let good = finding(&case).await.unwrap();
    assert!(good.ok && !good.warning && good.text.contains("Åse Ærø"), "{good:?}");
    case.admin.set(&format!("CN=Ann,{}", case.base), "displayName", "SÃ¸ren").await;
    let twice = finding(&case).await.unwrap();
    assert!(twice.warning && twice.text.contains("CN=Ann") && twice.breaks.is_some(), "{twice:?}");
}

#[tokio::test]
async fn every_certificate_that_a_connection_stands_on_has_its_end() {
    let case = Case::new().await;
    let expiries = case.target.expiries().await;
    let of = |what: &str| expiries.iter().find(|one| one.what.contains(what)).expect(what).until;
    let host = case.lab.value("LDAPS_URL").trim_start_matches("ldaps://").to_owned();
    let ended = "2026-01-01T00:00:00Z".parse().unwrap();
    assert!(of(&format!("the certificate of {host}")) > ended && of("certificate 1 of ") > ended);
    let url = vec!["ldaps://127.0.0.1:1".to_owned(), case.lab.value("LDAPS_URL").to_owned()].into();
    let several = target(Settings { url, ca_file: Some("/nowhere".into()), ..case.settings() });
    assert!(several.expiries().await.is_empty(), "without its CA nothing is reached");
}
