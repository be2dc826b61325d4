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
