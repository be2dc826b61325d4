//! National ids: sealed in the file, found by a keyed hash, shown by nobody.

use rosterd::source::roster_jsonl;

use super::fixture::{Roster, id, partial, sealer};

const NATIONAL_ID: &str = "000000-0007";

fn with_id() -> String {
    partial(&[&format!(
        r#"{{"kind":"person","id":"p1","given_name":"A","surname":"B","national_id":"{NATIONAL_ID}"}}"#
    )])
}

#[tokio::test]
async fn no_byte_of_the_file_shows_one() {
    let roster = Roster::with(&with_id()).await;
    let copy = roster.folder.path().join("copy.db");
    roster.store.backup(&copy, "2026-11-02T06:00:00Z".parse().unwrap()).await.unwrap();
    let folder = roster.folder;
    let hash = sealer().index("0000000007").unwrap();
    assert_eq!(roster.store.people_with_national_id(&hash).await.unwrap(), [id("p1")]);
    let show = format!("{:?}", roster.store.snapshot("2026-01-01".parse().unwrap(), None).await.unwrap());
    assert!(!show.contains("0007"));
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        files += 1;
        for needle in [NATIONAL_ID.as_bytes(), b"0000000007"] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
    assert!(files >= 4, "the log beside the file, the head and the copy must have been searched too");
}

#[test]
fn without_the_key_a_file_with_one_is_refused() {
    let error = roster_jsonl::read(with_id().as_bytes(), "roster", None).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("no key to seal it with"), "{error}");
    assert!(!error.contains("0007"));
}

#[test]
fn an_odd_one_is_refused_and_not_shown() {
    for odd in [r#""12 34 56 78""#, "12345678", r#"["12345678"]"#, r#"{"a":"12345678"}"#] {
        let text = with_id().replace(&format!("\"{NATIONAL_ID}\""), odd);
        let error = roster_jsonl::read(text.as_bytes(), "roster", Some(&sealer())).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("national"), "{error}");
        assert!(!error.contains("56") && !error.contains("78"), "{error}");
    }
}

#[test]
fn a_redacted_file_that_holds_one_is_refused() {
    let text = with_id().replace("\"roster\":1", r#""roster":1,"redacted":["person.national_id"]"#);
    let error = roster_jsonl::read(text.as_bytes(), "roster", Some(&sealer())).unwrap_err().to_string();
    assert!(error.contains("redacted"), "{error}");
}
