//! Every wrong import line is named by line and column, and nothing of its file is committed.

use super::fixture::{ANNA, KINDS, Roster, SMALL, UNIT, complete, file, partial};

/// Imports into a roster that already holds something; expects a refusal at the place, and no commit.
async fn refused(text: &str, place: &str, words: &[&str]) {
    let roster = Roster::with(&complete(&SMALL)).await;
    let before = roster.store.last_commit().await.unwrap();
    let refusal = roster.import(text, "2026-11-02T06:00:00Z").await.unwrap_err();
    assert!(refusal.contains(place), "expected {place:?} in: {refusal}");
    for word in words {
        assert!(refusal.contains(word), "expected {word:?} in: {refusal}");
    }
    assert_eq!(roster.store.last_commit().await.unwrap(), before, "something was committed");
}

#[tokio::test]
async fn an_unknown_kind() {
    let line = r#"{"kind":"peson","id":"x","given_name":"A","surname":"B"}"#;
    refused(
        &partial(&[UNIT, line]),
        "line 3, column 15:",
        &["\"peson\" is no kind of fact: did you mean \"person\"?", "engagement"],
    )
    .await;
}

#[tokio::test]
async fn an_unknown_field() {
    let line = r#"{"kind":"person","id":"x","given_name":"A","surnam":"B"}"#;
    refused(&partial(&[UNIT, line]), "line 3, column 51:", &["unknown field `surnam`", "surname"]).await;
}

#[tokio::test]
async fn a_missing_field() {
    refused(&partial(&[r#"{"kind":"person","id":"x","given_name":"A"}"#]), "line 2", &["missing field `surname`"])
        .await;
    refused(&partial(&[r#"{"kind":"unit","name":"A"}"#]), "line 2", &["missing field `id`"]).await;
    refused(&partial(&[r#"{"id":"x","name":"A"}"#]), "line 2", &["missing field `kind`"]).await;
}

#[tokio::test]
async fn a_bad_date() {
    for date in ["2026-02-31", "31-02-2026", "2026-2-1", "2026-11-23T00:00:00Z", ""] {
        let line = format!(r#"{{"kind":"unit","id":"x","valid_from":"{date}","name":"A"}}"#);
        let column = 39 + date.len();
        refused(&partial(&[UNIT, &line]), &format!("line 3, column {column}:"), &["is not a day", "YYYY-MM-DD"]).await;
    }
}

#[tokio::test]
async fn an_interval_without_a_day() {
    let line = r#"{"kind":"unit","id":"x","valid_from":"2026-02-02","valid_to":"2026-02-02","name":"A"}"#;
    refused(&partial(&[line]), "line 2", &["holds on no day"]).await;
}

#[tokio::test]
async fn a_missing_reference() {
    let line = r#"{"kind":"engagement","id":"x","person":"anna","unit":"u9"}"#;
    refused(&partial(&[line]), "line 2", &["unit: there is no unit \"u9\""]).await;
    let line = r#"{"kind":"engagement","id":"x","person":{"source":"hr","key":"4711"},"unit":"u1"}"#;
    refused(&partial(&[line]), "line 2", &["person: the key \"4711\" of \"hr\" is not known"]).await;
    let line = r#"{"kind":"engagement","id":"x","person":"u1","unit":"u1"}"#;
    refused(&partial(&[line]), "line 2", &["\"u1\" is a unit, not a person"]).await;
}

#[tokio::test]
async fn a_reference_to_what_the_same_file_takes_away() {
    let line = r#"{"kind":"unit","id":"u2","valid_from":"2020-01-01","name":"IT","parent":"u1"}"#;
    refused(&complete(&[line]), "line 2", &["parent: \"u1\" is not in this file, so it would be gone"]).await;
}

#[tokio::test]
async fn a_cycle_of_units_on_any_day() {
    let above = r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","valid_to":"2027-03-01","name":"Town hall"}"#;
    let below = r#"{"kind":"unit","id":"u1","valid_from":"2027-03-01","name":"Town hall","parent":"u2"}"#;
    refused(&partial(&[above, below]), "line 3", &["the unit \"u1\" stands above itself", "2027-03-01"]).await;
    let itself = r#"{"kind":"unit","id":"u3","name":"A","parent":"u3"}"#;
    refused(&partial(&[itself]), "line 2", &["the unit \"u3\" stands above itself"]).await;
}

#[tokio::test]
async fn a_cycle_of_classes_or_groups() {
    let above = r#"{"kind":"class","id":"c1","vocabulary":"v","name":"A","parent":"c2"}"#;
    let below = r#"{"kind":"class","id":"c2","vocabulary":"v","name":"B","parent":"c1"}"#;
    refused(&partial(&[above, below]), "line 2", &["the class \"c1\" stands above itself"]).await;
    let groups = ["a", "b"].map(|id| format!(r#"{{"kind":"group","id":"{id}","name":"{id}"}}"#));
    let within = |id: &str, from: &str, group: &str, member: &str| {
        let fields = format!(r#""valid_from":"{from}","group":"{group}","member_group":"{member}""#);
        format!(r#"{{"kind":"membership","id":"{id}",{fields}}}"#)
    };
    let first = within("s1", "2026-01-01", "a", "b");
    let second = within("s2", "2027-01-01", "b", "a");
    let words = ["the group \"a\" stands above itself: 2027-01-01 onwards"];
    refused(&partial(&[&groups[0], &groups[1], &first, &second]), "line 5", &words).await;
    refused(&partial(&[&groups[0], &within("s3", "2026-01-01", "a", "a")]), "line 3", &["stands above itself"]).await;
}

#[tokio::test]
async fn overlapping_intervals_of_one_thing() {
    let first = r#"{"kind":"unit","id":"x","valid_from":"2020-01-01","valid_to":"2021-01-02","name":"A"}"#;
    let second = r#"{"kind":"unit","id":"x","valid_from":"2021-01-01","name":"B"}"#;
    refused(&partial(&[first, UNIT, second]), "line 4", &["on line 2", "overlap"]).await;
    refused(&partial(&[UNIT, UNIT]), "line 3", &["on line 2", "overlap"]).await;
}

#[tokio::test]
async fn one_id_for_two_kinds() {
    let unit = r#"{"kind":"unit","id":"same","name":"A"}"#;
    let group = r#"{"kind":"group","id":"same","name":"A"}"#;
    refused(&partial(&[unit, group]), "line 3", &["is that of a unit on line 2"]).await;
    let group = r#"{"kind":"group","id":"u1","name":"A"}"#;
    refused(&partial(&[group]), "line 2", &["is that of a unit of the roster"]).await;
}

#[tokio::test]
async fn a_file_cut_off_in_a_line() {
    let whole = complete(&SMALL);
    refused(&whole[..whole.len() - 20], "line 7", &["cut off"]).await;
}

#[tokio::test]
async fn a_file_cut_off_between_lines() {
    let whole = complete(&SMALL);
    let cut = whole.rsplitn(3, '\n').nth(2).unwrap();
    refused(&format!("{cut}\n"), "line 6", &["announces 6 lines, 5 are there", "cut off"]).await;
}

#[tokio::test]
async fn a_count_that_does_not_match() {
    let more = format!("{}{ANNA}\n", file(&format!(r#""kinds":{KINDS}"#), &[UNIT]));
    refused(&more, "line 3", &["announces 1 lines, 2 are there"]).await;
}

#[tokio::test]
async fn a_header_that_is_none() {
    refused(&format!("{UNIT}\n"), "line 1", &["the first line is the header"]).await;
    refused("", "the file is empty", &[]).await;
    refused("{\"roster\":2}\n", "line 1", &["version 2 of the format is not known"]).await;
    refused("{\"roster\":1,\"complete\":true}\n", "line 1", &["count", "kinds"]).await;
    refused("{\"roster\":1,\"kinds\":[\"peson\"]}\n", "line 1, column 28:", &["unknown variant `peson`"]).await;
    refused("{\"roster\":1,\"complet\":true}\n", "line 1, column 21:", &["unknown field `complet`"]).await;
    refused("{\"roster\":1,\"redacted\":[\"unit.name\"]}\n", "line 1", &["cannot be redacted"]).await;
}

#[tokio::test]
async fn a_kind_that_the_header_does_not_name() {
    refused(&file(r#""kinds":["unit"]"#, &[ANNA]), "line 2", &["does not name the kind person"]).await;
}

#[tokio::test]
async fn facts_that_are_wrong_by_themselves() {
    let cases = [
        (r#"{"kind":"account","id":"x","person":"anna","unit":"u1","system":"ad"}"#, "exactly one of person and unit"),
        (r#"{"kind":"account","id":"x","system":"ad"}"#, "exactly one of person and unit"),
        (r#"{"kind":"membership","id":"x","group":"g"}"#, "exactly one of member_person"),
        (r#"{"kind":"person","id":"x","given_name":"A","surname":" "}"#, "the surname is empty"),
        (r#"{"kind":"person","id":" ","given_name":"A","surname":"B"}"#, "the id is empty"),
        (r#"{"kind":"engagement","id":"x","person":"anna","unit":"u1","fraction":-1}"#, "out of range"),
        (r#"{"kind":"unit","id":"x","name":"A","custom":{"a":{"b":1}}}"#, "custom attribute \"a\""),
        (r#"{"kind":"key","id":"x","of":"anna","source":"hr","value":""}"#, "a key needs"),
        (r#"{"kind":"unit","id":"x","name":"A"} {}"#, "trailing characters"),
        (r#"{"kind":"position","id":"x","unit":"u1","title":" ","headcount":1}"#, "the title is empty"),
        (r#"{"kind":"position","id":"x","unit":"u1","title":"A"}"#, "missing field `headcount`"),
        (r#"{"kind":"position","id":"x","unit":"u1","title":"A","headcount":-1}"#, "u32"),
        (r#"{"kind":"association","id":"x","unit":"u1","person":"bo","substitute":"bo"}"#, "substitute for oneself"),
        (r#"{"kind":"leave","id":"x","engagement":"e1"}"#, "missing field `person`"),
        (
            r#"{"kind":"contact","id":"x","type":"c","value":"1","visibility":"public"}"#,
            "exactly one of person and unit",
        ),
        (
            r#"{"kind":"contact","id":"x","unit":"u1","type":"c","value":"1","visibility":"open"}"#,
            "unknown variant `open`",
        ),
        (
            r#"{"kind":"contact","id":"x","unit":"u1","type":"c","value":" ","visibility":"public"}"#,
            "the value is empty",
        ),
        (
            r#"{"kind":"contact","id":"x","unit":"u1","engagement":"e1","type":"c","value":"1","visibility":"public"}"#,
            "only a person's contact serves an engagement",
        ),
        (r#"{"kind":"relation","id":"x","from":"u1","to":"u1","type":"c"}"#, "not of one to itself"),
    ];
    for (line, words) in cases {
        refused(&partial(&[UNIT, line]), "line 3", &[words]).await;
    }
}

#[tokio::test]
async fn text_that_is_not_utf8() {
    let mut bytes = partial(&[UNIT]).into_bytes();
    let at = bytes.len() - 5;
    bytes[at] = 0xff;
    let error = rosterd::source::roster_jsonl::read(&bytes[..], "roster", None).unwrap_err().to_string();
    assert!(error.contains("line 2, column 67: this is not UTF-8"), "{error}");
}

#[tokio::test]
async fn many_problems_are_found_at_once_up_to_a_thousand() {
    let line = r#"{"kind":"unit","id":"x","nam":"A"}"#;
    let roster = Roster::new().await;
    for (lines, found) in [(30, 30), (1_200, 1_000)] {
        let refusal = roster.import(&partial(&vec![line; lines]), "2026-11-02T06:00:00Z").await.unwrap_err();
        assert_eq!(refusal.lines().count(), found);
    }
}
