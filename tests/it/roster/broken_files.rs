//! Files broken at random: the reader names a line or reads on, and never panics or shows a national id.

use proptest::prelude::*;
use rosterd::source::roster_jsonl::{self, ReadError};

use super::fixture::{SMALL, complete, sealer};

const WITH_ID: &str = r#"{"kind":"person","id":"cy","given_name":"Cy","surname":"Ø","national_id":"000000-0007"}"#;

fn whole() -> Vec<u8> {
    let mut lines = SMALL.to_vec();
    lines.push(WITH_ID);
    complete(&lines).into_bytes()
}

fn lines_named(bytes: &[u8]) -> Option<Vec<u64>> {
    match roster_jsonl::read(bytes, "roster", Some(&sealer())) {
        Ok(_) => None,
        Err(ReadError::Problems(problems)) => Some(problems.iter().map(|problem| problem.line).collect()),
        Err(_) => Some(Vec::new()),
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let whole = whole();
    for end in 0..whole.len() - 1 {
        assert!(lines_named(&whole[..end]).is_some(), "cut off after {end} bytes");
    }
    let batch = roster_jsonl::read(&whole[..whole.len() - 1], "roster", Some(&sealer())).unwrap();
    assert!(batch.is_complete(), "only the last line end is missing");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_byte_is_named_or_harmless(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = whole();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let last = bytes.split(|byte| *byte == b'\n').count() as u64;
        if let Some(lines) = lines_named(&bytes) {
            prop_assert!(lines.iter().all(|line| (1..=last).contains(line)));
        }
        if let Err(error) = roster_jsonl::read(&bytes[..], "roster", Some(&sealer())) {
            prop_assert!(!error.to_string().contains("000000-000"), "{error}");
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(lines_named(&bytes).is_some());
    }
}
