//! How services are read that have ways of their own: by cursor, in small pages, without listings, with members in other
//! places, and with resources that make no sense.

use std::collections::BTreeMap;

use rosterd::config::shipped_profile;
use rosterd::object::{Coverage, Kind, ObjectId, Observed, Protection};
use rosterd::target::scim::ScimTarget;
use rosterd::target::scim::profile::{Paging, Profile, Shown};
use rosterd::target::{ObserveRequest, Seen, Target, TargetError};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::odd::{Filtering, Odd, Showing, Total, Ways};

fn request() -> ObserveRequest {
    let attributes = BTreeMap::from([
        (Kind::User, vec!["userName".into(), "title".into()]),
        (Kind::Group, vec!["displayName".into()]),
    ]);
    ObserveRequest { attributes, ..ObserveRequest::default() }
}

fn target(odd: &Odd, profile: &Profile) -> (ScimTarget, TempDir) {
    let (target, folder) = odd.server.target(|settings| settings.page_size = Some(3));
    (target.with_profile(profile.clone()), folder)
}

fn paged(paging: Paging) -> Profile {
    let mut profile = Profile::default();
    profile.listing.paging = Some(paging);
    profile
}

struct Read {
    objects: Vec<Observed>,
    coverage: Coverage,
}

impl Read {
    fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.objects.iter().map(|object| object.id.to_string()).collect();
        ids.sort();
        ids
    }

    fn why(&self) -> String {
        match &self.coverage {
            Coverage::Partial(missing) => missing.iter().map(|one| one.why.as_str()).collect::<Vec<_>>().join("; "),
            _ => String::new(),
        }
    }

    fn gaps(&self) -> Vec<String> {
        let evidence = self.coverage.evidence().unwrap();
        evidence.gaps.iter().map(|gap| gap.why.clone()).collect()
    }

    fn members(&self, id: &str) -> Option<Vec<String>> {
        let group = self.objects.iter().find(|object| object.id.as_str() == id).unwrap();
        group.members.as_ref().map(|members| members.iter().map(ToString::to_string).collect())
    }
}

async fn read_as(odd: &Odd, profile: &Profile, request: &ObserveRequest) -> Result<Read, TargetError> {
    let (target, _folder) = target(odd, profile);
    let mut objects = Vec::new();
    let mut see = |seen| {
        if let Seen::Object(object, _) = seen {
            objects.push(*object);
        }
    };
    let coverage = target.observe(request, &mut see).await?;
    Ok(Read { objects, coverage })
}

async fn read(odd: &Odd, profile: &Profile) -> Read {
    read_as(odd, profile, &request()).await.unwrap()
}

fn ids(count: usize) -> Vec<String> {
    let mut ids: Vec<String> = (1..=count).map(|number| format!("id-{number}")).collect();
    ids.sort();
    ids
}

/// What a listing does, and what of it is proved: the rows 4, 10, 13, 20 and 32 of what is known of services.
#[tokio::test]
async fn every_way_of_paging_is_read_whole_or_known_not_to_be() {
    let whole: Option<&str> = None;
    let rows: Vec<(&str, Ways, Option<Paging>, usize, Option<&str>)> = vec![
        ("by index", Ways::default(), None, 7, whole),
        ("pages shorter than asked for", Ways { cap: 2, ..Ways::default() }, None, 7, whole),
        ("pages larger than asked for", Ways { count: false, ..Ways::default() }, None, 7, whole),
        ("totals as text", Ways { total: Total::Text, ..Ways::default() }, None, 7, whole),
        ("no totals", Ways { total: Total::None, ..Ways::default() }, None, 7, whole),
        ("totals of the page", Ways { total: Total::OfPage, ..Ways::default() }, None, 7, Some("changed from page")),
        (
            "totals of nothing",
            Ways { total: Total::Zero, ..Ways::default() },
            None,
            7,
            Some("0 objects were announced"),
        ),
        (
            "a row is lost",
            Ways { lost: vec![4], ..Ways::default() },
            None,
            6,
            Some("7 objects were announced, 6 were seen"),
        ),
        ("startIndex is ignored", Ways { index: false, ..Ways::default() }, None, 3, Some("ignores startIndex")),
        ("a page comes again", Ways { repeats: true, ..Ways::default() }, None, 3, Some("ignores startIndex")),
        ("too large pages", Ways { most_asked: Some(1), ..Ways::default() }, None, 7, whole),
        ("by cursor", Ways { cursor: true, ..Ways::default() }, Some(Paging::Cursor), 7, whole),
        ("by cursor, short", Ways { cursor: true, cap: 1, ..Ways::default() }, Some(Paging::Cursor), 7, whole),
        (
            "by cursor, without totals",
            Ways { cursor: true, total: Total::None, ..Ways::default() },
            Some(Paging::Cursor),
            7,
            whole,
        ),
        (
            "by cursor, too large",
            Ways { cursor: true, most_asked: Some(1), ..Ways::default() },
            Some(Paging::Cursor),
            7,
            whole,
        ),
        (
            "by cursor, a row is lost",
            Ways { cursor: true, lost: vec![2], ..Ways::default() },
            Some(Paging::Cursor),
            6,
            Some("7 objects were announced, 6 were seen"),
        ),
        ("cursor forgotten once", Ways { cursor: true, forgets: 1, ..Ways::default() }, Some(Paging::Cursor), 7, whole),
        ("cursor is ignored", Ways::default(), Some(Paging::Cursor), 3, Some("it ignores cursor")),
    ];
    for (what, ways, paging, seen, why) in rows {
        let odd = Odd::with_users(ways, 7).await;
        let profile = paging.map(paged).unwrap_or_default();
        let read = read(&odd, &profile).await;
        assert_eq!(read.objects.len(), seen, "{what}");
        match why {
            None => assert!(read.coverage.complete().is_some(), "{what}: {}", read.why()),
            Some(why) => assert!(read.why().contains(why), "{what}: {:?}", read.why()),
        }
        let asked = odd.server.asked().len();
        assert!(asked < 20, "{what}: {asked} requests");
    }
}

#[tokio::test]
async fn a_listing_that_breaks_off_or_forgets_again_is_an_error() {
    for ways in [
        Ways { breaks: Some(503), ..Ways::default() },
        Ways { breaks: Some(400), ..Ways::default() },
        Ways { most_asked: Some(0), ..Ways::default() },
    ] {
        let odd = Odd::with_users(ways, 7).await;
        assert!(read_as(&odd, &Profile::default(), &request()).await.is_err());
    }
    for ways in [Ways { breaks: Some(503), ..Ways::default() }, Ways { forgets: 2, ..Ways::default() }] {
        let odd = Odd::with_users(Ways { cursor: true, ..ways }, 7).await;
        assert!(read_as(&odd, &paged(Paging::Cursor), &request()).await.is_err());
    }
}

#[tokio::test]
async fn a_cursor_is_asked_for_with_the_same_parameters_on_each_page() {
    let odd = Odd::with_users(Ways { cursor: true, ..Ways::default() }, 7).await;
    read(&odd, &paged(Paging::Cursor)).await;
    let asked = odd.server.asked();
    let users: Vec<(Option<String>, Option<String>)> = asked
        .iter()
        .filter(|asked| asked.path() == ["Users"])
        .map(|asked| (asked.query("cursor"), asked.query("count")))
        .collect();
    let expected = ["", "at-3", "at-6"].map(|cursor| (Some(cursor.to_owned()), Some("3".to_owned())));
    assert_eq!(users, expected);
    assert!(asked.iter().all(|asked| asked.query("startIndex").is_none()));
}

#[tokio::test]
async fn a_page_is_no_larger_than_the_service_sends() {
    let odd = Odd::with_users(Ways::default(), 7).await;
    let mut profile = Profile::default();
    profile.listing.page_cap = Some(2);
    profile.listing.sort_by = Some("id".into());
    read(&odd, &profile).await;
    let asked = odd.server.asked();
    assert!(asked.iter().all(|asked| asked.query("count").as_deref() == Some("2")));
    assert!(asked.iter().all(|asked| asked.query("sortBy").as_deref() == Some("id")));
}

fn with_a_group(ways: Ways) -> impl Future<Output = Odd> {
    async {
        let odd = Odd::with_users(ways, 3).await;
        odd.state().groups = vec![
            json!({"id": "g1", "displayName": "G", "members": [{"value": "id-1"}, {"value": "id-3"}]}),
            json!({"id": "g2", "displayName": "H"}),
        ];
        odd
    }
}

/// Where members are shown, where they are looked for, and what is then known.
#[tokio::test]
async fn members_are_looked_for_where_the_service_shows_them() {
    let both = Some(vec!["id-1".to_owned(), "id-3".to_owned()]);
    let none = Some(Vec::new());
    let rows = [
        (Showing::Listing, None, both.clone(), none.clone()),
        (Showing::Listing, Some(Shown::Listing), both.clone(), none.clone()),
        (Showing::Single, None, both.clone(), none.clone()),
        (Showing::Single, Some(Shown::Single), both.clone(), none.clone()),
        (Showing::Users, Some(Shown::Users), both.clone(), none.clone()),
        (Showing::Filter, Some(Shown::Filter), both.clone(), none.clone()),
        (Showing::Nowhere, Some(Shown::Never), None, None),
        // a filter that is not understood says nothing about anybody
        (Showing::Listing, Some(Shown::Filter), both.clone(), None),
    ];
    for (showing, profile, first, second) in rows {
        let odd = with_a_group(Ways { showing, ..Ways::default() }).await;
        let mut said = Profile::default();
        said.listing.members = profile;
        let read = read(&odd, &said).await;
        assert!(read.coverage.complete().is_some(), "{showing:?}: what members a group has makes nobody absent");
        assert_eq!((read.members("g1"), read.members("g2")), (first, second), "{showing:?} {profile:?}");
        let unknown =
            read.objects.iter().filter(|object| object.kind == Kind::Group && object.members.is_none()).count();
        assert_eq!(read.gaps().iter().any(|gap| gap.contains("show no members")), unknown > 0, "{:?}", read.gaps());
    }
}

#[tokio::test]
async fn a_filter_that_finds_everything_shows_no_members() {
    let ways = Ways { showing: Showing::Filter, filtering: Filtering::Ignored, ..Ways::default() };
    let odd = with_a_group(ways).await;
    let mut said = Profile::default();
    said.listing.members = Some(Shown::Filter);
    let read = read(&odd, &said).await;
    assert_eq!((read.members("g1"), read.members("g2")), (None, None));
}

/// What services write on the wire, and what is understood of it: the rows 26, 27 and 29.
#[tokio::test]
async fn resources_are_understood_in_every_shape() {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const OWN: &str = "urn:example:params:scim:schemas:2.0:User";
    let department = format!("{ENTERPRISE}:department");
    let room = format!("{OWN}:room");
    let mail = r#"emails[type eq "work"].value"#;
    let rows: Vec<(&str, Json, [Option<&str>; 3], Option<&str>, bool)> = vec![
        (
            "as it should be",
            json!({"title": "T", "active": true, "emails": [{"type": "work", "value": "a@b"}],
            (ENTERPRISE): {"department": "D", "manager": {"value": "9"}}, (OWN): {"room": "R"}}),
            [Some("D"), Some("a@b"), Some("R")],
            Some("9"),
            true,
        ),
        (
            "keys in other case",
            json!({"Active": "False", "EMAILS": [{"Type": "Work", "Value": "a@b"}],
            (ENTERPRISE.to_uppercase()): {"Department": "D", "Manager": {"Value": 9}}, (OWN.to_uppercase()): {"ROOM": "R"}}),
            [Some("D"), Some("a@b"), Some("R")],
            Some("9"),
            false,
        ),
        ("texts for truths", json!({"active": "true"}), [None, None, None], None, true),
        ("numbers for truths", json!({"active": 0}), [None, None, None], None, false),
        ("nothing for truths", json!({}), [None, None, None], None, true),
        (
            "one where a list belongs",
            json!({"emails": {"type": "work", "value": "a@b"}}),
            [None, Some("a@b"), None],
            None,
            true,
        ),
        (
            "the extension by its class",
            json!({"EnterpriseUser": {"department": "D", "manager": "9"}}),
            [Some("D"), None, None],
            Some("9"),
            true,
        ),
        (
            "the extension flattened",
            json!({"department": "D", "manager": {"value": "9"}}),
            [Some("D"), None, None],
            Some("9"),
            true,
        ),
        (
            "full names as keys",
            json!({(department.clone()): "D", (room.clone()): "R"}),
            [Some("D"), None, Some("R")],
            None,
            true,
        ),
        (
            "nulls",
            json!({"title": null, "emails": null, (ENTERPRISE): null, (OWN): {"room": null}}),
            [None, None, None],
            None,
            true,
        ),
        (
            "wrong types",
            json!({"title": {"x": 1}, "emails": "a@b", (ENTERPRISE): ["D"], (OWN): 7}),
            [None, None, None],
            None,
            true,
        ),
        (
            "locations that lie",
            json!({"meta": {"location": "http://elsewhere.example/x", "ResourceType": "?"}}),
            [None, None, None],
            None,
            true,
        ),
    ];
    for (what, mut resource, values, manager, active) in rows {
        let odd = Odd::start(Ways::default()).await;
        resource["id"] = json!(4711);
        resource["userName"] = "u".into();
        odd.state().users = vec![resource];
        let names = vec![department.as_str().into(), mail.into(), room.as_str().into()];
        let mut request = request();
        request.attributes = BTreeMap::from([(Kind::User, names.clone())]);
        let read = read_as(&odd, &Profile::default(), &request).await.unwrap();
        let [user] = read.objects.as_slice() else { panic!("{what}: {:?}", read.objects) };
        assert_eq!(user.id, ObjectId::new("4711"), "{what}");
        let found: Vec<Option<String>> =
            names.iter().map(|name| Some(user.attributes.get(name)?.first()?.to_string())).collect();
        assert_eq!(found, values.map(|value| value.map(str::to_owned)), "{what}");
        assert_eq!(user.manager.as_ref().map(|manager| manager.as_str()), manager, "{what}");
        assert_eq!(user.enabled, Some(active), "{what}");
        assert_eq!(user.protected, None, "{what}");
        assert!(read.coverage.complete().is_some(), "{what}");
    }
}

#[tokio::test]
async fn one_bad_user_spoils_nothing_but_what_is_done_to_it() {
    let odd = Odd::with_users(Ways::default(), 7).await;
    odd.state().users[3]["active"] = json!("perhaps");
    let read = read(&odd, &Profile::default()).await;
    assert_eq!(read.ids(), ids(7), "it is there, and so are the others");
    assert!(read.coverage.complete().is_some());
    let bad = read.objects.iter().find(|object| object.id.as_str() == "id-4").unwrap();
    assert!(matches!(&bad.protected, Some(Protection::NotUnderstood(why)) if why.contains("active")));
    assert_eq!(
        read.gaps(),
        [
            "1 users could not be understood, so nothing is done to them: u4 (id id-4: its active is neither true nor false)"
        ]
    );
    odd.state().users[3] = json!({"userName": "u4"});
    let without_id = self::read(&odd, &Profile::default()).await;
    assert!(without_id.coverage.complete().is_none(), "which user it is nobody knows");
    assert!(without_id.why().contains("\"u4\": it has no id"), "{}", without_id.why());
    assert_eq!(without_id.objects.len(), 6);
}

#[tokio::test]
async fn without_listings_what_is_linked_is_read_by_its_id() {
    let odd = Odd::with_users(Ways { listings: false, ..Ways::default() }, 5).await;
    odd.state().users[1]["active"] = json!("perhaps");
    let (target, _folder) = target(&odd, &paged(Paging::None));
    assert!(!target.capabilities().lists);
    let linked = ["id-1", "id-2", "id-9"].map(ObjectId::new).to_vec();
    let request = ObserveRequest { linked: BTreeMap::from([(Kind::User, linked)]), ..request() };
    let read = read_as(&odd, &paged(Paging::None), &request).await.unwrap();
    assert_eq!(read.ids(), ["id-1", "id-2"]);
    assert!(matches!(read.coverage, Coverage::Linked(_)) && read.coverage.complete().is_none());
    assert_eq!(read.gaps().len(), 1, "{:?}", read.gaps());
    assert!(odd.server.asked().iter().all(|asked| asked.path().len() == 2), "no listing was asked for");
}

#[tokio::test]
async fn the_profile_of_aws_reads_as_aws_does() {
    let ways = Ways { cursor: true, cap: 2, total: Total::None, showing: Showing::Filter, ..Ways::default() };
    let odd = with_a_group(ways).await;
    let read = read(&odd, &shipped_profile("aws-identity-center").unwrap()).await;
    assert!(read.coverage.complete().is_some(), "{}", read.why());
    assert_eq!(read.objects.len(), 5);
    assert_eq!(read.members("g1"), Some(vec!["id-1".into(), "id-3".into()]));
}
