//! Real answers, every cut of them, and answers that no server should send. The captures are what Samba sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop at once")]

use ldap3::asn1::parse_tag;
use proptest::prelude::*;

use super::element::Header;
use super::write::Writer;
use super::*;
use crate::target::ldap::entry::Entry;

const CAPTURES: [&[u8]; 5] = [
    include_bytes!("captures/bound.ber"),
    include_bytes!("captures/root.ber"),
    include_bytes!("captures/page.ber"),
    include_bytes!("captures/references.ber"),
    include_bytes!("captures/refused.ber"),
];

const MOST: usize = 1024 * 1024;

/// The whole messages at the start of some bytes.
fn messages(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let Ok(Some(length)) = frame(bytes, MOST) {
        found.push(&bytes[..length]);
        bytes = &bytes[length..];
    }
    found
}

/// Everything that is done with what came from a server. What passes the guard, the crate's parser takes too.
fn swallow(bytes: &[u8]) {
    for message in messages(bytes) {
        if let Ok(parsed) = Message::parse(message) {
            let _read_to_the_end = parsed.check().is_ok() && parsed.cookie().is_ok();
            if let Operation::Entry(view) = parsed.operation
                && let Some(entry) = Entry::of(&view)
            {
                let _whole = entry.names().flat_map(|name| entry.values(name)).count();
            }
        }
        if check(message).is_ok() {
            let (rest, _tag) = parse_tag(message).expect("the crate takes what passed the guard");
            assert!(rest.is_empty());
        }
    }
}

#[test]
fn real_answers_pass_and_say_what_they_say() {
    let mut entries = 0;
    let mut references = 0;
    for capture in CAPTURES {
        let messages = messages(capture);
        assert_eq!(messages.iter().map(|message| message.len()).sum::<usize>(), capture.len());
        for message in messages {
            check(message).unwrap();
            match Message::parse(message).unwrap().operation {
                Operation::Entry(view) => {
                    assert!(Entry::of(&view).is_some());
                    entries += 1;
                }
                Operation::Reference => references += 1,
                _ => {}
            }
        }
    }
    assert_eq!((entries, references), (14, 2));
    let page = messages(CAPTURES[2]);
    let done = Message::parse(page.last().unwrap()).unwrap();
    assert!(matches!(done.operation, Operation::Done(Outcome { code: 0, .. })));
    assert_eq!(done.cookie(), Ok(Some(&b"1\0"[..])));
    let refused = Message::parse(CAPTURES[4]).unwrap();
    assert!(matches!(refused.operation, Operation::Done(Outcome { code: 32, text: [b'a', b'c', b'l', ..] })));
    assert_eq!(refused.cookie(), Ok(None));
}

#[test]
fn a_cut_anywhere_is_no_message() {
    for capture in CAPTURES {
        let whole = messages(capture);
        let mut at = 0;
        for message in whole {
            for cut in 0..message.len() {
                assert_eq!(frame(&capture[at..at + cut], MOST), Ok(None));
                assert!(Message::parse(&message[..cut]).is_err(), "cut at {cut}");
                if cut > 0 {
                    assert!(check(&message[..cut]).is_err(), "cut at {cut}");
                }
            }
            at += message.len();
        }
    }
}

/// An element that holds `depth` others, one in the other.
fn nested(depth: usize, innermost: &[u8]) -> Vec<u8> {
    let mut bytes = innermost.to_vec();
    for _ in 0..depth {
        bytes = Writer::bytes(|writer| writer.element(tag::SEQUENCE, &bytes));
    }
    bytes
}

#[test]
fn depth_is_counted_and_not_followed() {
    // A reference is the one answer whose content nobody looks into.
    let message = |depth| {
        Writer::bytes(|writer| {
            writer.nested(tag::SEQUENCE, |writer| {
                writer.number(tag::INTEGER, 2);
                writer.element(tag::REFERENCE, &nested(depth, b"\x04\x00"));
            });
        })
    };
    assert_eq!(check(&message(MAX_DEPTH - 2)), Ok(()));
    assert_eq!(check(&message(MAX_DEPTH - 1)), Err(Malformed::TooDeep));
    let hostile = message(60_000);
    assert_eq!(frame(&hostile, MOST), Ok(Some(hostile.len())));
    assert_eq!(check(&hostile), Err(Malformed::TooDeep));
    swallow(&hostile);
}

#[test]
fn lengths_are_not_believed() {
    assert_eq!(frame(b"\x30\x84\x40\0\0\0", MOST), Err(Malformed::TooLong { length: 0x4000_0000, most: MOST }));
    assert!(matches!(frame(b"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff", MOST), Err(Malformed::TooLong { .. })));
    for wrong in [&b"\x30\x80\x02\x01\x01"[..], b"\x30\x89", b"\x31\x03", b"HTTP/1.1", b"\x3f\x01"] {
        assert!(matches!(frame(wrong, MOST), Err(Malformed::Syntax(_))), "{wrong:x?}");
    }
    // Active Directory writes every length of a constructed element in four bytes.
    assert_eq!(frame(b"\x30\x84\0\0\0\x01\x00", MOST), Ok(Some(7)));
    assert_eq!(Header::parse(b"\x04\x82\x01\x00"), Ok(Some(Header { tag: 4, size: 4, length: 256 })));
    assert!(check(b"\x30\x05\x02\x01\x01\x65\x03").is_err(), "an element that ends beyond the one around it");
}

#[test]
fn a_notice_of_disconnection_is_read_where_active_directory_puts_its_name() {
    let result = b"\x0a\x01\x34\x04\x00\x04\x03bye";
    let name = Writer::bytes(|writer| writer.element(0x8a, b"1.3.6.1.4.1.1466.20036"));
    let inside = Writer::bytes(|writer| writer.element(tag::EXTENSION, &[&result[..], &name].concat()));
    let outside = Writer::bytes(|writer| writer.element(tag::EXTENSION, result));
    for operation in [inside, [outside, name].concat()] {
        let message = Writer::bytes(|writer| {
            writer.element(tag::SEQUENCE, &[&b"\x02\x01\x00"[..], &operation].concat());
        });
        check(&message).unwrap();
        let notice = crate::target::ldap::guard::notice(&message).unwrap();
        assert!(notice.contains("52") && notice.ends_with("bye"), "{notice}");
    }
}

#[test]
fn requests_are_what_the_standard_says() {
    assert_eq!(bind(1, "cn=a", "pw"), b"\x30\x12\x02\x01\x01\x60\x0d\x02\x01\x03\x04\x04cn=a\x80\x02pw");
    #[cfg(feature = "gssapi")]
    assert_eq!(
        bind_sasl(2, "GSSAPI", b""),
        b"\x30\x16\x02\x01\x02\x60\x11\x02\x01\x03\x04\x00\xa3\x0a\x04\x06GSSAPI\x04\x00"
    );
    assert_eq!(unbind(128), b"\x30\x06\x02\x02\x00\x80\x42\x00");
    let extended = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
    assert_eq!(start_tls(1), extended);
    let filter = Filter::All(vec![Filter::equal("cn", "*"), Filter::Any(vec![Filter::present("mail")])]);
    let attributes = ["cn".to_owned()];
    let controls = [control::page(1000, b"\x01")];
    let request = search(
        300,
        &Search { base: "dc=x", scope: Scope::Subtree, filter: &filter, attributes: &attributes, controls: &controls },
    );
    let expected = [
        &b"\x30\x5e\x02\x02\x01\x2c\x63\x2e\x04\x04dc=x\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00"[..],
        b"\xa0\x11\xa3\x07\x04\x02cn\x04\x01*\xa1\x06\x87\x04mail\x30\x04\x04\x02cn",
        b"\xa0\x28\x30\x26\x04\x161.2.840.113556.1.4.319\x01\x01\xff\x04\x09\x30\x07\x02\x02\x03\xe8\x04\x01\x01",
    ]
    .concat();
    assert_eq!(request, expected, "{request:02x?}");
    assert_eq!(filter.to_string(), "(&(cn=\\2a)(|(mail=*)))");
}

proptest! {
    #[test]
    fn random_bytes_harm_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        swallow(&bytes);
        swallow(&[&b"\x30\x82\x01\x90"[..], &bytes].concat());
        let _either_way = check(&bytes);
    }
}

/// One hostile stream made of real answers; everything follows from the seed.
fn mutant(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = move |below: usize| {
        // xorshift64*: plenty for this, and the same everywhere
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        usize::try_from(state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap_or(0) % below.max(1)
    };
    let mut bytes = CAPTURES[random(CAPTURES.len())].to_vec();
    for _ in 0..=random(8) {
        let at = random(bytes.len());
        match random(7) {
            0 => bytes[at] ^= 1 << random(8),
            1 => bytes[at] = [0, 0x30, 0x7f, 0x80, 0x84, 0xff, 0x1f, 0xa0][random(8)],
            2 => bytes.truncate(at.max(1)),
            3 => {
                bytes.remove(at);
                bytes.push(0);
            }
            4 => bytes.insert(at, u8::try_from(random(256)).unwrap_or(0)),
            5 => {
                let some = bytes[at..(at + random(64)).min(bytes.len())].to_vec();
                bytes.splice(at..at, some);
            }
            _ => bytes = nested(random(40), &bytes),
        }
    }
    bytes
}

/// As many streams as a seed stands for in the long hunt.
const STREAMS: u64 = 20_000;

#[test]
fn the_servers_part_of_a_sign_in_is_handed_out() {
    let answer = b"\x30\x10\x02\x01\x01\x61\x0b\x0a\x01\x0e\x04\x00\x04\x00\x87\x02ab";
    check(answer).unwrap();
    let Operation::Bound(outcome, credentials) = Message::parse(answer).unwrap().operation else { panic!("no bind") };
    assert_eq!((outcome.code, credentials), (14, Some(&b"ab"[..])));
}

#[test]
fn a_sample_of_hostile_streams_harms_nobody() {
    (0..STREAMS / 4).for_each(|seed| swallow(&mutant(seed)));
}

#[test]
#[ignore = "scripts/campaign fuzz"]
#[expect(clippy::disallowed_methods, reason = "scripts/campaign says how much and from where")]
#[expect(clippy::print_stdout, reason = "scripts/campaign shows how far it is")]
fn hostile_streams_from_many_seeds() {
    let number =
        |name: &str, otherwise: u64| std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"));
    let (count, first) = (number("CAMPAIGN_N", 20), number("CAMPAIGN_SEED", 1));
    let harmed = |seed: &u64| {
        let streams = || (0..STREAMS).for_each(|stream| swallow(&mutant(seed * STREAMS + stream)));
        std::panic::catch_unwind(streams).is_err()
    };
    let failed: Vec<u64> = (first..first + count).filter(harmed).collect();
    failed.iter().for_each(|seed| println!("FAILED: seed {seed}"));
    println!("{} passed, {} failed", count - failed.len() as u64, failed.len());
    assert!(failed.is_empty());
}
